import type * as wire from '../../../generated/points.js';
import { infiniteComponent } from '../../core/finite.ts';
import type { Example } from '../../core/query.ts';
import { MULTI_NUMBERS_MAX } from '../../core/request-limits.ts';
import { multiFaults, SPARSE_LENGTHS, SPARSE_UNIQUE, sortSparse } from '../../core/vector-rules.ts';
import type { InferenceObject, Vector } from '../../core/vectors.ts';
import { invalidArgument } from '../grpc-error.ts';
import { mapText } from './payload-json.ts';
import type { Violations } from './violations.ts';

/** A vector, or what a model has to make one of. */
export type GivenVector = Exclude<Example, { readonly kind: 'id' }>;

/**
 * A vector in either of its forms; the new one wins. A vector that breaks rules is noted, and comes out as something of
 * the right type.
 * path    where it stands, for broken rules: `positive_vectors[0]`.
 * Throws  VectorizerError for components that no f32 holds, GrpcError for options that are no JSON.
 */
export function vectorOf(message: wire.Vector, path: string, violations: Violations): GivenVector {
  const { vector } = message;
  switch (vector?.$case) {
    case 'dense':
      return given(denseOf(vector.value, path));
    case 'sparse':
      return given(sparseOf(vector.value, `${path}.vector`, violations));
    case 'multiDense':
      return given(multiOf(vector.value, `${path}.vector`, violations));
    case 'document':
    case 'image':
    case 'object':
      return { kind: 'inference', object: inferenceOf(vector.value, `${path}.vector`, violations) };
    case undefined:
      return given(flatVectorOf(message, path, violations));
  }
}

function given(vector: Vector): GivenVector {
  return { kind: 'vector', vector };
}

/** path: as in vectorOf. */
export function denseOf({ data }: wire.DenseVector, path: string): Vector {
  requireFinite(data, path);
  return { kind: 'dense', values: data };
}

export function sparseOf(
  message: { readonly indices: readonly number[] | Uint32Array; readonly values: Float32Array },
  path: string,
  violations: Violations,
): Vector {
  const count = Math.min(message.indices.length, message.values.length);
  const values = message.values.subarray(0, count);
  const indices = Uint32Array.from(message.indices.slice(0, count));
  requireFinite(values, path);
  if (message.indices.length !== message.values.length) violations.add(`${path}.values`, SPARSE_LENGTHS);
  else if (!sortSparse(indices, values)) violations.add(`${path}.indices`, SPARSE_UNIQUE);
  return { kind: 'sparse', indices, values };
}

/** Rows end to end; those of different lengths break a rule. */
export function multiOf({ vectors }: wire.MultiDenseVector, path: string, violations: Violations): Vector {
  const lengths = vectors.map(({ data }) => data.length);
  const faults = lengths.length === 0 ? ['multi vector must not be empty'] : multiFaults(lengths);
  for (const fault of faults) violations.add(`${path}.vectors`, fault);
  const values = new Float32Array(lengths.reduce((sum, length) => sum + length, 0));
  let at = 0;
  for (const { data } of vectors) {
    values.set(data, at);
    at += data.length;
  }
  requireFinite(values, path);
  return { kind: 'multi', dimension: lengths[0] ?? 0, values };
}

/** A vector in the old form, which is flat: numbers alone are dense, with `indices` sparse, with `vectors_count` rows. */
function flatVectorOf(message: wire.Vector, path: string, violations: Violations): Vector {
  const { data, indices, vectorsCount } = message;
  const fault = flatFault(message);
  if (fault !== undefined) violations.add(`${path}.${fault.field}`, fault.rule);
  if (indices !== undefined) return sparseOf({ indices: indices.data, values: data }, path, violations);
  requireFinite(data, path);
  if (vectorsCount === undefined) return { kind: 'dense', values: data };
  return { kind: 'multi', dimension: vectorsCount === 0 ? 0 : Math.floor(data.length / vectorsCount), values: data };
}

/** What is wrong with a vector in the old form, but for its indices. */
function flatFault({ data: { length }, indices, vectorsCount }: wire.Vector): Fault | undefined {
  if (vectorsCount === undefined) return undefined;
  if (indices !== undefined) {
    return { field: 'indices', rule: '`indices` and `vectors_count` cannot be specified at the same time' };
  }
  if (vectorsCount === 0) return { field: 'vectors_count', rule: 'value 0 invalid, must be 1 or larger' };
  if (length % vectorsCount !== 0) {
    return { field: 'data', rule: `${length} numbers do not make ${vectorsCount} vectors of the same dimension` };
  }
  if (length === 0) return { field: 'data', rule: 'all vectors must be non-empty' };
  if (length < MULTI_NUMBERS_MAX) return undefined;
  return { field: 'data', rule: `Total size of all vectors (${length}) must be less than ${MULTI_NUMBERS_MAX}` };
}

interface Fault {
  readonly field: string;
  readonly rule: string;
}

/** What a model makes a vector of. path: of the message, for broken rules. */
export function inferenceOf(
  message: wire.Document | wire.Image | wire.InferenceObject,
  path: string,
  violations: Violations,
): InferenceObject {
  const { model } = message;
  violations.notEmpty(`${path}.model`, model);
  const options = message.options.size === 0 ? undefined : mapText(message.options);
  if ('text' in message) return { kind: 'text', text: message.text, model, options };
  const isImage = 'image' in message;
  if ((isImage ? message.image : message.object) === undefined) {
    throw invalidArgument(isImage ? 'Image is missing' : 'Object is missing');
  }
  return { kind: isImage ? 'image' : 'object', text: undefined, model, options };
}

function requireFinite(values: Float32Array, place: string): void {
  const error = infiniteComponent(values, place);
  if (error !== undefined) throw error;
}
