import { JSON_OBJECT, JSON_RAW_OBJECT, JSON_STRING } from '../../base/json/json-tree.ts';
import {
  type CollectionDiff,
  DEFAULT_HNSW,
  DEFAULT_OPTIMIZERS,
  DEFAULT_WAL,
  type DenseVectorConfig,
  type HnswConfigDiff,
  mergeDiff,
  type OptimizersConfigDiff,
} from '../../core/collection-config.ts';
import { checkHnswLimits, checkShardNumber } from '../../core/config-limits.ts';
import type { CollectionName, CreateCollection, UpdateCollection } from '../../core/requests.ts';
import { atLeast, decodeHnsw, decodeOptimizers, decodeWal, keep, refused } from './config-diffs.ts';
import {
  decodeBody,
  type Decoding,
  type DirectField,
  directStruct,
  isNull,
  optional,
  requireWhole,
} from './decoding.ts';
import { unknownVariant, wrongType } from './format-error.ts';
import { checkName } from './names.ts';
import { decodeQuantization } from './quantization.ts';
import { checkMetaTimeout } from './query-text.ts';
import { decodeBool, decodeU32, decodeU64 } from './scalars.ts';
import { decodeVectorsConfig } from './vectors-config.ts';
import { parseTree, readCollection, type Wire } from './wire.ts';

/** `PUT /collections/{c}`. */
export function parseCreateCollection(wire: Wire): CreateCollection {
  const collection = checkName(wire.path[0] ?? '', 'create');
  checkMetaTimeout(wire.query);
  const config = decodeBody(parseTree(wire.body), decodeCreate);
  checkShardNumber(config.params.shardNumber);
  checkHnswLimits('hnsw_config', config.hnsw);
  for (const { hnswConfig } of config.params.vectors) checkHnswLimits('vectors.hnsw_config', hnswConfig);
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
  let optimizers: OptimizersConfigDiff | undefined;
  let wal: ReturnType<typeof decodeWal> | undefined;
  let metadata: string | undefined;
  const params = { shardNumber: 1, replicationFactor: 1, writeConsistencyFactor: 1, onDiskPayload: true };
  const optimizersField = keep(
    (decoding, node) => decodeOptimizers(decoding, node, false),
    (diff) => (optimizers = diff),
  );
  const quantization: DirectField = {
    buffered: (decoding, node) =>
      optional(decoding, node, (...at) => decodeQuantization(...at, 'quantization_config', false)),
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
    payload: refused('payload (storage parameters)'),
    hnsw_config: keep(
      (decoding, node) => decodeHnsw(decoding, node, 'hnsw_config'),
      (diff) => (hnsw = diff),
    ),
    wal_config: keep(decodeWal, (diff) => (wal = diff)),
    optimizers_config: optimizersField,
    optimizer_config: optimizersField,
    quantization_config: quantization,
    quantization,
    sparse_vectors: keep(decodeSparseVectors, () => undefined),
    strict_mode_config: keep(decodeStrictMode, () => undefined),
    metadata: keep(decodeMetadata, (text) => (metadata = text)),
  };
  directStruct(decoding, root, 'struct CreateCollection', { fields, required: [] });
  return {
    params: { vectors, ...params, readFanOutFactor: undefined, readFanOutDelayMs: undefined },
    hnsw: mergeDiff(DEFAULT_HNSW, hnsw),
    optimizers: mergeDiff(DEFAULT_OPTIMIZERS, optimizers),
    wal: mergeDiff(DEFAULT_WAL, wal),
    metadata,
  };
}

/** `PATCH /collections/{c}`. */
export function parseUpdateCollection(wire: Wire): UpdateCollection {
  const collection = readCollection(wire);
  checkMetaTimeout(wire.query);
  const diff = decodeBody(parseTree(wire.body), decodeUpdate);
  checkHnswLimits('hnsw_config', diff.hnsw);
  for (const { hnswConfig } of diff.vectors.values()) checkHnswLimits('vectors.hnsw_config', hnswConfig);
  return { collection, diff };
}

function decodeUpdate(decoding: Decoding, root: number): CollectionDiff {
  const vectors: Map<string, { hnswConfig: HnswConfigDiff | undefined; onDisk: boolean | undefined }> = new Map();
  let hnsw: HnswConfigDiff | undefined;
  let optimizers: OptimizersConfigDiff | undefined;
  let params: CollectionDiff['params'];
  let metadata: string | undefined;
  const optimizersField = keep(
    (decoding, node) => decodeOptimizers(decoding, node, true),
    (diff) => (optimizers = diff),
  );
  const fields: Record<string, DirectField> = {
    vectors: keep(
      (decoding, node) => decodeVectorsDiff(decoding, node, vectors),
      () => undefined,
    ),
    optimizers_config: optimizersField,
    optimizer_config: optimizersField,
    params: keep(decodeParamsDiff, (diff) => (params = diff)),
    hnsw_config: keep(
      (decoding, node) => decodeHnsw(decoding, node, 'hnsw_config'),
      (diff) => (hnsw = diff),
    ),
    quantization_config: {
      buffered: (decoding, node) =>
        optional(decoding, node, (...at) => decodeQuantization(...at, 'quantization_config', true)),
    },
    sparse_vectors: keep(decodeSparseVectors, () => undefined),
    strict_mode_config: keep(decodeStrictMode, () => undefined),
    metadata: keep(decodeMetadata, (text) => (metadata = text)),
  };
  directStruct(decoding, root, 'struct UpdateCollection', { fields, required: [] });
  return { vectors, hnsw, optimizers, params, metadata };
}

function decodeVectorsDiff(
  decoding: Decoding,
  node: number,
  vectors: Map<string, { hnswConfig: HnswConfigDiff | undefined; onDisk: boolean | undefined }>,
): void {
  const { tree } = decoding;
  if (tree.kindOf(node) !== JSON_OBJECT) throw wrongType(tree, node, 'a map');
  for (let at = node + 1; at < tree.nextOf(node); at = tree.nextOf(at + 1)) {
    requireWhole(tree, at);
    const diff: { hnswConfig: HnswConfigDiff | undefined; onDisk: boolean | undefined } = {
      hnswConfig: undefined,
      onDisk: undefined,
    };
    const path = 'vectors.?';
    const fields: Record<string, DirectField> = {
      hnsw_config: keep(
        (decoding, node) => decodeHnsw(decoding, node, `${path}.hnsw_config`),
        (value) => (diff.hnswConfig = value),
      ),
      quantization_config: {
        buffered: (decoding, node) =>
          optional(decoding, node, (...at) => decodeQuantization(...at, `${path}.quantization_config`, true)),
      },
      on_disk: keep(decodeBool, (value) => (diff.onDisk = value)),
      memory: refused(`${path}.memory`),
    };
    directStruct(decoding, at + 1, 'struct VectorParamsDiff', { fields, required: [] });
    vectors.set(tree.text(at), diff);
  }
}

function decodeParamsDiff(decoding: Decoding, node: number): NonNullable<CollectionDiff['params']> {
  let replicationFactor: number | undefined;
  let writeConsistencyFactor: number | undefined;
  let readFanOutFactor: number | undefined;
  let readFanOutDelayMs: number | undefined;
  let onDiskPayload: boolean | undefined;
  const positive = (name: string): ReturnType<typeof atLeast> => atLeast(decodeU32, `params.${name}`, 1);
  const fields: Record<string, DirectField> = {
    replication_factor: keep(positive('replication_factor'), (value) => (replicationFactor = value)),
    write_consistency_factor: keep(positive('write_consistency_factor'), (value) => (writeConsistencyFactor = value)),
    read_fan_out_factor: keep(decodeU32, (value) => (readFanOutFactor = value)),
    read_fan_out_delay_ms: keep(decodeU64, (value) => (readFanOutDelayMs = value)),
    on_disk_payload: keep(decodeBool, (value) => (onDiskPayload = value)),
    payload: refused('params.payload'),
  };
  directStruct(decoding, node, 'struct CollectionParamsDiff', { fields, required: [] });
  return { replicationFactor, writeConsistencyFactor, readFanOutFactor, readFanOutDelayMs, onDiskPayload };
}

/** The default is named or custom; custom is not served yet. */
function decodeShardingMethod(decoding: Decoding, node: number): void {
  const { tree } = decoding;
  if (tree.kindOf(node) !== JSON_STRING) throw wrongType(tree, node, 'string or map');
  const method = tree.text(node);
  if (method === 'custom') decoding.refuse('sharding_method custom');
  else if (method !== 'auto') throw unknownVariant(method, ['auto', 'custom']);
}

function decodeSparseVectors(decoding: Decoding, node: number): void {
  const { tree } = decoding;
  requireMap(decoding, node);
  if (tree.nextOf(node) > node + 1) decoding.refuse('A sparse vector (sparse_vectors)');
}

/** The limits of strict mode are numbers from one on, as far as this is checked before it is refused. */
function decodeStrictMode(decoding: Decoding, node: number): void {
  const limits = ['max_query_limit', 'max_timeout'];
  const fields: Record<string, DirectField> = { enabled: keep(decodeBool, () => undefined) };
  for (const name of limits) {
    fields[name] = keep(atLeast(decodeU32, `strict_mode_config.${name}`, 1), () => undefined);
  }
  directStruct(decoding, node, 'struct StrictModeConfig', { fields, required: [] });
  decoding.refuse('strict_mode_config');
}

function decodeMetadata(decoding: Decoding, node: number): string {
  const { tree } = decoding;
  requireMap(decoding, node);
  return tree.bytes.toString('utf8', tree.startOf(node), tree.endOf(node));
}

function requireMap({ tree }: Decoding, node: number): void {
  requireWhole(tree, node);
  const kind = tree.kindOf(node);
  if (kind === JSON_OBJECT || kind === JSON_RAW_OBJECT) return;
  throw wrongType(tree, node, 'a map');
}
