import {
  FIELD_DIMENSION,
  FIELD_METRIC,
  FIELD_PADDED,
  FIELD_WIDE,
  METRIC_DOT,
  METRIC_EUCLID,
  SPACE_BEAM,
  SPACE_BEAM_SIZE,
  SPACE_QUERY_BIAS,
  SPACE_QUERY_NORM,
  SPACE_QUERY_SLACK,
  SPACE_TOP,
  SPACE_TOP_SIZE,
} from '../layout';
import { DEAD, ROW_MASK, keyScore, offer, scoreKey } from './beam';
import { hotRow } from './field';
import { scoreExact } from './score';

/** The best k by exact scores (SPACE_TOP), and how codes tell which rows need one. */

/** Offers a row with its exact score to the best k. Equal scores: the lower row comes first. */
@inline
function offerExact(field: u32, space: u32, k: u32, row: u32): void {
  const key = scoreKey(<f32>scoreExact(field, space, row)) | ~row;
  store<u32>(space, offer(load<u32>(space, SPACE_TOP), load<u32>(space, SPACE_TOP_SIZE), k, key), SPACE_TOP_SIZE);
}

/** Exact scores for the beam's rows in its order, until no row that follows is likely to come among the best k. */
export function rerank(field: u32, space: u32, k: u32): void {
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

/** Offers rows whose scores by codes are known, leaving out those that provably do not come among the best k. */
export function offerRows(field: u32, space: u32, k: u32, rows: u32, count: u32, scores: u32): void {
  const top = load<u32>(space, SPACE_TOP);
  for (let at: u32 = 0; at < count << 2; at += 4) {
    const row = load<u32>(rows + at);
    if (load<u32>(space, SPACE_TOP_SIZE) == k) {
      const worst = keyScore(load<u64>(top + ((k - 1) << 3)));
      if (highest(field, space, row, load<f32>(scores + at)) < worst) continue;
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
