import type { Alias, CollectionInfo } from '../../core/answers.ts';
import type {
  CollectionConfig,
  CollectionParams,
  DenseVectorConfig,
  HnswConfigDiff,
  OptimizersConfig,
  SparseIndexConfig,
  SparseVectorConfig,
} from '../../core/collection-config.ts';
import type { QuantizationConfig } from '../../core/quantization.ts';
import { floatDigits } from '../../base/number-text.ts';
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

export function renderAliases(aliases: readonly Alias[]): void {
  const described = aliases.map(({ alias, collection }) => ({ alias_name: alias, collection_name: collection }));
  writer.utf8(JSON.stringify({ aliases: described }));
}

export function renderExists(exists: boolean): void {
  writer.ascii(`{"exists":${exists}}`);
}

export function renderCollectionInfo(info: CollectionInfo): void {
  const { metadata, strictMode } = info.config;
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
  // Spliced as they were given: their numbers keep their digits.
  const spliced = [
    strictMode === undefined ? '' : `,"strict_mode_config":${strictMode}`,
    metadata === undefined ? '' : `,"metadata":${metadata}`,
  ].join('');
  const configText = JSON.stringify(configJson(info.config)).slice(0, -1);
  writer.utf8(
    `${JSON.stringify(head).slice(0, -1)},"config":${configText}${spliced}},${JSON.stringify(tail).slice(1)}`,
  );
}

function configJson({ params, hnsw, optimizers, wal, quantization }: CollectionConfig): Json {
  return {
    params: paramsJson(params),
    hnsw_config: hnswJson(hnsw),
    optimizer_config: optimizersJson(optimizers),
    wal_config: {
      wal_capacity_mb: wal.walCapacityMb,
      wal_segments_ahead: wal.walSegmentsAhead,
      wal_retain_closed: wal.walRetainClosed,
    },
    quantization_config: quantization === undefined ? null : quantizationJson(quantization),
  };
}

function paramsJson(params: CollectionParams): Json {
  const { sparseVectors } = params;
  return {
    vectors: vectorsJson(params.vectors),
    shard_number: params.shardNumber,
    replication_factor: params.replicationFactor,
    write_consistency_factor: params.writeConsistencyFactor,
    read_fan_out_factor: params.readFanOutFactor,
    read_fan_out_delay_ms: params.readFanOutDelayMs,
    on_disk_payload: params.onDiskPayload,
    payload: params.payloadMemory === undefined ? undefined : { memory: params.payloadMemory },
    sparse_vectors: sparseVectors.length === 0 ? undefined : byName(sparseVectors, sparseJson),
  };
}

function vectorsJson(vectors: readonly DenseVectorConfig[]): Json {
  const [only] = vectors;
  return vectors.length === 1 && only?.name === '' ? vectorJson(only) : byName(vectors, vectorJson);
}

/** In the order of the names. */
function byName<Field extends { readonly name: string }>(fields: readonly Field[], json: (field: Field) => Json): Json {
  const sorted = fields.toSorted((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
  return Object.fromEntries(sorted.map((field) => [field.name, json(field)]));
}

function vectorJson(vector: DenseVectorConfig): Json {
  const { hnswConfig, quantization } = vector;
  return {
    size: vector.size,
    distance: vector.distance,
    hnsw_config: hnswConfig === undefined ? undefined : hnswJson(hnswConfig),
    quantization_config: quantization === undefined ? undefined : quantizationJson(quantization),
    on_disk: vector.onDisk,
    memory: vector.memory,
    datatype: vector.datatype,
    multivector_config: vector.multivector ? { comparator: 'max_sim' } : undefined,
  };
}

function sparseJson({ index, modifier }: SparseVectorConfig): Json {
  return { index: index === undefined ? undefined : sparseIndexJson(index), modifier };
}

function sparseIndexJson(index: SparseIndexConfig): Json {
  return {
    full_scan_threshold: index.fullScanThreshold,
    on_disk: index.onDisk,
    memory: index.memory,
    datatype: index.datatype,
  };
}

function quantizationJson(config: QuantizationConfig): Json {
  const place = { always_ram: config.alwaysRam, memory: config.memory };
  switch (config.kind) {
    case 'scalar': {
      const quantile = config.quantile === undefined ? undefined : floatDigits(config.quantile);
      return { scalar: { type: 'int8', quantile, ...place } };
    }
    case 'product':
      return { product: { compression: config.compression, ...place } };
    case 'binary':
      return { binary: { ...place, encoding: config.encoding, query_encoding: config.queryEncoding } };
    case 'turbo':
      return { turbo: { ...place, bits: config.bits } };
  }
}

function hnswJson(hnsw: HnswConfigDiff): Json {
  return {
    m: hnsw.m,
    ef_construct: hnsw.efConstruct,
    full_scan_threshold: hnsw.fullScanThreshold,
    max_indexing_threads: hnsw.maxIndexingThreads,
    on_disk: hnsw.onDisk,
    memory: hnsw.memory,
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
