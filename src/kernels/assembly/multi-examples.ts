import { RESCORE_DECODED, RESCORE_EXACT, RESCORE_NONE } from '../layout';
import { EXAMPLES_COUNT, EXAMPLES_HEADS, EXAMPLES_RAW } from '../layout-examples';
import {
  MULTI_DEAD,
  MULTI_EXAMPLES,
  MULTI_FIELD,
  MULTI_FILTER,
  MULTI_FILTER_END,
  MULTI_FOUND,
  MULTI_K,
  MULTI_LIST,
  MULTI_LIST_COUNT,
  MULTI_QUERIES,
  MULTI_RESCORE,
  MULTI_ROWS,
  MULTI_SCAN_END,
  MULTI_SCAN_START,
  MULTI_SCORED,
  MULTI_SCORES,
  MULTI_SHARE,
  MULTI_STARTS,
  MULTI_TOP,
} from '../layout-multi';
import { keyScore, offer, scoreKey } from './beam';
import { isCancelled } from './cancel';
import { isBitSet } from './centroid-sieve';
import { combineRow, isRaising } from './example-scores';
import { decodedPoint, estimate, estimatePoint, exactPoint, highest, lowest } from './max-sim-bounds';
import { prepareSet } from './max-sim-score';

/**
 * A search of a multi field by several examples, each a set of query rows: every point that may be returned gets its
 * MaxSim against each, by codes first, and as exactly as the task wants it where that may make it one of the best.
 */
export function searchMultiExamples(task: u32, space: u32): void {
  const field = load<u32>(task, MULTI_FIELD);
  const examples = load<u32>(task, MULTI_EXAMPLES);
  const count = load<u32>(examples, EXAMPLES_COUNT);
  for (let index: u32 = 0; index < count; index++) prepareSet(setOf(examples, index), field, space);
  bestCount = 0;
  store<u32>(task, 0, MULTI_SCORED);
  if (load<u32>(task, MULTI_LIST) != 0) scoreList(task, field, space);
  else scoreRange(task, field, space);
  const top = load<u32>(task, MULTI_TOP);
  const rows = load<u32>(task, MULTI_ROWS);
  const scores = load<u32>(task, MULTI_SCORES);
  for (let at: u32 = 0; at < bestCount; at++) {
    const key = load<u64>(top + (at << 3));
    store<u32>(rows + (at << 2), ~<u32>key);
    store<f32>(scores + (at << 2), keyScore(key));
  }
  store<u32>(task, bestCount, MULTI_FOUND);
}

/** Points in MULTI_TOP of the search at hand. */
let bestCount: u32 = 0;

/** Address of an example's set (SET_…). */
@inline
function setOf(examples: u32, index: u32): u32 {
  return load<u32>(load<u32>(examples, EXAMPLES_HEADS) + (index << 2));
}

function scoreRange(task: u32, field: u32, space: u32): void {
  const dead = load<u32>(task, MULTI_DEAD);
  const filter = load<u32>(task, MULTI_FILTER);
  let end = load<u32>(task, MULTI_SCAN_END);
  if (filter != 0) end = min(end, load<u32>(task, MULTI_FILTER_END));
  for (let point = load<u32>(task, MULTI_SCAN_START); point < end && !isCancelled(); point++) {
    if (isBitSet(dead, point) || (filter != 0 && !isBitSet(filter, point))) continue;
    scorePoint(task, field, space, point);
  }
}

function scoreList(task: u32, field: u32, space: u32): void {
  const dead = load<u32>(task, MULTI_DEAD);
  const list = load<u32>(task, MULTI_LIST);
  const end = list + (load<u32>(task, MULTI_LIST_COUNT) << 2);
  for (let at = list; at < end && !isCancelled(); at += 4) {
    const point = load<u32>(at);
    if (!isBitSet(dead, point)) scorePoint(task, field, space, point);
  }
}

/** Whether the bounds of a point's scores by codes leave it a chance to be better than the k best so far. */
function mayBeBest(task: u32, field: u32, space: u32, first: u32, end: u32): bool {
  const k = load<u32>(task, MULTI_K);
  if (bestCount < k) return true;
  const examples = load<u32>(task, MULTI_EXAMPLES);
  const raw = load<u32>(examples, EXAMPLES_RAW);
  const count = load<u32>(examples, EXAMPLES_COUNT);
  const share = load<f32>(task, MULTI_SHARE);
  for (let index: u32 = 0; index < count; index++) {
    store<u32>(task, setOf(examples, index), MULTI_QUERIES);
    estimatePoint(task, field, space, first, end);
    const bound = isRaising(examples, index) ? highest : lowest;
    store<f32>(raw + (index << 2), estimate + (bound - estimate) * share);
  }
  return combineRow(examples) > keyScore(load<u64>(load<u32>(task, MULTI_TOP) + ((k - 1) << 3)));
}

function scorePoint(task: u32, field: u32, space: u32, point: u32): void {
  const examples = load<u32>(task, MULTI_EXAMPLES);
  const starts = load<u32>(task, MULTI_STARTS) + (point << 2);
  const first = load<u32>(starts);
  const end = load<u32>(starts, 4);
  const rescore = load<u32>(task, MULTI_RESCORE);
  const raw = load<u32>(examples, EXAMPLES_RAW);
  const count = load<u32>(examples, EXAMPLES_COUNT);
  store<u32>(task, load<u32>(task, MULTI_SCORED) + 1, MULTI_SCORED);
  if (rescore == RESCORE_EXACT && !mayBeBest(task, field, space, first, end)) return;
  for (let index: u32 = 0; index < count; index++) {
    const set = setOf(examples, index);
    store<u32>(task, set, MULTI_QUERIES);
    let score: f32;
    if (rescore == RESCORE_DECODED) {
      score = <f32>decodedPoint(set, field, space, first, end);
    } else if (rescore == RESCORE_NONE) {
      estimatePoint(task, field, space, first, end);
      score = estimate;
    } else {
      score = <f32>exactPoint(task, field, space, first, end);
    }
    store<f32>(raw + (index << 2), score);
  }
  const key = scoreKey(combineRow(examples)) | ~point;
  bestCount = offer(load<u32>(task, MULTI_TOP), bestCount, load<u32>(task, MULTI_K), key);
}
