import {
  type CollectionConfig,
  DEFAULT_HNSW,
  DEFAULT_OPTIMIZERS,
  DEFAULT_WAL,
  type DenseVectorConfig,
} from '../core/collection-config.ts';
import { dataDamaged } from '../core/errors.ts';

/** What the catalogue holds of a collection, under its name. */
export interface CatalogueEntry {
  /** Never used twice: folders and keys are named by it. */
  readonly number: number;
  readonly config: CollectionConfig;
  /** Of each shard, where a shard was recovered from a snapshot; undefined: all have the collection's number. */
  readonly shardNumbers?: readonly number[] | undefined;
}

export function encodeEntry(entry: CatalogueEntry): Uint8Array {
  // A version that does not know numbers of shards must not open the wrong ones.
  const format = entry.shardNumbers === undefined ? 1 : 2;
  return new TextEncoder().encode(JSON.stringify({ format, ...entry }));
}

/** Throws data_damaged on what is not an entry. The store verifies its own blocks. */
export function decodeEntry(bytes: Uint8Array, name: string): CatalogueEntry {
  const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
  if (!isEntry(value))
    throw dataDamaged(`catalogue, collection ${name}`, 'its entry has a form that this version does not know');
  return { number: value.number, config: completeConfig(value.config), shardNumbers: value.shardNumbers };
}

/** What is undefined is not in JSON, and an older version did not know all of it: of that nothing was given. */
export type StoredConfig = Pick<CollectionConfig, 'params' | 'hnsw' | 'optimizers' | 'wal'> & Partial<CollectionConfig>;
type StoredVector = Pick<DenseVectorConfig, 'name' | 'size' | 'distance'> & Partial<DenseVectorConfig>;

interface StoredEntry {
  readonly number: number;
  readonly config: StoredConfig;
  readonly shardNumbers?: readonly number[];
}

function isEntry(value: unknown): value is StoredEntry {
  if (typeof value !== 'object' || value === null || !('format' in value) || !('config' in value)) return false;
  return value.format === 1 || (value.format === 2 && 'shardNumbers' in value);
}

/** With what an older version did not write. */
export function completeConfig({
  params,
  hnsw,
  optimizers,
  wal,
  quantization,
  strictMode,
  metadata,
}: StoredConfig): CollectionConfig {
  const stored: Partial<Pick<CollectionConfig['params'], 'sparseVectors' | 'payloadMemory'>> = params;
  return {
    params: {
      ...params,
      vectors: params.vectors.map(completeVector),
      sparseVectors: (stored.sparseVectors ?? []).map(({ name, modifier, index }) => ({ name, modifier, index })),
      payloadMemory: stored.payloadMemory,
    },
    hnsw: { ...DEFAULT_HNSW, ...hnsw },
    optimizers: { ...DEFAULT_OPTIMIZERS, ...optimizers },
    wal: { ...DEFAULT_WAL, ...wal },
    quantization,
    strictMode,
    metadata,
  };
}

function completeVector(vector: StoredVector): DenseVectorConfig {
  const { hnswConfig, quantization, onDisk, memory, datatype, multivector = false } = vector;
  const { name, size, distance } = vector;
  return { name, size, distance, hnswConfig, quantization, onDisk, memory, datatype, multivector };
}
