const C1 = 0xcc9e2d51;
const C2 = 0x1b873593;

/**
 * murmur3_x86_32 with seed 0, as an unsigned number.
 * Source: Austin Appleby, MurmurHash3.cpp (public domain).
 */
export function murmur3(bytes: Uint8Array, length: number = bytes.length): number {
  let hash = 0;
  const body = length & ~3;
  for (let at = 0; at < body; at += 4) {
    const word =
      (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
    hash ^= mixWord(word);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let at = length - 1; at >= body; at--) tail = (tail << 8) | (bytes[at] ?? 0);
  if (length > body) hash ^= mixWord(tail);
  hash ^= length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function mixWord(word: number): number {
  const product = Math.imul(word, C1);
  return Math.imul((product << 15) | (product >>> 17), C2);
}
