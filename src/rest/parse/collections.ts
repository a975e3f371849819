import {
  DEFAULT_HNSW,
  DEFAULT_OPTIMIZERS,
  DEFAULT_WAL,
  type DenseVectorConfig,
  type HnswConfigDiff,
  mergeDiff,
  newOptimizers,
  type OptimizersPatch,
  type SparseVectorDiff,
} from '../../core/collection-config.ts';
import { checkHnswLimits, checkShardNumber, checkVectorFieldCount } from '../../core/config-limits.ts';
import type { MemoryTier, QuantizationConfig } from '../../core/quantization.ts';
import type { CollectionName, CreateCollection } from '../../core/requests.ts';
import {
  atLeast,
  decodeHnsw,
  decodeMetadata,
  decodeOptimizers,
  decodePayloadStorage,
  decodeWal,
  keep,
} from './config-diffs.ts';
import { decodeBody, type Decoding, type DirectField, directStruct, isNull, optional } from './decoding.ts';
import { checkName } from './names.ts';
import { decodeQuantization } from './quantization.ts';
import { checkMetaTimeout } from './query-text.ts';
import { decodeBool, decodeU32, decodeWord } from './scalars.ts';
import { decodeSparseVectors } from './sparse-config.ts';
import { decodeStrictMode } from './strict-mode.ts';
import { checkVectorNames, decodeVectorsConfig } from './vectors-config.ts';
import { parseTree, readCollection, type Wire } from './wire.ts';

/** `PUT /collections/{c}`. */
export function parseCreateCollection(wire: Wire): CreateCollection {
  const collection = checkName(wire.path[0] ?? '', 'create');
  checkMetaTimeout(wire.query);
  const config = decodeBody(parseTree(wire.body), decodeCreate);
  const { vectors, sparseVectors, shardNumber } = config.params;
  checkShardNumber(shardNumber);
  checkVectorFieldCount(vectors.length + sparseVectors.length, shardNumber);
  checkHnswLimits('hnsw_config', config.hnsw);
  for (const { hnswConfig } of vectors) checkHnswLimits('vectors.hnsw_config', hnswConfig);
  return { collection, config };
}

/** `DELETE /collections/{c}`. */
export function parseDeleteCollection(wire: Wire): CollectionName {
  const collection = readCollection(wire);
  checkMetaTimeout(wire.query);
  return { collection };
}

function decodeCreate(decoding: Decoding, root: number): CreateCollection['config'] {
  let vectors: readonly DenseVectorConfig[] = [];
  let hnsw: HnswConfigDiff | undefined;
  let optimizers: OptimizersPatch | undefined;
  let quantization: QuantizationConfig | undefined;
  let sparse: ReadonlyMap<string, SparseVectorDiff> = new Map();
  let payloadMemory: MemoryTier | undefined;
  let strictMode: string | undefined;
  let wal: ReturnType<typeof decodeWal> | undefined;
  let metadata: string | undefined;
  const params = { shardNumber: 1, replicationFactor: 1, writeConsistencyFactor: 1, onDiskPayload: true };
  const optimizersField = keep(decodeOptimizers, (diff) => (optimizers = diff));
  const quantizationField: DirectField = {
    buffered: (decoding, node) => {
      quantization = optional(decoding, node, (...at) => decodeQuantization(...at, 'quantization_config'));
    },
  };
  const fields: Record<string, DirectField> = {
    vectors: {
      buffered: (decoding, node) => {
        if (!isNull(decoding.tree, node)) vectors = decodeVectorsConfig(decoding, node);
      },
    },
    shard_number: keep(atLeast(decodeU32, 'shard_number', 1), (value) => (params.shardNumber = value)),
    sharding_method: keep(decodeShardingMethod, () => undefined),
    replication_factor: keep(
      atLeast(decodeU32, 'replication_factor', 1),
      (value) => (params.replicationFactor = value),
    ),
    write_consistency_factor: keep(
      atLeast(decodeU32, 'write_consistency_factor', 1),
      (value) => (params.writeConsistencyFactor = value),
    ),
    on_disk_payload: keep(decodeBool, (value) => (params.onDiskPayload = value)),
    payload: keep(decodePayloadStorage('payload'), (memory) => (payloadMemory = memory)),
    hnsw_config: keep(
      (decoding, node) => decodeHnsw(decoding, node, 'hnsw_config'),
      (diff) => (hnsw = diff),
    ),
    wal_config: keep(decodeWal, (diff) => (wal = diff)),
    optimizers_config: optimizersField,
    optimizer_config: optimizersField,
    quantization_config: quantizationField,
    quantization: quantizationField,
    sparse_vectors: keep(decodeSparseVectors, (given) => (sparse = given)),
    strict_mode_config: keep(decodeStrictMode, (text) => (strictMode = text)),
    metadata: keep(decodeMetadata, (text) => (metadata = text)),
  };
  directStruct(decoding, root, 'struct CreateCollection', { fields, required: [] });
  const sparseVectors = [...sparse].map(([name, config]) => ({ name, ...config }));
  checkVectorNames(decoding, vectors, sparseVectors);
  return {
    params: {
      vectors,
      sparseVectors,
      ...params,
      readFanOutFactor: undefined,
      readFanOutDelayMs: undefined,
      payloadMemory,
    },
    hnsw: mergeDiff(DEFAULT_HNSW, hnsw),
    optimizers: optimizers === undefined ? DEFAULT_OPTIMIZERS : newOptimizers(optimizers),
    wal: mergeDiff(DEFAULT_WAL, wal),
    quantization,
    strictMode,
    metadata,
  };
}

/** The default is named or custom; custom is not served yet. */
function decodeShardingMethod(decoding: Decoding, node: number): void {
  if (decodeWord(['auto', 'custom'])(decoding, node) === 'custom') decoding.refuse('sharding_method custom');
}
