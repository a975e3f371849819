import { FIELD_TABLES, SPACE_QUERY_SLACK, SPACE_QUERY_STEP } from '../layout';
import { queryCodes } from './code-tail';
import { PRODUCT_HEAD_BYTES, lengthOf, pairsOf, subspaceCount, subspaceSize, writePairs } from './product-tables';

/** Queries against product codes: tables of their products with all centroids (product-codes.ts). */

/** Products are computed with 28 bits; 14 of them are kept at first. */
const PRODUCT_BITS: f32 = 268435456;
const DROPPED_BITS: i32 = 14;

/** Tables of f32[wide] at `source`, which is lost. */
export function prepareProduct(field: u32, space: u32, source: u32): void {
  const tables = load<u32>(field, FIELD_TABLES);
  const count = subspaceCount(tables);
  const size = subspaceSize(tables);
  const entries = queryCodes(field, space) + PRODUCT_HEAD_BYTES;
  let longest: f32 = 0;
  for (let at: u32 = 0; at < count; at++) {
    longest = max(longest, partLength(source + ((at * size) << 2), size) * lengthOf(tables, at));
  }
  const unit = longest > <f32>1e-37 ? PRODUCT_BITS / longest : 0;
  let widest: i32 = 0;
  let start: i64 = 0;
  for (let at: u32 = 0; at < count; at++) {
    const part = source + ((at * size) << 2);
    // A centroid's own unit is 2^13 / its longest: together they make one unit for all subspaces.
    writePairs(part, size, unit * lengthOf(tables, at) * <f32>(1.0 / 8192.0), part);
    widest = max(widest, writeProducts(part, pairsOf(tables, at), entries + (at << 9), size));
    store<i32>(source + (at << 2), leastEntry);
    start += leastEntry;
  }
  const factor = min((255 * 32768) / max(widest, 1), 32767);
  for (let at: u32 = 0; at < count; at++) {
    shortenEntries(entries + (at << 9), entries + (at << 8), load<i32>(source + (at << 2)), factor);
  }
  const step = unit > 0 ? <f32>(1 << DROPPED_BITS) / unit : 0;
  const entryStep = (step * 32768) / <f32>factor;
  store<f32>(entries - PRODUCT_HEAD_BYTES, step * <f32>start);
  store<f32>(space, entryStep, SPACE_QUERY_STEP);
  // Half a step of an entry, and what rounding query and centroids can do to a product.
  store<f32>(space, <f32>count * (entryStep * <f32>0.51 + step * 8), SPACE_QUERY_SLACK);
}

@inline
function partLength(part: u32, size: u32): f32 {
  let square: f32 = 0;
  for (let column: u32 = 0; column < size << 2; column += 4) {
    square += load<f32>(part + column) * load<f32>(part + column);
  }
  return sqrt<f32>(square);
}

/** Least entry of the last `writeProducts`. */
let leastEntry: i32 = 0;

/** i16[256] products of a part with the centroids of its subspace; answers how far they are apart. */
function writeProducts(part: u32, pairs: u32, target: u32, size: u32): i32 {
  const end = part + (size << 1);
  const half = i32x4.splat(1 << (DROPPED_BITS - 1));
  let least = i16x8.splat(32767);
  let most = i16x8.splat(-32768);
  for (let at: u32 = 0; at < 1024; at += 64) {
    let sum0 = half;
    let sum1 = half;
    let sum2 = half;
    let sum3 = half;
    let from = pairs + at;
    for (let pair = part; pair < end; pair += 4, from += 1024) {
      const value = v128.load32_splat(pair);
      sum0 = i32x4.add(sum0, i32x4.dot_i16x8_s(value, v128.load(from)));
      sum1 = i32x4.add(sum1, i32x4.dot_i16x8_s(value, v128.load(from, 16)));
      sum2 = i32x4.add(sum2, i32x4.dot_i16x8_s(value, v128.load(from, 32)));
      sum3 = i32x4.add(sum3, i32x4.dot_i16x8_s(value, v128.load(from, 48)));
    }
    const low = i16x8.narrow_i32x4_s(i32x4.shr_s(sum0, DROPPED_BITS), i32x4.shr_s(sum1, DROPPED_BITS));
    const high = i16x8.narrow_i32x4_s(i32x4.shr_s(sum2, DROPPED_BITS), i32x4.shr_s(sum3, DROPPED_BITS));
    least = i16x8.min_s(least, i16x8.min_s(low, high));
    most = i16x8.max_s(most, i16x8.max_s(low, high));
    v128.store(target + (at >>> 1), low);
    v128.store(target + (at >>> 1), high, 16);
  }
  leastEntry = -largestOf(i16x8.neg(least));
  return largestOf(most) - leastEntry;
}

/** Largest of eight lanes. */
@inline
function largestOf(value: v128): i32 {
  const four = i16x8.max_s(value, i64x2.shuffle(value, value, 1, 0));
  const two = i16x8.max_s(four, i32x4.shuffle(four, four, 1, 0, 3, 2));
  return max(<i32>i16x8.extract_lane_s(two, 0), <i32>i16x8.extract_lane_s(two, 1));
}

/** u8[256] = (i16[256] - least) x factor / 2^15. The target may begin where the source does. */
function shortenEntries(source: u32, target: u32, least: i32, factor: i32): void {
  const start = i16x8.splat(<i16>least);
  const factors = i16x8.splat(<i16>factor);
  for (let at: u32 = 0; at < 256; at += 16) {
    const low = i16x8.q15mulr_sat_s(i16x8.sub(v128.load(source + (at << 1)), start), factors);
    const high = i16x8.q15mulr_sat_s(i16x8.sub(v128.load(source + (at << 1), 16), start), factors);
    v128.store(target + at, i8x16.narrow_i16x8_u(low, high));
  }
}
