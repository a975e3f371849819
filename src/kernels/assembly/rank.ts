import {
  CODE_TURBO4,
  FIELD_CODE,
  RESCORE_EXACT,
  RESCORE_NONE,
  FIELD_CODE_BYTES,
  FIELD_COLD_STRIDE,
  FIELD_DIMENSION,
  FIELD_METRIC,
  FIELD_PADDED,
  FIELD_REMAINDERS,
  METRIC_DOT,
  METRIC_EUCLID,
  SPACE_BEAM,
  SPACE_BEAM_CAPACITY,
  SPACE_BEAM_SIZE,
  SPACE_QUERY_BIAS,
  SPACE_QUERY_NORM,
  SPACE_QUERY_SLACK,
  SPACE_RESCORE,
  SPACE_SINK,
  SPACE_TOP,
  SPACE_TOP_SIZE,
  SPACE_WAY,
  WAY_CODES,
  WAY_EXAMPLES,
  WAY_WIDE,
} from '../layout';
import { DEAD, ROW_MASK, SCORE_MASK, insertAt, keyScore, offer, placeOf, scoreKey } from './beam';
import { isCancelled } from './cancel';
import { codeHighest, codeLowest } from './code-tail';
import { scoreDecoded } from './coded-rows';
import { decodedExamples } from './examples';
import { coldRow, hotRow, int8Row } from './field';
import { scoreExact } from './score';

/**
 * The best k by exact scores (SPACE_TOP), and how codes tell which rows need one. Where SPACE_RESCORE is 0 they are the best
 * k by codes.
 */

@inline
function offerScore(space: u32, k: u32, row: u32, score: f32): void {
  const key = scoreKey(score) | ~row;
  store<u32>(space, offer(load<u32>(space, SPACE_TOP), load<u32>(space, SPACE_TOP_SIZE), k, key), SPACE_TOP_SIZE);
}

/** Offers a row with its exact score to the best k. Equal scores: the lower row comes first. */
@inline
export function offerExact(field: u32, space: u32, k: u32, row: u32): void {
  offerScore(space, k, row, <f32>scoreExact(field, space, row));
}

/**
 * Exact scores for the beam's rows in its order, until no row that follows is likely to come among the best k, or until
 * `candidates` have one (0: no such limit). The rows that will be read for certain are fetched together: one after the
 * other they cost a sixth of a search.
 */
export function rerank(field: u32, space: u32, k: u32, candidates: u32): void {
  const beam = load<u32>(space, SPACE_BEAM);
  const size = load<u32>(space, SPACE_BEAM_SIZE);
  const top = load<u32>(space, SPACE_TOP);
  if (load<u32>(space, SPACE_RESCORE) == RESCORE_NONE) {
    takeBest(space, k);
    return;
  }
  fetchCold(field, space, beam, min(size, max(k, candidates)));
  let left = candidates == 0 ? size : max(k, candidates);
  for (let at: u32 = 0; at < size && left > 0 && !isCancelled(); at++) {
    const entry = load<u64>(beam + (at << 3));
    if (entry & DEAD) continue;
    const row = <u32>entry & ROW_MASK;
    if (load<u32>(space, SPACE_TOP_SIZE) == k) {
      const worst = keyScore(load<u64>(top + ((k - 1) << 3)));
      if (likelyHighest(field, space, row, keyScore(entry)) < worst) break;
    }
    offerExact(field, space, k, row);
    left--;
  }
}

/** The beam's best k live rows by the scores that they have there. */
export function takeBest(space: u32, k: u32): void {
  const beam = load<u32>(space, SPACE_BEAM);
  const size = load<u32>(space, SPACE_BEAM_SIZE);
  for (let at: u32 = 0; at < size && load<u32>(space, SPACE_TOP_SIZE) < k; at++) {
    const entry = load<u64>(beam + (at << 3));
    if (!(entry & DEAD)) offerScore(space, k, <u32>entry & ROW_MASK, keyScore(entry));
  }
}

/** Deviations that codes of few bits are given: more have more rows read for little recall (docs/performance.md). */
const CODED_DEVIATIONS: f32 = 1.4;

/**
 * The exact score that a row with this estimate hardly exceeds. The provable error supposes that all roundings line up with
 * the query. They do not: their sum has a standard deviation of about 1 / sqrt(dimension) of it, and four of those are
 * never seen.
 */
export function likelyHighest(field: u32, space: u32, row: u32, estimate: f32): f32 {
  if (isShortCode(field, space)) return codeHighest(field, space, row, estimate, deviations(field, CODED_DEVIATIONS));
  return estimate + (highest(field, space, row, estimate) - estimate) * deviations(field, 4);
}

/** The exact score that a row with this estimate hardly falls below. */
export function likelyLowest(field: u32, space: u32, row: u32, estimate: f32): f32 {
  if (isShortCode(field, space)) return codeLowest(field, space, row, estimate, deviations(field, CODED_DEVIATIONS));
  return estimate - (estimate - lowest(field, space, row, estimate)) * deviations(field, 4);
}

/** Rows fetched together: some 25 cache lines each, and the first-level cache holds 512. */
const FETCHED_ROWS: u32 = 16;

/** Reads every cache line of the remainders of the first `count` rows of a list of keys. */
export function fetchCold(field: u32, space: u32, keys: u32, count: u32): void {
  if (load<u32>(field, FIELD_REMAINDERS) == 0) return;
  const bytes = load<u32>(field, FIELD_COLD_STRIDE);
  let sum: u32 = 0;
  for (let at: u32 = 0; at < min(count, FETCHED_ROWS); at++) {
    const cold = coldRow(field, load<u32>(keys + (at << 3)) & ROW_MASK);
    for (let line: u32 = 0; line < bytes; line += 64) sum += load<u32>(cold + line);
  }
  store<u32>(space, sum, SPACE_SINK);
}

/** Offers rows whose scores by codes are known, leaving out those that provably do not come among the best k. */
export function offerRows(field: u32, space: u32, k: u32, rows: u32, count: u32, scores: u32): void {
  const top = load<u32>(space, SPACE_TOP);
  if (load<u32>(space, SPACE_RESCORE) == RESCORE_NONE) {
    for (let at: u32 = 0; at < count << 2; at += 4) {
      offerScore(space, k, load<u32>(rows + at), load<f32>(scores + at));
    }
    return;
  }
  for (let at: u32 = 0; at < count << 2; at += 4) {
    const row = load<u32>(rows + at);
    if (load<u32>(space, SPACE_TOP_SIZE) == k) {
      const worst = keyScore(load<u64>(top + ((k - 1) << 3)));
      if (highest(field, space, row, load<f32>(scores + at)) < worst) continue;
    }
    offerExact(field, space, k, row);
  }
}

/**
 * As `offerRows`, but exact scores wait until all rows are known (`settle`): a scan that gives each row its exact score as
 * it comes reads three times as many of them. Until then SPACE_TOP holds the k highest lower bounds, and the beam every
 * row whose upper bound is above the least of them, in no order. False where the beam is too small for that.
 */
export function noteRows(field: u32, space: u32, k: u32, rows: u32, count: u32, scores: u32): bool {
  const top = load<u32>(space, SPACE_TOP);
  const beam = load<u32>(space, SPACE_BEAM);
  const capacity = load<u32>(space, SPACE_BEAM_CAPACITY);
  let size = load<u32>(space, SPACE_BEAM_SIZE);
  let topSize = load<u32>(space, SPACE_TOP_SIZE);
  if (size + count > capacity) size = dropBelow(space, k, size);
  if (size + count > capacity) return false;
  let least: f32 = topSize == k ? keyScore(load<u64>(top + ((k - 1) << 3))) : -Infinity;
  for (let at: u32 = 0; at < count << 2; at += 4) {
    const row = load<u32>(rows + at);
    const estimate = load<f32>(scores + at);
    const upper = highest(field, space, row, estimate);
    if (upper < least) continue;
    store<u64>(beam + (size++ << 3), scoreKey(upper) | row);
    topSize = offer(top, topSize, k, scoreKey(lowest(field, space, row, estimate)) | ~row);
    if (topSize == k) least = keyScore(load<u64>(top + ((k - 1) << 3)));
  }
  store<u32>(space, size, SPACE_BEAM_SIZE);
  store<u32>(space, topSize, SPACE_TOP_SIZE);
  return true;
}

/** Drops the noted rows that provably do not come among the best k; answers how many stay. */
export function dropBelow(space: u32, k: u32, size: u32): u32 {
  if (load<u32>(space, SPACE_TOP_SIZE) < k) return size;
  const beam = load<u32>(space, SPACE_BEAM);
  const least = load<u64>(load<u32>(space, SPACE_TOP) + ((k - 1) << 3)) & SCORE_MASK;
  let kept: u32 = 0;
  for (let at: u32 = 0; at < size; at++) {
    const key = load<u64>(beam + (at << 3));
    if (key >= least) store<u64>(beam + (kept++ << 3), key);
  }
  store<u32>(space, kept, SPACE_BEAM_SIZE);
  return kept;
}

/**
 * Exact scores for the noted rows; SPACE_TOP then holds the best k of them, and the beam is empty.
 * With RESCORE_LATER the rows stay noted.
 */
export function settle(field: u32, space: u32, k: u32): void {
  if (load<u32>(space, SPACE_RESCORE) != RESCORE_EXACT) return;
  const beam = load<u32>(space, SPACE_BEAM);
  const top = load<u32>(space, SPACE_TOP);
  const size = dropBelow(space, k, load<u32>(space, SPACE_BEAM_SIZE));
  store<u32>(space, 0, SPACE_TOP_SIZE);
  store<u32>(space, 0, SPACE_BEAM_SIZE);
  for (let at: u32 = 0; at < size; at++) {
    const key = load<u64>(beam + (at << 3));
    if (at % FETCHED_ROWS == 0) {
      if (isCancelled()) return;
      fetchCold(field, space, beam + (at << 3), size - at);
    }
    if (load<u32>(space, SPACE_TOP_SIZE) == k && keyScore(key) < keyScore(load<u64>(top + ((k - 1) << 3)))) continue;
    offerExact(field, space, k, <u32>key & ROW_MASK);
  }
}

/**
 * The noted rows become the answer: SPACE_TOP lists up to `capacity` of them by their highest scores; answers how many
 * there are.
 */
export function listNoted(space: u32, k: u32, capacity: u32): u32 {
  const beam = load<u32>(space, SPACE_BEAM);
  const size = dropBelow(space, k, load<u32>(space, SPACE_BEAM_SIZE));
  store<u32>(space, 0, SPACE_TOP_SIZE);
  store<u32>(space, 0, SPACE_BEAM_SIZE);
  for (let at: u32 = 0; at < size; at++) {
    const key = load<u64>(beam + (at << 3));
    offerScore(space, capacity, <u32>key & ROW_MASK, keyScore(key));
  }
  return size;
}

/**
 * Scores the best k once more, by what their codes stand for: -d^2 from dot products is off by a millionth of the lengths,
 * which shows where rows lie near the query. Dot products lose nothing.
 */
export function decodeBest(field: u32, space: u32): void {
  if (load<u32>(field, FIELD_METRIC) != METRIC_EUCLID) return;
  const top = load<u32>(space, SPACE_TOP);
  const size = load<u32>(space, SPACE_TOP_SIZE);
  for (let at: u32 = 0; at < size; at++) {
    const row = ~(<u32>load<u64>(top + (at << 3)));
    const isOne = load<u32>(space, SPACE_WAY) != WAY_EXAMPLES;
    const key = scoreKey(isOne ? scoreDecoded(field, space, row) : decodedExamples(field, space, row)) | ~row;
    // Sorted anew from the front: what stands before has its score already.
    insertAt(top, at, placeOf(top, at, key), key);
  }
}

/** A row's tail, of the codes that the workspace scores by. */
@inline
function tailOf(field: u32, space: u32, row: u32): u32 {
  if (load<u32>(space, SPACE_WAY) == WAY_CODES) return hotRow(field, row) + load<u32>(field, FIELD_CODE_BYTES);
  return int8Row(field, row) + load<u32>(field, FIELD_PADDED);
}

/** Codes of few bits are scored by where nobody asks for exactness: a scan believes their errors to this many deviations. */
const SCANNED_DEVIATIONS: f32 = 3;

@inline
function isShortCode(field: u32, space: u32): bool {
  return load<u32>(space, SPACE_WAY) == WAY_CODES && load<u32>(field, FIELD_CODE) >= <u32>CODE_TURBO4;
}

@inline
function deviations(field: u32, count: f32): f32 {
  return min(count / sqrt<f32>(<f32>load<u32>(field, FIELD_DIMENSION)), <f32>1);
}

/** The highest exact score that a row with this estimate can have. */
export function highest(field: u32, space: u32, row: u32, estimate: f32): f32 {
  if (isShortCode(field, space)) return codeHighest(field, space, row, estimate, deviations(field, SCANNED_DEVIATIONS));
  const tail = tailOf(field, space, row);
  const noise = roundings(space, tail, estimate);
  if (load<u32>(space, SPACE_WAY) == WAY_WIDE) return estimate + noise;
  const metric = load<u32>(field, FIELD_METRIC);
  const error = load<f32>(tail, 8);
  const slack = querySlack(space, tail) + noise;
  if (metric == METRIC_DOT) return estimate + error * load<f32>(space, SPACE_QUERY_NORM) + slack;
  if (metric == METRIC_EUCLID) {
    // |x - q| >= |codes - q| - |x - codes|.
    const gap = max(sqrt<f32>(max(-estimate - slack, 0)) - error, 0);
    return -gap * gap;
  }
  return estimate + error + noise;
}

/** The lowest exact score that a row with this estimate can have. */
export function lowest(field: u32, space: u32, row: u32, estimate: f32): f32 {
  if (isShortCode(field, space)) return codeLowest(field, space, row, estimate, deviations(field, SCANNED_DEVIATIONS));
  const tail = tailOf(field, space, row);
  const noise = roundings(space, tail, estimate);
  if (load<u32>(space, SPACE_WAY) == WAY_WIDE) return estimate - noise;
  const metric = load<u32>(field, FIELD_METRIC);
  const error = load<f32>(tail, 8);
  const slack = querySlack(space, tail) + noise;
  if (metric == METRIC_DOT) return estimate - error * load<f32>(space, SPACE_QUERY_NORM) - slack;
  if (metric == METRIC_EUCLID) {
    const gap = sqrt<f32>(max(-estimate + slack, 0)) + error;
    return -gap * gap;
  }
  return estimate - error - noise;
}

/** Roundings of f32 arithmetic, relative to the terms that were added. */
@inline
function roundings(space: u32, tail: u32, estimate: f32): f32 {
  return <f32>1e-6 * (abs(estimate) + abs(load<f32>(tail, 4)) + abs(load<f32>(space, SPACE_QUERY_BIAS)));
}

/** What rounding the query to 16 bits can add. */
@inline
function querySlack(space: u32, tail: u32): f32 {
  return <f32>127 * load<f32>(tail) * load<f32>(space, SPACE_QUERY_SLACK);
}
