import {
  FIELD_COLD_STRIDE,
  FIELD_HOT_STRIDE,
  FIELD_M,
  FIELD_M0,
  FIELD_REMAINDERS,
  LINKS_LOCKED,
  NO_ROW,
  SPACE_PICKED,
  SPACE_ROWS,
  SPACE_SCORES,
  SPACE_SORTED,
  SPACE_WAY,
} from '../layout';
import { insertAt, placeOf, scoreKey } from './beam';
import { buildWay, select } from './build';
import { coldRow, hotRow, linkList, rowLevel } from './field';
import { scorePairs } from './score';
import { clearVisited, visit } from './walk';

/**
 * Rows [start, end) of `target` become copies of the rows of `source` that `kept` lists (u32 per target row).
 * Rows below `linked` (in the target's numbers) also get their links. `numbers` gives the target's number of each source
 * row that has links there, or NO_ROW.
 *
 * A list that loses links to dropped rows is filled again from those rows' own links, by the same rule as when it was
 * built (FreshDiskANN's consolidation, Singh et al. 2021, algorithm 4).
 */
export function compactRows(
  source: u32,
  target: u32,
  space: u32,
  kept: u32,
  numbers: u32,
  start: u32,
  end: u32,
  linked: u32,
  sourceLinked: u32,
): void {
  const hotBytes = load<u32>(source, FIELD_HOT_STRIDE);
  const coldBytes = load<u32>(target, FIELD_REMAINDERS) == 0 ? 0 : load<u32>(source, FIELD_COLD_STRIDE);
  store<u32>(space, buildWay(source), SPACE_WAY);
  for (let row = start; row < end; row++) {
    const origin = load<u32>(kept + (row << 2));
    memory.copy(hotRow(target, row), hotRow(source, origin), hotBytes);
    if (coldBytes > 0) memory.copy(coldRow(target, row), coldRow(source, origin), coldBytes);
    if (row >= linked) continue;
    const levels = rowLevel(source, origin);
    for (let level: u32 = 0; level <= levels; level++) {
      const limit = level == 0 ? load<u32>(source, FIELD_M0) : load<u32>(source, FIELD_M);
      copyLinks(source, target, space, numbers, sourceLinked, origin, row, level, limit);
    }
  }
}

function copyLinks(
  source: u32,
  target: u32,
  space: u32,
  numbers: u32,
  sourceLinked: u32,
  origin: u32,
  row: u32,
  level: u32,
  limit: u32,
): void {
  const from = linkList(source, origin, level);
  const count = atomic.load<u32>(from) & ~LINKS_LOCKED;
  const sorted = load<u32>(space, SPACE_SORTED);
  let size: u32 = 0;
  let dropped = false;
  visit(space, origin);
  for (let at: u32 = 0; at < count; at++) {
    const link = load<u32>(from + (at << 2), 4);
    if (link >= sourceLinked) continue;
    if (load<u32>(numbers + (link << 2)) == NO_ROW) dropped = true;
    else size = propose(source, space, origin, link, sorted, size, limit);
  }
  const picked = load<u32>(space, SPACE_PICKED);
  if (dropped) {
    for (let at: u32 = 0; at < count; at++) {
      const link = load<u32>(from + (at << 2), 4);
      if (link >= sourceLinked || load<u32>(numbers + (link << 2)) != NO_ROW) continue;
      size = proposeLinks(source, space, numbers, sourceLinked, origin, link, level, sorted, size, limit);
    }
    size = select(source, space, sorted, size, limit);
  } else {
    for (let at: u32 = 0; at < size; at++) store<u32>(picked + (at << 2), <u32>load<u64>(sorted + (at << 3)));
  }
  clearVisited(space);
  const list = linkList(target, row, level);
  for (let at: u32 = 0; at < size; at++) {
    store<u32>(list + (at << 2), load<u32>(numbers + (load<u32>(picked + (at << 2)) << 2)), 4);
  }
  atomic.store<u32>(list, size);
}

/** Proposes the kept links of a dropped row. */
function proposeLinks(
  source: u32,
  space: u32,
  numbers: u32,
  sourceLinked: u32,
  origin: u32,
  droppedRow: u32,
  level: u32,
  sorted: u32,
  size: u32,
  limit: u32,
): u32 {
  const list = linkList(source, droppedRow, level);
  const count = atomic.load<u32>(list) & ~LINKS_LOCKED;
  for (let at: u32 = 0; at < count; at++) {
    const link = load<u32>(list + (at << 2), 4);
    if (link >= sourceLinked || load<u32>(numbers + (link << 2)) == NO_ROW) continue;
    size = propose(source, space, origin, link, sorted, size, limit);
  }
  return size;
}

/** Adds a candidate to the best 2 x limit, unless it was proposed before. */
function propose(source: u32, space: u32, origin: u32, row: u32, sorted: u32, size: u32, limit: u32): u32 {
  if (!visit(space, row)) return size;
  const rows = load<u32>(space, SPACE_ROWS);
  const scores = load<u32>(space, SPACE_SCORES);
  store<u32>(rows, row);
  scorePairs(source, space, origin, rows, 1, scores);
  const key = scoreKey(load<f32>(scores)) | row;
  if (size == limit << 1) {
    if (key <= load<u64>(sorted + ((size - 1) << 3))) return size;
    size--;
  }
  insertAt(sorted, size, placeOf(sorted, size, key), key);
  return size + 1;
}
