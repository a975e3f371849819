/**
 * Which bytes of a file a request wants. Several ranges, and what is no range, are answered with the whole, as RFC 9110
 * allows.
 * part  from `start` to below `end`.
 * none  what was asked for lies behind the file's end: 416.
 */
export type ByteRange =
  | { readonly kind: 'whole' }
  | { readonly kind: 'part'; readonly start: number; readonly end: number }
  | { readonly kind: 'none' };

/** header: `Range`, as it was sent. bytes: of the file. */
export function parseRange(header: string | undefined, bytes: number): ByteRange {
  const [, first = '', last = ''] = /^bytes=\s*([0-9]*)-([0-9]*)\s*$/i.exec(header ?? '') ?? [];
  if (first === '' && last === '') return { kind: 'whole' };
  if (first === '') {
    const count = Math.min(Number(last), bytes);
    return count === 0 ? { kind: 'none' } : { kind: 'part', start: bytes - count, end: bytes };
  }
  const start = Number(first);
  if (last !== '' && Number(last) < start) return { kind: 'whole' };
  if (start >= bytes) return { kind: 'none' };
  return { kind: 'part', start, end: last === '' ? bytes : Math.min(Number(last) + 1, bytes) };
}
