import * as wire from '../../../generated/collections.js';
import { plainText, ryuText } from '../../base/number-text.ts';
import { VECTOR_SIZE_MAX } from '../../core/config-limits.ts';
import type { Violations } from './violations.ts';

/**
 * What Qdrant's validation wants of a collection's configuration (SURFACE.md 2.1), before anything of it is converted. Each
 * check takes the path of its message; oneofs have a step in it by their own name, members of a map one that reads `[]`.
 */

export function checkHnsw(diff: wire.HnswConfigDiff | undefined, path: string, violations: Violations): void {
  violations.atLeast(`${path}.ef_construct`, diff?.efConstruct, 4);
}

export function checkOptimizers(diff: wire.OptimizersConfigDiff | undefined, violations: Violations): void {
  const path = 'optimizers_config';
  within(violations, `${path}.deleted_threshold`, diff?.deletedThreshold, { least: 0, most: 1 });
  violations.atLeast(`${path}.vacuum_min_vector_number`, diff?.vacuumMinVectorNumber, 100);
  violations.atLeast(`${path}.max_segment_size`, diff?.maxSegmentSize, 1);
}

export function checkWal(diff: wire.WalConfigDiff | undefined, violations: Violations): void {
  violations.atLeast('wal_config.wal_capacity_mb', diff?.walCapacityMb, 1);
  violations.atLeast('wal_config.wal_retain_closed', diff?.walRetainClosed, 1);
}

type WireQuantization = wire.QuantizationConfig | wire.QuantizationConfigDiff;

export function checkQuantization(config: WireQuantization | undefined, path: string, violations: Violations): void {
  const method = config?.quantization;
  if (method?.$case !== 'scalar') return;
  within(violations, `${path}.quantization.quantile`, method.value.quantile, { least: 0.5, most: 1 });
}

export function checkVectors(vectors: wire.VectorsConfig | undefined, violations: Violations): void {
  const config = vectors?.config;
  if (config?.$case === 'params') checkVector(config.value, 'vectors_config.config', violations);
  if (config?.$case === 'paramsMap') {
    for (const params of config.value.map.values()) checkVector(params, 'vectors_config.config.map.[]', violations);
  }
}

function checkVector(params: wire.VectorParams, path: string, violations: Violations): void {
  checkVectorSize(params.size, `${path}.size`, violations);
  checkHnsw(params.hnswConfig, `${path}.hnsw_config`, violations);
  checkQuantization(params.quantizationConfig, `${path}.quantization_config`, violations);
  checkStorageMemory(params.memory, `${path}.memory`, { owner: 'dense vector storage', violations });
}

export function checkVectorSize(size: bigint, path: string, violations: Violations): void {
  if (size >= 1n && size <= VECTOR_SIZE_MAX) return;
  violations.add(path, `value ${size} invalid, must be from 1 to ${VECTOR_SIZE_MAX}`);
}

export function checkVectorDiffs(vectors: wire.VectorsConfigDiff | undefined, violations: Violations): void {
  const config = vectors?.config;
  if (config?.$case === 'params') checkVectorDiff(config.value, 'vectors_config.config', violations);
  if (config?.$case === 'paramsMap') {
    for (const diff of config.value.map.values()) checkVectorDiff(diff, 'vectors_config.config.map.[]', violations);
  }
}

function checkVectorDiff(diff: wire.VectorParamsDiff, path: string, violations: Violations): void {
  checkHnsw(diff.hnswConfig, `${path}.hnsw_config`, violations);
  checkQuantization(diff.quantizationConfig, `${path}.quantization_config`, violations);
  checkStorageMemory(diff.memory, `${path}.memory`, { owner: 'dense vector storage', violations });
}

export function checkSparseVectors(vectors: wire.SparseVectorConfig | undefined, violations: Violations): void {
  for (const { index } of vectors?.map.values() ?? []) {
    checkSparseDatatype(index?.datatype, 'sparse_vectors_config.map.[].index.datatype', violations);
  }
}

export function checkSparseDatatype(datatype: number | undefined, path: string, violations: Violations): void {
  if (datatype === wire.Datatype.Turbo4) violations.add(path, 'sparse vectors do not support the turbo4 datatype');
}

export function checkPayloadStorage(
  payload: wire.PayloadStorageParams | undefined,
  path: string,
  violations: Violations,
): void {
  checkStorageMemory(payload?.memory, `${path}.memory`, { owner: 'payload storage', violations });
}

/** Vectors and payloads are in files: what is pinned are codes and indexes. `owner` as Qdrant names it. */
function checkStorageMemory(
  memory: wire.Memory | undefined,
  path: string,
  { owner, violations }: { readonly owner: string; readonly violations: Violations },
): void {
  if (memory === wire.Memory.Pinned) violations.add(path, `\`pinned\` is not supported for ${owner}`);
}

/** A share. NaN is none. */
function within(
  violations: Violations,
  path: string,
  value: number | undefined,
  { least, most }: { readonly least: number; readonly most: number },
): void {
  if (value === undefined || (value >= least && value <= most)) return;
  const given = Number.isFinite(value) ? ryuText(value) : plainText(value);
  violations.add(path, `value ${given} invalid, must be from ${ryuText(least)} to ${ryuText(most)}`);
}
