import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import type { Collection } from '../../src/collections/collection.ts';
import { segmentUuid } from '../../src/collections/optimizations-report.ts';
import {
  type CollectionDiff,
  NO_HNSW_DIFF,
  NO_OPTIMIZERS_PATCH,
  type OptimizersPatch,
  type QuantizationDiff,
} from '../../src/core/collection-config.ts';
import type { CollectionInfo, OptimizationsReport } from '../../src/core/answers.ts';
import {
  config,
  CONTEXT,
  NO_DIFF,
  openHouse,
  queryOf,
  READ,
  removeFolder,
  temporaryFolder,
  type TestHouse,
  upsertOf,
} from './house.ts';

const SIZE = 64;

const optimizers = (change: Partial<OptimizersPatch>): CollectionDiff => ({
  ...NO_DIFF,
  optimizers: { ...NO_OPTIMIZERS_PATCH, ...change },
});

const graphLinks = (m: number): CollectionDiff => ({ ...NO_DIFF, hnsw: { ...NO_HNSW_DIFF, m } });

const quantised = (quantization: QuantizationDiff): CollectionDiff => ({ ...NO_DIFF, quantization });

interface Ground {
  readonly house: TestHouse;
  readonly collection: Collection;
  patch(diff: CollectionDiff): Promise<boolean>;
  upsert(from: number, to: number): Promise<void>;
}

/** A collection of 64 dimensions whose graph is built from 40 KB on, 160 points, changed by `diff` before anything else. */
async function withCollection(diff: CollectionDiff, run: (ground: Ground) => Promise<void>): Promise<void> {
  const house = await openHouse(await temporaryFolder());
  try {
    await house.database.create('c', config(SIZE, 'Euclid', { indexingThreshold: 40 }));
    await house.database.update('c', diff);
    const collection = house.database.collection('c');
    const upsert = async (from: number, to: number): Promise<void> => {
      for (let first = from; first < to; first += 500) {
        const count = Math.min(500, to - first);
        const points = Array.from({ length: count }, (_, at) => ({ id: first + at, vector: vectorOf(first + at) }));
        await collection.update(CONTEXT, upsertOf('c', points));
      }
    };
    await run({ house, collection, upsert, patch: (change) => house.database.update('c', change) });
  } finally {
    await house.close();
    await removeFolder(house.folder);
  }
}

function vectorOf(id: number): number[] {
  return Array.from({ length: SIZE }, (_, at) => Math.sin((id + 1) * (at + 1) * 0.37 + at));
}

async function until(collection: Collection, holds: (info: CollectionInfo) => boolean): Promise<void> {
  for (let turn = 0; turn < 3000 && !holds(collection.info()); turn++) await delay(10);
  if (!holds(collection.info())) throw new Error(`the collection stays ${JSON.stringify(collection.info())}`);
}

const isGreen = ({ status }: CollectionInfo): boolean => status === 'green';

/** Waits until nothing is running: the last checkpoint of a piece of work is written after the status says green. */
async function rest(collection: Collection): Promise<void> {
  for (let turn = 0; turn < 3000 && report(collection).running.length > 0; turn++) await delay(10);
}

function report(collection: Collection, completedLimit = 100): OptimizationsReport {
  return collection.optimizations({
    collection: 'c',
    queued: true,
    completed: true,
    idleSegments: true,
    completedLimit,
  });
}

const names = ({ completed }: OptimizationsReport): readonly string[] =>
  (completed ?? []).map(({ optimizer }) => optimizer).filter((name) => name !== 'checkpoint');

test('with indexing_threshold 0 nothing is indexed and nothing is due; another one begins at once', (t) =>
  withCollection(optimizers({ indexingThreshold: 0 }), async ({ collection, upsert, patch }) => {
    await upsert(0, 2000);
    await until(collection, isGreen);
    t.is(collection.info().indexedVectorsCount, 0);
    const before = report(collection);
    t.deepEqual([before.queued, names(before)], [[], []]);
    t.is(before.summary.idleSegments, 1);
    await patch(optimizers({ indexingThreshold: 40 }));
    await until(collection, isGreen);
    t.is(collection.info().indexedVectorsCount, 2000);
    t.deepEqual(names(report(collection)), ['indexing']);
    // What comes from now on is not indexed any more.
    await patch(optimizers({ indexingThreshold: 0 }));
    await upsert(2000, 2500);
    await until(collection, isGreen);
    t.is(collection.info().indexedVectorsCount, 2000);
  }));

test('with max_optimization_threads 0 what is due waits, and the status is grey', (t) =>
  withCollection(optimizers({ maxOptimizationThreads: 0 }), async ({ collection, upsert, patch }) => {
    t.is(collection.info().status, 'green');
    await upsert(0, 2000);
    await until(collection, ({ status }) => status === 'grey');
    t.is(collection.info().indexedVectorsCount, 0);
    const { number } = collection;
    const segment = { uuid: segmentUuid(number, 0, 1), pointsCount: 2000 };
    t.deepEqual(
      { ...report(collection), completed: undefined },
      {
        summary: { queuedOptimizations: 1, queuedSegments: 1, queuedPoints: 2000, idleSegments: 0 },
        running: [],
        queued: [{ optimizer: 'indexing', segments: [segment] }],
        completed: undefined,
        idleSegments: [],
      },
    );
    await patch(optimizers({ maxOptimizationThreads: null }));
    await until(collection, isGreen);
    await rest(collection);
    t.is(collection.info().indexedVectorsCount, 2000);
    const { summary, idleSegments, completed } = report(collection);
    t.deepEqual(summary, { queuedOptimizations: 0, queuedSegments: 0, queuedPoints: 0, idleSegments: 1 });
    t.deepEqual(idleSegments, [segment]);
    const indexing = completed?.find(({ optimizer }) => optimizer === 'indexing');
    t.like(indexing, { status: 'done', segments: [segment], progress: { name: 'indexing', done: 2000, total: 2000 } });
    t.true((indexing?.progress.finishedAtMs ?? 0) >= (indexing?.progress.startedAtMs ?? Infinity));
  }));

test('with m 0 there is no graph; another m builds it', (t) =>
  withCollection(graphLinks(0), async ({ collection, upsert, patch }) => {
    await upsert(0, 2000);
    await until(collection, isGreen);
    t.is(collection.info().indexedVectorsCount, 0);
    await patch(graphLinks(8));
    await until(collection, isGreen);
    await rest(collection);
    t.is(collection.info().indexedVectorsCount, 2000);
    t.deepEqual(names(report(collection)), ['indexing', 'config mismatch']);
    await patch(graphLinks(0));
    await until(collection, isGreen);
    t.is(collection.info().indexedVectorsCount, 0);
  }));

test('a graph that is being built stops when it is postponed, and goes on when it is allowed', (t) =>
  withCollection(NO_DIFF, async ({ collection, upsert, patch }) => {
    await upsert(0, 8000);
    await until(collection, ({ indexedVectorsCount }) => indexedVectorsCount > 0);
    t.is(collection.info().status, 'yellow');
    t.deepEqual(
      report(collection).running.map(({ optimizer, status }) => [optimizer, status]),
      [['indexing', 'optimizing']],
    );
    await patch(optimizers({ maxOptimizationThreads: 0 }));
    await rest(collection);
    const stopped = collection.info();
    t.is(stopped.status, 'grey');
    t.true(stopped.indexedVectorsCount < 8000);
    const [last] = report(collection, 1).completed ?? [];
    t.deepEqual(last?.status, { cancelled: 'the building of an index was cancelled' });
    await delay(100);
    t.is(collection.info().indexedVectorsCount, stopped.indexedVectorsCount);
    await patch(optimizers({ maxOptimizationThreads: 2 }));
    await until(collection, isGreen);
    t.is(collection.info().indexedVectorsCount, 8000);
  }));

const NOWHERE = { alwaysRam: undefined, memory: undefined };

/** Quantisations in turn, and whether their codes are smaller than those that there are without. */
const QUANTISATIONS: readonly (readonly [QuantizationDiff, boolean])[] = [
  [{ kind: 'scalar', quantile: 0.99, ...NOWHERE }, false],
  [{ kind: 'product', compression: 'x16', ...NOWHERE }, true],
  [{ kind: 'binary', encoding: 'two_bits', queryEncoding: 'scalar8bits', ...NOWHERE }, true],
  [{ kind: 'turbo', bits: 'bits4', ...NOWHERE }, true],
  ['disabled', false],
];

test('another quantisation is made in the background, and points are found meanwhile', (t) =>
  withCollection(NO_DIFF, async ({ collection, upsert, patch }) => {
    await upsert(0, 5000);
    await until(collection, isGreen);
    const codes = (): number => collection.memory().vectors.reduce((sum, vector) => sum + vector.codes, 0);
    const search = async (): Promise<number> => {
      const queries = [queryOf(vectorOf(7), { limit: 5 })];
      const [hits = []] = await collection.query(CONTEXT, { collection: 'c', queries, ...READ });
      return hits.length;
    };
    const plain = codes();
    for (const [quantization, isSmaller] of QUANTISATIONS) {
      const what = JSON.stringify(quantization);
      await patch(quantised(quantization));
      t.is(collection.info().status, 'yellow', what);
      const seen = new Set<number>();
      while (!isGreen(collection.info())) seen.add(await search());
      t.deepEqual([...seen], [5], what);
      await rest(collection);
      t.is(names(report(collection, 100))[0], 'config mismatch', what);
      t.is(codes() < plain, isSmaller, `${codes()} bytes of codes, ${plain} before: ${what}`);
      t.is(collection.info().indexedVectorsCount, 5000, what);
    }
    t.is(codes(), plain);
    t.is(collection.config.quantization, undefined);
  }));

test('originals leave the memory when they are to be on disk, and come back', (t) =>
  withCollection(NO_DIFF, async ({ collection, upsert, patch }) => {
    await upsert(0, 2000);
    const originals = (): number => collection.memory().vectors.reduce((sum, vector) => sum + vector.originals, 0);
    t.true(originals() > 0);
    for (const onDisk of [true, false]) {
      const change = { hnswConfig: undefined, quantization: undefined, onDisk, memory: undefined };
      await patch({ ...NO_DIFF, vectors: new Map([['', change]]) });
      await until(collection, isGreen);
      await rest(collection);
      t.is(originals() > 0, !onDisk);
    }
  }));

test('what is not asked for is not reported, and the past is bounded', (t) =>
  withCollection(NO_DIFF, async ({ collection, upsert }) => {
    for (let round = 0; round < 3; round++) {
      await upsert(round * 1000, round * 1000 + 1000);
      await until(collection, isGreen);
    }
    t.is(report(collection, 2).completed?.length, 2);
    const bare = collection.optimizations({
      collection: 'c',
      queued: false,
      completed: false,
      idleSegments: false,
      completedLimit: 16,
    });
    t.deepEqual([bare.queued, bare.completed, bare.idleSegments], [undefined, undefined, undefined]);
    t.is(bare.summary.idleSegments, 1);
  }));
