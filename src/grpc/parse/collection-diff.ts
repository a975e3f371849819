import type * as wire from '../../../generated/collections.js';
import type { CollectionDiff, DenseVectorDiff } from '../../core/collection-config.ts';
import { checkHnswLimits } from '../../core/config-limits.ts';
import type { UpdateCollection } from '../../core/requests.ts';
import { hnswOf, memoryOf, metadataOf, optimizersOf, optionalCount } from './config-diffs.ts';
import {
  checkHnsw,
  checkOptimizers,
  checkPayloadStorage,
  checkQuantization,
  checkSparseVectors,
  checkVectorDiffs,
} from './config-rules.ts';
import { quantizationDiffOf } from './quantization.ts';
import { sparseVectorsOf } from './sparse-config.ts';
import { checkStrictMode, strictModeOf } from './strict-mode.ts';
import { Violations } from './violations.ts';

/** What changes; the collection knows what it may. Throws as `createCollectionOf`. */
export function updateCollectionOf(message: wire.UpdateCollection): UpdateCollection {
  checkUpdate(message);
  const diff = diffOf(message);
  checkHnswLimits('hnsw_config', diff.hnsw);
  for (const { hnswConfig } of diff.vectors.values()) checkHnswLimits('vectors_config.hnsw_config', hnswConfig);
  return { collection: message.collectionName, diff };
}

function checkUpdate(message: wire.UpdateCollection): void {
  const violations = new Violations();
  violations.collection(message.collectionName);
  violations.atLeast('timeout', message.timeout, 1);
  violations.atLeast('params.replication_factor', message.params?.replicationFactor, 1);
  violations.atLeast('params.write_consistency_factor', message.params?.writeConsistencyFactor, 1);
  checkPayloadStorage(message.params?.payload, 'params.payload', violations);
  checkOptimizers(message.optimizersConfig, violations);
  checkHnsw(message.hnswConfig, 'hnsw_config', violations);
  checkVectorDiffs(message.vectorsConfig, violations);
  checkQuantization(message.quantizationConfig, 'quantization_config', violations);
  checkSparseVectors(message.sparseVectorsConfig, violations);
  checkStrictMode(message.strictModeConfig, violations);
  violations.finish();
}

function diffOf(message: wire.UpdateCollection): CollectionDiff {
  const { hnswConfig, optimizersConfig, quantizationConfig, strictModeConfig, params } = message;
  return {
    vectors: vectorDiffsOf(message.vectorsConfig),
    sparseVectors: sparseVectorsOf(message.sparseVectorsConfig),
    hnsw: hnswConfig === undefined ? undefined : hnswOf(hnswConfig),
    optimizers: optimizersConfig === undefined ? undefined : optimizersOf(optimizersConfig),
    quantization: quantizationConfig === undefined ? undefined : quantizationDiffOf(quantizationConfig),
    params: params === undefined ? undefined : paramsOf(params),
    strictMode: strictModeConfig === undefined ? undefined : strictModeOf(strictModeConfig),
    metadata: metadataOf(message.metadata),
  };
}

function vectorDiffsOf(given: wire.VectorsConfigDiff | undefined): ReadonlyMap<string, DenseVectorDiff> {
  const config = given?.config;
  switch (config?.$case) {
    case 'params':
      return new Map([['', vectorDiffOf(config.value)]]);
    case 'paramsMap':
      return new Map([...config.value.map].map(([name, diff]) => [name, vectorDiffOf(diff)]));
    case undefined:
      return new Map();
  }
}

function vectorDiffOf({ hnswConfig, quantizationConfig, onDisk, memory }: wire.VectorParamsDiff): DenseVectorDiff {
  return {
    hnswConfig: hnswConfig === undefined ? undefined : hnswOf(hnswConfig),
    quantization: quantizationConfig === undefined ? undefined : quantizationDiffOf(quantizationConfig),
    onDisk,
    memory: memoryOf(memory),
  };
}

function paramsOf(params: wire.CollectionParamsDiff): NonNullable<CollectionDiff['params']> {
  return {
    replicationFactor: params.replicationFactor,
    writeConsistencyFactor: params.writeConsistencyFactor,
    readFanOutFactor: params.readFanOutFactor,
    readFanOutDelayMs: optionalCount(params.readFanOutDelayMs),
    onDiskPayload: params.onDiskPayload,
    payloadMemory: memoryOf(params.payload?.memory),
  };
}
