import * as wire from '../../../generated/collections.js';
import {
  DEFAULT_HNSW,
  DEFAULT_OPTIMIZERS,
  DEFAULT_WAL,
  mergeDiff,
  newOptimizers,
} from '../../core/collection-config.ts';
import { checkHnswLimits, checkShardNumber, checkVectorFieldCount } from '../../core/config-limits.ts';
import { badInput, notSupported } from '../../core/errors.ts';
import { vectorNamesFault } from '../../core/names.ts';
import type { CollectionName, CreateCollection } from '../../core/requests.ts';
import { invalidArgument } from '../grpc-error.ts';
import { hnswOf, memoryOf, metadataOf, optimizersOf, walOf } from './config-diffs.ts';
import {
  checkHnsw,
  checkOptimizers,
  checkPayloadStorage,
  checkQuantization,
  checkSparseVectors,
  checkVectors,
  checkWal,
} from './config-rules.ts';
import { quantizationOf } from './quantization.ts';
import { sparseVectorsOf } from './sparse-config.ts';
import { checkStrictMode, strictModeOf } from './strict-mode.ts';
import { vectorsOf } from './vectors-config.ts';
import { Violations } from './violations.ts';

/** A request that names a collection and no more. Throws INVALID_ARGUMENT for a name that cannot be one. */
export function collectionNameOf({ collectionName }: { readonly collectionName: string }): CollectionName {
  const violations = new Violations();
  const collection = violations.collection(collectionName);
  violations.finish();
  return { collection };
}

/** Throws INVALID_ARGUMENT for a broken rule. */
export function deleteCollectionOf({ collectionName, timeout }: wire.DeleteCollection): CollectionName {
  const violations = new Violations();
  const collection = violations.collection(collectionName);
  violations.atLeast('timeout', timeout, 1);
  violations.finish();
  return { collection };
}

/**
 * A new collection, defaults filled in. Throws INVALID_ARGUMENT for a broken rule or what cannot be converted, bad_input for
 * names of vectors and for more than this version gives.
 */
export function createCollectionOf(message: wire.CreateCollection): CreateCollection {
  checkCreate(message);
  checkSize(message);
  const config = newConfigOf(message);
  const { vectors, sparseVectors } = config.params;
  const fault = vectorNamesFault(vectors, sparseVectors);
  if (fault !== undefined) throw badInput(fault);
  checkHnswLimits('hnsw_config', config.hnsw);
  for (const { hnswConfig } of vectors) checkHnswLimits('vectors_config.hnsw_config', hnswConfig);
  return { collection: message.collectionName, config };
}

/** Before anything is converted: a few bytes name one more vector. */
function checkSize({ shardNumber = 1, vectorsConfig, sparseVectorsConfig }: wire.CreateCollection): void {
  checkShardNumber(shardNumber);
  checkVectorFieldCount(denseCount(vectorsConfig?.config) + (sparseVectorsConfig?.map.size ?? 0), shardNumber);
}

function denseCount(config: wire.VectorsConfig['config']): number {
  if (config === undefined) return 0;
  return config.$case === 'params' ? 1 : config.value.map.size;
}

function checkCreate(message: wire.CreateCollection): void {
  const violations = new Violations();
  violations.collection(message.collectionName, 'create');
  violations.atLeast('shard_number', message.shardNumber, 1);
  violations.atLeast('replication_factor', message.replicationFactor, 1);
  violations.atLeast('write_consistency_factor', message.writeConsistencyFactor, 1);
  checkVectors(message.vectorsConfig, violations);
  checkSparseVectors(message.sparseVectorsConfig, violations);
  checkHnsw(message.hnswConfig, 'hnsw_config', violations);
  checkWal(message.walConfig, violations);
  checkOptimizers(message.optimizersConfig, violations);
  checkQuantization(message.quantizationConfig, 'quantization_config', violations);
  checkStrictMode(message.strictModeConfig, violations);
  checkPayloadStorage(message.payload, 'payload', violations);
  violations.finish();
}

function newConfigOf(message: wire.CreateCollection): CreateCollection['config'] {
  const { hnswConfig, optimizersConfig, walConfig, quantizationConfig, strictModeConfig } = message;
  checkShardingMethod(message.shardingMethod);
  return {
    params: {
      vectors: vectorsOf(message.vectorsConfig),
      sparseVectors: [...sparseVectorsOf(message.sparseVectorsConfig)].map(([name, config]) => ({ name, ...config })),
      shardNumber: message.shardNumber ?? 1,
      replicationFactor: message.replicationFactor ?? 1,
      writeConsistencyFactor: message.writeConsistencyFactor ?? 1,
      readFanOutFactor: undefined,
      readFanOutDelayMs: undefined,
      onDiskPayload: message.onDiskPayload ?? true,
      payloadMemory: memoryOf(message.payload?.memory),
    },
    hnsw: mergeDiff(DEFAULT_HNSW, hnswConfig === undefined ? undefined : hnswOf(hnswConfig)),
    optimizers: optimizersConfig === undefined ? DEFAULT_OPTIMIZERS : newOptimizers(optimizersOf(optimizersConfig)),
    wal: mergeDiff(DEFAULT_WAL, walConfig === undefined ? undefined : walOf(walConfig)),
    quantization: quantizationConfig === undefined ? undefined : quantizationOf(quantizationConfig),
    strictMode: strictModeConfig === undefined ? undefined : strictModeOf(strictModeConfig),
    metadata: metadataOf(message.metadata),
  };
}

/** The default is named or custom; custom is not served yet. */
function checkShardingMethod(method: wire.ShardingMethod | undefined): void {
  if (method === undefined || method === wire.ShardingMethod.Auto) return;
  if (method === wire.ShardingMethod.Custom) throw notSupported('sharding_method custom');
  throw invalidArgument(`Unknown sharding method: ${String(method)}`);
}
