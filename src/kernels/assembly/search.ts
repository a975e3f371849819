import {
  FIELD_DIMENSION,
  FIELD_METRIC,
  FIELD_PADDED,
  FIELD_WIDE,
  METRIC_DOT,
  METRIC_EUCLID,
  NO_ROW,
  SEARCH_DEAD,
  SEARCH_DISTANCES,
  SEARCH_EF,
  SEARCH_FIELD,
  SEARCH_FOUND,
  SEARCH_K,
  SEARCH_LEAST,
  SEARCH_QUERY,
  SEARCH_ROWS,
  SEARCH_ROW_COUNT,
  SEARCH_SCAN_END,
  SEARCH_SCAN_START,
  SEARCH_SCORES,
  SPACE_BEAM,
  SPACE_BEAM_SIZE,
  SPACE_DEAD,
  SPACE_DISTANCES,
  SPACE_QUERY_BIAS,
  SPACE_QUERY_NORM,
  SPACE_QUERY_SLACK,
  SPACE_ROWS,
  SPACE_ROW_COUNT,
  SPACE_SCORES,
  SPACE_TOP,
  SPACE_TOP_SIZE,
} from '../layout';
import { DEAD, ROW_MASK, keyScore, offer, scoreKey } from './beam';
import { prepareQuery } from './codes';
import { hotRow, isDead } from './field';
import { scoreExact, scoreRows } from './score';
import { clearVisited, descend, isVisited, startBeam, walk } from './walk';

/** One search, whole: walk, exact scores for the best of the beam, scan of the rows outside the graph. */
export function search(task: u32, space: u32): void {
  const field = load<u32>(task, SEARCH_FIELD);
  const k = load<u32>(task, SEARCH_K);
  store<u32>(space, load<u32>(task, SEARCH_ROW_COUNT), SPACE_ROW_COUNT);
  store<u32>(space, load<u32>(task, SEARCH_DEAD), SPACE_DEAD);
  store<u32>(space, 0, SPACE_DISTANCES);
  store<u32>(space, 0, SPACE_TOP_SIZE);
  store<u32>(space, 0, SPACE_BEAM_SIZE);
  prepareQuery(field, space, load<u32>(task, SEARCH_QUERY));
  const ef = load<u32>(task, SEARCH_EF);
  if (ef != 0) {
    const row = descend(field, space, 0);
    if (row != NO_ROW) {
      startBeam(field, space, row, 0);
      walk(field, space, ef, 0);
      rerank(field, space, k);
    }
  }
  scan(field, space, k, load<u32>(task, SEARCH_SCAN_START), load<u32>(task, SEARCH_SCAN_END));
  clearVisited(space);
  if (load<u32>(space, SPACE_TOP_SIZE) < load<u32>(task, SEARCH_LEAST)) {
    // The walk met too few live rows (most are dead, or parts of the graph are cut off): the answer must not be short.
    store<u32>(space, 0, SPACE_TOP_SIZE);
    scan(field, space, k, 0, load<u32>(task, SEARCH_SCAN_END));
  }
  answer(task, space);
}

function answer(task: u32, space: u32): void {
  const top = load<u32>(space, SPACE_TOP);
  const size = load<u32>(space, SPACE_TOP_SIZE);
  const rows = load<u32>(task, SEARCH_ROWS);
  const scores = load<u32>(task, SEARCH_SCORES);
  for (let at: u32 = 0; at < size; at++) {
    const key = load<u64>(top + (at << 3));
    store<u32>(rows + (at << 2), ~<u32>key);
    store<f32>(scores + (at << 2), keyScore(key));
  }
  store<u32>(task, size, SEARCH_FOUND);
  store<u32>(task, load<u32>(space, SPACE_DISTANCES), SEARCH_DISTANCES);
}

/** Offers a row with its exact score to the best k. Equal scores: the lower row comes first. */
@inline
function offerExact(field: u32, space: u32, k: u32, row: u32): void {
  const key = scoreKey(<f32>scoreExact(field, space, row)) | ~row;
  store<u32>(space, offer(load<u32>(space, SPACE_TOP), load<u32>(space, SPACE_TOP_SIZE), k, key), SPACE_TOP_SIZE);
}

/** Exact scores for the beam's rows in its order, until no row that follows is likely to come among the best k. */
function rerank(field: u32, space: u32, k: u32): void {
  const beam = load<u32>(space, SPACE_BEAM);
  const size = load<u32>(space, SPACE_BEAM_SIZE);
  const top = load<u32>(space, SPACE_TOP);
  // The provable error supposes that all roundings line up with the query. They do not: their sum has a standard
  // deviation of about 1 / sqrt(dimension) of it, and four of those are never seen.
  const share = min(<f32>4 / sqrt<f32>(<f32>load<u32>(field, FIELD_DIMENSION)), <f32>1);
  for (let at: u32 = 0; at < size; at++) {
    const entry = load<u64>(beam + (at << 3));
    if (entry & DEAD) continue;
    const row = <u32>entry & ROW_MASK;
    if (load<u32>(space, SPACE_TOP_SIZE) == k) {
      const estimate = keyScore(entry);
      const worst = keyScore(load<u64>(top + ((k - 1) << 3)));
      if (estimate + (highest(field, space, row, estimate) - estimate) * share < worst) break;
    }
    offerExact(field, space, k, row);
  }
}

/** The highest exact score that a row with this estimate can have. */
function highest(field: u32, space: u32, row: u32, estimate: f32): f32 {
  const metric = load<u32>(field, FIELD_METRIC);
  const tail = hotRow(field, row) + load<u32>(field, FIELD_PADDED);
  const error = load<f32>(tail, 8);
  // Roundings of f32 arithmetic, relative to the terms that were added.
  const noise = <f32>1e-6 * (abs(estimate) + abs(load<f32>(tail, 4)) + abs(load<f32>(space, SPACE_QUERY_BIAS)));
  if (load<u32>(field, FIELD_WIDE)) return estimate + noise;
  const slack = <f32>127 * load<f32>(tail) * load<f32>(space, SPACE_QUERY_SLACK) + noise;
  if (metric == METRIC_DOT) return estimate + error * load<f32>(space, SPACE_QUERY_NORM) + slack;
  if (metric == METRIC_EUCLID) {
    // |x - q| >= |codes - q| - |x - codes|.
    const gap = max(sqrt<f32>(max(-estimate - slack, 0)) - error, 0);
    return -gap * gap;
  }
  return estimate + error + noise;
}

/** Exact best k of the live rows in [start, end) that the walk has not seen, by bounds on their codes. */
function scan(field: u32, space: u32, k: u32, start: u32, end: u32): void {
  const rows = load<u32>(space, SPACE_ROWS);
  const scores = load<u32>(space, SPACE_SCORES);
  const top = load<u32>(space, SPACE_TOP);
  const seen = load<u32>(space, SPACE_BEAM_SIZE) != 0;
  let next = start;
  while (next < end) {
    const stop = min(end, next + 64);
    let count: u32 = 0;
    for (; next < stop; next++) {
      if (isDead(field, next) || (seen && isVisited(space, next))) continue;
      store<u32>(rows + (count++ << 2), next);
    }
    if (count == 0) continue;
    scoreRows(field, space, rows, count, scores);
    store<u32>(space, load<u32>(space, SPACE_DISTANCES) + count, SPACE_DISTANCES);
    for (let at: u32 = 0; at < count << 2; at += 4) {
      const row = load<u32>(rows + at);
      if (load<u32>(space, SPACE_TOP_SIZE) == k) {
        const worst = keyScore(load<u64>(top + ((k - 1) << 3)));
        if (highest(field, space, row, load<f32>(scores + at)) < worst) continue;
      }
      offerExact(field, space, k, row);
    }
  }
}
