import { inspect, isDeepStrictEqual } from 'node:util';
import test from 'ava';
import * as fc from 'fast-check';
import { decodeFailure } from '../../generated/wire.js';
import {
  type PointStruct,
  UpdateBatchPoints,
  UpdatePointVectors,
  UpsertPoints,
  type Vector as WireVector,
} from '../../generated/points.js';
import { VectorizerError } from '../../src/core/errors.ts';
import { infiniteComponent } from '../../src/core/finite.ts';
import { idAt } from '../../src/core/ids.ts';
import type { PointColumns } from '../../src/core/requests.ts';
import { vectorOf as vectorAt } from '../../src/core/vector-columns.ts';
import { GrpcError } from '../../src/grpc/grpc-error.ts';
import { filterOf } from '../../src/grpc/parse/filter.ts';
import { pointIdOf } from '../../src/grpc/parse/ids.ts';
import { updatePointVectorsOf, upsertPointsOf } from '../../src/grpc/parse/points.ts';
import { updateBatchOf } from '../../src/grpc/parse/update-batch.ts';
import { refuseShardKeys } from '../../src/grpc/parse/shard-keys.ts';
import { vectorOf } from '../../src/grpc/parse/vectors.ts';
import { Violations } from '../../src/grpc/parse/violations.ts';
import { writeOptionsOf } from '../../src/grpc/parse/write-options.ts';
import { elementsOf, plainJson, plainMap } from './plain-values.ts';
import { updateBatchPoints, updatePointVectors, upsertPoints } from './point-wire.ts';

/** A point as the tests compare it: numbers of payloads by their text, vectors by name. */
interface PlainPoint {
  readonly id: unknown;
  readonly payload: unknown;
  readonly vectors: readonly (readonly [string, unknown])[];
}

/** What a message comes to: its points, or which sort of failure. */
type Outcome = { readonly points: readonly PlainPoint[] } | { readonly failure: 'bytes' | 'content' };

/** By the generated decoder and a conversion of each point by itself. */
function expected(bytes: Uint8Array): Outcome {
  return outcome(() => {
    const message = UpsertPoints.decode(bytes);
    const violations = new Violations();
    violations.collection(message.collectionName);
    filterOf(message.updateFilter, 'update_filter', violations);
    violations.finish();
    refuseShardKeys(message.shardKeySelector, 'write');
    writeOptionsOf(message);
    const raw = elementsOf(bytes, 3);
    return message.points.map((point, index) => plainPoint(point, raw[index] ?? NO_BYTES));
  });
}

function actual(bytes: Uint8Array): Outcome {
  return outcome(() => {
    const { change } = upsertPointsOf(Buffer.from(bytes));
    if (change.kind !== 'upsert') throw new Error('an upsert becomes an upsert');
    for (const { name, values } of change.points.vectors) {
      // Here the core looks at them, as it makes them what is stored (collections/accept-vectors.ts).
      const refusal = infiniteComponent(values, name);
      if (refusal !== undefined) throw refusal;
    }
    return plainColumns(change.points);
  });
}

function outcome(read: () => readonly PlainPoint[]): Outcome {
  try {
    return { points: read() };
  } catch (error) {
    if (decodeFailure(error) !== undefined) return { failure: 'bytes' };
    if (error instanceof GrpcError || error instanceof VectorizerError) return { failure: 'content' };
    throw error;
  }
}

function plainPoint({ id, vectors }: PointStruct, raw: Uint8Array): PlainPoint {
  const violations = new Violations();
  const options = vectors?.vectorsOptions;
  if (options === undefined) throw new GrpcError(3, 'no vectors');
  const given: (readonly [string, WireVector])[] =
    options.$case === 'vector' ? [['', options.value]] : [...options.value.vectors];
  const found = given.map(([name, vector]) => {
    const made = vectorOf(vector, 'vector', violations);
    if (options.$case === 'vector' && made.kind === 'vector' && made.vector.kind === 'sparse') {
      throw new GrpcError(3, 'sparse without a name');
    }
    return [name, made.kind === 'vector' ? made.vector : made.object] as const;
  });
  const plain = {
    id: pointIdOf(id),
    payload: plainPayload(raw),
    vectors: sorted(found),
  };
  violations.finish();
  return plain;
}

const NO_BYTES = new Uint8Array(0);

function plainPayload(point: Uint8Array): unknown {
  const entries = elementsOf(point, 3);
  return entries.length === 0 ? undefined : plainMap(entries);
}

function sorted<T>(entries: readonly (readonly [string, T])[]): readonly (readonly [string, T])[] {
  return entries.toSorted(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
}

function plainColumns({ ids, vectors, inferred, payloads, payloadStarts }: PointColumns): readonly PlainPoint[] {
  return Array.from({ length: ids.count }, (_, index) => {
    const found: (readonly [string, unknown])[] = inferred
      .filter(({ pointIndex }) => pointIndex === index)
      .map(({ name, object }) => [name, object]);
    for (const column of vectors) {
      const vector = vectorAt(column, index);
      if (vector !== undefined) found.push([column.name, vector]);
    }
    const payload = Buffer.from(payloads.subarray(payloadStarts[index], payloadStarts[index + 1])).toString();
    return {
      id: idAt(ids, index),
      payload: payload === '' ? undefined : plainJson(payload),
      vectors: sorted(found),
    };
  });
}

function agree(bytes: Uint8Array): Outcome {
  const want = expected(bytes);
  const got = actual(bytes);
  if (isDeepStrictEqual(got, want)) return want;
  const texts = [got, want].map((outcome) => inspect(outcome, { depth: 20 }));
  throw new Error(`${Buffer.from(bytes).toString('hex')}: ${texts.join(' instead of ')}`);
}

const FAST_CHECK = { numRuns: 1000 };

test('points are what the generated decoder and a plain conversion make of the same bytes', (t) => {
  const seen = { points: 0, failures: 0 };
  fc.assert(
    fc.property(upsertPoints, (bytes) => {
      const found = agree(bytes);
      if ('points' in found) seen.points += found.points.length;
      else seen.failures += 1;
    }),
    FAST_CHECK,
  );
  t.true(seen.points > 500 && seen.failures > 20, JSON.stringify(seen));
});

test('bytes that break off, anywhere, are refused as the generated decoder refuses them', (t) => {
  fc.assert(
    fc.property(upsertPoints, (bytes) => {
      for (let length = 0; length < bytes.length; length++) agree(bytes.subarray(0, length));
    }),
    { numRuns: 60 },
  );
  t.pass();
});

test('bytes that are changed come to what the generated decoder makes of them', (t) => {
  const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
  const seen = { points: 0, bytes: 0, content: 0 };
  fc.assert(
    fc.property(upsertPoints, fc.array(change, { minLength: 1, maxLength: 3 }), (bytes, changes) => {
      const changed = bytes.slice();
      for (const [at, byte] of changes) changed[at % changed.length] = byte;
      const found = agree(changed);
      seen['points' in found ? 'points' : found.failure] += 1;
    }),
    { numRuns: 2500 },
  );
  t.true(seen.points > 50 && seen.bytes > 50 && seen.content > 50, JSON.stringify(seen));
});

type Sort = 'sound' | 'bytes' | 'content';

/** How a message fares: whether its bytes make sense, and whether what they say does. */
function sortOf(read: () => unknown): Sort {
  try {
    read();
    return 'sound';
  } catch (error) {
    if (decodeFailure(error) !== undefined) return 'bytes';
    if (error instanceof GrpcError || error instanceof VectorizerError) return 'content';
    throw error;
  }
}

test('other messages with points: the same bytes make sense, whole and changed', (t) => {
  const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
  const seen = { sound: 0, bytes: 0, content: 0 };
  for (const { messages, decode, parse } of [
    { messages: updatePointVectors, decode: UpdatePointVectors.decode, parse: updatePointVectorsOf },
    { messages: updateBatchPoints, decode: UpdateBatchPoints.decode, parse: updateBatchOf },
  ]) {
    fc.assert(
      fc.property(messages, fc.array(change, { maxLength: 2 }), (bytes, changes) => {
        const changed = bytes.slice();
        for (const [at, byte] of changes) changed[at % changed.length] = byte;
        const sort = sortOf(() => parse(Buffer.from(changed)));
        seen[sort] += 1;
        return (sort === 'bytes') === (sortOf(() => decode(changed)) === 'bytes');
      }),
      { numRuns: 1000 },
    );
  }
  t.true(seen.sound > 50 && seen.bytes > 50 && seen.content > 50, JSON.stringify(seen));
});
