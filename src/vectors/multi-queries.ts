import type { Arena } from '../compute/arenas.ts';
import * as multiLayout from '../kernels/layout-multi.ts';
import type { FieldCode } from './field-code.ts';

/** A set of query rows in an arena (layout.ts, SET_…): rows as they are, and room for their codes. */

/** Places for `rows` queries. */
export function lanesOf(rows: number): number {
  return Math.ceil(rows / 4) * 4;
}

/** What a set's rows take: `padded` floats each, and codes of as many bytes. */
export interface SetShape {
  readonly rows: number;
  readonly padded: number;
  readonly codeBytes: number;
}

/** A set of `rows` queries for fields of a code. */
export function setShape(rows: number, padded: number, code: FieldCode): SetShape {
  return { rows, padded, codeBytes: Math.max(padded * 2, Math.ceil(code.queryBytes / 16) * 16) };
}

export function setBytes({ rows, padded, codeBytes }: SetShape): number {
  const lanes = lanesOf(rows);
  return multiLayout.SET_BYTES + lanes * padded * 4 + lanes * codeBytes + lanes * 16;
}

/** Makes a set at `address` of rows of `dimension` floats end to end. */
export function writeSet(arena: Arena, address: number, shape: SetShape, values: Float32Array): void {
  const { rows, padded } = shape;
  const dimension = values.length / rows;
  const query = openSet(arena, address, shape) / 4;
  const { f32 } = arena;
  if (dimension === padded) {
    f32.set(values, query);
    return;
  }
  f32.fill(0, query, query + rows * padded);
  for (let row = 0; row < rows; row += 1) {
    f32.set(values.subarray(row * dimension, (row + 1) * dimension), query + row * padded);
  }
}

/** Makes a set at `address`; answers where its queries' coordinates belong. */
export function openSet(arena: Arena, address: number, { rows, padded, codeBytes }: SetShape): number {
  const lanes = lanesOf(rows);
  const query = address + multiLayout.SET_BYTES;
  const codes = query + lanes * padded * 4;
  const { u32 } = arena;
  u32[(address + multiLayout.SET_QUERY) / 4] = query;
  u32[(address + multiLayout.SET_ROWS) / 4] = rows;
  u32[(address + multiLayout.SET_LANES) / 4] = lanes;
  u32[(address + multiLayout.SET_CODES) / 4] = codes;
  u32[(address + multiLayout.SET_CODE_BYTES) / 4] = codeBytes;
  u32[(address + multiLayout.SET_AFFINE) / 4] = codes + lanes * codeBytes;
  return query;
}
