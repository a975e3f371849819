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
}

export function encodeEntry(entry: CatalogueEntry): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ format: 1, ...entry }));
}

/** Throws data_damaged on what is not an entry. The store verifies its own blocks. */
export function decodeEntry(bytes: Uint8Array, name: string): CatalogueEntry {
  const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
  if (!isEntry(value))
    throw dataDamaged(`catalogue, collection ${name}`, 'its entry has a form that this version does not know');
  return { number: value.number, config: complete(value.config) };
}

/** What is undefined is not in JSON, and an older version did not know all of it: of that nothing was given. */
type StoredConfig = Pick<CollectionConfig, 'params' | 'hnsw' | 'optimizers' | 'wal'> & Partial<CollectionConfig>;
type StoredVector = Pick<DenseVectorConfig, 'name' | 'size' | 'distance'> & Partial<DenseVectorConfig>;

function isEntry(value: unknown): value is { readonly number: number; readonly config: StoredConfig } {
  return typeof value === 'object' && value !== null && 'format' in value && value.format === 1 && 'config' in value;
}

function complete({
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
