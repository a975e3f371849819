import type { Distance } from '../../../src/core/collection-config.ts';
import type { QuantizationParams } from '../../../src/core/quantization.ts';
import * as layout from '../../../src/kernels/layout.ts';
import type { DenseFieldOptions } from '../../../src/vectors/dense-field.ts';
import { int8Code } from '../../../src/vectors/field-code.ts';
import type { FieldShape } from '../../../src/vectors/field-memory.ts';
import type { FieldScoring } from '../../../src/vectors/scoring.ts';

/** A field of floats without quantisation, with everything in memory. */
export const PLAIN: Pick<DenseFieldOptions, 'datatype' | 'quantization' | 'remainders'> = {
  datatype: 'float32',
  quantization: undefined,
  remainders: true,
};

/** A search that says nothing about quantisation. */
export const PLAIN_PARAMS: QuantizationParams = { ignore: false, rescore: undefined, oversampling: undefined };

export const PLAIN_SCORING: FieldScoring = {
  code: layout.CODE_INT8,
  whole: false,
  remainders: true,
  wide: false,
  quantization: undefined,
};

/** The memory of such a field. */
export function plainShape(shape: {
  readonly dimension: number;
  readonly distance: Distance;
  readonly m: number;
  readonly efConstruct: number;
}): FieldShape {
  return { ...shape, code: int8Code(shape.dimension), remainders: true };
}
