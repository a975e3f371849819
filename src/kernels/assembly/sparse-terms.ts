import { NO_ROW } from '../layout';
import {
  SPARSE_BLOCK,
  SPARSE_CHUNK_HEAD,
  SPARSE_LIST,
  SPARSE_ONE,
  SPARSE_ORDINAL_SHIFT,
  SPARSE_TABLE,
  SPARSE_TAG,
  SPARSE_TERM_BYTES,
  SPARSE_WIDE,
  TERM_BLOCKS,
  TERM_BOUND,
  TERM_DENSE,
  TERM_DIRECTORY,
  TERM_FIRST,
  TERM_HINT,
  TERM_LAST,
  TERM_NEXT,
  TERM_POSTINGS,
  TERM_SIZE,
  TERM_SMALLEST,
  TERM_TAIL_BOUND,
  TERM_TAIL_COUNT,
  TERM_TAIL_FIRST,
  TERM_TAIL_ROWS,
  TERM_TAIL_VALUES,
  TERM_WEIGHT,
  TERM_WINDOW_BOUND,
} from '../layout-sparse';
import { chunkCapacity, entryOf, valueBytes } from './sparse-blocks';

/** The lists of a query's terms as one search sees them (layout.ts, TERM_…): full blocks, and the chunk as the block behind them. */

/**
 * Looks a term up; false where no row below `end` has it. The chunk is read before the directory: whatever is appended
 * meanwhile, all blocks that the chunk says precede it are there.
 */
export function openTerm(field: u32, term: u32, index: u32, weight: f32, end: u32): bool {
  const reference = atomic.load<u32>(entryOf(atomic.load<u32>(field, SPARSE_TABLE), index), 4);
  return reference != 0 && openReference(reference, term, weight, end);
}

/** As openTerm, of what a reference leads to. */
export function openReference(reference: u32, term: u32, weight: f32, end: u32): bool {
  memory.fill(term, 0, SPARSE_TERM_BYTES);
  store<f32>(term, weight, TERM_WEIGHT);
  store<f32>(term, f32.MAX_VALUE, TERM_SMALLEST);
  store<u32>(term, NO_ROW, TERM_TAIL_FIRST);
  const tag = reference & SPARSE_TAG;
  const address = reference & ~SPARSE_TAG;
  if (tag == SPARSE_ONE) {
    openTail(term, address, address + 4, 1, end);
  } else {
    const chunk = tag == SPARSE_LIST ? atomic.load<u32>(address) : address;
    const word = load<u32>(chunk, 4);
    const rows = chunk + SPARSE_CHUNK_HEAD;
    const values = rows + (chunkCapacity(word & ((1 << SPARSE_ORDINAL_SHIFT) - 1)) << 2);
    if (tag == SPARSE_LIST) {
      store<u32>(term, word >>> SPARSE_ORDINAL_SHIFT, TERM_BLOCKS);
      store<u32>(term, atomic.load<u32>(address, 4), TERM_DIRECTORY);
      store<u32>(term, atomic.load<u32>(address, 40), TERM_DENSE);
      widenBound(term, load<f32>(address, 12), load<f32>(address, 16));
    }
    openTail(term, rows, values, atomic.load<u32>(chunk), end);
  }
  const first = firstRow(term, 0);
  store<u32>(term, first, TERM_NEXT);
  store<u32>(term, load<u32>(term, TERM_BLOCKS) * SPARSE_BLOCK + load<u32>(term, TERM_TAIL_COUNT), TERM_POSTINGS);
  return first < end;
}

/** The postings behind the blocks, as far as they are of rows below `end`. */
function openTail(term: u32, rows: u32, values: u32, count: u32, end: u32): void {
  while (count != 0 && load<u32>(rows + ((count - 1) << 2)) >= end) count--;
  store<u32>(term, rows, TERM_TAIL_ROWS);
  store<u32>(term, values, TERM_TAIL_VALUES);
  store<u32>(term, count, TERM_TAIL_COUNT);
  if (count == 0) return;
  store<u32>(term, load<u32>(rows), TERM_TAIL_FIRST);
  let largest = load<f32>(values);
  let smallest = largest;
  for (let at: u32 = 1; at < count; at++) {
    const value = load<f32>(values + (at << 2));
    largest = max(largest, value);
    smallest = min(smallest, value);
  }
  store<f32>(term, reach(load<f32>(term, TERM_WEIGHT), largest, smallest), TERM_TAIL_BOUND);
  widenBound(term, largest, smallest);
}

function widenBound(term: u32, largest: f32, smallest: f32): void {
  const weight = load<f32>(term, TERM_WEIGHT);
  store<f32>(term, max(load<f32>(term, TERM_BOUND), reach(weight, largest, smallest)), TERM_BOUND);
  store<f32>(term, min(load<f32>(term, TERM_SMALLEST), smallest), TERM_SMALLEST);
  const size = max(abs(weight * largest), abs(weight * smallest));
  store<f32>(term, max(load<f32>(term, TERM_SIZE), size), TERM_SIZE);
}

/** Most that values of this range can add to a score; a row need not have the term, so never below 0. */
@inline
function reach(weight: f32, largest: f32, smallest: f32): f32 {
  return max(max(weight * largest, weight * smallest), 0);
}

/** First row of a block; NO_ROW behind the last. */
@inline
export function firstRow(term: u32, block: u32): u32 {
  const blocks = load<u32>(term, TERM_BLOCKS);
  if (block < blocks) return load<u32>(load<u32>(term, TERM_DIRECTORY) + (block << 4), 4);
  return block == blocks ? load<u32>(term, TERM_TAIL_FIRST) : NO_ROW;
}

@inline
function blockBound(term: u32, block: u32): f32 {
  if (block == load<u32>(term, TERM_BLOCKS)) return load<f32>(term, TERM_TAIL_BOUND);
  const entry = load<u32>(term, TERM_DIRECTORY) + (block << 4);
  return reach(load<f32>(term, TERM_WEIGHT), load<f32>(entry, 8), load<f32>(entry, 12));
}

/** Finds the blocks that can have rows of [start, end), and what they can add to a score; below 0: there are none. */
export function enterWindow(term: u32, start: u32, end: u32): f32 {
  let first = load<u32>(term, TERM_FIRST);
  while (firstRow(term, first + 1) <= start) first++;
  store<u32>(term, first, TERM_FIRST);
  store<u32>(term, first, TERM_HINT);
  const row = firstRow(term, first);
  if (row >= end) {
    store<u32>(term, row, TERM_NEXT);
    store<f32>(term, -1, TERM_WINDOW_BOUND);
    return -1;
  }
  let last = first;
  let bound = blockBound(term, first);
  while (firstRow(term, last + 1) < end) bound = max(bound, blockBound(term, ++last));
  store<u32>(term, last, TERM_LAST);
  store<u32>(term, end, TERM_NEXT);
  store<f32>(term, bound, TERM_WINDOW_BOUND);
  return bound;
}

/** The block that a row of the window would be in. Quickest when rows are asked for in ascending order. */
export function blockOf(term: u32, row: u32): u32 {
  let block = load<u32>(term, TERM_HINT);
  if (firstRow(term, block) > row) block = load<u32>(term, TERM_FIRST);
  while (firstRow(term, block + 1) <= row) block++;
  store<u32>(term, block, TERM_HINT);
  return block;
}

/** The last block that begins at or before a row, or the first. Without branches, so that searches of terms overlap. */
export function seekBlock(term: u32, row: u32): u32 {
  const blocks = load<u32>(term, TERM_BLOCKS);
  if (load<u32>(term, TERM_TAIL_FIRST) <= row) return blocks;
  const directory = load<u32>(term, TERM_DIRECTORY);
  let low: u32 = 0;
  let length = blocks;
  while (length > 1) {
    const half = length >>> 1;
    low = select<u32>(low + half, low, load<u32>(directory + ((low + half) << 4), 4) <= row);
    length -= half;
  }
  return low;
}

/** Postings of a block. */
@inline
export function postingCount(term: u32, block: u32): u32 {
  return block == load<u32>(term, TERM_BLOCKS) ? load<u32>(term, TERM_TAIL_COUNT) : SPARSE_BLOCK;
}

/** Where a block of rows lies: its address with SPARSE_WIDE, and 0 for the tail. */
@inline
export function blockAddress(term: u32, block: u32): u32 {
  if (block == load<u32>(term, TERM_BLOCKS)) return 0;
  return load<u32>(load<u32>(term, TERM_DIRECTORY) + (block << 4));
}

/** Postings of a block with a smaller row. */
export function placeInBlock(term: u32, block: u32, row: u32): u32 {
  const first = firstRow(term, block);
  if (row <= first) return 0;
  const address = blockAddress(term, block);
  if (address == 0) return placeAmong<u32>(load<u32>(term, TERM_TAIL_ROWS), load<u32>(term, TERM_TAIL_COUNT), row);
  if (address & SPARSE_WIDE) return placeAmong<u32>(address - SPARSE_WIDE, SPARSE_BLOCK, row);
  return row - first > 0xffff ? SPARSE_BLOCK : placeInNarrow(address, row - first);
}

/** Row at a place of a block. */
export function rowAt(term: u32, block: u32, place: u32): u32 {
  const address = blockAddress(term, block);
  if (address == 0) return load<u32>(load<u32>(term, TERM_TAIL_ROWS) + (place << 2));
  if (address & SPARSE_WIDE) return load<u32>(address - SPARSE_WIDE + (place << 2));
  return firstRow(term, block) + load<u16>(address + (place << 1));
}

/** How many of the 128 ascending u16 are smaller. Side by side, so that lines that are not in the cache come together. */
@inline
function placeInNarrow(rows: u32, offset: u32): u32 {
  const limit = i16x8.splat(<i16>offset);
  const zero = i16x8.splat(0);
  for (let at: u32 = 0; at < <u32>SPARSE_BLOCK * 2; at += 16) {
    const reached = i16x8.bitmask(i16x8.eq(i16x8.sub_sat_u(limit, v128.load(rows + at)), zero));
    if (reached != 0) return (at >>> 1) + ctz(reached);
  }
  return SPARSE_BLOCK;
}

/** Loads what is there where a row may be expected in a full block: it is in the cache then when it is asked for. */
export function touchBlock(term: u32, kind: u32, block: u32, row: u32): u32 {
  const address = blockAddress(term, block);
  if (address == 0 || address & SPARSE_WIDE) return 0;
  const first = firstRow(term, block);
  const next = firstRow(term, block + 1);
  const inside = row > first && next != NO_ROW;
  const place = inside ? <u32>((<f32>(row - first) * <f32>(SPARSE_BLOCK - 1)) / <f32>(next - first)) : 0;
  return load<u8>(address + (place << 1)) + load<u8>(address + SPARSE_BLOCK * 2 + place * valueBytes(kind));
}

/** About how many postings the term has in the window that was entered, of `rows` rows. */
export function windowPostings(term: u32, rows: u32): u32 {
  const first = load<u32>(term, TERM_FIRST);
  const last = load<u32>(term, TERM_LAST);
  const postings = (last - first + 1) * SPARSE_BLOCK;
  const next = firstRow(term, last + 1);
  if (next == NO_ROW) return postings;
  const span = next - firstRow(term, first);
  return span <= rows ? postings : <u32>((<u64>postings * rows) / span);
}

/** How many of `count` ascending numbers, at least one, are smaller. Without branches: nobody could predict them. */
@inline
function placeAmong<Word>(list: u32, count: u32, number: u32): u32 {
  let low = list;
  let length = count;
  while (length > 1) {
    const half = length >>> 1;
    const middle = low + half * sizeof<Word>();
    low = select<u32>(middle, low, <u32>load<Word>(middle - sizeof<Word>()) < number);
    length -= half;
  }
  return (low - list) / sizeof<Word>() + <u32>(<u32>load<Word>(low) < number);
}
