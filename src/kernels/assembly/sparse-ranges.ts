import {
  SPARSE_PLANE_BYTES,
  SPARSE_PLANE_SHIFT,
  SPARSE_RANGE_SHIFT,
  TERM_FIRST,
  TERM_LAST,
  TERM_PLANES,
  TERM_PLANE_COUNT,
  TERM_TO,
  TERM_WEIGHT,
  TERM_WINDOW_BOUND,
} from '../layout';
import { best } from './sparse-best';
import { offerAdmitted } from './sparse-gather';
import { contributionAt } from './sparse-sweep';
import { blockOf, enterWindow, firstRow, placeInBlock, postingCount, rowAt, touchBlock } from './sparse-terms';

/**
 * The quick way of a sparse search where nothing is negative (block-max pruning after Mallia, Suel & Tonellotto 2024):
 * bounds of the scores of every 8 rows are summed up from planes, 8 ranges an instruction; terms without a plane add
 * their postings' own. Only ranges that can hold one of the best rows are then looked up.
 */

/** Ranges that are looked up together, so that what is not in the cache comes together. */
const BATCH: u32 = 64;
const RANGE_ROWS: u32 = 1 << SPARSE_RANGE_SHIFT;
/** Largest sum of bounds: the rest of 16 bits is for rounding up. */
const SUM_MAX: f32 = 65000;
const NO_BLOCK: u32 = 0xffffffff;
/** Ranges of which the best is compared to find out what a good score is. */
const GROUP_BYTES: u32 = 64;

let order: u32 = 0;
let termCount: u32 = 0;
let kind: u32 = 0;
/** u16 for each range of a window, u32 ranges of a batch, u32 block of each, f32 sums of its rows. */
let bounds: u32 = 0;
let batch: u32 = 0;
let batchCount: u32 = 0;
let blocks: u32 = 0;
let sums: u32 = 0;
/** Postings that were read. */
export let read: u32 = 0;
let slack: f32 = 0;
let scale: f32 = 0;
let windowStart: u32 = 0;
let windowEnd: u32 = 0;

/** terms: `count` of them at `list`; `space` has room for 4 kB of bounds and 3 kB more. */
export function startRanges(list: u32, count: u32, values: u32, rounding: f32, space: u32): void {
  order = list;
  termCount = count;
  kind = values;
  slack = rounding;
  bounds = space;
  batch = bounds + SPARSE_PLANE_BYTES * 2;
  blocks = batch + BATCH * 4;
  sums = blocks + BATCH * 4;
  batchCount = 0;
  read = 0;
}

/** Offers the rows of [start, end), all of one plane, that can be among the best k; those without a score above 0 never. */
export function scoreRanges(start: u32, end: u32, k: u32): void {
  windowStart = start;
  windowEnd = end;
  if (!sumBounds()) return;
  if (best < 0) {
    takeRanges(goodBound(k));
    lookUpBatch();
    if (best < 0) {
      takeRanges(1);
      lookUpBatch();
      return;
    }
  }
  takeRanges(barOf(best));
  lookUpBatch();
}

/** Sums below this are of rows that score `score` at most. */
function barOf(score: f32): u32 {
  return <u32>max(min((score - slack) * scale - 1, 65535), 1);
}

/** Sums up what the terms can add to the ranges of the window; false: nothing. */
function sumBounds(): bool {
  let sum: f32 = 0;
  for (let at: u32 = 0; at < termCount << 2; at += 4) sum += max(enterWindow(load<u32>(order + at), windowStart, windowEnd), 0);
  if (sum + slack <= best || sum <= 0) return false;
  scale = (SUM_MAX - <f32>(termCount * 256)) / sum;
  memory.fill(bounds, 0, SPARSE_PLANE_BYTES * 2);
  for (let at: u32 = 0; at < termCount << 2; at += 4) {
    const term = load<u32>(order + at);
    if (load<f32>(term, TERM_WINDOW_BOUND) < 0) continue;
    const plane = planeOf(term);
    if (plane != 0) addPlane(load<u32>(plane), <u32>ceil((load<f32>(term, TERM_WEIGHT) * load<f32>(plane, 4) * scale) / 255));
    else addPostingBounds(term);
  }
  return true;
}

/** Address of the entry of the window's plane of a term, or 0. */
@inline
function planeOf(term: u32): u32 {
  const number = windowStart >>> SPARSE_PLANE_SHIFT;
  if (number >= load<u32>(term, TERM_PLANE_COUNT)) return 0;
  const entry = load<u32>(term, TERM_PLANES) + (number << 3);
  return atomic.load<u32>(entry) == 0 ? 0 : entry;
}

function addPlane(plane: u32, weight: u32): void {
  const weights = i16x8.splat(<i16>weight);
  for (let at: u32 = 0; at < <u32>SPARSE_PLANE_BYTES; at += 16) {
    const codes = v128.load(plane + at);
    const target = bounds + (at << 1);
    const low = i16x8.mul(i16x8.extend_low_i8x16_u(codes), weights);
    const high = i16x8.mul(i16x8.extend_high_i8x16_u(codes), weights);
    v128.store(target, i16x8.add_sat_u(v128.load(target), low));
    v128.store(target, i16x8.add_sat_u(v128.load(target, 16), high), 16);
  }
}

/** Adds the largest posting of each range. */
function addPostingBounds(term: u32): void {
  const last = load<u32>(term, TERM_LAST);
  const first = load<u32>(term, TERM_FIRST);
  const start = windowStart & ~((1 << SPARSE_PLANE_SHIFT) - 1);
  let present: u32 = 0;
  let largest: u32 = 0;
  for (let block = first; block <= last; block++) {
    const count = postingCount(term, block);
    for (let place = block == first ? placeInBlock(term, block, windowStart) : 0; place < count; place++) {
      const row = rowAt(term, block, place);
      if (row >= windowEnd) break;
      const range = (row - start) >>> SPARSE_RANGE_SHIFT;
      const bound = <u32>ceil(max(contributionAt(term, kind, block, place) * scale, 0)) + 1;
      if (range != present) {
        addBound(present, largest);
        present = range;
        largest = 0;
      }
      largest = max(largest, bound);
      read++;
    }
  }
  addBound(present, largest);
}

@inline
function addBound(range: u32, bound: u32): void {
  const at = bounds + (range << 1);
  store<u16>(at, <u16>min<u32>(load<u16>(at) + bound, 65535));
}

/** A bound that the best ranges of at least k groups reach, if there are so many. */
function goodBound(k: u32): u32 {
  // As many bits of the answer as tell good ranges from bad ones.
  let bar: u32 = 0;
  for (let bit: u32 = 0x8000; bit >= 0x40; bit >>>= 1) if (groupsAbove(bar | bit) >= k) bar |= bit;
  return max(bar, 1);
}

function groupsAbove(bar: u32): u32 {
  const below = i16x8.splat(<i16>(bar - 1));
  let count: u32 = 0;
  for (let at: u32 = 0; at < <u32>SPARSE_PLANE_BYTES * 2; at += GROUP_BYTES) {
    let above = i16x8.sub_sat_u(v128.load(bounds + at), below);
    for (let part: u32 = 16; part < GROUP_BYTES; part += 16) {
      above = v128.or(above, i16x8.sub_sat_u(v128.load(bounds + at + part), below));
    }
    count += <u32>v128.any_true(above);
  }
  return count;
}

/** Looks up the ranges whose bound is `bar` or more, once; the bar rises with the best score. */
function takeRanges(bar: u32): void {
  let below = i16x8.splat(<i16>(bar - 1));
  for (let at: u32 = 0; at < <u32>SPARSE_PLANE_BYTES * 2; at += 32) {
    const near = i16x8.sub_sat_u(v128.load(bounds + at), below);
    const far = i16x8.sub_sat_u(v128.load(bounds + at, 16), below);
    if (!v128.any_true(v128.or(near, far))) continue;
    for (let place = at; place < at + 32; place += 2) {
      if (<u32>load<u16>(bounds + place) < bar) continue;
      store<u16>(bounds + place, 0);
      store<u32>(batch + (batchCount++ << 2), place >>> 1);
      if (batchCount < BATCH) continue;
      lookUpBatch();
      bar = max(bar, barOf(best));
      below = i16x8.splat(<i16>(bar - 1));
    }
  }
}

/** Scores the rows of the ranges of the batch, and offers them. */
function lookUpBatch(): void {
  if (batchCount == 0) return;
  memory.fill(sums, 0, (batchCount << SPARSE_RANGE_SHIFT) << 2);
  for (let at: u32 = 0; at < termCount << 2; at += 4) {
    const term = load<u32>(order + at);
    if (load<f32>(term, TERM_WINDOW_BOUND) > 0) addRanges(term);
  }
  const start = windowStart & ~((1 << SPARSE_PLANE_SHIFT) - 1);
  for (let at: u32 = 0; at < batchCount; at++) {
    const row = start + (load<u32>(batch + (at << 2)) << SPARSE_RANGE_SHIFT);
    const scores = sums + ((at << SPARSE_RANGE_SHIFT) << 2);
    for (let inside: u32 = 0; inside < RANGE_ROWS; inside++) {
      const score = load<f32>(scores + (inside << 2));
      if (score > 0 && score > best && row + inside >= windowStart && row + inside < windowEnd) offerAdmitted(row + inside, score);
    }
  }
  batchCount = 0;
}

/** Adds a term's postings in the ranges of the batch to the sums of their rows. */
function addRanges(term: u32): void {
  const start = windowStart & ~((1 << SPARSE_PLANE_SHIFT) - 1);
  const entry = planeOf(term);
  const plane = entry == 0 ? 0 : load<u32>(entry);
  let touched: u32 = 0;
  for (let at: u32 = 0; at < batchCount << 2; at += 4) {
    const range = load<u32>(batch + at);
    if (plane != 0 && load<u8>(plane + range) == 0) {
      store<u32>(blocks + at, NO_BLOCK);
      continue;
    }
    const row = start + (range << SPARSE_RANGE_SHIFT);
    const block = blockOf(term, row);
    store<u32>(blocks + at, block);
    touched += touchBlock(term, kind, block, row);
  }
  // Stored, so that the loads are made.
  store<u32>(term, touched, TERM_TO);
  for (let at: u32 = 0; at < batchCount << 2; at += 4) {
    const block = load<u32>(blocks + at);
    if (block == NO_BLOCK) continue;
    addRange(term, block, start + (load<u32>(batch + at) << SPARSE_RANGE_SHIFT), sums + (at << SPARSE_RANGE_SHIFT));
  }
}

function addRange(term: u32, block: u32, row: u32, target: u32): void {
  const end = row + RANGE_ROWS;
  let place = placeInBlock(term, block, row);
  for (;;) {
    if (place == postingCount(term, block)) {
      block++;
      place = 0;
      if (firstRow(term, block) >= end) return;
    }
    const next = rowAt(term, block, place);
    if (next >= end) return;
    const sum = target + ((next - row) << 2);
    store<f32>(sum, load<f32>(sum) + contributionAt(term, kind, block, place));
    place++;
    read++;
  }
}
