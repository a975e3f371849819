import { cp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { manifestKey, payloadKey } from '../../src/collections/keys.ts';
import type { Compute } from '../../src/compute/compute.ts';
import { VectorizerError } from '../../src/core/errors.ts';
import { Kv } from '../../src/storage/kv.ts';
import { CONTEXT, idOf, READ, realWorld, removeFolder, temporaryFolder } from '../collections/house.ts';
import { seededRandom } from '../seeded-random.ts';
import { openCompute, openFaultHouse, perform } from './fault-house.ts';
import { drawPoint } from './session.ts';

interface Ground {
  readonly storage: string;
  readonly compute: Compute;
}

/** Points of two checkpoints, the last of them at the closing; `crashed`: something in the log behind it, too. */
async function makeGround(t: ExecutionContext, end: 'closed' | 'crashed'): Promise<Ground> {
  const folder = await temporaryFolder();
  const compute = openCompute();
  t.teardown(async () => {
    await compute.close();
    await removeFolder(folder);
  });
  const random = seededRandom(1);
  const points = (first: number) => Array.from({ length: 10 }, (_, index) => drawPoint(random, first + index));
  const made = join(folder, 'made');
  const house = await openFaultHouse(made, realWorld(), compute);
  await perform(house.database, { kind: 'create', collection: 'one', shardNumber: 1 });
  for (const first of [0, 10]) {
    await perform(house.database, { kind: 'upsert', collection: 'one', points: points(first) });
    await perform(house.database, { kind: 'checkpoint', collection: 'one' });
  }
  if (end === 'closed') {
    await house.close();
    return { storage: made, compute };
  }
  await perform(house.database, { kind: 'upsert', collection: 'one', points: points(5).slice(0, 1) });
  const storage = join(folder, 'crashed');
  await cp(made, storage, { recursive: true });
  await house.close();
  return { storage, compute };
}

async function refused(t: ExecutionContext, { storage, compute }: Ground, message: RegExp): Promise<void> {
  const files = async () => (await readdir(join(storage, 'collections'), { recursive: true })).toSorted();
  const before = await files();
  const error = await t.throwsAsync(openFaultHouse(storage, realWorld(), compute), { instanceOf: VectorizerError });
  t.is(error.kind, 'data_damaged');
  t.regex(error.message, message);
  t.deepEqual(await files(), before, 'nothing is swept away');
}

async function withoutKey({ storage }: Ground, key: Uint8Array): Promise<void> {
  const kv = await Kv.open(realWorld(), join(storage, 'kv'));
  await kv.batch([{ type: 'del', key }], { sync: true });
  await kv.close();
}

test('collections without their key-value store are not swept away', async (t) => {
  const ground = await makeGround(t, 'closed');
  await rm(join(ground.storage, 'kv'), { recursive: true });
  await refused(t, ground, /collections\/1: the catalogue does not know this collection/);
});

test('files whose manifest is lost are refused, with a log behind them and without', async (t) => {
  for (const end of ['closed', 'crashed'] as const) {
    const ground = await makeGround(t, end);
    await withoutKey(ground, manifestKey(1, 0));
    await refused(t, ground, /collections\/1\/0\/segments/);
  }
});

test('a log that goes on later than the files end is refused: updates are missing in between', async (t) => {
  const ground = await makeGround(t, 'crashed');
  const { storage, compute } = ground;
  // The log of another, later life of the same folder.
  const house = await openFaultHouse(storage, realWorld(), compute);
  const points = [drawPoint(seededRandom(2), 1)];
  await perform(house.database, { kind: 'checkpoint', collection: 'one' });
  await perform(house.database, { kind: 'upsert', collection: 'one', points });
  const log = join(storage, 'collections/1/0/log');
  await cp(log, `${storage}-log`, { recursive: true });
  await house.close();
  const older = await makeGround(t, 'closed');
  await rm(join(older.storage, 'collections/1/0/log'), { recursive: true, force: true });
  await rename(`${storage}-log`, join(older.storage, 'collections/1/0/log'));
  await refused(t, older, /the log goes on after update \d+, the files end with \d+/);
});

test('a payload that the store has lost is an error, never an empty payload', async (t) => {
  const ground = await makeGround(t, 'closed');
  await withoutKey(ground, payloadKey(1, 0, idOf(3)));
  const house = await openFaultHouse(ground.storage, realWorld(), ground.compute);
  const get = (id: number) =>
    house.database.collection('one').get(CONTEXT, { collection: 'one', id: idOf(id), ...READ });
  const error = await t.throwsAsync(get(3), { instanceOf: VectorizerError });
  t.is(error.kind, 'data_damaged');
  t.regex(error.message, /collection 1, shard 0, point 3: the key-value store has lost its payload/);
  await t.notThrowsAsync(get(4));
  await house.close();
});
