import { type PointStruct, QueryPoints, ScrollPoints, UpsertPoints } from '../../../generated/points.js';
import type { Value } from '../../../generated/json_with_int.js';
import { K, type BenchData } from '../engine/cached-data.ts';
import type { GrpcRequests } from './load-program.ts';
import type { MessageFolder } from './message-file.ts';

const QUERY = '/qdrant.Points/Query';

/** One `Query` for every query of `data`; their first number is stamped. */
export function queryRequests(
  folder: MessageFolder,
  options: { readonly collection: string; readonly data: BenchData; readonly ef: number },
): GrpcRequests {
  const { collection, data, ef } = options;
  const { queries, dimension } = data;
  let stampAt = -1;
  const messages = Array.from({ length: queries.length / dimension }, (_, row) => {
    const vector = queries.subarray(row * dimension, (row + 1) * dimension);
    const message = QueryPoints.encode({
      collectionName: collection,
      prefetch: [],
      query: { variant: { $case: 'nearest', value: { variant: { $case: 'dense', value: { data: vector } } } } },
      limit: BigInt(K),
      params: { hnswEf: BigInt(ef) },
    }).finish();
    const at = Buffer.from(message).indexOf(Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength));
    if (at < 0 || (stampAt >= 0 && at !== stampAt)) throw new Error('the vectors of two messages stand at two places');
    stampAt = at;
    return message;
  });
  const file = folder.write(`queries-${collection}-${ef}`, messages);
  return { method: QUERY, messages: file, stampAt, count: messages.length };
}

export interface UpsertMessages {
  readonly collection: string;
  readonly vectors: Float32Array;
  readonly dimension: number;
  readonly batchRows: number;
  /** JSON of the payload of a row; undefined = none. */
  readonly payload: ((row: number) => string) | undefined;
}

/** One `Upsert` with `wait: false` for every batch of rows, made when asked for. Ids are row numbers. */
export function* upsertMessages(options: UpsertMessages): Generator<Uint8Array> {
  const { collection, vectors, dimension, batchRows, payload } = options;
  const rows = vectors.length / dimension;
  for (let first = 0; first < rows; first += batchRows) {
    const points = Array.from({ length: Math.min(batchRows, rows - first) }, (_, at) =>
      pointOf(first + at, vectors.subarray((first + at) * dimension, (first + at + 1) * dimension), payload),
    );
    yield UpsertPoints.encode({ collectionName: collection, wait: false, points }).finish();
  }
}

/** Pages of `limit` points with payload and without vectors. */
export function scrollMessage(collection: string, limit: number): Uint8Array {
  return ScrollPoints.encode({
    collectionName: collection,
    filter: undefined,
    limit,
    withPayload: { selectorOptions: { $case: 'enable', value: true } },
  }).finish();
}

function pointOf(row: number, data: Float32Array, payload: UpsertMessages['payload']): PointStruct {
  const fields = payload === undefined ? {} : (JSON.parse(payload(row)) as Readonly<Record<string, unknown>>);
  return {
    id: { pointIdOptions: { $case: 'num', value: BigInt(row) } },
    payload: new Map(Object.entries(fields).map(([key, value]) => [key, valueOf(value)])),
    vectors: {
      vectorsOptions: {
        $case: 'vector',
        value: { data: new Float32Array(0), vector: { $case: 'dense', value: { data } } },
      },
    },
  };
}

/** JSON as protobuf has it: whole numbers as integers. */
function valueOf(json: unknown): Value {
  if (typeof json === 'string') return { kind: { $case: 'stringValue', value: json } };
  if (typeof json === 'boolean') return { kind: { $case: 'boolValue', value: json } };
  if (typeof json === 'number' && Number.isInteger(json))
    return { kind: { $case: 'integerValue', value: BigInt(json) } };
  if (typeof json === 'number') return { kind: { $case: 'doubleValue', value: json } };
  if (Array.isArray(json)) return { kind: { $case: 'listValue', value: { values: json.map(valueOf) } } };
  if (json === null) return { kind: { $case: 'nullValue', value: 0 } };
  const fields = new Map(Object.entries(json as object).map(([key, value]) => [key, valueOf(value)]));
  return { kind: { $case: 'structValue', value: { fields } } };
}
