import {
  RESCORE_EXACT,
  RESCORE_NONE,
  RESCORE_OVERFLOW,
  SPACE_BEAM_SIZE,
  SPACE_DEAD,
  SPACE_DISTANCES,
  SPACE_FILTER,
  SPACE_FILTER_END,
  SPACE_RESCORE,
  SPACE_ROWS,
  SPACE_SCORES,
  SPACE_TOP_SIZE,
  SPACE_WAY,
  WAY_EXAMPLES,
} from '../layout';
import { isCancelled } from './cancel';
import { isDead } from './field';
import { noteRows, offerRows, settle } from './rank';
import { noteExamples, offerExamples } from './rank-examples';
import { scoreRows, scoreRun } from './score';
import { isVisited } from './walk';

/**
 * Scans: the exact best k of the live rows of a range, of a filter, or of a list, by bounds on their codes. Behind a walk
 * the rows found join its best k and those that it visited are left out; a scan alone notes rows first (rank.ts).
 */

/** Rows scored at once: what the workspace has room for (compute/workspace.ts). */
const GROUP: u32 = 64;

/** Scores a group; false from the time on that rows are no longer noted but get their exact scores at once. */
@inline
function scoreGroup(field: u32, space: u32, k: u32, rows: u32, count: u32, scattered: bool, noting: bool): bool {
  if (count == 0) return noting;
  const scores = load<u32>(space, SPACE_SCORES);
  const several = load<u32>(space, SPACE_WAY) == WAY_EXAMPLES;
  if (scattered) scoreRows(field, space, rows, count, scores);
  else scoreRun(field, space, rows, count, scores);
  store<u32>(space, load<u32>(space, SPACE_DISTANCES) + count, SPACE_DISTANCES);
  if (noting) {
    const noted = several
      ? noteExamples(field, space, k, rows, count)
      : noteRows(field, space, k, rows, count, scores);
    if (noted) return true;
    if (load<u32>(space, SPACE_RESCORE) != RESCORE_EXACT) {
      store<u32>(space, RESCORE_OVERFLOW, SPACE_RESCORE);
      return true;
    }
    settle(field, space, k);
  }
  if (several && load<u32>(space, SPACE_RESCORE) != RESCORE_NONE) offerExamples(field, space, k, rows, count);
  else offerRows(field, space, k, rows, count, scores);
  return false;
}

/** Whether a scan that begins now notes rows first: exact scores are wanted, and there are none yet. */
@inline
function notes(space: u32): bool {
  return load<u32>(space, SPACE_RESCORE) != RESCORE_NONE && load<u32>(space, SPACE_TOP_SIZE) == 0;
}

/** The rows of [start, end). */
export function scanRange(field: u32, space: u32, k: u32, start: u32, end: u32): void {
  const rows = load<u32>(space, SPACE_ROWS);
  const seen = load<u32>(space, SPACE_BEAM_SIZE) != 0;
  let noting = !seen && notes(space);
  let next = start;
  while (next < end && !isCancelled()) {
    const stop = min(end, next + GROUP);
    let count: u32 = 0;
    for (; next < stop; next++) {
      if (isDead(field, next) || (seen && isVisited(space, next))) continue;
      store<u32>(rows + (count++ << 2), next);
    }
    noting = scoreGroup(field, space, k, rows, count, false, noting);
  }
  if (noting) settle(field, space, k);
}

/** The rows of [start, end) that are in the filter. */
export function scanAdmitted(field: u32, space: u32, k: u32, start: u32, end: u32): void {
  const rows = load<u32>(space, SPACE_ROWS);
  const words = load<u32>(space, SPACE_FILTER);
  const stop = min(end, load<u32>(space, SPACE_FILTER_END));
  const anyDead = load<u32>(space, SPACE_DEAD) != 0;
  const seen = load<u32>(space, SPACE_BEAM_SIZE) != 0;
  let noting = !seen && notes(space);
  let count: u32 = 0;
  for (let base = start & ~31; base < stop; base += 32) {
    let bits = load<u32>(words + (base >>> 3));
    if (base < start) bits &= ~0 << (start & 31);
    for (; bits != 0; bits &= bits - 1) {
      const row = base + ctz(bits);
      if (row >= stop) break;
      if ((anyDead && isDead(field, row)) || (seen && isVisited(space, row))) continue;
      store<u32>(rows + (count++ << 2), row);
      if (count < GROUP) continue;
      noting = scoreGroup(field, space, k, rows, count, true, noting);
      count = 0;
      if (isCancelled()) return;
    }
  }
  noting = scoreGroup(field, space, k, rows, count, true, noting);
  if (noting) settle(field, space, k);
}

/** The `length` rows at `list`. */
export function scanList(field: u32, space: u32, k: u32, list: u32, length: u32): void {
  const rows = load<u32>(space, SPACE_ROWS);
  const anyDead = load<u32>(space, SPACE_DEAD) != 0;
  let noting = notes(space);
  let next: u32 = 0;
  while (next < length && !isCancelled()) {
    const stop = min(length, next + GROUP);
    let count: u32 = 0;
    for (; next < stop; next++) {
      const row = load<u32>(list + (next << 2));
      if (anyDead && isDead(field, row)) continue;
      store<u32>(rows + (count++ << 2), row);
    }
    noting = scoreGroup(field, space, k, rows, count, true, noting);
  }
  if (noting) settle(field, space, k);
}
