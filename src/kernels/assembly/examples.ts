import {
  CODE_UINT8,
  FIELD_CODE,
  FIELD_METRIC,
  FIELD_PADDED,
  METRIC_MANHATTAN,
  SEARCH_EXAMPLES,
  SEARCH_WAY,
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
  EXAMPLES_HEADS,
  EXAMPLES_HEAD_BYTES,
  EXAMPLES_MATRIX,
  EXAMPLES_RAW,
  EXAMPLES_SCORING,
  EXAMPLES_STRIDE,
  EXAMPLES_VECTORS,
} from '../layout-examples';
import { scoreKey } from './beam';
import { prepareQuery } from './codes';
import { scoreDecoded } from './coded-rows';
import { scoreCodesMatrix } from './example-matrix';
import { combineRow, combineRows, isRaising } from './example-scores';
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
  const count = load<u32>(examples, EXAMPLES_COUNT);
  let vector = load<u32>(examples, EXAMPLES_VECTORS);
  let affine = load<u32>(examples, EXAMPLES_AFFINE);
  for (let index: u32 = 0; index < count; index++) {
    const head = headOf(examples, index);
    store<u32>(head, load<u32>(task, SEARCH_WAY), SPACE_WAY);
    store<u32>(head, load<u32>(space, SPACE_PICKED), SPACE_PICKED);
    store<u32>(head, load<u32>(space, SPACE_ROWS), SPACE_ROWS);
    store<u32>(head, load<u32>(space, SPACE_SCORES), SPACE_SCORES);
    store<u32>(head, load<u32>(space, SPACE_ROW_COUNT), SPACE_ROW_COUNT);
    store<u32>(head, 0, SPACE_DISTANCES);
    prepareQuery(field, head, vector);
    store<f32>(affine, load<f32>(head, SPACE_QUERY_STEP));
    store<f32>(affine, load<f32>(head, SPACE_QUERY_BIAS), 4);
    affine += 8;
    vector += padded << 2;
  }
  store<u32>(space, examples, SPACE_EXAMPLES);
  store<u32>(space, WAY_EXAMPLES, SPACE_WAY);
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
  if (hasIntegerProducts(field, load<u32>(headOf(examples, 0), SPACE_WAY))) {
    if (load<u32>(field, FIELD_CODE) == CODE_UINT8) scoreCodesMatrix<u8>(field, space, examples, rows, count, scattered);
    else scoreCodesMatrix<i8>(field, space, examples, rows, count, scattered);
    combineRows(examples, count, scores);
    return;
  }
  const stride = load<u32>(examples, EXAMPLES_STRIDE);
  const exampleCount = load<u32>(examples, EXAMPLES_COUNT);
  let target = load<u32>(examples, EXAMPLES_MATRIX);
  for (let index: u32 = 0; index < exampleCount; index++) {
    const head = headOf(examples, index);
    if (scattered && index == 0) scoreRows(field, head, rows, count, target);
    else scoreRun(field, head, rows, count, target);
    target += stride;
  }
  combineRows(examples, count, scores);
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

@inline
function boundOfColumn(field: u32, space: u32, row: u32, at: u32, likely: bool, upper: bool): f32 {
  const examples = load<u32>(space, SPACE_EXAMPLES);
  const raw = load<u32>(examples, EXAMPLES_RAW);
  const stride = load<u32>(examples, EXAMPLES_STRIDE);
  const count = load<u32>(examples, EXAMPLES_COUNT);
  let estimates = load<u32>(examples, EXAMPLES_MATRIX) + (at << 2);
  for (let index: u32 = 0; index < count; index++) {
    const head = headOf(examples, index);
    const estimate = load<f32>(estimates);
    const bound =
      isRaising(examples, index) == upper
        ? likely ? likelyHighest(field, head, row, estimate) : highest(field, head, row, estimate)
        : likely ? likelyLowest(field, head, row, estimate) : lowest(field, head, row, estimate);
    store<f32>(raw + (index << 2), bound);
    estimates += stride;
  }
  return combineRow(examples);
}
