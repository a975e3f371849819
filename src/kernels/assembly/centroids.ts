import { FIELD_DIMENSION, FIELD_PADDED } from '../layout';
import {
  CENTROID_ASSIGNED,
  CENTROID_CENTRED,
  CENTROID_COUNT,
  CENTROID_DO_ASSIGN,
  CENTROID_DO_MEANS,
  CENTROID_DO_WRITE,
  CENTROID_END,
  CENTROID_FIELD,
  CENTROID_LIST,
  CENTROID_MATRIX,
  CENTROID_MEANS,
  CENTROID_NEAR,
  CENTROID_ORDER,
  CENTROID_QUERIES,
  CENTROID_SIZES,
  CENTROID_START,
  CENTROID_STEP,
  CENTROID_TARGET,
  CENTROID_UNIT,
  SET_QUERY,
} from '../layout-multi';
import { assignRows, readRow } from './centroid-assign';
import { quantiseRows } from './codes';

/** One piece of k-means over the rows of a field (layout.ts, CENTROID_…). */
export function trainCentroids(task: u32, space: u32): void {
  const step = load<u32>(task, CENTROID_STEP);
  if (step == CENTROID_DO_ASSIGN) {
    assignRows(task, space);
    return;
  }
  if (step != CENTROID_DO_WRITE) takeMeans(task, step == CENTROID_DO_MEANS);
  writeMeans(task, load<u32>(task, CENTROID_NEAR));
  const target = load<u32>(task, CENTROID_TARGET);
  if (target != 0) writeMeans(task, target);
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

/** Makes the means, in their order or in that of CENTROID_ORDER, the rows of a field. */
function writeMeans(task: u32, field: u32): void {
  const centred = load<u32>(task, CENTROID_CENTRED);
  const count = load<u32>(task, CENTROID_COUNT);
  const means = load<u32>(task, CENTROID_MEANS);
  const rowBytes = load<u32>(field, FIELD_DIMENSION) << 2;
  const order = load<u32>(task, CENTROID_ORDER);
  for (let row: u32 = 0; row < count; row++) {
    const from = order == 0 ? row : load<u32>(order + (row << 2));
    quantiseRows(field, row, 1, means + from * rowBytes, centred);
  }
}
