import {
  FIELD_CODE_BYTES,
  FIELD_HOT_STRIDE,
  FIELD_PAGE_TABLE,
  FIELD_TABLES,
  SPACE_QUERY_BIAS,
  SPACE_QUERY_STEP,
} from '../layout';
import { BURST_BYTES, fetchRows, queryCodes, rowAt, sumLanes } from './code-tail';
import { hotRow } from './field';
import { expandProduct } from './product-codes';
import { PRODUCT_HEAD_BYTES, pointsOf, subspaceCount, subspaceSize } from './product-tables';

/** Scores of product codes: sums of a query's table, and between rows products of centroids. */

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

/** As `scoreProduct`, against the row `base`, by the codes of both; `scratch` is f32[wide]. */
export function scoreProductPairs(field: u32, base: u32, rows: u32, count: u32, scores: u32, scratch: u32): void {
  const codeBytes = load<u32>(field, FIELD_CODE_BYTES);
  const tables = load<u32>(field, FIELD_TABLES);
  const origin = hotRow(field, base);
  // In one piece, so that only the other rows' centroids are read from all over the tables.
  expandProduct(field, origin, scratch);
  const bias = load<f32>(origin + codeBytes, 4);
  const size = subspaceSize(tables);
  for (let at: u32 = 0; at < count << 2; at += 4) {
    const hot = hotRow(field, load<u32>(rows + at));
    let dot: f32;
    if (size == 4) dot = fourDot(hot, tables, scratch);
    else dot = size > 4 ? longDot(hot, tables, scratch, size) : shortDot(hot, tables, scratch, size);
    store<f32>(scores + at, load<f32>(hot + codeBytes) * dot + load<f32>(hot + codeBytes, 4) + bias);
  }
}

/** <v, other> where subspaces have 4 coordinates. */
function fourDot(hot: u32, tables: u32, other: u32): f32 {
  const count = subspaceCount(tables);
  let points = pointsOf(tables, 0);
  let sum0 = f32x4.splat(0);
  let sum1 = sum0;
  let sum2 = sum0;
  let sum3 = sum0;
  let at: u32 = 0;
  for (; at + 3 < count; at += 4, points += 16384, other += 64) {
    const codes = load<u32>(hot + at);
    sum0 = f32x4.add(sum0, f32x4.mul(v128.load(points + ((codes & 255) << 4)), v128.load(other)));
    sum1 = f32x4.add(sum1, f32x4.mul(v128.load(points + (((codes >>> 8) & 255) << 4), 4096), v128.load(other, 16)));
    sum2 = f32x4.add(sum2, f32x4.mul(v128.load(points + (((codes >>> 16) & 255) << 4), 8192), v128.load(other, 32)));
    sum3 = f32x4.add(sum3, f32x4.mul(v128.load(points + ((codes >>> 24) << 4), 12288), v128.load(other, 48)));
  }
  for (; at < count; at++, points += 4096, other += 16) {
    sum0 = f32x4.add(sum0, f32x4.mul(v128.load(points + (<u32>load<u8>(hot + at) << 4)), v128.load(other)));
  }
  return sumLanes(f32x4.add(f32x4.add(sum0, sum1), f32x4.add(sum2, sum3)));
}

/** The same where they have 8 or 16. */
function longDot(hot: u32, tables: u32, other: u32, size: u32): f32 {
  const end = hot + subspaceCount(tables);
  const width = size << 2;
  let points = pointsOf(tables, 0);
  let even = f32x4.splat(0);
  let odd = even;
  for (; hot < end; hot++, points += width << 8, other += width) {
    const point = points + <u32>load<u8>(hot) * width;
    for (let column: u32 = 0; column < width; column += 32) {
      even = f32x4.add(even, f32x4.mul(v128.load(point + column), v128.load(other + column)));
      odd = f32x4.add(odd, f32x4.mul(v128.load(point + column, 16), v128.load(other + column, 16)));
    }
  }
  return sumLanes(f32x4.add(even, odd));
}

/** The same where they have 1 or 2. */
function shortDot(hot: u32, tables: u32, other: u32, size: u32): f32 {
  const end = hot + subspaceCount(tables);
  const width = size << 2;
  let points = pointsOf(tables, 0);
  let even: f32 = 0;
  let odd: f32 = 0;
  for (; hot < end; hot++, points += width << 8, other += width) {
    const point = points + <u32>load<u8>(hot) * width;
    even += load<f32>(point) * load<f32>(other);
    if (size == 2) odd += load<f32>(point, 4) * load<f32>(other, 4);
  }
  return even + odd;
}
