import {
  SPARSE_BLOCK,
  SPARSE_FLOAT16,
  SPARSE_FLOAT32,
  SPARSE_WIDE,
  TERM_DIRECTORY,
  TERM_FIRST,
  TERM_FROM,
  TERM_LAST,
  TERM_NEXT,
  TERM_TAIL_ROWS,
  TERM_TAIL_VALUES,
  TERM_TO,
  TERM_WEIGHT,
} from '../layout-sparse';
import { halfValue, rowBytes } from './sparse-blocks';
import { blockAddress, blockOf, firstRow, placeInBlock, postingCount, rowAt } from './sparse-terms';

/** Adding the postings of a term to the sums of a window, and looking single ones up. */

/** Adds the term's postings of rows [start, end) to f32 sums[end - start]; answers how many there are. */
export function addPostings(term: u32, kind: u32, start: u32, end: u32, sums: u32): u32 {
  const first = load<u32>(term, TERM_FIRST);
  const last = load<u32>(term, TERM_LAST);
  const from = placeInBlock(term, first, start);
  const to = placeInBlock(term, last, end);
  store<u32>(term, from, TERM_FROM);
  store<u32>(term, to, TERM_TO);
  store<u32>(term, to < postingCount(term, last) ? rowAt(term, last, to) : firstRow(term, last + 1), TERM_NEXT);
  let count: u32 = 0;
  // Address of the sum of row 0, were there one.
  const base = sums - (start << 2);
  for (let block = first; block <= last; block++) {
    const low = block == first ? from : 0;
    const high = block == last ? to : SPARSE_BLOCK;
    if (low >= high) continue;
    addBlock(term, kind, block, low, high, base);
    count += high - low;
  }
  return count;
}

function addBlock(term: u32, kind: u32, block: u32, low: u32, high: u32, base: u32): void {
  const weight = load<f32>(term, TERM_WEIGHT);
  const address = blockAddress(term, block);
  if (address == 0) {
    addFloats<u32>(load<u32>(term, TERM_TAIL_ROWS), load<u32>(term, TERM_TAIL_VALUES), low, high, base, weight);
    return;
  }
  const wide = (address & SPARSE_WIDE) != 0;
  const rows = address & ~SPARSE_WIDE;
  const values = rows + rowBytes(address);
  const entry = load<u32>(term, TERM_DIRECTORY) + (block << 4);
  const target = base + (load<u32>(entry, 4) << 2);
  if (kind == SPARSE_FLOAT32) {
    if (wide) addFloats<u32>(rows, values, low, high, base, weight);
    else addFloats<u16>(rows, values, low, high, target, weight);
  } else if (kind == SPARSE_FLOAT16) {
    if (wide) addHalves<u32>(rows, values, low, high, base, weight);
    else addHalves<u16>(rows, values, low, high, target, weight);
  } else {
    const smallest = load<f32>(entry, 12);
    const step = stepOf(load<f32>(entry, 8), smallest);
    if (wide) addBytes<u32>(rows, values, low, high, base, weight * smallest, weight * step);
    else addBytes<u16>(rows, values, low, high, target, weight * smallest, weight * step);
  }
}

/** The size of one step of u8 codes. Halves first: the range of two floats may be no float. */
@inline
export function stepOf(largest: f32, smallest: f32): f32 {
  return (largest * 0.5 - smallest * 0.5) * (2.0 / 255.0);
}

@inline
function addTo<Row>(rows: u32, at: u32, target: u32, value: f32): void {
  const sum = target + (<u32>load<Row>(rows + at * sizeof<Row>()) << 2);
  store<f32>(sum, load<f32>(sum) + value);
}

@inline
function addFloats<Row>(rows: u32, values: u32, low: u32, high: u32, target: u32, weight: f32): void {
  let at = low;
  for (; at + 4 <= high; at += 4) {
    addTo<Row>(rows, at, target, weight * load<f32>(values + (at << 2)));
    addTo<Row>(rows, at + 1, target, weight * load<f32>(values + (at << 2), 4));
    addTo<Row>(rows, at + 2, target, weight * load<f32>(values + (at << 2), 8));
    addTo<Row>(rows, at + 3, target, weight * load<f32>(values + (at << 2), 12));
  }
  for (; at < high; at++) addTo<Row>(rows, at, target, weight * load<f32>(values + (at << 2)));
}

@inline
function addHalves<Row>(rows: u32, values: u32, low: u32, high: u32, target: u32, weight: f32): void {
  for (let at = low; at < high; at++) addTo<Row>(rows, at, target, weight * halfValue(load<u16>(values + (at << 1))));
}

@inline
function addBytes<Row>(rows: u32, values: u32, low: u32, high: u32, target: u32, bias: f32, scale: f32): void {
  for (let at = low; at < high; at++) addTo<Row>(rows, at, target, bias + scale * <f32>load<u8>(values + at));
}

let foundBlock: u32 = 0;
let foundPlace: u32 = 0;

/** Whether `row` has the term; then `contribution` tells what it adds. Rows before the window are not found. */
export function lookUp(term: u32, row: u32): bool {
  return lookUpIn(term, blockOf(term, row), row);
}

/** As lookUp, in the block that is known to be the only one that can have the row. */
export function lookUpIn(term: u32, block: u32, row: u32): bool {
  const place = placeInBlock(term, block, row);
  if (place == postingCount(term, block) || rowAt(term, block, place) != row) return false;
  foundBlock = block;
  foundPlace = place;
  return true;
}

/** What the posting that was looked up last adds to its row's score. */
export function contribution(term: u32, kind: u32): f32 {
  return contributionAt(term, kind, foundBlock, foundPlace);
}

/** What the posting at a place of a block adds to its row's score. */
export function contributionAt(term: u32, kind: u32, block: u32, place: u32): f32 {
  const weight = load<f32>(term, TERM_WEIGHT);
  const address = blockAddress(term, block);
  if (address == 0) return weight * load<f32>(load<u32>(term, TERM_TAIL_VALUES) + (place << 2));
  const values = (address & ~SPARSE_WIDE) + rowBytes(address);
  if (kind == SPARSE_FLOAT32) return weight * load<f32>(values + (place << 2));
  if (kind == SPARSE_FLOAT16) return weight * halfValue(load<u16>(values + (place << 1)));
  const entry = load<u32>(term, TERM_DIRECTORY) + (block << 4);
  const smallest = load<f32>(entry, 12);
  return weight * smallest + weight * stepOf(load<f32>(entry, 8), smallest) * <f32>load<u8>(values + place);
}
