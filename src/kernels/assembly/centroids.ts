import {
  CENTROID_ASSIGNED,
  CENTROID_CENTRED,
  CENTROID_COUNT,
  CENTROID_DO_ASSIGN,
  CENTROID_DO_SPREAD,
  CENTROID_END,
  CENTROID_FIELD,
  CENTROID_LANES,
  CENTROID_LIST,
  CENTROID_MATRIX,
  CENTROID_MEANS,
  CENTROID_NEAR,
  CENTROID_QUERIES,
  CENTROID_SIZES,
  CENTROID_START,
  CENTROID_STEP,
  CENTROID_TARGET,
  CENTROID_UNIT,
  FIELD_DIMENSION,
  FIELD_PADDED,
  MULTI_CHUNK,
  SET_QUERY,
} from '../layout';
import { dequantiseRow, quantiseRows } from './codes';
import { prepareSet, scoreMatrix } from './max-sim-score';

/** One piece of k-means over the rows of a field (layout.ts, CENTROID_…). */
export function trainCentroids(task: u32, space: u32): void {
  const step = load<u32>(task, CENTROID_STEP);
  if (step == CENTROID_DO_ASSIGN) {
    assignRows(task, space);
    return;
  }
  takeMeans(task, step != CENTROID_DO_SPREAD);
  writeMeans(task, load<u32>(task, CENTROID_NEAR));
  const target = load<u32>(task, CENTROID_TARGET);
  if (target != 0) writeMeans(task, target);
}

/** The row at a place of the list, or the row of that number. */
@inline
function rowOf(task: u32, place: u32): u32 {
  const list = load<u32>(task, CENTROID_LIST);
  return list == 0 ? place : load<u32>(list + (place << 2));
}

/** A row's coordinates, f32[padded]. */
function readRow(task: u32, place: u32, target: u32): void {
  const field = load<u32>(task, CENTROID_FIELD);
  dequantiseRow(field, rowOf(task, place), target);
  if (load<u32>(task, CENTROID_UNIT) == 0) return;
  const bytes = load<u32>(field, FIELD_PADDED) << 2;
  let squares = f32x4.splat(0);
  for (let at: u32 = 0; at < bytes; at += 16) {
    const values = v128.load(target + at);
    squares = f32x4.add(squares, f32x4.mul(values, values));
  }
  const square =
    f32x4.extract_lane(squares, 0) + f32x4.extract_lane(squares, 1) + f32x4.extract_lane(squares, 2) + f32x4.extract_lane(squares, 3);
  const factor = f32x4.splat(square > 0 ? 1 / sqrt<f32>(square) : 0);
  for (let at: u32 = 0; at < bytes; at += 16) v128.store(target + at, f32x4.mul(v128.load(target + at), factor));
}

/** Writes the nearest centroid of each row of [CENTROID_START, CENTROID_END), CENTROID_LANES rows at a time. */
function assignRows(task: u32, space: u32): void {
  const near = load<u32>(task, CENTROID_NEAR);
  const centroids = load<u32>(task, CENTROID_COUNT);
  const rowBytes = load<u32>(near, FIELD_PADDED) << 2;
  const queries = load<u32>(task, CENTROID_QUERIES);
  const rows = load<u32>(queries, SET_QUERY);
  const matrix = load<u32>(task, CENTROID_MATRIX);
  const end = load<u32>(task, CENTROID_END);
  for (let place = load<u32>(task, CENTROID_START); place < end; place += CENTROID_LANES) {
    const lanes = min(end - place, CENTROID_LANES);
    memory.fill(rows, 0, rowBytes * CENTROID_LANES);
    for (let lane: u32 = 0; lane < lanes; lane++) readRow(task, place + lane, rows + lane * rowBytes);
    // All lanes are queries, those of no row too: the matrix has one shape.
    prepareSet(queries, near, space);
    let best0 = f32x4.splat(-Infinity), best1 = best0, best2 = best0, best3 = best0;
    let name0 = i32x4.splat(0), name1 = name0, name2 = name0, name3 = name0;
    for (let first: u32 = 0; first < centroids; first += MULTI_CHUNK) {
      const count = min(centroids - first, MULTI_CHUNK);
      scoreMatrix<i8>(queries, near, first, count, matrix);
      for (let at: u32 = 0; at < count; at++) {
        const name = i32x4.splat(first + at);
        const scores = matrix + at * (CENTROID_LANES << 2);
        const score0 = v128.load(scores);
        const score1 = v128.load(scores, 16);
        const score2 = v128.load(scores, 32);
        const score3 = v128.load(scores, 48);
        name0 = v128.bitselect(name, name0, f32x4.gt(score0, best0));
        name1 = v128.bitselect(name, name1, f32x4.gt(score1, best1));
        name2 = v128.bitselect(name, name2, f32x4.gt(score2, best2));
        name3 = v128.bitselect(name, name3, f32x4.gt(score3, best3));
        best0 = f32x4.pmax(best0, score0);
        best1 = f32x4.pmax(best1, score1);
        best2 = f32x4.pmax(best2, score2);
        best3 = f32x4.pmax(best3, score3);
      }
    }
    v128.store(matrix, name0);
    v128.store(matrix, name1, 16);
    v128.store(matrix, name2, 32);
    v128.store(matrix, name3, 48);
    const assigned = load<u32>(task, CENTROID_ASSIGNED) + (place << 1);
    for (let lane: u32 = 0; lane < lanes; lane++) store<u16>(assigned + (lane << 1), load<u32>(matrix + (lane << 2)));
  }
}

/** Means of the assigned rows, or (first) none of them; a centroid without a row takes one of the list. */
function takeMeans(task: u32, assigned: bool): void {
  const centroids = load<u32>(task, CENTROID_COUNT);
  const dimension = load<u32>(load<u32>(task, CENTROID_NEAR), FIELD_DIMENSION);
  const means = load<u32>(task, CENTROID_MEANS);
  const sizes = load<u32>(task, CENTROID_SIZES);
  const row = load<u32>(load<u32>(task, CENTROID_QUERIES), SET_QUERY);
  const names = load<u32>(task, CENTROID_ASSIGNED);
  const start = load<u32>(task, CENTROID_START);
  const end = load<u32>(task, CENTROID_END);
  memory.fill(sizes, 0, centroids << 2);
  memory.fill(means, 0, centroids * (dimension << 2));
  if (assigned) {
    for (let place = start; place < end; place++) {
      const name = <u32>load<u16>(names + (place << 1));
      readRow(task, place, row);
      addTo(means + name * (dimension << 2), row, dimension);
      store<u32>(sizes + (name << 2), load<u32>(sizes + (name << 2)) + 1);
    }
  }
  for (let name: u32 = 0; name < centroids; name++) {
    const mean = means + name * (dimension << 2);
    const size = load<u32>(sizes + (name << 2));
    if (size == 0) {
      // Anywhere in the list, but spread evenly at first.
      const at = assigned ? (name * 2654435761) % (end - start) : <u32>((<u64>name * <u64>(end - start)) / centroids);
      readRow(task, start + at, row);
      addTo(mean, row, dimension);
    } else {
      const inverse = <f32>1 / <f32>size;
      for (let at: u32 = 0; at < dimension << 2; at += 4) store<f32>(mean + at, load<f32>(mean + at) * inverse);
    }
  }
}

@inline
function addTo(sum: u32, row: u32, dimension: u32): void {
  const whole = (dimension & ~3) << 2;
  let at: u32 = 0;
  for (; at < whole; at += 16) v128.store(sum + at, f32x4.add(v128.load(sum + at), v128.load(row + at)));
  for (; at < dimension << 2; at += 4) store<f32>(sum + at, load<f32>(sum + at) + load<f32>(row + at));
}

function writeMeans(task: u32, field: u32): void {
  const centred = load<u32>(task, CENTROID_CENTRED);
  quantiseRows(field, 0, load<u32>(task, CENTROID_COUNT), load<u32>(task, CENTROID_MEANS), centred);
}
