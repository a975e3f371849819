import {
  CODE_PRODUCT,
  CODE_TURBO1,
  CODE_TURBO4,
  FIELD_CODE,
  FIELD_CODE_BYTES,
  FIELD_DIMENSION,
  FIELD_METRIC,
  FIELD_PADDED,
  FIELD_TABLES,
  METRIC_DOT,
  METRIC_EUCLID,
  METRIC_MANHATTAN,
  SPACE_QUERY,
  SPACE_QUERY_BIAS,
  SPACE_QUERY_CODES,
  SPACE_QUERY_NORM,
} from '../layout';
import { encodeBits, expandBits } from './bit-codes';
import { prepareBits } from './bit-query';
import { scoreBitPairs, scoreBits } from './bit-scores';
import { dotDouble, wideOf } from './code-tail';
import { hotRow } from './field';
import { encodeLevels, expandLevels } from './level-codes';
import { prepareLevels, scoreLevelPairs, scoreLevels } from './level-scores';
import { encodeProduct, expandProduct } from './product-codes';
import { prepareProduct } from './product-query';
import { scoreProduct, scoreProductPairs } from './product-scores';
import { rotate, unrotate } from './rotation';

/**
 * Rows in codes of few bits (CODE_TURBO4 … CODE_PRODUCT): the one place that knows the kinds apart. Each row has a hot part
 * alone, code and tail (code-tail.ts); scores are estimates in the scale of the rows themselves, larger is nearer.
 *
 * SPACE_QUERY_CODES, whose size vectors/code-shape.ts gives:
 *   f32[wide] scratch │ f32[wide] scratch │ the query's codes
 * where `wide` is the dimension rounded up to 128. SPACE_QUERY holds the query itself.
 */

@inline
function isRotated(code: u32): bool {
  return code >= <u32>CODE_TURBO4 && code <= <u32>CODE_TURBO1;
}

@inline
function secondScratch(space: u32, dimension: u32): u32 {
  return load<u32>(space, SPACE_QUERY_CODES) + (wideOf(dimension) << 2);
}

/** Copies f32[dimension], zeros behind it up to `wide`. */
@inline
function copyWide(source: u32, target: u32, dimension: u32): void {
  memory.copy(target, source, dimension << 2);
  memory.fill(target + (dimension << 2), 0, (wideOf(dimension) - dimension) << 2);
}

/**
 * Codes of `count` rows from `source` (f32[dimension] each, end to end) into `row`, `row + 1`, …, whose pages exist.
 * `scratch` is f32[wide] and 64 bytes.
 */
export function encodeRows(field: u32, row: u32, count: u32, source: u32, scratch: u32): void {
  const dimension = load<u32>(field, FIELD_DIMENSION);
  const code = load<u32>(field, FIELD_CODE);
  for (let index: u32 = 0; index < count; index++) {
    copyWide(source + index * (dimension << 2), scratch, dimension);
    if (isRotated(code)) rotate(load<u32>(field, FIELD_TABLES), dimension, scratch);
    const hot = hotRow(field, row + index);
    if (code == CODE_TURBO4) encodeLevels(field, scratch, hot);
    else if (code == CODE_PRODUCT) encodeProduct(field, scratch, hot);
    else encodeBits(field, scratch, hot);
  }
}

/** What a row's code stands for, f32[wide] at `target`, rotated where the code is. */
function expandRow(field: u32, row: u32, target: u32): void {
  const dimension = load<u32>(field, FIELD_DIMENSION);
  const code = load<u32>(field, FIELD_CODE);
  const hot = hotRow(field, row);
  memory.fill(target + (dimension << 2), 0, (wideOf(dimension) - dimension) << 2);
  if (code == CODE_TURBO4) expandLevels(field, hot, target);
  else if (code == CODE_PRODUCT) expandProduct(field, hot, target);
  else expandBits(field, hot, target);
}

/** The coordinates that a row's code stands for: f32[wide] at `target`, zeros after dimension. */
export function decodeRow(field: u32, row: u32, target: u32): void {
  const dimension = load<u32>(field, FIELD_DIMENSION);
  if (load<f32>(hotRow(field, row) + load<u32>(field, FIELD_CODE_BYTES)) == 0) {
    // Zeros, and none of them negative.
    memory.fill(target, 0, wideOf(dimension) << 2);
    return;
  }
  expandRow(field, row, target);
  if (!isRotated(load<u32>(field, FIELD_CODE))) return;
  unrotate(load<u32>(field, FIELD_TABLES), dimension, target);
}

/** Makes f32[dimension] at `source` the query of the workspace. */
export function prepareCodedQuery(field: u32, space: u32, source: u32): void {
  const dimension = load<u32>(field, FIELD_DIMENSION);
  const query = load<u32>(space, SPACE_QUERY);
  if (source != query) memory.copy(query, source, load<u32>(field, FIELD_PADDED) << 2);
  const rotated = load<u32>(space, SPACE_QUERY_CODES);
  copyWide(query, rotated, dimension);
  const square = dotDouble(rotated, rotated, wideOf(dimension));
  if (isRotated(load<u32>(field, FIELD_CODE))) rotate(load<u32>(field, FIELD_TABLES), dimension, rotated);
  writeQuery(field, space, rotated, square, load<u32>(field, FIELD_METRIC) == METRIC_EUCLID ? -<f32>square : 0);
}

/** Makes a row of the field, as its code has it, the query of the workspace. */
export function prepareCodedRow(field: u32, space: u32, row: u32): void {
  const dimension = load<u32>(field, FIELD_DIMENSION);
  if (load<u32>(field, FIELD_METRIC) == METRIC_MANHATTAN) {
    const whole = secondScratch(space, dimension);
    decodeRow(field, row, whole);
    memory.copy(load<u32>(space, SPACE_QUERY), whole, load<u32>(field, FIELD_PADDED) << 2);
  }
  const rotated = load<u32>(space, SPACE_QUERY_CODES);
  expandRow(field, row, rotated);
  const square = dotDouble(rotated, rotated, dimension);
  // The length of the row itself, not of what its code stands for, which is longer.
  writeQuery(field, space, rotated, square, load<f32>(hotRow(field, row) + load<u32>(field, FIELD_CODE_BYTES), 4));
}

function writeQuery(field: u32, space: u32, rotated: u32, square: f64, bias: f32): void {
  store<f32>(space, bias, SPACE_QUERY_BIAS);
  store<f32>(space, <f32>sqrt<f64>(square), SPACE_QUERY_NORM);
  const code = load<u32>(field, FIELD_CODE);
  if (code == CODE_TURBO4) prepareLevels(field, space, rotated);
  else if (code == CODE_PRODUCT) prepareProduct(field, space, rotated);
  else prepareBits(field, space, rotated);
}

/** f32 scores at `scores` of the `count` rows listed at `rows`, in any order. Buffers have room for 3 more of each. */
export function scoreCodedRows(field: u32, space: u32, rows: u32, count: u32, scores: u32): void {
  if (load<u32>(field, FIELD_METRIC) == METRIC_MANHATTAN) {
    for (let at: u32 = 0; at < count << 2; at += 4) {
      store<f32>(scores + at, scoreDecoded(field, space, load<u32>(rows + at)));
    }
    return;
  }
  const code = load<u32>(field, FIELD_CODE);
  if (code == CODE_TURBO4) scoreLevels(field, space, rows, count, scores);
  else if (code == CODE_PRODUCT) scoreProduct(field, space, rows, count, scores);
  else scoreBits(field, space, rows, count, scores);
}

/** Scores of `count` rows against the row `base`, by the codes of both. */
export function scoreCodedPairs(field: u32, space: u32, base: u32, rows: u32, count: u32, scores: u32): void {
  const dimension = load<u32>(field, FIELD_DIMENSION);
  const scratch = secondScratch(space, dimension);
  const code = load<u32>(field, FIELD_CODE);
  if (load<u32>(field, FIELD_METRIC) == METRIC_MANHATTAN) {
    const other = load<u32>(space, SPACE_QUERY_CODES);
    decodeRow(field, base, scratch);
    for (let at: u32 = 0; at < count << 2; at += 4) {
      decodeRow(field, load<u32>(rows + at), other);
      store<f32>(scores + at, scoreFloats(METRIC_MANHATTAN, other, scratch, dimension));
    }
  } else if (code == CODE_TURBO4) scoreLevelPairs(field, base, rows, count, scores);
  else if (code == CODE_PRODUCT) scoreProductPairs(field, base, rows, count, scores, scratch);
  else scoreBitPairs(field, base, rows, count, scores);
}

/** The score of what a row's code stands for against the query itself: what a datatype that is a code returns. */
export function scoreDecoded(field: u32, space: u32, row: u32): f32 {
  const dimension = load<u32>(field, FIELD_DIMENSION);
  const target = load<u32>(space, SPACE_QUERY_CODES);
  decodeRow(field, row, target);
  return scoreFloats(load<u32>(field, FIELD_METRIC), target, load<u32>(space, SPACE_QUERY), dimension);
}

/** Score of two f32 arrays, zeros up to a multiple of four. */
@inline
function scoreFloats(metric: u32, left: u32, right: u32, dimension: u32): f32 {
  if (metric == METRIC_DOT) return <f32>dotDouble(left, right, (dimension + 3) & ~3);
  let sum = f64x2.splat(0);
  for (let at: u32 = 0; at < dimension << 2; at += 16) {
    const gap = f32x4.sub(v128.load(left + at), v128.load(right + at));
    const term = metric == METRIC_EUCLID ? f32x4.mul(gap, gap) : f32x4.abs(gap);
    const half = f64x2.promote_low_f32x4(i32x4.shuffle(term, term, 2, 3, 0, 1));
    sum = f64x2.add(sum, f64x2.add(f64x2.promote_low_f32x4(term), half));
  }
  return -<f32>(f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1));
}
