import { FIELD_CODE_BYTES, FIELD_DIMENSION, FIELD_METRIC } from '../layout';
import { dotDouble, largestLane, tailScale, writeTail } from './code-tail';

/**
 * Four bits a coordinate: rotated coordinates of a row are nearly Gaussian, so each takes the nearest of the 16 levels of
 * Lloyd and Max for a Gaussian (after TurboQuant, Zandieh et al. 2025), made whole numbers of 7 bits.
 *
 * A chunk of 16 bytes is 8 words of 16 bits for 32 coordinates: word k = c[k] | c[16 + k] << 4 | c[8 + k] << 8 |
 * c[24 + k] << 12. Codes 0 … 15 ascend with the level; behind the last coordinate they are 8.
 */

/** Levels of codes 8 … 15, a byte each from the lowest on: 3, 9, 15, 21, 28, 36, 46, 61. Codes 7 … 0: their negatives. */
const LEVELS: u64 = 0x3d2e241c150f0903;
/** What a Gaussian of deviation 1 is multiplied by: mean square error 0.00953, the best 16 levels' is 0.0095. */
const LEVEL_SCALE: f32 = 22.324;
@inline
function levelOf(magnitude: u32): u32 {
  return <u32>(LEVELS >>> (<u64>magnitude << 3)) & 255;
}

/** Levels + 64, for `swizzle`. */
@inline
export function levelTable(): v128 {
  return i8x16(3, 18, 28, 36, 43, 49, 55, 61, 67, 73, 79, 85, 92, 100, 110, 125);
}
/** What `levelTable` adds to each level. */
export const LEVEL_OFFSET: i32 = 64;

/** Codes of f32[dimension] rotated coordinates at `source`, zeros up to a multiple of 32; with tail. */
export function encodeLevels(field: u32, source: u32, hot: u32): void {
  const dimension = load<u32>(field, FIELD_DIMENSION);
  const square = dotDouble(source, source, (dimension + 3) & ~3);
  const onGrid = gridScale(source, dimension);
  const scale = onGrid > 0 ? onGrid : square > 0 ? <f32>(<f64>LEVEL_SCALE * sqrt<f64>(<f64>dimension / square)) : 0;
  writeLevels(source, hot, dimension, scale);
  settleLevels(hot, dimension);
  sumLevels(source, hot, dimension);
  writeTail(hot + load<u32>(field, FIELD_CODE_BYTES), load<u32>(field, FIELD_METRIC), dimension, square, alongSum, sizeSum);
}

/** What `sumLevels` found: <x, levels> and |levels|^2. */
let alongSum: f64 = 0;
let sizeSum: f64 = 0;

function sumLevels(source: u32, hot: u32, dimension: u32): void {
  let along = f64x2.splat(0);
  let size = i32x4.splat(0);
  for (let at: u32 = 0; at < dimension; at += 32) {
    let sum = f32x4.splat(0);
    for (let part: u32 = 0; part < 32; part += 8) {
      // Behind the last coordinate the row is zero; its levels are not.
      const levels = v128.and(levelsAt(hot, at + part), lanesBelow(dimension, at + part));
      size = i32x4.add(size, i32x4.dot_i16x8_s(levels, levels));
      const place = source + ((at + part) << 2);
      sum = f32x4.add(sum, f32x4.mul(v128.load(place), f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(levels))));
      sum = f32x4.add(sum, f32x4.mul(v128.load(place, 16), f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(levels))));
    }
    along = f64x2.add(along, f64x2.promote_low_f32x4(sum));
    along = f64x2.add(along, f64x2.promote_low_f32x4(i32x4.shuffle(sum, sum, 2, 3, 0, 1)));
  }
  alongSum = f64x2.extract_lane(along, 0) + f64x2.extract_lane(along, 1);
  sizeSum = <f64>(
    i32x4.extract_lane(size, 0) + i32x4.extract_lane(size, 1) + i32x4.extract_lane(size, 2) + i32x4.extract_lane(size, 3)
  );
}

/** Eight levels of a row, i16, from a coordinate that is a multiple of eight. */
@inline
function levelsAt(hot: u32, at: u32): v128 {
  const bytes = v128.load(hot + ((at >>> 5) << 4));
  const shifted = at & 16 ? i16x8.shr_u(bytes, 4) : bytes;
  const levels = i8x16.swizzle(levelTable(), v128.and(shifted, i8x16.splat(15)));
  const chosen = at & 8 ? i16x8.shr_u(levels, 8) : v128.and(levels, i16x8.splat(255));
  return i16x8.sub(chosen, i16x8.splat(<i16>LEVEL_OFFSET));
}

/** All ones in the lanes of eight coordinates from `at` on that are below `dimension`. */
@inline
function lanesBelow(dimension: u32, at: u32): v128 {
  const count = <i32>dimension - <i32>at;
  return i16x8.lt_s(i16x8(0, 1, 2, 3, 4, 5, 6, 7), i16x8.splat(<i16>max(min(count, 8), 0)));
}

/**
 * What the coordinates must be multiplied by to be levels themselves, where there is such a number: then they came from
 * a code, and coding them again must give that code. Else 0. Other rows are refused after a coordinate or two.
 */
function gridScale(source: u32, dimension: u32): f32 {
  let sizes = f32x4.splat(0);
  for (let at: u32 = 0; at < dimension << 2; at += 16) sizes = f32x4.pmax(sizes, f32x4.abs(v128.load(source + at)));
  const most = largestLane(sizes);
  if (most == 0) return 0;
  for (let top: i32 = 7; top >= 0; top--) {
    const scale = <f32>levelOf(top) / most;
    let at: u32 = 0;
    for (; at < dimension << 2; at += 4) {
      const value = abs(load<f32>(source + at)) * scale;
      // Less than 1 / 61, the least gap between a level and a multiple of another: only true multiples pass.
      if (abs(value - <f32>levelOf(magnitudeOf(value))) > <f32>0.002) break;
    }
    if (at == dimension << 2) return scale;
  }
  return 0;
}

/** Index of the nearest level to a number that is not negative. */
@inline
function magnitudeOf(value: f32): u32 {
  return (
    <u32>(value > 6) + <u32>(value > 12) + <u32>(value > 18) + <u32>(value > 24.5) +
    <u32>(value > 32) + <u32>(value > 41) + <u32>(value > 53.5)
  );
}

/** Four codes of four coordinates. */
@inline
function codesOf(value: v128): v128 {
  // Masks are -1 where true: 8 + magnitude for what is not negative, 7 - magnitude for what is.
  const size = f32x4.abs(value);
  let magnitude = i32x4.add(f32x4.gt(size, f32x4.splat(6)), f32x4.gt(size, f32x4.splat(12)));
  magnitude = i32x4.add(magnitude, i32x4.add(f32x4.gt(size, f32x4.splat(18)), f32x4.gt(size, f32x4.splat(24.5))));
  magnitude = i32x4.add(magnitude, i32x4.add(f32x4.gt(size, f32x4.splat(32)), f32x4.gt(size, f32x4.splat(41))));
  magnitude = i32x4.neg(i32x4.add(magnitude, f32x4.gt(size, f32x4.splat(53.5))));
  const negative = f32x4.lt(value, f32x4.splat(0));
  // x ^ -1 = -1 - x turns 8 + magnitude into 7 - magnitude of 16 codes.
  return v128.and(v128.xor(i32x4.add(magnitude, i32x4.splat(8)), negative), i32x4.splat(15));
}

@inline
function eightCodes(source: u32, scale: v128): v128 {
  return i16x8.narrow_i32x4_s(
    codesOf(f32x4.mul(v128.load(source), scale)),
    codesOf(f32x4.mul(v128.load(source, 16), scale)),
  );
}

function writeLevels(source: u32, hot: u32, dimension: u32, factor: f32): void {
  const scale = f32x4.splat(factor);
  for (let at: u32 = 0; at < dimension; at += 32) {
    const from = source + (at << 2);
    const low = v128.or(eightCodes(from, scale), i16x8.shl(eightCodes(from + 32, scale), 8));
    const high = v128.or(i16x8.shl(eightCodes(from + 64, scale), 4), i16x8.shl(eightCodes(from + 96, scale), 12));
    v128.store(hot + (at >>> 1), v128.or(low, high));
  }
}

/** Byte of the code of coordinate `at`, and by how much the byte is shifted right. */
@inline
function codePlace(hot: u32, at: u32): u32 {
  return hot + ((at >>> 5) << 4) + ((at & 7) << 1) + ((at >>> 3) & 1);
}

@inline
function codeShift(at: u32): u32 {
  return (at & 16) >>> 2;
}

@inline
function codeAt(hot: u32, at: u32): u32 {
  return (<u32>load<u8>(codePlace(hot, at)) >>> codeShift(at)) & 15;
}

@inline
function levelAt(hot: u32, at: u32): i32 {
  const code = codeAt(hot, at);
  return code >= 8 ? <i32>levelOf(code - 8) : -<i32>levelOf(7 - code);
}

/** The place of a level among the eight, or -1. */
@inline
function magnitudeIndex(level: u32): i32 {
  const index = magnitudeOf(<f32>level);
  return levelOf(index) == level ? <i32>index : -1;
}

/**
 * Levels that are all the same multiple of other levels are made the largest such: what a code stands for then has one
 * code only.
 */
function settleLevels(hot: u32, dimension: u32): void {
  let sizes = i16x8.splat(0);
  for (let at: u32 = 0; at < dimension; at += 8) {
    sizes = i16x8.max_s(sizes, i16x8.abs(v128.and(levelsAt(hot, at), lanesBelow(dimension, at))));
  }
  const highest = i16x8.max_s(sizes, i64x2.shuffle(sizes, sizes, 1, 0));
  const pairs = i16x8.max_s(highest, i32x4.shuffle(highest, highest, 1, 0, 3, 2));
  const most = <u32>max(i16x8.extract_lane_s(pairs, 0), i16x8.extract_lane_s(pairs, 1));
  for (let top: i32 = 7; top >= 0; top--) {
    const wanted = levelOf(top);
    if (wanted == most) return;
    let at: u32 = 0;
    for (; at < dimension; at++) {
      const scaled = <u32>abs(levelAt(hot, at)) * wanted;
      if (scaled % most != 0 || magnitudeIndex(scaled / most) < 0) break;
    }
    if (at < dimension) continue;
    for (at = 0; at < dimension; at++) {
      const level = levelAt(hot, at);
      const index = <u32>magnitudeIndex((<u32>abs(level) * wanted) / most);
      const place = codePlace(hot, at);
      const shift = codeShift(at);
      const code = level < 0 ? 7 - index : 8 + index;
      store<u8>(place, (<u32>load<u8>(place) & ~(15 << shift)) | (code << shift));
    }
    return;
  }
}

/** f32[dimension] rotated coordinates that a row's code stands for; the rest of a chunk of 32 is zero. */
export function expandLevels(field: u32, hot: u32, target: u32): void {
  const dimension = load<u32>(field, FIELD_DIMENSION);
  const scale = f32x4.splat(tailScale(hot + load<u32>(field, FIELD_CODE_BYTES), load<u32>(field, FIELD_METRIC)));
  const end = (dimension + 31) & ~31;
  for (let at: u32 = 0; at < end; at += 8) {
    const levels = v128.and(levelsAt(hot, at), lanesBelow(dimension, at));
    v128.store(target + (at << 2), f32x4.mul(scale, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(levels))));
    v128.store(target + (at << 2), f32x4.mul(scale, f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(levels))), 16);
  }
}
