import type { CollectionInfo } from '../../core/answers.ts';
import type {
  CollectionConfig,
  DenseVectorConfig,
  HnswConfigDiff,
  OptimizersConfig,
} from '../../core/collection-config.ts';
import { payloadSchemaJson } from './payload-schema.ts';
import { writer } from './writer.ts';

/** JSON.stringify leaves out what is undefined: so what Qdrant omits is undefined here, and what it prints null, null. */
type Json = { readonly [key: string]: unknown };

export function renderBoolean(value: boolean): void {
  writer.ascii(value ? 'true' : 'false');
}

export function renderCollections(names: readonly string[]): void {
  writer.utf8(JSON.stringify({ collections: names.map((name) => ({ name })) }));
}

export function renderExists(exists: boolean): void {
  writer.ascii(`{"exists":${exists}}`);
}

export function renderCollectionInfo(info: CollectionInfo): void {
  const { metadata, ...config } = configJson(info.config);
  const head = {
    status: info.status,
    optimizer_status: info.optimizerError === undefined ? 'ok' : { error: info.optimizerError },
    indexed_vectors_count: info.indexedVectorsCount,
    points_count: info.pointsCount,
    segments_count: info.segmentsCount,
  };
  const tail = {
    payload_schema: payloadSchemaJson(info.payloadSchema),
    update_queue: { length: info.updateQueueLength },
  };
  // Metadata is spliced as it was given: its numbers keep their digits.
  const spliced = typeof metadata === 'string' ? `,"metadata":${metadata}` : '';
  const configText = JSON.stringify(config).slice(0, -1);
  writer.utf8(
    `${JSON.stringify(head).slice(0, -1)},"config":${configText}${spliced}},${JSON.stringify(tail).slice(1)}`,
  );
}

function configJson({ params, hnsw, optimizers, wal, metadata }: CollectionConfig): Json {
  return {
    params: {
      vectors: vectorsJson(params.vectors),
      shard_number: params.shardNumber,
      replication_factor: params.replicationFactor,
      write_consistency_factor: params.writeConsistencyFactor,
      read_fan_out_factor: params.readFanOutFactor,
      read_fan_out_delay_ms: params.readFanOutDelayMs,
      on_disk_payload: params.onDiskPayload,
    },
    hnsw_config: hnswJson(hnsw),
    optimizer_config: optimizersJson(optimizers),
    wal_config: {
      wal_capacity_mb: wal.walCapacityMb,
      wal_segments_ahead: wal.walSegmentsAhead,
      wal_retain_closed: wal.walRetainClosed,
    },
    quantization_config: null,
    metadata,
  };
}

function vectorsJson(vectors: readonly DenseVectorConfig[]): Json {
  const [only] = vectors;
  if (vectors.length === 1 && only?.name === '') return vectorJson(only);
  return Object.fromEntries(vectors.map((vector) => [vector.name, vectorJson(vector)]));
}

function vectorJson(vector: DenseVectorConfig): Json {
  return {
    size: vector.size,
    distance: vector.distance,
    hnsw_config: vector.hnswConfig === undefined ? undefined : hnswJson(vector.hnswConfig),
    on_disk: vector.onDisk,
  };
}

function hnswJson(hnsw: HnswConfigDiff): Json {
  return {
    m: hnsw.m,
    ef_construct: hnsw.efConstruct,
    full_scan_threshold: hnsw.fullScanThreshold,
    max_indexing_threads: hnsw.maxIndexingThreads,
    on_disk: hnsw.onDisk,
    payload_m: hnsw.payloadM,
    inline_storage: hnsw.inlineStorage,
  };
}

function optimizersJson(optimizers: OptimizersConfig): Json {
  return {
    deleted_threshold: optimizers.deletedThreshold,
    vacuum_min_vector_number: optimizers.vacuumMinVectorNumber,
    default_segment_number: optimizers.defaultSegmentNumber,
    max_segment_size: optimizers.maxSegmentSize ?? null,
    memmap_threshold: optimizers.memmapThreshold ?? null,
    indexing_threshold: optimizers.indexingThreshold,
    flush_interval_sec: optimizers.flushIntervalSeconds,
    max_optimization_threads: optimizers.maxOptimizationThreads ?? null,
    prevent_unoptimized: optimizers.preventUnoptimized ?? null,
  };
}
