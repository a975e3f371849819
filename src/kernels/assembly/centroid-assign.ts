import { FIELD_PADDED } from '../layout';
import {
  CENTROID_ASSIGNED,
  CENTROID_COUNT,
  CENTROID_END,
  CENTROID_FIELD,
  CENTROID_GROUPS,
  CENTROID_GROUP_COUNT,
  CENTROID_GROUP_STARTS,
  CENTROID_LANES,
  CENTROID_LIST,
  CENTROID_MATRIX,
  CENTROID_NEAR,
  CENTROID_PIECE,
  CENTROID_PLACES,
  CENTROID_PROBES,
  CENTROID_QUERIES,
  CENTROID_START,
  CENTROID_UNIT,
  MULTI_CHUNK,
  SET_AFFINE,
  SET_CODES,
  SET_CODE_BYTES,
  SET_LANES,
  SET_QUERY,
  SET_ROWS,
} from '../layout-multi';
import { dequantiseRow } from './codes';
import { prepareSet, scoreMatrix } from './max-sim-score';

/**
 * Nearest centroids of rows. Of few centroids: all are compared with. Of many: centroids lie in groups, and a row is
 * compared with those of the CENTROID_PROBES groups whose centres are nearest: a tenth of the work, and nearly always the
 * same answer. Rows then go group by group, so that 16 of them share each load of a centroid.
 */

/** The row at a place of the list, or the row of that number. */
@inline
function rowOf(task: u32, place: u32): u32 {
  const list = load<u32>(task, CENTROID_LIST);
  return list == 0 ? place : load<u32>(list + (place << 2));
}

/** A row's coordinates, f32[padded]. */
export function readRow(task: u32, place: u32, target: u32): void {
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

/** Writes the nearest centroid of each row of [CENTROID_START, CENTROID_END), for which CENTROID_PIECE has room. */
export function assignRows(task: u32, space: u32): void {
  const near = load<u32>(task, CENTROID_NEAR);
  const rowBytes = load<u32>(near, FIELD_PADDED) << 2;
  const piece = load<u32>(task, CENTROID_PIECE);
  const start = load<u32>(task, CENTROID_START);
  const count = load<u32>(task, CENTROID_END) - start;
  const rows = load<u32>(piece, SET_QUERY);
  memory.fill(rows, 0, rowBytes * load<u32>(piece, SET_LANES));
  for (let row: u32 = 0; row < count; row++) readRow(task, start + row, rows + row * rowBytes);
  store<u32>(piece, count, SET_ROWS);
  prepareSet(piece, near, space);
  const groups = load<u32>(task, CENTROID_GROUP_COUNT);
  if (groups == 0) {
    listAll(task, count);
  } else {
    probeGroups(task, count);
    listProbes(task, count);
  }
  const scores = scoresOf(task);
  const assigned = load<u32>(task, CENTROID_ASSIGNED) + (start << 1);
  for (let row: u32 = 0; row < count; row++) store<f32>(scores + (row << 2), -Infinity);
  const starts = load<u32>(task, CENTROID_GROUP_STARTS);
  const lists = listsOf(task);
  let first: u32 = 0;
  for (let group: u32 = 0; group < max(groups, 1); group++) {
    const end = load<u32>(endsOf(task) + (group << 2));
    const centroid: u32 = groups == 0 ? 0 : load<u32>(starts + (group << 2));
    const size = (groups == 0 ? load<u32>(task, CENTROID_COUNT) : load<u32>(starts + (group << 2), 4)) - centroid;
    for (; first < end; first += CENTROID_LANES) {
      compareLanes(task, lists + (first << 2), min(end - first, CENTROID_LANES), centroid, size, scores, assigned);
    }
    first = end;
  }
}

// The parts of CENTROID_PLACES, each with room for the piece's rows (a multiple of CENTROID_LANES) or for the groups:
// f32 best score of each row · u32 lists[rows x probes] · u16 probes[rows x probes] · u32 ends of the groups' lists.
@inline
function scoresOf(task: u32): u32 {
  return load<u32>(task, CENTROID_PLACES);
}

@inline
function listsOf(task: u32): u32 {
  return scoresOf(task) + (load<u32>(load<u32>(task, CENTROID_PIECE), SET_LANES) << 2);
}

@inline
function probesOf(task: u32): u32 {
  return listsOf(task) + load<u32>(load<u32>(task, CENTROID_PIECE), SET_LANES) * CENTROID_PROBES * 4;
}

@inline
function endsOf(task: u32): u32 {
  return probesOf(task) + load<u32>(load<u32>(task, CENTROID_PIECE), SET_LANES) * CENTROID_PROBES * 2;
}

/** The groups that each row looks in: those of the nearest centres. */
function probeGroups(task: u32, count: u32): void {
  const queries = load<u32>(task, CENTROID_QUERIES);
  const field = load<u32>(task, CENTROID_GROUPS);
  const groups = load<u32>(task, CENTROID_GROUP_COUNT);
  const matrix = load<u32>(task, CENTROID_MATRIX);
  const probes = probesOf(task);
  for (let row: u32 = 0; row < count; row += CENTROID_LANES) {
    const lanes = min(count - row, CENTROID_LANES);
    for (let lane: u32 = 0; lane < lanes; lane++) copyQuery(task, row + lane, lane);
    scoreMatrix<i8>(queries, field, 0, groups, matrix);
    for (let lane: u32 = 0; lane < lanes; lane++) {
      const target = probes + (row + lane) * (CENTROID_PROBES << 1);
      for (let probe: u32 = 0; probe < <u32>CENTROID_PROBES; probe++) {
        let best: f32 = -Infinity;
        let name: u32 = 0;
        for (let group: u32 = 0; group < groups; group++) {
          const score = load<f32>(matrix + ((group * CENTROID_LANES + lane) << 2));
          name = select<u32>(group, name, score > best);
          best = max(best, score);
        }
        store<u16>(target + (probe << 1), name);
        store<f32>(matrix + ((name * CENTROID_LANES + lane) << 2), -Infinity);
      }
    }
  }
}

/** Every row looks among all centroids. */
function listAll(task: u32, count: u32): void {
  const lists = listsOf(task);
  for (let row: u32 = 0; row < count; row++) store<u32>(lists + (row << 2), row);
  store<u32>(endsOf(task), count);
}

/** Sorts the rows by the groups that they look in: u32 rows, group after group. */
function listProbes(task: u32, count: u32): void {
  const groups = load<u32>(task, CENTROID_GROUP_COUNT);
  const ends = endsOf(task);
  const probes = probesOf(task);
  const lists = listsOf(task);
  const total = count * CENTROID_PROBES;
  memory.fill(ends, 0, (groups + 1) << 2);
  for (let at: u32 = 0; at < total; at++) {
    const place = ends + ((<u32>load<u16>(probes + (at << 1)) + 1) << 2);
    store<u32>(place, load<u32>(place) + 1);
  }
  for (let group: u32 = 0; group < groups; group++) {
    const place = ends + (group << 2);
    store<u32>(place, load<u32>(place) + load<u32>(place, 4), 4);
  }
  // ends[group] is the next free place of the group's list, and in the end its end.
  for (let at: u32 = 0; at < total; at++) {
    const place = ends + (<u32>load<u16>(probes + (at << 1)) << 2);
    const free = load<u32>(place);
    store<u32>(lists + (free << 2), at / CENTROID_PROBES);
    store<u32>(place, free + 1);
  }
}

/** Makes a prepared row of the piece a lane of the task's own set. */
@inline
function copyQuery(task: u32, row: u32, lane: u32): void {
  const piece = load<u32>(task, CENTROID_PIECE);
  const queries = load<u32>(task, CENTROID_QUERIES);
  const bytes = load<u32>(piece, SET_CODE_BYTES);
  const from = load<u32>(piece, SET_AFFINE) + (row << 2);
  const to = load<u32>(queries, SET_AFFINE) + (lane << 2);
  memory.copy(load<u32>(queries, SET_CODES) + lane * bytes, load<u32>(piece, SET_CODES) + row * bytes, bytes);
  // Step and bias: all that scoreMatrix reads.
  store<f32>(to, load<f32>(from));
  store<f32>(to + (CENTROID_LANES << 2), load<f32>(from + (load<u32>(piece, SET_LANES) << 2)));
}

/** Compares the rows listed at `list` with the centroids of a group, and notes those that are nearer than any before. */
function compareLanes(task: u32, list: u32, lanes: u32, centroid: u32, size: u32, scores: u32, assigned: u32): void {
  const queries = load<u32>(task, CENTROID_QUERIES);
  const near = load<u32>(task, CENTROID_NEAR);
  const matrix = load<u32>(task, CENTROID_MATRIX);
  for (let lane: u32 = 0; lane < lanes; lane++) copyQuery(task, load<u32>(list + (lane << 2)), lane);
  for (let first: u32 = 0; first < size; first += MULTI_CHUNK) {
    const count = min(size - first, MULTI_CHUNK);
    scoreMatrix<i8>(queries, near, centroid + first, count, matrix);
    nearestOf(matrix, count, centroid + first);
    for (let lane: u32 = 0; lane < lanes; lane++) {
      const row = load<u32>(list + (lane << 2));
      const score = load<f32>(matrix + (lane << 2));
      if (score <= load<f32>(scores + (row << 2))) continue;
      store<f32>(scores + (row << 2), score);
      store<u16>(assigned + (row << 1), load<u32>(matrix + (lane << 2), CENTROID_LANES << 2));
    }
  }
}

/** Leaves the best score of each lane of a chunk, and then its centroid, in the first two rows of the matrix. */
function nearestOf(matrix: u32, count: u32, first: u32): void {
  for (let lane: u32 = 0; lane < <u32>CENTROID_LANES << 2; lane += 16) {
    let best = f32x4.splat(-Infinity);
    let name = i32x4.splat(0);
    let at = matrix + lane;
    for (let row: u32 = 0; row < count; row++) {
      const score = v128.load(at);
      name = v128.bitselect(i32x4.splat(first + row), name, f32x4.gt(score, best));
      best = f32x4.pmax(best, score);
      at += CENTROID_LANES << 2;
    }
    v128.store(matrix + lane, best);
    v128.store(matrix + lane, name, CENTROID_LANES << 2);
  }
}
