import {
  CODE_UINT8,
  FIELD_CODE,
  FIELD_METRIC,
  FIELD_PADDED,
  METRIC_MANHATTAN,
  SEARCH_EXAMPLES,
  SEARCH_WAY,
  SPACE_BEAM_SIZE,
  SPACE_DISTANCES,
  SPACE_EXAMPLES,
  SPACE_PICKED,
  SPACE_QUERY_BIAS,
  SPACE_QUERY_STEP,
  SPACE_ROWS,
  SPACE_ROW_COUNT,
  SPACE_SCORES,
  SPACE_WAY,
  WAY_CODES,
  WAY_EXAMPLES,
  WAY_INT8,
} from '../layout';
import {
  EXAMPLES_AFFINE,
  EXAMPLES_CONTEXT,
  EXAMPLES_COUNT,
  EXAMPLES_DISCOVER,
  EXAMPLES_EF,
  EXAMPLES_GATE_BEAM,
  EXAMPLES_GATE_EF,
  EXAMPLES_GUIDE,
  EXAMPLES_HEADS,
  EXAMPLES_HEAD_BYTES,
  EXAMPLES_LINE_COUNT,
  EXAMPLES_LINE_FIRST,
  EXAMPLES_MATRIX,
  EXAMPLES_PAIRED,
  EXAMPLES_PASSED,
  EXAMPLES_PLACES,
  EXAMPLES_PREPARED,
  EXAMPLES_RAW,
  EXAMPLES_SCORING,
  EXAMPLES_SEEN,
  EXAMPLES_SEEN_COUNT,
  EXAMPLES_SEEN_SCORES,
  EXAMPLES_SIDE,
  EXAMPLES_STRIDE,
  EXAMPLES_VECTORS,
} from '../layout-examples';
import { SCORE_MASK, offer, scoreKey } from './beam';
import { prepareQuery } from './codes';
import { scoreDecoded } from './coded-rows';
import { scoreCodesMatrix } from './example-matrix';
import { combineRow, combineRows, combineRowsBy, isRaising, mostWithTarget } from './example-scores';
import { highest, likelyHighest, likelyLowest, lowest } from './rank';
import { scoreExact, scoreRows, scoreRun } from './score';

/**
 * A query of several examples. Each is prepared in a head of its own, as the query of a workspace is; SPACE_WAY of the
 * workspace is WAY_EXAMPLES, by which `scoreRows` and `scoreExact` come here: a batch of rows is scored against each example
 * in turn, while its codes are in the cache, and the scores become one (example-scores.ts).
 */

/** Prepares the examples of a task; `head` of each then scores rows by itself. */
export function prepareExamples(task: u32, field: u32, space: u32): void {
  const examples = load<u32>(task, SEARCH_EXAMPLES);
  const padded = load<u32>(field, FIELD_PADDED);
  const count = load<u32>(examples, EXAMPLES_PREPARED);
  const lines = load<u32>(examples, EXAMPLES_LINE_FIRST);
  let vector = load<u32>(examples, EXAMPLES_VECTORS);
  let affine = load<u32>(examples, EXAMPLES_AFFINE);
  for (let index: u32 = 0; index < count; index++) {
    const head = headOf(examples, index);
    store<u32>(head, load<u32>(task, SEARCH_WAY), SPACE_WAY);
    prepareHead(space, head);
    prepareQuery(field, head, vector);
    if (index >= lines) {
      store<f32>(affine, load<f32>(head, SPACE_QUERY_STEP));
      store<f32>(affine, load<f32>(head, SPACE_QUERY_BIAS), 4);
      affine += 8;
    }
    vector += padded << 2;
  }
  const guide = headOf(examples, count);
  prepareHead(space, guide);
  store<u32>(guide, WAY_EXAMPLES, SPACE_WAY);
  store<u32>(guide, examples, SPACE_EXAMPLES);
  store<u32>(space, examples, SPACE_EXAMPLES);
  store<u32>(space, WAY_EXAMPLES, SPACE_WAY);
}

function prepareHead(space: u32, head: u32): void {
  store<u32>(head, load<u32>(space, SPACE_PICKED), SPACE_PICKED);
  store<u32>(head, load<u32>(space, SPACE_ROWS), SPACE_ROWS);
  store<u32>(head, load<u32>(space, SPACE_SCORES), SPACE_SCORES);
  store<u32>(head, load<u32>(space, SPACE_ROW_COUNT), SPACE_ROW_COUNT);
  store<u32>(head, 0, SPACE_DISTANCES);
}

/** Whether rows are scored by products of integers: int8 codes, or whole numbers. */
@inline
function hasIntegerProducts(field: u32, way: u32): bool {
  if (load<u32>(field, FIELD_METRIC) == METRIC_MANHATTAN) return false;
  return way == WAY_INT8 || (way == WAY_CODES && load<u32>(field, FIELD_CODE) == CODE_UINT8);
}

/** What of a workspace scores rows against one example. */
@inline
export function headOf(examples: u32, index: u32): u32 {
  return load<u32>(examples, EXAMPLES_HEADS) + index * EXAMPLES_HEAD_BYTES;
}

/**
 * How much a row's key must exceed that of the worst in a full beam: a row as good as that is not wanted where many have
 * the same score, or a walk would go over all of them.
 */
@inline
export function tieOf(space: u32): u64 {
  return load<u32>(space, SPACE_WAY) == WAY_EXAMPLES ? <u64>1 << 32 : 0;
}

/** The key that no row exceeds: a walk whose beam is full of rows with it is done. */
export function mostOf(space: u32): u64 {
  if (load<u32>(space, SPACE_WAY) != WAY_EXAMPLES) return u64.MAX_VALUE;
  const scoring = load<u32>(load<u32>(space, SPACE_EXAMPLES), EXAMPLES_SCORING);
  return scoring == EXAMPLES_CONTEXT ? scoreKey(0) : u64.MAX_VALUE;
}

/** As `scoreRows`. The scores against each example stay in the matrix until the next call. */
export function scoreExamples(field: u32, space: u32, rows: u32, count: u32, scores: u32, scattered: bool): void {
  const examples = load<u32>(space, SPACE_EXAMPLES);
  if (load<u32>(examples, EXAMPLES_GATE_BEAM) != 0) {
    scoreGated(field, space, rows, count, scores);
  } else {
    scoreLines(field, space, rows, count, 0, scattered);
    finishRows(examples, rows, count, scores);
  }
}

/** A walk for a discovery begins, with this beam of width `ef`: rows that their target alone keeps out of it are not scored further. */
export function openGate(space: u32, beam: u32, ef: u32): void {
  const examples = load<u32>(space, SPACE_EXAMPLES);
  if (load<u32>(examples, EXAMPLES_COUNT) < 3) return;
  store<u32>(examples, beam, EXAMPLES_GATE_BEAM);
  store<u32>(examples, ef, EXAMPLES_GATE_EF);
  // Until the beam is full nothing is kept out.
  const last = beam + ((ef - 1) << 3);
  if (load<u32>(space, SPACE_BEAM_SIZE) < ef) store<u64>(last, 0);
}

export function closeGate(space: u32): void {
  store<u32>(load<u32>(space, SPACE_EXAMPLES), 0, EXAMPLES_GATE_BEAM);
}

/**
 * Scores only those rows against the pairs whose score against the target lets them into the beam, if all pairs agree; the
 * others get the score that they would have then, at most as good as the worst in the beam. Removed rows make it seem full
 * too soon, by their share: that only suits a walk whose scores are not the answer.
 */
function scoreGated(field: u32, space: u32, rows: u32, count: u32, scores: u32): void {
  const examples = load<u32>(space, SPACE_EXAMPLES);
  const passed = load<u32>(examples, EXAMPLES_PASSED);
  const places = load<u32>(examples, EXAMPLES_PLACES);
  const side = load<u32>(examples, EXAMPLES_SIDE);
  const targets = load<u32>(examples, EXAMPLES_MATRIX);
  const guided = load<u32>(examples, EXAMPLES_SCORING) == EXAMPLES_GUIDE;
  scoreRows(field, headOf(examples, 0), rows, count, scores);
  const last = load<u32>(examples, EXAMPLES_GATE_BEAM) + ((load<u32>(examples, EXAMPLES_GATE_EF) - 1) << 3);
  const least = load<u64>(last) & SCORE_MASK;
  let found: u32 = 0;
  for (let at: u32 = 0; at < count; at++) {
    const target = load<f32>(scores + (at << 2));
    const most = guided ? target : mostWithTarget(examples, target);
    store<f32>(scores + (at << 2), most);
    store<f32>(targets + (found << 2), target);
    store<u32>(passed + (found << 2), load<u32>(rows + (at << 2)));
    store<u32>(places + (found << 2), at);
    found += <u32>(scoreKey(most) >= least);
  }
  if (found == 0) return;
  scoreLines(field, space, passed, found, 1, false);
  finishRows(examples, passed, found, side);
  for (let at: u32 = 0; at < found << 2; at += 4) {
    store<f32>(scores + (load<u32>(places + at) << 2), load<f32>(side + at));
  }
}

/** Fills the matrix, from line `from` on. */
function scoreLines(field: u32, space: u32, rows: u32, count: u32, from: u32, scattered: bool): void {
  const examples = load<u32>(space, SPACE_EXAMPLES);
  if (hasIntegerProducts(field, load<u32>(headOf(examples, 0), SPACE_WAY))) {
    if (load<u32>(field, FIELD_CODE) == CODE_UINT8) scoreCodesMatrix<u8>(field, space, examples, rows, count, from, scattered);
    else scoreCodesMatrix<i8>(field, space, examples, rows, count, from, scattered);
    return;
  }
  const stride = load<u32>(examples, EXAMPLES_STRIDE);
  const lines = load<u32>(examples, EXAMPLES_LINE_COUNT);
  let target = load<u32>(examples, EXAMPLES_MATRIX) + from * stride;
  for (let index = from; index < lines; index++) {
    const head = headOf(examples, load<u32>(examples, EXAMPLES_LINE_FIRST) + index);
    if (scattered && index == 0) scoreRows(field, head, rows, count, target);
    else scoreRun(field, head, rows, count, target);
    target += stride;
  }
}

/** Rows that a walk by the guide remembers. */
const SEEN_MOST: u32 = 40;

/** Makes scores of the matrix; a walk by the guide remembers which rows a discovery itself likes best. */
function finishRows(examples: u32, rows: u32, count: u32, scores: u32): void {
  combineRows(examples, count, scores);
  if (load<u32>(examples, EXAMPLES_SCORING) != EXAMPLES_GUIDE) return;
  const side = load<u32>(examples, EXAMPLES_SEEN_SCORES);
  const seen = load<u32>(examples, EXAMPLES_SEEN);
  const capacity = min(load<u32>(examples, EXAMPLES_EF), SEEN_MOST);
  let size = load<u32>(examples, EXAMPLES_SEEN_COUNT);
  combineRowsBy(EXAMPLES_DISCOVER, examples, count, side);
  for (let at: u32 = 0; at < count << 2; at += 4) {
    size = offer(seen, size, capacity, scoreKey(load<f32>(side + at)) | load<u32>(rows + at));
  }
  store<u32>(examples, size, EXAMPLES_SEEN_COUNT);
}

/** As `scoreExact`: f32 scores against each example become one. */
export function exactExamples(field: u32, space: u32, row: u32): f64 {
  const examples = load<u32>(space, SPACE_EXAMPLES);
  const raw = load<u32>(examples, EXAMPLES_RAW);
  const count = load<u32>(examples, EXAMPLES_COUNT);
  for (let index: u32 = 0; index < count; index++) {
    store<f32>(raw + (index << 2), <f32>scoreExact(field, headOf(examples, index), row));
  }
  return <f64>combineRow(examples);
}

/** The score of what a row's code stands for. */
export function decodedExamples(field: u32, space: u32, row: u32): f32 {
  const examples = load<u32>(space, SPACE_EXAMPLES);
  const raw = load<u32>(examples, EXAMPLES_RAW);
  const count = load<u32>(examples, EXAMPLES_COUNT);
  for (let index: u32 = 0; index < count; index++) {
    store<f32>(raw + (index << 2), scoreDecoded(field, headOf(examples, index), row));
  }
  return combineRow(examples);
}

/**
 * The highest exact score that a row can have whose estimates stand in column `at` of the matrix: from the highest or
 * lowest that it can have against each example. `likely`: as likelyHighest has it.
 */
export function highestOfColumn(field: u32, space: u32, row: u32, at: u32, likely: bool): f32 {
  return boundOfColumn(field, space, row, at, likely, true);
}

/** The lowest exact score that it can have. */
export function lowestOfColumn(field: u32, space: u32, row: u32, at: u32): f32 {
  return boundOfColumn(field, space, row, at, false, false);
}

/** The example whose place a line takes: a target, or the positive of a pair. */
@inline
function placeOfLine(examples: u32, line: u32): u32 {
  if (load<u32>(examples, EXAMPLES_SCORING) == EXAMPLES_CONTEXT) return line << 1;
  return line == 0 ? 0 : (line << 1) - 1;
}

@inline
function boundOfColumn(field: u32, space: u32, row: u32, at: u32, likely: bool, upper: bool): f32 {
  const examples = load<u32>(space, SPACE_EXAMPLES);
  const raw = load<u32>(examples, EXAMPLES_RAW);
  const stride = load<u32>(examples, EXAMPLES_STRIDE);
  const count = load<u32>(examples, EXAMPLES_LINE_COUNT);
  const paired = load<u32>(examples, EXAMPLES_PAIRED) != 0;
  let estimates = load<u32>(examples, EXAMPLES_MATRIX) + (at << 2);
  for (let line: u32 = 0; line < count; line++) {
    const head = headOf(examples, load<u32>(examples, EXAMPLES_LINE_FIRST) + line);
    const estimate = load<f32>(estimates);
    // A difference stands for its pair's positive beside a negative of 0.
    const index = paired ? placeOfLine(examples, line) : line;
    if (paired) store<f32>(raw + (index << 2), 0, 4);
    const bound =
      isRaising(examples, index) == upper
        ? likely ? likelyHighest(field, head, row, estimate) : highest(field, head, row, estimate)
        : likely ? likelyLowest(field, head, row, estimate) : lowest(field, head, row, estimate);
    store<f32>(raw + (index << 2), bound);
    estimates += stride;
  }
  return combineRow(examples);
}
