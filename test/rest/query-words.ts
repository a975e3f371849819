import type { Example, Query, SearchParams } from '../../src/core/query.ts';
import type { QueryPoints } from '../../src/core/requests.ts';

/** Queries for tests: what there is where nothing was given, and vectors. */

export const PARAMS: SearchParams = {
  hnswEf: undefined,
  exact: false,
  indexedOnly: false,
  quantization: { ignore: false, rescore: undefined, oversampling: undefined },
  idfCorpus: undefined,
};

export const DEFAULTS: QueryPoints = {
  query: undefined,
  prefetch: [],
  using: '',
  lookupFrom: undefined,
  limit: 10,
  offset: 0,
  scoreThreshold: undefined,
  filter: undefined,
  params: PARAMS,
  withPayload: { kind: 'none' },
  withVector: { kind: 'none' },
  shardKeys: undefined,
};

/** The nearest of an example. */
export function nearest(example: Example): Query {
  return { kind: 'nearest', example, mmr: undefined };
}

export function vector(...components: readonly number[]): Partial<QueryPoints> {
  return { query: nearest({ kind: 'vector', vector: { kind: 'dense', values: Float32Array.from(components) } }) };
}

export function sparse(...entries: readonly (readonly [number, number])[]): Partial<QueryPoints> {
  const indices = Uint32Array.from(entries, ([index]) => index);
  const values = Float32Array.from(entries, ([, value]) => value);
  return { query: nearest({ kind: 'vector', vector: { kind: 'sparse', indices, values } }) };
}

export function multi(dimension: number, ...components: readonly number[]): Partial<QueryPoints> {
  const values = Float32Array.from(components);
  return { query: nearest({ kind: 'vector', vector: { kind: 'multi', dimension, values } }) };
}

export function quantized(quantization: Partial<SearchParams['quantization']>): Partial<QueryPoints> {
  return { ...vector(1), params: { ...PARAMS, quantization: { ...PARAMS.quantization, ...quantization } } };
}
