import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import type { World } from '../../src/base/world.ts';
import type { Collection } from '../../src/collections/collection.ts';
import type { MemoryLimits } from '../../src/collections/memory-limits.ts';
import type { MemoryReport } from '../../src/core/answers.ts';
import type { Filter } from '../../src/core/filter.ts';
import { type JsonPath, jsonPath } from '../../src/core/json-path.ts';
import {
  config,
  CONTEXT,
  deleteOf,
  openHouse,
  queryOf,
  READ,
  realWorld,
  removeFolder,
  temporaryFolder,
  type TestHouse,
  upsertOf,
  WAIT,
} from './house.ts';

const SIZE = 64;
const ID = jsonPath('id') as JsonPath;
const MUCH = 64 * 2 ** 30;

const BOUNDS = { lt: 1000, gt: undefined, lte: undefined, gte: undefined };
/** No index serves it. */
const FIRST_HALF: Filter = {
  must: [{ kind: 'field', path: ID, predicates: [{ kind: 'range', bounds: BOUNDS }] }],
  should: [],
  mustNot: [],
  minShould: undefined,
};

// One after the other: what is kept of payloads is bounded for the whole process.

/** Limits that a test changes as it goes. */
interface Limits extends MemoryLimits {
  budgetBytes: number;
}

interface Ground {
  readonly house: TestHouse;
  readonly limits: Limits;
  /** Looks at the memory with another budget. */
  budget(bytes: number): void;
}

async function withHouse(run: (ground: Ground) => Promise<void>): Promise<void> {
  const limits: Limits = { budgetBytes: MUCH, baseBytes: 1 << 20, residentBytes: () => 12_345 };
  const house = await openHouse(await temporaryFolder(), realWorld(), limits);
  try {
    await run({
      house,
      limits,
      budget: (bytes) => {
        limits.budgetBytes = bytes;
        house.database.memory.review();
      },
    });
  } finally {
    limits.budgetBytes = MUCH;
    house.database.memory.review();
    await house.close();
    await removeFolder(house.folder);
  }
}

function vectorOf(id: number): number[] {
  return Array.from({ length: SIZE }, (_, at) => Math.sin((id + 1) * (at + 1) * 0.37 + at));
}

async function fill(house: TestHouse, name: string, from: number, to: number): Promise<Collection> {
  if (!house.database.has(name)) await house.database.create(name, config(SIZE, 'Dot'));
  const collection = house.database.collection(name);
  for (let first = from; first < to; first += 500) {
    const points = Array.from({ length: Math.min(500, to - first) }, (_, at) => {
      const id = first + at;
      return { id, vector: vectorOf(id), payload: { id, text: 'x'.repeat(500) } };
    });
    await collection.update(CONTEXT, upsertOf(name, points));
  }
  return collection;
}

const vectorsOf = (collection: Collection): MemoryReport['vectors'][number] => {
  const [vectors] = collection.memory().vectors;
  if (vectors === undefined) throw new Error('there are vectors');
  return vectors;
};
const usedBy = (collection: Collection): number => collection.memory().process.used;
const pressureOf = (collection: Collection): string => collection.memory().process.pressure;

async function checkpoint(collection: Collection): Promise<void> {
  for (const shard of collection.shards) await shard.writeCheckpoint('closing');
}

/** The points nearest to a point, with exact scores. */
async function checkSearch(
  t: { true(holds: boolean, why?: string): void },
  collection: Collection,
  count: number,
): Promise<void> {
  const query = vectorOf(7);
  const queries = [queryOf(query, { limit: 5 })];
  const [hits = []] = await collection.query(CONTEXT, { collection: 'c', queries, ...READ });
  const scores = Array.from({ length: count }, (_, id) =>
    vectorOf(id).reduce((sum, value, at) => sum + Math.fround(value) * Math.fround(query[at] ?? 0), 0),
  );
  const best = scores.toSorted((a, b) => b - a).slice(0, 5);
  t.true(hits.length === 5 && hits.every(({ score }, at) => Math.abs(score - (best[at] ?? 0)) < 1e-4), 'exact scores');
}

test.serial('what is used is told by what uses it', (t) =>
  withHouse(async ({ house }) => {
    const collection = await fill(house, 'c', 0, 1000);
    await collection.createFieldIndex(CONTEXT, {
      collection: 'c',
      path: ID,
      schema: { type: 'integer', params: undefined },
      ...WAIT,
    });
    const report = collection.memory();
    const { codes, index, originals, pending, originalsOnDisk } = vectorsOf(collection);
    t.true(codes >= 1000 * SIZE && index > 0 && originals >= 1000 * SIZE * 2);
    t.deepEqual([pending, originalsOnDisk], [1000 * SIZE * 4, 0]);
    t.true(report.payloads.overlay >= 1000 * 500);
    t.true(report.ids >= 1000 * 20);
    t.deepEqual(
      report.payloadIndexes.map(({ field, bytes }) => [field, bytes > 0]),
      [['id', true]],
    );
    t.like(report.process, { budget: MUCH, resident: 12_345, valueCache: 0, pressure: 'none' });
    t.true(report.process.used > (1 << 20) + codes + index + originals + pending + report.payloads.overlay);
    await checkpoint(collection);
    const written = vectorsOf(collection);
    t.is(written.pending, 0);
    t.true(written.originalsOnDisk >= 1000 * SIZE * 4);
    t.is(collection.memory().payloads.overlay, 0);
  }),
);

test.serial('caches go first, and come back', (t) =>
  withHouse(async ({ house, budget }) => {
    const collection = await fill(house, 'c', 0, 2000);
    await checkpoint(collection);
    t.is(await collection.count(CONTEXT, { collection: 'c', filter: FIRST_HALF, exact: true, ...READ }), 1000);
    const walked = (): MemoryReport['payloads'] => collection.memory().payloads;
    for (let turn = 0; turn < 500 && walked().chunks === 0; turn++) await delay(1);
    t.true(walked().chunks > 2000 * 500 && walked().matches > 0);
    await collection.retrieve(CONTEXT, {
      collection: 'c',
      ids: [{ kind: 0, word0: 0, word1: 0, word2: 0, word3: 5 }],
      withPayload: { kind: 'all' },
      withVector: { kind: 'none' },
      ...READ,
    });
    const before = collection.memory().process.valueCache;
    t.true(before > 2 ** 26);
    budget(usedBy(collection));
    t.is(pressureOf(collection), 'caches');
    t.deepEqual([collection.memory().process.valueCache, walked().chunks, walked().matches], [0, 0, 0]);
    t.is(await collection.count(CONTEXT, { collection: 'c', filter: FIRST_HALF, exact: true, ...READ }), 1000);
    await delay(20);
    t.is(walked().chunks, 0, 'nothing is kept now');
    t.true(vectorsOf(collection).originals > 0);
    // Just below three quarters, but the caches would not fit.
    budget(usedBy(collection) / 0.7);
    t.is(pressureOf(collection), 'caches');
    budget(MUCH);
    t.is(pressureOf(collection), 'none');
  }),
);

test.serial('then originals, of the largest field first; scores stay exact', (t) =>
  withHouse(async ({ house, budget }) => {
    const small = await fill(house, 'small', 0, 1000);
    const large = await fill(house, 'large', 0, 3000);
    const { originals } = vectorsOf(large);
    budget((usedBy(large) - originals / 2) / 0.9);
    t.is(vectorsOf(large).originals, 0);
    t.true(vectorsOf(small).originals > 0);
    t.is(pressureOf(small), 'originals');
    await checkSearch(t, large, 3000);
    await fill(house, 'large', 3000, 3500);
    t.is(vectorsOf(large).originals, 0, 'nor for what comes later');
    const later = Array.from({ length: 500 }, (_, at) => 3000 + at);
    await large.update(CONTEXT, deleteOf('large', later));
    await checkpoint(large);
    await checkSearch(t, large, 3000);
    await checkSearch(t, small, 1000);
  }),
);

test.serial('a start does not bring into memory what would not fit', async (t) => {
  const limits: Limits = { budgetBytes: MUCH, baseBytes: 1 << 20, residentBytes: () => 0 };
  const first = await openHouse(await temporaryFolder(), realWorld(), limits);
  await fill(first, 'c', 0, 3000);
  const before = vectorsOf(first.database.collection('c'));
  await first.close();
  limits.budgetBytes = ((1 << 20) + before.codes + before.index) * 1.05;
  const house = await openHouse(first.folder, realWorld(), limits);
  try {
    const collection = house.database.collection('c');
    t.is(vectorsOf(collection).originals, 0);
    t.is(vectorsOf(collection).codes, before.codes);
    await checkSearch(t, collection, 3000);
  } finally {
    await house.close();
    await removeFolder(house.folder);
  }
});

test.serial('then what waits in memory is written', (t) =>
  withHouse(async ({ house, budget }) => {
    const collection = await fill(house, 'c', 0, 3000);
    const waiting = vectorsOf(collection).pending + collection.memory().payloads.overlay;
    budget((usedBy(collection) - vectorsOf(collection).originals - waiting / 2) / 0.9);
    t.is(pressureOf(collection), 'checkpoints');
    // A write waits for it, and is taken.
    await collection.update(CONTEXT, upsertOf('c', [{ id: 1, vector: vectorOf(1) }]));
    for (let turn = 0; turn < 500 && pressureOf(collection) === 'checkpoints'; turn++) await delay(10);
    t.is(pressureOf(collection), 'originals');
    t.true(vectorsOf(collection).pending <= SIZE * 4);
    t.true(collection.memory().payloads.overlay < 1000);
  }),
);

test.serial('what cannot be written is tried again, now and then; writes are refused meanwhile', async (t) => {
  const real = realWorld();
  let isFull = false;
  let attempts = 0;
  const freeBytes = (path: string): Promise<number> => {
    attempts++;
    return isFull ? Promise.resolve(0) : real.files.freeBytes(path);
  };
  const files = Object.assign(Object.create(real.files) as World['files'], { freeBytes });
  const limits: Limits = { budgetBytes: MUCH, baseBytes: 1 << 20, residentBytes: () => 0 };
  const house = await openHouse(await temporaryFolder(), { ...real, files }, limits);
  try {
    const collection = await fill(house, 'c', 0, 3000);
    const waiting = vectorsOf(collection).pending + collection.memory().payloads.overlay;
    isFull = true;
    attempts = 0;
    limits.budgetBytes = (usedBy(collection) - vectorsOf(collection).originals - waiting / 2) / 0.9;
    house.database.memory.review();
    for (let turn = 0; turn < 500 && pressureOf(collection) !== 'refusing'; turn++) await delay(10);
    t.is(pressureOf(collection), 'refusing');
    const point = [{ id: 1, vector: vectorOf(1) }];
    await t.throwsAsync(collection.update(CONTEXT, upsertOf('c', point)), { message: /^Resident memory/ });
    await delay(300);
    t.true(attempts > 0 && attempts < 10, `${attempts} attempts`);
    isFull = false;
    for (let turn = 0; turn < 500 && pressureOf(collection) !== 'originals'; turn++) await delay(10);
    await collection.update(CONTEXT, upsertOf('c', point));
    t.is(pressureOf(collection), 'originals');
  } finally {
    await house.close();
    await removeFolder(house.folder);
  }
});

test.serial('only then are writes refused; reads and deletions go on, and writes when there is room again', (t) =>
  withHouse(async ({ house, budget }) => {
    const collection = await fill(house, 'c', 0, 1000);
    budget(usedBy(collection) / 4);
    const refusal = { message: /^Resident memory usage is at \d+% of the memory budget of \d+ MiB\. Help: / };
    const point = [{ id: 1, vector: vectorOf(1) }];
    const error = await t.throwsAsync(collection.update(CONTEXT, upsertOf('c', point)), refusal);
    t.is((error as unknown as { kind: string }).kind, 'insufficient_storage');
    const schema = { type: 'integer', params: undefined } as const;
    const index = { collection: 'c', path: ID, schema, ...WAIT };
    await t.throwsAsync(collection.createFieldIndex(CONTEXT, index), refusal);
    await t.throwsAsync(
      house.database.createVectorField({
        collection: 'c',
        field: { kind: 'sparse', name: 's', modifier: undefined, index: undefined },
        ...WAIT,
      }),
      refusal,
    );
    await checkSearch(t, collection, 1000);
    await collection.update(CONTEXT, deleteOf('c', [999]));
    t.is(collection.pointCount, 999);
    budget(MUCH);
    await collection.update(CONTEXT, upsertOf('c', point));
    await collection.createFieldIndex(CONTEXT, index);
    t.pass();
  }),
);

test.serial('the memory is looked at without anybody asking', (t) =>
  withHouse(async ({ house, limits }) => {
    const collection = await fill(house, 'c', 0, 1000);
    limits.budgetBytes = usedBy(collection);
    for (let turn = 0; turn < 500 && vectorsOf(collection).originals > 0; turn++) await delay(10);
    t.is(vectorsOf(collection).originals, 0);
  }),
);
