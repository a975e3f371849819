import * as wire from '../../../generated/collections.js';
import type {
  CollectionConfig,
  CollectionParams,
  DenseVectorConfig,
  HnswConfigDiff,
  OptimizersConfig,
  SparseIndexConfig,
  SparseVectorConfig,
  WalConfig,
} from '../../core/collection-config.ts';
import type { MemoryTier, QuantizationConfig } from '../../core/quantization.ts';
import type { VectorDatatype } from '../../core/vectors.ts';
import {
  BINARY_ENCODINGS,
  COMPRESSIONS,
  DATATYPES,
  DISTANCES,
  MEMORY_TIERS,
  MODIFIERS,
  QUERY_ENCODINGS,
  TURBO_BITS,
} from '../wire/config-words.ts';
import { strictModeMessage } from './strict-mode.ts';

/** A collection's configuration, but for its metadata: that is spliced in as it is stored. */
export function configMessage(config: CollectionConfig): wire.CollectionConfig {
  const { quantization, strictMode } = config;
  return {
    params: paramsMessage(config.params),
    hnswConfig: hnswMessage(config.hnsw),
    optimizerConfig: optimizersMessage(config.optimizers),
    walConfig: walMessage(config.wal),
    quantizationConfig: quantization === undefined ? undefined : quantizationMessage(quantization),
    strictModeConfig: strictMode === undefined ? undefined : strictModeMessage(strictMode),
    metadata: new Map(),
  };
}

function paramsMessage(params: CollectionParams): wire.CollectionParams {
  const { payloadMemory, sparseVectors, readFanOutDelayMs } = params;
  return {
    shardNumber: params.shardNumber,
    onDiskPayload: params.onDiskPayload,
    vectorsConfig: vectorsMessage(params.vectors),
    replicationFactor: params.replicationFactor,
    writeConsistencyFactor: params.writeConsistencyFactor,
    readFanOutFactor: params.readFanOutFactor,
    shardingMethod: undefined,
    sparseVectorsConfig: sparseVectors.length === 0 ? undefined : sparseVectorsMessage(sparseVectors),
    readFanOutDelayMs: optionalWide(readFanOutDelayMs),
    payload: payloadMemory === undefined ? undefined : { memory: memoryNumber(payloadMemory) },
  };
}

function vectorsMessage(vectors: readonly DenseVectorConfig[]): wire.VectorsConfig {
  const [only] = vectors;
  if (only?.name === '' && vectors.length === 1) return { config: { $case: 'params', value: vectorMessage(only) } };
  const map = new Map(vectors.map((vector) => [vector.name, vectorMessage(vector)]));
  return { config: { $case: 'paramsMap', value: { map } } };
}

function vectorMessage(vector: DenseVectorConfig): wire.VectorParams {
  const { hnswConfig, quantization } = vector;
  return {
    size: wide(vector.size),
    distance: DISTANCES.numbers[vector.distance],
    hnswConfig: hnswConfig === undefined ? undefined : hnswMessage(hnswConfig),
    quantizationConfig: quantization === undefined ? undefined : quantizationMessage(quantization),
    onDisk: vector.onDisk,
    datatype: datatypeNumber(vector.datatype),
    multivectorConfig: vector.multivector ? { comparator: wire.MultiVectorComparator.MaxSim } : undefined,
    memory: memoryNumber(vector.memory),
  };
}

function sparseVectorsMessage(vectors: readonly SparseVectorConfig[]): wire.SparseVectorConfig {
  return {
    map: new Map(
      vectors.map(({ name, index, modifier }) => [
        name,
        {
          index: index === undefined ? undefined : sparseIndexMessage(index),
          modifier: modifier === undefined ? undefined : MODIFIERS.numbers[modifier],
        },
      ]),
    ),
  };
}

function sparseIndexMessage(index: SparseIndexConfig): wire.SparseIndexConfig {
  return {
    fullScanThreshold: optionalWide(index.fullScanThreshold),
    onDisk: index.onDisk,
    datatype: datatypeNumber(index.datatype),
    memory: memoryNumber(index.memory),
  };
}

function hnswMessage(hnsw: HnswConfigDiff): wire.HnswConfigDiff {
  return {
    m: optionalWide(hnsw.m),
    efConstruct: optionalWide(hnsw.efConstruct),
    fullScanThreshold: optionalWide(hnsw.fullScanThreshold),
    maxIndexingThreads: optionalWide(hnsw.maxIndexingThreads),
    onDisk: hnsw.onDisk,
    payloadM: optionalWide(hnsw.payloadM),
    inlineStorage: hnsw.inlineStorage,
    memory: memoryNumber(hnsw.memory),
  };
}

function optimizersMessage(optimizers: OptimizersConfig): wire.OptimizersConfigDiff {
  const threads = optionalWide(optimizers.maxOptimizationThreads);
  return {
    deletedThreshold: optimizers.deletedThreshold,
    vacuumMinVectorNumber: wide(optimizers.vacuumMinVectorNumber),
    defaultSegmentNumber: wide(optimizers.defaultSegmentNumber),
    maxSegmentSize: optionalWide(optimizers.maxSegmentSize),
    memmapThreshold: optionalWide(optimizers.memmapThreshold),
    indexingThreshold: wide(optimizers.indexingThreshold),
    flushIntervalSec: wide(optimizers.flushIntervalSeconds),
    // Older clients know this field alone.
    deprecatedMaxOptimizationThreads: threads,
    maxOptimizationThreads: {
      variant:
        threads === undefined
          ? { $case: 'setting', value: wire.MaxOptimizationThreads_Setting.Auto }
          : { $case: 'value', value: threads },
    },
    preventUnoptimized: optimizers.preventUnoptimized,
  };
}

function walMessage(wal: WalConfig): wire.WalConfigDiff {
  return {
    walCapacityMb: wide(wal.walCapacityMb),
    walSegmentsAhead: wide(wal.walSegmentsAhead),
    walRetainClosed: wide(wal.walRetainClosed),
  };
}

function quantizationMessage(config: QuantizationConfig): wire.QuantizationConfig {
  const place = { alwaysRam: config.alwaysRam, memory: memoryNumber(config.memory) };
  switch (config.kind) {
    case 'scalar': {
      const type = wire.QuantizationType.Int8;
      return { quantization: { $case: 'scalar', value: { type, quantile: config.quantile, ...place } } };
    }
    case 'product': {
      const compression = COMPRESSIONS.numbers[config.compression];
      return { quantization: { $case: 'product', value: { compression, ...place } } };
    }
    case 'binary': {
      const encoding = config.encoding === undefined ? undefined : BINARY_ENCODINGS.numbers[config.encoding];
      const { queryEncoding: query } = config;
      const queryEncoding: wire.BinaryQuantizationQueryEncoding | undefined =
        query === undefined ? undefined : { variant: { $case: 'setting', value: QUERY_ENCODINGS.numbers[query] } };
      return { quantization: { $case: 'binary', value: { encoding, queryEncoding, ...place } } };
    }
    case 'turbo': {
      const bits = config.bits === undefined ? undefined : TURBO_BITS.numbers[config.bits];
      return { quantization: { $case: 'turboquant', value: { bits, ...place } } };
    }
  }
}

function datatypeNumber(datatype: VectorDatatype | undefined): wire.Datatype | undefined {
  return datatype === undefined ? undefined : DATATYPES.numbers[datatype];
}

/** Where something lives. */
export function memoryNumber(memory: MemoryTier | undefined): wire.Memory | undefined {
  return memory === undefined ? undefined : MEMORY_TIERS.numbers[memory];
}

const WIDEST = 2n ** 64n - 1n;

/** A count as 64 bits: one that came as JSON may have been rounded up to 2^64. */
export function wide(count: number): bigint {
  const value = BigInt(count);
  return value > WIDEST ? WIDEST : value;
}

export function optionalWide(count: number | undefined): bigint | undefined {
  return count === undefined ? undefined : wide(count);
}
