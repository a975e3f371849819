import { deepStrictEqual } from 'node:assert/strict';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { bitsOf } from '../../src/base/bitset.ts';
import type { World } from '../../src/base/world.ts';
import { acceptChange } from '../../src/collections/accept.ts';
import { compactSegments } from '../../src/collections/compaction.ts';
import { manifestKey } from '../../src/collections/keys.ts';
import { decodeManifest, type ShardManifest } from '../../src/collections/manifest.ts';
import { Shard } from '../../src/collections/shard.ts';
import { Compute } from '../../src/compute/compute.ts';
import type { CollectionConfig } from '../../src/core/collection-config.ts';
import type { FieldPredicate, Filter } from '../../src/core/filter.ts';
import { idText } from '../../src/core/ids.ts';
import type { FieldIndex } from '../../src/filters/field-index.ts';
import { openFieldIndex } from '../../src/filters/open-field-index.ts';
import { Kv } from '../../src/storage/kv.ts';
import type { OracleIndex } from '../filters/indexed-oracle.ts';
import { parsePayload } from '../filters/oracle.ts';
import { NO_LIMIT, config, realWorld, removeFolder, temporaryFolder } from './house.ts';
import { type Change, PointModel, requestOf } from './point-model.ts';
import { VECTOR_SIZE } from './random-changes.ts';

export const CONFIG: CollectionConfig = config(VECTOR_SIZE, 'Dot');
const NEVER = new AbortController().signal;

/** One shard on a folder of its own, and what it must hold. */
export interface Ground {
  folder: string;
  kv: Kv;
  shard: Shard;
  readonly compute: Compute;
  readonly model: PointModel;
  readonly world: World;
  /** What the shard has warned of. */
  readonly warnings: string[];
  /** Indexes that it has built from payloads since it was opened. */
  readonly built: string[];
}

export async function openShard(ground: Omit<Ground, 'kv' | 'shard'>): Promise<Pick<Ground, 'kv' | 'shard'>> {
  const { folder, compute, world, warnings, built } = ground;
  built.length = 0;
  const kv = await Kv.open(world, join(folder, 'kv'));
  const quiet = (): void => undefined;
  const logger = {
    debug: (message: string, fields: object = {}) =>
      void (message.startsWith('building') && built.push(JSON.stringify(fields))),
    info: quiet,
    warn: (message: string, fields: object = {}) => void warnings.push(`${message} ${JSON.stringify(fields)}`),
    error: quiet,
  };
  const foundation = {
    world,
    kv,
    compute,
    logger,
    fsync: 'never',
    rested: quiet,
    memory: NO_LIMIT,
    leafCacheBytes: 0,
  } as const;
  const shard = await Shard.open(foundation, { collection: 1, shard: 0, directory: join(folder, '0') }, CONFIG);
  return { kv, shard };
}

export async function withGround(run: (ground: Ground) => Promise<void>, world: World = realWorld()): Promise<void> {
  const compute = Compute.open({ searchThreads: 1, backgroundThreads: 1 });
  const parts = { folder: await temporaryFolder(), compute, model: new PointModel(1), world, warnings: [], built: [] };
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

export async function change({ shard, model }: Ground, one: Change): Promise<void> {
  model.apply(one);
  for (const record of acceptChange(requestOf(one), CONFIG)) await (await shard.update(record)).applied;
}

export async function createIndex({ shard, model }: Ground, index: OracleIndex): Promise<void> {
  model.createIndex(index);
  await (
    await shard.update({ kind: 'create_index', ...index })
  ).applied;
}

export async function restart(ground: Ground): Promise<void> {
  await ground.shard.close(true);
  await ground.kv.close();
  Object.assign(ground, await openShard(ground));
}

/** The files as they are, copied while the process has them open. */
export async function crash(ground: Ground): Promise<void> {
  const { folder, shard, kv } = ground;
  const copy = await temporaryFolder();
  await cp(folder, copy, { recursive: true });
  await shard.close(true);
  await kv.close();
  await removeFolder(folder);
  Object.assign(ground, { folder: copy });
  Object.assign(ground, await openShard(ground));
}

export async function compact({ shard }: Ground): Promise<void> {
  await compactSegments(shard, {
    isDue: ({ removedCount }) => removedCount > 0,
    mayIndex: true,
    signal: NEVER,
    onProgress: () => undefined,
  });
}

export function manifestOf({ kv }: Ground): ShardManifest {
  return decodeManifest(kv.getSync(manifestKey(1, 0)) ?? new Uint8Array(0), 'test');
}

/** Every index holds what the payloads say, and these are what the model says. */
export function checkAll({ shard, model }: Ground, predicates: readonly FieldPredicate[]): void {
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
}

function answers(index: FieldIndex, predicates: readonly FieldPredicate[]): unknown {
  const matches = predicates.map((predicate) => {
    const words = new Uint32Array(512);
    index.leaf(predicate)?.fill(words);
    return [...bitsOf(words)];
  });
  return { matches, points: index.pointCount };
}

export async function matching({ shard }: Ground, filter: Filter): Promise<readonly string[]> {
  const { words } = await shard.points.match(filter, NEVER);
  return Array.from(bitsOf(words.slice()), (slot) => idText(shard.idAt(slot))).toSorted();
}

/** Whether the indexes came from files: nothing was built from payloads. Waits until they are there. */
export async function areLoaded({ shard, built }: Ground): Promise<boolean> {
  await shard.fields.complete;
  return built.length === 0;
}
