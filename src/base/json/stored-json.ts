/**
 * Walking over JSON that was checked when it came in: values are stepped over at the speed of a byte scan, without
 * recursion and without a tree. On bytes that are no JSON the walk ends at the end of the bytes with a wrong answer; it
 * never hangs or throws.
 *
 * `bytes` are Buffers, since only their `indexOf` is fast on shared memory too.
 */

/** `bytes` as a Buffer over the same memory. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The offset of the first byte from `at` on that is not white space. */
export function afterSpace(bytes: Buffer, at: number): number {
  let byte = bytes[at];
  while (byte === 32 || byte === 10 || byte === 13 || byte === 9) byte = bytes[++at];
  return at;
}

/** 24: from this length on a call of memchr costs less than a loop over the bytes. */
const SHORT_STRING = 24;

/** From the opening quote to the offset behind the closing one. */
export function afterString(bytes: Buffer, at: number): number {
  const start = at + 1;
  const end = Math.min(bytes.length, start + SHORT_STRING);
  at = start;
  while (at < end) {
    const byte = bytes[at];
    if (byte === 34) return at + 1;
    // An escape is two bytes or more, and no byte of it behind the second is a quote or a backslash.
    at += byte === 92 ? 2 : 1;
  }
  return afterLongString(bytes, at);
}

/** The same from a byte inside the string that is not part of an escape. */
function afterLongString(bytes: Buffer, start: number): number {
  let quote = bytes.indexOf(34, start);
  while (quote >= 0) {
    // A quote behind an odd number of backslashes is escaped.
    let before = quote;
    while (before > start && bytes[before - 1] === 92) before--;
    if (((quote - before) & 1) === 0) return quote + 1;
    quote = bytes.indexOf(34, quote + 1);
  }
  return bytes.length;
}

/** From the first byte of any value to the offset behind its last. */
export function afterValue(bytes: Buffer, at: number): number {
  const byte = bytes[at];
  if (byte === 34) return afterString(bytes, at);
  if (byte === 123 || byte === 91) return afterContainer(bytes, at);
  return afterScalar(bytes, at);
}

/** From the first byte of a number, `true`, `false` or `null` to the offset behind its last. */
function afterScalar(bytes: Buffer, at: number): number {
  const end = bytes.length;
  while (at < end) {
    const byte = bytes[at] ?? 0;
    // White space, comma and closing brackets; nothing of a number or word is among them.
    if (byte <= 32 || byte === 44 || byte === 93 || byte === 125) break;
    at++;
  }
  return at;
}

function afterContainer(bytes: Buffer, at: number): number {
  const end = bytes.length;
  let depth = 0;
  while (at < end) {
    const byte = bytes[at];
    if (byte === 34) {
      at = afterString(bytes, at);
      continue;
    }
    at++;
    if (byte === 123 || byte === 91) depth++;
    else if (byte === 125 || byte === 93) {
      depth--;
      if (depth === 0) break;
    }
  }
  return at;
}

/** From the end of a key to the first byte of its value. */
export function afterColon(bytes: Buffer, at: number): number {
  return afterSpace(bytes, afterSpace(bytes, at) + 1);
}

/**
 * From the end of an element or member to the first byte of the next one, or -1 where the container ends.
 */
export function nextMember(bytes: Buffer, at: number): number {
  at = afterSpace(bytes, at);
  return bytes[at] === 44 ? afterSpace(bytes, at + 1) : -1;
}

/** From the opening bracket to the first byte of the first element or key, or -1 where there is none. */
export function firstMember(bytes: Buffer, at: number): number {
  at = afterSpace(bytes, at + 1);
  const byte = bytes[at];
  return byte === 93 || byte === 125 || byte === undefined ? -1 : at;
}

/** The characters of a string, whose quotes stand at `start` and `end` - 1; escapes resolved. */
export function storedText(bytes: Buffer, start: number, end: number): string {
  return hasEscape(bytes, start, end)
    ? (JSON.parse(bytes.toString('utf8', start, end)) as string)
    : bytes.toString('utf8', start + 1, end - 1);
}

/** Whether there is a backslash in a string. */
export function hasEscape(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] === 92) return true;
  return false;
}

/** Whether the string at `start` … `end`, quotes included, is the key. */
export function isKey(bytes: Buffer, start: number, end: number, key: StoredKey): boolean {
  const { needle } = key;
  const length = end - start - 2;
  const first = bytes[start + 1];
  if (length < needle.length || (first !== needle[0] && first !== 92)) return length === 0 && needle.length === 0;
  if (length === needle.length && !key.hasBackslash) {
    for (let index = 1; index < length; index++) if (bytes[start + 1 + index] !== needle[index]) return false;
    return first !== 92;
  }
  // An escape is longer than what it stands for.
  return hasEscape(bytes, start, end) && storedText(bytes, start, end) === key.text;
}

/** A key to look for; `needle` is its text in UTF-8. */
export interface StoredKey {
  readonly text: string;
  readonly needle: Uint8Array;
  readonly hasBackslash: boolean;
}

export function storedKey(text: string): StoredKey {
  return { text, needle: Buffer.from(text), hasBackslash: text.includes('\\') };
}

/** The first byte of the value of `key` in the object that opens at `at`: of the last such key; -1 if there is none. */
export function findMember(bytes: Buffer, at: number, key: StoredKey): number {
  let found = -1;
  at = firstMember(bytes, at);
  while (at >= 0) {
    const keyEnd = afterString(bytes, at);
    const value = afterColon(bytes, keyEnd);
    if (isKey(bytes, at, keyEnd, key)) found = value;
    at = nextMember(bytes, afterValue(bytes, value));
  }
  return found;
}

/** The first byte of element `index` of the array that opens at `at`, or -1. */
export function findElement(bytes: Buffer, at: number, index: number): number {
  at = firstMember(bytes, at);
  for (let position = 0; at >= 0 && position < index; position++) at = nextMember(bytes, afterValue(bytes, at));
  return at;
}
