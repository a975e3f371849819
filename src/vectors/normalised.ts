import type { Distance } from '../core/collection-config.ts';
import type { VectorDatatype } from '../core/vectors.ts';
import * as layout from '../kernels/layout.ts';

/** What of a field tells which lengths its codes know. */
interface CodedOptions {
  readonly dimension: number;
  readonly distance: Distance;
  readonly datatype: VectorDatatype;
}

/** Rows as a code takes them: Cosine of whole numbers, which keep their lengths, at length 1 for codes that know no lengths. */
export function asCoded(rows: Float32Array, options: CodedOptions, code: number): Float32Array {
  const { datatype, distance, dimension } = options;
  const directs = datatype === 'uint8' && distance === 'Cosine' && code !== layout.CODE_UINT8;
  return directs ? normalised(rows, dimension) : rows;
}

/** A copy of rows, end to end, with length 1; a row of zeros stays. */
export function normalised(rows: Float32Array, dimension: number): Float32Array {
  const out = rows.slice();
  for (let start = 0; start < out.length; start += dimension) {
    let square = 0;
    for (let at = start; at < start + dimension; at += 1) square += (out[at] ?? 0) ** 2;
    const factor = square === 0 ? 0 : 1 / Math.sqrt(square);
    for (let at = start; at < start + dimension; at += 1) out[at] = (out[at] ?? 0) * factor;
  }
  return out;
}
