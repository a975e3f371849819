import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import type { Collection } from '../../src/collections/collection.ts';
import { NO_HNSW_DIFF } from '../../src/core/collection-config.ts';
import { idText } from '../../src/core/ids.ts';
import {
  config,
  CONTEXT,
  deleteOf,
  NO_DIFF,
  openHouse,
  queryOf,
  READ,
  removeFolder,
  temporaryFolder,
  type TestHouse,
  type TestPoint,
  upsertOf,
} from './house.ts';

const SIZE = 16;

/** Directions that differ from point to point, and again from version to version. */
function vectorOf(id: number, version: number): number[] {
  return Array.from({ length: SIZE }, (_, at) => Math.sin((id + 1) * (at + 1) * 0.37 + version * 1.7 + at));
}

function pointsOf(from: number, to: number, version: number): TestPoint[] {
  return Array.from({ length: to - from }, (_, index) => {
    const id = from + index;
    return { id, vector: vectorOf(id, version), payload: { id, version } };
  });
}

async function withHouse(run: (house: TestHouse, reopen: () => Promise<TestHouse>) => Promise<void>): Promise<void> {
  let house = await openHouse(await temporaryFolder());
  try {
    await run(house, async () => {
      await house.close();
      house = await openHouse(house.folder);
      return house;
    });
  } finally {
    await house.close();
    await removeFolder(house.folder);
  }
}

async function green(collection: Collection): Promise<void> {
  for (let turn = 0; turn < 600 && collection.info().status !== 'green'; turn++) await delay(50);
  if (collection.info().status !== 'green') throw new Error(`the collection stays ${collection.info().status}`);
}

async function upsert(collection: Collection, points: readonly TestPoint[]): Promise<void> {
  for (let first = 0; first < points.length; first += 500)
    await collection.update(CONTEXT, upsertOf('c', points.slice(first, first + 500)));
}

async function nearest(collection: Collection, vector: readonly number[], limit: number): Promise<string[]> {
  const [hits = []] = await collection.query(CONTEXT, {
    collection: 'c',
    queries: [queryOf(vector, { limit })],
    ...READ,
  });
  return hits.map(({ id }) => idText(id));
}

/** Every point is found by its own vector, with its payload and its version of the vector. */
async function checkAll(
  t: { deepEqual(a: unknown, b: unknown, why?: string): void },
  collection: Collection,
  versions: ReadonlyMap<number, number>,
): Promise<void> {
  const page = await collection.scroll(CONTEXT, {
    collection: 'c',
    offset: undefined,
    limit: 100_000,
    filter: undefined,
    orderBy: undefined,
    withPayload: { kind: 'all' },
    withVector: { kind: 'all' },
    ...READ,
  });
  const seen = page.points.map(({ payload, vectors }) => {
    const { id, version } = JSON.parse(new TextDecoder().decode(payload)) as { id: number; version: number };
    const expected = Float32Array.from(vectorOf(id, version));
    return [id, version, vectors?.[0]?.vector.values.every((value, at) => value === expected[at])] as const;
  });
  t.deepEqual(
    seen,
    [...versions].toSorted(([a], [b]) => a - b).map(([id, version]) => [id, version, true] as const),
  );
  for (const [id, version] of [...versions].filter((_, index) => index % 97 === 0)) {
    t.deepEqual(await nearest(collection, vectorOf(id, version), 1), [String(id)], `point ${id} is nearest to itself`);
  }
}

test('a graph is built behind the updates, saved, and used again after a restart', (t) =>
  withHouse(async (house, reopen) => {
    await house.database.create('c', config(SIZE, 'Euclid', { indexingThreshold: 40 }));
    const collection = house.database.collection('c');
    await upsert(collection, pointsOf(0, 2000, 0));
    await green(collection);
    t.is(collection.info().indexedVectorsCount, 2000);
    const again = (await reopen()).database.collection('c');
    t.is(again.info().indexedVectorsCount, 2000, 'nothing is built anew');
    await checkAll(t, again, new Map(pointsOf(0, 2000, 0).map(({ id }) => [Number(id), 0])));
  }));

test('removed rows are given back: overwrites and deletes shrink to what is live, and updates go on meanwhile', (t) =>
  withHouse(async (house, reopen) => {
    await house.database.create('c', config(SIZE, 'Euclid', { indexingThreshold: 40, vacuumMinVectorNumber: 100 }));
    const collection = house.database.collection('c');
    const versions = new Map<number, number>();
    const write = async (from: number, to: number, version: number): Promise<void> => {
      await upsert(collection, pointsOf(from, to, version));
      for (let id = from; id < to; id++) versions.set(id, version);
    };
    await write(0, 2000, 0);
    await write(0, 900, 1);
    await collection.update(
      CONTEXT,
      deleteOf(
        'c',
        Array.from({ length: 300 }, (_, at) => 1000 + at),
      ),
    );
    for (let id = 1000; id < 1300; id++) versions.delete(id);
    // While the compaction runs behind:
    for (let round = 0; round < 10; round++) await write(round * 40, round * 40 + 80, 2 + round);
    await green(collection);
    await checkAll(t, collection, versions);
    t.is(collection.pointCount, versions.size);
    const again = (await reopen()).database.collection('c');
    await checkAll(t, again, versions);
  }));

test('other parameters of the graph make a new one, without a moment in which points are missing', (t) =>
  withHouse(async (house, reopen) => {
    await house.database.create('c', config(SIZE, 'Cosine', { indexingThreshold: 40 }));
    const collection = house.database.collection('c');
    await upsert(collection, pointsOf(0, 1500, 0));
    await green(collection);
    const hnsw = { ...config(SIZE, 'Cosine').hnsw, m: 8, efConstruct: 60 };
    await house.database.update('c', { ...NO_DIFF, hnsw: { ...NO_HNSW_DIFF, ...hnsw } });
    const seen = new Set<number>();
    while (collection.info().status !== 'green') seen.add((await nearest(collection, vectorOf(7, 0), 5)).length);
    t.deepEqual([...seen], [5]);
    t.is(collection.info().indexedVectorsCount, 1500);
    const again = (await reopen()).database.collection('c');
    t.is(again.info().indexedVectorsCount, 1500);
    t.is(again.config.hnsw.m, 8);
  }));

test('a point that is overwritten all the time is found all the time, once, and never in an old version', (t) =>
  withHouse(async (house) => {
    await house.database.create('c', config(SIZE, 'Dot', { indexingThreshold: 20 }));
    const collection = house.database.collection('c');
    await upsert(collection, pointsOf(0, 600, 0));
    let version = 0;
    let acknowledged = 0;
    const writing = (async () => {
      for (version = 1; version <= 150; version++) {
        await collection.update(CONTEXT, upsertOf('c', pointsOf(5, 9, version)));
        acknowledged = version;
      }
    })();
    while (acknowledged < 150) {
      const before = acknowledged;
      const [hits = []] = await collection.query(CONTEXT, {
        collection: 'c',
        queries: [queryOf(vectorOf(5, 0), { limit: 1000 })],
        ...READ,
      });
      const ids = hits.map(({ id }) => idText(id));
      t.is(new Set(ids).size, ids.length, 'no point twice');
      for (const id of ['5', '6', '7', '8'])
        t.true(ids.includes(id), `point ${id} while version ${version} is written`);
      const oldest = Math.min(
        ...hits.filter(({ id }) => ['5', '6', '7', '8'].includes(idText(id))).map((hit) => hit.version),
      );
      // Two updates made the first 600 points; version n of the four is operation n + 2.
      t.true(before === 0 || oldest >= before + 2, 'what was acknowledged before the search is what it finds');
    }
    await writing;
  }));

test('collections come and go; a name that is used again begins empty', (t) =>
  withHouse(async (house, reopen) => {
    const { database } = house;
    await database.create('c', config(SIZE, 'Dot'));
    await upsert(database.collection('c'), pointsOf(0, 10, 0));
    t.true(await database.delete('c'));
    t.false(await database.delete('c'));
    await database.create('c', config(SIZE, 'Dot'));
    t.is(database.collection('c').pointCount, 0);
    await t.throwsAsync(() => database.create('c', config(SIZE, 'Dot')), { message: 'Collection `c` already exists!' });
    t.throws(() => database.collection('d'), { message: "Collection `d` doesn't exist!" });
    await database.create('b', config(0, 'Dot'));
    t.deepEqual((await reopen()).database.names(), ['b', 'c']);
  }));

test('a change of the configuration is stored; what is not given stays', (t) =>
  withHouse(async (house, reopen) => {
    const { database } = house;
    await database.create('c', config(SIZE, 'Dot'));
    const onDisk = { hnswConfig: undefined, quantization: undefined, memory: undefined, onDisk: true };
    await database.update('c', { ...NO_DIFF, metadata: '{"a":1,"b":{"c":2}}' });
    await database.update('c', {
      ...NO_DIFF,
      metadata: '{"b":null,"d":3}',
      vectors: new Map([['', onDisk]]),
    });
    await t.throwsAsync(() => database.update('c', { ...NO_DIFF, vectors: new Map([['x', onDisk]]) }), {
      message: 'Not existing vector name error: x',
    });
    const { metadata, params } = (await reopen()).database.collection('c').config;
    t.is(metadata, '{"a":1,"d":3}');
    t.is(params.vectors[0]?.onDisk, true);
  }));

test('segments that overwriting has left behind are made one again', (t) =>
  withHouse(async (house, reopen) => {
    await house.database.create('c', config(SIZE, 'Euclid', { indexingThreshold: 4, vacuumMinVectorNumber: 100 }));
    const collection = house.database.collection('c');
    const versions = new Map<number, number>();
    for (let round = 0; round < 12; round++) {
      const from = (round * 130) % 700;
      // The next round begins while the last one's compaction runs: its rows go to a segment of their own.
      await upsert(collection, pointsOf(from, from + 300, round));
      for (let id = from; id < from + 300; id++) versions.set(id, round);
      await delay(60);
    }
    await green(collection);
    t.true(collection.info().segmentsCount <= 4, `${String(collection.info().segmentsCount)} segments`);
    await checkAll(t, collection, versions);
    const again = (await reopen()).database.collection('c');
    await checkAll(t, again, versions);
  }));

test('an update of nothing is refused, as in Qdrant', (t) =>
  withHouse(async (house) => {
    await house.database.create('c', config(SIZE, 'Dot'));
    const collection = house.database.collection('c');
    const message = 'Empty update request';
    await t.throwsAsync(() => collection.update(CONTEXT, deleteOf('c', [])), { message });
    await t.throwsAsync(() => collection.update(CONTEXT, upsertOf('c', [])), { message });
    await upsert(collection, pointsOf(0, 1, 0));
    t.is(collection.pointCount, 1);
  }));
