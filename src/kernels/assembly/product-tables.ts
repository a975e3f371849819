/**
 * Centroids of product codes, and how a row's part finds its own. What FIELD_TABLES points to (vectors/code-shape.ts):
 *
 *   u32 coordinates of a subspace · u32 subspaces · 56 bytes unused
 *   f32 points[subspaces][256][coordinates]    centroids
 *   i16 pairs[subspaces][pairs][256][2]        the same, rounded, two coordinates of all centroids after the other
 *   i32 norms[subspaces][256]                  half of each centroid's squared length, in the unit of a product
 *   f32 lengths[subspaces]                     length of the longest centroid
 *
 * The last subspace may be shorter than the others; its missing coordinates are zero everywhere. Where subspaces have one
 * coordinate the centroids ascend.
 */
export const PRODUCT_HEAD_BYTES: u32 = 64;

/** i16 of a centroid: its coordinates x 2^13 / the longest length; of a row's part twice that. */
const CENTROID_UNIT: f32 = 8192;
const PART_UNIT: f32 = 16384;

@inline
export function subspaceSize(tables: u32): u32 {
  return load<u32>(tables);
}

@inline
export function subspaceCount(tables: u32): u32 {
  return load<u32>(tables, 4);
}

/** Bytes of the pairs of a subspace. */
@inline
function pairBytes(tables: u32): u32 {
  return ((subspaceSize(tables) + 1) >>> 1) << 10;
}

@inline
export function pointsOf(tables: u32, subspace: u32): u32 {
  return tables + PRODUCT_HEAD_BYTES + ((subspace * subspaceSize(tables)) << 10);
}

@inline
export function pairsOf(tables: u32, subspace: u32): u32 {
  return pointsOf(tables, subspaceCount(tables)) + subspace * pairBytes(tables);
}

@inline
function normsOf(tables: u32, subspace: u32): u32 {
  return pairsOf(tables, subspaceCount(tables)) + (subspace << 10);
}

/** Length of the longest centroid. */
@inline
export function lengthOf(tables: u32, subspace: u32): f32 {
  return load<f32>(normsOf(tables, subspaceCount(tables)) + (subspace << 2));
}

@inline
function whole(value: f32): i32 {
  return <i32>max(min(nearest<f32>(value), 32767), -32767);
}

/** f32[size] x factor as pairs of i16; an odd last one has a zero beside it. */
@inline
export function writePairs(part: u32, size: u32, factor: f32, target: u32): void {
  for (let column: u32 = 0; column < size; column += 2) {
    const first = whole(load<f32>(part + (column << 2)) * factor);
    const second = column + 1 < size ? whole(load<f32>(part + (column << 2), 4) * factor) : 0;
    store<u32>(target + (column << 1), (first & 0xffff) | (second << 16));
  }
}

/** The centroid nearest to f32[size] at `part`. `scratch` is 32 bytes. */
export function nearestCentroid(tables: u32, subspace: u32, part: u32, scratch: u32): u32 {
  const size = subspaceSize(tables);
  if (size == 1) return nearestNumber(load<f32>(part), pointsOf(tables, subspace));
  const length = lengthOf(tables, subspace);
  writePairs(part, size, length > 0 ? PART_UNIT / length : 0, scratch);
  const end = scratch + (size << 1);
  const norms = normsOf(tables, subspace);
  const pairs = pairsOf(tables, subspace);
  let best = i32x4.splat(i32.MAX_VALUE);
  // The place of a centroid stands in the low 8 of the 31 bits of its distance: no comparison of its own for it.
  const distance = i32x4.splat(~255);
  let place = i32x4(0, 1, 2, 3);
  const four = i32x4.splat(4);
  for (let at: u32 = 0; at < 1024; at += 64) {
    let gap0 = v128.load(norms + at);
    let gap1 = v128.load(norms + at, 16);
    let gap2 = v128.load(norms + at, 32);
    let gap3 = v128.load(norms + at, 48);
    let from = pairs + at;
    for (let pair = scratch; pair < end; pair += 4, from += 1024) {
      const value = v128.load32_splat(pair);
      gap0 = i32x4.sub(gap0, i32x4.dot_i16x8_s(value, v128.load(from)));
      gap1 = i32x4.sub(gap1, i32x4.dot_i16x8_s(value, v128.load(from, 16)));
      gap2 = i32x4.sub(gap2, i32x4.dot_i16x8_s(value, v128.load(from, 32)));
      gap3 = i32x4.sub(gap3, i32x4.dot_i16x8_s(value, v128.load(from, 48)));
    }
    best = i32x4.min_s(best, v128.or(v128.and(gap0, distance), place));
    place = i32x4.add(place, four);
    best = i32x4.min_s(best, v128.or(v128.and(gap1, distance), place));
    place = i32x4.add(place, four);
    best = i32x4.min_s(best, v128.or(v128.and(gap2, distance), place));
    place = i32x4.add(place, four);
    best = i32x4.min_s(best, v128.or(v128.and(gap3, distance), place));
    place = i32x4.add(place, four);
  }
  const low = min(i32x4.extract_lane(best, 0), i32x4.extract_lane(best, 1));
  return <u32>min(low, min(i32x4.extract_lane(best, 2), i32x4.extract_lane(best, 3))) & 255;
}

/** The nearest of 256 ascending numbers: of equals the first. */
function nearestNumber(value: f32, points: u32): u32 {
  let found: u32 = 0;
  for (let step: u32 = 128; step > 0; step >>>= 1) {
    const next = points + ((found + step) << 2);
    found += value - load<f32>(next - 4) > load<f32>(next) - value ? step : 0;
  }
  return found;
}

/** What follows from the points of a subspace. */
export function finishSubspace(tables: u32, subspace: u32): void {
  const size = subspaceSize(tables);
  const points = pointsOf(tables, subspace);
  if (size == 1) sortNumbers(points);
  let longest: f32 = 0;
  for (let centroid: u32 = 0; centroid < 256; centroid++) longest = max(longest, squareOf(points, centroid, size));
  const length = sqrt<f32>(longest);
  store<f32>(normsOf(tables, subspaceCount(tables)) + (subspace << 2), length);
  const factor = length > 0 ? CENTROID_UNIT / length : 0;
  const unit = length > 0 ? (<f32>0.5 * CENTROID_UNIT * PART_UNIT) / longest : 0;
  const pairs = pairsOf(tables, subspace);
  for (let centroid: u32 = 0; centroid < 256; centroid++) {
    const square = squareOf(points, centroid, size);
    store<i32>(normsOf(tables, subspace) + (centroid << 2), <i32>nearest<f32>(square * unit));
    for (let column: u32 = 0; column < size; column += 2) {
      const place = points + ((centroid * size + column) << 2);
      writePairs(place, min(size - column, 2), factor, pairs + (column << 9) + (centroid << 2));
    }
  }
}

@inline
function squareOf(points: u32, centroid: u32, size: u32): f32 {
  let square: f32 = 0;
  for (let column: u32 = 0; column < size; column++) {
    const value = load<f32>(points + ((centroid * size + column) << 2));
    square += value * value;
  }
  return square;
}

/** Insertion sort of 256 numbers that are nearly sorted. */
function sortNumbers(points: u32): void {
  for (let at: u32 = 4; at < 1024; at += 4) {
    const value = load<f32>(points + at);
    let hole = at;
    for (; hole > 0 && load<f32>(points + hole - 4) > value; hole -= 4) {
      store<f32>(points + hole, load<f32>(points + hole - 4));
    }
    store<f32>(points + hole, value);
  }
}
