import {
  SPACE_BEAM_SIZE,
  SPACE_DEAD,
  SPACE_DISTANCES,
  SPACE_FILTER,
  SPACE_FILTER_END,
  SPACE_ROWS,
  SPACE_SCORES,
} from '../layout';
import { isDead } from './field';
import { offerRows } from './rank';
import { scoreRows, scoreRun } from './score';
import { isVisited } from './walk';

/** Scans: the exact best k of the live rows of a range, of a filter, or of a list, by bounds on their codes. */

/** Rows scored at once: what the workspace has room for (compute/workspace.ts). */
const GROUP: u32 = 64;

@inline
function scoreGroup(field: u32, space: u32, k: u32, rows: u32, count: u32, scattered: bool): void {
  if (count == 0) return;
  const scores = load<u32>(space, SPACE_SCORES);
  if (scattered) scoreRows(field, space, rows, count, scores);
  else scoreRun(field, space, rows, count, scores);
  store<u32>(space, load<u32>(space, SPACE_DISTANCES) + count, SPACE_DISTANCES);
  offerRows(field, space, k, rows, count, scores);
}

/** The rows of [start, end) that the walk has not seen. */
export function scanRange(field: u32, space: u32, k: u32, start: u32, end: u32): void {
  const rows = load<u32>(space, SPACE_ROWS);
  const seen = load<u32>(space, SPACE_BEAM_SIZE) != 0;
  let next = start;
  while (next < end) {
    const stop = min(end, next + GROUP);
    let count: u32 = 0;
    for (; next < stop; next++) {
      if (isDead(field, next) || (seen && isVisited(space, next))) continue;
      store<u32>(rows + (count++ << 2), next);
    }
    scoreGroup(field, space, k, rows, count, false);
  }
}

/** The rows of [start, end) that are in the filter and that the walk has not seen. */
export function scanAdmitted(field: u32, space: u32, k: u32, start: u32, end: u32): void {
  const rows = load<u32>(space, SPACE_ROWS);
  const words = load<u32>(space, SPACE_FILTER);
  const stop = min(end, load<u32>(space, SPACE_FILTER_END));
  const anyDead = load<u32>(space, SPACE_DEAD) != 0;
  const seen = load<u32>(space, SPACE_BEAM_SIZE) != 0;
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
      scoreGroup(field, space, k, rows, count, true);
      count = 0;
    }
  }
  scoreGroup(field, space, k, rows, count, true);
}

/** The `length` rows at `list`. */
export function scanList(field: u32, space: u32, k: u32, list: u32, length: u32): void {
  const rows = load<u32>(space, SPACE_ROWS);
  const anyDead = load<u32>(space, SPACE_DEAD) != 0;
  let next: u32 = 0;
  while (next < length) {
    const stop = min(length, next + GROUP);
    let count: u32 = 0;
    for (; next < stop; next++) {
      const row = load<u32>(list + (next << 2));
      if (anyDead && isDead(field, row)) continue;
      store<u32>(rows + (count++ << 2), row);
    }
    scoreGroup(field, space, k, rows, count, true);
  }
}
