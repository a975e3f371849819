import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import {
  config,
  openHouse,
  removeFolder,
  temporaryFolder,
  type TestHouse,
  upsertOf,
  CONTEXT,
} from '../collections/house.ts';
import { createSnapshot, ofCollection, readSnapshot, recover, storedPath, upload, withHouse } from './ground.ts';

const FULL = { kind: 'full' } as const;

/** Works on a house, and on the same one after a restart. */
async function acrossRestart(
  before: (house: TestHouse) => Promise<void>,
  after: (house: TestHouse) => Promise<void>,
): Promise<void> {
  const folder = await temporaryFolder();
  let house = await openHouse(folder);
  try {
    await house.database.create('books', config(2, 'Dot', { shardNumber: 2 }));
    await house.database.collection('books').update(CONTEXT, upsertOf('books', [{ id: 1, vector: [1, 1] }]));
    await before(house);
    await house.close();
    house = await openHouse(folder);
    await after(house);
  } finally {
    await house.close();
    await removeFolder(folder);
  }
}

test('a storage starts again whatever kinds of snapshots are kept, and they are all listed', async (t) => {
  const scopes = [FULL, ofCollection('books'), { kind: 'shard', collection: 'books', shard: 1 }] as const;
  const names: string[] = [];
  await acrossRestart(
    async (house) => {
      for (const scope of scopes) names.push((await createSnapshot(house, scope)).name);
      await writeFile(join(house.folder, 'snapshots', 'a file of somebody else'), '');
    },
    async ({ snapshots }) => {
      const listed = await Promise.all(scopes.map((scope) => snapshots.list(scope)));
      t.deepEqual(
        listed.flat().map(({ name }) => name),
        names,
      );
    },
  );
});

test('a start removes what a crash left half done, and nothing else', async (t) => {
  await acrossRestart(
    async (house) => {
      for (const scope of [FULL, ofCollection('books'), { kind: 'shard', collection: 'books', shard: 1 }] as const) {
        const { name } = await createSnapshot(house, scope);
        const path = storedPath(house, scope, name);
        await writeFile(`${path}.part-0123abcd`, 'half');
        await rm(path);
      }
      await writeFile(join(house.folder, 'snapshots', 'books', 'notes.checksum'), 'not of ours');
    },
    async ({ folder }) => {
      const left = await readdir(join(folder, 'snapshots'), { recursive: true });
      t.deepEqual(left.toSorted(), ['books', 'books/notes.checksum', 'books/shards', 'books/shards/1']);
    },
  );
});

test('a recovery leaves no folder of what it replaced, before any restart', async (t) => {
  await withHouse(async (house) => {
    await house.database.create('books', config(2, 'Dot', { shardNumber: 2 }));
    await house.database.collection('books').update(CONTEXT, upsertOf('books', [{ id: 1, vector: [1, 1] }]));
    const shard = { kind: 'shard', collection: 'books', shard: 1 } as const;
    const folders = (): Promise<string[]> => readdir(join(house.folder, 'collections'));
    for (const [scope, count] of [
      [ofCollection('books'), 1],
      [shard, 2],
      [shard, 2],
      [ofCollection('books'), 1],
    ] as const) {
      const bytes = await readSnapshot(house, scope, (await createSnapshot(house, scope)).name);
      await recover(house, scope, upload(bytes));
      // They go behind the last request that works with them.
      for (let tries = 0; tries < 100 && (await folders()).length > count; tries++) await delay(20);
      t.is((await folders()).length, count, (await folders()).join());
    }
  });
});
