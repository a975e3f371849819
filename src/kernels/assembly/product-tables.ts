/**
 * Centroids of product codes, and how they are found. What FIELD_TABLES points to:
 *
 *   u32 coordinates of a subspace · u32 subspaces · 56 bytes unused
 *   f32 columns[subspaces][coordinates][256]   centroids, a coordinate of all of them after the other
 *   f32 norms[subspaces][256]                  half of each centroid's squared length
 *   f32 points[subspaces][256][coordinates]    centroids once more, each in one piece
 *   f32 ranges[subspaces][coordinates][2]      least and most of each coordinate
 *
 * The last subspace may be shorter than the others; its missing coordinates are zero everywhere.
 */
export const PRODUCT_HEAD_BYTES: u32 = 64;

@inline
export function subspaceSize(tables: u32): u32 {
  return load<u32>(tables);
}

@inline
export function subspaceCount(tables: u32): u32 {
  return load<u32>(tables, 4);
}

@inline
export function columnsOf(tables: u32, subspace: u32): u32 {
  return tables + PRODUCT_HEAD_BYTES + ((subspace * subspaceSize(tables)) << 10);
}

@inline
export function normsOf(tables: u32, subspace: u32): u32 {
  return columnsOf(tables, subspaceCount(tables)) + (subspace << 10);
}

@inline
export function pointsOf(tables: u32, subspace: u32): u32 {
  return normsOf(tables, subspaceCount(tables)) + ((subspace * subspaceSize(tables)) << 10);
}

@inline
export function rangesOf(tables: u32, subspace: u32): u32 {
  return pointsOf(tables, subspaceCount(tables)) + ((subspace * subspaceSize(tables)) << 3);
}

/** The centroid nearest to f32[size] at `part`: the least |c|^2 / 2 - <part, c>; of equals the first. */
export function nearestCentroid(part: u32, columns: u32, norms: u32, size: u32): u32 {
  let best = f32x4.splat(Infinity);
  let places = i32x4.splat(0);
  let place = i32x4(0, 1, 2, 3);
  const four = i32x4.splat(4);
  for (let at: u32 = 0; at < 1024; at += 64) {
    let gap0 = v128.load(norms + at);
    let gap1 = v128.load(norms + at, 16);
    let gap2 = v128.load(norms + at, 32);
    let gap3 = v128.load(norms + at, 48);
    for (let column: u32 = 0; column < size; column++) {
      const value = v128.load32_splat(part + (column << 2));
      const from = columns + (column << 10) + at;
      gap0 = f32x4.sub(gap0, f32x4.mul(value, v128.load(from)));
      gap1 = f32x4.sub(gap1, f32x4.mul(value, v128.load(from, 16)));
      gap2 = f32x4.sub(gap2, f32x4.mul(value, v128.load(from, 32)));
      gap3 = f32x4.sub(gap3, f32x4.mul(value, v128.load(from, 48)));
    }
    places = v128.bitselect(place, places, f32x4.lt(gap0, best));
    best = f32x4.pmin(best, gap0);
    place = i32x4.add(place, four);
    places = v128.bitselect(place, places, f32x4.lt(gap1, best));
    best = f32x4.pmin(best, gap1);
    place = i32x4.add(place, four);
    places = v128.bitselect(place, places, f32x4.lt(gap2, best));
    best = f32x4.pmin(best, gap2);
    place = i32x4.add(place, four);
    places = v128.bitselect(place, places, f32x4.lt(gap3, best));
    best = f32x4.pmin(best, gap3);
    place = i32x4.add(place, four);
  }
  let least = f32x4.extract_lane(best, 0);
  let found = i32x4.extract_lane(places, 0);
  if (nearer(f32x4.extract_lane(best, 1), i32x4.extract_lane(places, 1), least, found)) {
    least = f32x4.extract_lane(best, 1);
    found = i32x4.extract_lane(places, 1);
  }
  if (nearer(f32x4.extract_lane(best, 2), i32x4.extract_lane(places, 2), least, found)) {
    least = f32x4.extract_lane(best, 2);
    found = i32x4.extract_lane(places, 2);
  }
  if (nearer(f32x4.extract_lane(best, 3), i32x4.extract_lane(places, 3), least, found)) found = i32x4.extract_lane(places, 3);
  return <u32>found;
}

@inline
function nearer(gap: f32, place: i32, least: f32, found: i32): bool {
  return gap < least || (gap == least && place < found);
}

/** Scratch of training: f32 sums[256][16], u32 counts[256], f32 part[16]. */
const COUNTS: u32 = 16384;
const PART: u32 = 17408;

/** Begins the centroids of a subspace with sample rows, evenly chosen from `count` rows f32[dimension] at `samples`. */
export function beginSubspace(tables: u32, subspace: u32, samples: u32, count: u32, dimension: u32): void {
  for (let centroid: u32 = 0; centroid < 256; centroid++) {
    const row = <u32>((<u64>centroid * <u64>count) >>> 8);
    takeSample(tables, subspace, centroid, samples + row * (dimension << 2), dimension);
  }
  finishSubspace(tables, subspace);
}

/** Coordinate of a row in a subspace, or 0 behind its end. */
@inline
function partOf(row: u32, at: u32, dimension: u32): f32 {
  return at < dimension ? load<f32>(row + (at << 2)) : 0;
}

function takeSample(tables: u32, subspace: u32, centroid: u32, row: u32, dimension: u32): void {
  const size = subspaceSize(tables);
  const columns = columnsOf(tables, subspace);
  for (let column: u32 = 0; column < size; column++) {
    store<f32>(columns + (column << 10) + (centroid << 2), partOf(row, subspace * size + column, dimension));
  }
}

/**
 * One round of k-means: every sample goes to its nearest centroid, which becomes the mean of what it got. A centroid that
 * got nothing takes a sample's place, another in each round.
 */
export function trainSubspace(
  tables: u32, subspace: u32, samples: u32, count: u32, dimension: u32, round: u32, scratch: u32,
): void {
  const size = subspaceSize(tables);
  const columns = columnsOf(tables, subspace);
  const norms = normsOf(tables, subspace);
  memory.fill(scratch, 0, PART);
  for (let at: u32 = 0; at < count; at++) {
    const row = samples + at * (dimension << 2);
    for (let column: u32 = 0; column < size; column++) {
      store<f32>(scratch + PART + (column << 2), partOf(row, subspace * size + column, dimension));
    }
    const centroid = nearestCentroid(scratch + PART, columns, norms, size);
    const sums = scratch + (centroid << 6);
    for (let column: u32 = 0; column < size << 2; column += 4) {
      store<f32>(sums + column, load<f32>(sums + column) + load<f32>(scratch + PART + column));
    }
    const counter = scratch + COUNTS + (centroid << 2);
    store<u32>(counter, load<u32>(counter) + 1);
  }
  for (let centroid: u32 = 0; centroid < 256; centroid++) {
    const members = load<u32>(scratch + COUNTS + (centroid << 2));
    if (members == 0) {
      const row = (centroid * 2654435761 + round * 40503) % count;
      takeSample(tables, subspace, centroid, samples + row * (dimension << 2), dimension);
      continue;
    }
    for (let column: u32 = 0; column < size; column++) {
      const mean = load<f32>(scratch + (centroid << 6) + (column << 2)) / <f32>members;
      store<f32>(columns + (column << 10) + (centroid << 2), mean);
    }
  }
  finishSubspace(tables, subspace);
}

/** Norms, points and ranges from the columns. */
function finishSubspace(tables: u32, subspace: u32): void {
  const size = subspaceSize(tables);
  const columns = columnsOf(tables, subspace);
  const points = pointsOf(tables, subspace);
  const ranges = rangesOf(tables, subspace);
  memory.fill(normsOf(tables, subspace), 0, 1024);
  for (let column: u32 = 0; column < size; column++) {
    let least: f32 = Infinity;
    let most: f32 = -Infinity;
    for (let centroid: u32 = 0; centroid < 256; centroid++) {
      const value = load<f32>(columns + (column << 10) + (centroid << 2));
      least = min(least, value);
      most = max(most, value);
      store<f32>(points + ((centroid * size + column) << 2), value);
      const norm = normsOf(tables, subspace) + (centroid << 2);
      store<f32>(norm, load<f32>(norm) + <f32>0.5 * value * value);
    }
    store<f32>(ranges + (column << 3), least);
    store<f32>(ranges + (column << 3), most, 4);
  }
}
