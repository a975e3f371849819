import {
  FIELD_METRIC,
  FIELD_PADDED,
  METRIC_COSINE,
  METRIC_DOT,
  METRIC_EUCLID,
  SPACE_PAIR_QUERY,
  SPACE_QUERY,
  SPACE_QUERY_BIAS,
  SPACE_QUERY_CODES,
  SPACE_QUERY_NORM,
  SPACE_QUERY_SLACK,
  SPACE_QUERY_STEP,
} from '../layout';
import { hotRow } from './field';

/**
 * Rows of whole numbers 0 … 255 as they are: u8[padded]. Queries are whole numbers too, and a coordinate's product needs 16
 * bits, so that every score is computed in integers: exact up to 65,536 dimensions, where a sum just fits 32 bits.
 * Tail: score = factor x (row . query) + bias, as with int8 codes; the error is 0.
 */

/** Codes of a row from f32[padded] at `source`, zeros after dimension. */
export function encodeBytes(source: u32, hot: u32, padded: u32, metric: u32): void {
  let square: u64 = 0;
  for (let at: u32 = 0; at < padded; at += 16) {
    const from = source + (at << 2);
    const low = i16x8.narrow_i32x4_s(whole(from), whole(from + 16));
    const high = i16x8.narrow_i32x4_s(whole(from + 32), whole(from + 48));
    square += sumUnsigned(i32x4.add(i32x4.dot_i16x8_s(low, low), i32x4.dot_i16x8_s(high, high)));
    v128.store(hot + at, i8x16.narrow_i16x8_u(low, high));
  }
  let factor: f32 = 1;
  let bias: f32 = 0;
  if (metric == METRIC_EUCLID) {
    factor = 2;
    bias = -<f32>square;
  } else if (metric == METRIC_COSINE) {
    factor = square == 0 ? 0 : <f32>(1 / sqrt<f64>(<f64>square));
  }
  store<f32>(hot + padded, factor);
  store<f32>(hot + padded, bias, 4);
  store<f32>(hot + padded, 0, 8);
}

@inline
function whole(from: u32): v128 {
  return i32x4.trunc_sat_f32x4_u(f32x4.pmin(v128.load(from), f32x4.splat(255)));
}

/** A row's coordinates, f32[padded], to `target`. */
export function decodeBytes(field: u32, row: u32, target: u32): void {
  const hot = hotRow(field, row);
  const padded = load<u32>(field, FIELD_PADDED);
  for (let at: u32 = 0; at < padded; at += 4) {
    const values = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(hot + at)));
    v128.store(target + (at << 2), f32x4.convert_i32x4_u(values));
  }
}

/** Makes SPACE_QUERY, f32[padded] of whole numbers, a query in integers. */
export function prepareBytes(field: u32, space: u32): void {
  const padded = load<u32>(field, FIELD_PADDED);
  const codes = load<u32>(space, SPACE_QUERY_CODES);
  toShorts(load<u32>(space, SPACE_QUERY), codes, padded);
  const square = sumProducts(codes, codes, padded);
  const metric = load<u32>(field, FIELD_METRIC);
  const norm = sqrt<f64>(<f64>square);
  store<f32>(space, metric != METRIC_COSINE ? 1 : square == 0 ? 0 : <f32>(1 / norm), SPACE_QUERY_STEP);
  store<f32>(space, <f32>norm, SPACE_QUERY_NORM);
  store<f32>(space, 0, SPACE_QUERY_SLACK);
  store<f32>(space, metric == METRIC_EUCLID ? -<f32>square : 0, SPACE_QUERY_BIAS);
}

function toShorts(source: u32, target: u32, padded: u32): void {
  for (let at: u32 = 0; at < padded; at += 8) {
    const from = source + (at << 2);
    v128.store(target + (at << 1), i16x8.narrow_i32x4_s(whole(from), whole(from + 16)));
  }
}

function sumProducts(a: u32, b: u32, padded: u32): u64 {
  let sum = i32x4.splat(0);
  for (let at: u32 = 0; at < padded << 1; at += 16) {
    sum = i32x4.add(sum, i32x4.dot_i16x8_s(v128.load(a + at), v128.load(b + at)));
  }
  return sumUnsigned(sum);
}

/** The exact score of a row against the workspace's query. */
export function exactBytes(field: u32, space: u32, row: u32): f64 {
  return scoreShorts(field, hotRow(field, row), load<u32>(space, SPACE_QUERY_CODES));
}

/** Exact scores of `count` rows against the row `base`. */
export function pairBytes(field: u32, space: u32, base: u32, rows: u32, count: u32, scores: u32): void {
  const padded = load<u32>(field, FIELD_PADDED);
  const codes = load<u32>(space, SPACE_PAIR_QUERY);
  const origin = hotRow(field, base);
  for (let at: u32 = 0; at < padded; at += 8) v128.store(codes + (at << 1), v128.load_ext<u8>(origin + at));
  for (let at: u32 = 0; at < count << 2; at += 4) {
    store<f32>(scores + at, <f32>scoreShorts(field, hotRow(field, load<u32>(rows + at)), codes));
  }
}

function scoreShorts(field: u32, hot: u32, query: u32): f64 {
  const padded = load<u32>(field, FIELD_PADDED);
  const metric = load<u32>(field, FIELD_METRIC);
  if (metric == METRIC_DOT) return <f64>sumTerms(METRIC_DOT, hot, query, padded);
  if (metric == METRIC_EUCLID) return -<f64>sumTerms(METRIC_EUCLID, hot, query, padded);
  if (metric != METRIC_COSINE) return -<f64>sumTerms(metric, hot, query, padded);
  // The norms in doubles: their product has up to 64 bits.
  const norms = <f64>sumTerms(METRIC_COSINE, hot, query, padded) * <f64>sumProducts(query, query, padded);
  return norms == 0 ? 0 : <f64>sumTerms(METRIC_DOT, hot, query, padded) / sqrt<f64>(norms);
}

/** Sum of x q (dot), (x - q)^2 (Euclid), |x - q| (Manhattan) or x^2 (cosine). */
@inline
function sumTerms(metric: u32, hot: u32, query: u32, padded: u32): u64 {
  let sum = i32x4.splat(0);
  for (let at: u32 = 0; at < padded; at += 8) {
    const row = v128.load_ext<u8>(hot + at);
    if (metric == METRIC_DOT) {
      sum = i32x4.add(sum, i32x4.dot_i16x8_s(row, v128.load(query + (at << 1))));
    } else if (metric == METRIC_COSINE) {
      sum = i32x4.add(sum, i32x4.dot_i16x8_s(row, row));
    } else {
      const gap = i16x8.sub(row, v128.load(query + (at << 1)));
      if (metric == METRIC_EUCLID) sum = i32x4.add(sum, i32x4.dot_i16x8_s(gap, gap));
      else sum = i32x4.add(sum, i32x4.extadd_pairwise_i16x8_s(i16x8.abs(gap)));
    }
  }
  return sumUnsigned(sum);
}

@inline
function sumUnsigned(sum: v128): u64 {
  return (
    <u64>(<u32>i32x4.extract_lane(sum, 0)) +
    <u64>(<u32>i32x4.extract_lane(sum, 1)) +
    <u64>(<u32>i32x4.extract_lane(sum, 2)) +
    <u64>(<u32>i32x4.extract_lane(sum, 3))
  );
}
