import { NO_ROW } from '../layout';
import {
  SPARSE_BLOCK,
  SPARSE_FLOAT16,
  SPARSE_FLOAT32,
  SPARSE_RANGE,
  SPARSE_WIDE,
  TERM_BLOCKS,
  TERM_DIRECTORY,
  TERM_TAIL_COUNT,
  TERM_TAIL_ROWS,
  TERM_TAIL_VALUES,
  TERM_WEIGHT,
} from '../layout-sparse';
import { rowBytes, valueBytes } from './sparse-blocks';
import { contributionAt, stepOf } from './sparse-sweep';
import { blockAddress, firstRow, placeInBlock, postingCount, rowAt, seekBlock } from './sparse-terms';

/** Postings of terms without a dense block, to the bounds of ranges and to the sums of ranges that were picked. */

/** The largest bound there is. */
const LARGEST: i32 = 0x7fff;

/** Row that ranges are counted from. */
let origin: u32 = 0;
/** u16 bounds, and u16 places of sums, by range. */
let bounds: u32 = 0;
let slots: u32 = 0;
/** f32 sums, 8 for each slot; nobody reads those of slot 0. */
let sums: u32 = 0;
/** f32 or i32 contributions of a block's 128 postings. */
let parts: u32 = 0;
let kind: u32 = 0;

export function startSpreading(first: u32, boundsAt: u32, slotsAt: u32, sumsAt: u32, buffer: u32, values: u32): void {
  origin = first;
  bounds = boundsAt;
  slots = slotsAt;
  sums = sumsAt;
  parts = buffer;
  kind = values;
}

/** Adds the term's postings of rows [start, end), in units rounded up, to the bounds of their ranges; answers how many. */
export function spreadBounds(term: u32, start: u32, end: u32, units: f32): u32 {
  return spread(term, start, end, load<f32>(term, TERM_WEIGHT) * units, true);
}

/** Adds the term's postings of rows [start, end) to the sums of the ranges that have a slot. */
export function spreadSums(term: u32, start: u32, end: u32): void {
  spread(term, start, end, load<f32>(term, TERM_WEIGHT), false);
}

/** Loads what spreadBounds will: lines that are not in the cache come together. */
export function touchPostings(term: u32, start: u32, end: u32): u32 {
  const blocks = load<u32>(term, TERM_BLOCKS);
  const bytes: u32 = SPARSE_BLOCK * (2 + valueBytes(kind));
  let touched: u32 = 0;
  for (let block = seekBlock(term, start); block < blocks && firstRow(term, block) < end; block++) {
    const address = blockAddress(term, block) & ~SPARSE_WIDE;
    for (let at: u32 = 0; at < bytes; at += 64) touched += load<u8>(address + at);
  }
  return touched;
}

function spread(term: u32, start: u32, end: u32, weight: f32, whole: bool): u32 {
  const blocks = load<u32>(term, TERM_BLOCKS);
  let count: u32 = 0;
  for (let block = seekBlock(term, start); block <= blocks; block++) {
    const first = firstRow(term, block);
    if (first >= end) break;
    const low = first < start ? placeInBlock(term, block, start) : 0;
    const high = firstRow(term, block + 1) <= end ? postingCount(term, block) : placeInBlock(term, block, end);
    if (low >= high) continue;
    count += high - low;
    weigh(term, block, weight, whole);
    const address = blockAddress(term, block);
    const narrow = address != 0 && (address & SPARSE_WIDE) == 0;
    const rows = address == 0 ? load<u32>(term, TERM_TAIL_ROWS) : address & ~SPARSE_WIDE;
    const base = (narrow ? first : 0) - origin;
    if (whole) {
      if (narrow) addBounds<u16>(rows, low, high, base);
      else addBounds<u32>(rows, low, high, base);
    } else {
      if (narrow) addSums<u16>(rows, low, high, base);
      else addSums<u32>(rows, low, high, base);
    }
  }
  return count;
}

/** Writes weight x value of every posting of a block, as f32 or as a whole number that is not smaller. */
function weigh(term: u32, block: u32, weight: f32, whole: bool): void {
  const address = blockAddress(term, block);
  if (address == 0) {
    const values = load<u32>(term, TERM_TAIL_VALUES);
    for (let at: u32 = 0; at < load<u32>(term, TERM_TAIL_COUNT) << 2; at += 4) {
      const part = weight * load<f32>(values + at);
      if (whole) store<i32>(parts + at, <i32>min<f32>(part, 1e9) + 1);
      else store<f32>(parts + at, part);
    }
    return;
  }
  const values = (address & ~SPARSE_WIDE) + rowBytes(address);
  if (kind == SPARSE_FLOAT32) weighFloats(values, weight);
  else if (kind == SPARSE_FLOAT16) weighHalves(values, weight);
  else weighBytes(values, load<u32>(term, TERM_DIRECTORY) + (block << 4), weight);
  if (!whole) return;
  const one = i32x4.splat(1);
  for (let at = parts; at < parts + SPARSE_BLOCK * 4; at += 16) {
    v128.store(at, i32x4.add(i32x4.trunc_sat_f32x4_s(v128.load(at)), one));
  }
}

function weighFloats(values: u32, weight: f32): void {
  const factor = f32x4.splat(weight);
  for (let at: u32 = 0; at < <u32>SPARSE_BLOCK * 4; at += 16) {
    v128.store(parts + at, f32x4.mul(v128.load(values + at), factor));
  }
}

/** As halfValue (sparse-blocks.ts). */
function weighHalves(values: u32, weight: f32): void {
  const factor = f32x4.splat(weight);
  const larger = v128.splat<u32>(0x77800000);
  const mask = v128.splat<u32>(0x8fffe000);
  for (let at: u32 = 0; at < <u32>SPARSE_BLOCK * 4; at += 16) {
    const half = i32x4.shl(v128.load16x4_u(values + (at >>> 1)), 16);
    const value = f32x4.mul(v128.and(i32x4.shr_s(half, 3), mask), larger);
    v128.store(parts + at, f32x4.mul(value, factor));
  }
}

function weighBytes(values: u32, entry: u32, weight: f32): void {
  const smallest = load<f32>(entry, 12);
  const bias = f32x4.splat(weight * smallest);
  const factor = f32x4.splat(weight * stepOf(load<f32>(entry, 8), smallest));
  for (let at: u32 = 0; at < <u32>SPARSE_BLOCK * 4; at += 32) {
    const codes = v128.load8x8_u(values + (at >>> 2));
    const low = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(codes));
    const high = f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(codes));
    v128.store(parts + at, f32x4.add(bias, f32x4.mul(factor, low)));
    v128.store(parts + at, f32x4.add(bias, f32x4.mul(factor, high)), 16);
  }
}

@inline
function addBounds<Row>(rows: u32, low: u32, high: u32, base: u32): void {
  for (let at = low; at < high; at++) {
    const cell = bounds + (((base + <u32>load<Row>(rows + at * sizeof<Row>())) / SPARSE_RANGE) << 1);
    store<u16>(cell, <u16>min(<i32>load<u16>(cell) + load<i32>(parts + (at << 2)), LARGEST));
  }
}

@inline
function addSums<Row>(rows: u32, low: u32, high: u32, base: u32): void {
  for (let at = low; at < high; at++) {
    const row = base + <u32>load<Row>(rows + at * sizeof<Row>());
    const slot = <u32>load<u16>(slots + ((row / SPARSE_RANGE) << 1));
    const sum = sums + ((slot + (row % SPARSE_RANGE)) << 2);
    store<f32>(sum, load<f32>(sum) + load<f32>(parts + (at << 2)));
  }
}

/** As spreadSums, of few ranges: u16 ranges[count], ascending, the slot of the first being 1. */
export function lookUpSums(term: u32, start: u32, end: u32, ranges: u32, count: u32): void {
  const blocks = load<u32>(term, TERM_BLOCKS);
  let block = seekBlock(term, start);
  for (let at: u32 = 0; at < count; at++) {
    const row = origin + <u32>load<u16>(ranges + (at << 1)) * SPARSE_RANGE;
    if (row < start) continue;
    if (row >= end) return;
    while (firstRow(term, block + 1) <= row) block++;
    const stop = row + SPARSE_RANGE;
    const first = firstRow(term, block);
    if (first == NO_ROW) return;
    let place = placeInBlock(term, block, row);
    let found = block;
    for (;;) {
      if (place == postingCount(term, found)) {
        if (firstRow(term, found + 1) >= stop) break;
        found++;
        place = 0;
      }
      const posting = rowAt(term, found, place);
      if (posting >= stop) break;
      const sum = sums + ((((at + 1) << 3) + posting - row) << 2);
      store<f32>(sum, load<f32>(sum) + contributionAt(term, kind, found, place));
      place++;
    }
  }
}
