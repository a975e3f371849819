import * as layout from '../kernels/layout.ts';
import { rotationBytes } from './rotation.ts';

/** How rows are coded in few bits: one of layout.CODE_…, and for CODE_PRODUCT the coordinates of a subspace. */
export interface CodeKind {
  readonly code: number;
  /** 1, 2, 4, 8 or 16; 0 for the other kinds. */
  readonly subspace: number;
}

/** Bytes that a field needs of such a code. */
export interface CodeShape {
  /** Of a row, without its tail. */
  readonly codeBytes: number;
  /** Of what FIELD_TABLES points to; 0 for none. */
  readonly tableBytes: number;
  /** Of SPACE_QUERY_CODES. */
  readonly queryBytes: number;
  /** Of the scratch that encoding needs. */
  readonly scratchBytes: number;
}

export function codeShape(kind: CodeKind, dimension: number): CodeShape {
  const wide = Math.ceil(dimension / 128) * 128;
  const words = Math.ceil(dimension / 64);
  // Two f32 rows of scratch; 16 bits a coordinate, or 8 bits of 1 bit each; four sums.
  const queryBytes = wide * 10 + 16;
  const scratchBytes = wide * 4;
  switch (kind.code) {
    case layout.CODE_TURBO4:
      return {
        codeBytes: Math.ceil(dimension / 32) * 16,
        tableBytes: rotationBytes(dimension),
        queryBytes,
        scratchBytes,
      };
    case layout.CODE_TURBO2:
    case layout.CODE_BINARY2:
      return { codeBytes: words * 16, tableBytes: tableBytes(kind.code, dimension), queryBytes, scratchBytes };
    case layout.CODE_TURBO1_5:
    case layout.CODE_BINARY1_5: {
      const codeBytes = Math.ceil(Math.ceil(dimension / 2) / 64) * 24;
      return { codeBytes, tableBytes: tableBytes(kind.code, dimension), queryBytes, scratchBytes };
    }
    case layout.CODE_PRODUCT:
      return productShape(kind.subspace, dimension, wide);
    default:
      return { codeBytes: words * 8, tableBytes: tableBytes(kind.code, dimension), queryBytes, scratchBytes };
  }
}

function tableBytes(code: number, dimension: number): number {
  return code <= layout.CODE_TURBO1 ? rotationBytes(dimension) : 0;
}

/** Tables as assembly/product-tables.ts has them. */
function productShape(subspace: number, dimension: number, wide: number): CodeShape {
  const count = Math.ceil(dimension / subspace);
  return {
    codeBytes: Math.ceil(count / 16) * 16,
    tableBytes: 64 + count * ((subspace + Math.ceil(subspace / 2) + 1) * 1024 + 4),
    queryBytes: wide * 8 + 64 + count * 512,
    scratchBytes: wide * 4 + 64,
  };
}
