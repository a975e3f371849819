import test from 'ava';
import { inspectSnapshot } from '../../src/collections/snapshot/verify-snapshot.ts';
import { settleAll } from '../../src/base/settle-all.ts';
import { nodeWorld } from '../../src/server/folders.ts';
import { config, CONTEXT, upsertOf } from '../collections/house.ts';
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
