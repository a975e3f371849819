import {
  FIELD_INT8_ENTRY,
  FIELD_INT8_OFFSET,
  FIELD_INT8_STRIDE,
  FIELD_PADDED,
  FIELD_PAGE_TABLE,
  ROW_TAIL_BYTES,
} from '../layout';
import {
  EXAMPLES_AFFINE,
  EXAMPLES_CODE_BYTES,
  EXAMPLES_LINE_COUNT,
  EXAMPLES_MATRIX,
  EXAMPLES_STRIDE,
  EXAMPLES_CODES,
} from '../layout-examples';
import { BURST_BYTES, BURST_ROWS, SHORT_BYTES, fetchRows, fillGroup, rowAt, sumLanes, withTails } from './score';

/**
 * Scores of rows by their integer codes (i8 or u8) against all examples from `from` on: to their lines of the matrix.
 * Four rows and two examples at once: a row's widening serves both, a query's load four rows; with the sums of eight
 * products there are registers left.
 */
export function scoreCodesMatrix<Code>(
  field: u32,
  space: u32,
  examples: u32,
  rows: u32,
  count: u32,
  from: u32,
  scattered: bool,
): void {
  const padded = load<u32>(field, FIELD_PADDED);
  const table = load<u32>(field, FIELD_PAGE_TABLE) + load<u32>(field, FIELD_INT8_ENTRY);
  const stride = load<u32>(field, FIELD_INT8_STRIDE);
  const offset = load<u32>(field, FIELD_INT8_OFFSET);
  const matrix = load<u32>(examples, EXAMPLES_MATRIX);
  const bytes = ((count + 3) & ~3) << 2;
  const fetches = scattered && stride > SHORT_BYTES;
  const burst = max(min(BURST_BYTES / stride, BURST_ROWS) & ~3, 4) << 2;
  fillGroup(rows, count);
  for (let at: u32 = 0; at < bytes; at += 16) {
    if (fetches && at % burst == 0) {
      fetchRows(space, table, stride, offset, padded + ROW_TAIL_BYTES, rows + at, min(bytes - at, burst));
    }
    const hot0 = rowAt(table, stride, load<u32>(rows + at)) + offset;
    const hot1 = rowAt(table, stride, load<u32>(rows + at, 4)) + offset;
    const hot2 = rowAt(table, stride, load<u32>(rows + at, 8)) + offset;
    const hot3 = rowAt(table, stride, load<u32>(rows + at, 12)) + offset;
    scoreFour<Code>(examples, from, hot0, hot1, hot2, hot3, padded, matrix + at);
  }
}

@inline
function scoreFour<Code>(examples: u32, from: u32, hot0: u32, hot1: u32, hot2: u32, hot3: u32, padded: u32, target: u32): void {
  const count = load<u32>(examples, EXAMPLES_LINE_COUNT);
  const lineBytes = load<u32>(examples, EXAMPLES_STRIDE);
  const codeBytes = load<u32>(examples, EXAMPLES_CODE_BYTES);
  const end = padded << 1;
  let first = load<u32>(examples, EXAMPLES_CODES) + from * codeBytes;
  let affine = load<u32>(examples, EXAMPLES_AFFINE) + (from << 3);
  target += from * lineBytes;
  for (let index = from; index < count; index += 2) {
    const second = first + codeBytes;
    let sum00 = i32x4.splat(0), sum01 = sum00, sum02 = sum00, sum03 = sum00;
    let sum10 = sum00, sum11 = sum00, sum12 = sum00, sum13 = sum00;
    for (let at: u32 = 0; at < end; at += 16) {
      const query0 = v128.load(first + at);
      const query1 = v128.load(second + at);
      const place = at >>> 1;
      const row0 = v128.load_ext<Code>(hot0 + place);
      sum00 = i32x4.add(sum00, i32x4.dot_i16x8_s(query0, row0));
      sum10 = i32x4.add(sum10, i32x4.dot_i16x8_s(query1, row0));
      const row1 = v128.load_ext<Code>(hot1 + place);
      sum01 = i32x4.add(sum01, i32x4.dot_i16x8_s(query0, row1));
      sum11 = i32x4.add(sum11, i32x4.dot_i16x8_s(query1, row1));
      const row2 = v128.load_ext<Code>(hot2 + place);
      sum02 = i32x4.add(sum02, i32x4.dot_i16x8_s(query0, row2));
      sum12 = i32x4.add(sum12, i32x4.dot_i16x8_s(query1, row2));
      const row3 = v128.load_ext<Code>(hot3 + place);
      sum03 = i32x4.add(sum03, i32x4.dot_i16x8_s(query0, row3));
      sum13 = i32x4.add(sum13, i32x4.dot_i16x8_s(query1, row3));
    }
    const dots0 = f32x4.mul(toFloats<Code>(sumLanes(sum00, sum01, sum02, sum03)), v128.load32_splat(affine));
    const dots1 = f32x4.mul(toFloats<Code>(sumLanes(sum10, sum11, sum12, sum13)), v128.load32_splat(affine, 8));
    const line0 = withTails(dots0, hot0 + padded, hot1 + padded, hot2 + padded, hot3 + padded);
    const line1 = withTails(dots1, hot0 + padded, hot1 + padded, hot2 + padded, hot3 + padded);
    v128.store(target, f32x4.add(line0, v128.load32_splat(affine, 4)));
    v128.store(target + lineBytes, f32x4.add(line1, v128.load32_splat(affine, 12)));
    target += lineBytes << 1;
    first += codeBytes << 1;
    affine += 16;
  }
}

/** Sums of whole numbers are positive and need all 32 bits. */
@inline
function toFloats<Code>(sums: v128): v128 {
  return isSigned<Code>() ? f32x4.convert_i32x4_s(sums) : f32x4.convert_i32x4_u(sums);
}
