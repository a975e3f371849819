import {
  FIELD_CODE_BYTES,
  FIELD_HOT_STRIDE,
  FIELD_METRIC,
  FIELD_PADDED,
  METRIC_EUCLID,
  METRIC_MANHATTAN,
  SPACE_QUERY,
  SPACE_QUERY_CODES,
  SPACE_SINK,
} from '../layout';
import {
  MULTI_BEST,
  MULTI_CHUNK,
  MULTI_EXACT,
  MULTI_MATRIX,
  MULTI_QUERIES,
  SET_AFFINE,
  SET_LANES,
  SET_QUERY,
  SET_ROWS,
} from '../layout-multi';
import { scoreDecoded } from './coded-rows';
import { hotRow } from './field';
import { scoreChunk, selectQuery } from './max-sim-score';
import { scoreExact } from './score';

/**
 * MaxSim of one point: the sum over the query's rows of the best score among the point's rows. By codes with bounds on
 * what 24 bits can make of it, or by 24 bits. Numbers about the point at hand are kept in this module: a thread looks at
 * one point at a time.
 */

/** By codes, and what the exact sum lies between. */
export let estimate: f32 = 0;
export let highest: f32 = 0;
export let lowest: f32 = 0;

/** Of the point's rows: the largest error of codes, size of factor, and size of bias. */
let rowError: f32 = 0;
let rowFactor: f32 = 0;
let rowBias: f32 = 0;

/** Scores the point of rows [first, end) by codes: leaves the best of each query row in MULTI_BEST, and their sum and bounds. */
export function estimatePoint(task: u32, field: u32, space: u32, first: u32, end: u32): void {
  const set = load<u32>(task, MULTI_QUERIES);
  const laneBytes = load<u32>(set, SET_LANES) << 2;
  const best = load<u32>(task, MULTI_BEST);
  const matrix = load<u32>(task, MULTI_MATRIX);
  for (let lane: u32 = 0; lane < laneBytes; lane += 16) v128.store(best + lane, f32x4.splat(-Infinity));
  fetchRows(field, space, first, min(end - first, MULTI_CHUNK));
  for (let row = first; row < end; row += MULTI_CHUNK) {
    const count = min(end - row, MULTI_CHUNK);
    scoreChunk(set, field, space, row, count, matrix);
    keepBest(best, matrix, count, laneBytes);
  }
  measureRows(field, first, end);
  sumBounds(set, field, best);
}

/**
 * Reads every cache line of the codes of `count` rows that follow one another: arithmetic lets the processor see few loads
 * ahead, bare reads get all that the memory can serve at once.
 */
@inline
function fetchRows(field: u32, space: u32, first: u32, count: u32): void {
  const start = hotRow(field, first);
  const bytes = count * load<u32>(field, FIELD_HOT_STRIDE);
  // Rows of two pages are not worth the trouble.
  if (hotRow(field, first + count - 1) + load<u32>(field, FIELD_HOT_STRIDE) != start + bytes) return;
  let sum: u32 = 0;
  for (let at: u32 = 0; at < bytes; at += 64) sum += load<u32>(start + at);
  // Stored so that the compiler keeps the reads.
  store<u32>(space, sum, SPACE_SINK);
}

/** best[lane] = the larger of it and the matrix's column. */
@inline
function keepBest(best: u32, matrix: u32, count: u32, laneBytes: u32): void {
  for (let lane: u32 = 0; lane < laneBytes; lane += 16) {
    let most = v128.load(best + lane);
    let at = matrix + lane;
    for (let row: u32 = 0; row < count; row++) {
      most = f32x4.pmax(most, v128.load(at));
      at += laneBytes;
    }
    v128.store(best + lane, most);
  }
}

/** Largest numbers of the rows' tails. */
function measureRows(field: u32, first: u32, end: u32): void {
  const stride = load<u32>(field, FIELD_HOT_STRIDE);
  let most = f32x4.splat(0);
  let row = first;
  while (row < end) {
    // Rows of a page follow one another.
    const stop = min(end, (row | 255) + 1);
    let tail = hotRow(field, row) + load<u32>(field, FIELD_CODE_BYTES);
    for (; row < stop; row++) {
      most = f32x4.pmax(most, f32x4.abs(v128.load(tail)));
      tail += stride;
    }
  }
  rowFactor = f32x4.extract_lane(most, 0);
  rowBias = f32x4.extract_lane(most, 1);
  rowError = f32x4.extract_lane(most, 2);
}

/** Sums the best of each query row, and its bounds. */
function sumBounds(set: u32, field: u32, best: u32): void {
  const metric = load<u32>(field, FIELD_METRIC);
  const rows = i32x4.splat(load<u32>(set, SET_ROWS));
  const laneBytes = load<u32>(set, SET_LANES) << 2;
  const error = f32x4.splat(rowError);
  let sum = f64x2.splat(0);
  let high = sum;
  let low = sum;
  let place = i32x4(0, 1, 2, 3);
  for (let lane: u32 = 0; lane < laneBytes; lane += 16) {
    // Lanes behind the last query count for nothing.
    const counted = i32x4.lt_u(place, rows);
    place = i32x4.add(place, i32x4.splat(4));
    const score = v128.load(best + lane);
    const margin = marginsOf(set, metric, lane, score);
    let upper: v128;
    let lower: v128;
    if (metric == METRIC_EUCLID) {
      // |x - q| lies within the error of |codes - q|.
      const none = f32x4.splat(0);
      const distance = f32x4.neg(score);
      const near = f32x4.pmax(none, f32x4.sub(f32x4.sqrt(f32x4.pmax(none, f32x4.sub(distance, margin))), error));
      const far = f32x4.add(f32x4.sqrt(f32x4.pmax(none, f32x4.add(distance, margin))), error);
      upper = f32x4.neg(f32x4.mul(near, near));
      lower = f32x4.neg(f32x4.mul(far, far));
    } else {
      upper = f32x4.add(score, margin);
      lower = f32x4.sub(score, margin);
    }
    sum = f64x2.add(sum, pairSums(v128.and(score, counted)));
    high = f64x2.add(high, pairSums(v128.and(upper, counted)));
    low = f64x2.add(low, pairSums(v128.and(lower, counted)));
  }
  estimate = <f32>(f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1));
  highest = <f32>(f64x2.extract_lane(high, 0) + f64x2.extract_lane(high, 1));
  lowest = <f32>(f64x2.extract_lane(low, 0) + f64x2.extract_lane(low, 1));
}

/** Two sums, in doubles, of four floats. */
@inline
function pairSums(values: v128): v128 {
  return f64x2.add(f64x2.promote_low_f32x4(values), f64x2.promote_low_f32x4(i32x4.shuffle(values, values, 2, 3, 0, 1)));
}

/**
 * How far a score by codes may be from the exact one: error of the row (Euclid: but for that), the query's rounding to 16
 * bits (|hi| <= 127), and the roundings of f32 sums.
 */
@inline
function marginsOf(set: u32, metric: u32, lane: u32, score: v128): v128 {
  const laneBytes = load<u32>(set, SET_LANES) << 2;
  const affine = load<u32>(set, SET_AFFINE) + lane;
  const terms = f32x4.add(f32x4.abs(score), f32x4.abs(v128.load(affine + laneBytes)));
  const noise = f32x4.mul(f32x4.splat(1e-6), f32x4.add(terms, f32x4.splat(rowBias)));
  if (metric == METRIC_MANHATTAN) return f32x4.add(f32x4.splat(rowError), noise);
  const slack = f32x4.mul(f32x4.splat(<f32>127 * rowFactor), v128.load(affine + laneBytes * 3));
  const margin = f32x4.add(slack, noise);
  if (metric == METRIC_EUCLID) return margin;
  return f32x4.add(margin, f32x4.mul(f32x4.splat(rowError), v128.load(affine + (laneBytes << 1))));
}

@inline
function marginOf(set: u32, metric: u32, lane: u32, score: f32): f32 {
  return f32x4.extract_lane(marginsOf(set, metric, lane, f32x4.splat(score)), 0);
}

/** The least score by codes of a row that may be the best by 24 bits for a query row whose best score by codes this is. */
@inline
function leastOf(set: u32, metric: u32, lane: u32, best: f32): f32 {
  const margin = marginOf(set, metric, lane, best);
  if (metric != METRIC_EUCLID) return best - 2 * margin;
  const far = sqrt<f32>(max(-best + margin, 0)) + 2 * rowError;
  return -far * far * <f32>1.000001 - margin;
}

/** The sum by 24 bits (or whole numbers) of a point; only rows that may be the best of a query row are read in full. */
export function exactPoint(task: u32, field: u32, space: u32, first: u32, end: u32): f64 {
  estimatePoint(task, field, space, first, end);
  const set = load<u32>(task, MULTI_QUERIES);
  const queries = load<u32>(set, SET_ROWS);
  const padded = load<u32>(field, FIELD_PADDED);
  const spaceQuery = load<u32>(space, SPACE_QUERY);
  const spaceCodes = load<u32>(space, SPACE_QUERY_CODES);
  let sum: f64 = 0;
  if (end - first <= <u32>MULTI_CHUNK) {
    // The matrix still holds all scores.
    for (let query: u32 = 0; query < queries; query++) {
      selectQuery(set, space, padded, query);
      sum += bestExact(task, field, space, query, first, end - first, -Infinity);
    }
  } else {
    sum = sumOfChunks(task, field, space, first, end);
  }
  store<u32>(space, spaceQuery, SPACE_QUERY);
  store<u32>(space, spaceCodes, SPACE_QUERY_CODES);
  return sum;
}

/** The highest exact score of a query row among the rows of the matrix, or `known` where none is higher. */
function bestExact(task: u32, field: u32, space: u32, query: u32, first: u32, count: u32, known: f64): f64 {
  const set = load<u32>(task, MULTI_QUERIES);
  const laneBytes = load<u32>(set, SET_LANES) << 2;
  const lane = query << 2;
  const least = leastOf(set, load<u32>(field, FIELD_METRIC), lane, load<f32>(load<u32>(task, MULTI_BEST) + lane));
  let at = load<u32>(task, MULTI_MATRIX) + lane;
  for (let row: u32 = 0; row < count; row++) {
    if (load<f32>(at) >= least) known = max(known, scoreExact(field, space, first + row));
    at += laneBytes;
  }
  return known;
}

/** As exactPoint, for a point of many rows: its matrix is made again, chunk by chunk, behind the best scores by codes. */
function sumOfChunks(task: u32, field: u32, space: u32, first: u32, end: u32): f64 {
  const set = load<u32>(task, MULTI_QUERIES);
  const queries = load<u32>(set, SET_ROWS);
  const padded = load<u32>(field, FIELD_PADDED);
  const exact = load<u32>(task, MULTI_EXACT);
  for (let query: u32 = 0; query < queries; query++) store<f64>(exact + (query << 3), -Infinity);
  for (let row = first; row < end; row += MULTI_CHUNK) {
    const count = min(end - row, MULTI_CHUNK);
    scoreChunk(set, field, space, row, count, load<u32>(task, MULTI_MATRIX));
    for (let query: u32 = 0; query < queries; query++) {
      const place = exact + (query << 3);
      selectQuery(set, space, padded, query);
      store<f64>(place, bestExact(task, field, space, query, row, count, load<f64>(place)));
    }
  }
  let sum: f64 = 0;
  for (let query: u32 = 0; query < queries; query++) sum += load<f64>(exact + (query << 3));
  return sum;
}

/** The sum by what the codes of a point's rows stand for. */
export function decodedPoint(set: u32, field: u32, space: u32, first: u32, end: u32): f64 {
  const queries = load<u32>(set, SET_ROWS);
  const padded = load<u32>(field, FIELD_PADDED);
  const spaceQuery = load<u32>(space, SPACE_QUERY);
  let sum: f64 = 0;
  for (let query: u32 = 0; query < queries; query++) {
    // The workspace's own buffer of codes is what a row is decoded into.
    store<u32>(space, load<u32>(set, SET_QUERY) + query * (padded << 2), SPACE_QUERY);
    let best: f32 = -Infinity;
    for (let row = first; row < end; row++) best = max(best, scoreDecoded(field, space, row));
    sum += best;
  }
  store<u32>(space, spaceQuery, SPACE_QUERY);
  return sum;
}
