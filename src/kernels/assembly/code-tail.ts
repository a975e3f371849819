import {
  FIELD_CODE_BYTES,
  FIELD_DIMENSION,
  FIELD_METRIC,
  METRIC_DOT,
  METRIC_EUCLID,
  METRIC_MANHATTAN,
  SPACE_QUERY_BIAS,
  SPACE_QUERY_CODES,
  SPACE_QUERY_NORM,
  SPACE_QUERY_SLACK,
  SPACE_SINK,
} from '../layout';
import { hotRow } from './field';

/**
 * The tail of a coded row, and what follows from it. A row x is coded as numbers v (levels, signs, centroids) and stands
 * for x' = factor x v. For Dot and Euclid the factor is |x|^2 / <x, v>: then <x, x'> = |x|^2, so that the error x' - x is
 * at right angles to x, scores of near rows are not biased, and errors only cost what of the query is not along x.
 *
 *   f32 factor   times 2 for Euclid
 *   f32 bias     -|x|^2 for Euclid, else 0
 *   f32 error    |x' - x|; for Manhattan a bound of the sum of |x' - x|
 *   f32 length   |x'|
 *
 * score = factor x <v, q> + bias + (Euclid: -|q|^2).
 */

/** The factor loses its last bits, so that coding what a code stands for gives the same factor. */
@inline
function rounded(factor: f32): f32 {
  return reinterpret<f32>((reinterpret<u32>(factor) + 16) & ~31);
}

/** square = |x|^2, along = <x, v>, size = |v|^2. */
export function writeTail(tail: u32, metric: u32, dimension: u32, square: f64, along: f64, size: f64): void {
  let factor: f32 = 0;
  if (along > 0 && square > 0) factor = rounded(<f32>(metric == METRIC_MANHATTAN ? along / size : square / along));
  const length2 = <f64>factor * <f64>factor * size;
  let error = <f32>sqrt<f64>(max<f64>(length2 - 2 * <f64>factor * along + square, 0));
  // A code that points away from its row: the row is scored as if it were 0, and bounds say nothing.
  if (factor == 0) error *= <f32>100000;
  if (metric == METRIC_MANHATTAN) error *= sqrt<f32>(<f32>dimension);
  store<f32>(tail, metric == METRIC_EUCLID ? 2 * factor : factor);
  store<f32>(tail, metric == METRIC_EUCLID ? -<f32>square : 0, 4);
  store<f32>(tail, error, 8);
  store<f32>(tail, <f32>sqrt<f64>(length2), 12);
}

/** What a unit of v stands for in the row. */
@inline
export function tailScale(tail: u32, metric: u32): f32 {
  return metric == METRIC_EUCLID ? load<f32>(tail) * <f32>0.5 : load<f32>(tail);
}

/**
 * The highest score that a row with this estimate can have, by the share of its error that is believed: 1 is provable,
 * 4 / sqrt(dimension) are four standard deviations, since errors do not line up with the query.
 */
export function codeHighest(field: u32, space: u32, row: u32, estimate: f32, share: f32): f32 {
  const tail = hotRow(field, row) + load<u32>(field, FIELD_CODE_BYTES);
  const metric = load<u32>(field, FIELD_METRIC);
  const noise = roundings(space, tail, estimate);
  const error = load<f32>(tail, 8) * share;
  if (metric == METRIC_MANHATTAN) return estimate + error + noise;
  const slack = load<f32>(space, SPACE_QUERY_SLACK) * load<f32>(tail, 12) * share;
  if (metric == METRIC_DOT) return estimate + error * load<f32>(space, SPACE_QUERY_NORM) + slack + noise;
  const gap = max(sqrt<f32>(max(error * error - estimate - 2 * slack - noise, 0)) - error, 0);
  return -gap * gap;
}

/** The lowest score that a row with this estimate can have. */
export function codeLowest(field: u32, space: u32, row: u32, estimate: f32, share: f32): f32 {
  const tail = hotRow(field, row) + load<u32>(field, FIELD_CODE_BYTES);
  const metric = load<u32>(field, FIELD_METRIC);
  const noise = roundings(space, tail, estimate);
  const error = load<f32>(tail, 8) * share;
  if (metric == METRIC_MANHATTAN) return estimate - error - noise;
  const slack = load<f32>(space, SPACE_QUERY_SLACK) * load<f32>(tail, 12) * share;
  if (metric == METRIC_DOT) return estimate - error * load<f32>(space, SPACE_QUERY_NORM) - slack - noise;
  const gap = sqrt<f32>(max(error * error - estimate + 2 * slack + noise, 0)) + error;
  return -gap * gap;
}

/** Roundings of f32 arithmetic and of the factor, relative to the terms that were added. */
@inline
function roundings(space: u32, tail: u32, estimate: f32): f32 {
  const terms = abs(estimate) + abs(load<f32>(tail, 4)) + abs(load<f32>(space, SPACE_QUERY_BIAS));
  return <f32>1e-5 * (terms + load<f32>(tail, 12) * load<f32>(space, SPACE_QUERY_NORM));
}

/** Four scores: factor x dot + bias of four rows, and the query's bias. */
@inline
export function withTails(dots: v128, tail0: u32, tail1: u32, tail2: u32, tail3: u32, bias: v128): v128 {
  const low = i32x4.shuffle(v128.load(tail0), v128.load(tail1), 0, 4, 1, 5);
  const high = i32x4.shuffle(v128.load(tail2), v128.load(tail3), 0, 4, 1, 5);
  const factors = i64x2.shuffle(low, high, 0, 2);
  const biases = i64x2.shuffle(low, high, 1, 3);
  return f32x4.add(f32x4.add(f32x4.mul(dots, factors), biases), bias);
}

/** Dimension rounded up to 128: f32 scratch of all codes is as long. */
@inline
export function wideOf(dimension: u32): u32 {
  return (dimension + 127) & ~127;
}

/** The coded query of a workspace, behind two f32[wide] of scratch. */
@inline
export function queryCodes(field: u32, space: u32): u32 {
  return load<u32>(space, SPACE_QUERY_CODES) + (wideOf(load<u32>(field, FIELD_DIMENSION)) << 3);
}

@inline
export function rowAt(table: u32, stride: u32, row: u32): u32 {
  return load<u32>(table + ((row >>> 8) << 3)) + (row & 255) * stride;
}

/** Bytes of a list of the 32 rows whose cache lines are read together, before the arithmetic begins. */
export const BURST_BYTES: u32 = 128;

/**
 * Reads every cache line of the rows listed in `bytes` bytes at `rows`, all first ones before the others; the sum is stored
 * so that the reads are kept. Arithmetic fills the reorder buffer after a few rows: 160 ns a row of 112 bytes from memory
 * became 48, 200 of 400 bytes 111 (scripts/bench/vectors/kernels.ts; 16 rows 120, 8 rows 135).
 */
@inline
export function fetchRows(space: u32, table: u32, stride: u32, rows: u32, bytes: u32): void {
  let sum: u32 = 0;
  for (let at: u32 = 0; at < bytes; at += 4) {
    const hot = rowAt(table, stride, load<u32>(rows + at));
    sum += load<u32>(hot) + load<u32>(hot + stride - 4);
  }
  for (let at: u32 = 0; at < bytes; at += 4) {
    const hot = rowAt(table, stride, load<u32>(rows + at));
    for (let line: u32 = 64; line < stride; line += 64) sum += load<u32>(hot + line);
  }
  store<u32>(space, sum, SPACE_SINK);
}

/** Makes the last group of fewer than four whole by repeating its first row. */
@inline
export function fillGroup(rows: u32, count: u32): void {
  if ((count & 3) == 0) return;
  const first = load<u32>(rows + ((count & ~3) << 2));
  for (let at = count; at & 3; at++) store<u32>(rows + (at << 2), first);
}

/** Sum of the four lanes. */
@inline
export function sumLanes(value: v128): f32 {
  return f32x4.extract_lane(value, 0) + f32x4.extract_lane(value, 1) + f32x4.extract_lane(value, 2) + f32x4.extract_lane(value, 3);
}

/** Largest of the four lanes. */
@inline
export function largestLane(value: v128): f32 {
  return max(
    max(f32x4.extract_lane(value, 0), f32x4.extract_lane(value, 1)),
    max(f32x4.extract_lane(value, 2), f32x4.extract_lane(value, 3)),
  );
}

/** Dot product of two f32 arrays of whole groups of four, in doubles. */
export function dotDouble(a: u32, b: u32, count: u32): f64 {
  let sum = f64x2.splat(0);
  for (let at: u32 = 0; at < count << 2; at += 8) {
    const left = f64x2.promote_low_f32x4(v128.load64_zero(a + at));
    sum = f64x2.add(sum, f64x2.mul(left, f64x2.promote_low_f32x4(v128.load64_zero(b + at))));
  }
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}
