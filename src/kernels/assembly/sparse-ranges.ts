import {
  SPARSE_FLOAT32,
  SPARSE_PLANE_BYTES,
  SPARSE_PLANE_SHIFT,
  SPARSE_RANGE_SHIFT,
  SPARSE_WIDE,
  TERM_BOUND,
  TERM_FIRST,
  TERM_HINT,
  TERM_LAST,
  TERM_PLANES,
  TERM_PLANE_COUNT,
  TERM_TAIL_ROWS,
  TERM_TAIL_VALUES,
  TERM_TO,
  TERM_WEIGHT,
} from '../layout';
import { best } from './sparse-best';
import { offerAdmitted } from './sparse-gather';
import { contributionAt } from './sparse-sweep';
import { rowBytes } from './sparse-blocks';
import { blockAddress, blockOf, enterWindow, firstRow, placeInBlock, postingCount, rowAt, touchBlock } from './sparse-terms';

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
/** u32 ranges of a batch, u32 block of each, f32 sums of its rows; u16 bound for each range of the span. */
let batch: u32 = 0;
let batchCount: u32 = 0;
let blocks: u32 = 0;
let sums: u32 = 0;
let bounds: u32 = 0;
let boundsEnd: u32 = 0;
/** Postings that were read. */
export let read: u32 = 0;
let slack: f32 = 0;
let scale: f32 = 0;
/** The rows that are looked at, all of one span. */
let rowStart: u32 = 0;
let rowEnd: u32 = 0;
/** First row that the bounds are of. */
let origin: u32 = 0;

/** terms: `count` of them at `list`; `space` as sparse-task.ts lays it out. */
export function startRanges(list: u32, count: u32, values: u32, rounding: f32, space: u32): void {
  order = list;
  termCount = count;
  kind = values;
  slack = rounding;
  batch = space;
  blocks = batch + BATCH * 4;
  sums = blocks + BATCH * 4;
  bounds = sums + BATCH * RANGE_ROWS * 4;
  batchCount = 0;
  read = 0;
  let sum: f32 = 0;
  for (let at: u32 = 0; at < count << 2; at += 4) sum += load<f32>(load<u32>(list + at), TERM_BOUND);
  scale = sum > 0 ? (SUM_MAX - <f32>(count * 256)) / sum : 0;
}

/** Offers the rows of [start, end), all of one span, that can be among the best k; those without a score above 0 never. */
export function scoreRanges(start: u32, end: u32, k: u32): void {
  rowStart = start;
  rowEnd = end;
  origin = start & ~((1 << SPARSE_PLANE_SHIFT) - 1);
  const planes = ((end - 1) >>> SPARSE_PLANE_SHIFT) - (origin >>> SPARSE_PLANE_SHIFT) + 1;
  boundsEnd = bounds + planes * SPARSE_PLANE_BYTES * 2;
  memory.fill(bounds, 0, boundsEnd - bounds);
  for (let at: u32 = 0; at < termCount << 2; at += 4) addBounds(load<u32>(order + at));
  takeRanges(max(goodBound(k), barOf(best)));
  if (best < 0) takeRanges(1);
  else takeRanges(barOf(best));
}

/** Sums below this are of rows that score `score` at most. */
function barOf(score: f32): u32 {
  return <u32>max(min((score - slack) * scale - 1, 65535), 1);
}

/** Adds what a term can add to each range of the span. */
function addBounds(term: u32): void {
  for (let start = origin; start < rowEnd; start += 1 << SPARSE_PLANE_SHIFT) {
    const end = min(start + (1 << SPARSE_PLANE_SHIFT), rowEnd);
    const target = bounds + (((start - origin) >>> SPARSE_RANGE_SHIFT) << 1);
    const entry = planeOf(term, start);
    if (entry != 0) {
      const weight = (load<f32>(term, TERM_WEIGHT) * load<f32>(entry, 4) * scale) / 255;
      addPlane(load<u32>(entry), <u32>ceil(weight), target);
    } else if (enterWindow(term, start, end) >= 0) {
      addPostingBounds(term, start, end, target);
    }
  }
}

/** Address of the entry of a term's plane of a row, or 0. */
@inline
function planeOf(term: u32, row: u32): u32 {
  const number = row >>> SPARSE_PLANE_SHIFT;
  if (number >= load<u32>(term, TERM_PLANE_COUNT)) return 0;
  const entry = load<u32>(term, TERM_PLANES) + (number << 3);
  return atomic.load<u32>(entry) == 0 ? 0 : entry;
}

function addPlane(plane: u32, weight: u32, sums: u32): void {
  const weights = i16x8.splat(<i16>weight);
  for (let at: u32 = 0; at < <u32>SPARSE_PLANE_BYTES; at += 16) {
    const codes = v128.load(plane + at);
    const target = sums + (at << 1);
    const low = i16x8.mul(i16x8.extend_low_i8x16_u(codes), weights);
    const high = i16x8.mul(i16x8.extend_high_i8x16_u(codes), weights);
    v128.store(target, i16x8.add_sat_u(v128.load(target), low));
    v128.store(target, i16x8.add_sat_u(v128.load(target, 16), high), 16);
  }
}

/** The range that is being looked at, and the largest bound in it. */
let present: u32 = 0;
let largest: f32 = 0;

/** Adds the largest posting of each range of rows [start, end). */
function addPostingBounds(term: u32, start: u32, end: u32, target: u32): void {
  const last = load<u32>(term, TERM_LAST);
  const first = load<u32>(term, TERM_FIRST);
  const factor = load<f32>(term, TERM_WEIGHT) * scale;
  present = 0;
  largest = 0;
  for (let block = first; block <= last; block++) {
    const from = block == first ? placeInBlock(term, block, start) : 0;
    const to = block == last ? placeInBlock(term, block, end) : postingCount(term, block);
    if (from >= to) continue;
    read += to - from;
    const address = blockAddress(term, block);
    if (address == 0) {
      boundFloats<u32>(load<u32>(term, TERM_TAIL_ROWS), load<u32>(term, TERM_TAIL_VALUES), from, to, 0 - start, factor, target);
    } else if (kind == SPARSE_FLOAT32 && (address & SPARSE_WIDE) == 0) {
      boundFloats<u16>(address, address + rowBytes(address), from, to, firstRow(term, block) - start, factor, target);
    } else {
      for (let place = from; place < to; place++) {
        boundOf(target, rowAt(term, block, place) - start, contributionAt(term, kind, block, place) * scale);
      }
    }
  }
  addBound(target, present, largest);
}

/** Rows are `offset` less than their places in the window. */
@inline
function boundFloats<Row>(rows: u32, values: u32, from: u32, to: u32, offset: u32, factor: f32, target: u32): void {
  for (let at = from; at < to; at++) {
    boundOf(target, offset + <u32>load<Row>(rows + at * sizeof<Row>()), factor * load<f32>(values + (at << 2)));
  }
}

@inline
function boundOf(target: u32, place: u32, bound: f32): void {
  const range = place >>> SPARSE_RANGE_SHIFT;
  if (range != present) {
    addBound(target, present, largest);
    present = range;
    largest = 0;
  }
  largest = max(largest, bound);
}

@inline
function addBound(target: u32, range: u32, bound: f32): void {
  const at = target + (range << 1);
  store<u16>(at, <u16>min<u32>(load<u16>(at) + <u32>bound + 2, 65535));
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
  for (let at = bounds; at < boundsEnd; at += GROUP_BYTES) {
    let above = i16x8.sub_sat_u(v128.load(at), below);
    for (let part: u32 = 16; part < GROUP_BYTES; part += 16) {
      above = v128.or(above, i16x8.sub_sat_u(v128.load(at + part), below));
    }
    count += <u32>v128.any_true(above);
  }
  return count;
}

/** Looks up the ranges whose bound is `bar` or more, once; the bar rises with the best score. */
function takeRanges(bar: u32): void {
  // Ascending from the beginning again.
  for (let at: u32 = 0; at < termCount << 2; at += 4) {
    store<u32>(load<u32>(order + at), 0, TERM_FIRST);
    store<u32>(load<u32>(order + at), 0, TERM_HINT);
  }
  let below = i16x8.splat(<i16>(bar - 1));
  for (let at = bounds; at < boundsEnd; at += 32) {
    const near = i16x8.sub_sat_u(v128.load(at), below);
    const far = i16x8.sub_sat_u(v128.load(at, 16), below);
    if (!v128.any_true(v128.or(near, far))) continue;
    for (let place = at; place < at + 32; place += 2) {
      if (<u32>load<u16>(place) < bar) continue;
      store<u16>(place, 0);
      store<u32>(batch + (batchCount++ << 2), (place - bounds) >>> 1);
      if (batchCount < BATCH) continue;
      lookUpBatch();
      bar = max(bar, barOf(best));
      below = i16x8.splat(<i16>(bar - 1));
    }
  }
  lookUpBatch();
}

/** Scores the rows of the ranges of the batch, and offers them. */
function lookUpBatch(): void {
  if (batchCount == 0) return;
  memory.fill(sums, 0, (batchCount << SPARSE_RANGE_SHIFT) << 2);
  for (let at: u32 = 0; at < termCount << 2; at += 4) addRanges(load<u32>(order + at));
  for (let at: u32 = 0; at < batchCount; at++) {
    const row = origin + (load<u32>(batch + (at << 2)) << SPARSE_RANGE_SHIFT);
    const scores = sums + ((at << SPARSE_RANGE_SHIFT) << 2);
    for (let inside: u32 = 0; inside < RANGE_ROWS; inside++) {
      const score = load<f32>(scores + (inside << 2));
      if (score > 0 && score > best && row + inside >= rowStart && row + inside < rowEnd) offerAdmitted(row + inside, score);
    }
  }
  batchCount = 0;
}

/** Adds a term's postings in the ranges of the batch to the sums of their rows. */
function addRanges(term: u32): void {
  let touched: u32 = 0;
  for (let at: u32 = 0; at < batchCount << 2; at += 4) {
    const range = load<u32>(batch + at);
    const row = origin + (range << SPARSE_RANGE_SHIFT);
    const entry = planeOf(term, row);
    if (entry != 0 && load<u8>(load<u32>(entry) + (range & (SPARSE_PLANE_BYTES - 1))) == 0) {
      store<u32>(blocks + at, NO_BLOCK);
      continue;
    }
    const block = blockOf(term, row);
    const last = firstRow(term, block) >= row + RANGE_ROWS;
    store<u32>(blocks + at, last ? NO_BLOCK : block);
    if (!last) touched += touchBlock(term, kind, block, row);
  }
  // Stored, so that the loads are made.
  store<u32>(term, touched, TERM_TO);
  for (let at: u32 = 0; at < batchCount << 2; at += 4) {
    const block = load<u32>(blocks + at);
    if (block == NO_BLOCK) continue;
    addRange(term, block, origin + (load<u32>(batch + at) << SPARSE_RANGE_SHIFT), sums + (at << SPARSE_RANGE_SHIFT));
  }
}

/** Adds the postings of rows [row, row + 8), the first of which is in `block` if there is any. */
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
