import { sipHash24 } from '../base/siphash.ts';
import { ID_NUMBER, type PointId } from '../core/ids.ts';

const ZERO_KEY = new Uint32Array(4);
// Scratch of `sliceOf`.
const number = new Uint32Array(2);
const uuid = new Uint32Array(4);
const hash = new Uint32Array(2);

/**
 * The slice, 0 … total - 1, that an id falls into: the same in every collection and for ever.
 * An id is hashed as 8 bytes, least significant first, or as the 16 bytes of a UUID in the order of its text.
 * Source: SEMANTICS.md 2.3.
 */
export function sliceOf(id: PointId, total: number): number {
  let message = number;
  if (id.kind === ID_NUMBER) {
    number[0] = id.word3;
    number[1] = id.word2;
  } else {
    message = uuid;
    uuid[0] = swapped(id.word0);
    uuid[1] = swapped(id.word1);
    uuid[2] = swapped(id.word2);
    uuid[3] = swapped(id.word3);
  }
  sipHash24(ZERO_KEY, message, hash);
  const low = hash[0] ?? 0;
  const high = hash[1] ?? 0;
  // 2^20: below it every step is an exact double.
  if (total <= 2 ** 20) return ((high % total) * 2 ** 32 + low) % total;
  return Number(((BigInt(high) << 32n) | BigInt(low)) % BigInt(total));
}

function swapped(word: number): number {
  return (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}
