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
import { BURST_BYTES, dotDouble, fetchRows, queryCodes, rowAt, sumLanes, tailScale, writeTail } from './code-tail';
import { hotRow } from './field';
import { PRODUCT_HEAD_BYTES, columnsOf, nearestCentroid, normsOf, pointsOf, rangesOf, subspaceCount, subspaceSize } from './product-tables';

/**
 * Product codes (Jégou, Douze, Schmid 2011): a row is cut into subspaces of 1 … 16 coordinates, and each is coded as the
 * nearest of 256 centroids, a byte. A query becomes a table of its products with all centroids, u16 of one step, and a
 * row's score the sum of its entries.
 *
 * Query: f32 sum of what the entries of each subspace begin at, 60 bytes unused, u16[subspaces][256].
 */

/** Codes of f32[dimension] at `source`, zeros up to a multiple of 128; with tail. `scratch` is f32[wide]. */
export function encodeProduct(field: u32, source: u32, hot: u32): void {
  const dimension = load<u32>(field, FIELD_DIMENSION);
  const tables = load<u32>(field, FIELD_TABLES);
  const count = subspaceCount(tables);
  const size = subspaceSize(tables);
  let along: f64 = 0;
  let square: f64 = 0;
  for (let at: u32 = 0; at < count; at++) {
    const part = source + ((at * size) << 2);
    const centroid = nearestCentroid(part, columnsOf(tables, at), normsOf(tables, at), size);
    store<u8>(hot + at, centroid);
    const point = pointsOf(tables, at) + ((centroid * size) << 2);
    for (let column: u32 = 0; column < size << 2; column += 4) {
      along += <f64>load<f32>(point + column) * <f64>load<f32>(part + column);
    }
    square += 2 * <f64>load<f32>(normsOf(tables, at) + (centroid << 2));
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

/** Tables of f32[dimension] at `source`, zeros up to a multiple of 128. */
export function prepareProduct(field: u32, space: u32, source: u32): void {
  const tables = load<u32>(field, FIELD_TABLES);
  const count = subspaceCount(tables);
  const size = subspaceSize(tables);
  const codes = queryCodes(field, space);
  let widest: f32 = 0;
  let start: f64 = 0;
  for (let at: u32 = 0; at < count; at++) {
    const part = source + ((at * size) << 2);
    const least = leastProduct(part, rangesOf(tables, at), size);
    widest = max(widest, mostProduct(part, rangesOf(tables, at), size) - least);
    start += <f64>least;
  }
  // Products with centroids lie within what the ranges of the coordinates allow.
  const step = max(widest / 65535, <f32>1e-37);
  for (let at: u32 = 0; at < count; at++) {
    const part = source + ((at * size) << 2);
    const least = leastProduct(part, rangesOf(tables, at), size);
    writeTable(part, columnsOf(tables, at), codes + PRODUCT_HEAD_BYTES + (at << 9), size, least, 1 / step);
  }
  store<f32>(codes, <f32>start);
  store<f32>(space, step, SPACE_QUERY_STEP);
  store<f32>(space, step * <f32>count * <f32>0.51, SPACE_QUERY_SLACK);
}

function leastProduct(part: u32, ranges: u32, size: u32): f32 {
  let sum: f32 = 0;
  for (let column: u32 = 0; column < size; column++) {
    const value = load<f32>(part + (column << 2));
    sum += min(value * load<f32>(ranges + (column << 3)), value * load<f32>(ranges + (column << 3), 4));
  }
  return sum;
}

function mostProduct(part: u32, ranges: u32, size: u32): f32 {
  let sum: f32 = 0;
  for (let column: u32 = 0; column < size; column++) {
    const value = load<f32>(part + (column << 2));
    sum += max(value * load<f32>(ranges + (column << 3)), value * load<f32>(ranges + (column << 3), 4));
  }
  return sum;
}

/** u16[256]: (product - least) x inverse. */
function writeTable(part: u32, columns: u32, target: u32, size: u32, least: f32, inverse: f32): void {
  const start = f32x4.splat(-least * inverse);
  for (let at: u32 = 0; at < 1024; at += 64) {
    let sum0 = start;
    let sum1 = start;
    let sum2 = start;
    let sum3 = start;
    for (let column: u32 = 0; column < size; column++) {
      const value = f32x4.splat(load<f32>(part + (column << 2)) * inverse);
      const place = columns + (column << 10) + at;
      sum0 = f32x4.add(sum0, f32x4.mul(value, v128.load(place)));
      sum1 = f32x4.add(sum1, f32x4.mul(value, v128.load(place, 16)));
      sum2 = f32x4.add(sum2, f32x4.mul(value, v128.load(place, 32)));
      sum3 = f32x4.add(sum3, f32x4.mul(value, v128.load(place, 48)));
    }
    v128.store(target + (at >>> 1), wholes(sum0, sum1));
    v128.store(target + (at >>> 1), wholes(sum2, sum3), 16);
  }
}

@inline
function wholes(low: v128, high: v128): v128 {
  return i16x8.narrow_i32x4_u(i32x4.trunc_sat_f32x4_s(f32x4.nearest(low)), i32x4.trunc_sat_f32x4_s(f32x4.nearest(high)));
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
  for (; at < whole; at += 4, table += 2048) {
    const codes = load<u32>(hot + at);
    first += load<u16>(table + ((codes & 255) << 1));
    second += load<u16>(table + (((codes >>> 8) & 255) << 1), 512);
    third += load<u16>(table + (((codes >>> 16) & 255) << 1), 1024);
    fourth += load<u16>(table + ((codes >>> 24) << 1), 1536);
  }
  for (; at < count; at++, table += 512) first += load<u16>(table + (<u32>load<u8>(hot + at) << 1));
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

/** As `scoreProduct`, against the row `base`, by the codes of both; `scratch` is f32[wide]. */
export function scoreProductPairs(field: u32, base: u32, rows: u32, count: u32, scores: u32, scratch: u32): void {
  const codeBytes = load<u32>(field, FIELD_CODE_BYTES);
  const tables = load<u32>(field, FIELD_TABLES);
  const origin = hotRow(field, base);
  expandProduct(field, origin, scratch);
  const bias = load<f32>(origin + codeBytes, 4);
  const size = subspaceSize(tables);
  for (let at: u32 = 0; at < count << 2; at += 4) {
    const hot = hotRow(field, load<u32>(rows + at));
    const dot = size >= 4 ? longDot(hot, tables, scratch, size) : shortDot(hot, tables, scratch, size);
    store<f32>(scores + at, load<f32>(hot + codeBytes) * dot + load<f32>(hot + codeBytes, 4) + bias);
  }
}

/** <v, other> where subspaces have 4, 8 or 16 coordinates. */
function longDot(hot: u32, tables: u32, other: u32, size: u32): f32 {
  const end = hot + subspaceCount(tables);
  const width = size << 2;
  let points = pointsOf(tables, 0);
  let even = f32x4.splat(0);
  let odd = f32x4.splat(0);
  for (; hot < end; hot++, points += width << 8, other += width) {
    const point = points + <u32>load<u8>(hot) * width;
    even = f32x4.add(even, f32x4.mul(v128.load(point), v128.load(other)));
    for (let column: u32 = 16; column < width; column += 16) {
      odd = f32x4.add(odd, f32x4.mul(v128.load(point + column), v128.load(other + column)));
    }
  }
  return sumLanes(f32x4.add(even, odd));
}

/** <v, other> where subspaces have 1 or 2 coordinates. */
function shortDot(hot: u32, tables: u32, other: u32, size: u32): f32 {
  const end = hot + subspaceCount(tables);
  const width = size << 2;
  let points = pointsOf(tables, 0);
  let sum: f32 = 0;
  for (; hot < end; hot++, points += width << 8, other += width) {
    const point = points + <u32>load<u8>(hot) * width;
    sum += load<f32>(point) * load<f32>(other);
    if (size == 2) sum += load<f32>(point, 4) * load<f32>(other, 4);
  }
  return sum;
}
