import { CODE_INT8, FIELD_CODE, NO_ROW, RESCORE_DECODED, RESCORE_LATER, RESCORE_NONE } from '../layout';
import {
  MULTI_CEILINGS,
  MULTI_DEAD,
  MULTI_FIELD,
  MULTI_FILTER,
  MULTI_FILTER_END,
  MULTI_FOUND,
  MULTI_INDEX_END,
  MULTI_K,
  MULTI_LIST,
  MULTI_LIST_COUNT,
  MULTI_NOTES,
  MULTI_NOTES_CAPACITY,
  MULTI_QUERIES,
  MULTI_RESCORE,
  MULTI_ROWS,
  MULTI_SCAN_END,
  MULTI_SCAN_START,
  MULTI_SCORED,
  MULTI_SCORES,
  MULTI_SETTLED,
  MULTI_SHARE,
  MULTI_SIFTED,
  MULTI_STARTS,
  MULTI_TOP,
} from '../layout-multi';
import { SCORE_MASK, keyScore, offer, scoreKey } from './beam';
import { isCancelled } from './cancel';
import { isBitSet, siftPoints } from './centroid-sieve';
import { decodedPoint, estimate, estimatePoint, exactPoint, highest, lowest } from './max-sim-bounds';
import { prepareSet } from './max-sim-score';

/**
 * One search of a multi field: the best k points by MaxSim. Centroids leave few of the indexed points (centroid-sieve.ts);
 * those, and all points outside the index, are scored by codes, which gives bounds; the points that can still be among the
 * best k get exact scores.
 */
export function searchMulti(task: u32, space: u32): void {
  const field = load<u32>(task, MULTI_FIELD);
  noted = 0;
  bestCount = 0;
  noting = true;
  overflown = false;
  const rescore = load<u32>(task, MULTI_RESCORE);
  byCodes = rescore == RESCORE_NONE || rescore == RESCORE_DECODED;
  store<u32>(task, 0, MULTI_SCORED);
  store<u32>(task, 0, MULTI_SETTLED);
  const count: u32 = load<u32>(task, MULTI_INDEX_END) == 0 ? 0 : siftPoints(task, space);
  prepareSet(load<u32>(task, MULTI_QUERIES), field, space);
  const sifted = load<u32>(task, MULTI_SIFTED);
  for (let at: u32 = 0; at < count && !isCancelled(); at++) scorePoint(task, field, space, ~load<u32>(sifted + (at << 3)));
  if (load<u32>(task, MULTI_LIST) != 0) scoreList(task, field, space);
  else scoreRange(task, field, space);
  if (isCancelled()) return;
  if (rescore == RESCORE_LATER) {
    answerNoted(task, field, space);
    return;
  }
  if (rescore == RESCORE_DECODED) decodeBest(task, field, space);
  else if (noting && !byCodes) settle(task, field, space);
  answer(task, field, space);
}

/** Points in MULTI_NOTES and in MULTI_TOP of the search at hand. */
let noted: u32 = 0;
let bestCount: u32 = 0;
/** Whether points are noted with their bounds; after that they get exact scores as they come. */
let noting: bool = true;
let byCodes: bool = false;
/** There are more points that may be among the best than there is room to answer. */
let overflown: bool = false;

function scoreRange(task: u32, field: u32, space: u32): void {
  const dead = load<u32>(task, MULTI_DEAD);
  const filter = load<u32>(task, MULTI_FILTER);
  let end = load<u32>(task, MULTI_SCAN_END);
  if (filter != 0) end = min(end, load<u32>(task, MULTI_FILTER_END));
  for (let point = load<u32>(task, MULTI_SCAN_START); point < end; point++) {
    if (isBitSet(dead, point) || (filter != 0 && !isBitSet(filter, point))) continue;
    if (isCancelled()) return;
    scorePoint(task, field, space, point);
  }
}

/** The listed points that the sieve has not seen. */
function scoreList(task: u32, field: u32, space: u32): void {
  const dead = load<u32>(task, MULTI_DEAD);
  const indexed = load<u32>(task, MULTI_INDEX_END);
  const list = load<u32>(task, MULTI_LIST);
  const end = list + (load<u32>(task, MULTI_LIST_COUNT) << 2);
  for (let at = list; at < end && !isCancelled(); at += 4) {
    const point = load<u32>(at);
    if (point >= indexed && !isBitSet(dead, point)) scorePoint(task, field, space, point);
  }
}

function scorePoint(task: u32, field: u32, space: u32, point: u32): void {
  const starts = load<u32>(task, MULTI_STARTS) + (point << 2);
  const k = load<u32>(task, MULTI_K);
  const top = load<u32>(task, MULTI_TOP);
  store<u32>(task, load<u32>(task, MULTI_SCORED) + 1, MULTI_SCORED);
  estimatePoint(task, field, space, load<u32>(starts), load<u32>(starts, 4));
  if (byCodes) {
    bestCount = offer(top, bestCount, k, scoreKey(estimate) | ~point);
    return;
  }
  const share = load<f32>(task, MULTI_SHARE);
  const high = estimate + (highest - estimate) * share;
  if (bestCount == k && high < leastBest(top, k)) return;
  if (noting && noted == load<u32>(task, MULTI_NOTES_CAPACITY)) {
    dropBelow(task);
    if (noted == load<u32>(task, MULTI_NOTES_CAPACITY)) {
      overflown = load<u32>(task, MULTI_RESCORE) == RESCORE_LATER;
      if (overflown) return;
      // Too many points are too near: from here on each is settled as it comes.
      settle(task, field, space);
    }
  }
  if (noting) {
    store<u64>(load<u32>(task, MULTI_NOTES) + (noted++ << 3), scoreKey(high) | point);
    const low = estimate + (lowest - estimate) * share;
    bestCount = offer(top, bestCount, k, scoreKey(low) | ~point);
  } else if (bestCount < k || high >= leastBest(top, k)) {
    offerExact(task, field, space, point);
  }
}

@inline
function leastBest(top: u32, k: u32): f32 {
  return keyScore(load<u64>(top + ((k - 1) << 3)));
}

function offerExact(task: u32, field: u32, space: u32, point: u32): void {
  const starts = load<u32>(task, MULTI_STARTS) + (point << 2);
  const exact = <f32>exactPoint(task, field, space, load<u32>(starts), load<u32>(starts, 4));
  store<u32>(task, load<u32>(task, MULTI_SETTLED) + 1, MULTI_SETTLED);
  bestCount = offer(load<u32>(task, MULTI_TOP), bestCount, load<u32>(task, MULTI_K), scoreKey(exact) | ~point);
}

/** Drops the noted points that do not come among the best k. */
function dropBelow(task: u32): void {
  const k = load<u32>(task, MULTI_K);
  if (bestCount < k) return;
  const notes = load<u32>(task, MULTI_NOTES);
  const least = load<u64>(load<u32>(task, MULTI_TOP) + ((k - 1) << 3)) & SCORE_MASK;
  let kept: u32 = 0;
  for (let at: u32 = 0; at < noted; at++) {
    const key = load<u64>(notes + (at << 3));
    if (key >= least) store<u64>(notes + (kept++ << 3), key);
  }
  noted = kept;
}

/** Exact scores for the noted points; MULTI_TOP then holds the best k of them instead of lower bounds. */
function settle(task: u32, field: u32, space: u32): void {
  dropBelow(task);
  const k = load<u32>(task, MULTI_K);
  const top = load<u32>(task, MULTI_TOP);
  const notes = load<u32>(task, MULTI_NOTES);
  bestCount = 0;
  noting = false;
  for (let at: u32 = 0; at < noted; at++) {
    const key = load<u64>(notes + (at << 3));
    if (bestCount == k && keyScore(key) < leastBest(top, k)) continue;
    if (isCancelled()) return;
    offerExact(task, field, space, <u32>key);
  }
  noted = 0;
}

/** Scores the best by what their codes stand for, and sorts them by that. */
function decodeBest(task: u32, field: u32, space: u32): void {
  const k = load<u32>(task, MULTI_K);
  const top = load<u32>(task, MULTI_TOP);
  const count = bestCount;
  const notes = load<u32>(task, MULTI_NOTES);
  memory.copy(notes, top, count << 3);
  bestCount = 0;
  for (let at: u32 = 0; at < count; at++) {
    const point = ~load<u32>(notes + (at << 3));
    const starts = load<u32>(task, MULTI_STARTS) + (point << 2);
    const score = <f32>decodedPoint(load<u32>(task, MULTI_QUERIES), field, space, load<u32>(starts), load<u32>(starts, 4));
    bestCount = offer(top, bestCount, k, scoreKey(score) | ~point);
  }
}

function answer(task: u32, field: u32, space: u32): void {
  const top = load<u32>(task, MULTI_TOP);
  const rows = load<u32>(task, MULTI_ROWS);
  const scores = load<u32>(task, MULTI_SCORES);
  for (let at: u32 = 0; at < bestCount; at++) {
    const key = load<u64>(top + (at << 3));
    store<u32>(rows + (at << 2), ~<u32>key);
    store<f32>(scores + (at << 2), keyScore(key));
  }
  store<u32>(task, bestCount, MULTI_FOUND);
  writeCeilings(task, field, space, bestCount);
}

/** Answers every point that may be among the best k, in no order, with the score that it may have at most. */
function answerNoted(task: u32, field: u32, space: u32): void {
  dropBelow(task);
  const notes = load<u32>(task, MULTI_NOTES);
  const rows = load<u32>(task, MULTI_ROWS);
  const scores = load<u32>(task, MULTI_SCORES);
  for (let at: u32 = 0; at < noted; at++) {
    const key = load<u64>(notes + (at << 3));
    store<u32>(rows + (at << 2), <u32>key);
    store<f32>(scores + (at << 2), keyScore(key));
  }
  store<u32>(task, overflown ? <u32>NO_ROW : noted, MULTI_FOUND);
  if (!overflown) writeCeilings(task, field, space, noted);
}

/** What the exact scores of the answer's points hardly exceed; of codes that have no bounds, anything. */
function writeCeilings(task: u32, field: u32, space: u32, count: u32): void {
  const ceilings = load<u32>(task, MULTI_CEILINGS);
  if (ceilings == 0) return;
  const share = load<f32>(task, MULTI_SHARE);
  const bounded = load<u32>(field, FIELD_CODE) == CODE_INT8;
  const rows = load<u32>(task, MULTI_ROWS);
  for (let at: u32 = 0; at < count << 2; at += 4) {
    if (bounded) {
      const starts = load<u32>(task, MULTI_STARTS) + (load<u32>(rows + at) << 2);
      estimatePoint(task, field, space, load<u32>(starts), load<u32>(starts, 4));
      store<f32>(ceilings + at, estimate + (highest - estimate) * share);
    } else {
      store<f32>(ceilings + at, Infinity);
    }
  }
}
