import {
  CODE_TURBO4,
  CODE_UINT8,
  FIELD_CODE,
  FIELD_INT8_ENTRY,
  FIELD_INT8_OFFSET,
  FIELD_INT8_STRIDE,
  FIELD_METRIC,
  FIELD_PADDED,
  FIELD_PAGE_TABLE,
  FIELD_REMAINDERS,
  METRIC_DOT,
  METRIC_EUCLID,
  METRIC_MANHATTAN,
  ROW_TAIL_BYTES,
  SPACE_PAIR_QUERY,
  SPACE_PICKED,
  SPACE_QUERY,
  SPACE_QUERY_BIAS,
  SPACE_QUERY_CODES,
  SPACE_QUERY_STEP,
  SPACE_SINK,
  SPACE_WAY,
  WAY_CODES,
  WAY_EXAMPLES,
  WAY_INT8,
  WAY_WIDE,
} from '../layout';
import { exactBytes, pairBytes } from './byte-codes';
import { scoreCodedPairs, scoreCodedRows } from './coded-rows';
import { dequantiseRow, rowBias } from './codes';
import { exactExamples, scoreExamples } from './examples';
import { coldRow, int8Row } from './field';

/**
 * Scores of rows against the query of the workspace; larger is nearer.
 *
 * `scoreRows` is what walks and scans go by: SPACE_WAY says whether it reads int8 codes, all 24 bits, or another code of the
 * field. `scoreExact` is what is returned, where the field has what it takes.
 * Dot and Euclid share one integer kernel: score = factor x (hi . q) + bias, with Euclid's |x|^2 in the bias.
 */

/** f32 scores at `scores` of the `count` rows listed at `rows`, in any order. Buffers have room for 3 more of each. */
export function scoreRows(field: u32, space: u32, rows: u32, count: u32, scores: u32): void {
  if (byInt8Alone(field, space)) scoreByCodes<i8>(field, space, rows, count, scores, true);
  else scoreOtherwise(field, space, rows, count, scores, true);
}

/** As `scoreRows`, for rows that follow one another closely: the processor itself reads ahead of them. */
export function scoreRun(field: u32, space: u32, rows: u32, count: u32, scores: u32): void {
  if (byInt8Alone(field, space)) scoreByCodes<i8>(field, space, rows, count, scores, false);
  else scoreOtherwise(field, space, rows, count, scores, false);
}

@inline
function byInt8Alone(field: u32, space: u32): bool {
  return load<u32>(space, SPACE_WAY) == WAY_INT8 && load<u32>(field, FIELD_METRIC) != METRIC_MANHATTAN;
}

function scoreOtherwise(field: u32, space: u32, rows: u32, count: u32, scores: u32, scattered: bool): void {
  const way = load<u32>(space, SPACE_WAY);
  if (way == WAY_CODES) {
    scoreOwnCodes(field, space, rows, count, scores, scattered);
  } else if (way == WAY_EXAMPLES) {
    scoreExamples(field, space, rows, count, scores, scattered);
  } else if (way == WAY_WIDE) {
    for (let at: u32 = 0; at < count << 2; at += 4) {
      store<f32>(scores + at, <f32>scoreExact(field, space, load<u32>(rows + at)));
    }
  } else {
    for (let at: u32 = 0; at < count << 2; at += 4) {
      store<f32>(scores + at, manhattanCodes(field, load<u32>(space, SPACE_QUERY), load<u32>(rows + at)));
    }
  }
}

/** Scores by a code that is not int8. */
function scoreOwnCodes(field: u32, space: u32, rows: u32, count: u32, scores: u32, scattered: bool): void {
  if (load<u32>(field, FIELD_CODE) >= <u32>CODE_TURBO4) {
    scoreCodedRows(field, space, rows, count, scores);
  } else if (load<u32>(field, FIELD_METRIC) != METRIC_MANHATTAN) {
    if (scattered) scoreByCodes<u8>(field, space, rows, count, scores, true);
    else scoreByCodes<u8>(field, space, rows, count, scores, false);
  } else {
    for (let at: u32 = 0; at < count << 2; at += 4) {
      store<f32>(scores + at, <f32>exactBytes(field, space, load<u32>(rows + at)));
    }
  }
}

/** Makes the last group of fewer than four whole by repeating its first row. Nothing is written behind whole groups. */
@inline
export function fillGroup(rows: u32, count: u32): void {
  if ((count & 3) == 0) return;
  const first = load<u32>(rows + ((count & ~3) << 2));
  for (let at = count; at & 3; at++) store<u32>(rows + (at << 2), first);
}

@inline
export function rowAt(table: u32, stride: u32, row: u32): u32 {
  return load<u32>(table + ((row >>> 8) << 3)) + (row & 255) * stride;
}

/**
 * Rows fetched together, and the bytes that they may have: more of them press on the first-level cache.
 * Measured at 768-d from memory: 8 rows 103 ns a row, 16 rows 92, 24 rows 104.
 */
export const BURST_ROWS: u32 = 16;
export const BURST_BYTES: u32 = 16384;
/** Rows of so few lines come together as they are: fetching 144 bytes first costs two per cent. */
export const SHORT_BYTES: u32 = 256;

/** Reads every cache line, `end` bytes each, of the rows listed in `bytes` bytes at `rows`. */
@inline
export function fetchRows(space: u32, table: u32, stride: u32, offset: u32, end: u32, rows: u32, bytes: u32): void {
  const addresses = load<u32>(space, SPACE_PICKED);
  for (let at: u32 = 0; at < bytes; at += 4) {
    store<u32>(addresses + at, rowAt(table, stride, load<u32>(rows + at)) + offset);
  }
  let sum: u32 = 0;
  for (let line: u32 = 0; line < end; line += 64) {
    for (let at: u32 = 0; at < bytes; at += 16) {
      const row = addresses + at;
      sum += load<u32>(load<u32>(row) + line) + load<u32>(load<u32>(row, 4) + line);
      sum += load<u32>(load<u32>(row, 8) + line) + load<u32>(load<u32>(row, 12) + line);
    }
  }
  // Stored so that the compiler keeps the reads.
  store<u32>(space, sum, SPACE_SINK);
}

/**
 * Four rows at once: one load of the query serves all. With `scattered` every cache line of the next rows is read first:
 * arithmetic fills the reorder buffer after some 16 lines, bare reads get all that the memory can serve at once.
 */
@inline
function scoreByCodes<Code>(field: u32, space: u32, rows: u32, count: u32, scores: u32, scattered: bool): void {
  const padded = load<u32>(field, FIELD_PADDED);
  // Offsets of the table's entry and inside the page are taken in once.
  const table = load<u32>(field, FIELD_PAGE_TABLE) + load<u32>(field, FIELD_INT8_ENTRY);
  const stride = load<u32>(field, FIELD_INT8_STRIDE);
  const offset = load<u32>(field, FIELD_INT8_OFFSET);
  const codes = load<u32>(space, SPACE_QUERY_CODES);
  const step = f32x4.splat(load<f32>(space, SPACE_QUERY_STEP));
  const bias = f32x4.splat(load<f32>(space, SPACE_QUERY_BIAS));
  const bytes = ((count + 3) & ~3) << 2;
  const fetches = scattered && stride > SHORT_BYTES;
  const burst = max(min(BURST_BYTES / stride, BURST_ROWS) & ~3, 4) << 2;
  fillGroup(rows, count);
  for (let at: u32 = 0; at < bytes; at += 16) {
    const hot0 = rowAt(table, stride, load<u32>(rows + at)) + offset;
    const hot1 = rowAt(table, stride, load<u32>(rows + at, 4)) + offset;
    const hot2 = rowAt(table, stride, load<u32>(rows + at, 8)) + offset;
    const hot3 = rowAt(table, stride, load<u32>(rows + at, 12)) + offset;
    if (fetches && at % burst == 0) {
      fetchRows(space, table, stride, offset, padded + ROW_TAIL_BYTES, rows + at, min(bytes - at, burst));
    }
    const sums = fourDots<Code>(hot0, hot1, hot2, hot3, codes, padded);
    // Sums of whole numbers are positive and need all 32 bits.
    const dots = f32x4.mul(isSigned<Code>() ? f32x4.convert_i32x4_s(sums) : f32x4.convert_i32x4_u(sums), step);
    v128.store(scores + at, f32x4.add(withTails(dots, hot0 + padded, hot1 + padded, hot2 + padded, hot3 + padded), bias));
  }
}

/** factor x dot + bias of four rows, from their tails. */
@inline
export function withTails(dots: v128, tail0: u32, tail1: u32, tail2: u32, tail3: u32): v128 {
  const low = i32x4.shuffle(v128.load(tail0), v128.load(tail1), 0, 4, 1, 5);
  const high = i32x4.shuffle(v128.load(tail2), v128.load(tail3), 0, 4, 1, 5);
  const factors = i64x2.shuffle(low, high, 0, 2);
  const biases = i64x2.shuffle(low, high, 1, 3);
  return f32x4.add(f32x4.mul(dots, factors), biases);
}

@inline
function dotStep<Code>(sum: v128, query: v128, codes: u32): v128 {
  return i32x4.add(sum, i32x4.dot_i16x8_s(query, v128.load_ext<Code>(codes)));
}

/** Integer dot products of four rows (i8 or u8) with a query (int16). */
@inline
function fourDots<Code>(hot0: u32, hot1: u32, hot2: u32, hot3: u32, codes: u32, padded: u32): v128 {
  let sum0 = i32x4.splat(0);
  let sum1 = i32x4.splat(0);
  let sum2 = i32x4.splat(0);
  let sum3 = i32x4.splat(0);
  for (let at: u32 = 0; at < padded; at += 16) {
    const low = v128.load(codes + (at << 1));
    const high = v128.load(codes + (at << 1), 16);
    sum0 = dotStep<Code>(dotStep<Code>(sum0, low, hot0 + at), high, hot0 + at + 8);
    sum1 = dotStep<Code>(dotStep<Code>(sum1, low, hot1 + at), high, hot1 + at + 8);
    sum2 = dotStep<Code>(dotStep<Code>(sum2, low, hot2 + at), high, hot2 + at + 8);
    sum3 = dotStep<Code>(dotStep<Code>(sum3, low, hot3 + at), high, hot3 + at + 8);
  }
  return sumLanes(sum0, sum1, sum2, sum3);
}

@inline
export function sumLanes(sum0: v128, sum1: v128, sum2: v128, sum3: v128): v128 {
  const low = i32x4.add(i32x4.shuffle(sum0, sum1, 0, 4, 1, 5), i32x4.shuffle(sum0, sum1, 2, 6, 3, 7));
  const high = i32x4.add(i32x4.shuffle(sum2, sum3, 0, 4, 1, 5), i32x4.shuffle(sum2, sum3, 2, 6, 3, 7));
  return i32x4.add(i64x2.shuffle(low, high, 0, 2), i64x2.shuffle(low, high, 1, 3));
}

/**
 * Scores of `count` rows against the row `base` by the codes of both, as neighbour selection compares rows.
 * The widening of `base` is done again for each group: cheaper than preparing a query for so few rows.
 */
export function scorePairs(field: u32, space: u32, base: u32, rows: u32, count: u32, scores: u32): void {
  const padded = load<u32>(field, FIELD_PADDED);
  const metric = load<u32>(field, FIELD_METRIC);
  const way = load<u32>(space, SPACE_WAY);
  if (way == WAY_CODES) {
    pairOwnCodes(field, space, base, rows, count, scores);
    return;
  }
  if (way == WAY_WIDE || metric == METRIC_MANHATTAN) {
    const query = load<u32>(space, SPACE_PAIR_QUERY);
    dequantiseRow(field, base, query);
    const queryBias = rowBias(field, base);
    const kept = load<u32>(field, FIELD_REMAINDERS) != 0;
    for (let at: u32 = 0; at < count << 2; at += 4) {
      const row = load<u32>(rows + at);
      store<f32>(scores + at, kept ? <f32>scoreAgainst(field, row, query, queryBias) : manhattanCodes(field, query, row));
    }
    return;
  }
  const origin = int8Row(field, base);
  const factor = load<f32>(origin + padded);
  const scale = f32x4.splat(metric == METRIC_EUCLID ? factor * <f32>0.5 : factor);
  const bias = f32x4.splat(load<f32>(origin + padded, 4));
  const bytes = count << 2;
  fillGroup(rows, count);
  for (let at: u32 = 0; at < bytes; at += 16) {
    const hot0 = int8Row(field, load<u32>(rows + at));
    const hot1 = int8Row(field, load<u32>(rows + at, 4));
    const hot2 = int8Row(field, load<u32>(rows + at, 8));
    const hot3 = int8Row(field, load<u32>(rows + at, 12));
    let sum0 = i32x4.splat(0);
    let sum1 = i32x4.splat(0);
    let sum2 = i32x4.splat(0);
    let sum3 = i32x4.splat(0);
    for (let column: u32 = 0; column < padded; column += 8) {
      const query = v128.load_ext<i8>(origin + column);
      sum0 = dotStep<i8>(sum0, query, hot0 + column);
      sum1 = dotStep<i8>(sum1, query, hot1 + column);
      sum2 = dotStep<i8>(sum2, query, hot2 + column);
      sum3 = dotStep<i8>(sum3, query, hot3 + column);
    }
    const dots = f32x4.mul(f32x4.convert_i32x4_s(sumLanes(sum0, sum1, sum2, sum3)), scale);
    v128.store(scores + at, f32x4.add(withTails(dots, hot0 + padded, hot1 + padded, hot2 + padded, hot3 + padded), bias));
  }
}

/** Scores of pairs by a code that is not int8. */
function pairOwnCodes(field: u32, space: u32, base: u32, rows: u32, count: u32, scores: u32): void {
  if (load<u32>(field, FIELD_CODE) == CODE_UINT8) pairBytes(field, space, base, rows, count, scores);
  else scoreCodedPairs(field, space, base, rows, count, scores);
}

/** Manhattan distance from f32[padded] to a row's int8 codes, negative. */
function manhattanCodes(field: u32, query: u32, row: u32): f32 {
  const padded = load<u32>(field, FIELD_PADDED);
  const hot = int8Row(field, row);
  const scale = f32x4.splat(load<f32>(hot + padded));
  let low = f32x4.splat(0);
  let high = f32x4.splat(0);
  for (let at: u32 = 0; at < padded; at += 8) {
    const hi = v128.load_ext<i8>(hot + at);
    const first = f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(hi)), scale);
    const second = f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(hi)), scale);
    low = f32x4.add(low, f32x4.abs(f32x4.sub(first, v128.load(query + (at << 2)))));
    high = f32x4.add(high, f32x4.abs(f32x4.sub(second, v128.load(query + (at << 2), 16))));
  }
  return -sumFloats(f32x4.add(low, high));
}

@inline
function sumFloats(value: v128): f32 {
  return f32x4.extract_lane(value, 0) + f32x4.extract_lane(value, 1) + f32x4.extract_lane(value, 2) + f32x4.extract_lane(value, 3);
}

/** The score that is returned: all 24 bits, f32 products, sums carried over to doubles every 64 coordinates. */
export function scoreExact(field: u32, space: u32, row: u32): f64 {
  if (load<u32>(space, SPACE_WAY) == WAY_EXAMPLES) return exactExamples(field, space, row);
  if (load<u32>(field, FIELD_CODE) == CODE_UINT8) return exactBytes(field, space, row);
  return scoreAgainst(field, row, load<u32>(space, SPACE_QUERY), <f64>load<f32>(space, SPACE_QUERY_BIAS));
}

/** As `scoreExact`, against any centred f32[padded] and its bias. */
function scoreAgainst(field: u32, row: u32, query: u32, queryBias: f64): f64 {
  const metric = load<u32>(field, FIELD_METRIC);
  const padded = load<u32>(field, FIELD_PADDED);
  const hot = int8Row(field, row);
  const cold = coldRow(field, row);
  const tail = cold + (padded << 1);
  const step = load<f32>(tail);
  const ratio = load<f32>(tail, 4);
  if (metric == METRIC_DOT) {
    const dot = <f64>step * sumTerms(METRIC_DOT, hot, cold, query, padded, step, ratio);
    return dot + load<f64>(tail, 8) + queryBias;
  }
  if (metric == METRIC_EUCLID) return -sumTerms(METRIC_EUCLID, hot, cold, query, padded, step, ratio);
  return -sumTerms(METRIC_MANHATTAN, hot, cold, query, padded, step, ratio);
}

@inline
function sumTerms(metric: u32, hot: u32, cold: u32, query: u32, padded: u32, step: f32, ratio: f32): f64 {
  const steps = f32x4.splat(step);
  const ratios = f32x4.splat(ratio);
  let sum = f64x2.splat(0);
  for (let start: u32 = 0; start < padded; start += 64) {
    const end = min(start + 64, padded);
    let low = f32x4.splat(0);
    let high = f32x4.splat(0);
    for (let at = start; at < end; at += 8) {
      const hi = v128.load_ext<i8>(hot + at);
      const lo = v128.load(cold + (at << 1));
      const first = f32x4.add(
        f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(hi)), ratios),
        f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(lo)),
      );
      const second = f32x4.add(
        f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(hi)), ratios),
        f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(lo)),
      );
      low = f32x4.add(low, term(metric, first, v128.load(query + (at << 2)), steps));
      high = f32x4.add(high, term(metric, second, v128.load(query + (at << 2), 16), steps));
    }
    const both = f32x4.add(low, high);
    sum = f64x2.add(sum, f64x2.add(f64x2.promote_low_f32x4(both), f64x2.promote_low_f32x4(i32x4.shuffle(both, both, 2, 3, 0, 1))));
  }
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

@inline
function term(metric: u32, codes: v128, query: v128, steps: v128): v128 {
  if (metric == METRIC_DOT) return f32x4.mul(codes, query);
  const gap = f32x4.sub(f32x4.mul(codes, steps), query);
  return metric == METRIC_EUCLID ? f32x4.mul(gap, gap) : f32x4.abs(gap);
}
