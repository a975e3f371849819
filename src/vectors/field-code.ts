import type { BinaryEncoding, BinaryQueryEncoding, QuantizationConfig, TurboBits } from '../core/quantization.ts';
import type { VectorDatatype } from '../core/vectors.ts';
import * as layout from '../kernels/layout.ts';
import { codeShape } from './code-shape.ts';
import { subspaceOf } from './product-training.ts';
import { rotationFactors } from './rotation.ts';

/** How the hot rows of a field are coded. */
export interface FieldCode {
  /** One of CODE_…. */
  readonly kind: number;
  /** Bytes of a row before its tail. */
  readonly codeBytes: number;
  /** Bytes of a prepared query, where it is not int16 coordinates. */
  readonly queryBytes: number;
  /** Bits of a query's coordinate against binary codes. */
  readonly queryBits: number;
  /** Bytes of what all rows share: factors of a rotation, centroids. */
  readonly tableBytes: number;
  /** What they hold, where it does not come from the rows. */
  readonly tables: Float32Array | undefined;
  /** Bytes that coding a row needs besides. */
  readonly scratchBytes: number;
  /** Coordinates of a subspace of a product code; else 0. */
  readonly subspace: number;
}

/** Coordinates of a row with its padding. */
export function paddedDimension(dimension: number): number {
  return Math.ceil(dimension / layout.PADDING) * layout.PADDING;
}

/** int8 codes with a step of their own in each row: what walks go by unless the user asks for fewer bits. */
export function int8Code(dimension: number): FieldCode {
  return plainCode(layout.CODE_INT8, dimension);
}

/** The code that rows have from the first on, and the one that they get once there are enough to train it by. */
export function startingCodes(
  dimension: number,
  datatype: VectorDatatype,
  quantization: QuantizationConfig | undefined,
): { readonly code: FieldCode; readonly productCode: FieldCode | undefined } {
  const code = chooseCode(dimension, datatype, quantization);
  return code.kind === layout.CODE_PRODUCT
    ? { code: int8Code(dimension), productCode: code }
    : { code, productCode: undefined };
}

/**
 * The code of a field's rows. Scalar quantisation is what every field of floats has anyway. Rows of whole numbers are
 * already as small as scalar quantisation would make them.
 */
export function chooseCode(
  dimension: number,
  datatype: VectorDatatype,
  quantization: QuantizationConfig | undefined,
): FieldCode {
  switch (quantization?.kind) {
    case 'binary': {
      const { encoding, queryEncoding } = quantization;
      return bitCode(BINARY_KINDS[encoding ?? 'one_bit'], dimension, QUERY_BITS[queryEncoding ?? 'default']);
    }
    case 'turbo':
      return bitCode(TURBO_KINDS[quantization.bits ?? 'bits4'], dimension, QUERY_BITS.default);
    case 'product':
      return productCode(dimension, subspaceOf(quantization.compression));
    case 'scalar':
    case undefined:
      break;
  }
  if (datatype === 'turbo4') return bitCode(layout.CODE_TURBO4, dimension, 0);
  return plainCode(datatype === 'uint8' ? layout.CODE_UINT8 : layout.CODE_INT8, dimension);
}

const BINARY_KINDS: Readonly<Record<BinaryEncoding, number>> = {
  one_bit: layout.CODE_BINARY1,
  one_and_half_bits: layout.CODE_BINARY1_5,
  two_bits: layout.CODE_BINARY2,
};

const TURBO_KINDS: Readonly<Record<TurboBits, number>> = {
  bits1: layout.CODE_TURBO1,
  bits1_5: layout.CODE_TURBO1_5,
  bits2: layout.CODE_TURBO2,
  bits4: layout.CODE_TURBO4,
};

/** Bits of a query's coordinate against codes of one or two bits. */
const QUERY_BITS: Readonly<Record<BinaryQueryEncoding, number>> = {
  default: 4,
  binary: 1,
  scalar4bits: 4,
  scalar8bits: 8,
};

function bitCode(kind: number, dimension: number, queryBits: number): FieldCode {
  const shape = codeShape({ code: kind, subspace: 0 }, dimension);
  const tables = shape.tableBytes === 0 ? undefined : rotationFactors(dimension);
  return { kind, ...shape, queryBits, tables, subspace: 0 };
}

function productCode(dimension: number, subspace: number): FieldCode {
  const shape = codeShape({ code: layout.CODE_PRODUCT, subspace }, dimension);
  return { kind: layout.CODE_PRODUCT, ...shape, queryBits: 0, tables: undefined, subspace };
}

/**
 * Whether codes of this kind are the vectors themselves, so that scores by them are exact: then there are no remainders,
 * and nothing is ever scored again.
 */
export function isWhole(code: FieldCode, datatype: VectorDatatype): boolean {
  return (
    (datatype === 'uint8' && code.kind === layout.CODE_UINT8) ||
    (datatype === 'turbo4' && code.kind === layout.CODE_TURBO4)
  );
}

function plainCode(kind: number, dimension: number): FieldCode {
  const none = { queryBytes: 0, queryBits: 0, tableBytes: 0, tables: undefined, scratchBytes: 0, subspace: 0 };
  return { kind, codeBytes: paddedDimension(dimension), ...none };
}
