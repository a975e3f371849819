/**
 * Takes Snappy's raw format apart, in which LevelDB compresses blocks. Undefined where the bytes are not of that format.
 * Source: format_description.txt of Snappy.
 */
export function unsnappy(source: Uint8Array): Uint8Array | undefined {
  let length = 0;
  let at = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = source[at++];
    if (byte === undefined || shift > 28) return undefined;
    length += (byte & 127) * 2 ** shift;
    if (byte < 128) break;
  }
  // A copy of three bytes makes 64 at most.
  if (length > source.length * 32) return undefined;
  const target = new Uint8Array(length);
  const end = inflate(source, at, target);
  return end === length ? target : undefined;
}

/** Carries out the elements from `at` on; the bytes made, or -1 where one of them makes no sense. */
function inflate(source: Uint8Array, at: number, target: Uint8Array): number {
  let end = 0;
  while (at < source.length) {
    const tag = source[at++] ?? 0;
    const kind = tag & 3;
    if (kind === 0) {
      let count = (tag >>> 2) + 1;
      if (count > 60) {
        const bytes = count - 60;
        count = littleEndian(source, at, bytes) + 1;
        at += bytes;
      }
      if (at + count > source.length || end + count > target.length) return -1;
      target.set(source.subarray(at, at + count), end);
      at += count;
      end += count;
      continue;
    }
    const count = kind === 1 ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1;
    const offsetBytes = kind === 1 ? 1 : kind === 2 ? 2 : 4;
    const offset = littleEndian(source, at, offsetBytes) + (kind === 1 ? (tag >>> 5) * 256 : 0);
    at += offsetBytes;
    if (offset === 0 || offset > end || end + count > target.length) return -1;
    // Byte by byte: a copy may overlap what it makes.
    for (let index = 0; index < count; index++) target[end + index] = target[end - offset + index] ?? 0;
    end += count;
  }
  return end;
}

function littleEndian(bytes: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let index = count - 1; index >= 0; index--) value = value * 256 + (bytes[at + index] ?? 0);
  return value;
}
