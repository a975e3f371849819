import {
  FIELD_ENTRY,
  FIELD_M,
  FIELD_M0,
  LINKS_LOCKED,
  NO_ROW,
  SPACE_BEAM,
  SPACE_BEAM_CAPACITY,
  SPACE_BEAM_SIZE,
  SPACE_DEAD,
  SPACE_DISTANCES,
  SPACE_ENTRY_SCORE,
  SPACE_FILTER,
  SPACE_FILTER_END,
  SPACE_ROWS,
  SPACE_ROW_COUNT,
  SPACE_SCORES,
  SPACE_SINK,
  SPACE_VISITED,
  SPACE_VISITED_BYTES,
  SPACE_VISIT_CAPACITY,
  SPACE_VISIT_COUNT,
  SPACE_VISIT_LIST,
} from '../layout';
import { DEAD, EXPANDED, ROW_MASK, SCORE_MASK, insertAt, placeOf, scoreKey } from './beam';
import { isPolled, isCancelled } from './cancel';
import { mostOf, tieOf } from './examples';
import { isDead, linkList, rowLevel } from './field';
import { scoreRows } from './score';

/**
 * Walks over the graph. Readers take no lock: a list's links are written before its length is published, every slot
 * always holds a row that exists, and a walk that meets a list in the middle of a change sees old and new links mixed.
 */

/** Length of a list, as last published. */
@inline
export function linkCount(list: u32): u32 {
  return atomic.load<u32>(list) & ~LINKS_LOCKED;
}

/** Marks a row; true where it was not yet marked. */
@inline
export function visit(space: u32, row: u32): bool {
  const word = load<u32>(space, SPACE_VISITED) + ((row >>> 5) << 2);
  const bits = load<u32>(word);
  const bit: u32 = 1 << (row & 31);
  if (bits & bit) return false;
  store<u32>(word, bits | bit);
  if (bits == 0) {
    // The list of touched words makes clearing cheap; past its end the whole bitmap is cleared.
    const count = load<u32>(space, SPACE_VISIT_COUNT);
    if (count < load<u32>(space, SPACE_VISIT_CAPACITY)) store<u32>(load<u32>(space, SPACE_VISIT_LIST) + (count << 2), word);
    store<u32>(space, count + 1, SPACE_VISIT_COUNT);
  }
  return true;
}

export function isVisited(space: u32, row: u32): bool {
  return ((load<u32>(load<u32>(space, SPACE_VISITED) + ((row >>> 5) << 2)) >>> (row & 31)) & 1) != 0;
}

export function clearVisited(space: u32): void {
  const count = load<u32>(space, SPACE_VISIT_COUNT);
  if (count <= load<u32>(space, SPACE_VISIT_CAPACITY)) {
    const list = load<u32>(space, SPACE_VISIT_LIST);
    for (let at: u32 = 0; at < count << 2; at += 4) store<u32>(load<u32>(list + at), 0);
  } else {
    memory.fill(load<u32>(space, SPACE_VISITED), 0, load<u32>(space, SPACE_VISITED_BYTES));
  }
  store<u32>(space, 0, SPACE_VISIT_COUNT);
}

/** The row nearest to the query that greedy steps reach from the entry, on the way down to (not on) level `floor`. */
export function descend(field: u32, space: u32, floor: u32): u32 {
  let row = atomic.load<u32>(field, FIELD_ENTRY);
  if (row == NO_ROW) return NO_ROW;
  const rows = load<u32>(space, SPACE_ROWS);
  const scores = load<u32>(space, SPACE_SCORES);
  const rowCount = load<u32>(space, SPACE_ROW_COUNT);
  store<u32>(rows, row);
  scoreRows(field, space, rows, 1, scores);
  let score = load<f32>(scores);
  for (let level = rowLevel(field, row); level > floor; level--) {
    let moved = true;
    while (moved) {
      moved = false;
      const list = linkList(field, row, level);
      const count = min(linkCount(list), load<u32>(field, FIELD_M));
      let known: u32 = 0;
      for (let at: u32 = 0; at < count; at++) {
        const next = load<u32>(list + (at << 2), 4);
        if (next < rowCount) store<u32>(rows + (known++ << 2), next);
      }
      if (known == 0) break;
      scoreRows(field, space, rows, known, scores);
      store<u32>(space, load<u32>(space, SPACE_DISTANCES) + known, SPACE_DISTANCES);
      for (let at: u32 = 0; at < known << 2; at += 4) {
        if (load<f32>(scores + at) > score) {
          score = load<f32>(scores + at);
          row = load<u32>(rows + at);
          moved = true;
        }
      }
    }
  }
  store<f32>(space, score, SPACE_ENTRY_SCORE);
  return row;
}

/** Makes the beam hold `row` alone, marked as visited; a row that does not exist for this call gives its neighbours. */
export function startBeam(field: u32, space: u32, row: u32, level: u32): void {
  store<u32>(space, 0, SPACE_BEAM_SIZE);
  addToBeam(field, space, row, level);
}

/** Adds `row` to the beam, unless it was visited, in the same way. */
export function addToBeam(field: u32, space: u32, row: u32, level: u32): void {
  const rows = load<u32>(space, SPACE_ROWS);
  const rowCount = load<u32>(space, SPACE_ROW_COUNT);
  let known: u32 = 0;
  if (row < rowCount) {
    store<u32>(rows, row);
    known = 1;
  } else {
    const list = linkList(field, row, level);
    const count = linkCount(list);
    for (let at: u32 = 0; at < count; at++) {
      const next = load<u32>(list + (at << 2), 4);
      if (next < rowCount) store<u32>(rows + (known++ << 2), next);
    }
  }
  let fresh: u32 = 0;
  for (let at: u32 = 0; at < known << 2; at += 4) {
    const next = load<u32>(rows + at);
    if (visit(space, next)) store<u32>(rows + (fresh++ << 2), next);
  }
  addRows(field, space, rows, fresh);
}

/** Adds rows that are marked as visited just now, at most 64 or the links of a list. */
export function addRows(field: u32, space: u32, rows: u32, count: u32): void {
  if (count == 0) return;
  const beam = load<u32>(space, SPACE_BEAM);
  const capacity = load<u32>(space, SPACE_BEAM_CAPACITY);
  const scores = load<u32>(space, SPACE_SCORES);
  scoreRows(field, space, rows, count, scores);
  store<u32>(space, load<u32>(space, SPACE_DISTANCES) + count, SPACE_DISTANCES);
  let size = load<u32>(space, SPACE_BEAM_SIZE);
  for (let at: u32 = 0; at < count; at++) {
    const next = load<u32>(rows + (at << 2));
    const key = scoreKey(load<f32>(scores + (at << 2))) | deadFlag(field, space, next) | next;
    const place = placeOf(beam, size, key);
    if (size == capacity) {
      if (place == size) continue;
      size--;
    }
    insertAt(beam, size, place, key);
    size++;
  }
  store<u32>(space, size, SPACE_BEAM_SIZE);
}

/** DEAD for a row that is walked through but not returned: removed, or outside of the filter. */
@inline
function deadFlag(field: u32, space: u32, row: u32): u64 {
  if (load<u32>(space, SPACE_DEAD) != 0 && isDead(field, row)) return DEAD;
  return load<u32>(space, SPACE_FILTER) != 0 && !isInFilter(space, row) ? DEAD : 0;
}

/** Whether the bitmap of the filter has the row; the bit behind its last row is 0 and stands for all later ones. */
@inline
export function isInFilter(space: u32, row: u32): bool {
  const at = min(row, load<u32>(space, SPACE_FILTER_END));
  return ((load<u32>(load<u32>(space, SPACE_FILTER) + ((at >>> 5) << 2)) >>> (at & 31)) & 1) != 0;
}

/** Any number of dead rows in the beam. */
export const UNBOUNDED: u32 = 0xffffffff;

/**
 * Best-first walk on one level from the rows in the beam, until the best `ef` live rows seen are all expanded.
 * Dead rows are walked through: they stand in the beam but do not count towards `ef`.
 * False where there were more than `deadMost` of them: then the walk ended early.
 */
export function walk(field: u32, space: u32, ef: u32, level: u32, deadMost: u32): bool {
  const beam = load<u32>(space, SPACE_BEAM);
  const capacity = load<u32>(space, SPACE_BEAM_CAPACITY);
  const rows = load<u32>(space, SPACE_ROWS);
  const scores = load<u32>(space, SPACE_SCORES);
  let size = load<u32>(space, SPACE_BEAM_SIZE);
  let live: u32 = 0;
  for (let at: u32 = 0; at < size; at++) if (!(load<u64>(beam + (at << 3)) & DEAD)) live++;
  while (live > ef) {
    size--;
    if (!(load<u64>(beam + (size << 3)) & DEAD)) live--;
  }
  const tie = tieOf(space);
  const most = mostOf(space);
  let bound: u64 = live >= ef ? load<u64>(beam + ((size - 1) << 3)) : 0;
  let cursor: u32 = 0;
  let distances: u32 = 0;
  while (cursor < size && size - live <= deadMost && bound <= most) {
    const entry = load<u64>(beam + (cursor << 3));
    if (entry & EXPANDED) {
      cursor++;
      continue;
    }
    store<u64>(beam + (cursor << 3), entry | EXPANDED);
    const count = collect(field, space, <u32>entry & ROW_MASK, level, rows);
    if (count == 0) continue;
    if (cursor + 1 < size) fetchLinks(field, space, <u32>load<u64>(beam + ((cursor + 1) << 3)) & ROW_MASK, level);
    scoreRows(field, space, rows, count, scores);
    distances += count;
    if (isPolled(distances, count) && isCancelled()) break;
    for (let at: u32 = 0; at < count << 2; at += 4) {
      const score = scoreKey(load<f32>(scores + at));
      if (score < bound) continue;
      const row = load<u32>(rows + at);
      const key = score | deadFlag(field, space, row) | row;
      const place = placeOf(beam, size, key);
      if (size == capacity) {
        if (place == size) continue;
        size--;
        if (!(load<u64>(beam + (size << 3)) & DEAD)) live--;
      }
      insertAt(beam, size, place, key);
      size++;
      if (place < cursor) cursor = place;
      if (!(key & DEAD)) live++;
      while (live > ef) {
        size--;
        if (!(load<u64>(beam + (size << 3)) & DEAD)) live--;
      }
      bound = live == ef ? (load<u64>(beam + ((size - 1) << 3)) & SCORE_MASK) + tie : 0;
    }
  }
  store<u32>(space, size, SPACE_BEAM_SIZE);
  store<u32>(space, load<u32>(space, SPACE_DISTANCES) + distances, SPACE_DISTANCES);
  return size - live <= deadMost;
}

/**
 * Reads from the list that is probably next, so that its cache lines arrive while rows are scored: 5 to 10 % more
 * searches a second. The sum is stored so that the compiler keeps the reads.
 */
@inline
export function fetchLinks(field: u32, space: u32, row: u32, level: u32): void {
  const list = linkList(field, row, level);
  store<u32>(space, load<u32>(list) + load<u32>(list, 64), SPACE_SINK);
}

/**
 * Lists the neighbours of `row` that were not visited yet, and marks them, as `visit` does but without its branches:
 * whether a row was visited is a coin toss to the processor. The list of touched words has room for one list too many.
 */
@inline
function collect(field: u32, space: u32, row: u32, level: u32, rows: u32): u32 {
  const list = linkList(field, row, level);
  const rowCount = load<u32>(space, SPACE_ROW_COUNT);
  const limit = level == 0 ? load<u32>(field, FIELD_M0) : load<u32>(field, FIELD_M);
  const bytes = min(linkCount(list), limit) << 2;
  const visited = load<u32>(space, SPACE_VISITED);
  const touched = load<u32>(space, SPACE_VISIT_LIST);
  let touchedCount = load<u32>(space, SPACE_VISIT_COUNT);
  const counts = <u32>(touchedCount <= load<u32>(space, SPACE_VISIT_CAPACITY));
  let count: u32 = 0;
  for (let at: u32 = 4; at <= bytes; at += 4) {
    const next = load<u32>(list + at);
    if (next >= rowCount) continue;
    const word = visited + ((next >>> 5) << 2);
    const bits = load<u32>(word);
    store<u32>(word, bits | (1 << (next & 31)));
    store<u32>(touched + (touchedCount << 2), word);
    touchedCount += <u32>(bits == 0) & counts;
    store<u32>(rows + (count << 2), next);
    count += ((bits >>> (next & 31)) & 1) ^ 1;
  }
  store<u32>(space, touchedCount, SPACE_VISIT_COUNT);
  return count;
}
