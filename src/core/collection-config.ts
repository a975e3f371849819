import type { MemoryTier, QuantizationConfig } from './quantization.ts';
import type { VectorDatatype } from './vectors.ts';

/**
 * The configuration of a collection in Qdrant's words. Field names are ours (camelCase); the doors translate.
 * `undefined` means that the user did not give the value and Qdrant leaves it out of (or prints null in) the answer.
 */
export type Distance = 'Cosine' | 'Dot' | 'Euclid' | 'Manhattan';

/** HNSW parameters of a collection, all given (defaults filled in), or of one vector (only what was given). */
export interface HnswConfig {
  readonly m: number;
  readonly efConstruct: number;
  /** Kilobytes of vectors under which a filtered search scans instead of walking. */
  readonly fullScanThreshold: number;
  readonly maxIndexingThreads: number;
  readonly onDisk: boolean;
  readonly memory: MemoryTier | undefined;
  readonly payloadM: number | undefined;
  readonly inlineStorage: boolean | undefined;
}

export type HnswConfigDiff = { readonly [Key in keyof HnswConfig]: HnswConfig[Key] | undefined };

/** One dense vector field. The unnamed default vector has the name ''. */
export interface DenseVectorConfig {
  readonly name: string;
  /** Dimensions, 1 … 65,536. */
  readonly size: number;
  readonly distance: Distance;
  readonly hnswConfig: HnswConfigDiff | undefined;
  /** undefined: the collection's, if it has one. */
  readonly quantization: QuantizationConfig | undefined;
  readonly onDisk: boolean | undefined;
  readonly memory: MemoryTier | undefined;
  /** undefined = float32, not shown. */
  readonly datatype: VectorDatatype | undefined;
  /** Each point has a list of rows, compared by MaxSim (SEMANTICS.md 1.3). */
  readonly multivector: boolean;
}

/** One sparse vector field; its name is never ''. */
export interface SparseVectorConfig {
  readonly name: string;
  readonly modifier: 'none' | 'idf' | undefined;
  /** undefined: not given, and not shown. */
  readonly index: SparseIndexConfig | undefined;
}

export interface SparseIndexConfig {
  /** Vectors under which a search scans. */
  readonly fullScanThreshold: number | undefined;
  readonly onDisk: boolean | undefined;
  readonly memory: MemoryTier | undefined;
  readonly datatype: Exclude<VectorDatatype, 'turbo4'> | undefined;
}

/** A vector field of either kind, as `PUT /collections/{c}/vectors/{name}` makes it. */
export type VectorFieldConfig =
  ({ readonly kind: 'dense' } & DenseVectorConfig) | ({ readonly kind: 'sparse' } & SparseVectorConfig);

export interface OptimizersConfig {
  readonly deletedThreshold: number;
  readonly vacuumMinVectorNumber: number;
  readonly defaultSegmentNumber: number;
  readonly maxSegmentSize: number | undefined;
  readonly memmapThreshold: number | undefined;
  /** Kilobytes of vectors from which a graph is built; 0 = never. */
  readonly indexingThreshold: number;
  readonly flushIntervalSeconds: number;
  readonly maxOptimizationThreads: number | undefined;
  readonly preventUnoptimized: boolean | undefined;
}

export interface WalConfig {
  readonly walCapacityMb: number;
  readonly walSegmentsAhead: number;
  readonly walRetainClosed: number;
}

export interface CollectionParams {
  /** Dense vectors by name; with exactly one vector named '' the wire shows a bare object. May be empty. */
  readonly vectors: readonly DenseVectorConfig[];
  /** By name; shown only where there are any. */
  readonly sparseVectors: readonly SparseVectorConfig[];
  readonly shardNumber: number;
  readonly replicationFactor: number;
  readonly writeConsistencyFactor: number;
  readonly readFanOutFactor: number | undefined;
  readonly readFanOutDelayMs: number | undefined;
  readonly onDiskPayload: boolean;
  /** `params.payload.memory`; undefined: not given. */
  readonly payloadMemory: MemoryTier | undefined;
}

export interface CollectionConfig {
  readonly params: CollectionParams;
  readonly hnsw: HnswConfig;
  readonly optimizers: OptimizersConfig;
  readonly wal: WalConfig;
  /** For all dense vectors that have none of their own. */
  readonly quantization: QuantizationConfig | undefined;
  /** Raw JSON of an object of Qdrant's field names, checked; undefined where never given. */
  readonly strictMode: string | undefined;
  /** Raw JSON of an object, as the user gave it; undefined where never given. */
  readonly metadata: string | undefined;
}

/** Nothing given. */
export const NO_HNSW_DIFF: HnswConfigDiff = {
  m: undefined,
  efConstruct: undefined,
  fullScanThreshold: undefined,
  maxIndexingThreads: undefined,
  onDisk: undefined,
  memory: undefined,
  payloadM: undefined,
  inlineStorage: undefined,
};

export const DEFAULT_HNSW: HnswConfig = {
  m: 16,
  efConstruct: 100,
  fullScanThreshold: 10_000,
  maxIndexingThreads: 0,
  onDisk: false,
  memory: undefined,
  payloadM: undefined,
  inlineStorage: undefined,
};

export const DEFAULT_OPTIMIZERS: OptimizersConfig = {
  deletedThreshold: 0.2,
  vacuumMinVectorNumber: 1000,
  defaultSegmentNumber: 0,
  maxSegmentSize: undefined,
  memmapThreshold: undefined,
  indexingThreshold: 10_000,
  flushIntervalSeconds: 5,
  maxOptimizationThreads: undefined,
  preventUnoptimized: undefined,
};

export const DEFAULT_WAL: WalConfig = { walCapacityMb: 32, walSegmentsAhead: 0, walRetainClosed: 1 };

/** What a PATCH makes of a quantisation: another one, or none. */
export type QuantizationDiff = QuantizationConfig | 'disabled';

/** `maxOptimizationThreads`: null is the wire's `"auto"`, which takes the value away. */
export type OptimizersPatch = {
  readonly [Key in Exclude<keyof OptimizersConfig, 'maxOptimizationThreads'>]: OptimizersConfig[Key] | undefined;
} & { readonly maxOptimizationThreads: number | null | undefined };

/** Nothing given. */
export const NO_OPTIMIZERS_PATCH: OptimizersPatch = {
  deletedThreshold: undefined,
  vacuumMinVectorNumber: undefined,
  defaultSegmentNumber: undefined,
  maxSegmentSize: undefined,
  memmapThreshold: undefined,
  indexingThreshold: undefined,
  flushIntervalSeconds: undefined,
  maxOptimizationThreads: undefined,
  preventUnoptimized: undefined,
};

/** What a PATCH may change; undefined = unchanged (SEMANTICS.md 4.2). */
export interface CollectionDiff {
  /** By vector name ('' = the default vector). */
  readonly vectors: ReadonlyMap<string, DenseVectorDiff>;
  readonly sparseVectors: ReadonlyMap<string, SparseVectorDiff>;
  readonly hnsw: HnswConfigDiff | undefined;
  readonly optimizers: OptimizersPatch | undefined;
  readonly quantization: QuantizationDiff | undefined;
  readonly params:
    | {
        readonly replicationFactor: number | undefined;
        readonly writeConsistencyFactor: number | undefined;
        readonly readFanOutFactor: number | undefined;
        readonly readFanOutDelayMs: number | undefined;
        readonly onDiskPayload: boolean | undefined;
        readonly payloadMemory: MemoryTier | undefined;
      }
    | undefined;
  /** Raw JSON of an object of Qdrant's field names, checked: merged field by field. */
  readonly strictMode: string | undefined;
  /** Raw JSON of an object: merged shallowly, a null value deletes its key. */
  readonly metadata: string | undefined;
}

export interface DenseVectorDiff {
  readonly hnswConfig: HnswConfigDiff | undefined;
  readonly quantization: QuantizationDiff | undefined;
  readonly onDisk: boolean | undefined;
  readonly memory: MemoryTier | undefined;
}

export interface SparseVectorDiff {
  readonly modifier: 'none' | 'idf' | undefined;
  readonly index: SparseIndexConfig | undefined;
}

/** `base` with every value that `diff` gives. */
export function mergeDiff<T extends object>(
  base: T,
  diff: { readonly [Key in keyof T]?: T[Key] | undefined } | undefined,
): T {
  if (diff === undefined) return base;
  const given = Object.entries(diff).filter(([, value]) => value !== undefined);
  return { ...base, ...Object.fromEntries(given) };
}

/** The defaults with what is given. A new collection has no threads that `"auto"` would take away. */
export function newOptimizers(patch: OptimizersPatch): OptimizersConfig {
  return mergeDiff(DEFAULT_OPTIMIZERS, { ...patch, maxOptimizationThreads: patch.maxOptimizationThreads ?? undefined });
}
