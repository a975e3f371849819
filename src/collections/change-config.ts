import {
  type CollectionConfig,
  type CollectionDiff,
  type DenseVectorConfig,
  type DenseVectorDiff,
  mergeDiff,
  NO_HNSW_DIFF,
  type OptimizersConfig,
  type OptimizersPatch,
  type QuantizationDiff,
  type SparseVectorConfig,
  type SparseVectorDiff,
} from '../core/collection-config.ts';
import { mergePayload } from '../core/payload-edit.ts';
import type { QuantizationConfig } from '../core/quantization.ts';
import { unknownVectorName } from './vector-names.ts';

/**
 * The configuration with what a diff gives; what it does not give stays. Qdrant carries out one section after the other
 * and keeps those before a fault; here a fault changes nothing.
 * Throws bad_input for a vector that the collection does not have.
 * Source: SEMANTICS.md 4.2.
 */
export function changeConfig(config: CollectionConfig, diff: CollectionDiff): CollectionConfig {
  const { params } = config;
  return {
    params: {
      ...mergeDiff(params, diff.params),
      vectors: changeEach(params.vectors, diff.vectors, changeDense),
      sparseVectors: changeEach(params.sparseVectors, diff.sparseVectors, changeSparse),
    },
    hnsw: mergeDiff(config.hnsw, diff.hnsw),
    optimizers: changeOptimizers(config.optimizers, diff.optimizers),
    wal: config.wal,
    quantization: changeQuantization(config.quantization, diff.quantization),
    strictMode: mergeStrictMode(config.strictMode, diff.strictMode),
    metadata: mergeJson(config.metadata, diff.metadata),
  };
}

function changeEach<Vector extends { readonly name: string }, Diff>(
  vectors: readonly Vector[],
  diffs: ReadonlyMap<string, Diff>,
  change: (vector: Vector, diff: Diff) => Vector,
): readonly Vector[] {
  for (const name of diffs.keys()) {
    if (!vectors.some((vector) => vector.name === name)) throw unknownVectorName(name);
  }
  return vectors.map((vector) => {
    const diff = diffs.get(vector.name);
    return diff === undefined ? vector : change(vector, diff);
  });
}

function changeDense(vector: DenseVectorConfig, diff: DenseVectorDiff): DenseVectorConfig {
  return {
    ...vector,
    hnswConfig:
      diff.hnswConfig === undefined ? vector.hnswConfig : mergeDiff(vector.hnswConfig ?? NO_HNSW_DIFF, diff.hnswConfig),
    quantization: changeQuantization(vector.quantization, diff.quantization),
    onDisk: diff.onDisk ?? vector.onDisk,
    memory: diff.memory ?? vector.memory,
  };
}

function changeSparse(vector: SparseVectorConfig, diff: SparseVectorDiff): SparseVectorConfig {
  return {
    ...vector,
    modifier: diff.modifier ?? vector.modifier,
    index: vector.index === undefined ? diff.index : mergeDiff(vector.index, diff.index),
  };
}

function changeOptimizers(optimizers: OptimizersConfig, patch: OptimizersPatch | undefined): OptimizersConfig {
  if (patch === undefined) return optimizers;
  const { maxOptimizationThreads: threads, ...others } = patch;
  const maxOptimizationThreads =
    threads === null ? undefined : threads === undefined ? optimizers.maxOptimizationThreads : threads;
  return { ...mergeDiff(optimizers, others), maxOptimizationThreads };
}

/** One quantisation takes the place of the other, whole. */
function changeQuantization(
  old: QuantizationConfig | undefined,
  diff: QuantizationDiff | undefined,
): QuantizationConfig | undefined {
  if (diff === undefined) return old;
  return diff === 'disabled' ? undefined : diff;
}

/** Field by field, and there is no way to take a field back: a null is nothing given. */
function mergeStrictMode(old: string | undefined, diff: string | undefined): string | undefined {
  return diff === undefined ? old : mergeJson(old, mergeJson(undefined, diff));
}

/** Raw JSON of two objects as one: shallow, a null deletes its key. Numbers keep their digits. */
function mergeJson(old: string | undefined, diff: string | undefined): string | undefined {
  if (diff === undefined) return old;
  const merged = mergePayload(Buffer.from(old ?? ''), Buffer.from(diff));
  return merged.length === 0 ? '{}' : Buffer.from(merged).toString();
}
