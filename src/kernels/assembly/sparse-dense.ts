import { NO_ROW } from '../layout';
import {
  SPARSE_BLOCK,
  SPARSE_CLASS_DIRECTORY,
  SPARSE_DENSE_BEFORE,
  SPARSE_DENSE_BYTES,
  SPARSE_DENSE_CURSOR,
  SPARSE_DENSE_LISTS,
  SPARSE_DENSE_PLACES,
  SPARSE_DENSE_ROWS,
  SPARSE_DENSE_WINDOWS,
  SPARSE_FULL,
  SPARSE_FULL_BYTES,
  SPARSE_FULL_ROWS,
  SPARSE_LIST,
  SPARSE_RANGE,
  SPARSE_RETIRED_CAPACITY,
  SPARSE_RETIRED_COUNT,
  SPARSE_ROOM,
  SPARSE_ROOM_END,
  SPARSE_STEP_RETIRED,
  SPARSE_STRIDE,
  SPARSE_VALUES,
  SPARSE_WINDOW,
  TERM_BLOCKS,
  TERM_FIRST,
  TERM_LAST,
} from '../layout-sparse';
import { allocate, bump, needs, retire } from './sparse-append';
import { classBytes } from './sparse-blocks';
import { contributionAt } from './sparse-sweep';
import { enterWindow, openReference, placeInBlock, rowAt } from './sparse-terms';

/**
 * Dense blocks (layout.ts): built by the main thread once all rows of a window are there, a few lists at a time. Searches
 * know how many windows are complete and look at no later one.
 */

/** What looking at a list costs that gets no block, in postings. */
const LIST_COST: i32 = 4;
const DONE: u32 = 0;
const MORE: u32 = 1;
const ROOM: u32 = 2;
/** What buildBlock answers where there is no room. */
const NONE: i32 = -1;

/**
 * Builds blocks of windows that end at or before row `rows`, until about `budget` postings were looked at; `scratch` has room
 * for SPARSE_TERM_BYTES. Answers 0: all is built, 1: more is left, 2: it needs room (SPARSE_NEEDED) and is to be called again.
 */
export function sparseDense(field: u32, rows: u32, budget: i32, scratch: u32): u32 {
  let window = load<u32>(field, SPARSE_DENSE_WINDOWS);
  for (; (window + 1) * SPARSE_WINDOW <= rows; window++) {
    let list = load<u32>(field, SPARSE_DENSE_CURSOR);
    // A list that is made while a window is built has too few rows there: it had none but its first chunk before.
    if (list == 0) list = load<u32>(field, SPARSE_DENSE_LISTS);
    for (; list != 0; list = load<u32>(list, 36)) {
      const cost = budget > 0 ? buildBlock(field, list, window, scratch) : NONE;
      if (cost < 0) {
        store<u32>(field, list, SPARSE_DENSE_CURSOR);
        return budget > 0 ? ROOM : MORE;
      }
      budget -= cost;
    }
    store<u32>(field, 0, SPARSE_DENSE_CURSOR);
    atomic.store<u32>(field, window + 1, SPARSE_DENSE_WINDOWS);
  }
  return DONE;
}

/** Builds the block of one list, if it is to have one. Answers what that cost; below 0: there is no room. */
function buildBlock(field: u32, list: u32, window: u32, term: u32): i32 {
  const start = window * SPARSE_WINDOW;
  const end = start + SPARSE_WINDOW;
  // Bounds of values that are not above zero would tell nothing of whether a row has the term.
  if (load<f32>(list, 16) <= 0) return LIST_COST;
  openReference(list | SPARSE_LIST, term, 1, NO_ROW);
  if ((load<u32>(term, TERM_BLOCKS) + 1) * SPARSE_BLOCK < <u32>SPARSE_DENSE_ROWS) return LIST_COST;
  store<u32>(term, load<u32>(list, 48), TERM_FIRST);
  const any = enterWindow(term, start, end) >= 0;
  const first = load<u32>(term, TERM_FIRST);
  store<u32>(list, first, 48);
  if (!any) return LIST_COST;
  const last = load<u32>(term, TERM_LAST);
  const from = placeInBlock(term, first, start);
  const to = placeInBlock(term, last, end);
  const count = (last - first) * SPARSE_BLOCK + to - from;
  if (count < <u32>SPARSE_DENSE_ROWS) return LIST_COST;
  const table = tableFor(field, list, window);
  if (table == 0) return NONE;
  const kind = load<u32>(field, SPARSE_VALUES);
  const before = first * SPARSE_BLOCK + from;
  let largest: f32 = 0;
  let smallest = f32.MAX_VALUE;
  for (let at = before; at < before + count; at++) {
    const value = contributionAt(term, kind, at / SPARSE_BLOCK, at % SPARSE_BLOCK);
    largest = max(largest, value);
    smallest = min(smallest, value);
  }
  if (smallest <= 0) return LIST_COST;
  const full = count >= <u32>SPARSE_FULL_ROWS;
  const bytes: u32 = full ? SPARSE_FULL_BYTES : SPARSE_DENSE_BYTES + ((count + 3) & ~3) * 2;
  const piece = bump(field, bytes);
  memory.fill(piece, 0, bytes);
  const dense = full ? piece + SPARSE_WINDOW : piece;
  // A little more than needed, so that a rounded quotient is a bound too. A step is never zero.
  const step = max<f32>(largest * (1.000001 / 255.0), 1e-37);
  fillBlock(term, kind, dense, start, step, before, count, full);
  const entry = table + (window << 3);
  store<f32>(entry, step, 12);
  store<u32>(entry, full ? dense | SPARSE_FULL : dense, 8);
  return <i32>count;
}

/** Impacts are rounded up. */
function fillBlock(
  term: u32,
  kind: u32,
  dense: u32,
  start: u32,
  step: f32,
  before: u32,
  count: u32,
  full: bool,
): void {
  const scale: f32 = <f32>1.000001 / step;
  const places = dense + SPARSE_DENSE_PLACES;
  let stride: u32 = 0;
  for (let place: u32 = 0; place < count; place++) {
    const block = (before + place) / SPARSE_BLOCK;
    const inside = (before + place) % SPARSE_BLOCK;
    const offset = rowAt(term, block, inside) - start;
    const impact = <u8>min<f32>(max<f32>(ceil<f32>(contributionAt(term, kind, block, inside) * scale), 1), 255);
    if (full) store<u8>(dense - SPARSE_WINDOW + offset, impact);
    else store<u16>(dense + (place << 1), <u16>((offset % SPARSE_STRIDE) | (<u32>impact << 8)), SPARSE_DENSE_BYTES);
    const range = dense + offset / SPARSE_RANGE;
    store<u8>(range, max<u8>(load<u8>(range), impact));
    for (; stride <= offset / SPARSE_STRIDE; stride++) store<u16>(places + (stride << 1), <u16>place);
  }
  for (; stride <= <u32>(SPARSE_WINDOW / SPARSE_STRIDE); stride++) store<u16>(places + (stride << 1), <u16>count);
  store<u32>(dense, before, SPARSE_DENSE_BEFORE);
}

/** The table of a list, long enough for a window, with room for a block behind it; 0: there is no room. */
function tableFor(field: u32, list: u32, window: u32): u32 {
  const old = load<u32>(list, 40);
  let kind = old == 0 ? SPARSE_CLASS_DIRECTORY : load<u32>(list, 44);
  const isShort = old == 0 || window >= load<u32>(old);
  if (isShort) while (window >= (classBytes(kind) >>> 3) - 1) kind++;
  const bytes: u32 = SPARSE_FULL_BYTES + (isShort ? classBytes(kind) : 0);
  if (
    load<u32>(field, SPARSE_ROOM_END) - load<u32>(field, SPARSE_ROOM) < bytes ||
    load<u32>(field, SPARSE_RETIRED_COUNT) + SPARSE_STEP_RETIRED > load<u32>(field, SPARSE_RETIRED_CAPACITY)
  ) {
    needs(field, bytes);
    return 0;
  }
  if (!isShort) return old;
  const table = allocate(field, kind);
  memory.fill(table, 0, classBytes(kind));
  if (old != 0) memory.copy(table + 8, old + 8, load<u32>(old) << 3);
  store<u32>(table, (classBytes(kind) >>> 3) - 1);
  if (old != 0) retire(field, old, load<u32>(list, 44));
  store<u32>(list, kind, 44);
  atomic.store<u32>(list, table, 40);
  return table;
}
