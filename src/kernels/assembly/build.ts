import {
  CODE_INT8,
  FIELD_CODE,
  FIELD_EF_CONSTRUCT,
  FIELD_ENTRY,
  FIELD_LOCK,
  FIELD_M,
  FIELD_M0,
  FIELD_WIDE,
  LINKS_LOCKED,
  NO_ROW,
  SPACE_BEAM,
  SPACE_BEAM_SIZE,
  SPACE_DEAD,
  SPACE_DISTANCES,
  SPACE_FILTER,
  SPACE_PICKED,
  SPACE_ROWS,
  SPACE_ROW_COUNT,
  SPACE_SCORES,
  SPACE_SORTED,
  SPACE_WAY,
  WAY_CODES,
  WAY_INT8,
  WAY_WIDE,
} from '../layout';
import { ROW_MASK, insertAt, keyScore, placeOf, scoreKey } from './beam';
import { prepareRow } from './codes';
import { isDead, linkList, rowLevel } from './field';
import { scorePairs } from './score';
import { UNBOUNDED, clearVisited, descend, startBeam, visit, walk } from './walk';

/**
 * Insertion into the graph by several threads at once (Malkov & Yashunin 2016, algorithms 1 and 4).
 *
 * A new row's own lists are written on all levels before any other row points to it, so whoever reaches it can go on.
 * A list of another row is changed under its lock: the top bit of its first word. No thread holds two locks.
 */

/**
 * How rows are compared while links are made: by the codes that walks go by. Links by the rows themselves are never better
 * and often worse: one bit a coordinate has a recall of 0.946 at ef 24 on a graph made by the originals, 0.992 on one
 * made by the codes (docs/performance.md).
 */
export function buildWay(field: u32): u32 {
  if (load<u32>(field, FIELD_CODE) != CODE_INT8) return WAY_CODES;
  return load<u32>(field, FIELD_WIDE) ? WAY_WIDE : WAY_INT8;
}

/** Puts rows [start, end) into the graph. Rows with a tombstone stay outside: nothing will ever ask for them. */
export function insertRows(field: u32, space: u32, start: u32, end: u32, rowCount: u32): void {
  store<u32>(space, buildWay(field), SPACE_WAY);
  store<u32>(space, rowCount, SPACE_ROW_COUNT);
  store<u32>(space, 0, SPACE_DEAD);
  store<u32>(space, 0, SPACE_FILTER);
  store<u32>(space, 0, SPACE_DISTANCES);
  for (let row = start; row < end; row++) if (!isDead(field, row)) insertRow(field, space, row);
}

function insertRow(field: u32, space: u32, row: u32): void {
  const level = rowLevel(field, row);
  const entry = firstEntry(field, row);
  if (entry == NO_ROW) return;
  prepareRow(field, space, row);
  let near = descend(field, space, level);
  const top = min(level, rowLevel(field, near));
  for (let floor = <i32>top; floor >= 0; floor--) {
    near = linkLevel(field, space, row, <u32>floor, near);
  }
  for (let floor: u32 = 0; floor <= top; floor++) linkBack(field, space, row, floor);
  if (level > rowLevel(field, atomic.load<u32>(field, FIELD_ENTRY))) {
    lock(field + FIELD_LOCK);
    if (level > rowLevel(field, atomic.load<u32>(field, FIELD_ENTRY))) atomic.store<u32>(field, row, FIELD_ENTRY);
    unlock(field + FIELD_LOCK);
  }
}

/** The row at which walks begin; the first row of all becomes it and answers NO_ROW: it has nothing to be linked to. */
function firstEntry(field: u32, row: u32): u32 {
  const entry = atomic.load<u32>(field, FIELD_ENTRY);
  return entry != NO_ROW ? entry : atomic.cmpxchg<u32>(field, NO_ROW, row, FIELD_ENTRY);
}

/** Finds and writes a row's own links on one level; answers the nearest row found, where the next level begins. */
function linkLevel(field: u32, space: u32, row: u32, level: u32, near: u32): u32 {
  visit(space, row);
  startBeam(field, space, near, level);
  walk(field, space, load<u32>(field, FIELD_EF_CONSTRUCT), level, UNBOUNDED);
  clearVisited(space);
  const beam = load<u32>(space, SPACE_BEAM);
  const size = load<u32>(space, SPACE_BEAM_SIZE);
  if (size == 0) return near;
  const picked = select(field, space, beam, size, load<u32>(field, FIELD_M));
  const source = load<u32>(space, SPACE_PICKED);
  const list = linkList(field, row, level);
  for (let at: u32 = 0; at < picked << 2; at += 4) store<u32>(list + at, load<u32>(source + at), 4);
  atomic.store<u32>(list, picked);
  return <u32>load<u64>(beam) & ROW_MASK;
}

/**
 * Picks up to `limit` of the sorted candidates, leaving out each that lies nearer to one picked before than to the base:
 * the links then point in many directions. Picked rows go to SPACE_PICKED; their number is answered.
 */
export function select(field: u32, space: u32, candidates: u32, size: u32, limit: u32): u32 {
  const picked = load<u32>(space, SPACE_PICKED);
  const scores = load<u32>(space, SPACE_SCORES);
  let count: u32 = 0;
  for (let at: u32 = 0; at < size && count < limit; at++) {
    const entry = load<u64>(candidates + (at << 3));
    const row = <u32>entry & ROW_MASK;
    const score = keyScore(entry);
    let apart = true;
    // In groups of four: most candidates are refused by one of the first picked.
    for (let start: u32 = 0; start < count && apart; start += 4) {
      const length = min(count - start, 4);
      scorePairs(field, space, row, picked + (start << 2), length, scores);
      for (let lane: u32 = 0; lane < length; lane++) {
        if (load<f32>(scores + (lane << 2)) > score) apart = false;
      }
    }
    if (apart) store<u32>(picked + (count++ << 2), row);
  }
  return count;
}

/** Adds `row` to the lists of those that it points to. */
function linkBack(field: u32, space: u32, row: u32, level: u32): void {
  const own = linkList(field, row, level);
  const count = atomic.load<u32>(own) & ~LINKS_LOCKED;
  const limit = level == 0 ? load<u32>(field, FIELD_M0) : load<u32>(field, FIELD_M);
  for (let at: u32 = 0; at < count; at++) {
    const other = load<u32>(own + (at << 2), 4);
    if (other != row) addLink(field, space, other, row, level, limit);
  }
}

function addLink(field: u32, space: u32, base: u32, row: u32, level: u32, limit: u32): void {
  const list = linkList(field, base, level);
  const length = lock(list);
  for (let at: u32 = 0; at < length; at++) {
    if (load<u32>(list + (at << 2), 4) == row) {
      atomic.store<u32>(list, length);
      return;
    }
  }
  if (length < limit) {
    store<u32>(list + (length << 2), row, 4);
    atomic.store<u32>(list, length + 1);
    return;
  }
  const rows = load<u32>(space, SPACE_ROWS);
  const scores = load<u32>(space, SPACE_SCORES);
  const sorted = load<u32>(space, SPACE_SORTED);
  for (let at: u32 = 0; at < length; at++) store<u32>(rows + (at << 2), load<u32>(list + (at << 2), 4));
  store<u32>(rows + (length << 2), row);
  scorePairs(field, space, base, rows, length + 1, scores);
  for (let at: u32 = 0; at <= length; at++) {
    const key = scoreKey(load<f32>(scores + (at << 2))) | load<u32>(rows + (at << 2));
    insertAt(sorted, at, placeOf(sorted, at, key), key);
  }
  const kept = select(field, space, sorted, length + 1, limit);
  const picked = load<u32>(space, SPACE_PICKED);
  for (let at: u32 = 0; at < kept << 2; at += 4) store<u32>(list + at, load<u32>(picked + at), 4);
  atomic.store<u32>(list, kept);
}

/** Takes a lock bit; answers the word without it. */
function lock(address: u32): u32 {
  let spins = 0;
  while (true) {
    const word = atomic.load<u32>(address);
    if (!(word & LINKS_LOCKED) && atomic.cmpxchg<u32>(address, word, word | LINKS_LOCKED) == word) return word;
    // The holder may have lost its core: after a while sleep 50 µs (nobody notifies) instead of burning ours.
    if (++spins > 1000) atomic.wait<i32>(address, <i32>(word | LINKS_LOCKED), 50000);
  }
}

@inline
function unlock(address: u32): void {
  atomic.store<u32>(address, 0);
}
