import { deepStrictEqual } from 'node:assert/strict';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import * as fc from 'fast-check';
import { bitsOf } from '../../src/base/bitset.ts';
import type { World } from '../../src/base/world.ts';
import { acceptChange } from '../../src/collections/accept.ts';
import { checkDatabase } from '../../src/collections/check.ts';
import type { Occasion } from '../../src/collections/checkpoint.ts';
import { compactSegments } from '../../src/collections/compaction.ts';
import { manifestKey } from '../../src/collections/keys.ts';
import { decodeManifest, type ShardManifest } from '../../src/collections/manifest.ts';
import { Shard } from '../../src/collections/shard.ts';
import { Compute } from '../../src/compute/compute.ts';
import type { FieldPredicate, Filter } from '../../src/core/filter.ts';
import { idText, numberId } from '../../src/core/ids.ts';
import { type JsonPath, jsonPath } from '../../src/core/json-path.ts';
import type { FieldSchema } from '../../src/core/payload-schema.ts';
import type { FieldIndex } from '../../src/filters/field-index.ts';
import { openFieldIndex } from '../../src/filters/open-field-index.ts';
import { Kv } from '../../src/storage/kv.ts';
import type { OracleIndex } from '../filters/indexed-oracle.ts';
import { parsePayload } from '../filters/oracle.ts';
import { predicate as anyPredicate } from '../filters/random-filters.ts';
import { config, openHouse, type RawPoint, realWorld, removeFolder, temporaryFolder, upsertOf } from './house.ts';
import { CONTEXT, WAIT } from './house.ts';
import { type Change, PointModel, requestOf } from './point-model.ts';
import { anyChange, anyFilter, anyIndex, anyPoint, manyIndexes, VECTOR_SIZE } from './random-changes.ts';

const CONFIG = config(VECTOR_SIZE, 'Dot');
const NO_GRAPH = new AbortController().signal;

/** One shard on a folder of its own, and what it must hold. */
interface Ground {
  folder: string;
  kv: Kv;
  shard: Shard;
  readonly compute: Compute;
  readonly model: PointModel;
  readonly world: World;
  /** What the shard has warned of. */
  readonly warnings: string[];
}

async function openShard(ground: Omit<Ground, 'kv' | 'shard'>): Promise<Pick<Ground, 'kv' | 'shard'>> {
  const { folder, compute, world, warnings } = ground;
  const kv = await Kv.open(world, join(folder, 'kv'));
  const quiet = (): void => undefined;
  const logger = {
    debug: quiet,
    info: quiet,
    warn: (message: string, fields: object = {}) => void warnings.push(`${message} ${JSON.stringify(fields)}`),
    error: quiet,
  };
  const foundation = { world, kv, compute, logger, fsync: 'never', rested: quiet } as const;
  const shard = await Shard.open(foundation, { collection: 1, shard: 0, directory: join(folder, '0') }, CONFIG);
  return { kv, shard };
}

async function withGround(run: (ground: Ground) => Promise<void>, world: World = realWorld()): Promise<void> {
  const compute = Compute.open({ searchThreads: 1, backgroundThreads: 1 });
  const parts = { folder: await temporaryFolder(), compute, model: new PointModel(1), world, warnings: [] };
  const ground: Ground = { ...parts, ...(await openShard(parts)) };
  try {
    await run(ground);
  } finally {
    await ground.shard.close(true);
    await ground.kv.close();
    await compute.close();
    await removeFolder(ground.folder);
  }
}

async function change({ shard, model }: Ground, one: Change): Promise<void> {
  model.apply(one);
  for (const record of acceptChange(requestOf(one), CONFIG)) await (await shard.update(record)).applied;
}

async function createIndex({ shard, model }: Ground, index: OracleIndex): Promise<void> {
  model.createIndex(index);
  await (
    await shard.update({ kind: 'create_index', ...index })
  ).applied;
}

async function restart(ground: Ground): Promise<void> {
  await ground.shard.close(true);
  await ground.kv.close();
  Object.assign(ground, await openShard(ground));
}

/** The files as they are, copied while the process has them open. */
async function crash(ground: Ground): Promise<void> {
  const { folder, shard, kv } = ground;
  const copy = await temporaryFolder();
  await cp(folder, copy, { recursive: true });
  await shard.close(true);
  await kv.close();
  await removeFolder(folder);
  Object.assign(ground, { folder: copy });
  Object.assign(ground, await openShard(ground));
}

async function compact({ shard }: Ground): Promise<void> {
  await compactSegments(shard, ({ removedCount }) => removedCount > 0, NO_GRAPH);
}

function manifestOf({ kv }: Ground): ShardManifest {
  return decodeManifest(kv.getSync(manifestKey(1, 0)) ?? new Uint8Array(0), 'test');
}

/** Every index holds what the payloads say, and these are what the model says. */
function checkAll({ shard, model }: Ground, predicates: readonly FieldPredicate[], filters: readonly Filter[]): void {
  const { live } = shard.slots;
  const points = Array.from(live.members(), (slot) => ({ slot, payload: shard.points.payloadOf(slot) }));
  deepStrictEqual(
    new Map(
      points.map(({ slot, payload }) => [idText(shard.idAt(slot)), parsePayload(Buffer.from(payload).toString())]),
    ),
    new Map(model.matching(undefined).map(({ id, payload }) => [idText(id), payload])),
  );
  for (const { path, schema } of model.indexes) {
    const index = shard.fields.at(path);
    if (index === undefined) throw new Error(`the index over ${path.text} is not ready`);
    const fresh = openFieldIndex(path, schema, 5);
    for (const { slot, payload } of points) fresh.set(slot, payload);
    deepStrictEqual(answers(index, predicates), answers(fresh, predicates), path.text);
  }
  for (const filter of filters) shard.points.estimate(filter);
}

function answers(index: FieldIndex, predicates: readonly FieldPredicate[]): unknown {
  const matches = predicates.map((predicate) => {
    const words = new Uint32Array(8);
    index.leaf(predicate)?.fill(words);
    return [...bitsOf(words)];
  });
  return { matches, points: index.pointCount };
}

async function matching({ shard }: Ground, filter: Filter): Promise<readonly string[]> {
  const { words } = await shard.points.match(filter, NO_GRAPH);
  return Array.from(bitsOf(words.slice()), (slot) => idText(shard.idAt(slot))).toSorted();
}

/** The indexes are there at once: nothing is built from payloads. */
function areLoaded({ shard, model }: Ground): boolean {
  return model.indexes.every(({ path }) => shard.fields.at(path) !== undefined);
}

type Step =
  | { readonly kind: 'change'; readonly change: Change }
  | {
      readonly kind: 'checkpoint';
      readonly occasion: Occasion;
      readonly meanwhile: readonly Change[];
      readonly crashes: boolean;
    }
  | { readonly kind: 'create'; readonly index: OracleIndex }
  | { readonly kind: 'delete'; readonly which: number }
  | { readonly kind: 'restart' | 'crash' | 'compact' };

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('change'), change: anyChange }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('checkpoint'),
      occasion: fc.constantFrom('working', 'working', 'resting', 'closing'),
      meanwhile: fc.array(anyChange, { maxLength: 3 }),
      crashes: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('create'), index: anyIndex }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete'), which: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'compact' }) },
  { weight: 3, arbitrary: fc.constantFrom<Step>({ kind: 'restart' }, { kind: 'crash' }, { kind: 'crash' }) },
);

async function take(ground: Ground, step: Step): Promise<void> {
  switch (step.kind) {
    case 'change':
      return change(ground, step.change);
    case 'create':
      return createIndex(ground, step.index);
    case 'delete': {
      const path = ground.model.indexes[step.which]?.path;
      if (path === undefined) return;
      ground.model.deleteIndex(path);
      await (
        await ground.shard.update({ kind: 'delete_index', path })
      ).applied;
      return;
    }
    case 'checkpoint': {
      // Begun, not awaited: the changes come behind its capture and before its files are written.
      const written = ground.shard.writeCheckpoint(step.occasion);
      await ground.shard.between(() => undefined);
      for (const one of step.meanwhile) await change(ground, one);
      await written;
      return step.crashes ? crash(ground) : undefined;
    }
    case 'compact':
      return compact(ground);
    case 'restart':
      return restart(ground);
    case 'crash':
      return crash(ground);
  }
}

test('an index that comes from its file is what the payloads say, whatever happened before and behind it', async (t) => {
  t.timeout(110_000);
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
  t.log(`SEED=${seed}`);
  let loaded = 0;
  let restarts = 0;
  const property = fc.asyncProperty(
    fc.record({
      points: fc.array(anyPoint, { minLength: 5, maxLength: 40 }),
      indexes: manyIndexes,
      steps: fc.array(anyStep, { maxLength: 30, size: 'max' }),
      predicates: fc.array(anyPredicate, { minLength: 5, maxLength: 5 }),
      filters: fc.array(anyFilter(2), { maxLength: 3 }),
    }),
    ({ points, indexes, steps, predicates, filters }) =>
      withGround(async (ground) => {
        const asked: FieldPredicate[] = [
          ...predicates,
          { kind: 'is_empty', value: true },
          { kind: 'is_null', value: false },
        ];
        for (const index of indexes) await createIndex(ground, index);
        await change(ground, { kind: 'upsert', points, mode: 'upsert', updateFilter: undefined });
        for (const step of [...steps, { kind: 'restart' }, { kind: 'crash' }] as const) {
          await take(ground, step);
          if (step.kind !== 'restart' && step.kind !== 'crash' && !('crashes' in step && step.crashes)) continue;
          restarts++;
          if (areLoaded(ground)) loaded++;
          await ground.shard.fields.building(
            ground.model.indexes.map(({ path }) => path),
            'write',
          );
          checkAll(ground, asked, filters);
          for (const filter of filters) {
            deepStrictEqual(
              await matching(ground, filter),
              ground.model
                .matching(filter)
                .map(({ id }) => idText(id))
                .toSorted(),
            );
          }
        }
        deepStrictEqual(ground.warnings, []);
      }),
  );
  await fc.assert(property, { seed, numRuns: 6, interruptAfterTimeLimit: 60_000, markInterruptAsFailure: true });
  t.log(`${loaded} of ${restarts} restarts found all indexes in files`);
  t.true(loaded * 2 > restarts);
});

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
    t.true(areLoaded(ground));
    checkAll(ground, ASKED, []);
    await restart(ground);
    t.deepEqual(manifestOf(ground).indexes, indexes);
    t.true(areLoaded(ground));
    checkAll(ground, ASKED, []);
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
    t.true(areLoaded(ground));
    checkAll(ground, ASKED, []);
    // Enough has changed for a new file; the old one goes.
    await change(ground, upsert(pointsOf(100, 600)));
    await ground.shard.writeCheckpoint('working');
    const files = manifestOf(ground).indexes?.map(({ file }) => file) ?? [];
    t.regex(files.join(' '), /^index-3-\d+\.bin index-4-\d+\.bin$/);
    const names = await readdir(join(ground.folder, '0', 'segments'));
    t.deepEqual(names.filter((name) => name.startsWith('index-')).toSorted(), files as string[]);
    await crash(ground);
    t.true(areLoaded(ground));
    checkAll(ground, ASKED, []);
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
    t.true(areLoaded(ground));
    checkAll(ground, ASKED, []);
    t.is(
      ground.model.matching(where(K, 'k4')).filter(({ payload }) => JSON.stringify(payload, text).includes('hit'))
        .length,
      7,
    );
  }));

function text(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

test('compaction moves the rows: the indexes are written again with it', (t) =>
  withSaved(async (ground) => {
    await change(ground, upsert(pointsOf(150)));
    await compact(ground);
    const { segments, indexes } = manifestOf(ground);
    t.is(segments.length, 1);
    t.true(indexes?.every(({ file }) => file !== null && Number(/^index-(\d+)/.exec(file ?? '')?.[1]) > 2));
    await crash(ground);
    t.true(areLoaded(ground));
    checkAll(ground, ASKED, []);
  }));

test('an index that is made anew with another schema is not taken from the file of the old one', (t) =>
  withSaved(async (ground) => {
    const schema: FieldSchema = { type: 'float', params: undefined };
    await createIndex(ground, { ...N, schema });
    await crash(ground);
    await ground.shard.fields.building([N.path], 'write');
    checkAll(ground, ASKED, []);
    t.deepEqual(ground.warnings, []);
    await restart(ground);
    t.true(areLoaded(ground));
    checkAll(ground, ASKED, []);
  }));

async function damage({ folder }: Ground, file: string): Promise<string> {
  const path = join(folder, '0', 'segments', file);
  const bytes = await readFile(path);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 16;
  await writeFile(path, bytes);
  return path;
}

async function rebuilt(t: ExecutionContext, ground: Ground): Promise<void> {
  t.false(areLoaded(ground));
  await ground.shard.fields.building([N.path, K.path], 'read');
  checkAll(ground, ASKED, []);
  await restart(ground);
  t.true(areLoaded(ground), 'the next checkpoint writes it again');
}

test('an index whose file is damaged is built from the payloads, and the log names the file', (t) =>
  withSaved(async (ground) => {
    const file = manifestOf(ground).indexes?.[1]?.file ?? '';
    await damage(ground, file);
    await restart(ground);
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
