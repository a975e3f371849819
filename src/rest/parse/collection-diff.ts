import { JSON_OBJECT } from '../../base/json/json-tree.ts';
import type {
  CollectionDiff,
  DenseVectorDiff,
  HnswConfigDiff,
  OptimizersPatch,
  QuantizationDiff,
  SparseVectorDiff,
} from '../../core/collection-config.ts';
import { checkHnswLimits } from '../../core/config-limits.ts';
import type { MemoryTier } from '../../core/quantization.ts';
import type { UpdateCollection } from '../../core/requests.ts';
import {
  atLeast,
  decodeHnsw,
  decodeMetadata,
  decodeOptimizers,
  decodePayloadStorage,
  decodeStorageMemory,
  keep,
} from './config-diffs.ts';
import { decodeBody, type Decoding, type DirectField, directStruct, optional, requireWhole } from './decoding.ts';
import { wrongType } from './format-error.ts';
import { decodeQuantizationDiff } from './quantization.ts';
import { checkMetaTimeout } from './query-text.ts';
import { decodeBool, decodeU32, decodeU64 } from './scalars.ts';
import { decodeSparseVectors } from './sparse-config.ts';
import { decodeStrictMode } from './strict-mode.ts';
import { parseTree, readCollection, type Wire } from './wire.ts';

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
  let vectors: ReadonlyMap<string, DenseVectorDiff> = new Map();
  let sparseVectors: ReadonlyMap<string, SparseVectorDiff> = new Map();
  let hnsw: HnswConfigDiff | undefined;
  let optimizers: OptimizersPatch | undefined;
  let quantization: QuantizationDiff | undefined;
  let params: CollectionDiff['params'];
  let strictMode: string | undefined;
  let metadata: string | undefined;
  const optimizersField = keep(decodeOptimizers, (diff) => (optimizers = diff));
  const fields: Record<string, DirectField> = {
    vectors: keep(decodeVectorsDiff, (diff) => (vectors = diff)),
    optimizers_config: optimizersField,
    optimizer_config: optimizersField,
    params: keep(decodeParamsDiff, (diff) => (params = diff)),
    hnsw_config: keep(
      (decoding, node) => decodeHnsw(decoding, node, 'hnsw_config'),
      (diff) => (hnsw = diff),
    ),
    quantization_config: quantizationField('quantization_config', (diff) => (quantization = diff)),
    sparse_vectors: keep(decodeSparseVectors, (diff) => (sparseVectors = diff)),
    strict_mode_config: keep(decodeStrictMode, (text) => (strictMode = text)),
    metadata: keep(decodeMetadata, (text) => (metadata = text)),
  };
  directStruct(decoding, root, 'struct UpdateCollection', { fields, required: [] });
  return { vectors, sparseVectors, hnsw, optimizers, quantization, params, strictMode, metadata };
}

function quantizationField(path: string, set: (diff: QuantizationDiff | undefined) => void): DirectField {
  return {
    buffered: (decoding, node) => set(optional(decoding, node, (...at) => decodeQuantizationDiff(...at, path))),
  };
}

function decodeVectorsDiff(decoding: Decoding, node: number): ReadonlyMap<string, DenseVectorDiff> {
  const { tree } = decoding;
  if (tree.kindOf(node) !== JSON_OBJECT) throw wrongType(tree, node, 'a map');
  const vectors = new Map<string, DenseVectorDiff>();
  for (let at = node + 1; at < tree.nextOf(node); at = tree.nextOf(at + 1)) {
    requireWhole(tree, at);
    vectors.set(tree.text(at), decodeVectorDiff(decoding, at + 1, 'vectors.?'));
  }
  return vectors;
}

function decodeVectorDiff(decoding: Decoding, node: number, path: string): DenseVectorDiff {
  let hnswConfig: HnswConfigDiff | undefined;
  let quantization: QuantizationDiff | undefined;
  let onDisk: boolean | undefined;
  let memory: MemoryTier | undefined;
  const fields: Record<string, DirectField> = {
    hnsw_config: keep(
      (decoding, node) => decodeHnsw(decoding, node, `${path}.hnsw_config`),
      (value) => (hnswConfig = value),
    ),
    quantization_config: quantizationField(`${path}.quantization_config`, (diff) => (quantization = diff)),
    on_disk: keep(decodeBool, (value) => (onDisk = value)),
    memory: keep(decodeStorageMemory(`${path}.memory`, 'dense vector storage'), (value) => (memory = value)),
  };
  directStruct(decoding, node, 'struct VectorParamsDiff', { fields, required: [] });
  return { hnswConfig, quantization, onDisk, memory };
}

function decodeParamsDiff(decoding: Decoding, node: number): NonNullable<CollectionDiff['params']> {
  let replicationFactor: number | undefined;
  let writeConsistencyFactor: number | undefined;
  let readFanOutFactor: number | undefined;
  let readFanOutDelayMs: number | undefined;
  let onDiskPayload: boolean | undefined;
  let payloadMemory: MemoryTier | undefined;
  const positive = (name: string): ReturnType<typeof atLeast> => atLeast(decodeU32, `params.${name}`, 1);
  const fields: Record<string, DirectField> = {
    replication_factor: keep(positive('replication_factor'), (value) => (replicationFactor = value)),
    write_consistency_factor: keep(positive('write_consistency_factor'), (value) => (writeConsistencyFactor = value)),
    read_fan_out_factor: keep(decodeU32, (value) => (readFanOutFactor = value)),
    read_fan_out_delay_ms: keep(decodeU64, (value) => (readFanOutDelayMs = value)),
    on_disk_payload: keep(decodeBool, (value) => (onDiskPayload = value)),
    payload: keep(decodePayloadStorage('params.payload'), (memory) => (payloadMemory = memory)),
  };
  directStruct(decoding, node, 'struct CollectionParamsDiff', { fields, required: [] });
  return {
    replicationFactor,
    writeConsistencyFactor,
    readFanOutFactor,
    readFanOutDelayMs,
    onDiskPayload,
    payloadMemory,
  };
}
