import {
  FIELD_CODE_BYTES,
  FIELD_DIMENSION,
  FIELD_HOT_STRIDE,
  FIELD_METRIC,
  FIELD_PAGE_TABLE,
  FIELD_TABLES,
  SPACE_QUERY_BIAS,
  SPACE_QUERY_SLACK,
  SPACE_QUERY_STEP,
} from '../layout';
import { BURST_BYTES, dotDouble, fetchRows, queryCodes, rowAt, sumLanes, tailScale, wideOf, writeTail } from './code-tail';
import { hotRow } from './field';
import {
  PRODUCT_HEAD_BYTES,
  lengthOf,
  nearestCentroid,
  pairsOf,
  pointsOf,
  subspaceCount,
  subspaceSize,
  writePairs,
} from './product-tables';

/**
 * Product codes (Jégou, Douze, Schmid 2011): a row is cut into subspaces of 1 … 16 coordinates, and each is coded as the
 * nearest of 256 centroids, a byte. A query becomes a table of its products with all centroids, u8 of one step and a
 * beginning of its own for each subspace, and a row's score is the sum of its entries.
 *
 * Query: f32 sum of the beginnings, 60 bytes unused, u8[subspaces][256]; twice that while it is made.
 */

/** Codes of f32[wide] at `source`; with tail. What follows `source` is scratch, 64 bytes. */
export function encodeProduct(field: u32, source: u32, hot: u32): void {
  const dimension = load<u32>(field, FIELD_DIMENSION);
  const tables = load<u32>(field, FIELD_TABLES);
  const count = subspaceCount(tables);
  const size = subspaceSize(tables);
  const scratch = source + (wideOf(dimension) << 2);
  let along: f64 = 0;
  let square: f64 = 0;
  for (let at: u32 = 0; at < count; at++) {
    const part = source + ((at * size) << 2);
    const centroid = nearestCentroid(tables, at, part, scratch);
    store<u8>(hot + at, centroid);
    const point = pointsOf(tables, at) + ((centroid * size) << 2);
    for (let column: u32 = 0; column < size << 2; column += 4) {
      const value = <f64>load<f32>(point + column);
      along += value * <f64>load<f32>(part + column);
      square += value * value;
    }
  }
  const tail = hot + load<u32>(field, FIELD_CODE_BYTES);
  const whole = dotDouble(source, source, (dimension + 3) & ~3);
  writeTail(tail, load<u32>(field, FIELD_METRIC), dimension, whole, along, square);
  // The rounding of the query's table is one of <v, q>, so it grows with the factor and not with the length.
  store<f32>(tail, tailScale(tail, load<u32>(field, FIELD_METRIC)), 12);
}

/** f32[dimension] that a row's code stands for; zeros behind it, up to the end of the last subspace. */
export function expandProduct(field: u32, hot: u32, target: u32): void {
  const tables = load<u32>(field, FIELD_TABLES);
  const size = subspaceSize(tables);
  const scale = tailScale(hot + load<u32>(field, FIELD_CODE_BYTES), load<u32>(field, FIELD_METRIC));
  for (let at: u32 = 0; at < subspaceCount(tables); at++) {
    const point = pointsOf(tables, at) + ((<u32>load<u8>(hot + at) * size) << 2);
    const place = target + ((at * size) << 2);
    for (let column: u32 = 0; column < size << 2; column += 4) {
      store<f32>(place + column, scale * load<f32>(point + column));
    }
  }
}

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

/** Sum of a row's entries. */
@inline
function sumEntries(hot: u32, table: u32, count: u32): u32 {
  let first: u32 = 0;
  let second: u32 = 0;
  let third: u32 = 0;
  let fourth: u32 = 0;
  const whole = count & ~3;
  let at: u32 = 0;
  for (; at < whole; at += 4, table += 1024) {
    const codes = load<u32>(hot + at);
    first += load<u8>(table + (codes & 255));
    second += load<u8>(table + ((codes >>> 8) & 255), 256);
    third += load<u8>(table + ((codes >>> 16) & 255), 512);
    fourth += load<u8>(table + (codes >>> 24), 768);
  }
  for (; at < count; at++, table += 256) first += load<u8>(table + <u32>load<u8>(hot + at));
  return first + second + third + fourth;
}

export function scoreProduct(field: u32, space: u32, rows: u32, count: u32, scores: u32): void {
  const codeBytes = load<u32>(field, FIELD_CODE_BYTES);
  const table = load<u32>(field, FIELD_PAGE_TABLE);
  const stride = load<u32>(field, FIELD_HOT_STRIDE);
  const subspaces = subspaceCount(load<u32>(field, FIELD_TABLES));
  const codes = queryCodes(field, space);
  const start = load<f32>(codes);
  const step = load<f32>(space, SPACE_QUERY_STEP);
  const bias = load<f32>(space, SPACE_QUERY_BIAS);
  const bytes = count << 2;
  for (let at: u32 = 0; at < bytes; at += 4) {
    if (at % BURST_BYTES == 0) fetchRows(space, table, stride, rows + at, min(bytes - at, BURST_BYTES));
    const hot = rowAt(table, stride, load<u32>(rows + at));
    const dot = step * <f32>sumEntries(hot, codes + PRODUCT_HEAD_BYTES, subspaces) + start;
    store<f32>(scores + at, load<f32>(hot + codeBytes) * dot + load<f32>(hot + codeBytes, 4) + bias);
  }
}

/** As `scoreProduct`, against the row `base`, by the codes of both. */
export function scoreProductPairs(field: u32, base: u32, rows: u32, count: u32, scores: u32): void {
  const codeBytes = load<u32>(field, FIELD_CODE_BYTES);
  const tables = load<u32>(field, FIELD_TABLES);
  const origin = hotRow(field, base);
  const scale = tailScale(origin + codeBytes, load<u32>(field, FIELD_METRIC));
  const bias = load<f32>(origin + codeBytes, 4);
  const size = subspaceSize(tables);
  for (let at: u32 = 0; at < count << 2; at += 4) {
    const hot = hotRow(field, load<u32>(rows + at));
    const dot = scale * (size >= 4 ? longDot(hot, origin, tables, size) : shortDot(hot, origin, tables, size));
    store<f32>(scores + at, load<f32>(hot + codeBytes) * dot + load<f32>(hot + codeBytes, 4) + bias);
  }
}

/** Dot product of the centroids of two rows, where subspaces have 4, 8 or 16 coordinates. */
function longDot(left: u32, right: u32, tables: u32, size: u32): f32 {
  const count = subspaceCount(tables);
  const width = size << 2;
  let points = pointsOf(tables, 0);
  let even = f32x4.splat(0);
  let odd = f32x4.splat(0);
  let rest = f32x4.splat(0);
  let at: u32 = 0;
  if (size == 4) {
    for (; at + 1 < count; at += 2, points += 8192) {
      const first = v128.load(points + (<u32>load<u8>(left + at) << 4));
      even = f32x4.add(even, f32x4.mul(first, v128.load(points + (<u32>load<u8>(right + at) << 4))));
      const second = v128.load(points + (<u32>load<u8>(left + at, 1) << 4), 4096);
      odd = f32x4.add(odd, f32x4.mul(second, v128.load(points + (<u32>load<u8>(right + at, 1) << 4), 4096)));
    }
  }
  for (; at < count; at++, points += width << 8) {
    const first = points + <u32>load<u8>(left + at) * width;
    const second = points + <u32>load<u8>(right + at) * width;
    rest = f32x4.add(rest, f32x4.mul(v128.load(first), v128.load(second)));
    for (let column: u32 = 16; column < width; column += 16) {
      odd = f32x4.add(odd, f32x4.mul(v128.load(first + column), v128.load(second + column)));
    }
  }
  return sumLanes(f32x4.add(f32x4.add(even, odd), rest));
}

/** The same where subspaces have 1 or 2 coordinates. */
function shortDot(left: u32, right: u32, tables: u32, size: u32): f32 {
  const count = subspaceCount(tables);
  const width = size << 2;
  let points = pointsOf(tables, 0);
  let even: f32 = 0;
  let odd: f32 = 0;
  for (let at: u32 = 0; at < count; at++, points += width << 8) {
    const first = points + <u32>load<u8>(left + at) * width;
    const second = points + <u32>load<u8>(right + at) * width;
    even += load<f32>(first) * load<f32>(second);
    if (size == 2) odd += load<f32>(first, 4) * load<f32>(second, 4);
  }
  return even + odd;
}
