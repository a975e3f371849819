import type * as wire from '../../../generated/points.js';
import type { Example, Pair } from '../../core/query.ts';
import { invalidArgument } from '../grpc-error.ts';
import { pointIdOf } from './ids.ts';
import type { QueryViolations } from './query-violations.ts';
import { denseOf, inferenceOf, multiOf, sparseOf } from './vectors.ts';

/**
 * What stands for a vector in a query: an id, a vector or something to embed.
 * path    where the input stands, for broken rules: `query.variant`.
 * Throws  GrpcError for what cannot be converted, VectorizerError for components that no f32 holds.
 */
export function exampleOf({ variant }: wire.VectorInput, path: string, violations: QueryViolations): Example {
  switch (variant?.$case) {
    case 'dense':
      return { kind: 'vector', vector: denseOf(variant.value, path) };
    case 'id':
      return { kind: 'id', id: pointIdOf(variant.value) };
    case 'sparse':
      return { kind: 'vector', vector: sparseOf(variant.value, `${path}.variant`, violations) };
    case 'multiDense':
      return { kind: 'vector', vector: multiOf(variant.value, `${path}.variant`, violations) };
    case 'document':
    case 'image':
    case 'object':
      return { kind: 'inference', object: inferenceOf(variant.value, `${path}.variant`, violations) };
    case undefined:
      throw invalidArgument('VectorInput variant is missing');
  }
}

/** The same where the message must be there; `name` is what Qdrant calls it. */
export function requiredExample(
  input: wire.VectorInput | undefined,
  name: string,
  path: string,
  violations: QueryViolations,
): Example {
  if (input === undefined) throw invalidArgument(`${name} is missing`);
  return exampleOf(input, path, violations);
}

/** path: of the list. */
export function examplesOf(
  inputs: readonly wire.VectorInput[],
  path: string,
  violations: QueryViolations,
): readonly Example[] {
  violations.take('examples', inputs.length);
  return inputs.map((input, index) => exampleOf(input, `${path}[${index}]`, violations));
}

/** Pairs of a wanted and an unwanted example. path: of the list. */
export function pairsOf(
  pairs: readonly wire.ContextInputPair[],
  path: string,
  violations: QueryViolations,
): readonly Pair<Example>[] {
  violations.take('examples', 2 * pairs.length);
  return pairs.map(({ positive, negative }, index) => ({
    positive: requiredExample(positive, 'ContextInputPair positive', `${path}[${index}].positive`, violations),
    negative: requiredExample(negative, 'ContextInputPair negative', `${path}[${index}].negative`, violations),
  }));
}
