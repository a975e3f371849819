import { join } from 'node:path';
import type { World } from '../../src/base/world.ts';
import { Database } from '../../src/collections/database.ts';
import type { Foundation } from '../../src/collections/foundation.ts';
import { Compute } from '../../src/compute/compute.ts';
import type { CollectionConfig } from '../../src/core/collection-config.ts';
import type { Filter } from '../../src/core/filter.ts';
import { idColumn } from '../../src/core/ids.ts';
import type { PointChange } from '../../src/core/requests.ts';
import { jsonPath, type JsonPath } from '../../src/core/json-path.ts';
import type { Logger } from '../../src/observe/logger.ts';
import { Kv } from '../../src/storage/kv.ts';
import { columns, configOf, CONTEXT, idOf, NO_LIMIT, WAIT } from '../collections/house.ts';
import { denseConfig, sparseConfig } from '../collections/plain-vectors.ts';
import { DENSE_SIZE, type NewPoint, type Step } from './session.ts';

/** The storeys below the doors as `vectorizer serve` builds them, over files that may be faulty. */
export interface FaultHouse {
  readonly database: Database;
  /** What was logged as a warning or an error. */
  readonly warnings: readonly string[];
  close(): Promise<void>;
}

/** One for all houses of a test: threads take longer to begin than a small house. */
export function openCompute(): Compute {
  return Compute.open({ searchThreads: 1, backgroundThreads: 1 });
}

/** storage   the folder that `--storage` names. */
export async function openFaultHouse(storage: string, world: World, compute: Compute): Promise<FaultHouse> {
  await world.files.mkdir(storage);
  const kv = await Kv.open(world, join(storage, 'kv'));
  const warnings: string[] = [];
  const foundation: Foundation = {
    world,
    kv,
    compute,
    logger: keeper(warnings),
    fsync: 'always',
    rested: () => undefined,
    memory: NO_LIMIT,
    leafCacheBytes: 0,
  };
  const directory = join(storage, 'collections');
  let database: Database;
  try {
    database = await Database.open(foundation, directory);
  } catch (error) {
    // Caught to undo, as the server does.
    await kv.close();
    throw error;
  }
  const close = async (): Promise<void> => {
    await database.close();
    await kv.close();
  };
  return { database, warnings, close };
}

function keeper(lines: string[]): Logger {
  const keep = (message: string, fields?: object, cause?: unknown): void => {
    lines.push(`${message} ${JSON.stringify(fields ?? {})} ${cause instanceof Error ? cause.message : ''}`);
  };
  return { debug: () => undefined, info: () => undefined, warn: keep, error: keep };
}

/** So small that graphs and compactions come all the time; and checkpoints, unless the log has more room than this. */
export function smallConfig(shardNumber: number, walCapacityMb = 0.002): CollectionConfig {
  const vectors = [denseConfig('dense', DENSE_SIZE, 'Dot')];
  const changes = { shardNumber, indexingThreshold: 1, vacuumMinVectorNumber: 10 };
  const config = configOf(vectors, [sparseConfig('words')], changes);
  return { ...config, wal: { ...config.wal, walCapacityMb } };
}

/** Carries a step out and waits until it is acknowledged. `reopen` is the caller's. */
export async function perform(database: Database, step: Exclude<Step, { kind: 'reopen' }>): Promise<void> {
  switch (step.kind) {
    case 'create':
      await database.create(step.collection, smallConfig(step.shardNumber));
      return;
    case 'drop':
      await database.delete(step.collection);
      return;
    case 'checkpoint':
      for (const shard of database.collection(step.collection).shards) await shard.writeCheckpoint('resting');
      return;
    case 'set_alias':
      await database.changeAliases([{ kind: 'create', alias: step.alias, collection: step.collection }]);
      return;
    case 'delete_alias':
      await database.changeAliases([{ kind: 'delete', alias: step.alias }]);
      return;
    case 'rename_alias':
      await database.changeAliases([{ kind: 'rename', alias: step.alias, newAlias: step.newAlias }]);
      return;
    case 'create_index': {
      const schema = { type: step.field === 'n' ? 'integer' : 'keyword', params: undefined } as const;
      const request = { collection: step.collection, path: pathOf(step.field), schema, ...WAIT };
      await database.collection(step.collection).createFieldIndex(CONTEXT, request);
      return;
    }
    case 'delete_index': {
      const request = { collection: step.collection, path: pathOf(step.field), ...WAIT };
      await database.collection(step.collection).deleteFieldIndex(CONTEXT, request);
      return;
    }
    case 'upsert':
    case 'delete':
    case 'delete_where':
    case 'set_payload':
    case 'set_words': {
      const { collection } = step;
      await database.collection(collection).update(CONTEXT, { collection, change: changeOf(step), ...WAIT });
    }
  }
}

function changeOf(
  step: Extract<Step, { kind: 'upsert' | 'delete' | 'delete_where' | 'set_payload' | 'set_words' }>,
): PointChange {
  switch (step.kind) {
    case 'upsert':
      return { kind: 'upsert', points: columns(step.points.map(testPoint)), mode: 'upsert', updateFilter: undefined };
    case 'delete':
      return { kind: 'delete', target: { kind: 'ids', ids: idColumn(step.ids.map(idOf)) } };
    case 'delete_where':
      return { kind: 'delete', target: { kind: 'filter', filter: whereN(step.n) } };
    case 'set_payload': {
      const payload = Buffer.from(JSON.stringify(step.payload));
      return {
        kind: 'set_payload',
        target: { kind: 'ids', ids: idColumn(step.ids.map(idOf)) },
        payload,
        key: undefined,
      };
    }
    case 'set_words': {
      const points = columns(step.ids.map((id) => ({ id, vectors: { words: step.words } })));
      return { kind: 'update_vectors', points, updateFilter: undefined };
    }
  }
}

function testPoint({ id, dense, words, payload }: NewPoint): Parameters<typeof columns>[0][number] {
  const vectors = { ...(dense && { dense }), ...(words && { words }) };
  return { id, vectors, ...(Object.keys(payload).length > 0 && { payload }) };
}

/** Points whose `n` is this. */
export function whereN(n: number): Filter {
  const condition = { kind: 'field', path: pathOf('n'), predicates: [{ kind: 'value', value: BigInt(n) }] } as const;
  return { must: [condition], should: [], mustNot: [], minShould: undefined };
}

function pathOf(text: string): JsonPath {
  const path = jsonPath(text);
  if (path === undefined) throw new Error(`no path: ${text}`);
  return path;
}
