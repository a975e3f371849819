import {
  CODE_INT8,
  CODE_TURBO4,
  CODE_UINT8,
  FIELD_CODE,
  FIELD_DIMENSION,
  FIELD_MEAN,
  FIELD_METRIC,
  FIELD_PADDED,
  FIELD_REMAINDERS,
  METRIC_DOT,
  METRIC_EUCLID,
  METRIC_MANHATTAN,
  SPACE_QUERY,
  SPACE_QUERY_BIAS,
  SPACE_QUERY_CODES,
  SPACE_QUERY_NORM,
  SPACE_QUERY_SLACK,
  SPACE_QUERY_STEP,
  SPACE_WAY,
  WAY_CODES,
} from '../layout';
import { decodeRow, encodeRows, prepareCodedQuery, prepareCodedRow } from './coded-rows';
import { decodeBytes, encodeBytes, prepareBytes } from './byte-codes';
import { coldRow, hotRow, int8Row } from './field';

/** Largest |hi x ratio + lo|: 127 x 65,530, so that lo, at most ratio / 2 and rounding, fits 16 bits. */
const CODE_LIMIT: f32 = 8322310.0;

/**
 * Writes the codes of `count` rows from `source` (f32[dimension] each, end to end) into `row`, `row + 1`, …, whose pages exist.
 * `centred` is scratch: f32[padded], zeros after dimension, then int16[padded + 8] for remainders that are not kept.
 */
export function quantiseRows(field: u32, row: u32, count: u32, source: u32, centred: u32): void {
  const dimension = load<u32>(field, FIELD_DIMENSION);
  const padded = load<u32>(field, FIELD_PADDED);
  const mean = load<u32>(field, FIELD_MEAN);
  const code = load<u32>(field, FIELD_CODE);
  const metric = load<u32>(field, FIELD_METRIC);
  const kept = load<u32>(field, FIELD_REMAINDERS) != 0;
  // The scratch has room for what this needs too, and zeros stand after dimension when it is done.
  if (code >= <u32>CODE_TURBO4) encodeRows(field, row, count, source, centred);
  for (let index: u32 = 0; index < count; index++) {
    centre(source + index * (dimension << 2), mean, centred, dimension);
    const cold = kept ? coldRow(field, row + index) : centred + (padded << 2);
    if (code == CODE_INT8 || kept) quantise(centred, mean, int8Row(field, row + index), cold, padded, metric);
    if (code == CODE_UINT8) encodeBytes(centred, hotRow(field, row + index), padded, metric);
  }
}

/** centred = source - mean. */
function centre(source: u32, mean: u32, centred: u32, dimension: u32): void {
  const whole = dimension & ~3;
  let at: u32 = 0;
  for (; at < whole; at += 4) {
    const value = v128.load(source + (at << 2));
    v128.store(centred + (at << 2), mean != 0 ? f32x4.sub(value, v128.load(mean + (at << 2))) : value);
  }
  for (; at < dimension; at++) {
    const value = load<f32>(source + (at << 2));
    store<f32>(centred + (at << 2), mean != 0 ? value - load<f32>(mean + (at << 2)) : value);
  }
}

/** Exponent of 2 as a float; exponents below the normal range are raised to it. */
@inline
function powerOfTwo(exponent: i32): f32 {
  return reinterpret<f32>(<u32>(max(exponent, -126) + 127) << 23);
}

function largest(source: u32, padded: u32): f32 {
  let most = f32x4.splat(0);
  for (let at: u32 = 0; at < padded; at += 4) {
    most = f32x4.pmax(most, f32x4.abs(v128.load(source + (at << 2))));
  }
  return max(
    max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1)),
    max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3)),
  );
}

function quantise(source: u32, mean: u32, hot: u32, cold: u32, padded: u32, metric: u32): void {
  const most = largest(source, padded);
  // A power of two as step keeps tidy numbers (integers, short fractions) exact, and the division by it too.
  const exponent = <i32>((reinterpret<u32>(most) >>> 23) & 255) - 127;
  let step = powerOfTwo(max(exponent, -90) - 22);
  if (most / step > CODE_LIMIT) step *= 2;
  const ratio = max(ceil<f32>(nearest<f32>(most / step) / 127), 1);
  const inverseStep = f32x4.splat(1 / step);
  const inverseRatio = f32x4.splat(1 / ratio);
  const ratios = f32x4.splat(ratio);
  let square = f64x2.splat(0); // of lo
  let size = f32x4.splat(0); // |lo|, summed
  let hiSquare = i32x4.splat(0);
  for (let at: u32 = 0; at < padded; at += 16) {
    let hi0 = i32x4.splat(0), hi1 = hi0, hi2 = hi0, hi3 = hi0;
    let lo0 = hi0, lo1 = hi0, lo2 = hi0, lo3 = hi0;
    for (let part: u32 = 0; part < 4; part++) {
      const code = f32x4.nearest(f32x4.mul(v128.load(source + ((at + (part << 2)) << 2)), inverseStep));
      const hi = f32x4.nearest(f32x4.mul(code, inverseRatio));
      const lo = f32x4.sub(code, f32x4.mul(hi, ratios));
      const loSquare = f32x4.mul(lo, lo);
      square = f64x2.add(square, f64x2.promote_low_f32x4(f32x4.add(loSquare, i32x4.shuffle(loSquare, loSquare, 2, 3, 0, 1))));
      size = f32x4.add(size, f32x4.abs(lo));
      const hiWhole = i32x4.trunc_sat_f32x4_s(hi);
      const loWhole = i32x4.trunc_sat_f32x4_s(lo);
      if (part == 0) { hi0 = hiWhole; lo0 = loWhole; }
      else if (part == 1) { hi1 = hiWhole; lo1 = loWhole; }
      else if (part == 2) { hi2 = hiWhole; lo2 = loWhole; }
      else { hi3 = hiWhole; lo3 = loWhole; }
    }
    const low = i16x8.narrow_i32x4_s(hi0, hi1);
    const high = i16x8.narrow_i32x4_s(hi2, hi3);
    hiSquare = i32x4.add(hiSquare, i32x4.add(i32x4.dot_i16x8_s(low, low), i32x4.dot_i16x8_s(high, high)));
    v128.store(hot + at, i8x16.narrow_i16x8_s(low, high));
    v128.store(cold + (at << 1), i16x8.narrow_i32x4_s(lo0, lo1));
    v128.store(cold + (at << 1), i16x8.narrow_i32x4_s(lo2, lo3), 16);
  }
  const scale = step * ratio;
  const hiSum: i64 = <i64>i32x4.extract_lane(hiSquare, 0) + <i64>i32x4.extract_lane(hiSquare, 1) +
    <i64>i32x4.extract_lane(hiSquare, 2) + <i64>i32x4.extract_lane(hiSquare, 3);
  let factor = scale;
  let bias: f64 = 0;
  let error = <f32>(<f64>step * sqrt<f64>(f64x2.extract_lane(square, 0) + f64x2.extract_lane(square, 1)));
  if (metric == METRIC_EUCLID) {
    factor = 2 * scale;
    bias = -<f64>scale * <f64>scale * <f64>hiSum;
  } else if (metric == METRIC_MANHATTAN) {
    error = step * (f32x4.extract_lane(size, 0) + f32x4.extract_lane(size, 1) + f32x4.extract_lane(size, 2) + f32x4.extract_lane(size, 3));
  } else if (mean != 0) {
    bias = dotExact(mean, source, padded);
  }
  store<f32>(hot + padded, factor);
  store<f32>(hot + padded, <f32>bias, 4);
  store<f32>(hot + padded, error, 8);
  store<f32>(cold + (padded << 1), step);
  store<f32>(cold + (padded << 1), ratio, 4);
  store<f64>(cold + (padded << 1), bias, 8);
}

/** Dot product of two f32 arrays, in doubles. */
function dotExact(a: u32, b: u32, padded: u32): f64 {
  let sum = f64x2.splat(0);
  for (let at: u32 = 0; at < padded << 2; at += 8) {
    const left = f64x2.promote_low_f32x4(v128.load64_zero(a + at));
    sum = f64x2.add(sum, f64x2.mul(left, f64x2.promote_low_f32x4(v128.load64_zero(b + at))));
  }
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/**
 * Writes a row's centred coordinates, f32[padded], to `target`: as exactly as the field knows them. For codes of few bits
 * the target has room for f32[dimension rounded up to 128].
 */
export function dequantiseRow(field: u32, row: u32, target: u32): void {
  if (load<u32>(field, FIELD_REMAINDERS)) dequantiseWide(field, row, target);
  else if (load<u32>(field, FIELD_CODE) == CODE_UINT8) decodeBytes(field, row, target);
  else if (load<u32>(field, FIELD_CODE) >= <u32>CODE_TURBO4) decodeRow(field, row, target);
  else dequantiseInt8(field, row, target);
}

function dequantiseInt8(field: u32, row: u32, target: u32): void {
  const padded = load<u32>(field, FIELD_PADDED);
  const hot = int8Row(field, row);
  const factor = load<f32>(hot + padded);
  const scale = f32x4.splat(load<u32>(field, FIELD_METRIC) == METRIC_EUCLID ? factor * <f32>0.5 : factor);
  for (let at: u32 = 0; at < padded; at += 8) {
    const hi = v128.load_ext<i8>(hot + at);
    v128.store(target + (at << 2), f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(hi)), scale));
    v128.store(target + (at << 2), f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(hi)), scale), 16);
  }
}

/** The same by all 24 bits, for whoever knows that the field had remainders when its task began. */
export function dequantiseWide(field: u32, row: u32, target: u32): void {
  const padded = load<u32>(field, FIELD_PADDED);
  const hot = int8Row(field, row);
  const cold = coldRow(field, row);
  const step = f32x4.splat(load<f32>(cold + (padded << 1)));
  const ratio = f32x4.splat(load<f32>(cold + (padded << 1), 4));
  for (let at: u32 = 0; at < padded; at += 8) {
    const hi = v128.load_ext<i8>(hot + at);
    const lo = v128.load(cold + (at << 1));
    const low = f32x4.add(
      f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(hi)), ratio),
      f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(lo)),
    );
    const high = f32x4.add(
      f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(hi)), ratio),
      f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(lo)),
    );
    v128.store(target + (at << 2), f32x4.mul(low, step));
    v128.store(target + (at << 2), f32x4.mul(high, step), 16);
  }
}

/** Makes an outside query (f32[padded] at `source`, zeros after dimension) the query of the workspace. */
export function prepareQuery(field: u32, space: u32, source: u32): void {
  const padded = load<u32>(field, FIELD_PADDED);
  const mean = load<u32>(field, FIELD_MEAN);
  const query = load<u32>(space, SPACE_QUERY);
  centre(source, mean, query, padded);
  const meanPart = mean != 0 && load<u32>(field, FIELD_METRIC) == METRIC_DOT ? dotExact(mean, source, padded) : 0;
  prepareCodes(field, space, meanPart);
}

/**
 * <x, mean> of a centred row, by which its dot products are short.
 */
@inline
export function rowBias(field: u32, row: u32): f64 {
  const padded = load<u32>(field, FIELD_PADDED);
  if (load<u32>(field, FIELD_REMAINDERS)) return load<f64>(coldRow(field, row) + (padded << 1), 8);
  return load<u32>(field, FIELD_CODE) == CODE_INT8 ? <f64>load<f32>(hotRow(field, row) + padded, 4) : 0;
}

/** Makes a row of the field the query of the workspace. */
export function prepareRow(field: u32, space: u32, row: u32): void {
  if (load<u32>(space, SPACE_WAY) == WAY_CODES && load<u32>(field, FIELD_CODE) >= <u32>CODE_TURBO4) {
    prepareCodedRow(field, space, row);
    return;
  }
  dequantiseRow(field, row, load<u32>(space, SPACE_QUERY));
  // The constant |mean|^2 is left out: it is the same for every pair of rows.
  const dot = load<u32>(field, FIELD_METRIC) == METRIC_DOT;
  prepareCodes(field, space, dot ? rowBias(field, row) : 0);
}

/** Makes SPACE_QUERY, centred, what the workspace's way of scoring needs. `bias`: what is added to every dot product. */
function prepareCodes(field: u32, space: u32, bias: f64): void {
  if (load<u32>(space, SPACE_WAY) != WAY_CODES) prepareShorts(field, space, bias);
  else if (load<u32>(field, FIELD_CODE) == CODE_UINT8) prepareBytes(field, space);
  else prepareCodedQuery(field, space, load<u32>(space, SPACE_QUERY));
}

/**
 * Rounds the centred query to 16 bits (fewer where 127 x sum |code| would leave 31 bits) and keeps what bounds need:
 * norm   |q|
 * slack  the most that rounding the query can add to |hi . q|, per unit of scale x 127.
 */
function prepareShorts(field: u32, space: u32, bias: f64): void {
  const padded = load<u32>(field, FIELD_PADDED);
  const query = load<u32>(space, SPACE_QUERY);
  const codes = load<u32>(space, SPACE_QUERY_CODES);
  let total = f32x4.splat(0);
  for (let at: u32 = 0; at < padded << 2; at += 16) total = f32x4.add(total, f32x4.abs(v128.load(query + at)));
  const sum = f32x4.extract_lane(total, 0) + f32x4.extract_lane(total, 1) + f32x4.extract_lane(total, 2) + f32x4.extract_lane(total, 3);
  const most = largest(query, padded);
  // 16,800,000 x 127 < 2^31, with room for the rounding of `padded` codes.
  const step = max(max(most / 32767, sum / (<f32>16800000 - <f32>padded)), <f32>1e-37);
  const inverse = f32x4.splat(1 / step);
  for (let at: u32 = 0; at < padded; at += 8) {
    const low = f32x4.nearest(f32x4.mul(v128.load(query + (at << 2)), inverse));
    const high = f32x4.nearest(f32x4.mul(v128.load(query + (at << 2), 16), inverse));
    v128.store(codes + (at << 1), i16x8.narrow_i32x4_s(i32x4.trunc_sat_f32x4_s(low), i32x4.trunc_sat_f32x4_s(high)));
  }
  const square = dotExact(query, query, padded);
  store<f32>(space, step, SPACE_QUERY_STEP);
  store<f32>(space, <f32>sqrt<f64>(square), SPACE_QUERY_NORM);
  store<f32>(space, step * <f32>padded * <f32>0.51, SPACE_QUERY_SLACK);
  store<f32>(space, <f32>(load<u32>(field, FIELD_METRIC) == METRIC_EUCLID ? -square : bias), SPACE_QUERY_BIAS);
}
