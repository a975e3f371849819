import { finishSubspace, nearestCentroid, pointsOf, subspaceSize } from './product-tables';

/**
 * k-means of the subspaces of a product code, on samples f32[dimension] end to end. Each subspace is trained by itself, a
 * round at a time, so that whoever runs this can stop between any two.
 */

/** Scratch (vectors/code-shape.ts): f32 sums[256][16], u32 counts[256], f32 part[16], 32 bytes. */
const COUNTS: u32 = 16384;
const PART: u32 = 17408;
const PAIRS: u32 = 17472;

/** Begins the centroids of a subspace with samples, evenly chosen. */
export function beginSubspace(tables: u32, subspace: u32, samples: u32, count: u32, dimension: u32): void {
  for (let centroid: u32 = 0; centroid < 256; centroid++) {
    const row = <u32>((<u64>centroid * <u64>count) >>> 8);
    takeSample(tables, subspace, samples + row * (dimension << 2), centroid, dimension);
  }
  finishSubspace(tables, subspace);
}

/** A row's coordinate, or 0 behind its end. */
@inline
function coordinate(row: u32, at: u32, dimension: u32): f32 {
  return at < dimension ? load<f32>(row + (at << 2)) : 0;
}

function takeSample(tables: u32, subspace: u32, row: u32, centroid: u32, dimension: u32): void {
  const size = subspaceSize(tables);
  const point = pointsOf(tables, subspace) + ((centroid * size) << 2);
  for (let column: u32 = 0; column < size; column++) {
    store<f32>(point + (column << 2), coordinate(row, subspace * size + column, dimension));
  }
}

/**
 * One round: every sample goes to its nearest centroid, which becomes the mean of what it got. A centroid that got nothing
 * takes a sample's place, another in each round.
 */
export function trainSubspace(
  tables: u32, subspace: u32, samples: u32, count: u32, dimension: u32, round: u32, scratch: u32,
): void {
  const size = subspaceSize(tables);
  const part = scratch + PART;
  memory.fill(scratch, 0, PART);
  for (let at: u32 = 0; at < count; at++) {
    const row = samples + at * (dimension << 2);
    for (let column: u32 = 0; column < size; column++) {
      store<f32>(part + (column << 2), coordinate(row, subspace * size + column, dimension));
    }
    const centroid = nearestCentroid(tables, subspace, part, scratch + PAIRS);
    const sums = scratch + (centroid << 6);
    for (let column: u32 = 0; column < size << 2; column += 4) {
      store<f32>(sums + column, load<f32>(sums + column) + load<f32>(part + column));
    }
    const counter = scratch + COUNTS + (centroid << 2);
    store<u32>(counter, load<u32>(counter) + 1);
  }
  for (let centroid: u32 = 0; centroid < 256; centroid++) {
    const members = load<u32>(scratch + COUNTS + (centroid << 2));
    if (members == 0) {
      const row = (centroid * 2654435761 + round * 40503) % count;
      takeSample(tables, subspace, samples + row * (dimension << 2), centroid, dimension);
      continue;
    }
    const point = pointsOf(tables, subspace) + ((centroid * size) << 2);
    for (let column: u32 = 0; column < size << 2; column += 4) {
      store<f32>(point + column, load<f32>(scratch + (centroid << 6) + column) / <f32>members);
    }
  }
  finishSubspace(tables, subspace);
}
