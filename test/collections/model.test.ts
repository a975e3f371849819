import { cp } from 'node:fs/promises';
import test from 'ava';
import fc from 'fast-check';
import type { Collection } from '../../src/collections/collection.ts';
import type { Distance } from '../../src/core/collection-config.ts';
import { idText } from '../../src/core/ids.ts';
import {
  config,
  CONTEXT,
  deleteOf,
  idOf,
  openHouse,
  queryOf,
  READ,
  removeFolder,
  temporaryFolder,
  type TestHouse,
  type TestPoint,
  upsertOf,
} from './house.ts';

const SIZE = 6;
const DISTANCES: readonly Distance[] = ['Cosine', 'Dot', 'Euclid', 'Manhattan'];

/** What a collection must hold: too simple to be wrong. */
type Model = Map<string, { readonly vector: readonly number[] | undefined; readonly payload: unknown }>;

type Step =
  | { readonly kind: 'upsert'; readonly points: readonly TestPoint[] }
  | { readonly kind: 'delete'; readonly ids: readonly (number | string)[] }
  | { readonly kind: 'restart' }
  | { readonly kind: 'crash' };

const anyId = fc.oneof(
  fc.integer({ min: 0, max: 30 }),
  fc.integer({ min: 0, max: 8 }).map((n) => `0000000${n}-0341-4acf-a413-9d612b965a08`),
);
const anyVector = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: SIZE, maxLength: SIZE });
const anyPoint: fc.Arbitrary<TestPoint> = fc
  .tuple(
    anyId,
    fc.option(anyVector, { freq: 8, nil: undefined }),
    fc.option(fc.record({ n: fc.nat(9) }), { nil: undefined }),
  )
  .map(([id, vector, payload]) => ({
    id,
    ...(vector === undefined ? {} : { vector: vector.map((value) => value / 10) }),
    ...(payload === undefined ? {} : { payload }),
  }));
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.array(anyPoint, { minLength: 1, maxLength: 12 }).map((points): Step => ({ kind: 'upsert', points })),
  },
  {
    weight: 3,
    arbitrary: fc.array(anyId, { minLength: 1, maxLength: 6 }).map((ids): Step => ({ kind: 'delete', ids })),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'restart' }) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'crash' }) },
);

/** A crash seen from the disk: the files as they are, copied while the process still has them open. */
async function crash(house: TestHouse): Promise<TestHouse> {
  const folder = await temporaryFolder();
  await cp(house.folder, folder, { recursive: true });
  await house.close();
  await removeFolder(house.folder);
  return openHouse(folder);
}

async function applyStep(house: TestHouse, model: Model, step: Step): Promise<TestHouse> {
  switch (step.kind) {
    case 'upsert':
      await house.database.collection('c').update(CONTEXT, upsertOf('c', step.points));
      for (const { id, vector, payload } of step.points) model.set(idText(idOf(id)), { vector, payload });
      return house;
    case 'delete':
      await house.database.collection('c').update(CONTEXT, deleteOf('c', step.ids));
      for (const id of step.ids) model.delete(idText(idOf(id)));
      return house;
    case 'restart':
      await house.close();
      return openHouse(house.folder);
    case 'crash':
      return crash(house);
  }
}

function rawScore(distance: Distance, a: readonly number[], b: readonly number[]): number {
  const sum = (f: (x: number, y: number) => number): number => a.reduce((total, x, at) => total + f(x, b[at] ?? 0), 0);
  switch (distance) {
    case 'Cosine':
      return sum((x, y) => x * y) / ((norm(a) || 1) * (norm(b) || 1));
    case 'Dot':
      return sum((x, y) => x * y);
    case 'Euclid':
      return Math.sqrt(sum((x, y) => (x - y) ** 2));
    case 'Manhattan':
      return sum((x, y) => Math.abs(x - y));
  }
}

function norm(vector: readonly number[]): number {
  return Math.hypot(...vector);
}

async function checkAgainst(
  collection: Collection,
  model: Model,
  distance: Distance,
  query: readonly number[],
): Promise<void> {
  const page = await collection.scroll(CONTEXT, {
    collection: 'c',
    offset: undefined,
    limit: 1000,
    filter: undefined,
    orderBy: undefined,
    withPayload: { kind: 'all' },
    withVector: { kind: 'all' },
    ...READ,
  });
  const seen = page.points.map(({ id }) => idText(id));
  const expectedIds = [...model.keys()].toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1));
  same(seen, expectedIds, 'scroll shows every point once, in order');
  same(collection.pointCount, model.size, 'count');
  for (const { id, payload, vectors } of page.points) {
    const expected = model.get(idText(id));
    const text = new TextDecoder().decode(payload);
    same(JSON.parse(text), expected?.payload ?? {}, 'payload');
    same(vectors?.length, expected?.vector === undefined ? 0 : 1, 'a vector where one was given');
  }
  const limit = 7;
  const [found = []] = await collection.query(CONTEXT, {
    collection: 'c',
    queries: [queryOf(query, { limit })],
    ...READ,
  });
  const larger = distance === 'Cosine' || distance === 'Dot';
  const best = [...model.values()]
    .flatMap(({ vector }) => (vector === undefined ? [] : [rawScore(distance, query, vector)]))
    .toSorted((a, b) => (larger ? b - a : a - b))
    .slice(0, limit);
  same(found.length, best.length, 'as many hits as there are points');
  found.forEach(({ score, id }, rank) => {
    const expected = best[rank] ?? Number.NaN;
    const vector = model.get(idText(id))?.vector ?? [];
    const own = rawScore(distance, query, vector);
    // Where large terms cancel out, f32 arithmetic (Qdrant's too) leaves an error in proportion to the terms.
    const tolerance = 1e-5 * Math.max(1, Math.abs(own)) + 1e-6 * norm(query) * norm(vector);
    if (Math.abs(score - own) > tolerance) throw new Error(`the score of ${idText(id)} is ${score}, should be ${own}`);
    if (Math.abs(score - expected) > tolerance) throw new Error(`rank ${rank}: score ${score}, expected ${expected}`);
  });
}

function same(actual: unknown, expected: unknown, what: string): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${what}: ${a}, expected ${b}`);
}

for (const distance of DISTANCES) {
  for (const shardNumber of [1, 3]) {
    test(`${distance}, ${shardNumber} shards: any updates, restarts and crashes leave what the model says`, async (t) => {
      const property = fc.asyncProperty(
        fc.array(anyStep, { minLength: 1, maxLength: 10 }),
        anyVector,
        async (steps, query) => {
          let house = await openHouse(await temporaryFolder());
          const model: Model = new Map();
          try {
            await house.database.create('c', config(SIZE, distance, { shardNumber }));
            for (const step of steps) house = await applyStep(house, model, step);
            await checkAgainst(house.database.collection('c'), model, distance, query);
          } finally {
            await house.close();
            await removeFolder(house.folder);
          }
        },
      );
      await fc.assert(property, { numRuns: 8 });
      t.pass();
    });
  }
}
