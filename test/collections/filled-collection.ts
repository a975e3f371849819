import { setTimeout as delay } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import type { Collection } from '../../src/collections/collection.ts';
import type { Condition, FieldPredicate, Filter } from '../../src/core/filter.ts';
import { idColumn, idText } from '../../src/core/ids.ts';
import { type JsonPath, jsonPath } from '../../src/core/json-path.ts';
import type { FieldSchema } from '../../src/core/payload-schema.ts';
import type { PointChange } from '../../src/core/requests.ts';
import {
  config,
  CONTEXT,
  idOf,
  openHouse,
  queryOf,
  READ,
  removeFolder,
  temporaryFolder,
  type TestHouse,
  type TestPoint,
  upsertOf,
  WAIT,
} from './house.ts';

/** Collections of many points with 1 KB of payload, and what is asked of them. */

export const SIZE: number = 16;
export const POINTS: number = 5000;
/** 1 KB of payload. */
const PAD = 'x'.repeat(1000);

export function pathOf(text: string): JsonPath {
  const path = jsonPath(text);
  if (path === undefined) throw new Error(`no path: ${text}`);
  return path;
}

export function field(name: string, predicate: FieldPredicate): Condition {
  return { kind: 'field', path: pathOf(name), predicates: [predicate] };
}

export function must(...conditions: readonly Condition[]): Filter {
  return { must: conditions, should: [], mustNot: [], minShould: undefined };
}

export function mustNot(...conditions: readonly Condition[]): Filter {
  return { must: [], should: [], mustNot: conditions, minShould: undefined };
}

/** `n` is the integer. */
export function isN(value: number): Condition {
  return field('n', { kind: 'value', value: BigInt(value) });
}

export function vectorOf(id: number, version: number): number[] {
  return Array.from({ length: SIZE }, (_, at) => Math.sin((id + 1) * (at + 1) * 0.37 + version * 1.7 + at));
}

export function pointOf(id: number, n: number, version: number): TestPoint {
  return { id, vector: vectorOf(id, version), payload: { n, id, pad: PAD } };
}

interface Options {
  readonly count?: number;
  readonly shardNumber?: number;
  readonly indexingThreshold?: number;
}

/** A collection of points 0 … count, whose `n` is the id modulo 10. */
export async function withPoints(
  options: Options,
  run: (collection: Collection, house: TestHouse, reopen: () => Promise<Collection>) => Promise<void>,
): Promise<void> {
  const { count = POINTS, shardNumber = 1, indexingThreshold = 0 } = options;
  let house = await openHouse(await temporaryFolder());
  try {
    await house.database.create(
      'c',
      config(SIZE, 'Euclid', { shardNumber, indexingThreshold, vacuumMinVectorNumber: 100 }),
    );
    const collection = house.database.collection('c');
    await upsert(
      collection,
      Array.from({ length: count }, (_, id) => pointOf(id, id % 10, 0)),
    );
    await run(collection, house, async () => {
      await house.close();
      house = await openHouse(house.folder);
      return house.database.collection('c');
    });
  } finally {
    await house.close();
    await removeFolder(house.folder);
  }
}

export async function upsert(collection: Collection, points: readonly TestPoint[]): Promise<void> {
  for (let first = 0; first < points.length; first += 500)
    await collection.update(CONTEXT, upsertOf('c', points.slice(first, first + 500)));
}

export async function change(collection: Collection, change: PointChange): Promise<void> {
  await collection.update(CONTEXT, { collection: 'c', change, ...WAIT });
}

export async function setPayload(collection: Collection, ids: readonly number[], payload: unknown): Promise<void> {
  await change(collection, {
    kind: 'set_payload',
    target: { kind: 'ids', ids: idColumn(ids.map(idOf)) },
    payload: Buffer.from(JSON.stringify(payload)),
    key: undefined,
  });
}

export async function createIndex(
  collection: Collection,
  name: string,
  type: FieldSchema['type'],
  wait = true,
): Promise<void> {
  const schema = { type, params: undefined };
  await collection.createFieldIndex(CONTEXT, { collection: 'c', path: pathOf(name), schema, ...WAIT, wait });
}

export async function deleteIndex(collection: Collection, name: string): Promise<void> {
  await collection.deleteFieldIndex(CONTEXT, { collection: 'c', path: pathOf(name), ...WAIT });
}

export function count(collection: Collection, filter: Filter, signal: AbortSignal = CONTEXT.signal): Promise<number> {
  return collection.count({ ...CONTEXT, signal }, { collection: 'c', filter, exact: true, ...READ });
}

export async function idsOf(collection: Collection, filter: Filter | undefined, limit = 100_000): Promise<number[]> {
  const page = await collection.scroll(CONTEXT, {
    collection: 'c',
    offset: undefined,
    limit,
    filter,
    orderBy: undefined,
    withPayload: { kind: 'none' },
    withVector: { kind: 'none' },
    ...READ,
  });
  return page.points.map(({ id }) => Number(idText(id)));
}

export async function search(
  collection: Collection,
  vector: readonly number[],
  filter: Filter,
  limit: number,
): Promise<number[]> {
  const queries = [queryOf(vector, { filter, limit })];
  const [hits = []] = await collection.query(CONTEXT, { collection: 'c', queries, ...READ });
  return hits.map(({ id }) => Number(idText(id)));
}

export async function green(collection: Collection): Promise<void> {
  for (let turn = 0; turn < 1200 && collection.info().status !== 'green'; turn++) await delay(50);
  if (collection.info().status !== 'green') throw new Error(`the collection stays ${collection.info().status}`);
}

/** Every payload as it is, to be filtered by hand. */
export async function payloadsOf(collection: Collection): Promise<{ readonly id: number; readonly n: unknown }[]> {
  const page = await collection.scroll(CONTEXT, {
    collection: 'c',
    offset: undefined,
    limit: 100_000,
    filter: undefined,
    orderBy: undefined,
    withPayload: { kind: 'all' },
    withVector: { kind: 'none' },
    ...READ,
  });
  return page.points.map(
    ({ payload }) => JSON.parse(Buffer.from(payload ?? []).toString()) as { id: number; n: unknown },
  );
}

/** Exact at a quiet moment, with and without what was kept. */
export async function checkQuiet(t: ExecutionContext, collection: Collection, what: string): Promise<void> {
  const all = await payloadsOf(collection);
  for (let value = 0; value < 10; value++) {
    const expected = all.filter(({ n }) => n === value).map(({ id }) => id);
    t.deepEqual(await idsOf(collection, must(isN(value))), expected, `${what}: n = ${value}`);
    t.deepEqual(
      (await search(collection, vectorOf(3, 0), must(isN(value)), 10_000)).toSorted((a, b) => a - b),
      expected,
      `${what}: search of n = ${value}`,
    );
  }
  const rest = all.filter(({ n }) => n !== 5).map(({ id }) => id);
  t.deepEqual(await idsOf(collection, mustNot(isN(5))), rest, `${what}: n is not 5`);
}
