import {
  CODE_TURBO4,
  FIELD_CODE,
  FIELD_CODE_BYTES,
  FIELD_DIMENSION,
  FIELD_HOT_STRIDE,
  FIELD_METRIC,
  FIELD_PAGE_TABLE,
  SPACE_QUERY_BIAS,
  SPACE_QUERY_SLACK,
  SPACE_QUERY_STEP,
} from '../layout';
import { BURST_BYTES, fetchRows, fillGroup, largestLane, queryCodes, rowAt, sumLanes, tailScale, wideOf, withTails } from './code-tail';
import { hotRow } from './field';
import { LEVEL_OFFSET, levelTable } from './level-codes';

/** Scores of codes of four bits (level-codes.ts): the table of levels is a swizzle, products are those of 16-bit integers. */

/**
 * Rounds f32[dimension] rotated coordinates to 16 bits, few enough that sums stay within 31 bits: i16 at `codes`, zeros
 * up to a multiple of 32.
 */
export function prepareLevels(field: u32, space: u32, source: u32): void {
  const dimension = load<u32>(field, FIELD_DIMENSION);
  const codes = queryCodes(field, space);
  let total = f32x4.splat(0);
  let most = f32x4.splat(0);
  for (let at: u32 = 0; at < dimension << 2; at += 16) {
    const size = f32x4.abs(v128.load(source + at));
    total = f32x4.add(total, size);
    most = f32x4.pmax(most, size);
  }
  const largest = largestLane(most);
  // 30,000,000 x 61 < 2^31, with room for the rounding of the codes. The offset of levels wraps around and comes back.
  const step = max(max(largest / 32767, sumLanes(total) / (<f32>30000000 - <f32>dimension)), <f32>1e-37);
  const inverse = f32x4.splat(1 / step);
  for (let at: u32 = 0; at < dimension; at += 8) {
    const low = f32x4.nearest(f32x4.mul(v128.load(source + (at << 2)), inverse));
    const high = f32x4.nearest(f32x4.mul(v128.load(source + (at << 2), 16), inverse));
    v128.store(codes + (at << 1), i16x8.narrow_i32x4_s(i32x4.trunc_sat_f32x4_s(low), i32x4.trunc_sat_f32x4_s(high)));
  }
  for (let at = dimension; at & 31; at++) store<i16>(codes + (at << 1), 0);
  v128.store(offsetOf(codes, dimension), queryOffset(codes, dimension));
  store<f32>(space, step, SPACE_QUERY_STEP);
  // Half a step in each coordinate.
  store<f32>(space, step * <f32>0.51 * sqrt<f32>(<f32>dimension), SPACE_QUERY_SLACK);
}

/** Where the sum stands that `queryOffset` makes. */
@inline
function offsetOf(codes: u32, dimension: u32): u32 {
  return codes + (wideOf(dimension) << 1);
}

/** Sum over an i16 query, so that the offset of the levels can be taken away: four lanes. */
function queryOffset(codes: u32, dimension: u32): v128 {
  let sum = i32x4.splat(0);
  for (let at: u32 = 0; at < dimension; at += 32) {
    for (let part: u32 = 0; part < 64; part += 16) {
      sum = i32x4.add(sum, i32x4.dot_i16x8_s(v128.load(codes + (at << 1) + part), i16x8.splat(<i16>LEVEL_OFFSET)));
    }
  }
  return sum;
}

@inline
function chunkDot(sum: v128, hot: u32, query0: v128, query1: v128, query2: v128, query3: v128, levels: v128, nibble: v128, lowByte: v128): v128 {
  const bytes = v128.load(hot);
  const low = i8x16.swizzle(levels, v128.and(bytes, nibble));
  const high = i8x16.swizzle(levels, v128.and(i16x8.shr_u(bytes, 4), nibble));
  const first = i32x4.dot_i16x8_s(v128.and(low, lowByte), query0);
  const second = i32x4.dot_i16x8_s(i16x8.shr_u(low, 8), query1);
  const third = i32x4.dot_i16x8_s(v128.and(high, lowByte), query2);
  const fourth = i32x4.dot_i16x8_s(i16x8.shr_u(high, 8), query3);
  return i32x4.add(sum, i32x4.add(i32x4.add(first, second), i32x4.add(third, fourth)));
}

/** Lanes of four vectors, each summed. */
@inline
function sumFour(sum0: v128, sum1: v128, sum2: v128, sum3: v128): v128 {
  const low = i32x4.add(i32x4.shuffle(sum0, sum1, 0, 4, 1, 5), i32x4.shuffle(sum0, sum1, 2, 6, 3, 7));
  const high = i32x4.add(i32x4.shuffle(sum2, sum3, 0, 4, 1, 5), i32x4.shuffle(sum2, sum3, 2, 6, 3, 7));
  return i32x4.add(i64x2.shuffle(low, high, 0, 2), i64x2.shuffle(low, high, 1, 3));
}

/**
 * A zero that the compiler does not see through: it makes constants of 16 bytes anew at each use, a third of the time of
 * a row, but not what was computed with this.
 */
@inline
function hiddenZero(field: u32): v128 {
  return i32x4.splat(load<u32>(field, FIELD_CODE) - CODE_TURBO4);
}

/** Scores of rows against the i16 query of the workspace, four at a time. */
export function scoreLevels(field: u32, space: u32, rows: u32, count: u32, scores: u32): void {
  const dimension = load<u32>(field, FIELD_DIMENSION);
  const codeBytes = load<u32>(field, FIELD_CODE_BYTES);
  const table = load<u32>(field, FIELD_PAGE_TABLE);
  const stride = load<u32>(field, FIELD_HOT_STRIDE);
  const codes = queryCodes(field, space);
  const step = f32x4.splat(load<f32>(space, SPACE_QUERY_STEP));
  const bias = f32x4.splat(load<f32>(space, SPACE_QUERY_BIAS));
  const start = i32x4.neg(v128.load(offsetOf(codes, dimension)));
  const levels = v128.xor(levelTable(), hiddenZero(field));
  const nibble = v128.xor(i8x16.splat(15), hiddenZero(field));
  const lowByte = v128.xor(i16x8.splat(255), hiddenZero(field));
  const bytes = count << 2;
  fillGroup(rows, count);
  for (let at: u32 = 0; at < bytes; at += 16) {
    if (at % BURST_BYTES == 0) fetchRows(space, table, stride, rows + at, min(bytes - at, BURST_BYTES));
    const hot0 = rowAt(table, stride, load<u32>(rows + at));
    const hot1 = rowAt(table, stride, load<u32>(rows + at, 4));
    const hot2 = rowAt(table, stride, load<u32>(rows + at, 8));
    const hot3 = rowAt(table, stride, load<u32>(rows + at, 12));
    let sum0 = start;
    let sum1 = start;
    let sum2 = start;
    let sum3 = start;
    for (let chunk: u32 = 0; chunk < codeBytes; chunk += 16) {
      const query = codes + (chunk << 2);
      const query0 = v128.load(query);
      const query1 = v128.load(query, 16);
      const query2 = v128.load(query, 32);
      const query3 = v128.load(query, 48);
      sum0 = chunkDot(sum0, hot0 + chunk, query0, query1, query2, query3, levels, nibble, lowByte);
      sum1 = chunkDot(sum1, hot1 + chunk, query0, query1, query2, query3, levels, nibble, lowByte);
      sum2 = chunkDot(sum2, hot2 + chunk, query0, query1, query2, query3, levels, nibble, lowByte);
      sum3 = chunkDot(sum3, hot3 + chunk, query0, query1, query2, query3, levels, nibble, lowByte);
    }
    const dots = f32x4.mul(f32x4.convert_i32x4_s(sumFour(sum0, sum1, sum2, sum3)), step);
    v128.store(scores + at, withTails(dots, hot0 + codeBytes, hot1 + codeBytes, hot2 + codeBytes, hot3 + codeBytes, bias));
  }
}

/** As `scoreLevels`, against the row `base`, by the codes of both. */
export function scoreLevelPairs(field: u32, base: u32, rows: u32, count: u32, scores: u32): void {
  const codeBytes = load<u32>(field, FIELD_CODE_BYTES);
  const table = load<u32>(field, FIELD_PAGE_TABLE);
  const stride = load<u32>(field, FIELD_HOT_STRIDE);
  const origin = hotRow(field, base);
  const step = f32x4.splat(tailScale(origin + codeBytes, load<u32>(field, FIELD_METRIC)));
  const bias = f32x4.splat(load<f32>(origin + codeBytes, 4));
  // Behind the last coordinate all rows have the lowest positive level.
  const behind = i32x4.splat(9 * (2 * codeBytes - load<u32>(field, FIELD_DIMENSION)));
  const levels = v128.xor(levelTable(), hiddenZero(field));
  const nibble = v128.xor(i8x16.splat(15), hiddenZero(field));
  const lowByte = v128.xor(i16x8.splat(255), hiddenZero(field));
  const offset = v128.xor(i16x8.splat(<i16>LEVEL_OFFSET), hiddenZero(field));
  const bytes = count << 2;
  fillGroup(rows, count);
  for (let at: u32 = 0; at < bytes; at += 16) {
    const hot0 = rowAt(table, stride, load<u32>(rows + at));
    const hot1 = rowAt(table, stride, load<u32>(rows + at, 4));
    const hot2 = rowAt(table, stride, load<u32>(rows + at, 8));
    const hot3 = rowAt(table, stride, load<u32>(rows + at, 12));
    let sum0 = i32x4.splat(0);
    let sum1 = sum0;
    let sum2 = sum0;
    let sum3 = sum0;
    let total = sum0;
    for (let chunk: u32 = 0; chunk < codeBytes; chunk += 16) {
      const own = v128.load(origin + chunk);
      const low = i8x16.swizzle(levels, v128.and(own, nibble));
      const high = i8x16.swizzle(levels, v128.and(i16x8.shr_u(own, 4), nibble));
      const query0 = i16x8.sub(v128.and(low, lowByte), offset);
      const query1 = i16x8.sub(i16x8.shr_u(low, 8), offset);
      const query2 = i16x8.sub(v128.and(high, lowByte), offset);
      const query3 = i16x8.sub(i16x8.shr_u(high, 8), offset);
      const all = i16x8.add(i16x8.add(query0, query1), i16x8.add(query2, query3));
      total = i32x4.add(total, i32x4.dot_i16x8_s(all, offset));
      sum0 = chunkDot(sum0, hot0 + chunk, query0, query1, query2, query3, levels, nibble, lowByte);
      sum1 = chunkDot(sum1, hot1 + chunk, query0, query1, query2, query3, levels, nibble, lowByte);
      sum2 = chunkDot(sum2, hot2 + chunk, query0, query1, query2, query3, levels, nibble, lowByte);
      sum3 = chunkDot(sum3, hot3 + chunk, query0, query1, query2, query3, levels, nibble, lowByte);
    }
    const sums = sumFour(i32x4.sub(sum0, total), i32x4.sub(sum1, total), i32x4.sub(sum2, total), i32x4.sub(sum3, total));
    const dots = f32x4.mul(f32x4.convert_i32x4_s(i32x4.sub(sums, behind)), step);
    v128.store(scores + at, withTails(dots, hot0 + codeBytes, hot1 + codeBytes, hot2 + codeBytes, hot3 + codeBytes, bias));
  }
}
