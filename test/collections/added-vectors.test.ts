import test from 'ava';
import type { Collection } from '../../src/collections/collection.ts';
import { compactSegments } from '../../src/collections/compaction.ts';
import { configOf } from './house.ts';
import { denseConfig, sparseConfig } from './plain-vectors.ts';
import {
  checkContent,
  checkSearch,
  collectionOf,
  crash,
  deletePoints,
  restart,
  updateVectors,
  upsert,
  type VectorGround,
  withVectors,
} from './vector-ground.ts';
import { checkAll } from './vector-steps.ts';

/** Vectors that points get later under names where they had none: their rows stay, and nothing else is indexed again. */

const CONFIG = configOf([denseConfig('a', 4, 'Euclid'), denseConfig('b', 3, 'Dot')], [sparseConfig('s')], {
  maxOptimizationThreads: 0,
});
const SIGNAL = new AbortController().signal;
const COUNT = 400;
/** Any number: what is asked depends on it. */
const DRAW = 4711;

const spread = (id: number, size: number): number[] =>
  Array.from({ length: size }, (_, column) => Math.sin(id * 7.3 + column * 2.1) * 10);

const ids = Array.from({ length: COUNT }, (_, index) => index);

/** Every second point, the last first, as two more vectors of it. */
const later = ids
  .filter((id) => id % 2 === 0)
  .toReversed()
  .map((id) => ({ id, n: 0, vectors: { b: spread(id + 1, 3), s: { indices: [id % 9, 20], values: [1, 2] } } }));

async function fill(ground: VectorGround): Promise<void> {
  await upsert(
    ground,
    ids.map((id) => ({ id, n: id % 4, vectors: { a: spread(id, 4) } })),
  );
  await updateVectors(ground, later);
}

function rowsOf({ shards }: Collection): readonly number[] {
  return shards.flatMap(({ segments }) => segments.flatMap(({ rowCount, removedCount }) => [rowCount, removedCount]));
}

async function indexAll({ shards }: Collection): Promise<void> {
  for (const field of shards.flatMap(({ segments }) => segments).flatMap(({ fields }) => fields))
    await field.buildIndex({ signal: SIGNAL });
}

async function compact(ground: VectorGround): Promise<void> {
  for (const shard of collectionOf(ground).shards)
    await compactSegments(shard, {
      isDue: ({ rowCount }) => rowCount > 0,
      mayIndex: true,
      signal: SIGNAL,
      onProgress: () => undefined,
    });
}

test('added vectors are found, filtered by and shown; no row is written anew, and a restart knows them', (t) =>
  withVectors(CONFIG, async (ground) => {
    await fill(ground);
    t.deepEqual(rowsOf(collectionOf(ground)), [COUNT, 0]);
    await checkAll(ground, DRAW);
    // A name that is there already needs a new row; the first one of two changes of a point stands before the second.
    await updateVectors(ground, [
      { id: 1, n: 0, vectors: { a: spread(3, 4) } },
      { id: 1, n: 0, vectors: { b: spread(4, 3) } },
      { id: 3, n: 0, vectors: { b: spread(5, 3) } },
      { id: 3, n: 0, vectors: { b: spread(6, 3) } },
    ]);
    t.deepEqual(rowsOf(collectionOf(ground)), [COUNT + 3, 3]);
    await checkAll(ground, DRAW);
    await crash(ground);
    await checkAll(ground, DRAW);
    await restart(ground);
    await checkAll(ground, DRAW);
    t.pass();
  }));

test('a compaction brings graph and vectors along, in whatever order they came', (t) =>
  withVectors(CONFIG, async (ground) => {
    await fill(ground);
    await indexAll(collectionOf(ground));
    await deletePoints(ground, { n: 3 });
    await deletePoints(ground, { ids: [0, 2, 4, 100, 398] });
    await compact(ground);
    t.is(collectionOf(ground).shards[0]?.segments[0]?.removedCount, 0);
    await checkContent(ground);
    for (const name of ['a', 'b']) {
      const query = spread(17, name === 'a' ? 4 : 3);
      for (const exact of [true, false])
        for (const target of [undefined, { n: 2 }])
          await checkSearch(ground, { name, query, target, limit: 10, exact });
    }
    await restart(ground);
    await checkAll(ground, DRAW);
  }));

test('while rows are copied, vectors that are added make new rows: none is lost', (t) =>
  withVectors(CONFIG, async (ground) => {
    await upsert(
      ground,
      ids.map((id) => ({ id, n: id % 4, vectors: { a: spread(id, 4) } })),
    );
    await deletePoints(ground, { n: 1 });
    const compacting = compact(ground);
    await updateVectors(
      ground,
      later.filter(({ id }) => id % 4 !== 1),
    );
    await compacting;
    await checkAll(ground, DRAW);
    await restart(ground);
    await checkAll(ground, DRAW);
    t.pass();
  }));
