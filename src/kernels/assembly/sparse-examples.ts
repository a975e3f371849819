import { NO_ROW, SPACE_TOP } from '../layout';
import { EXAMPLES_COUNT, EXAMPLES_MATRIX, EXAMPLES_RAW, EXAMPLES_STRIDE } from '../layout-examples';
import {
  SPARSE_SEARCH_DEAD,
  SPARSE_SEARCH_EMPTY,
  SPARSE_SEARCH_END,
  SPARSE_SEARCH_EXAMPLES,
  SPARSE_SEARCH_EXAMPLE_STARTS,
  SPARSE_SEARCH_FIELD,
  SPARSE_SEARCH_FILTER,
  SPARSE_SEARCH_FILTER_END,
  SPARSE_SEARCH_FOUND,
  SPARSE_SEARCH_INDICES,
  SPARSE_SEARCH_K,
  SPARSE_SEARCH_ROWS,
  SPARSE_SEARCH_SCORES,
  SPARSE_SEARCH_START,
  SPARSE_SEARCH_TERMS,
  SPARSE_SEARCH_WEIGHTS,
  SPARSE_EXAMPLE_ROWS,
  SPARSE_TERM_BYTES,
  SPARSE_VALUES,
  TERM_NEXT,
  TERM_POSTINGS,
} from '../layout-sparse';
import { isCancelled } from './cancel';
import { combineRow } from './example-scores';
import { offerRow, startBest, writeBest } from './sparse-best';
import { addPostings } from './sparse-sweep';
import { enterWindow, openTerm } from './sparse-terms';

/**
 * A sparse search by several examples: every row of a window gets its dot product with each example (a line of the
 * matrix), and these become its score. Rows that share no index with an example score 0 against it, and count. Exact.
 */
export function searchSparseExamples(task: u32, space: u32): void {
  const field = load<u32>(task, SPARSE_SEARCH_FIELD);
  const examples = load<u32>(task, SPARSE_SEARCH_EXAMPLES);
  const filter = load<u32>(task, SPARSE_SEARCH_FILTER);
  let end = load<u32>(task, SPARSE_SEARCH_END);
  if (filter != 0) end = min(end, load<u32>(task, SPARSE_SEARCH_FILTER_END));
  startBest(load<u32>(space, SPACE_TOP), load<u32>(task, SPARSE_SEARCH_K));
  openTerms(task, field, examples, end);
  // A window begins at a multiple of 32, so that words of bitmaps are its own.
  for (let row = load<u32>(task, SPARSE_SEARCH_START) & ~31; row < end && !isCancelled(); row += SPARSE_EXAMPLE_ROWS) {
    scoreWindow(task, examples, load<u32>(field, SPARSE_VALUES), row, min(end, row + SPARSE_EXAMPLE_ROWS));
  }
  const count = writeBest(load<u32>(task, SPARSE_SEARCH_ROWS), load<u32>(task, SPARSE_SEARCH_SCORES));
  store<u32>(task, count, SPARSE_SEARCH_FOUND);
}

/** u32 first terms of the examples, and the end. */
@inline
function startOf(task: u32, example: u32): u32 {
  return load<u32>(load<u32>(task, SPARSE_SEARCH_EXAMPLE_STARTS) + (example << 2));
}

function openTerms(task: u32, field: u32, examples: u32, end: u32): void {
  const indices = load<u32>(task, SPARSE_SEARCH_INDICES);
  const weights = load<u32>(task, SPARSE_SEARCH_WEIGHTS);
  const count = startOf(task, load<u32>(examples, EXAMPLES_COUNT));
  let term = load<u32>(task, SPARSE_SEARCH_TERMS);
  for (let at: u32 = 0; at < count << 2; at += 4) {
    if (!openTerm(field, term, load<u32>(indices + at), load<f32>(weights + at), end)) {
      store<u32>(term, 0, TERM_POSTINGS);
      store<u32>(term, NO_ROW, TERM_NEXT);
    }
    term += SPARSE_TERM_BYTES;
  }
}

function scoreWindow(task: u32, examples: u32, kind: u32, start: u32, end: u32): void {
  const dead = load<u32>(task, SPARSE_SEARCH_DEAD);
  const empty = load<u32>(task, SPARSE_SEARCH_EMPTY);
  const filter = load<u32>(task, SPARSE_SEARCH_FILTER);
  let filled = false;
  for (let base = start; base < end; base += 32) {
    const word = base >>> 3;
    let bits = ~(load<u32>(dead + word) | load<u32>(empty + word));
    if (filter != 0) bits &= load<u32>(filter + word);
    if (end - base < 32) bits &= ((<u32>1) << (end - base)) - 1;
    if (bits == 0) continue;
    // A window without a row that may be returned costs nothing.
    if (!filled) fillMatrix(task, examples, kind, start, end);
    filled = true;
    for (; bits != 0; bits &= bits - 1) {
      const row = base + ctz(bits);
      offerRow(row, scoreColumn(examples, row - start));
    }
  }
}

/** Dot products of the rows [start, end) with each example. */
function fillMatrix(task: u32, examples: u32, kind: u32, start: u32, end: u32): void {
  const count = load<u32>(examples, EXAMPLES_COUNT);
  const stride = load<u32>(examples, EXAMPLES_STRIDE);
  const terms = load<u32>(task, SPARSE_SEARCH_TERMS);
  let line = load<u32>(examples, EXAMPLES_MATRIX);
  memory.fill(line, 0, count * stride);
  for (let example: u32 = 0; example < count; example++) {
    const last = terms + startOf(task, example + 1) * SPARSE_TERM_BYTES;
    for (let term = terms + startOf(task, example) * SPARSE_TERM_BYTES; term < last; term += SPARSE_TERM_BYTES) {
      if (load<u32>(term, TERM_POSTINGS) == 0 || enterWindow(term, start, end) < 0) continue;
      addPostings(term, kind, start, end, line);
    }
    line += stride;
  }
}

@inline
function scoreColumn(examples: u32, column: u32): f32 {
  const raw = load<u32>(examples, EXAMPLES_RAW);
  const stride = load<u32>(examples, EXAMPLES_STRIDE);
  const end = raw + (load<u32>(examples, EXAMPLES_COUNT) << 2);
  let from = load<u32>(examples, EXAMPLES_MATRIX) + (column << 2);
  for (let at = raw; at < end; at += 4) {
    store<f32>(at, load<f32>(from));
    from += stride;
  }
  return combineRow(examples);
}
