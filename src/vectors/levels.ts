import { LEVEL_MAX } from '../kernels/layout.ts';

/**
 * The graph level of a row: geometric with factor 1 / m, as in Malkov & Yashunin 2016, from a hash of the row's number
 * instead of a random source. The same rows then give the same levels again.
 */
export function levelOf(row: number, m: number): number {
  if (m < 2) return 0;
  // (hash + 1) / 2^32 is in (0, 1].
  const uniform = (hash(row) + 1) / 4294967296;
  return Math.min(Math.floor(-Math.log(uniform) / Math.log(m)), LEVEL_MAX);
}

/** A bijective mixer of 32 bits (Wellons' lowbias32). */
function hash(value: number): number {
  let bits = (value + 0x9e3779b9) | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x7feb352d);
  bits = Math.imul(bits ^ (bits >>> 15), 0x846ca68b);
  return (bits ^ (bits >>> 16)) >>> 0;
}
