import { FIELD_CODE, FIELD_DIMENSION, FIELD_QUERY_BITS, SPACE_QUERY_SLACK, SPACE_QUERY_STEP } from '../layout';
import { PARTS_1_5, halfOf, partsOf, validBits } from './bit-codes';
import { largestLane, queryCodes, sumLanes } from './code-tail';

/** Queries against codes of bits: rounded to sums of signs, a word a bit for 64 coordinates (bit-codes.ts). */

/** Best even levels of a Gaussian: half of the distance between two of 2, 16, 256. */
@inline
function gaussianStep(bits: u32): f32 {
  return bits == 4 ? <f32>0.1676 : <f32>0.0154;
}

/** Rounds f32[dimension] at `source`, zeros up to a multiple of 128, to the words of a query. */
export function prepareBits(field: u32, space: u32, source: u32): void {
  const dimension = load<u32>(field, FIELD_DIMENSION);
  const bits = load<u32>(field, FIELD_QUERY_BITS);
  const codes = queryCodes(field, space);
  let squares = f32x4.splat(0);
  let most = f32x4.splat(0);
  for (let at: u32 = 0; at < dimension << 2; at += 16) {
    const value = v128.load(source + at);
    squares = f32x4.add(squares, f32x4.mul(value, value));
    most = f32x4.pmax(most, f32x4.abs(value));
  }
  const square = sumLanes(squares);
  const largest = largestLane(most);
  const top = <f32>((1 << bits) - 1);
  const deviation = sqrt<f32>(square / <f32>dimension);
  const step = max(bits == 1 ? deviation : min(gaussianStep(bits) * deviation, largest / top), <f32>1e-30);
  alongSum = 0;
  sizeSum = 0;
  if (partsOf(load<u32>(field, FIELD_CODE)) == PARTS_1_5) {
    const half = halfOf(dimension);
    for (let start: u32 = 0; start < half; start += 64) {
      const place = codes + (start >>> 2) * bits;
      writeGroup(source + (start << 2), validBits(start, half), place, bits, step, top);
      writeGroup(source + ((half + start) << 2), validBits(half + start, dimension), place + (bits << 3), bits, step, top);
    }
  } else {
    for (let start: u32 = 0; start < dimension; start += 64) {
      writeGroup(source + (start << 2), validBits(start, dimension), codes + (start >>> 3) * bits, bits, step, top);
    }
  }
  // As with rows, the step is such that what the words stand for has the right product with the query itself.
  const fair = alongSum > 0 ? <f32>(<f64>square / alongSum) : 0;
  store<f32>(space, fair, SPACE_QUERY_STEP);
  const gap = <f64>fair * <f64>fair * sizeSum - 2 * <f64>fair * alongSum + <f64>square;
  store<f32>(space, <f32>sqrt<f64>(max<f64>(gap, 0)), SPACE_QUERY_SLACK);
}

/** Sums over the coordinates of the query that `prepareBits` writes: of value x levels, and of levels squared. */
let alongSum: f64 = 0;
let sizeSum: f64 = 0;

/** Words of one group of 64 coordinates: odd numbers -top … top, as sums of signs. */
function writeGroup(source: u32, valid: u64, target: u32, bits: u32, step: f32, top: f32): void {
  const inverse = f32x4.splat(<f32>0.5 / step);
  const middle = f32x4.splat(top * <f32>0.5);
  const limit = f32x4.splat(top);
  let along = f32x4.splat(0);
  let size = f32x4.splat(0);
  for (let bit: u32 = 0; bit < bits; bit++) store<u64>(target + (bit << 3), 0);
  for (let at: u32 = 0; at < 64; at += 4) {
    const mask = <u32>(valid >>> <u64>at) & 15;
    if (mask == 0) break;
    const value = v128.load(source + (at << 2));
    const place = f32x4.nearest(f32x4.add(f32x4.mul(value, inverse), middle));
    const level = f32x4.min(f32x4.max(place, f32x4.splat(0)), limit);
    const whole = i32x4.trunc_sat_f32x4_s(level);
    for (let bit: u32 = 0; bit < bits; bit++) {
      const word = <u64>(<u32>i32x4.bitmask(i32x4.shl(whole, <i32>(31 - bit))) & mask) << <u64>at;
      store<u64>(target + (bit << 3), load<u64>(target + (bit << 3)) | word);
    }
    // 2 level - top: what the bits stand for. Lanes behind the last coordinate are zero in neither sum by themselves.
    const lanes = laneMask(mask);
    const odd = v128.and(f32x4.sub(f32x4.add(level, level), limit), lanes);
    along = f32x4.add(along, f32x4.mul(odd, value));
    size = f32x4.add(size, f32x4.mul(odd, odd));
  }
  alongSum += <f64>sumLanes(along);
  sizeSum += <f64>sumLanes(size);
}

/** All ones in the lanes whose bit is set. */
@inline
function laneMask(mask: u32): v128 {
  return i32x4.ne(v128.and(i32x4.splat(mask), i32x4(1, 2, 4, 8)), i32x4.splat(0));
}
