import type { Value } from '../../generated/json_with_int.js';
import * as wire from '../../generated/points.js';
import type { GeoPoint } from '../../generated/qdrant_common.js';
import {
  big,
  conditionToWire,
  fields,
  filterToWire,
  given,
  idToWire,
  type Json,
  type JsonObject,
  listOf,
} from './filter-to-wire.ts';
import { made } from './made.ts';

const text = (json: Json | undefined): string => json as string;
const number = (json: Json | undefined): number => json as number;

export function inputToWire(json: Json): wire.VectorInput {
  return { variant: inputCase(json) };
}

function inputCase(json: Json): wire.VectorInput['variant'] {
  if (typeof json === 'number' || typeof json === 'string') return { $case: 'id', value: idToWire(json) };
  if (Array.isArray(json)) {
    return Array.isArray(json[0])
      ? { $case: 'multiDense', value: { vectors: json.map((row) => denseToWire(row as Json)) } }
      : { $case: 'dense', value: denseToWire(json as Json) };
  }
  const { indices, values, model, text: words, options } = fields(json);
  if (model === undefined) {
    return { $case: 'sparse', value: { indices: indices as number[], values: floats(values) } };
  }
  const given = Object.entries(fields(options ?? {})).map(([key, json]): [string, Value] => [key, valueOf(json)]);
  return { $case: 'document', value: { model: text(model), text: text(words), options: new Map(given) } };
}

export function floats(json: Json | undefined): Float32Array {
  return Float32Array.from(listOf(json) as readonly number[]);
}

function denseToWire(json: Json): wire.DenseVector {
  return { data: floats(json) };
}

function valueOf(json: Json | undefined): Value {
  if (typeof json === 'number') {
    return {
      kind: Number.isInteger(json)
        ? { $case: 'integerValue', value: BigInt(json) }
        : { $case: 'doubleValue', value: json },
    };
  }
  if (typeof json === 'string') return { kind: { $case: 'stringValue', value: json } };
  return { kind: { $case: 'nullValue', value: 0 } };
}

export function queryToWire(json: Json): wire.Query {
  return { variant: queryCase(json) };
}

const STRATEGIES: readonly Json[] = ['average_vector', 'best_score', 'sum_scores'];

export function strategyToWire(json: Json | undefined): wire.RecommendStrategy | undefined {
  return json === undefined ? undefined : (STRATEGIES.indexOf(json) as wire.RecommendStrategy);
}

function queryCase(json: Json): wire.Query['variant'] {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return { $case: 'nearest', value: inputToWire(json) };
  }
  const query = fields(json);
  const kind = Object.keys(query).find((key) => Object.hasOwn(KINDS, key));
  const read = kind === undefined ? undefined : KINDS[kind];
  return read === undefined ? { $case: 'nearest', value: inputToWire(json) } : read(query[kind ?? ''] ?? null, query);
}

const KINDS: Readonly<Record<string, (value: Json, query: JsonObject) => wire.Query['variant']>> = {
  nearest: (value, { mmr }) =>
    mmr === undefined
      ? { $case: 'nearest', value: inputToWire(value) }
      : { $case: 'nearestWithMmr', value: { nearest: inputToWire(value), mmr: mmrToWire(fields(mmr)) } },
  recommend: (value) => {
    const { positive, negative, strategy } = fields(value);
    return {
      $case: 'recommend',
      value: {
        positive: listOf(positive).map(inputToWire),
        negative: listOf(negative).map(inputToWire),
        strategy: strategyToWire(strategy),
      },
    };
  },
  discover: (value) => {
    const { target, context } = fields(value);
    return { $case: 'discover', value: { target: given(target, inputToWire), context: contextToWire(context ?? []) } };
  },
  context: (value) => ({ $case: 'context', value: contextToWire(value) }),
  relevance_feedback: (value) => {
    const { target, feedback, strategy } = fields(value);
    return {
      $case: 'relevanceFeedback',
      value: {
        target: given(target, inputToWire),
        feedback: listOf(feedback).map((item) => ({
          example: given(fields(item)['example'], inputToWire),
          score: number(fields(item)['score']),
        })),
        strategy: {
          variant: { $case: 'naive', value: fields(strategy)['naive'] as unknown as wire.NaiveFeedbackStrategy },
        },
      },
    };
  },
  order_by: (value) => ({ $case: 'orderBy', value: orderByToWire(value) }),
  fusion: (value) => ({ $case: 'fusion', value: value === 'rrf' ? wire.Fusion.RRF : wire.Fusion.DBSF }),
  rrf: (value) => {
    const { k, weights } = fields(value);
    return { $case: 'rrf', value: { k: k as number | undefined, weights: floats(weights) } };
  },
  sample: () => ({ $case: 'sample', value: wire.Sample.Random }),
  formula: (value, { defaults }) => {
    const entries = Object.entries(fields(defaults ?? {})).map(([key, json]): [string, Value] => [key, valueOf(json)]);
    return { $case: 'formula', value: { expression: expressionToWire(value), defaults: new Map(entries) } };
  },
};

function mmrToWire({ diversity, candidates_limit: candidatesLimit }: JsonObject): wire.Mmr {
  return { diversity: diversity as number | undefined, candidatesLimit: candidatesLimit as number | undefined };
}

function contextToWire(json: Json): wire.ContextInput {
  return {
    pairs: listOf(json).map((pair) => ({
      positive: given(fields(pair)['positive'], inputToWire),
      negative: given(fields(pair)['negative'], inputToWire),
    })),
  };
}

export function orderByToWire(json: Json): wire.OrderBy {
  if (typeof json === 'string') return made(wire.OrderBy, { key: json });
  const { key, direction, start_from: start } = fields(json);
  return {
    key: text(key),
    direction: direction === undefined ? undefined : direction === 'desc' ? wire.Direction.Desc : wire.Direction.Asc,
    startFrom: given(start, (start) => ({ value: startCase(start) })),
  };
}

function startCase(start: Json): wire.StartFrom['value'] {
  if (typeof start === 'string') return { $case: 'datetime', value: start };
  const value = start as number;
  // What is beyond 64 bits JSON's reader takes for a double.
  const isInteger = Number.isInteger(value) && Math.abs(value) < 2 ** 63;
  return isInteger ? { $case: 'integer', value: BigInt(value) } : { $case: 'float', value };
}

function expressionToWire(json: Json): wire.Expression {
  return { variant: expressionCase(json) };
}

type ReadExpression = (value: Json) => wire.Expression['variant'];

function expressionCase(json: Json): wire.Expression['variant'] {
  if (typeof json === 'number') return { $case: 'constant', value: json };
  if (typeof json === 'string') return { $case: 'variable', value: json };
  const expression = fields(json);
  const [operator = ''] = Object.keys(expression);
  const read = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
  return read === undefined ? { $case: 'condition', value: conditionToWire(json) } : read(expression[operator] ?? null);
}

function operand($case: 'neg' | 'abs' | 'sqrt' | 'exp' | 'log10' | 'ln'): ReadExpression {
  return (value) => ({ $case, value: expressionToWire(value) });
}

function decay($case: 'linDecay' | 'expDecay' | 'gaussDecay'): ReadExpression {
  return (value) => {
    const { x, target, scale, midpoint } = fields(value);
    return {
      $case,
      value: {
        x: given(x, expressionToWire),
        target: given(target, expressionToWire),
        scale: scale as number | undefined,
        midpoint: midpoint as number | undefined,
      },
    };
  };
}

const OPERATORS: Readonly<Record<string, ReadExpression>> = {
  geo_distance: (value) => {
    const { origin, to } = fields(value);
    return { $case: 'geoDistance', value: { origin: origin as unknown as GeoPoint, to: text(to) } };
  },
  datetime: (value) => ({ $case: 'datetime', value: text(value) }),
  datetime_key: (value) => ({ $case: 'datetimeKey', value: text(value) }),
  mult: (value) => ({ $case: 'mult', value: { mult: listOf(value).map(expressionToWire) } }),
  sum: (value) => ({ $case: 'sum', value: { sum: listOf(value).map(expressionToWire) } }),
  div: (value) => {
    const { left, right, by_zero_default: byZeroDefault } = fields(value);
    const sides = { left: given(left, expressionToWire), right: given(right, expressionToWire) };
    return { $case: 'div', value: { ...sides, byZeroDefault: byZeroDefault as number | undefined } };
  },
  pow: (value) => {
    const { base, exponent } = fields(value);
    return {
      $case: 'pow',
      value: { base: given(base, expressionToWire), exponent: given(exponent, expressionToWire) },
    };
  },
  neg: operand('neg'),
  abs: operand('abs'),
  sqrt: operand('sqrt'),
  exp: operand('exp'),
  log10: operand('log10'),
  ln: operand('ln'),
  lin_decay: decay('linDecay'),
  exp_decay: decay('expDecay'),
  gauss_decay: decay('gaussDecay'),
};

export function paramsToWire(json: Json): wire.SearchParams {
  const { hnsw_ef: hnswEf, exact, indexed_only: indexedOnly, quantization, acorn, idf } = fields(json);
  return {
    hnswEf: big(hnswEf),
    exact: exact as boolean | undefined,
    indexedOnly: indexedOnly as boolean | undefined,
    quantization: quantization as wire.QuantizationSearchParams | undefined,
    acorn: given(acorn, (json) => ({
      enable: fields(json)['enable'] as boolean | undefined,
      maxSelectivity: fields(json)['max_selectivity'] as number | undefined,
    })),
    idf: given(idf, (json) => ({
      corpus: json === 'global' ? undefined : given(fields(json)['corpus'], filterToWire),
    })),
  };
}

export function payloadToWire(json: Json): wire.WithPayloadSelector {
  if (typeof json === 'boolean') return { selectorOptions: { $case: 'enable', value: json } };
  if (Array.isArray(json)) return { selectorOptions: { $case: 'include', value: { fields: json as string[] } } };
  const { include, exclude } = fields(json);
  return {
    selectorOptions:
      include === undefined
        ? { $case: 'exclude', value: { fields: exclude as string[] } }
        : { $case: 'include', value: { fields: include as string[] } },
  };
}

export function vectorsToWire(json: Json): wire.WithVectorsSelector {
  return {
    selectorOptions:
      typeof json === 'boolean'
        ? { $case: 'enable', value: json }
        : { $case: 'include', value: { names: json as unknown as string[] } },
  };
}

export function lookupToWire(json: Json): wire.LookupLocation {
  const { collection, vector } = fields(json);
  return made(wire.LookupLocation, { collectionName: text(collection), vectorName: vector as string | undefined });
}

/** A prefetch of a REST body. */
export function stepToWire(json: Json): wire.PrefetchQuery {
  const step = fields(json);
  const prefetch = step['prefetch'] ?? [];
  return {
    prefetch: (Array.isArray(prefetch) ? prefetch : [prefetch]).map((below) => stepToWire(below as Json)),
    query: given(step['query'], queryToWire),
    using: step['using'] as string | undefined,
    filter: given(step['filter'], filterToWire),
    params: given(step['params'], paramsToWire),
    scoreThreshold: step['score_threshold'] as number | undefined,
    limit: big(step['limit']),
    lookupFrom: given(step['lookup_from'], lookupToWire),
  };
}

/** What the bodies of all searches have beside the query itself. */
export function shownToWire(
  body: JsonObject,
): Required<Pick<wire.QueryPoints, 'withPayload' | 'withVectors' | 'offset'>> {
  return {
    withPayload: given(body['with_payload'], payloadToWire),
    withVectors: given(body['with_vector'], vectorsToWire),
    offset: big(body['offset']),
  };
}

/** The body of `POST /points/query`. */
export function queryPointsToWire(json: Json): wire.QueryPoints {
  return made(wire.QueryPoints, { collectionName: 'c', ...stepToWire(json), ...shownToWire(fields(json)) });
}
