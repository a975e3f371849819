import {
  CODE_BINARY1,
  CODE_BINARY1_5,
  CODE_BINARY2,
  CODE_TURBO1,
  CODE_TURBO1_5,
  CODE_TURBO2,
  FIELD_CODE,
  FIELD_CODE_BYTES,
  FIELD_DIMENSION,
  FIELD_HOT_STRIDE,
  FIELD_METRIC,
  FIELD_PAGE_TABLE,
  FIELD_QUERY_BITS,
  SPACE_QUERY_BIAS,
  SPACE_QUERY_SLACK,
  SPACE_QUERY_STEP,
} from '../layout';
import { BURST_BYTES, fetchRows, largestLane, queryCodes, rowAt, sumLanes, tailScale, writeTail } from './code-tail';
import { hotRow } from './field';

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

const PARTS_1: u32 = 0;
const PARTS_1_5: u32 = 1;
const PARTS_2: u32 = 2;

@inline
function partsOf(code: u32): u32 {
  if (code == CODE_TURBO1 || code == CODE_BINARY1) return PARTS_1;
  return code == CODE_TURBO1_5 || code == CODE_BINARY1_5 ? PARTS_1_5 : PARTS_2;
}

/** Half of Lloyd's step for a Gaussian of deviation 1 and four even levels, and where it takes the outer ones. */
const OUTER: f32 = 0.9957;
/** Lloyd's two levels of (|x| + |y|) / 2 for two Gaussians: 1.2435 and 0.5305, parted at 0.887. */
const PAIR_PARTED: f32 = 0.887;
const PAIR_MIDDLE: f32 = 0.887;
const PAIR_APART: f32 = 0.3565;

/** Coordinates of the first half where two share a bit. */
@inline
function halfOf(dimension: u32): u32 {
  return (dimension + 1) >>> 1;
}

/** Ones for the coordinates [start, limit) of a group of 64. */
@inline
function validBits(start: u32, limit: u32): u64 {
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

/** Best even levels of a Gaussian: half of the distance between two of 2, 16, 256. */
@inline
function gaussianStep(bits: u32): f32 {
  return bits == 4 ? <f32>0.1676 : <f32>0.0154;
}

/** Rounds f32[dimension] at `source`, zeros up to a multiple of 128, to the words of a query. */
export function prepareBits(field: u32, space: u32, source: u32): void {
  const dimension = load<u32>(field, FIELD_DIMENSION);
  const bits = load<u32>(field, FIELD_QUERY_BITS);
  const codes = queryCodes(field, space);
  let squares = f32x4.splat(0);
  let most = f32x4.splat(0);
  for (let at: u32 = 0; at < dimension << 2; at += 16) {
    const value = v128.load(source + at);
    squares = f32x4.add(squares, f32x4.mul(value, value));
    most = f32x4.pmax(most, f32x4.abs(value));
  }
  const square = sumLanes(squares);
  const largest = largestLane(most);
  const top = <f32>((1 << bits) - 1);
  const deviation = sqrt<f32>(square / <f32>dimension);
  const step = max(bits == 1 ? deviation : min(gaussianStep(bits) * deviation, largest / top), <f32>1e-30);
  alongSum = 0;
  sizeSum = 0;
  if (partsOf(load<u32>(field, FIELD_CODE)) == PARTS_1_5) {
    const half = halfOf(dimension);
    for (let start: u32 = 0; start < half; start += 64) {
      const place = codes + (start >>> 2) * bits;
      writeGroup(source + (start << 2), validBits(start, half), place, bits, step, top);
      writeGroup(source + ((half + start) << 2), validBits(half + start, dimension), place + (bits << 3), bits, step, top);
    }
  } else {
    for (let start: u32 = 0; start < dimension; start += 64) {
      writeGroup(source + (start << 2), validBits(start, dimension), codes + (start >>> 3) * bits, bits, step, top);
    }
  }
  // As with rows, the step is such that what the words stand for has the right product with the query itself.
  const fair = alongSum > 0 ? <f32>(<f64>square / alongSum) : 0;
  store<f32>(space, fair, SPACE_QUERY_STEP);
  const gap = <f64>fair * <f64>fair * sizeSum - 2 * <f64>fair * alongSum + <f64>square;
  store<f32>(space, <f32>sqrt<f64>(max<f64>(gap, 0)), SPACE_QUERY_SLACK);
}

/** Sums over the coordinates of the query that `prepareBits` writes: of value x levels, and of levels squared. */
let alongSum: f64 = 0;
let sizeSum: f64 = 0;

/** Words of one group of 64 coordinates: odd numbers -top … top, as sums of signs. */
function writeGroup(source: u32, valid: u64, target: u32, bits: u32, step: f32, top: f32): void {
  const inverse = f32x4.splat(<f32>0.5 / step);
  const middle = f32x4.splat(top * <f32>0.5);
  const limit = f32x4.splat(top);
  let along = f32x4.splat(0);
  let size = f32x4.splat(0);
  for (let bit: u32 = 0; bit < bits; bit++) store<u64>(target + (bit << 3), 0);
  for (let at: u32 = 0; at < 64; at += 4) {
    const mask = <u32>(valid >>> <u64>at) & 15;
    if (mask == 0) break;
    const value = v128.load(source + (at << 2));
    const place = f32x4.nearest(f32x4.add(f32x4.mul(value, inverse), middle));
    const level = f32x4.min(f32x4.max(place, f32x4.splat(0)), limit);
    const whole = i32x4.trunc_sat_f32x4_s(level);
    for (let bit: u32 = 0; bit < bits; bit++) {
      const word = <u64>(<u32>i32x4.bitmask(i32x4.shl(whole, <i32>(31 - bit))) & mask) << <u64>at;
      store<u64>(target + (bit << 3), load<u64>(target + (bit << 3)) | word);
    }
    // 2 level - top: what the bits stand for. Lanes behind the last coordinate are zero in neither sum by themselves.
    const lanes = laneMask(mask);
    const odd = v128.and(f32x4.sub(f32x4.add(level, level), limit), lanes);
    along = f32x4.add(along, f32x4.mul(odd, value));
    size = f32x4.add(size, f32x4.mul(odd, odd));
  }
  alongSum += <f64>sumLanes(along);
  sizeSum += <f64>sumLanes(size);
}

/** All ones in the lanes whose bit is set. */
@inline
function laneMask(mask: u32): v128 {
  return i32x4.ne(v128.and(i32x4.splat(mask), i32x4(1, 2, 4, 8)), i32x4.splat(0));
}

/** sum 2^j popcount(word ^ k[j]) over the words of one group of a query. */
@inline
function countGroup(word: u64, query: u32, bits: u32): u64 {
  if (bits == 1) return popcnt<u64>(word ^ load<u64>(query));
  let sum = popcnt<u64>(word ^ load<u64>(query)) + (popcnt<u64>(word ^ load<u64>(query, 8)) << 1);
  sum += (popcnt<u64>(word ^ load<u64>(query, 16)) << 2) + (popcnt<u64>(word ^ load<u64>(query, 24)) << 3);
  if (bits == 4) return sum;
  sum += (popcnt<u64>(word ^ load<u64>(query, 32)) << 4) + (popcnt<u64>(word ^ load<u64>(query, 40)) << 5);
  return sum + (popcnt<u64>(word ^ load<u64>(query, 48)) << 6) + (popcnt<u64>(word ^ load<u64>(query, 56)) << 7);
}

/** <v, k> of a row. */
@inline
function bitDot(hot: u32, codes: u32, dimension: u32, parts: u32, bits: u32): f32 {
  const all = <f32>(dimension * ((1 << bits) - 1));
  let first: u64 = 0;
  let second: u64 = 0;
  if (parts == PARTS_1) {
    const end = hot + (((dimension + 63) >>> 6) << 3);
    for (; hot < end; hot += 8, codes += bits << 3) first += countGroup(load<u64>(hot), codes, bits);
    return all - 2 * <f32>(<i32>first);
  }
  if (parts == PARTS_2) {
    const end = hot + (((dimension + 63) >>> 6) << 4);
    for (; hot < end; hot += 16, codes += bits << 3) {
      first += countGroup(load<u64>(hot), codes, bits);
      second += countGroup(load<u64>(hot, 8), codes, bits);
    }
    return 3 * all - 2 * <f32>(<i32>(2 * first + second));
  }
  const end = hot + ((halfOf(dimension) + 63) >>> 6) * 24;
  for (; hot < end; hot += 24, codes += bits << 4) {
    const low = load<u64>(hot);
    const high = load<u64>(hot, 8);
    const shared = load<u64>(hot, 16);
    first += countGroup(low, codes, bits) + countGroup(high, codes + (bits << 3), bits);
    second += countGroup(low ^ shared, codes, bits) + countGroup(high ^ shared, codes + (bits << 3), bits);
  }
  return PAIR_MIDDLE * (all - 2 * <f32>(<i32>first)) - PAIR_APART * (all - 2 * <f32>(<i32>second));
}

@inline
function scoreParts(field: u32, space: u32, rows: u32, count: u32, scores: u32, parts: u32, bits: u32): void {
  const dimension = load<u32>(field, FIELD_DIMENSION);
  const codeBytes = load<u32>(field, FIELD_CODE_BYTES);
  const table = load<u32>(field, FIELD_PAGE_TABLE);
  const stride = load<u32>(field, FIELD_HOT_STRIDE);
  const codes = queryCodes(field, space);
  const step = load<f32>(space, SPACE_QUERY_STEP);
  const bias = load<f32>(space, SPACE_QUERY_BIAS);
  const bytes = count << 2;
  for (let at: u32 = 0; at < bytes; at += 4) {
    if (at % BURST_BYTES == 0) fetchRows(space, table, stride, rows + at, min(bytes - at, BURST_BYTES));
    const hot = rowAt(table, stride, load<u32>(rows + at));
    const dot = step * bitDot(hot, codes, dimension, parts, bits);
    store<f32>(scores + at, load<f32>(hot + codeBytes) * dot + load<f32>(hot + codeBytes, 4) + bias);
  }
}

export function scoreBits(field: u32, space: u32, rows: u32, count: u32, scores: u32): void {
  const parts = partsOf(load<u32>(field, FIELD_CODE));
  const bits = load<u32>(field, FIELD_QUERY_BITS);
  if (parts == PARTS_1) {
    if (bits == 1) scoreParts(field, space, rows, count, scores, PARTS_1, 1);
    else if (bits == 4) scoreParts(field, space, rows, count, scores, PARTS_1, 4);
    else scoreParts(field, space, rows, count, scores, PARTS_1, 8);
  } else if (parts == PARTS_1_5) {
    if (bits == 1) scoreParts(field, space, rows, count, scores, PARTS_1_5, 1);
    else if (bits == 4) scoreParts(field, space, rows, count, scores, PARTS_1_5, 4);
    else scoreParts(field, space, rows, count, scores, PARTS_1_5, 8);
  } else if (bits == 1) scoreParts(field, space, rows, count, scores, PARTS_2, 1);
  else if (bits == 4) scoreParts(field, space, rows, count, scores, PARTS_2, 4);
  else scoreParts(field, space, rows, count, scores, PARTS_2, 8);
}

/** As `scoreBits`, against the row `base`, by the codes of both. */
export function scoreBitPairs(field: u32, base: u32, rows: u32, count: u32, scores: u32): void {
  const dimension = load<u32>(field, FIELD_DIMENSION);
  const codeBytes = load<u32>(field, FIELD_CODE_BYTES);
  const parts = partsOf(load<u32>(field, FIELD_CODE));
  const origin = hotRow(field, base);
  const scale = tailScale(origin + codeBytes, load<u32>(field, FIELD_METRIC));
  const bias = load<f32>(origin + codeBytes, 4);
  for (let at: u32 = 0; at < count << 2; at += 4) {
    const hot = hotRow(field, load<u32>(rows + at));
    let dot: f32;
    if (parts == PARTS_1) dot = signDot(origin, hot, dimension);
    else if (parts == PARTS_2) dot = twoBitDot(origin, hot, dimension);
    else dot = pairDot(origin, hot, dimension);
    store<f32>(scores + at, load<f32>(hot + codeBytes) * scale * dot + load<f32>(hot + codeBytes, 4) + bias);
  }
}

@inline
function signDot(left: u32, right: u32, dimension: u32): f32 {
  let count: u64 = 0;
  for (let at: u32 = 0; at < (dimension + 63) >>> 6 << 3; at += 8) {
    count += popcnt<u64>(load<u64>(left + at) ^ load<u64>(right + at));
  }
  return <f32>dimension - <f32>2 * <f32>(<i32>count);
}

/** (2 s + t)(2 s' + t'): four products of signs. */
@inline
function twoBitDot(left: u32, right: u32, dimension: u32): f32 {
  let count: u64 = 0;
  for (let at: u32 = 0; at < (dimension + 63) >>> 6 << 4; at += 16) {
    const high = load<u64>(left + at);
    const low = load<u64>(left + at, 8);
    const otherHigh = load<u64>(right + at);
    const otherLow = load<u64>(right + at, 8);
    count += 4 * popcnt<u64>(high ^ otherHigh) + popcnt<u64>(low ^ otherLow);
    count += 2 * (popcnt<u64>(high ^ otherLow) + popcnt<u64>(low ^ otherHigh));
  }
  return <f32>9 * <f32>dimension - <f32>2 * <f32>(<i32>count);
}

/** (M s - N u)(M s' - N u'), by the same. */
@inline
function pairDot(left: u32, right: u32, dimension: u32): f32 {
  let same: u64 = 0;
  let mixed: u64 = 0;
  let other: u64 = 0;
  for (let at: u32 = 0; at < ((halfOf(dimension) + 63) >>> 6) * 24; at += 24) {
    const first = load<u64>(left + at) ^ load<u64>(right + at);
    const second = load<u64>(left + at, 8) ^ load<u64>(right + at, 8);
    const shared = load<u64>(left + at, 16);
    const otherShared = load<u64>(right + at, 16);
    same += popcnt<u64>(first) + popcnt<u64>(second);
    mixed += popcnt<u64>(first ^ shared) + popcnt<u64>(second ^ shared);
    mixed += popcnt<u64>(first ^ otherShared) + popcnt<u64>(second ^ otherShared);
    other += popcnt<u64>(first ^ shared ^ otherShared) + popcnt<u64>(second ^ shared ^ otherShared);
  }
  const all = <f32>dimension;
  return (
    PAIR_MIDDLE * PAIR_MIDDLE * (all - 2 * <f32>(<i32>same)) -
    PAIR_MIDDLE * PAIR_APART * (2 * all - 2 * <f32>(<i32>mixed)) +
    PAIR_APART * PAIR_APART * (all - 2 * <f32>(<i32>other))
  );
}
