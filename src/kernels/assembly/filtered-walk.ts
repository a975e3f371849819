import {
  FIELD_M,
  FIELD_M0,
  NO_ROW,
  SPACE_BEAM,
  SPACE_BEAM_CAPACITY,
  SPACE_BEAM_SIZE,
  SPACE_DEAD,
  SPACE_DEEP,
  SPACE_DISTANCES,
  SPACE_FILTER,
  SPACE_FILTER_END,
  SPACE_ROWS,
  SPACE_ROW_COUNT,
  SPACE_SCORES,
  SPACE_SINK,
  SPACE_SORTED,
  SPACE_SPILL,
  SPACE_SPILL_END,
  SPACE_VISITED,
} from '../layout';
import { EXPANDED, ROW_MASK, SCORE_MASK, insertAt, placeOf, scoreKey } from './beam';
import { isPolled, isCancelled } from './cancel';
import { mostOf, tieOf } from './examples';
import { isDead, linkList } from './field';
import { scoreRows } from './score';
import { fetchLinks, isInFilter, isVisited, linkCount, visit } from './walk';

/**
 * The walk under a filter: over level 0, from admitted row to admitted row. Rows outside are never scored; where too few
 * of a row's neighbours are admitted, the lists of the others are crossed to the admitted rows behind them.
 *
 *   row ──► admitted neighbours                      scored
 *       └─► neighbours outside ──► admitted rows     scored
 *                              └─► rows outside ──► admitted rows     only in a sparse filter (SPACE_DEEP)
 *
 * An admitted row is marked as visited when it is scored, one outside when its list has been crossed: no list is crossed
 * twice in a search. Source: ACORN-1 (Patel et al. 2024) and NaviX (Sehgal & Salihoğlu 2025): two hops, and only as far as
 * the neighbourhood needs them; limits measured with scripts/bench/filters/engine.ts.
 */

/** Rows of one step, at least: the workspace's buffers hold 64. A list of links may be longer. */
const STEP_ROWS: u32 = 32;
/** A sparse filter's step looks for this many rows, through at most so many lists. */
const DEEP_ROWS: u32 = 8;
const DEEP_LISTS: u32 = 192;
/** Scores of a sample that the buffers hold. */
const GROUP: u32 = 64;

@inline
function isAdmitted(field: u32, space: u32, row: u32): bool {
  return isInFilter(space, row) && !(load<u32>(space, SPACE_DEAD) != 0 && isDead(field, row));
}

/** Offers the rows listed at `rows`, all admitted and visited, to the best `ef` of the beam; answers the sum of their scores. */
export function offerToBeam(field: u32, space: u32, ef: u32, rows: u32, count: u32): f64 {
  const beam = load<u32>(space, SPACE_BEAM);
  const scores = load<u32>(space, SPACE_SCORES);
  let size = load<u32>(space, SPACE_BEAM_SIZE);
  let sum: f64 = 0;
  if (count == 0) return sum;
  scoreRows(field, space, rows, count, scores);
  store<u32>(space, load<u32>(space, SPACE_DISTANCES) + count, SPACE_DISTANCES);
  for (let at: u32 = 0; at < count << 2; at += 4) {
    const score = load<f32>(scores + at);
    sum += <f64>score;
    size = keep(space, beam, size, ef, scoreKey(score) | load<u32>(rows + at));
  }
  store<u32>(space, size, SPACE_BEAM_SIZE);
  return sum;
}

/** Puts a key into the beam of the best `ef`; what has no place there is spilt. Answers the beam's size. */
@inline
function keep(space: u32, beam: u32, size: u32, ef: u32, key: u64): u32 {
  const place = placeOf(beam, size, key);
  if (size == ef) {
    if (place == size) {
      spill(space, key);
      return size;
    }
    size--;
    spill(space, load<u64>(beam + (size << 3)));
  }
  insertAt(beam, size, place, key);
  return size + 1;
}

/** Remembers a row that is scored but not in the beam, while there is room. */
@inline
function spill(space: u32, key: u64): void {
  const at = load<u32>(space, SPACE_SPILL);
  store<u64>(at, key);
  store<u32>(space, min(at + 8, load<u32>(space, SPACE_SPILL_END)), SPACE_SPILL);
}

/** Room for what a walk with `ef` may spill: behind the beam of a walk with `efWide`. */
export function startSpill(space: u32, efWide: u32): void {
  const beam = load<u32>(space, SPACE_BEAM);
  store<u32>(space, beam + (efWide << 3) + 8, SPACE_SPILL);
  store<u32>(space, beam + (load<u32>(space, SPACE_BEAM_CAPACITY) << 3), SPACE_SPILL_END);
}

/** Goes on with a walk that is done with a narrower beam, as if it had been this wide from the beginning. */
export function widenWalk(field: u32, space: u32, ef: u32): void {
  const beam = load<u32>(space, SPACE_BEAM);
  const end = load<u32>(space, SPACE_SPILL);
  let size = load<u32>(space, SPACE_BEAM_SIZE);
  for (let at = beam + (ef << 3) + 8; at < end; at += 8) {
    const key = load<u64>(at);
    const place = placeOf(beam, size, key);
    if (place == ef) continue;
    if (size == ef) size--;
    insertAt(beam, size, place, key);
    size++;
  }
  store<u32>(space, size, SPACE_BEAM_SIZE);
  // What is spilt from now on is not wanted any more.
  store<u32>(space, end, SPACE_SPILL_END);
  walkFiltered(field, space, ef);
}

/** Begins a beam with up to 64 rows of the filter at `seeds`; answers their mean score, or 0 where all are gone. */
export function startFromSeeds(field: u32, space: u32, ef: u32, seeds: u32, seedCount: u32): f32 {
  const rows = load<u32>(space, SPACE_ROWS);
  let count: u32 = 0;
  for (let at: u32 = 0; at < min(seedCount, GROUP); at++) {
    const row = load<u32>(seeds + (at << 2));
    if (isAdmitted(field, space, row) && visit(space, row)) store<u32>(rows + (count++ << 2), row);
  }
  store<u32>(space, 0, SPACE_BEAM_SIZE);
  return <f32>(offerToBeam(field, space, ef, rows, count) / <f64>max(count, 1));
}

/** Adds the row that the upper levels lead to, or the admitted rows around it. */
export function startFromEntry(field: u32, space: u32, ef: u32, entry: u32): void {
  if (entry == NO_ROW) return;
  const rows = load<u32>(space, SPACE_ROWS);
  if (entry < load<u32>(space, SPACE_ROW_COUNT) && isAdmitted(field, space, entry)) {
    if (!visit(space, entry)) return;
    store<u32>(rows, entry);
    offerToBeam(field, space, ef, rows, 1);
  } else {
    offerToBeam(field, space, ef, rows, collect(field, space, entry, rows));
  }
}

/** Best-first walk over admitted rows, until the best `ef` seen are all expanded. */
export function walkFiltered(field: u32, space: u32, ef: u32): void {
  const beam = load<u32>(space, SPACE_BEAM);
  const rows = load<u32>(space, SPACE_ROWS);
  const scores = load<u32>(space, SPACE_SCORES);
  let size = load<u32>(space, SPACE_BEAM_SIZE);
  const tie = tieOf(space);
  const most = mostOf(space);
  let bound: u64 = size == ef ? (load<u64>(beam + ((size - 1) << 3)) & SCORE_MASK) + tie : 0;
  let cursor: u32 = 0;
  let distances: u32 = 0;
  while (cursor < size && bound <= most) {
    const entry = load<u64>(beam + (cursor << 3));
    if (entry & EXPANDED) {
      cursor++;
      continue;
    }
    store<u64>(beam + (cursor << 3), entry | EXPANDED);
    const count = collect(field, space, <u32>entry & ROW_MASK, rows);
    if (count == 0) continue;
    if (cursor + 1 < size) fetchLinks(field, space, <u32>load<u64>(beam + ((cursor + 1) << 3)) & ROW_MASK, 0);
    scoreRows(field, space, rows, count, scores);
    distances += count;
    if (isPolled(distances, count) && isCancelled()) break;
    for (let at: u32 = 0; at < count << 2; at += 4) {
      const key = scoreKey(load<f32>(scores + at)) | load<u32>(rows + at);
      if (key < bound) {
        spill(space, key);
        continue;
      }
      const place = placeOf(beam, size, key);
      if (size == ef) {
        if (place == size) {
          spill(space, key);
          continue;
        }
        size--;
        spill(space, load<u64>(beam + (size << 3)));
      }
      insertAt(beam, size, place, key);
      size++;
      if (place < cursor) cursor = place;
      bound = size == ef ? (load<u64>(beam + ((size - 1) << 3)) & SCORE_MASK) + tie : 0;
    }
  }
  store<u32>(space, size, SPACE_BEAM_SIZE);
  store<u32>(space, load<u32>(space, SPACE_DISTANCES) + distances, SPACE_DISTANCES);
}

/** Lists new admitted rows around `row` and marks them; answers how many. */
function collect(field: u32, space: u32, row: u32, rows: u32): u32 {
  const list = linkList(field, row, 0);
  const rowCount = load<u32>(space, SPACE_ROW_COUNT);
  const bytes = min(linkCount(list), load<u32>(field, FIELD_M0)) << 2;
  const outside = load<u32>(space, SPACE_SORTED);
  let outsideCount: u32 = 0;
  let admitted: u32 = 0;
  let count: u32 = 0;
  for (let at: u32 = 4; at <= bytes; at += 4) {
    const next = load<u32>(list + at);
    if (next >= rowCount) continue;
    if (isAdmitted(field, space, next)) {
      admitted++;
      store<u32>(rows + (count << 2), next);
      count += <u32>visit(space, next);
    } else {
      store<u32>(outside + (outsideCount << 2), next);
      outsideCount += <u32>!isVisited(space, next);
    }
  }
  // Three of four of m: then the admitted rows alone hang together well enough.
  if (admitted << 2 >= load<u32>(field, FIELD_M) * 3) return count;
  count = cross(field, space, outside, outsideCount, rows, count, max(load<u32>(field, FIELD_M0), STEP_ROWS));
  return load<u32>(space, SPACE_DEEP) == 0 ? count : collectDeep(field, space, outside, outsideCount, rows, count);
}

/** Goes on behind the crossed lists of the `length` rows at `outside`, until the step has a few rows or has read enough. */
function collectDeep(field: u32, space: u32, outside: u32, length: u32, rows: u32, count: u32): u32 {
  const rowCount = load<u32>(space, SPACE_ROW_COUNT);
  const limit = load<u32>(field, FIELD_M0);
  const second = outside + (length << 2);
  let lists: u32 = 0;
  for (let at: u32 = 0; at < length && count < DEEP_ROWS && lists < DEEP_LISTS; at++) {
    const list = linkList(field, load<u32>(outside + (at << 2)), 0);
    const bytes = min(linkCount(list), limit) << 2;
    let found: u32 = 0;
    for (let to: u32 = 4; to <= bytes; to += 4) {
      const next = load<u32>(list + to);
      // Admitted ones were all listed when this list was crossed.
      if (next >= rowCount || isVisited(space, next) || isAdmitted(field, space, next)) continue;
      store<u32>(second + (found++ << 2), next);
    }
    count = cross(field, space, second, found, rows, count, DEEP_ROWS);
    lists += found;
  }
  return count;
}

/** Adds the new admitted rows in the lists of the `length` rows at `outside`, until there are `most`. */
function cross(field: u32, space: u32, outside: u32, length: u32, rows: u32, count: u32, most: u32): u32 {
  const limit = load<u32>(field, FIELD_M0);
  const rowCount = load<u32>(space, SPACE_ROW_COUNT);
  const filter = load<u32>(space, SPACE_FILTER);
  const filterEnd = load<u32>(space, SPACE_FILTER_END);
  const visited = load<u32>(space, SPACE_VISITED);
  fetchAll(field, space, outside, length);
  for (let at: u32 = 0; at < length && count < most; at++) {
    const bridge = load<u32>(outside + (at << 2));
    visit(space, bridge);
    const list = linkList(field, bridge, 0);
    const bytes = min(linkCount(list), limit) << 2;
    for (let to: u32 = 4; to <= bytes; to += 4) {
      const next = load<u32>(list + to);
      const known = min(next, filterEnd);
      const word = (known >>> 5) << 2;
      // Most rows are outside or visited: one branch that is seldom taken.
      if ((((load<u32>(filter + word) & ~load<u32>(visited + word)) >>> (known & 31)) & 1) == 0) continue;
      if (next >= rowCount || count == most || !isAdmitted(field, space, next)) continue;
      visit(space, next);
      store<u32>(rows + (count++ << 2), next);
    }
  }
  return count;
}

/** Reads from all lists first, so that their cache lines arrive together: this halves the time of a walk at 10 %. */
@inline
function fetchAll(field: u32, space: u32, outside: u32, length: u32): void {
  let sum: u32 = 0;
  for (let at: u32 = 0; at < length; at++) {
    const list = linkList(field, load<u32>(outside + (at << 2)), 0);
    sum += load<u32>(list) + load<u32>(list, 64) + load<u32>(list, 128);
  }
  store<u32>(space, sum, SPACE_SINK);
}
