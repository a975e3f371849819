import test from 'ava';
import { inspectSnapshot } from '../../src/collections/snapshot/verify-snapshot.ts';
import { settleAll } from '../../src/base/settle-all.ts';
import { nodeWorld } from '../../src/server/folders.ts';
import { pathOf } from '../collections/filled-collection.ts';
import { config, CONTEXT, upsertOf, WAIT } from '../collections/house.ts';
import {
  contentOf,
  createSnapshot,
  ofCollection,
  readSnapshot,
  recover,
  storedPath,
  upload,
  withHouse,
} from './ground.ts';

const FULL = { kind: 'full' } as const;

test('snapshots that are made while a collection is recovered hold it, as it was or as it is then', async (t) => {
  await withHouse(async (house) => {
    await house.database.create('books', config(2, 'Dot', { shardNumber: 6 }));
    const points = Array.from({ length: 200 }, (_, id) => ({ id, vector: [id, 1] }));
    await house.database.collection('books').update(CONTEXT, upsertOf('books', points));
    const bytes = await readSnapshot(
      house,
      ofCollection('books'),
      (await createSnapshot(house, ofCollection('books'))).name,
    );
    let isOver = false;
    const recovering = async (): Promise<void> => {
      for (let round = 0; round < 15; round += 1) await recover(house, ofCollection('books'), upload(bytes));
    };
    const making = async (): Promise<void> => {
      while (!isOver) {
        // Something to write before a snapshot: that takes it long enough to be overtaken.
        await house.database.collection('books').update(CONTEXT, upsertOf('books', points));
        await createSnapshot(house, ofCollection('books'));
      }
    };
    const makingFull = async (): Promise<void> => {
      while (!isOver) {
        const { name } = await createSnapshot(house, FULL);
        const { collections } = await inspectSnapshot(nodeWorld(), storedPath(house, FULL, name));
        t.deepEqual(
          collections.map((found) => [found.name, found.shards.length]),
          [['books', 6]],
        );
      }
    };
    await settleAll([recovering().finally(() => (isOver = true)), making(), makingFull()]);
    t.is((await contentOf(house.database.collection('books'))).length, 200);
  });
});

test('batches and indexes of a collection that is recovered meanwhile are not refused', async (t) => {
  await withHouse(async (house) => {
    await house.database.create('books', config(2, 'Dot', { shardNumber: 2 }));
    const upsert = upsertOf('books', [{ id: 1, vector: [1, 1] }]);
    const { name } = await createSnapshot(house, ofCollection('books'));
    const bytes = await readSnapshot(house, ofCollection('books'), name);
    let isOver = false;
    const recovering = async (): Promise<void> => {
      for (let round = 0; round < 10; round += 1) await recover(house, ofCollection('books'), upload(bytes));
    };
    const batches = async (): Promise<void> => {
      const { change, ...options } = upsert;
      const changes = Array.from({ length: 20 }, () => change);
      while (!isOver) await house.database.collection('books').updateBatch(CONTEXT, { ...options, changes });
    };
    const indexes = async (): Promise<void> => {
      const year = { collection: 'books', path: pathOf('year'), ...WAIT };
      while (!isOver) {
        const schema = { type: 'integer', params: undefined } as const;
        await house.database.collection('books').createFieldIndex(CONTEXT, { ...year, schema });
        await house.database.collection('books').deleteFieldIndex(CONTEXT, year);
      }
    };
    await settleAll([recovering().finally(() => (isOver = true)), batches(), indexes()]);
    t.true((await contentOf(house.database.collection('books'))).length <= 1);
  });
});
