import {
  RESCORE_NONE,
  SPACE_BEAM,
  SPACE_BEAM_CAPACITY,
  SPACE_BEAM_SIZE,
  SPACE_RESCORE,
  SPACE_ROWS,
  SPACE_SCORES,
  SPACE_TOP,
  SPACE_TOP_SIZE,
} from '../layout';
import { DEAD, ROW_MASK, keyScore, offer, scoreKey } from './beam';
import { isCancelled } from './cancel';
import { highestOfColumn, lowestOfColumn } from './examples';
import { dropBelow, fetchCold, offerExact, takeBest } from './rank';
import { scoreRows } from './score';

/**
 * What rank.ts does for one query, for several examples: bounds come from the scores against each (the matrix), not from
 * the score that they make.
 *
 * Many rows may have the same score (a context is 0 wherever all pairs agree): a row that can only be as good as k others
 * is not wanted.
 */

/** Rows of the beam that are looked at together. */
const GROUP: u32 = 16;

@inline
function leastOf(space: u32, k: u32): f32 {
  if (load<u32>(space, SPACE_TOP_SIZE) < k) return -Infinity;
  return keyScore(load<u64>(load<u32>(space, SPACE_TOP) + ((k - 1) << 3)));
}

/** As `rerank`: ends behind a group of which no row is likely to come among the best k. */
export function rerankExamples(field: u32, space: u32, k: u32, candidates: u32): void {
  if (load<u32>(space, SPACE_RESCORE) == RESCORE_NONE) {
    takeBest(space, k);
    return;
  }
  const beam = load<u32>(space, SPACE_BEAM);
  const size = load<u32>(space, SPACE_BEAM_SIZE);
  const rows = load<u32>(space, SPACE_ROWS);
  const scores = load<u32>(space, SPACE_SCORES);
  let left = candidates == 0 ? size : max(k, candidates);
  let next: u32 = 0;
  while (next < size && left > 0 && !isCancelled()) {
    let count: u32 = 0;
    fetchCold(field, space, beam + (next << 3), min(size - next, left));
    for (; next < size && count < min(GROUP, left); next++) {
      const entry = load<u64>(beam + (next << 3));
      if (!(entry & DEAD)) store<u32>(rows + (count++ << 2), <u32>entry & ROW_MASK);
    }
    if (count == 0) return;
    left -= count;
    const full = load<u32>(space, SPACE_TOP_SIZE) + count > k;
    if (full && candidates == 0) scoreRows(field, space, rows, count, scores);
    let any = false;
    for (let at: u32 = 0; at < count; at++) {
      const row = load<u32>(rows + (at << 2));
      const least = leastOf(space, k);
      if (full && candidates == 0 && least != -Infinity && highestOfColumn(field, space, row, at, true) <= least) continue;
      offerExact(field, space, k, row);
      any = true;
    }
    if (!any) return;
  }
}

/** As `offerRows`, of rows that were scored just now. */
export function offerExamples(field: u32, space: u32, k: u32, rows: u32, count: u32): void {
  for (let at: u32 = 0; at < count; at++) {
    const row = load<u32>(rows + (at << 2));
    const least = leastOf(space, k);
    if (least != -Infinity && highestOfColumn(field, space, row, at, false) <= least) continue;
    offerExact(field, space, k, row);
  }
}

/** As `noteRows`, of rows that were scored just now. */
export function noteExamples(field: u32, space: u32, k: u32, rows: u32, count: u32): bool {
  const top = load<u32>(space, SPACE_TOP);
  const beam = load<u32>(space, SPACE_BEAM);
  const capacity = load<u32>(space, SPACE_BEAM_CAPACITY);
  let size = load<u32>(space, SPACE_BEAM_SIZE);
  if (size + count > capacity) size = dropBelow(space, k, size);
  if (size + count > capacity) return false;
  for (let at: u32 = 0; at < count; at++) {
    const row = load<u32>(rows + (at << 2));
    const upper = highestOfColumn(field, space, row, at, false);
    const least = leastOf(space, k);
    if (least != -Infinity && upper <= least) continue;
    store<u64>(beam + (size++ << 3), scoreKey(upper) | row);
    const key = scoreKey(lowestOfColumn(field, space, row, at)) | ~row;
    store<u32>(space, offer(top, load<u32>(space, SPACE_TOP_SIZE), k, key), SPACE_TOP_SIZE);
  }
  store<u32>(space, size, SPACE_BEAM_SIZE);
  return true;
}
