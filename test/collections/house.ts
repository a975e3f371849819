import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { World } from '../../src/base/world.ts';
import { Database } from '../../src/collections/database.ts';
import type { MemoryLimits } from '../../src/collections/memory-limits.ts';
import { Snapshots } from '../../src/collections/snapshot/snapshots.ts';
import { Compute } from '../../src/compute/compute.ts';
import {
  type CollectionConfig,
  type CollectionDiff,
  DEFAULT_HNSW,
  DEFAULT_OPTIMIZERS,
  DEFAULT_WAL,
  type DenseVectorConfig,
  type Distance,
  type SparseVectorConfig,
} from '../../src/core/collection-config.ts';
import type { Context } from '../../src/core/context.ts';
import { idColumn, numberId, parseUuidId, type PointId } from '../../src/core/ids.ts';
import type { SearchParams } from '../../src/core/query.ts';
import type { PointColumns, QueryPoints, UpdatePoints } from '../../src/core/requests.ts';
import { SILENT_LOGGER } from '../../src/observe/logger.ts';
import { Kv } from '../../src/storage/kv.ts';
import { NodeFiles } from '../../src/storage/node-files.ts';
import { denseConfig, type PlainVector, type PlainVectors, toVector, vectorColumns } from './plain-vectors.ts';

/** The real storeys below the doors, on a folder of their own. */
export interface TestHouse {
  readonly database: Database;
  readonly snapshots: Snapshots;
  readonly kv: Kv;
  readonly compute: Compute;
  readonly folder: string;
  close(): Promise<void>;
}

export const CONTEXT: Context = { signal: new AbortController().signal, credential: undefined };
export const WAIT = { wait: true, ordering: 'weak', timeoutSeconds: undefined } as const;
export const READ = { consistency: undefined, timeoutSeconds: undefined } as const;

export function realWorld(): World {
  return { files: new NodeFiles(), nowMs: () => Date.now(), random: () => Math.random() };
}

export async function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'vectorizer-'));
}

export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

/** As much memory as there is. */
export const NO_LIMIT: MemoryLimits = { budgetBytes: Infinity, baseBytes: 0, residentBytes: () => 0 };

export async function openHouse(
  folder: string,
  world: World = realWorld(),
  memory: MemoryLimits = NO_LIMIT,
): Promise<TestHouse> {
  const kv = await Kv.open(world, join(folder, 'kv'));
  const compute = Compute.open({ searchThreads: 1, backgroundThreads: 1 });
  const foundation = {
    world,
    kv,
    compute,
    logger: SILENT_LOGGER,
    fsync: 'never',
    rested: () => undefined,
    memory,
    leafCacheBytes: 2 ** 20,
  } as const;
  const database = await Database.open(foundation, join(folder, 'collections'));
  const snapshots = await Snapshots.open({
    foundation,
    database,
    snapshotsPath: join(folder, 'snapshots'),
    capturesPath: join(folder, 'snapshots_temp/captures'),
    temporaryPath: join(folder, 'snapshots_temp'),
    remoteSources: true,
  });
  return {
    database,
    snapshots,
    kv,
    compute,
    folder,
    close: async () => {
      await snapshots.close();
      await database.close();
      await compute.close();
      await kv.close();
    },
  };
}

/** Nothing is changed. */
export const NO_DIFF: CollectionDiff = {
  vectors: new Map(),
  sparseVectors: new Map(),
  hnsw: undefined,
  optimizers: undefined,
  quantization: undefined,
  params: undefined,
  strictMode: undefined,
  metadata: undefined,
};

/** What tests change of a configuration. */
export interface ConfigChanges {
  readonly shardNumber?: number;
  readonly indexingThreshold?: number;
  readonly vacuumMinVectorNumber?: number;
  /** 0: nothing is indexed or compacted but by hand. */
  readonly maxOptimizationThreads?: number;
}

/** One dense vector without a name, or none at all where size is 0. */
export function config(size: number, distance: Distance, changes: ConfigChanges = {}): CollectionConfig {
  return configOf(size === 0 ? [] : [denseConfig('', size, distance)], [], changes);
}

export function configOf(
  vectors: readonly DenseVectorConfig[],
  sparseVectors: readonly SparseVectorConfig[],
  changes: ConfigChanges = {},
): CollectionConfig {
  return {
    params: {
      vectors,
      sparseVectors,
      shardNumber: changes.shardNumber ?? 1,
      replicationFactor: 1,
      writeConsistencyFactor: 1,
      readFanOutFactor: undefined,
      readFanOutDelayMs: undefined,
      onDiskPayload: true,
      payloadMemory: undefined,
    },
    hnsw: DEFAULT_HNSW,
    optimizers: {
      ...DEFAULT_OPTIMIZERS,
      indexingThreshold: changes.indexingThreshold ?? DEFAULT_OPTIMIZERS.indexingThreshold,
      vacuumMinVectorNumber: changes.vacuumMinVectorNumber ?? DEFAULT_OPTIMIZERS.vacuumMinVectorNumber,
      maxOptimizationThreads: changes.maxOptimizationThreads,
    },
    wal: DEFAULT_WAL,
    quantization: undefined,
    strictMode: undefined,
    metadata: undefined,
  };
}

export interface TestPoint {
  readonly id: number | string;
  /** The vector without a name. */
  readonly vector?: readonly number[];
  readonly vectors?: PlainVectors;
  readonly payload?: unknown;
}

export function idOf(value: number | string): PointId {
  const id = typeof value === 'number' ? numberId(BigInt(value)) : parseUuidId(value);
  if (id === undefined) throw new Error(`${value} is no id`);
  return id;
}

export function columns(points: readonly TestPoint[]): PointColumns {
  return rawColumns(
    points.map(({ id, vector, vectors, payload }) => ({
      id: idOf(id),
      vector,
      vectors,
      payload: payload === undefined ? '' : JSON.stringify(payload),
    })),
  );
}

/** A point with its payload as it is sent: raw JSON, empty = none. */
export interface RawPoint {
  readonly id: PointId;
  /** The vector without a name. */
  readonly vector: readonly number[] | undefined;
  readonly vectors?: PlainVectors | undefined;
  readonly payload: string;
}

export function rawColumns(points: readonly RawPoint[]): PointColumns {
  const payloads = points.map(({ payload }) => new TextEncoder().encode(payload));
  return {
    ids: idColumn(points.map(({ id }) => id)),
    vectors: vectorColumns(points.map(({ vector, vectors }) => ({ ...vectors, ...(vector && { '': vector }) }))),
    inferred: [],
    payloads: Buffer.concat(payloads),
    payloadStarts: starts(payloads.map(({ length }) => length)),
  };
}

export function upsertOf(collection: string, points: readonly TestPoint[]): UpdatePoints {
  const change = { kind: 'upsert', points: columns(points), mode: 'upsert', updateFilter: undefined } as const;
  return { collection, change, ...WAIT };
}

export function deleteOf(collection: string, ids: readonly (number | string)[]): UpdatePoints {
  const target = { kind: 'ids', ids: idColumn(ids.map(idOf)) } as const;
  return { collection, change: { kind: 'delete', target }, ...WAIT };
}

/** Nothing that a search can say of how it is carried out. */
export const PARAMS: SearchParams = {
  hnswEf: undefined,
  exact: false,
  indexedOnly: false,
  quantization: { ignore: false, rescore: undefined, oversampling: undefined },
  idfCorpus: undefined,
};

export function queryOf(vector: PlainVector, changes: Partial<QueryPoints> = {}): QueryPoints {
  return {
    query: { kind: 'nearest', example: { kind: 'vector', vector: toVector(vector) }, mmr: undefined },
    prefetch: [],
    using: '',
    lookupFrom: undefined,
    limit: 10,
    offset: 0,
    scoreThreshold: undefined,
    filter: undefined,
    params: PARAMS,
    withPayload: { kind: 'none' },
    withVector: { kind: 'none' },
    shardKeys: undefined,
    ...changes,
  };
}

function starts(lengths: readonly number[]): Uint32Array {
  const result = new Uint32Array(lengths.length + 1);
  lengths.forEach((length, index) => {
    result[index + 1] = (result[index] ?? 0) + length;
  });
  return result;
}
