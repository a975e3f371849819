import {
  SPARSE_BLOCK,
  SPARSE_DENSE_BEFORE,
  SPARSE_DENSE_BYTES,
  SPARSE_DENSE_ENTRY_BYTES,
  SPARSE_DENSE_PLACES,
  SPARSE_RANGE,
  SPARSE_STRIDE,
  SPARSE_WINDOW,
} from '../layout-sparse';
import { best, offerRow } from './sparse-best';
import { entries, entriesEnd, fullEnd } from './sparse-entries';
import { contributionAt } from './sparse-sweep';

/** The rows of a range: bounds by impacts, and exact scores. */

export const STRIDE_RANGES: u32 = SPARSE_STRIDE / SPARSE_RANGE;

let kind: u32 = 0;
let slack: f32 = 0;
/** f32[9]: bounds of the rows of a range, and what nobody reads. */
export let rowBounds: u32 = 0;
/** What was found last. */
let place: u32 = 0;
let impact: u32 = 0;

/** error: how far bounds and scores may be off; room for 64 bytes. */
export function startRows(values: u32, error: f32, room: u32): void {
  kind = values;
  slack = error;
  rowBounds = room;
}

/** Writes bounds of the scores of a range's 8 rows: the sums, and impacts; of those by row alone where that tells enough. */
@inline
export function boundRows(inside: u32, exact: u32): void {
  let low = v128.load(exact);
  let high = v128.load(exact, 16);
  for (let entry = entries; entry < fullEnd; entry += SPARSE_DENSE_ENTRY_BYTES) {
    const impacts = v128.load8x8_u(load<u32>(entry) - SPARSE_WINDOW + inside * SPARSE_RANGE);
    const scale = v128.load32_splat(entry, 4);
    low = f32x4.add(low, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(impacts)), scale));
    high = f32x4.add(high, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(impacts)), scale));
  }
  v128.store(rowBounds, low);
  v128.store(rowBounds, high, 16);
  if (fullEnd == entriesEnd) return;
  let rest: f32 = 0;
  for (let entry = fullEnd; entry < entriesEnd; entry += SPARSE_DENSE_ENTRY_BYTES) {
    rest += <f32>load<u8>(load<u32>(entry) + inside) * load<f32>(entry, 4);
  }
  const bar = f32x4.splat(max<f32>(best - slack, 0) - rest);
  if (!v128.any_true(v128.or(f32x4.gt(low, bar), f32x4.gt(high, bar)))) return;
  const stride = (inside / STRIDE_RANGES) << 1;
  for (let entry = fullEnd; entry < entriesEnd; entry += SPARSE_DENSE_ENTRY_BYTES) {
    const dense = load<u32>(entry);
    const scale = load<f32>(entry, 4);
    const postings = dense + SPARSE_DENSE_BYTES;
    const last = postings + (<u32>load<u16>(dense + stride, SPARSE_DENSE_PLACES + 2) << 1);
    for (let at = postings + (<u32>load<u16>(dense + stride, SPARSE_DENSE_PLACES) << 1); at < last; at += 2) {
      // Nobody could predict which are of this range: what is of others goes to a ninth row.
      const posting = <u32>load<u16>(at);
      const isInside = ((posting / SPARSE_RANGE) ^ inside) % STRIDE_RANGES == 0;
      const bound = rowBounds + (select<u32>(posting % SPARSE_RANGE, SPARSE_RANGE, isInside) << 2);
      store<f32>(bound, load<f32>(bound) + <f32>(posting >>> 8) * scale);
    }
  }
}

/** Replaces bounds by exact values, as long as the row can be one of the best. */
export function completeRow(row: u32, score: f32, bound: f32): void {
  for (let entry = entries; entry < entriesEnd; entry += SPARSE_DENSE_ENTRY_BYTES) {
    if (best > 0 && bound <= best - slack) return;
    const dense = load<u32>(entry);
    if (!(entry < fullEnd ? findFull(dense, row % SPARSE_WINDOW) : findAmong(dense, row % SPARSE_WINDOW))) continue;
    const part = contributionAt(load<u32>(entry, 12), kind, place / SPARSE_BLOCK, place % SPARSE_BLOCK);
    score += part;
    bound += part - <f32>impact * load<f32>(entry, 4);
  }
  offerRow(row, score);
}

/** Finds the impact of a row, and the place of its posting among all of the term, by counting the impacts before it. */
function findFull(dense: u32, offset: u32): bool {
  impact = load<u8>(dense - SPARSE_WINDOW + offset);
  if (impact == 0) return false;
  const stride = offset / SPARSE_STRIDE;
  const impacts = dense - SPARSE_WINDOW + stride * SPARSE_STRIDE;
  const zero = i8x16.splat(0);
  let present: u64 = 0;
  for (let at: u32 = 0; at < <u32>SPARSE_STRIDE; at += 16) {
    present |= <u64>i8x16.bitmask(i8x16.ne(v128.load(impacts + at), zero)) << at;
  }
  const before = <u32>popcnt(present & ((<u64>1 << (offset % SPARSE_STRIDE)) - 1));
  place = load<u32>(dense, SPARSE_DENSE_BEFORE) + load<u16>(dense + (stride << 1), SPARSE_DENSE_PLACES) + before;
  return true;
}

/** The same, by looking through the postings. */
function findAmong(dense: u32, offset: u32): bool {
  if (load<u8>(dense + offset / SPARSE_RANGE) == 0) return false;
  const stride = (offset / SPARSE_STRIDE) << 1;
  const last = <u32>load<u16>(dense + stride, SPARSE_DENSE_PLACES + 2);
  for (let at = <u32>load<u16>(dense + stride, SPARSE_DENSE_PLACES); at < last; at++) {
    const posting = <u32>load<u16>(dense + (at << 1), SPARSE_DENSE_BYTES);
    if ((posting & 0xff) != offset % SPARSE_STRIDE) continue;
    impact = posting >>> 8;
    place = load<u32>(dense, SPARSE_DENSE_BEFORE) + at;
    return true;
  }
  return false;
}
