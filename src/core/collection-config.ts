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
  readonly onDisk: boolean | undefined;
}

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

export type OptimizersConfigDiff = { readonly [Key in keyof OptimizersConfig]: OptimizersConfig[Key] | undefined };

export interface WalConfig {
  readonly walCapacityMb: number;
  readonly walSegmentsAhead: number;
  readonly walRetainClosed: number;
}

export interface CollectionParams {
  /** Dense vectors by name; with exactly one vector named '' the wire shows a bare object. May be empty. */
  readonly vectors: readonly DenseVectorConfig[];
  readonly shardNumber: number;
  readonly replicationFactor: number;
  readonly writeConsistencyFactor: number;
  readonly readFanOutFactor: number | undefined;
  readonly readFanOutDelayMs: number | undefined;
  readonly onDiskPayload: boolean;
}

export interface CollectionConfig {
  readonly params: CollectionParams;
  readonly hnsw: HnswConfig;
  readonly optimizers: OptimizersConfig;
  readonly wal: WalConfig;
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
  payloadM: undefined,
  inlineStorage: undefined,
};

export const DEFAULT_HNSW: HnswConfig = {
  m: 16,
  efConstruct: 100,
  fullScanThreshold: 10_000,
  maxIndexingThreads: 0,
  onDisk: false,
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

/** What a PATCH may change; undefined = unchanged. */
export interface CollectionDiff {
  /** By vector name ('' = the default vector). */
  readonly vectors: ReadonlyMap<
    string,
    { readonly hnswConfig: HnswConfigDiff | undefined; readonly onDisk: boolean | undefined }
  >;
  readonly hnsw: HnswConfigDiff | undefined;
  readonly optimizers: OptimizersConfigDiff | undefined;
  readonly params:
    | {
        readonly replicationFactor: number | undefined;
        readonly writeConsistencyFactor: number | undefined;
        readonly readFanOutFactor: number | undefined;
        readonly readFanOutDelayMs: number | undefined;
        readonly onDiskPayload: boolean | undefined;
      }
    | undefined;
  /** Raw JSON of an object: merged shallowly, a null value deletes its key. */
  readonly metadata: string | undefined;
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
