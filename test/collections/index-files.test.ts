import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import type { World } from '../../src/base/world.ts';
import { checkDatabase } from '../../src/collections/check.ts';
import { manifestKey } from '../../src/collections/keys.ts';
import type { FieldPredicate, Filter } from '../../src/core/filter.ts';
import { numberId } from '../../src/core/ids.ts';
import { type JsonPath, jsonPath } from '../../src/core/json-path.ts';
import type { FieldSchema } from '../../src/core/payload-schema.ts';
import { Kv } from '../../src/storage/kv.ts';
import type { OracleIndex } from '../filters/indexed-oracle.ts';
import {
  CONTEXT,
  openHouse,
  type RawPoint,
  realWorld,
  removeFolder,
  temporaryFolder,
  upsertOf,
  WAIT,
} from './house.ts';
import type { Change } from './point-model.ts';
import {
  areLoaded,
  change,
  checkAll,
  compact,
  CONFIG,
  crash,
  createIndex,
  type Ground,
  manifestOf,
  openShard,
  restart,
  withGround,
} from './shard-ground.ts';

function pathOf(text: string): JsonPath {
  const path = jsonPath(text);
  if (path === undefined) throw new Error(`no path: ${text}`);
  return path;
}

const N: OracleIndex = { path: pathOf('n'), schema: { type: 'integer', params: undefined } };
const K: OracleIndex = { path: pathOf('k'), schema: { type: 'keyword', params: undefined } };
const ASKED: readonly FieldPredicate[] = [
  { kind: 'value', value: 3n },
  { kind: 'value', value: 'k3' },
  { kind: 'range', bounds: { lt: 5, gt: undefined, lte: undefined, gte: undefined } },
  { kind: 'is_empty', value: true },
];

function pointsOf(count: number, from = 0): RawPoint[] {
  return Array.from({ length: count }, (_, at) => pointOf(from + at, from + at));
}

function pointOf(id: number, n: number): RawPoint {
  return { id: numberId(BigInt(id)), vector: [id, 1, 2], payload: `{"n":${n % 10},"k":"k${n % 7}"}` };
}

function upsert(points: readonly RawPoint[]): Change {
  return { kind: 'upsert', points, mode: 'upsert', updateFilter: undefined };
}

function where({ path }: OracleIndex, value: bigint | string): Filter {
  const condition = { kind: 'field', path, predicates: [{ kind: 'value', value }] } as const;
  return { must: [condition], should: [], mustNot: [], minShould: undefined };
}

/** 200 points with two indexes, in files. */
async function withSaved(run: (ground: Ground) => Promise<void>, world?: World): Promise<void> {
  await withGround(async (ground) => {
    await createIndex(ground, N);
    await createIndex(ground, K);
    await change(ground, upsert(pointsOf(200)));
    await restart(ground);
    await run(ground);
  }, world);
}

test('a restart loads the indexes: no payload is read, and the files stay as they are', (t) =>
  withSaved(async (ground) => {
    const { indexes } = manifestOf(ground);
    t.regex(indexes?.map(({ file }) => file).join(' ') ?? '', /^index-1-\d+\.bin index-2-\d+\.bin$/);
    t.true(await areLoaded(ground));
    checkAll(ground, ASKED);
    await restart(ground);
    t.deepEqual(manifestOf(ground).indexes, indexes);
    t.true(await areLoaded(ground));
    checkAll(ground, ASKED);
  }));

test('a file that is older than the manifest serves: the points that have changed since are read', (t) =>
  withSaved(async (ground) => {
    const { indexes, sequence } = manifestOf(ground);
    await change(ground, upsert([pointOf(500, 3), pointOf(20, 4)]));
    await change(ground, { kind: 'set_payload', target: { filter: where(N, 7n) }, payload: '{"n":3}', key: undefined });
    await change(ground, { kind: 'delete', target: { ids: [numberId(13n), numberId(14n)] } });
    await change(ground, upsert([pointOf(501, 8)]));
    await ground.shard.writeCheckpoint('working');
    t.deepEqual(manifestOf(ground).indexes, indexes);
    t.true(manifestOf(ground).sequence > sequence);
    await crash(ground);
    t.true(await areLoaded(ground));
    checkAll(ground, ASKED);
    // Enough has changed for a new file; the old one goes.
    await change(ground, upsert(pointsOf(100, 600)));
    await ground.shard.writeCheckpoint('working');
    const files = manifestOf(ground).indexes?.map(({ file }) => file) ?? [];
    t.regex(files.join(' '), /^index-3-\d+\.bin index-4-\d+\.bin$/);
    const names = await readdir(join(ground.folder, '0', 'segments'));
    t.deepEqual(names.filter((name) => name.startsWith('index-')).toSorted(), files as string[]);
    await crash(ground);
    t.true(await areLoaded(ground));
    checkAll(ground, ASKED);
  }));

test('a change by filter is decided again as it was, although the file was written behind it', (t) =>
  withGround(async (ground) => {
    await createIndex(ground, K);
    await change(ground, upsert(pointsOf(50)));
    const written = ground.shard.writeCheckpoint('closing');
    await ground.shard.between(() => undefined);
    // Both come while the checkpoint is written: the file must not show the second one to the first.
    await change(ground, {
      kind: 'set_payload',
      target: { filter: where(K, 'k3') },
      payload: '{"hit":1}',
      key: undefined,
    });
    await change(ground, {
      kind: 'set_payload',
      target: { filter: where(K, 'k3') },
      payload: '{"k":"k4"}',
      key: undefined,
    });
    await written;
    await crash(ground);
    t.true(await areLoaded(ground));
    checkAll(ground, ASKED);
    t.is(
      ground.model.matching(where(K, 'k4')).filter(({ payload }) => JSON.stringify(payload, text).includes('hit'))
        .length,
      7,
    );
  }));

function text(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

test('what changes while an index is loaded is in it when it is there', (t) =>
  withGround(async (ground) => {
    await createIndex(ground, N);
    await createIndex(ground, K);
    await change(ground, upsert(pointsOf(12_000)));
    await restart(ground);
    t.is(ground.shard.fields.at(K.path), undefined, 'it takes a while');
    await change(ground, upsert([pointOf(20_000, 3), pointOf(10, 4)]));
    await change(ground, { kind: 'delete', target: { ids: [numberId(5n), numberId(11_999n), numberId(7000n)] } });
    await change(ground, upsert([pointOf(20_001, 8), pointOf(7000, 1)]));
    const vector = { id: numberId(8000n), vector: [1, 1, 1], payload: '' };
    await change(ground, { kind: 'update_vectors', points: [vector], updateFilter: undefined });
    const target = { ids: [numberId(6n), numberId(11_998n)] };
    await change(ground, { kind: 'set_payload', target, payload: '{"n":3,"k":"new"}', key: undefined });
    await ground.shard.writeCheckpoint('working');
    const files = manifestOf(ground).indexes?.map(({ file }) => typeof file) ?? [];
    t.deepEqual(files, ['string', 'string']);
    t.true(await areLoaded(ground));
    checkAll(ground, ASKED);
    await crash(ground);
    t.true(await areLoaded(ground));
    checkAll(ground, ASKED);
  }));

test('compaction moves the rows: the indexes are written again with it', (t) =>
  withSaved(async (ground) => {
    await change(ground, upsert(pointsOf(150)));
    await compact(ground);
    const { segments, indexes } = manifestOf(ground);
    t.is(segments.length, 1);
    t.true(indexes?.every(({ file }) => file !== null && Number(/^index-(\d+)/.exec(file ?? '')?.[1]) > 2));
    await crash(ground);
    t.true(await areLoaded(ground));
    checkAll(ground, ASKED);
  }));

test('an index that is made anew with another schema is not taken from the file of the old one', (t) =>
  withSaved(async (ground) => {
    const schema: FieldSchema = { type: 'float', params: undefined };
    await createIndex(ground, { ...N, schema });
    await crash(ground);
    await ground.shard.fields.complete;
    checkAll(ground, ASKED);
    t.deepEqual(ground.warnings, []);
    await restart(ground);
    t.true(await areLoaded(ground));
    checkAll(ground, ASKED);
  }));

test('an index over many points is in a file soon after it was built, without any update behind it', (t) =>
  withGround(async (ground) => {
    await change(ground, upsert(pointsOf(10_000)));
    await createIndex(ground, N);
    const isSaved = (): boolean =>
      ground.kv.getSync(manifestKey(1, 0)) !== undefined && typeof manifestOf(ground).indexes?.[0]?.file === 'string';
    for (let turn = 0; turn < 500 && !isSaved(); turn++) await delay(20);
    await crash(ground);
    t.true(await areLoaded(ground));
    checkAll(ground, ASKED);
  }));

async function damage({ folder }: Ground, file: string): Promise<string> {
  const path = join(folder, '0', 'segments', file);
  const bytes = await readFile(path);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 16;
  await writeFile(path, bytes);
  return path;
}

async function rebuilt(t: ExecutionContext, ground: Ground): Promise<void> {
  t.false(await areLoaded(ground));
  await ground.shard.fields.building([N.path, K.path], 'read');
  checkAll(ground, ASKED);
  await restart(ground);
  t.true(await areLoaded(ground), 'the next checkpoint writes it again');
}

test('an index whose file is damaged is built from the payloads, and the log names the file', (t) =>
  withSaved(async (ground) => {
    const file = manifestOf(ground).indexes?.[1]?.file ?? '';
    await damage(ground, file);
    await restart(ground);
    await ground.shard.fields.complete;
    t.is(ground.warnings.length, 1);
    t.true(ground.warnings[0]?.includes(file));
    await rebuilt(t, ground);
  }));

test('an index that could not be written is built from the payloads', async (t) => {
  const world = realWorld();
  const { files } = world;
  let isFull = false;
  const open: World['files']['open'] = (path, mode) => {
    const fails = isFull && mode === 'create' && path.includes('index-');
    return fails ? Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' })) : files.open(path, mode);
  };
  const failing: World = {
    ...world,
    files: new Proxy(files, { get: (target, key) => (key === 'open' ? open : method(target, key)) }),
  };
  await withGround(async (ground) => {
    await createIndex(ground, N);
    await createIndex(ground, K);
    await change(ground, upsert(pointsOf(200)));
    isFull = true;
    await restart(ground);
    t.deepEqual(
      manifestOf(ground).indexes?.map(({ file }) => file),
      [null, null],
    );
    t.is(ground.warnings.length, 2);
    isFull = false;
    await rebuilt(t, ground);
  }, failing);
});

function method(target: World['files'], key: string | symbol): unknown {
  const value: unknown = Reflect.get(target, key);
  return typeof value === 'function' ? (value as (...given: unknown[]) => unknown).bind(target) : value;
}

test('a checkpoint that fails leaves the files of the last one, and the next one writes again', (t) =>
  withSaved(async (ground) => {
    const { indexes } = manifestOf(ground);
    await change(ground, upsert(pointsOf(150, 300)));
    const { kv } = ground;
    const batch = kv.batch.bind(kv);
    kv.batch = () => Promise.reject(new Error('the store takes nothing'));
    await t.throwsAsync(ground.shard.writeCheckpoint('working'), { message: 'the store takes nothing' });
    kv.batch = batch;
    const indexFiles = async (): Promise<readonly string[]> =>
      (await readdir(join(ground.folder, '0', 'segments'))).filter((name) => name.startsWith('index-')).toSorted();
    t.deepEqual(
      await indexFiles(),
      indexes?.map(({ file }) => file ?? ''),
    );
    await change(ground, { kind: 'delete', target: { ids: [numberId(301n)] } });
    await crash(ground);
    t.true(await areLoaded(ground));
    checkAll(ground, ASKED);
    await ground.shard.writeCheckpoint('working');
    t.notDeepEqual(manifestOf(ground).indexes, indexes);
    await crash(ground);
    t.true(await areLoaded(ground));
    checkAll(ground, ASKED);
  }));

test('a manifest that knows no files of indexes is understood', (t) =>
  withSaved(async (ground) => {
    const { indexes = [], ...manifest } = manifestOf(ground);
    const older = { ...manifest, indexes: indexes.map(({ path, schema }) => ({ path, schema })) };
    const value = new TextEncoder().encode(JSON.stringify(older));
    await ground.shard.close(true);
    await ground.kv.batch([{ type: 'put', key: manifestKey(1, 0), value }], { sync: true });
    await ground.kv.close();
    Object.assign(ground, await openShard(ground));
    await rebuilt(t, ground);
  }));

test('check reads the files of indexes, and names one that is damaged or missing', async (t) => {
  const folder = await temporaryFolder();
  const house = await openHouse(folder);
  try {
    await house.database.create('c', CONFIG);
    const collection = house.database.collection('c');
    await collection.createFieldIndex(CONTEXT, { collection: 'c', ...N, ...WAIT });
    await collection.update(CONTEXT, upsertOf('c', [{ id: 1, vector: [1, 2, 3], payload: { n: 1 } }]));
  } finally {
    await house.close();
  }
  const kv = await Kv.open(realWorld(), join(folder, 'kv'));
  try {
    const directory = join(folder, 'collections');
    const sound = await checkDatabase(realWorld(), kv, directory);
    t.deepEqual(sound.findings, []);
    const shard = join(directory, '1', '0', 'segments');
    const file = (await readdir(shard)).find((name) => name.startsWith('index-')) ?? 'none';
    const path = join(shard, file);
    const bytes = await readFile(path);
    bytes[40] = (bytes[40] ?? 0) ^ 1;
    await writeFile(path, bytes);
    const damaged = await checkDatabase(realWorld(), kv, directory);
    t.is(damaged.files, sound.files);
    t.regex(damaged.findings.join('\n'), new RegExp(`^.*${file} at byte 32: `));
  } finally {
    await kv.close();
    await removeFolder(folder);
  }
});
