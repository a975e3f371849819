import { setImmediate as nextTurn } from 'node:timers/promises';
import test from 'ava';
import type { Collection } from '../../src/collections/collection.ts';
import { compactSegments } from '../../src/collections/compaction.ts';
import { VectorizerError } from '../../src/core/errors.ts';
import { columns, configOf, CONTEXT, idOf, READ, WAIT } from './house.ts';
import { denseConfig, sparseConfig } from './plain-vectors.ts';
import {
  answerOf,
  collectionOf,
  crash,
  crashBeforeLog,
  createField,
  deleteField,
  deletePoints,
  deleteVectors,
  restart,
  updateVectors,
  upsert,
  type VectorGround,
  withVectors,
} from './vector-ground.ts';
import type { GivenPoint } from './vector-model.ts';
import { checkAll } from './vector-steps.ts';

/** Fields of vectors that come and go on a live collection: the cases that chance would seldom bring together. */

const BY_HAND = { maxOptimizationThreads: 0 };
const CONFIG = configOf([denseConfig('', 2, 'Dot'), denseConfig('a', 3, 'Euclid')], [sparseConfig('s')], BY_HAND);
const NEVER = new AbortController().signal;

/** Points with all vectors; of every third one `a` is missing. */
function pointsOf(from: number, to: number, size = 3): GivenPoint[] {
  return Array.from({ length: to - from }, (_, at) => {
    const id = from + at;
    const a = Array.from({ length: size }, (_value, column) => 10 + (id % 20) + column);
    const vectors = { '': [10 + (id % 20), 1], s: { indices: [id, 1000], values: [1, id] } };
    return { id, n: id % 4, vectors: id % 3 === 0 ? vectors : { ...vectors, a } };
  });
}

async function inBoth(ground: VectorGround, run: (collection: Collection) => Promise<void>): Promise<void> {
  await run(collectionOf(ground));
}

function checkpoint(ground: VectorGround): Promise<void> {
  return inBoth(ground, async ({ shards }) => {
    for (const shard of shards) await shard.writeCheckpoint('closing');
  });
}

function compact(ground: VectorGround): Promise<void> {
  return inBoth(ground, async ({ shards }) => {
    for (const shard of shards)
      await compactSegments(shard, {
        isDue: ({ rowCount }) => rowCount > 0,
        mayIndex: true,
        signal: NEVER,
        onProgress: () => undefined,
      });
  });
}

/** A compaction that gives up where fields changed: as the optimizer hears of it. */
async function compactOrGiveUp(ground: VectorGround): Promise<string> {
  try {
    await compact(ground);
    return 'done';
  } catch (error) {
    // Caught to be compared: anything else is a failure.
    if (error instanceof VectorizerError && error.kind === 'timeout') return 'gave up';
    throw error;
  }
}

const fieldA = (size: number) => ({ kind: 'dense', ...denseConfig('a', size, 'Dot') }) as const;

test('what a filter on vectors decided is decided alike after a crash, although their field is gone by then', async (t) => {
  await withVectors(CONFIG, async (ground) => {
    await upsert(ground, pointsOf(1, 12));
    await deletePoints(ground, { hasVector: 'a' });
    await upsert(ground, pointsOf(20, 30));
    await deleteVectors(ground, { lacksVector: 'a' }, ['s']);
    await deleteField(ground, 'a');
    await checkAll(ground, 1);
    await crash(ground);
    await checkAll(ground, 2);
    await restart(ground);
    await checkAll(ground, 3);
  });
  t.pass();
});

test('the same with a field of that name that has another size by then', async (t) => {
  await withVectors(CONFIG, async (ground) => {
    await upsert(ground, pointsOf(1, 12));
    await deletePoints(ground, { hasVector: 'a' });
    await deleteField(ground, 'a');
    await createField(ground, fieldA(5));
    await upsert(ground, pointsOf(20, 30, 5));
    await crash(ground);
    await checkAll(ground, 1);
    await deletePoints(ground, { lacksVector: 'a' });
    await deleteField(ground, 'a');
    await createField(ground, { kind: 'sparse', ...sparseConfig('a') });
    await crash(ground);
    await checkAll(ground, 2);
  });
  t.pass();
});

test('a field that comes and goes between a checkpoint and a crash', async (t) => {
  await withVectors(CONFIG, async (ground) => {
    await upsert(ground, pointsOf(1, 8));
    await checkpoint(ground);
    await createField(ground, { kind: 'sparse', ...sparseConfig('late') });
    await updateVectors(ground, [{ id: 2, n: 0, vectors: { late: { indices: [1], values: [2] } } }]);
    await deletePoints(ground, { hasVector: 'late' });
    await deleteField(ground, 'late');
    await crash(ground);
    await checkAll(ground, 1);
  });
  t.pass();
});

for (const size of [3, 4]) {
  test(`a field of the catalogue that the log does not know: created with ${size} numbers, deleted, created again`, async (t) => {
    await withVectors(CONFIG, async (ground) => {
      await crashBeforeLog(ground, () => deleteField(ground, 'a'), [0]);
      await upsert(
        ground,
        pointsOf(1, 8).map(({ id, n }) => ({ id, n, vectors: { '': [id, 2] } })),
      );
      await checkAll(ground, 1);
      await crashBeforeLog(ground, () => createField(ground, fieldA(size)), [0]);
      await upsert(ground, pointsOf(5, 12, size));
      await checkAll(ground, 2);
      await checkpoint(ground);
      await crashBeforeLog(ground, () => deleteField(ground, 'a'), [0]);
      await checkAll(ground, 3);
      await crash(ground);
      await checkAll(ground, 4);
    });
    t.pass();
  });
}

test('a field that goes, and comes with another size, while a compaction copies', async (t) => {
  t.timeout(60_000);
  await withVectors(CONFIG, async (ground) => {
    for (const size of [3, 7, 2]) {
      await upsert(ground, pointsOf(1, 700, size));
      await checkpoint(ground);
      const running = compactOrGiveUp(ground);
      for (let turn = 0; turn < 2; turn++) await nextTurn();
      await deleteField(ground, 'a');
      await createField(ground, fieldA(size + 1));
      await upsert(ground, pointsOf(600, 610, size + 1));
      const result = await running;
      t.log(`size ${size}: ${result}`);
      await checkAll(ground, size);
      t.is(await compactOrGiveUp(ground), 'done');
      await checkAll(ground, size);
      await crash(ground);
      await checkAll(ground, size);
      await deleteField(ground, 'a');
      await createField(ground, fieldA(size === 3 ? 7 : 2));
    }
  });
});

test('a field that goes while a checkpoint writes its vectors', async (t) => {
  t.timeout(60_000);
  await withVectors(CONFIG, async (ground) => {
    // Small pieces are written again with what is new: the files of the field are read while they are closed.
    for (let round = 0; round < 12; round++) {
      await upsert(ground, pointsOf(round * 40 + 1, round * 40 + 100));
      if (round % 3 === 0) await checkpoint(ground);
      const running = checkpoint(ground);
      for (let turn = 0; turn < round; turn++) await nextTurn();
      await deleteField(ground, 'a');
      await running;
      await checkAll(ground, round);
      await createField(ground, fieldA(3));
      if (round % 4 === 1) await crash(ground);
    }
    await checkAll(ground, 99);
  });
  t.pass();
});

test('a name with other vectors is refused, the very same field again is no fault', async (t) => {
  await withVectors(CONFIG, async (ground) => {
    await upsert(ground, pointsOf(1, 8));
    await createField(ground, fieldA(4));
    await createField(ground, { kind: 'sparse', ...sparseConfig('a') });
    await createField(ground, { kind: 'dense', ...denseConfig('s', 4, 'Dot') });
    await createField(ground, { kind: 'dense', ...denseConfig('a', 3, 'Euclid') });
    await createField(ground, { kind: 'sparse', ...sparseConfig('s') });
    await deleteField(ground, 'unknown');
    await checkAll(ground, 1);
  });
  t.pass();
});

test('updates that are on their way while a field comes with another size are refused or carried out, never both', async (t) => {
  t.timeout(60_000);
  await withVectors(CONFIG, async (ground) => {
    const { database } = ground.house;
    const collection = collectionOf(ground);
    const change = (kind: 'upsert' | 'update_vectors', size: number): Promise<string> => {
      const points = columns([1, 2, 3].map((id) => ({ id, vectors: { a: Array.from({ length: size }, () => id) } })));
      const given =
        kind === 'upsert'
          ? ({ kind, points, mode: 'upsert', updateFilter: undefined } as const)
          : ({ kind, points, updateFilter: undefined } as const);
      return answerOf(collection.update(CONTEXT, { collection: 'c', change: given, ...WAIT }));
    };
    await upsert(ground, pointsOf(1, 4));
    for (let round = 0; round < 40; round++) {
      const [old, next] = round % 2 === 0 ? [3, 5] : [5, 3];
      const running: Promise<string>[] = [
        answerOf(database.deleteVectorField({ collection: 'c', name: 'a', ...WAIT })),
        answerOf(database.createVectorField({ collection: 'c', field: fieldA(next), ...WAIT })),
      ];
      for (let turn = 0; turn < 12; turn++) {
        running.push(change(turn % 2 === 0 ? 'upsert' : 'update_vectors', turn % 3 === 0 ? next : old));
        for (let wait = 0; wait < round % 5; wait++) await nextTurn();
      }
      const answers = new Set((await Promise.all(running)).map((answer) => answer.split(/[:,]/)[0]));
      t.true(
        [...answers].every((answer) => answer === 'done' || answer === 'bad_input'),
        [...answers].join(),
      );
      t.is(await change('upsert', next), 'done');
      t.is(await change('update_vectors', next), 'done');
      const page = await collection.retrieve(CONTEXT, {
        collection: 'c',
        ids: [1, 2, 3].map(idOf),
        withPayload: { kind: 'none' },
        withVector: { kind: 'all' },
        ...READ,
      });
      t.deepEqual(
        page.map(({ vectors }) => vectors?.map(({ vector }) => vector.values.length)),
        [[next], [next], [next]],
      );
    }
  });
});
