import { NO_ROW } from '../layout';
import {
  SPARSE_BLOCK,
  SPARSE_DENSE_BYTES,
  SPARSE_DENSE_ENTRY_BYTES,
  SPARSE_DENSE_PLACES,
  SPARSE_RANGE,
  SPARSE_WINDOW,
  TERM_BOUND,
  TERM_FROM,
} from '../layout-sparse';
import { isCancelled } from './cancel';
import { best } from './sparse-best';
import {
  WINDOWS,
  endOfRun,
  enterDense,
  enterWindows,
  entries,
  entriesEnd,
  firstRunOf,
  fullEnd,
  startEntries,
} from './sparse-entries';
import { GROUP_RANGES, boundRanges, countBetween, cutFor, groupBounds, groupsThere, nextGroup, rangesBetween } from './sparse-ranges';
import { STRIDE_RANGES, boundRows, completeRow, rowBounds, startRows } from './sparse-rows';
import { lookUpSums, spreadBounds, spreadSums, startSpreading, touchPostings } from './sparse-spread';


/**
 * A search of windows with dense blocks, where weights and values are above zero. Every range of 8 rows gets a bound: of
 * terms with a dense block the largest impact, of others the sum of what is there. The ranges with the largest bounds are
 * scored first, so that few of the others can still hold one of the best rows. Within a range impacts bound each row; of the
 * rows that are left, the exact values are looked up.
 */

/** Ranges that are scored together. */
const PICKED: u32 = 1024;
/** A range costs as much to look up as scanning this many postings. */
const LOOKUP_POSTINGS: u32 = 10;
/** Scoring a range costs as much for each term as adding this many postings. */
const RANGE_POSTINGS: u64 = 4;
/** Bounds are in units of the most that a row can score / this. */
const UNITS: f32 = 32000;
/** Groups of ranges, beside k, that are to have one scored in the first two passes. */
const FIRST_GROUPS: u32 = 32;
const SECOND_GROUPS: u32 = 110;
const WINDOW_RANGES: u32 = SPARSE_WINDOW / SPARSE_RANGE;
/** Ranges that are sorted, at most. */
const SORTED: u32 = 256;

let order: u32 = 0;
let termCount: u32 = 0;
let kind: u32 = 0;
let slack: f32 = 0;
let dead: u32 = 0;
let filter: u32 = 0;
/** Units of one. */
let units: f32 = 0;
/** What rounding may take from a bound. */
let rounding: i32 = 0;
let bounds: u32 = 0;
let slots: u32 = 0;
let sums: u32 = 0;
let picked: u32 = 0;
let pickedCount: u32 = 0;
let pickedWindow: u32 = 0;
let turns: u32 = 0;
let tops: u32 = 0;
let parts: u32 = 0;
let firstWindow: u32 = 0;
let windowCount: u32 = 0;
export let pickedPostings: u32 = 0;

/** terms: of the query; `error` is how far sums may be off; `room` as vectors/sparse-task.ts has it. */
export function startPicking(terms: u32, count: u32, values: u32, error: f32, room: u32): void {
  order = terms;
  termCount = count;
  kind = values;
  slack = 4 * error;
  pickedPostings = 0;
  let most: f32 = 0;
  for (let at: u32 = 0; at < count; at++) most += load<f32>(load<u32>(terms + (at << 2)), TERM_BOUND);
  units = UNITS / most;
  rounding = <i32>(count >>> 1) + 2;
  bounds = room;
  slots = bounds + WINDOWS * WINDOW_RANGES * 2;
  sums = slots + WINDOWS * WINDOW_RANGES * 2;
  picked = sums + (PICKED + 1) * 32;
  tops = picked + PICKED * 2;
  startRows(values, slack, tops + ((WINDOWS * WINDOW_RANGES) / GROUP_RANGES) * 2);
  parts = rowBounds + 64;
  turns = parts + SPARSE_BLOCK * 4;
  startEntries(terms, count, units, turns + PICKED * 2);
}

/**
 * Offers the best rows of the first `windows` windows. False where so many ranges might have one that adding all
 * `postings` is cheaper; then some rows were offered already.
 */
export function pickRows(windows: u32, deadBits: u32, filterBits: u32, k: u32, postings: u64): bool {
  dead = deadBits;
  filter = filterBits;
  for (firstWindow = 0; firstWindow < windows && !isCancelled(); firstWindow += WINDOWS) {
    windowCount = min(WINDOWS, windows - firstWindow);
    startSpreading(firstWindow * SPARSE_WINDOW, bounds, slots, sums, parts, kind);
    enterWindows(firstWindow, windowEnd());
    memory.fill(slots, 0, windowCount * WINDOW_RANGES * 2);
    boundWindows();
    if (!pickRanges(k, firstWindow == 0 ? postings : u64.MAX_VALUE)) return false;
  }
  return true;
}

/** Loads what bounds are made of: lines that are not in the cache come together. */
function touchBounds(): void {
  let touched: u32 = 0;
  for (let at: u32 = 0; at < termCount; at++) {
    const term = load<u32>(order + (at << 2));
    for (let window = firstRunOf(term, firstWindow); window < windowEnd(); window = firstRunOf(term, window)) {
      const end = endOfRun(term, window);
      touched += touchPostings(term, window * SPARSE_WINDOW, end * SPARSE_WINDOW);
      window = end;
    }
  }
  for (let at: u32 = 0; at < windowCount; at++) {
    enterDense(firstWindow + at);
    for (let entry = entries; entry < entriesEnd; entry += SPARSE_DENSE_ENTRY_BYTES) {
      const dense = load<u32>(entry);
      for (let line: u32 = 0; line < WINDOW_RANGES; line += 256) {
        touched += load<u8>(dense + line) + load<u8>(dense + line, 64) + load<u8>(dense + line, 128) + load<u8>(dense + line, 192);
      }
    }
  }
  // Stored, so that the loads are made.
  store<u32>(rowBounds, touched);
}

function boundWindows(): void {
  touchBounds();
  for (let at: u32 = 0; at < windowCount; at++) {
    enterDense(firstWindow + at);
    boundRanges(entries, entriesEnd, bounds + at * WINDOW_RANGES * 2, WINDOW_RANGES);
  }
  for (let at: u32 = 0; at < termCount; at++) {
    const term = load<u32>(order + (at << 2));
    let count: u32 = 0;
    for (let window = firstRunOf(term, firstWindow); window < windowEnd(); window = firstRunOf(term, window)) {
      const end = endOfRun(term, window);
      count += spreadBounds(term, window * SPARSE_WINDOW, end * SPARSE_WINDOW, units);
      window = end;
    }
    store<u32>(term, count, TERM_FROM);
    pickedPostings += count;
  }
  groupBounds(bounds, windowCount * WINDOW_RANGES, tops);
}

@inline
function windowEnd(): u32 {
  return firstWindow + windowCount;
}

/** Ranges with a bound up to this hold none of the best rows. */
@inline
function threshold(): i32 {
  return max(<i32>min<f32>(max<f32>((best - slack) * units, 0), 32000) - rounding, 0);
}

/** Scores ranges: first few with large bounds, then more, then all that are left. */
function pickRanges(k: u32, postings: u64): bool {
  let high: i32 = 0x7fff;
  for (let pass: u32 = 0; pass < 3; pass++) {
    let low = threshold();
    if (pass < 2) low = max(low, cutFor(pass == 0 ? FIRST_GROUPS + k : SECOND_GROUPS + k * 4));
    if (pass != 0 && <u64>countBetween(low, high) * termCount * RANGE_POSTINGS > postings) return false;
    if (low < high) pickBetween(low, high);
    high = min(low, high);
  }
  return true;
}

function pickBetween(low: i32, high: i32): void {
  const bytes = firstWindow * WINDOW_RANGES;
  pickedCount = 0;
  for (let group = nextGroup(0, low); group < groupsThere(); group = nextGroup(group + 1, low)) {
    let bits = rangesBetween(group, low, high);
    if (PICKED - pickedCount < GROUP_RANGES) {
      scorePicked();
      low = max(low, threshold());
      bits = rangesBetween(group, low, high);
    }
    while (bits != 0) {
      const range = group * GROUP_RANGES + <u32>ctz(bits);
      bits &= bits - 1;
      if (liveRows(bytes + range) == 0) continue;
      store<u16>(picked + (pickedCount << 1), <u16>range);
      pickedCount++;
    }
  }
  if (pickedCount != 0) scorePicked();
}

/** Bits of the rows of a range that may be returned. */
@inline
function liveRows(range: u32): u32 {
  const live = ~<u32>load<u8>(dead + range) & 0xff;
  return filter == 0 ? live : live & load<u8>(filter + range);
}

/** Scores the rows of the ranges that were picked. */
function scorePicked(): void {
  memory.fill(sums, 0, (pickedCount + 1) << 5);
  for (let at: u32 = 0; at < pickedCount; at++) {
    store<u16>(slots + (<u32>load<u16>(picked + (at << 1)) << 1), <u16>((at + 1) << 3));
  }
  for (let at: u32 = 0; at < termCount; at++) addSparse(load<u32>(order + (at << 2)));
  touchImpacts();
  for (let at: u32 = 0; at < pickedCount; at++) {
    store<u16>(slots + (<u32>load<u16>(picked + (at << 1)) << 1), 0);
    store<u16>(turns + (at << 1), <u16>at);
  }
  if (best <= 0 && pickedCount <= SORTED) sortTurns();
  pickedWindow = NO_ROW;
  for (let turn: u32 = 0; turn < pickedCount; turn++) {
    const at = <u32>load<u16>(turns + (turn << 1));
    const range = <u32>load<u16>(picked + (at << 1));
    enterRange(range);
    scoreRange(range, sums + ((at + 1) << 5));
  }
  pickedCount = 0;
}

/** Turns by falling bound: the best rows first, so that few others are completed. */
function sortTurns(): void {
  for (let at: u32 = 1; at < pickedCount; at++) {
    const bound = boundOf(at);
    let turn = turns + (at << 1);
    for (; turn > turns && boundOf(load<u16>(turn - 2)) < bound; turn -= 2) store<u16>(turn, load<u16>(turn - 2));
    store<u16>(turn, <u16>at);
  }
}

@inline
function boundOf(at: u32): u32 {
  return load<u16>(bounds + (<u32>load<u16>(picked + (at << 1)) << 1));
}

@inline
function enterRange(range: u32): void {
  if (range / WINDOW_RANGES == pickedWindow) return;
  pickedWindow = range / WINDOW_RANGES;
  enterDense(firstWindow + pickedWindow);
}

/** Brings impacts into the cache, all together: first those by row and the places of others, then the others. */
function touchImpacts(): void {
  let touched: u32 = 0;
  pickedWindow = NO_ROW;
  for (let at: u32 = 0; at < pickedCount; at++) {
    const range = <u32>load<u16>(picked + (at << 1));
    enterRange(range);
    const row = (range % WINDOW_RANGES) * SPARSE_RANGE - SPARSE_WINDOW;
    const place = ((range % WINDOW_RANGES) / STRIDE_RANGES) << 1;
    for (let entry = entries; entry < fullEnd; entry += SPARSE_DENSE_ENTRY_BYTES) touched += load<u8>(load<u32>(entry) + row);
    for (let entry = fullEnd; entry < entriesEnd; entry += SPARSE_DENSE_ENTRY_BYTES) {
      touched += load<u8>(load<u32>(entry) + place, SPARSE_DENSE_PLACES);
    }
  }
  pickedWindow = NO_ROW;
  for (let at: u32 = 0; at < pickedCount; at++) {
    const range = <u32>load<u16>(picked + (at << 1));
    enterRange(range);
    const stride = ((range % WINDOW_RANGES) / STRIDE_RANGES) << 1;
    for (let entry = fullEnd; entry < entriesEnd; entry += SPARSE_DENSE_ENTRY_BYTES) {
      const dense = load<u32>(entry);
      const place = <u32>load<u16>(dense + stride, SPARSE_DENSE_PLACES);
      touched += load<u8>(dense + (place << 1), SPARSE_DENSE_BYTES);
    }
  }
  // Stored, so that the loads are made.
  store<u32>(rowBounds, touched);
}

function addSparse(term: u32): void {
  const few = pickedCount * LOOKUP_POSTINGS < load<u32>(term, TERM_FROM);
  for (let window = firstRunOf(term, firstWindow); window < windowEnd(); window = firstRunOf(term, window)) {
    const end = endOfRun(term, window);
    if (few) lookUpSums(term, window * SPARSE_WINDOW, end * SPARSE_WINDOW, picked, pickedCount);
    else spreadSums(term, window * SPARSE_WINDOW, end * SPARSE_WINDOW);
    window = end;
  }
}

/** Completes the rows of a range that can be among the best. */
function scoreRange(range: u32, exact: u32): void {
  const inside = range % WINDOW_RANGES;
  boundRows(inside, exact);
  const bar = f32x4.splat(max<f32>(best - slack, 0));
  let bits =
    i32x4.bitmask(f32x4.gt(v128.load(rowBounds), bar)) | (i32x4.bitmask(f32x4.gt(v128.load(rowBounds, 16), bar)) << 4);
  if (bits == 0) return;
  bits &= liveRows(firstWindow * WINDOW_RANGES + range);
  const first = firstWindow * SPARSE_WINDOW + range * SPARSE_RANGE;
  while (bits != 0) {
    const lane = ctz(bits);
    bits &= bits - 1;
    completeRow(first + lane, load<f32>(exact + (lane << 2)), load<f32>(rowBounds + (lane << 2)));
  }
}
