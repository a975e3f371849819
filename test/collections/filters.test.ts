import { deepStrictEqual } from 'node:assert/strict';
import test, { type ExecutionContext } from 'ava';
import * as fc from 'fast-check';
import type { Collection } from '../../src/collections/collection.ts';
import type { Filter } from '../../src/core/filter.ts';
import { idText, numberId, type PointId } from '../../src/core/ids.ts';
import type { OracleIndex } from '../filters/indexed-oracle.ts';
import { parsePayload } from '../filters/oracle.ts';
import {
  config,
  CONTEXT,
  openHouse,
  queryOf,
  type RawPoint,
  READ,
  removeFolder,
  temporaryFolder,
  type TestHouse,
  WAIT,
} from './house.ts';
import { type Change, type ModelPoint, PointModel, requestOf } from './point-model.ts';
import { anyChange, anyFilter, anyIndex, anyPoint, manyIndexes, VECTOR_SIZE } from './random-changes.ts';

/** The model beside the house, with all that is asked again and again. */
interface Ground {
  house: TestHouse;
  readonly model: PointModel;
  readonly filters: readonly Filter[];
}

type Step =
  | { readonly kind: 'change'; readonly change: Change }
  | { readonly kind: 'create_index'; readonly index: OracleIndex }
  | { readonly kind: 'delete_index'; readonly at: number }
  | { readonly kind: 'ask' | 'restart' };

const QUERY = [3, -1, 2];
const PAGE = 7;

function collectionOf({ house }: Ground): Collection {
  return house.database.collection('c');
}

/** Every filter, asked in every way, against the model. */
async function ask(ground: Ground): Promise<void> {
  const collection = collectionOf(ground);
  for (const filter of ground.filters) {
    const expected = ground.model.matching(filter);
    const count = await collection.count(CONTEXT, { collection: 'c', filter, exact: true, ...READ });
    deepStrictEqual(count, expected.length, `count of ${JSON.stringify(filter, shown)}`);
    const estimate = await collection.count(CONTEXT, { collection: 'c', filter, exact: false, ...READ });
    deepStrictEqual(estimate >= 0 && estimate <= ground.model.points.size, true, `an estimate of ${estimate}`);
    await checkScroll(collection, filter, expected);
    await checkQuery(collection, filter, expected);
  }
}

async function checkScroll(collection: Collection, filter: Filter, expected: readonly ModelPoint[]): Promise<void> {
  const seen: [string, unknown][] = [];
  let offset: PointId | undefined;
  const limit = Math.max(PAGE, Math.ceil(expected.length / 3));
  do {
    const page = await collection.scroll(CONTEXT, {
      collection: 'c',
      offset,
      limit,
      filter,
      orderBy: undefined,
      withPayload: { kind: 'all' },
      withVector: { kind: 'none' },
      ...READ,
    });
    for (const { id, payload } of page.points)
      seen.push([idText(id), parsePayload(Buffer.from(payload ?? []).toString())]);
    offset = page.nextPageOffset;
  } while (offset !== undefined);
  const wanted = expected.map(({ id, payload }) => [idText(id), payload]);
  deepStrictEqual(seen, wanted, `scroll of ${JSON.stringify(filter, shown)}`);
}

async function checkQuery(collection: Collection, filter: Filter, expected: readonly ModelPoint[]): Promise<void> {
  const withVector = expected.flatMap(({ id, vector, version }) =>
    vector === undefined ? [] : [{ id: idText(id), version, score: dot(vector) + 0 }],
  );
  const best = withVector.map(({ score }) => score).toSorted((a, b) => b - a);
  for (const [limit, exact] of [
    [expected.length + 5, true],
    [3, false],
  ] as const) {
    const params = { hnswEf: undefined, exact, indexedOnly: false };
    const [hits = []] = await collection.query(CONTEXT, {
      collection: 'c',
      queries: [queryOf(QUERY, { filter, limit, params })],
      ...READ,
    });
    const found = hits.map(({ id, version, score }) => ({ id: idText(id), version, score: Math.round(score) + 0 }));
    const what = `query of ${JSON.stringify(filter, shown)}`;
    deepStrictEqual(
      found.map(({ score }) => score),
      best.slice(0, limit),
      what,
    );
    const byId = new Map(withVector.map((point) => [point.id, point]));
    deepStrictEqual(
      found,
      found.map(({ id }) => byId.get(id)),
      what,
    );
    deepStrictEqual(new Set(found.map(({ id }) => id)).size, found.length, what);
  }
}

function dot(vector: readonly number[]): number {
  return vector.reduce((sum, value, at) => sum + value * (QUERY[at] ?? 0), 0);
}

function shown(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value;
}

/** Carries a change out in both; refusals must be the same. */
async function change(ground: Ground, one: Change): Promise<void> {
  const expected = ground.model.apply(one);
  const refusal = await collectionOf(ground)
    .update(CONTEXT, { collection: 'c', change: requestOf(one), ...WAIT })
    .then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
  deepStrictEqual(refusal, expected, `${one.kind} is refused alike`);
}

async function upsertAll(ground: Ground, points: readonly RawPoint[]): Promise<void> {
  for (let first = 0; first < points.length; first += 500)
    await change(ground, {
      kind: 'upsert',
      points: points.slice(first, first + 500),
      mode: 'upsert',
      updateFilter: undefined,
    });
}

async function createIndex(ground: Ground, index: OracleIndex, wait: boolean): Promise<void> {
  ground.model.createIndex(index);
  await collectionOf(ground).createFieldIndex(CONTEXT, { collection: 'c', ...index, ...WAIT, wait });
}

async function deleteIndex(ground: Ground, { path }: OracleIndex): Promise<void> {
  ground.model.deleteIndex(path);
  await collectionOf(ground).deleteFieldIndex(CONTEXT, { collection: 'c', path, ...WAIT });
}

async function restart(ground: Ground): Promise<void> {
  await ground.house.close();
  ground.house = await openHouse(ground.house.folder);
}

async function take(ground: Ground, step: Step): Promise<void> {
  switch (step.kind) {
    case 'change':
      return change(ground, step.change);
    case 'create_index':
      // Nobody waits: updates behind it meet an index that is being built.
      return createIndex(ground, step.index, false);
    case 'delete_index': {
      const index = ground.model.indexes[step.at % Math.max(ground.model.indexes.length, 1)];
      return index === undefined ? undefined : deleteIndex(ground, index);
    }
    case 'restart':
      return restart(ground);
    case 'ask': {
      // The same index again: settles when it is built.
      for (const index of ground.model.indexes) await createIndex(ground, index, true);
      return ask(ground);
    }
  }
}

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 40, arbitrary: fc.record({ kind: fc.constant('change'), change: anyChange }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('create_index'), index: anyIndex }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete_index'), at: fc.nat(9) }) },
  { weight: 4, arbitrary: fc.constant<Step>({ kind: 'ask' }) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'restart' }) },
);

async function withGround(
  shardNumber: number,
  filters: readonly Filter[],
  run: (ground: Ground) => Promise<void>,
): Promise<void> {
  const house = await openHouse(await temporaryFolder());
  const ground: Ground = { house, model: new PointModel(shardNumber), filters };
  try {
    await house.database.create('c', config(VECTOR_SIZE, 'Dot', { shardNumber }));
    await run(ground);
  } finally {
    await ground.house.close();
    await removeFolder(house.folder);
  }
}

/** `SEED` fixes what is drawn, `RUNS` multiplies how much. fast-check prints seed and path of a failure, shrunk. */
async function check<T>(
  t: ExecutionContext,
  runs: number,
  arbitrary: fc.Arbitrary<T>,
  run: (value: T) => Promise<void>,
): Promise<void> {
  const times = Number(process.env['RUNS'] ?? 1);
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
  t.timeout(100_000 * (times + 1));
  t.log(`SEED=${seed}`);
  await fc.assert(fc.asyncProperty(arbitrary, run), {
    seed,
    numRuns: runs * times,
    // Shrinking ends here, with what it has found.
    interruptAfterTimeLimit: 60_000 * times,
    markInterruptAsFailure: true,
    includeErrorInReport: true,
  });
  t.pass();
}

for (const shardNumber of [1, 3]) {
  test(`${shardNumber} shards: any filter finds what it says, with no index, with indexes, after a restart and a hundred changes`, (t) =>
    check(
      t,
      4,
      fc.record({
        points: fc.array(anyPoint, { minLength: 20, maxLength: 60 }),
        filters: fc.array(anyFilter(4), { minLength: 1, maxLength: 16 }),
        indexes: manyIndexes,
        changes: fc.array(anyChange, { minLength: 0, maxLength: 100, size: 'max' }),
      }),
      ({ points, filters, indexes, changes }) =>
        withGround(shardNumber, filters, async (ground) => {
          await upsertAll(ground, points);
          await ask(ground);
          for (const index of indexes) await createIndex(ground, index, true);
          await ask(ground);
          await restart(ground);
          await ask(ground);
          for (const [at, one] of changes.entries()) {
            await change(ground, one);
            if (at % 20 === 19) await ask(ground);
          }
          await ask(ground);
          await restart(ground);
          await ask(ground);
        }),
    ));

  test(`${shardNumber} shards: indexes that come and go between changes and restarts change nothing but what they should`, (t) =>
    check(
      t,
      4,
      fc.record({
        points: fc.array(anyPoint, { minLength: 1, maxLength: 60 }),
        filters: fc.array(anyFilter(3), { minLength: 1, maxLength: 6 }),
        steps: fc.array(anyStep, { maxLength: 100, size: 'max' }),
      }),
      ({ points, filters, steps }) =>
        withGround(shardNumber, filters, async (ground) => {
          await upsertAll(ground, points);
          for (const step of steps) await take(ground, step);
          await take(ground, { kind: 'ask' });
        }),
    ));
}

test('more than a thousand points: what threads find in payloads and what indexes find is what filters say', (t) =>
  check(
    t,
    3,
    fc.record({
      points: fc.array(anyPoint, { minLength: 20, maxLength: 60 }),
      filters: fc.array(anyFilter(4), { minLength: 1, maxLength: 4 }),
      indexes: fc.array(anyIndex, { maxLength: 4 }),
      changes: fc.array(anyChange, { maxLength: 24, size: 'max' }),
    }),
    ({ points, filters, indexes, changes }) =>
      withGround(1, filters, async (ground) => {
        const many = Array.from({ length: 1400 }, (_, at) => {
          const { vector, payload } = points[at % points.length] as RawPoint;
          return { id: numberId(BigInt(at + 1000)), vector, payload };
        });
        await upsertAll(ground, [...many, ...points]);
        await ask(ground);
        for (const [at, one] of changes.entries()) {
          await change(ground, one);
          if (at % 8 === 7) await ask(ground);
        }
        for (const index of indexes) await createIndex(ground, index, true);
        await ask(ground);
        await restart(ground);
        await ask(ground);
      }),
  ));
