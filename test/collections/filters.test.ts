import { deepStrictEqual } from 'node:assert/strict';
import test from 'ava';
import * as fc from 'fast-check';
import type { Collection } from '../../src/collections/collection.ts';
import type { Filter } from '../../src/core/filter.ts';
import { compareIds, idText, numberId, type PointId } from '../../src/core/ids.ts';
import { indexedValues, type OracleIndex } from '../filters/indexed-oracle.ts';
import { type Json, parsePayload } from '../filters/oracle.ts';
import { CONTEXT, PARAMS, queryOf, type RawPoint, READ, WAIT } from './house.ts';
import { change, check, collectionOf, crash, fill, type Ground, restart, withGround } from './model-ground.ts';
import type { Change, ModelPoint } from './point-model.ts';
import { anyChange, anyFilter, anyIndex, anyPoint, manyIndexes } from './random-changes.ts';

type Step =
  | { readonly kind: 'change'; readonly change: Change }
  | { readonly kind: 'create_index'; readonly index: OracleIndex }
  | { readonly kind: 'delete_index'; readonly at: number }
  | { readonly kind: 'ask' | 'restart' | 'crash' };

const QUERY = [3, -1, 2];
const PAGE = 7;

/** Every filter, asked in every way, against the model. */
async function ask(ground: Ground, filters: readonly Filter[]): Promise<void> {
  const collection = collectionOf(ground);
  for (const filter of filters) {
    const expected = ground.model.matching(filter);
    const count = await collection.count(CONTEXT, { collection: 'c', filter, exact: true, ...READ });
    deepStrictEqual(count, expected.length, `count of ${JSON.stringify(filter, shown)}`);
    const estimate = await collection.count(CONTEXT, { collection: 'c', filter, exact: false, ...READ });
    deepStrictEqual(estimate >= 0 && estimate <= ground.model.points.size, true, `an estimate of ${estimate}`);
    await checkScroll(collection, filter, expected);
    await checkQuery(collection, filter, expected);
  }
  await askIndexes(ground, undefined);
  await askIndexes(ground, filters[0]);
}

/** What only indexes can do: the points of each value, and the order of values; of points that pass the first filter. */
async function askIndexes(ground: Ground, filter: Filter | undefined): Promise<void> {
  for (const index of ground.model.indexes) {
    const { type, params } = index.schema;
    const points = ground.model.matching(filter);
    const countsValues = type === 'integer' ? params?.lookup !== false : ['keyword', 'uuid', 'bool'].includes(type);
    if (countsValues) await checkFacet(ground, index, filter, points);
    if (type === 'integer' ? params?.range !== false : type === 'float')
      await checkOrder(ground, index, filter, points);
  }
}

async function checkFacet(
  ground: Ground,
  index: OracleIndex,
  filter: Filter | undefined,
  points: readonly ModelPoint[],
): Promise<void> {
  const counts = new Map<Json, number>();
  for (const { payload } of points)
    for (const value of indexedValues(index, payload)) counts.set(value, (counts.get(value) ?? 0) + 1);
  const request = { collection: 'c', key: index.path, limit: 1000, filter, exact: true, ...READ };
  const hits = await collectionOf(ground).facet(CONTEXT, request);
  deepStrictEqual(new Map(hits.map(({ value, count }) => [value, count])), counts, `facet of ${index.path.text}`);
  deepStrictEqual(
    hits.map(({ count }) => count),
    [...counts.values()].toSorted((a, b) => b - a),
    'most points first',
  );
}

async function checkOrder(
  ground: Ground,
  { path, schema }: OracleIndex,
  filter: Filter | undefined,
  points: readonly ModelPoint[],
): Promise<void> {
  const pairs = points.flatMap(({ id, payload }) => {
    const values = indexedValues({ path, schema }, payload).map((value) =>
      schema.type === 'float' ? Number(value) + 0 : value,
    );
    return [...new Set(values as (number | bigint)[])].map((value) => ({ id, value }));
  });
  for (const direction of ['asc', 'desc'] as const) {
    const sign = direction === 'asc' ? 1 : -1;
    const sorted = pairs.toSorted(
      (a, b) => sign * (a.value < b.value ? -1 : a.value > b.value ? 1 : compareIds(a.id, b.id)),
    );
    const page = await collectionOf(ground).scroll(CONTEXT, {
      collection: 'c',
      offset: undefined,
      limit: 25,
      filter,
      orderBy: { path, direction, startFrom: undefined },
      withPayload: { kind: 'none' },
      withVector: { kind: 'none' },
      ...READ,
    });
    deepStrictEqual(
      page.points.map(({ id, orderValue }) => [idText(id), orderValue]),
      sorted.slice(0, 25).map(({ id, value }) => [idText(id), value]),
      `order by ${path.text}, ${direction}`,
    );
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
    const params = { ...PARAMS, exact };
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

async function createIndex(ground: Ground, index: OracleIndex, wait: boolean): Promise<void> {
  ground.model.createIndex(index);
  await collectionOf(ground).createFieldIndex(CONTEXT, { collection: 'c', ...index, ...WAIT, wait });
}

async function deleteIndex(ground: Ground, { path }: OracleIndex): Promise<void> {
  ground.model.deleteIndex(path);
  await collectionOf(ground).deleteFieldIndex(CONTEXT, { collection: 'c', path, ...WAIT });
}

async function take(ground: Ground, step: Step, filters: readonly Filter[]): Promise<void> {
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
    case 'crash':
      return crash(ground);
    case 'ask': {
      // The same index again: settles when it is built.
      for (const index of ground.model.indexes) await createIndex(ground, index, true);
      return ask(ground, filters);
    }
  }
}

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 40, arbitrary: fc.record({ kind: fc.constant('change'), change: anyChange }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('create_index'), index: anyIndex }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete_index'), at: fc.nat(9) }) },
  { weight: 4, arbitrary: fc.constant<Step>({ kind: 'ask' }) },
  { weight: 1, arbitrary: fc.constantFrom<Step>({ kind: 'restart' }, { kind: 'crash' }) },
);

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
        withGround(shardNumber, async (ground) => {
          await fill(ground, points);
          await ask(ground, filters);
          for (const index of indexes) await createIndex(ground, index, true);
          await ask(ground, filters);
          await restart(ground);
          await ask(ground, filters);
          for (const [at, one] of changes.entries()) {
            await change(ground, one);
            if (at % 20 === 19) await ask(ground, filters);
          }
          await ask(ground, filters);
          await restart(ground);
          await ask(ground, filters);
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
        withGround(shardNumber, async (ground) => {
          await fill(ground, points);
          for (const step of steps) await take(ground, step, filters);
          await take(ground, { kind: 'ask' }, filters);
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
      withGround(1, async (ground) => {
        const many = Array.from({ length: 1400 }, (_, at) => {
          const { vector, payload } = points[at % points.length] as RawPoint;
          return { id: numberId(BigInt(at + 1000)), vector, payload };
        });
        await fill(ground, [...many, ...points]);
        await ask(ground, filters);
        for (const [at, one] of changes.entries()) {
          await change(ground, one);
          if (at % 8 === 7) await ask(ground, filters);
        }
        for (const index of indexes) await createIndex(ground, index, true);
        await ask(ground, filters);
        await restart(ground);
        await ask(ground, filters);
      }),
  ));
