import {
  SPARSE_BLOCK,
  SPARSE_WIDE,
  TERM_FIRST,
  TERM_FROM,
  TERM_LAST,
  TERM_TAIL_ROWS,
  TERM_TO,
  TERM_WINDOW_BOUND,
} from '../layout-sparse';
import { best, offerRow } from './sparse-best';
import { addPostings, contribution, lookUpIn } from './sparse-sweep';
import { blockAddress, blockOf, firstRow, touchBlock, windowPostings } from './sparse-terms';

/** From the sums of a window to the best rows; leaves the sums at zero. */

/** Rows that are completed together; when there are more in a window, looking up is dearer than adding. */
const CANDIDATES: u32 = 128;
const CANDIDATE_BYTES: u32 = 16;
/** A lookup costs as much as adding this many postings (scripts/bench/vectors/sparse.ts). */
const LOOKUP_POSTINGS: u32 = 32;
/** The bits of a sum that has been told already: a NaN that no arithmetic makes. */
const TOLD: u32 = 0xffffffff;

let dead: u32 = 0;
let filter: u32 = 0;
let filterEnd: u32 = 0;
/** u32 row, f32 score and u32 block each, from `candidates` to `candidatesEnd`. */
let candidates: u32 = 0;
let candidatesEnd: u32 = 0;
let kind: u32 = 0;
let lookedUp: u32 = 0;
let lookedUpCount: u32 = 0;
let lookedUpBound: f32 = 0;
let slack: f32 = 0;
let windowStart: u32 = 0;
let windowEnd: u32 = 0;
let windowSums: u32 = 0;
/** Sums are not zero where no candidate is met. */
let littered: bool = false;
/** Postings added or looked up for candidates. */
export let completed: u32 = 0;
/** Sums up to this cannot become one of the best. */
let least: f32 = 0;

/** deadBits, filterBits, rowEnd: as SPARSE_SEARCH_DEAD, …_FILTER and …_FILTER_END; room for 128 candidates at `buffer`. */
export function startGathering(deadBits: u32, filterBits: u32, rowEnd: u32, buffer: u32, values: u32): void {
  dead = deadBits;
  filter = filterBits;
  filterEnd = rowEnd;
  candidates = buffer;
  candidatesEnd = buffer;
  completed = 0;
  kind = values;
}

/** A window of rows [start, end) and its sums. */
export function startWindow(start: u32, end: u32, sums: u32): void {
  windowStart = start;
  windowEnd = end;
  windowSums = sums;
  littered = false;
}

/** Terms that candidates are looked up in, by falling bound, what they add at most, and how far sums may be off. */
export function setLookups(terms: u32, count: u32, bound: f32, rounding: f32): void {
  lookedUp = terms;
  lookedUpCount = count;
  lookedUpBound = bound;
  slack = rounding;
  least = best - bound - rounding;
}

/** Completes the candidates that are left. */
export function endWindow(): void {
  complete(false);
  if (littered) memory.fill(windowSums, 0, (windowEnd - windowStart) << 2);
}

/** Offers a row whose score is complete. */
export function offerAdmitted(row: u32, score: f32): void {
  if (score > best && admits(row)) offerRow(row, score);
}

@inline
function bit(words: u32, row: u32): u32 {
  return (load<u32>(words + ((row >>> 5) << 2)) >>> (row & 31)) & 1;
}

@inline
function admits(row: u32): bool {
  if (filter != 0 && (row >= filterEnd || bit(filter, row) == 0)) return false;
  return bit(dead, row) == 0;
}

/** Gathers the rows [start, start + count) of a window by looking at every sum; count is a multiple of 16. */
export function gatherWindow(start: u32, count: u32, sums: u32): void {
  const end = sums + (count << 2);
  const zero = f32x4.splat(0);
  let bar = f32x4.splat(least);
  for (let at = sums; at < end; at += 64) {
    const a = v128.load(at);
    const b = v128.load(at, 16);
    const c = v128.load(at, 32);
    const d = v128.load(at, 48);
    const above = v128.or(v128.or(f32x4.gt(a, bar), f32x4.gt(b, bar)), v128.or(f32x4.gt(c, bar), f32x4.gt(d, bar)));
    if (v128.any_true(above)) {
      for (let sum = at; sum < at + 64; sum += 4) {
        const score = load<f32>(sum);
        if (score <= least) continue;
        // What is added to it from here on is apart from its score.
        store<f32>(sum, 0);
        note(start + ((sum - sums) >>> 2), score);
      }
      bar = f32x4.splat(least);
    }
    v128.store(at, zero);
    v128.store(at, zero, 16);
    v128.store(at, zero, 32);
    v128.store(at, zero, 48);
  }
}

/** Gathers the rows of a term's postings that `addPostings` has just added. */
export function gatherPostings(term: u32, start: u32, sums: u32): void {
  const last = load<u32>(term, TERM_LAST);
  for (let block = load<u32>(term, TERM_FIRST); block <= last; block++) {
    const low = lowOf(term, block);
    const high = highOf(term, block);
    const address = blockAddress(term, block);
    if (address == 0) gatherRows<u32>(load<u32>(term, TERM_TAIL_ROWS), low, high, start, sums, 0);
    else if (address & SPARSE_WIDE) gatherRows<u32>(address - SPARSE_WIDE, low, high, start, sums, 0);
    else gatherRows<u16>(address, low, high, start, sums, firstRow(term, block));
  }
}

/** As gatherPostings, where a sum tells nothing of whether its row has a term: offers every row, and marks it as told. */
export function tellPostings(term: u32, start: u32, sums: u32): void {
  const last = load<u32>(term, TERM_LAST);
  for (let block = load<u32>(term, TERM_FIRST); block <= last; block++) {
    const low = lowOf(term, block);
    const high = highOf(term, block);
    const address = blockAddress(term, block);
    if (address == 0) tellRows<u32>(load<u32>(term, TERM_TAIL_ROWS), low, high, start, sums, 0);
    else if (address & SPARSE_WIDE) tellRows<u32>(address - SPARSE_WIDE, low, high, start, sums, 0);
    else tellRows<u16>(address, low, high, start, sums, firstRow(term, block));
  }
}

@inline
function lowOf(term: u32, block: u32): u32 {
  return block == load<u32>(term, TERM_FIRST) ? load<u32>(term, TERM_FROM) : 0;
}

@inline
function highOf(term: u32, block: u32): u32 {
  return block == load<u32>(term, TERM_LAST) ? load<u32>(term, TERM_TO) : SPARSE_BLOCK;
}

/** `first` is what the rows of the block are counted from. */
@inline
function gatherRows<Row>(rows: u32, low: u32, high: u32, start: u32, sums: u32, first: u32): void {
  for (let at = low; at < high; at++) {
    const row = first + <u32>load<Row>(rows + at * sizeof<Row>());
    const sum = sums + ((row - start) << 2);
    const score = load<f32>(sum);
    // A row of several terms is met again, with nothing.
    store<f32>(sum, 0);
    if (score > least) note(row, score);
  }
}

@inline
function tellRows<Row>(rows: u32, low: u32, high: u32, start: u32, sums: u32, first: u32): void {
  for (let at = low; at < high; at++) {
    const row = first + <u32>load<Row>(rows + at * sizeof<Row>());
    const sum = sums + ((row - start) << 2);
    if (load<u32>(sum) == TOLD) continue;
    const score = load<f32>(sum);
    store<u32>(sum, TOLD);
    if (score > best && admits(row)) offerRow(row, score);
  }
}

function note(row: u32, score: f32): void {
  store<u32>(candidatesEnd, row);
  store<f32>(candidatesEnd, score, 4);
  candidatesEnd += CANDIDATE_BYTES;
  if (candidatesEnd - candidates == CANDIDATES * CANDIDATE_BYTES) complete(true);
}

/**
 * Adds to the candidates' scores what the other terms hold, as long as they can become one of the best. With `more` to
 * come, these are added to all sums: rows met later have them in theirs.
 */
function complete(more: bool): void {
  let end = candidates;
  for (let at = candidates; at < candidatesEnd; at += CANDIDATE_BYTES) {
    if (!admits(load<u32>(at))) continue;
    store<u64>(end, load<u64>(at));
    end += CANDIDATE_BYTES;
  }
  candidatesEnd = candidates;
  if (end > candidates && lookedUpCount != 0) {
    addTerms(end, more);
    end = lookUpTerms(end);
  }
  for (let at = candidates; at < end; at += CANDIDATE_BYTES) offerRow(load<u32>(at), load<f32>(at, 4));
  least = best - lookedUpBound - slack;
}

/** Adds the terms whose postings are fewer than lookups would cost, or all. Sums hold nothing else of the candidates. */
function addTerms(end: u32, all: bool): void {
  const most = ((end - candidates) / CANDIDATE_BYTES) * LOOKUP_POSTINGS;
  let left: u32 = 0;
  for (let place: u32 = 0; place < lookedUpCount << 2; place += 4) {
    const term = load<u32>(lookedUp + place);
    if (!all && windowPostings(term, windowEnd - windowStart) > most) {
      store<u32>(lookedUp + (left++ << 2), term);
      continue;
    }
    completed += addPostings(term, kind, windowStart, windowEnd, windowSums);
    lookedUpBound -= load<f32>(term, TERM_WINDOW_BOUND);
  }
  if (left == lookedUpCount) return;
  lookedUpCount = left;
  if (left == 0) lookedUpBound = 0;
  littered = true;
  for (let at = candidates; at < end; at += CANDIDATE_BYTES) {
    const sum = windowSums + ((load<u32>(at) - windowStart) << 2);
    store<f32>(at, load<f32>(at, 4) + load<f32>(sum), 4);
  }
}

/** Looks the candidates up in the terms that are left; answers the end of those that are still candidates. */
function lookUpTerms(end: u32): u32 {
  let rest = lookedUpBound;
  for (let place: u32 = 0; place < lookedUpCount << 2; place += 4) {
    const term = load<u32>(lookedUp + place);
    const bar = best - rest - slack;
    const source = end;
    end = candidates;
    let touched: u32 = 0;
    for (let at = candidates; at < source; at += CANDIDATE_BYTES) {
      if (load<f32>(at, 4) <= bar) continue;
      const row = load<u32>(at);
      const block = blockOf(term, row);
      store<u64>(end, load<u64>(at));
      store<u32>(end, block, 8);
      touched += touchBlock(term, kind, block, row);
      end += CANDIDATE_BYTES;
    }
    // Stored, so that the loads are made.
    store<u32>(candidates, touched, 12);
    for (let at = candidates; at < end; at += CANDIDATE_BYTES) {
      if (!lookUpIn(term, load<u32>(at, 8), load<u32>(at))) continue;
      store<f32>(at, load<f32>(at, 4) + contribution(term, kind), 4);
    }
    completed += (end - candidates) / CANDIDATE_BYTES;
    rest -= load<f32>(term, TERM_WINDOW_BOUND);
  }
  return end;
}
