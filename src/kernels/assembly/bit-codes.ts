import {
  CODE_BINARY1,
  CODE_BINARY1_5,
  CODE_TURBO1,
  CODE_TURBO1_5,
  FIELD_CODE,
  FIELD_CODE_BYTES,
  FIELD_DIMENSION,
  FIELD_METRIC,
} from '../layout';
import { tailScale, writeTail } from './code-tail';

/**
 * One, one and a half or two bits a coordinate, scored by counting bits. Coordinates come rotated or as they are.
 *
 *   1 bit      v = s                  a word of signs for 64 coordinates
 *   2 bits     v = 2 s + t            a word of s and one of t: -3, -1, 1, 3 times a half of the deviation
 *   1.5 bits   v = M s - N u          coordinate i of the first half and i of the second share a bit b: whether the two
 *                                     are large together; u = s ^ b. Word of s, word of s of the second half, word of b
 *
 * s, t and u are bits that stand for -1 and 1. Bits behind the last coordinate are 0.
 *
 * The query is rounded to sums of signs as well: q = step x sum 2^j k[j], a word a bit for 64 coordinates. So
 * <s, q> = step x sum 2^j (dimension - 2 popcount(s ^ k[j])). Words of bits: s0 first.
 */

export const PARTS_1: u32 = 0;
export const PARTS_1_5: u32 = 1;
export const PARTS_2: u32 = 2;

@inline
export function partsOf(code: u32): u32 {
  if (code == CODE_TURBO1 || code == CODE_BINARY1) return PARTS_1;
  return code == CODE_TURBO1_5 || code == CODE_BINARY1_5 ? PARTS_1_5 : PARTS_2;
}

/** Half of Lloyd's step for a Gaussian of deviation 1 and four even levels, and where it takes the outer ones. */
const OUTER: f32 = 0.9957;
/** Lloyd's two levels of (|x| + |y|) / 2 for two Gaussians: 1.2435 and 0.5305, parted at 0.887. */
const PAIR_PARTED: f32 = 0.887;
export const PAIR_MIDDLE: f32 = 0.887;
export const PAIR_APART: f32 = 0.3565;

/** Coordinates of the first half where two share a bit. */
@inline
export function halfOf(dimension: u32): u32 {
  return (dimension + 1) >>> 1;
}

/** Ones for the coordinates [start, limit) of a group of 64. */
@inline
export function validBits(start: u32, limit: u32): u64 {
  if (start >= limit) return 0;
  const count = limit - start;
  return count >= 64 ? ~(<u64>0) : (<u64>1 << <u64>count) - 1;
}

/** Bits of 64 numbers: greater than the limit. */
@inline
function bitsAbove(source: u32, limit: f32): u64 {
  const limits = f32x4.splat(limit);
  let bits: u64 = 0;
  for (let at: u32 = 0; at < 64; at += 4) {
    bits |= <u64>i32x4.bitmask(f32x4.gt(v128.load(source + (at << 2)), limits)) << <u64>at;
  }
  return bits;
}

/** Codes of f32[dimension] at `source`, zeros up to a multiple of 128; with tail. */
export function encodeBits(field: u32, source: u32, hot: u32): void {
  const dimension = load<u32>(field, FIELD_DIMENSION);
  const parts = partsOf(load<u32>(field, FIELD_CODE));
  let square: f64 = 0;
  let absolute: f64 = 0;
  for (let at: u32 = 0; at < dimension << 2; at += 4) {
    const value = <f64>load<f32>(source + at);
    square += value * value;
    absolute += abs(value);
  }
  let along = absolute;
  let size = <f64>dimension;
  const deviation = <f32>sqrt<f64>(square / <f64>dimension);
  if (parts == PARTS_1) {
    for (let start: u32 = 0; start < dimension; start += 64) {
      store<u64>(hot + (start >>> 3), bitsAbove(source + (start << 2), 0) & validBits(start, dimension));
    }
  } else if (parts == PARTS_2) {
    const outer = encodeTwoBits(source, hot, dimension, OUTER * deviation);
    // v is 1 or 3: sums over all of 1, over the outer ones of 2 more.
    along += 2 * outerSum;
    size += 8 * <f64>outer;
  } else {
    const large = encodePairs(source, hot, dimension, 2 * PAIR_PARTED * deviation);
    const low = <f64>(PAIR_MIDDLE - PAIR_APART);
    const high = <f64>(PAIR_MIDDLE + PAIR_APART);
    along = low * absolute + (high - low) * outerSum;
    size = low * low * <f64>dimension + (high * high - low * low) * <f64>large;
  }
  writeTail(hot + load<u32>(field, FIELD_CODE_BYTES), load<u32>(field, FIELD_METRIC), dimension, square, along, size);
}

/** Sum of the sizes of the coordinates that the last encoding made large. */
let outerSum: f64 = 0;

/** Answers how many coordinates are outer. */
function encodeTwoBits(source: u32, hot: u32, dimension: u32, parted: f32): u32 {
  outerSum = 0;
  let outer: u32 = 0;
  for (let start: u32 = 0; start < dimension; start += 64) {
    const from = source + (start << 2);
    const valid = validBits(start, dimension);
    const signs = bitsAbove(from, 0);
    const high = bitsAbove(from, parted);
    const above = bitsAbove(from, -parted);
    // 3: above the upper part. -1: not positive, and above the lower part.
    store<u64>(hot + (start >>> 2), signs & valid);
    store<u64>(hot + (start >>> 2), (high | (above & ~signs)) & valid, 8);
    let large = (high | ~above) & valid;
    outer += <u32>popcnt<u64>(large);
    for (; large != 0; large &= large - 1) outerSum += <f64>abs(load<f32>(from + (<u32>ctz<u64>(large) << 2)));
  }
  return outer;
}

/** Answers how many coordinates are large. */
function encodePairs(source: u32, hot: u32, dimension: u32, parted: f32): u32 {
  outerSum = 0;
  const half = halfOf(dimension);
  let large: u32 = 0;
  for (let start: u32 = 0; start < half; start += 64) {
    const first = source + (start << 2);
    const second = first + (half << 2);
    const place = hot + (start >>> 6) * 24;
    store<u64>(place, bitsAbove(first, 0) & validBits(start, half));
    store<u64>(place, bitsAbove(second, 0) & validBits(half + start, dimension), 8);
    let shared: u64 = 0;
    for (let at: u32 = 0; at < 64; at += 4) {
      const sum = f32x4.add(f32x4.abs(v128.load(first + (at << 2))), f32x4.abs(v128.load(second + (at << 2))));
      shared |= <u64>i32x4.bitmask(f32x4.gt(sum, f32x4.splat(parted))) << <u64>at;
    }
    // A coordinate without a partner counts as small.
    shared &= validBits(half + start, dimension);
    store<u64>(place, shared, 16);
    large += 2 * <u32>popcnt<u64>(shared);
    for (; shared != 0; shared &= shared - 1) {
      const at = <u32>ctz<u64>(shared) << 2;
      outerSum += <f64>abs(load<f32>(first + at)) + <f64>abs(load<f32>(second + at));
    }
  }
  return large;
}

/** f32[dimension] that a row's code stands for; zeros up to a multiple of 128. */
export function expandBits(field: u32, hot: u32, target: u32): void {
  const dimension = load<u32>(field, FIELD_DIMENSION);
  const parts = partsOf(load<u32>(field, FIELD_CODE));
  const scale = tailScale(hot + load<u32>(field, FIELD_CODE_BYTES), load<u32>(field, FIELD_METRIC));
  memory.fill(target, 0, ((dimension + 127) & ~127) << 2);
  for (let at: u32 = 0; at < dimension; at++) {
    store<f32>(target + (at << 2), scale * bitValue(hot, at, dimension, parts));
  }
}

@inline
function bitAt(words: u32, at: u32): u32 {
  return (<u32>load<u8>(words + (at >>> 3)) >>> (at & 7)) & 1;
}

function bitValue(hot: u32, at: u32, dimension: u32, parts: u32): f32 {
  if (parts == PARTS_1) return <f32>(<i32>bitAt(hot, at) * 2 - 1);
  if (parts == PARTS_2) {
    const words = hot + ((at >>> 6) << 4);
    return <f32>(<i32>bitAt(words, at & 63) * 4 + <i32>bitAt(words + 8, at & 63) * 2 - 3);
  }
  const half = halfOf(dimension);
  const second = at >= half;
  const place = second ? at - half : at;
  const words = hot + (place >>> 6) * 24;
  const size = bitAt(words + 16, place & 63) ? PAIR_MIDDLE + PAIR_APART : PAIR_MIDDLE - PAIR_APART;
  return bitAt(words + (second ? 8 : 0), place & 63) ? size : -size;
}
