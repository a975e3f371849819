import { FIELD_MEAN, FIELD_PADDED } from '../layout';
import {
  BLOCK_DECODE_END,
  BLOCK_DECODE_FIRST,
  BLOCK_FIELD,
  BLOCK_PLACES,
  BLOCK_REMAINDERS,
  BLOCK_SQUARES,
  BLOCK_STRIDE,
  BLOCK_VECTORS,
} from '../layout-block';
import { isCancelled } from './cancel';
import { dequantiseRow, dequantiseWide } from './codes';

/**
 * Writes rows of a field into a block, as they were given: their mean is added to centred ones. Codes of few bits are
 * decoded beyond the end of a row, which the next one overwrites: rows come in order, and there is room behind the last.
 */
export function decodeRows(task: u32): void {
  const field = load<u32>(task, BLOCK_FIELD);
  const places = load<u32>(task, BLOCK_PLACES);
  const vectors = load<u32>(task, BLOCK_VECTORS);
  const stride = load<u32>(task, BLOCK_STRIDE);
  const squares = load<u32>(task, BLOCK_SQUARES);
  const bytes = load<u32>(field, FIELD_PADDED) << 2;
  const end = load<u32>(task, BLOCK_DECODE_END);
  // Not FIELD_REMAINDERS, which may fall to 0 meanwhile: the memory stays until the task is done.
  const wide = load<u32>(task, BLOCK_REMAINDERS) != 0;
  const mean = load<u32>(field, FIELD_MEAN);
  for (let at = load<u32>(task, BLOCK_DECODE_FIRST); at < end && !isCancelled(); at++) {
    const place = load<u32>(places + (at << 2));
    const row = vectors + at * stride;
    if (wide) dequantiseWide(field, place, row);
    else dequantiseRow(field, place, row);
    if (mean != 0) add(row, mean, bytes);
    if (squares != 0) store<f64>(squares + (at << 3), squareOf(row, bytes));
  }
}

function add(row: u32, mean: u32, bytes: u32): void {
  for (let at: u32 = 0; at < bytes; at += 16) {
    v128.store(row + at, f32x4.add(v128.load(row + at), v128.load(mean + at)));
  }
}

function squareOf(row: u32, bytes: u32): f64 {
  let sum = f64x2.splat(0);
  for (let at: u32 = 0; at < bytes; at += 8) {
    const values = f64x2.promote_low_f32x4(v128.load64_zero(row + at));
    sum = f64x2.add(sum, f64x2.mul(values, values));
  }
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}
