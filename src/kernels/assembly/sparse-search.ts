import { NO_ROW, SPACE_BEAM, SPACE_TOP, SPACE_VISITED } from '../layout';
import {
  SPARSE_SEARCH_COUNT,
  SPARSE_DENSE_WINDOWS,
  SPARSE_SEARCH_DEAD,
  SPARSE_SEARCH_END,
  SPARSE_SEARCH_FIELD,
  SPARSE_SEARCH_FILTER,
  SPARSE_SEARCH_FILTER_END,
  SPARSE_SEARCH_FOUND,
  SPARSE_SEARCH_INDICES,
  SPARSE_SEARCH_K,
  SPARSE_SEARCH_LIST,
  SPARSE_SEARCH_LIST_COUNT,
  SPARSE_SEARCH_ORDER,
  SPARSE_SEARCH_ROWS,
  SPARSE_SEARCH_SCORED,
  SPARSE_SEARCH_SCORES,
  SPARSE_SEARCH_START,
  SPARSE_SEARCH_TERMS,
  SPARSE_SEARCH_WEIGHTS,
  SPARSE_TERM_BYTES,
  SPARSE_VALUES,
  SPARSE_WINDOW,
  TERM_BOUND,
  TERM_FIRST,
  TERM_NEXT,
  TERM_POSTINGS,
  TERM_SIZE,
  TERM_SMALLEST,
  TERM_WEIGHT,
  TERM_WINDOW_BOUND,
} from '../layout-sparse';
import { isCancelled } from './cancel';
import { best, restartBest, startBest, writeBest } from './sparse-best';
import {
  completed,
  endWindow,
  gatherPostings,
  gatherWindow,
  offerAdmitted,
  setLookups,
  startGathering,
  startWindow,
  tellPostings,
} from './sparse-gather';
import { TERMS_MAX } from './sparse-entries';
import { pickRows, pickedPostings, startPicking } from './sparse-pick';
import { addPostings, contribution, lookUp } from './sparse-sweep';
import { enterWindow, openTerm, seekBlock, touchBlock } from './sparse-terms';

/**
 * A sparse search: MaxScore, a window of rows at a time (Turtle & Flood 1995; bounds by blocks as in Ding & Suel 2011;
 * windows as in Lucene's MaxScoreBulkScorer).
 *
 * The sums of a window's rows stand in a dense array. Terms that together cannot lift a row over the k-th best score so
 * far are left out of it, and only looked up for rows that could be among the best with them. Which terms these are is
 * decided for each window by what its blocks can add at most. All is exact but for the rounding of sums in f32, and
 * bounds are widened by that.
 */

/** A lookup costs as much as adding this many postings (scripts/bench/vectors/sparse.ts). */
const LOOKUP_POSTINGS: u64 = 24;
/** A window with fewer postings than rows / this is gathered by its postings rather than by its rows. */
const GATHER_SHARE: u32 = 8;
/** Rows of a window: their sums stay in the first-level cache. */
const WINDOW_ROWS: u32 = 8192;
/** Bytes of candidates (sparse-gather.ts). */
const CANDIDATE_BYTES: u32 = 2048;
/** Most results that windows are picked for; the least and the most that a posting must add. */
const K_MAX: u32 = 32;
const LEAST_PART: f32 = 1e-30;
const MOST_PART: f32 = 1e30;

let task: u32 = 0;
let kind: u32 = 0;
let order: u32 = 0;
let termCount: u32 = 0;
/** Terms at the front of the order that cannot make a row one of the best without one of the others. */
let idleCount: u32 = 0;
let idleBound: f32 = 0;
/** How far f32 sums may be off. */
let slack: f32 = 0;
/** The terms of the window that are added to its sums, and those that are looked up, by falling bound. */
let added: u32 = 0;
let addedCount: u32 = 0;
let lookedUp: u32 = 0;
let lookedUpCount: u32 = 0;
let lookedUpBound: f32 = 0;
let scored: u32 = 0;
/** Windows with dense blocks. */
let windowsThere: u32 = 0;

export function searchSparse(address: u32, space: u32): void {
  task = address;
  const field = load<u32>(task, SPARSE_SEARCH_FIELD);
  kind = load<u32>(field, SPARSE_VALUES);
  scored = 0;
  // Before the lists: they have the blocks of all these windows.
  windowsThere = atomic.load<u32>(field, SPARSE_DENSE_WINDOWS);
  startBest(load<u32>(space, SPACE_TOP), load<u32>(task, SPARSE_SEARCH_K));
  const postings = openTerms(field);
  const list = load<u32>(task, SPARSE_SEARCH_LIST);
  const listed = load<u32>(task, SPARSE_SEARCH_LIST_COUNT);
  startGathering(
    load<u32>(task, SPARSE_SEARCH_DEAD),
    load<u32>(task, SPARSE_SEARCH_FILTER),
    load<u32>(task, SPARSE_SEARCH_FILTER_END),
    load<u32>(space, SPACE_BEAM),
    kind,
  );
  if (list != 0 && <u64>listed * termCount * LOOKUP_POSTINGS < postings) scoreList(list, listed);
  else scoreWindows(pickWindows(space, postings), load<u32>(task, SPARSE_SEARCH_END), load<u32>(space, SPACE_VISITED));
  answer();
}

/** Looks the terms up and orders them: first those that add little for many postings. Answers the number of postings. */
function openTerms(field: u32): u64 {
  const count = load<u32>(task, SPARSE_SEARCH_COUNT);
  const indices = load<u32>(task, SPARSE_SEARCH_INDICES);
  const weights = load<u32>(task, SPARSE_SEARCH_WEIGHTS);
  const end = load<u32>(task, SPARSE_SEARCH_END);
  let term = load<u32>(task, SPARSE_SEARCH_TERMS);
  let postings: u64 = 0;
  order = load<u32>(task, SPARSE_SEARCH_ORDER);
  added = order + (count << 2);
  lookedUp = added + (count << 2);
  termCount = 0;
  idleCount = 0;
  idleBound = 0;
  slack = 0;
  for (let at: u32 = 0; at < count << 2; at += 4) {
    if (!openTerm(field, term, load<u32>(indices + at), load<f32>(weights + at), end)) continue;
    postings += load<u32>(term, TERM_POSTINGS);
    slack += load<f32>(term, TERM_SIZE);
    let place = order + (termCount << 2);
    for (; place > order && isBefore(term, load<u32>(place - 4)); place -= 4) store<u32>(place, load<u32>(place - 4));
    store<u32>(place, term);
    termCount++;
    term += SPARSE_TERM_BYTES;
  }
  // Each of two sums is rounded by 2^-24 of its size for each term.
  slack *= <f32>termCount * (1.0 / 8388608.0);
  return postings;
}

@inline
function isBefore(term: u32, other: u32): bool {
  return (
    <f64>load<f32>(term, TERM_BOUND) * <f64>load<u32>(other, TERM_POSTINGS) <
    <f64>load<f32>(other, TERM_BOUND) * <f64>load<u32>(term, TERM_POSTINGS)
  );
}

/** Scores the rows of a short filter one by one. */
function scoreList(list: u32, count: u32): void {
  const start = load<u32>(task, SPARSE_SEARCH_START);
  const end = load<u32>(task, SPARSE_SEARCH_END);
  for (let at: u32 = 0; at < count << 2; at += 4) {
    const row = load<u32>(list + at);
    if (row < start || row >= end) continue;
    if (isCancelled()) return;
    let sum: f32 = 0;
    let any = false;
    for (let place: u32 = 0; place < termCount << 2; place += 4) {
      const term = load<u32>(order + place);
      if (!lookUp(term, row)) continue;
      sum += contribution(term, kind);
      any = true;
    }
    scored++;
    if (any) offerAdmitted(row, sum);
  }
}

/** Searches the windows that have dense blocks, and answers where the others begin. */
function pickWindows(space: u32, postings: u64): u32 {
  const start = load<u32>(task, SPARSE_SEARCH_START);
  const filter = load<u32>(task, SPARSE_SEARCH_FILTER);
  const k = load<u32>(task, SPARSE_SEARCH_K);
  let end = load<u32>(task, SPARSE_SEARCH_END);
  if (filter != 0) end = min(end, load<u32>(task, SPARSE_SEARCH_FILTER_END));
  const windows = min(windowsThere, end / SPARSE_WINDOW);
  if (start != 0 || windows == 0 || termCount == 0 || k > K_MAX || termCount > TERMS_MAX || !allPositive()) return start;
  const room = load<u32>(space, SPACE_BEAM) + CANDIDATE_BYTES;
  startPicking(order, termCount, kind, slack, room);
  const isDone = pickRows(windows, load<u32>(task, SPARSE_SEARCH_DEAD), filter, k, postings);
  scored += pickedPostings;
  if (!isDone) {
    // Rows come again, with sums in another order. Fewer than k have been offered where nothing is known.
    restartBest(best > 0 ? best - 4 * slack : best);
    return start;
  }
  const next = windows * SPARSE_WINDOW;
  for (let at: u32 = 0; at < termCount; at++) {
    const term = load<u32>(order + (at << 2));
    store<u32>(term, seekBlock(term, next), TERM_FIRST);
  }
  return next;
}

/** Whether every posting adds so much that no bound of a row that has it can be zero, and no sum is infinite. */
function allPositive(): bool {
  for (let at: u32 = 0; at < termCount; at++) {
    const term = load<u32>(order + (at << 2));
    const weight = load<f32>(term, TERM_WEIGHT);
    if (!(weight > 0 && weight * load<f32>(term, TERM_SMALLEST) > LEAST_PART)) return false;
    if (!(load<f32>(term, TERM_BOUND) < MOST_PART)) return false;
  }
  return true;
}

function scoreWindows(start: u32, end: u32, sums: u32): void {
  for (;;) {
    const next = max(nextRow(), start);
    if (next >= end || isCancelled()) return;
    const first = max(next & ~(WINDOW_ROWS - 1), start);
    const last = min((next & ~(WINDOW_ROWS - 1)) + WINDOW_ROWS, end);
    scoreWindow(first, last, sums);
    start = last;
  }
}

/** No row before it can be one of the best. */
function nextRow(): u32 {
  while (idleCount < termCount) {
    const bound = idleBound + load<f32>(load<u32>(order + (idleCount << 2)), TERM_BOUND);
    if (bound + slack > best) break;
    idleBound = bound;
    idleCount++;
  }
  let next: u32 = NO_ROW;
  for (let at = idleCount; at < termCount; at++) next = min(next, load<u32>(load<u32>(order + (at << 2)), TERM_NEXT));
  return next;
}

/** Divides the window's terms into those that are added and those that are looked up. */
function divide(start: u32, end: u32): void {
  addedCount = 0;
  lookedUpCount = 0;
  lookedUpBound = 0;
  for (let at: u32 = 0; at < termCount; at++) {
    const term = load<u32>(order + (at << 2));
    const bound = enterWindow(term, start, end);
    if (bound < 0) continue;
    if (lookedUpBound + bound + slack > best) {
      store<u32>(added + (addedCount++ << 2), term);
      continue;
    }
    lookedUpBound += bound;
    let place = lookedUp + (lookedUpCount++ << 2);
    for (; place > lookedUp && load<f32>(load<u32>(place - 4), TERM_WINDOW_BOUND) < bound; place -= 4) {
      store<u32>(place, load<u32>(place - 4));
    }
    store<u32>(place, term);
  }
}

function scoreWindow(start: u32, end: u32, sums: u32): void {
  divide(start, end);
  if (addedCount == 0) return;
  touchAdded(start);
  let count: u32 = 0;
  for (let at: u32 = 0; at < addedCount << 2; at += 4) {
    count += addPostings(load<u32>(added + at), kind, start, end, sums);
  }
  if (count == 0) return;
  scored += count;
  startWindow(start, end, sums);
  setLookups(lookedUp, lookedUpCount, lookedUpBound, slack);
  const rows = end - start;
  // Below 0 a sum does not tell whether its row has a term at all.
  if (best - lookedUpBound - slack < 0) {
    for (let at: u32 = 0; at < addedCount << 2; at += 4) tellPostings(load<u32>(added + at), start, sums);
    memory.fill(sums, 0, rows << 2);
    return;
  }
  if (count > rows / GATHER_SHARE) {
    gatherWindow(start, rows, sums);
  } else {
    for (let at: u32 = 0; at < addedCount << 2; at += 4) gatherPostings(load<u32>(added + at), start, sums);
  }
  endWindow();
}

/** Brings the beginnings of what is to be added into the cache, all together. */
function touchAdded(start: u32): void {
  let touched: u32 = 0;
  for (let at: u32 = 0; at < addedCount << 2; at += 4) {
    const term = load<u32>(added + at);
    touched += touchBlock(term, kind, load<u32>(term, TERM_FIRST), start);
  }
  // Stored, so that the loads are made.
  store<u32>(task, touched, SPARSE_SEARCH_SCORED);
}

function answer(): void {
  const count = writeBest(load<u32>(task, SPARSE_SEARCH_ROWS), load<u32>(task, SPARSE_SEARCH_SCORES));
  store<u32>(task, count, SPARSE_SEARCH_FOUND);
  store<u32>(task, scored + completed, SPARSE_SEARCH_SCORED);
}
