import {
  CODE_INT8,
  CODE_UINT8,
  FIELD_CODE,
  FIELD_METRIC,
  FIELD_PADDED,
  METRIC_MANHATTAN,
  SPACE_QUERY,
  SPACE_QUERY_BIAS,
  SPACE_QUERY_CODES,
  SPACE_QUERY_NORM,
  SPACE_QUERY_SLACK,
  SPACE_QUERY_STEP,
  SPACE_ROWS,
  SPACE_SCORES,
  SPACE_WAY,
  WAY_CODES,
  WAY_INT8,
} from '../layout';
import { SET_AFFINE, SET_CODES, SET_CODE_BYTES, SET_LANES, SET_QUERY, SET_ROWS } from '../layout-multi';
import { prepareQuery } from './codes';
import { int8Row } from './field';
import { scoreRun } from './score';

/**
 * Scores of many rows against many queries at once: the matrix that MaxSim, the sieve and k-means are made of.
 * Lanes of a set behind its last query score nonsense that nobody reads.
 */

/** How rows of a field are scored by codes here: what has remainders has int8 codes beside them. */
@inline
function wayOf(field: u32): u32 {
  return load<u32>(field, FIELD_CODE) == CODE_INT8 ? WAY_INT8 : WAY_CODES;
}

/** Prepares a set of queries for the scores of a field. */
export function prepareSet(set: u32, field: u32, space: u32): void {
  const padded = load<u32>(field, FIELD_PADDED);
  const source = load<u32>(set, SET_QUERY);
  const codes = load<u32>(set, SET_CODES);
  const rows = load<u32>(set, SET_ROWS);
  const lanes = load<u32>(set, SET_LANES);
  const spaceQuery = load<u32>(space, SPACE_QUERY);
  const spaceCodes = load<u32>(space, SPACE_QUERY_CODES);
  store<u32>(space, wayOf(field), SPACE_WAY);
  const codeBytes = load<u32>(set, SET_CODE_BYTES);
  memory.fill(codes + rows * codeBytes, 0, (lanes - rows) * codeBytes);
  memory.fill(load<u32>(set, SET_AFFINE), 0, lanes << 4);
  let target = load<u32>(set, SET_AFFINE);
  for (let query: u32 = 0; query < rows; query++) {
    const at = source + query * (padded << 2);
    store<u32>(space, at, SPACE_QUERY);
    store<u32>(space, codes + query * codeBytes, SPACE_QUERY_CODES);
    prepareQuery(field, space, at);
    store<f32>(target, load<f32>(space, SPACE_QUERY_STEP));
    store<f32>(target + (lanes << 2), load<f32>(space, SPACE_QUERY_BIAS));
    store<f32>(target + (lanes << 3), load<f32>(space, SPACE_QUERY_NORM));
    store<f32>(target + lanes * 12, load<f32>(space, SPACE_QUERY_SLACK));
    target += 4;
  }
  store<u32>(space, spaceQuery, SPACE_QUERY);
  store<u32>(space, spaceCodes, SPACE_QUERY_CODES);
}

/** Whether rows are scored by products of integers. */
@inline
function hasInteger(field: u32): bool {
  const code = load<u32>(field, FIELD_CODE);
  return (code == CODE_INT8 || code == CODE_UINT8) && load<u32>(field, FIELD_METRIC) != METRIC_MANHATTAN;
}

/** Makes one of a set's prepared queries the query of the workspace. The caller puts the workspace's own buffers back. */
export function selectQuery(set: u32, space: u32, padded: u32, query: u32): void {
  const lanes = load<u32>(set, SET_LANES);
  const affine = load<u32>(set, SET_AFFINE) + (query << 2);
  store<u32>(space, load<u32>(set, SET_QUERY) + query * (padded << 2), SPACE_QUERY);
  store<u32>(space, load<u32>(set, SET_CODES) + query * load<u32>(set, SET_CODE_BYTES), SPACE_QUERY_CODES);
  store<f32>(space, load<f32>(affine), SPACE_QUERY_STEP);
  store<f32>(space, load<f32>(affine + (lanes << 2)), SPACE_QUERY_BIAS);
  store<f32>(space, load<f32>(affine + (lanes << 3)), SPACE_QUERY_NORM);
  store<f32>(space, load<f32>(affine + lanes * 12), SPACE_QUERY_SLACK);
}

/**
 * f32 scores of rows [first, first + count) by codes against a set of queries, at target[row][lane].
 * The target has room for one row more; count is at most MULTI_CHUNK.
 */
export function scoreChunk(set: u32, field: u32, space: u32, first: u32, count: u32, target: u32): void {
  if (hasInteger(field)) {
    if (load<u32>(field, FIELD_CODE) == CODE_INT8) scoreMatrix<i8>(set, field, first, count, target);
    else scoreMatrix<u8>(set, field, first, count, target);
    return;
  }
  const padded = load<u32>(field, FIELD_PADDED);
  const queries = load<u32>(set, SET_ROWS);
  const rowBytes = load<u32>(set, SET_LANES) << 2;
  const spaceQuery = load<u32>(space, SPACE_QUERY);
  const spaceCodes = load<u32>(space, SPACE_QUERY_CODES);
  const rows = load<u32>(space, SPACE_ROWS);
  const scores = load<u32>(space, SPACE_SCORES);
  for (let at: u32 = 0; at < count; at++) store<u32>(rows + (at << 2), first + at);
  for (let query: u32 = 0; query < queries; query++) {
    selectQuery(set, space, padded, query);
    scoreRun(field, space, rows, count, scores);
    let place = target + (query << 2);
    for (let at: u32 = 0; at < count << 2; at += 4) {
      store<f32>(place, load<f32>(scores + at));
      place += rowBytes;
    }
  }
  store<u32>(space, spaceQuery, SPACE_QUERY);
  store<u32>(space, spaceCodes, SPACE_QUERY_CODES);
}

/**
 * As `scoreChunk`, of integer codes (i8 or u8), for any number of rows. Two rows and four queries at once: each load serves
 * two products or four.
 */
export function scoreMatrix<Code>(set: u32, field: u32, first: u32, count: u32, target: u32): void {
  const codes = load<u32>(set, SET_CODES);
  const queryBytes = load<u32>(set, SET_CODE_BYTES);
  const affine = load<u32>(set, SET_AFFINE);
  const padded = load<u32>(field, FIELD_PADDED);
  const laneBytes = load<u32>(set, SET_LANES) << 2;
  for (let row: u32 = 0; row < count; row += 2) {
    const hot0 = int8Row(field, first + row);
    const hot1 = int8Row(field, first + min(row + 1, count - 1));
    const factor0 = v128.load32_splat(hot0 + padded);
    const factor1 = v128.load32_splat(hot1 + padded);
    const bias0 = v128.load32_splat(hot0 + padded, 4);
    const bias1 = v128.load32_splat(hot1 + padded, 4);
    let query = codes;
    for (let lane: u32 = 0; lane < laneBytes; lane += 16) {
      let sum00 = i32x4.splat(0), sum01 = sum00, sum02 = sum00, sum03 = sum00;
      let sum10 = sum00, sum11 = sum00, sum12 = sum00, sum13 = sum00;
      const query1 = query + queryBytes;
      const query2 = query1 + queryBytes;
      const query3 = query2 + queryBytes;
      for (let at: u32 = 0; at < padded; at += 8) {
        const row0 = v128.load_ext<Code>(hot0 + at);
        const row1 = v128.load_ext<Code>(hot1 + at);
        const word0 = v128.load(query + (at << 1));
        sum00 = i32x4.add(sum00, i32x4.dot_i16x8_s(row0, word0));
        sum10 = i32x4.add(sum10, i32x4.dot_i16x8_s(row1, word0));
        const word1 = v128.load(query1 + (at << 1));
        sum01 = i32x4.add(sum01, i32x4.dot_i16x8_s(row0, word1));
        sum11 = i32x4.add(sum11, i32x4.dot_i16x8_s(row1, word1));
        const word2 = v128.load(query2 + (at << 1));
        sum02 = i32x4.add(sum02, i32x4.dot_i16x8_s(row0, word2));
        sum12 = i32x4.add(sum12, i32x4.dot_i16x8_s(row1, word2));
        const word3 = v128.load(query3 + (at << 1));
        sum03 = i32x4.add(sum03, i32x4.dot_i16x8_s(row0, word3));
        sum13 = i32x4.add(sum13, i32x4.dot_i16x8_s(row1, word3));
      }
      const steps = v128.load(affine + lane);
      const biases = v128.load(affine + laneBytes + lane);
      const dots0 = f32x4.mul(toFloats<Code>(sumLanes(sum00, sum01, sum02, sum03)), steps);
      const dots1 = f32x4.mul(toFloats<Code>(sumLanes(sum10, sum11, sum12, sum13)), steps);
      v128.store(target + lane, f32x4.add(f32x4.add(f32x4.mul(dots0, factor0), bias0), biases));
      v128.store(target + laneBytes + lane, f32x4.add(f32x4.add(f32x4.mul(dots1, factor1), bias1), biases));
      query += queryBytes << 2;
    }
    target += laneBytes << 1;
  }
}

/** Sums of whole numbers are positive and need all 32 bits. */
@inline
function toFloats<Code>(sums: v128): v128 {
  return isSigned<Code>() ? f32x4.convert_i32x4_s(sums) : f32x4.convert_i32x4_u(sums);
}

@inline
function sumLanes(sum0: v128, sum1: v128, sum2: v128, sum3: v128): v128 {
  const low = i32x4.add(i32x4.shuffle(sum0, sum1, 0, 4, 1, 5), i32x4.shuffle(sum0, sum1, 2, 6, 3, 7));
  const high = i32x4.add(i32x4.shuffle(sum2, sum3, 0, 4, 1, 5), i32x4.shuffle(sum2, sum3, 2, 6, 3, 7));
  return i32x4.add(i64x2.shuffle(low, high, 0, 2), i64x2.shuffle(low, high, 1, 3));
}
