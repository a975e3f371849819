import {
  FIELD_CODE,
  FIELD_CODE_BYTES,
  FIELD_DIMENSION,
  FIELD_HOT_STRIDE,
  FIELD_METRIC,
  FIELD_PAGE_TABLE,
  FIELD_QUERY_BITS,
  SPACE_QUERY_BIAS,
  SPACE_QUERY_STEP,
} from '../layout';
import { PAIR_APART, PAIR_MIDDLE, PARTS_1, PARTS_1_5, PARTS_2, halfOf, partsOf } from './bit-codes';
import { BURST_BYTES, fetchRows, queryCodes, rowAt, tailScale } from './code-tail';
import { hotRow } from './field';

/** Scores of codes of bits (bit-codes.ts), by counting bits that differ. */

/** sum 2^j popcount(word ^ k[j]) over the words of one group of a query. */
@inline
function countGroup(word: u64, query: u32, bits: u32): u64 {
  if (bits == 1) return popcnt<u64>(word ^ load<u64>(query));
  let sum = popcnt<u64>(word ^ load<u64>(query)) + (popcnt<u64>(word ^ load<u64>(query, 8)) << 1);
  sum += (popcnt<u64>(word ^ load<u64>(query, 16)) << 2) + (popcnt<u64>(word ^ load<u64>(query, 24)) << 3);
  if (bits == 4) return sum;
  sum += (popcnt<u64>(word ^ load<u64>(query, 32)) << 4) + (popcnt<u64>(word ^ load<u64>(query, 40)) << 5);
  return sum + (popcnt<u64>(word ^ load<u64>(query, 48)) << 6) + (popcnt<u64>(word ^ load<u64>(query, 56)) << 7);
}

/** <v, k> of a row. */
@inline
function bitDot(hot: u32, codes: u32, dimension: u32, parts: u32, bits: u32): f32 {
  const all = <f32>(dimension * ((1 << bits) - 1));
  let first: u64 = 0;
  let second: u64 = 0;
  if (parts == PARTS_1) {
    const end = hot + (((dimension + 63) >>> 6) << 3);
    for (; hot < end; hot += 8, codes += bits << 3) first += countGroup(load<u64>(hot), codes, bits);
    return all - 2 * <f32>(<i32>first);
  }
  if (parts == PARTS_2) {
    const end = hot + (((dimension + 63) >>> 6) << 4);
    for (; hot < end; hot += 16, codes += bits << 3) {
      first += countGroup(load<u64>(hot), codes, bits);
      second += countGroup(load<u64>(hot, 8), codes, bits);
    }
    return 3 * all - 2 * <f32>(<i32>(2 * first + second));
  }
  const end = hot + ((halfOf(dimension) + 63) >>> 6) * 24;
  for (; hot < end; hot += 24, codes += bits << 4) {
    const low = load<u64>(hot);
    const high = load<u64>(hot, 8);
    const shared = load<u64>(hot, 16);
    first += countGroup(low, codes, bits) + countGroup(high, codes + (bits << 3), bits);
    second += countGroup(low ^ shared, codes, bits) + countGroup(high ^ shared, codes + (bits << 3), bits);
  }
  return PAIR_MIDDLE * (all - 2 * <f32>(<i32>first)) - PAIR_APART * (all - 2 * <f32>(<i32>second));
}

@inline
function scoreParts(field: u32, space: u32, rows: u32, count: u32, scores: u32, parts: u32, bits: u32): void {
  const dimension = load<u32>(field, FIELD_DIMENSION);
  const codeBytes = load<u32>(field, FIELD_CODE_BYTES);
  const table = load<u32>(field, FIELD_PAGE_TABLE);
  const stride = load<u32>(field, FIELD_HOT_STRIDE);
  const codes = queryCodes(field, space);
  const step = load<f32>(space, SPACE_QUERY_STEP);
  const bias = load<f32>(space, SPACE_QUERY_BIAS);
  const bytes = count << 2;
  for (let at: u32 = 0; at < bytes; at += 4) {
    if (at % BURST_BYTES == 0) fetchRows(space, table, stride, rows + at, min(bytes - at, BURST_BYTES));
    const hot = rowAt(table, stride, load<u32>(rows + at));
    const dot = step * bitDot(hot, codes, dimension, parts, bits);
    store<f32>(scores + at, load<f32>(hot + codeBytes) * dot + load<f32>(hot + codeBytes, 4) + bias);
  }
}

export function scoreBits(field: u32, space: u32, rows: u32, count: u32, scores: u32): void {
  const parts = partsOf(load<u32>(field, FIELD_CODE));
  const bits = load<u32>(field, FIELD_QUERY_BITS);
  if (parts == PARTS_1) {
    if (bits == 1) scoreParts(field, space, rows, count, scores, PARTS_1, 1);
    else if (bits == 4) scoreParts(field, space, rows, count, scores, PARTS_1, 4);
    else scoreParts(field, space, rows, count, scores, PARTS_1, 8);
  } else if (parts == PARTS_1_5) {
    if (bits == 1) scoreParts(field, space, rows, count, scores, PARTS_1_5, 1);
    else if (bits == 4) scoreParts(field, space, rows, count, scores, PARTS_1_5, 4);
    else scoreParts(field, space, rows, count, scores, PARTS_1_5, 8);
  } else if (bits == 1) scoreParts(field, space, rows, count, scores, PARTS_2, 1);
  else if (bits == 4) scoreParts(field, space, rows, count, scores, PARTS_2, 4);
  else scoreParts(field, space, rows, count, scores, PARTS_2, 8);
}

/** As `scoreBits`, against the row `base`, by the codes of both. */
export function scoreBitPairs(field: u32, base: u32, rows: u32, count: u32, scores: u32): void {
  const dimension = load<u32>(field, FIELD_DIMENSION);
  const codeBytes = load<u32>(field, FIELD_CODE_BYTES);
  const parts = partsOf(load<u32>(field, FIELD_CODE));
  const origin = hotRow(field, base);
  const scale = tailScale(origin + codeBytes, load<u32>(field, FIELD_METRIC));
  const bias = load<f32>(origin + codeBytes, 4);
  for (let at: u32 = 0; at < count << 2; at += 4) {
    const hot = hotRow(field, load<u32>(rows + at));
    let dot: f32;
    if (parts == PARTS_1) dot = signDot(origin, hot, dimension);
    else if (parts == PARTS_2) dot = twoBitDot(origin, hot, dimension);
    else dot = pairDot(origin, hot, dimension);
    store<f32>(scores + at, load<f32>(hot + codeBytes) * scale * dot + load<f32>(hot + codeBytes, 4) + bias);
  }
}

@inline
function signDot(left: u32, right: u32, dimension: u32): f32 {
  let count: u64 = 0;
  for (let at: u32 = 0; at < (dimension + 63) >>> 6 << 3; at += 8) {
    count += popcnt<u64>(load<u64>(left + at) ^ load<u64>(right + at));
  }
  return <f32>dimension - <f32>2 * <f32>(<i32>count);
}

/** (2 s + t)(2 s' + t'): four products of signs. */
@inline
function twoBitDot(left: u32, right: u32, dimension: u32): f32 {
  let count: u64 = 0;
  for (let at: u32 = 0; at < (dimension + 63) >>> 6 << 4; at += 16) {
    const high = load<u64>(left + at);
    const low = load<u64>(left + at, 8);
    const otherHigh = load<u64>(right + at);
    const otherLow = load<u64>(right + at, 8);
    count += 4 * popcnt<u64>(high ^ otherHigh) + popcnt<u64>(low ^ otherLow);
    count += 2 * (popcnt<u64>(high ^ otherLow) + popcnt<u64>(low ^ otherHigh));
  }
  return <f32>9 * <f32>dimension - <f32>2 * <f32>(<i32>count);
}

/** (M s - N u)(M s' - N u'), by the same. */
@inline
function pairDot(left: u32, right: u32, dimension: u32): f32 {
  let same: u64 = 0;
  let mixed: u64 = 0;
  let other: u64 = 0;
  for (let at: u32 = 0; at < ((halfOf(dimension) + 63) >>> 6) * 24; at += 24) {
    const first = load<u64>(left + at) ^ load<u64>(right + at);
    const second = load<u64>(left + at, 8) ^ load<u64>(right + at, 8);
    const shared = load<u64>(left + at, 16);
    const otherShared = load<u64>(right + at, 16);
    same += popcnt<u64>(first) + popcnt<u64>(second);
    mixed += popcnt<u64>(first ^ shared) + popcnt<u64>(second ^ shared);
    mixed += popcnt<u64>(first ^ otherShared) + popcnt<u64>(second ^ otherShared);
    other += popcnt<u64>(first ^ shared ^ otherShared) + popcnt<u64>(second ^ shared ^ otherShared);
  }
  const all = <f32>dimension;
  return (
    PAIR_MIDDLE * PAIR_MIDDLE * (all - 2 * <f32>(<i32>same)) -
    PAIR_MIDDLE * PAIR_APART * (2 * all - 2 * <f32>(<i32>mixed)) +
    PAIR_APART * PAIR_APART * (all - 2 * <f32>(<i32>other))
  );
}
