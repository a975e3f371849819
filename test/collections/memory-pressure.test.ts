import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import type { Collection } from '../../src/collections/collection.ts';
import { VectorizerError } from '../../src/core/errors.ts';
import { idText } from '../../src/core/ids.ts';
import { seededRandom } from '../seeded-random.ts';
import {
  configOf,
  CONTEXT,
  deleteOf,
  openHouse,
  queryOf,
  READ,
  realWorld,
  removeFolder,
  temporaryFolder,
  upsertOf,
} from './house.ts';
import { denseConfig } from './plain-vectors.ts';

const SIZE = 24;
const MUCH = 64 * 2 ** 30;
const ROUNDS = 40;
const IDS = 3000;

type Model = Map<number, readonly number[]>;

/** Too simple to be wrong. */
function nearest(model: Model, query: readonly number[], limit: number): number[] {
  const scores = Array.from(model.values(), (vector) =>
    vector.reduce((sum, value, at) => sum + Math.fround(value) * Math.fround(query[at] ?? 0), 0),
  );
  return scores.toSorted((a, b) => b - a).slice(0, limit);
}

async function search(collection: Collection, query: readonly number[], exact: boolean): Promise<readonly number[]> {
  const params = { ...queryOf(query).params, exact };
  const [hits = []] = await collection.query(CONTEXT, {
    collection: 'c',
    queries: [queryOf(query, { limit: 10, params })],
    ...READ,
  });
  const ids = hits.map(({ id }) => idText(id));
  if (new Set(ids).size !== ids.length) throw new Error('a point was found twice');
  return hits.map(({ score }) => score);
}

async function green(collection: Collection): Promise<void> {
  for (let turn = 0; turn < 1200 && collection.info().status !== 'green'; turn++) await delay(25);
}

test('searches stay exact whenever originals go, under writes, indexing, compaction and restarts', async (t) => {
  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1e6));
  t.log(`SEED=${seed}`);
  const draw = seededRandom(seed);
  const vector = (): number[] => Array.from({ length: SIZE }, () => draw() * 2 - 1);
  const limits = { budgetBytes: MUCH, baseBytes: 0, residentBytes: () => 0 };
  const folder = await temporaryFolder();
  let house = await openHouse(folder, realWorld(), limits);
  const model: Model = new Map();
  const close = (a: readonly number[], b: readonly number[]): boolean =>
    a.length === b.length && a.every((score, at) => Math.abs(score - (b[at] ?? 0)) < 1e-4);
  try {
    const options = { indexingThreshold: 40, vacuumMinVectorNumber: 100 };
    await house.database.create('c', configOf([denseConfig('', SIZE, 'Dot')], [], options));
    for (let round = 0; round < ROUNDS; round++) {
      const collection = house.database.collection('c');
      const first = Math.floor(draw() * IDS);
      const points = Array.from({ length: 200 }, (_, at) => ({ id: (first + at) % IDS, vector: vector() }));
      const searches = Promise.all(Array.from({ length: 6 }, (_, at) => search(collection, vector(), at % 2 === 0)));
      const { used } = collection.memory().process;
      limits.budgetBytes = [MUCH, MUCH, used * 1.02, used * 0.98][Math.floor(draw() * 4)] ?? MUCH;
      house.database.memory.review();
      try {
        await collection.update(CONTEXT, upsertOf('c', points));
        for (const { id, vector } of points) model.set(id, vector);
      } catch (error) {
        if (!(error instanceof VectorizerError && error.kind === 'insufficient_storage')) throw error;
      }
      const gone = Array.from({ length: 20 }, () => Math.floor(draw() * IDS));
      await collection.update(CONTEXT, deleteOf('c', gone));
      for (const id of gone) model.delete(id);
      await searches;
      const query = vector();
      const found = await search(collection, query, true);
      t.true(
        close(found, nearest(model, query, 10)),
        `round ${round}: ${found.join()} in place of ${nearest(model, query, 10).join()}`,
      );
      if (round % 13 === 12) {
        await house.close();
        house = await openHouse(folder, realWorld(), limits);
      }
    }
    limits.budgetBytes = MUCH;
    house.database.memory.review();
    const collection = house.database.collection('c');
    await green(collection);
    t.is(collection.info().status, 'green');
    t.is(collection.pointCount, model.size);
    const query = vector();
    t.true(close(await search(collection, query, true), nearest(model, query, 10)));
    t.true(close(await search(collection, query, false), nearest(model, query, 10)));
  } finally {
    limits.budgetBytes = MUCH;
    house.database.memory.review();
    await house.close();
    await removeFolder(folder);
  }
});

test('vectors on disk take no memory but their codes, and scores are exact', async (t) => {
  const house = await openHouse(await temporaryFolder());
  try {
    const disk = { ...denseConfig('disk', SIZE, 'Dot'), onDisk: true };
    const binary = {
      kind: 'binary',
      encoding: undefined,
      queryEncoding: undefined,
      alwaysRam: true,
      memory: undefined,
    } as const;
    const small = { ...denseConfig('small', SIZE * 32, 'Dot'), onDisk: true, quantization: binary };
    await house.database.create('c', configOf([denseConfig('ram', SIZE, 'Dot'), disk, small], []));
    const collection = house.database.collection('c');
    const draw = seededRandom(7);
    const vector = (length: number): number[] => Array.from({ length }, () => draw() * 2 - 1);
    const model: Model = new Map();
    for (let first = 0; first < 2000; first += 500) {
      const points = Array.from({ length: 500 }, (_, at) => {
        const short = vector(SIZE);
        model.set(first + at, short);
        return { id: first + at, vectors: { ram: short, disk: short, small: vector(SIZE * 32) } };
      });
      await collection.update(CONTEXT, upsertOf('c', points));
    }
    const [inRam, onDisk, smallest] = collection.memory().vectors;
    t.deepEqual([inRam?.name, onDisk?.name, smallest?.name], ['ram', 'disk', 'small']);
    t.true((inRam?.originals ?? 0) >= 2000 * SIZE * 2);
    t.deepEqual([onDisk?.originals, smallest?.originals], [0, 0]);
    // A bit a coordinate, and what goes with a row.
    t.true((smallest?.codes ?? Infinity) < 3000 * (SIZE * 4 + 64), `${smallest?.codes} bytes`);
    const query = vector(SIZE);
    for (const using of ['ram', 'disk']) {
      const queries = [queryOf(query, { limit: 10, using })];
      const [hits = []] = await collection.query(CONTEXT, { collection: 'c', queries, ...READ });
      const expected = nearest(model, query, 10);
      t.true(
        hits.every(({ score }, at) => Math.abs(score - (expected[at] ?? 0)) < 1e-4),
        using,
      );
    }
  } finally {
    await house.close();
    await removeFolder(house.folder);
  }
});
