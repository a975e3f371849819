import { JSON_OBJECT, JSON_STRING } from '../../base/json/json-tree.ts';
import { NO_OPTIMIZERS_PATCH } from '../../core/collection-config.ts';
import type { HnswConfigDiff, OptimizersPatch, WalConfig } from '../../core/collection-config.ts';
import type { MemoryTier } from '../../core/quantization.ts';
import { ryuText } from '../../base/number-text.ts';
import { type Decode, type Decoding, type DirectField, directStruct, optional, requireWhole } from './decoding.ts';
import { noVariant, wrongType } from './format-error.ts';
import { decodeBool, decodeFloat, decodeMemory, decodeU64, decodeUsize } from './scalars.ts';
import { lastForm } from './untagged.ts';

/** The parts of a collection's configuration that create and update share. Null and absent fields are alike. */

/** A field that keeps what it reads. */
export function keep<T>(decode: Decode<T>, set: (value: T) => void): DirectField {
  return {
    direct: (decoding, node) => {
      const value = optional(decoding, node, decode);
      if (value !== undefined) set(value);
    },
  };
}

/** An integer that must not be less than `least`. */
export function atLeast(decode: Decode<number>, path: string, least: number): Decode<number> {
  return (decoding, node) => {
    const value = decode(decoding, node);
    if (value < least) decoding.violate(`${path}: value ${value} invalid, must be ${least} or larger`);
    return value;
  };
}

/** Where vectors or payloads live: they cannot be held in memory. `owner` as Qdrant names what is asked for. */
export function decodeStorageMemory(path: string, owner: string): Decode<MemoryTier> {
  return (decoding, node) => {
    const memory = decodeMemory(decoding, node);
    if (memory === 'pinned') decoding.violate(`${path}: \`pinned\` is not supported for ${owner}`);
    return memory;
  };
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

export function decodeHnsw(decoding: Decoding, node: number, path: string): HnswConfigDiff {
  const diff: Writable<HnswConfigDiff> = {
    m: undefined,
    efConstruct: undefined,
    fullScanThreshold: undefined,
    maxIndexingThreads: undefined,
    onDisk: undefined,
    memory: undefined,
    payloadM: undefined,
    inlineStorage: undefined,
  };
  const fullScan = keep(atLeast(decodeUsize, `${path}.full_scan_threshold`, 10), (value) => {
    diff.fullScanThreshold = value;
  });
  const fields: Record<string, DirectField> = {
    m: keep(decodeUsize, (value) => (diff.m = value)),
    ef_construct: keep(atLeast(decodeUsize, `${path}.ef_construct`, 4), (value) => (diff.efConstruct = value)),
    full_scan_threshold: fullScan,
    full_scan_threshold_kb: fullScan,
    max_indexing_threads: keep(decodeUsize, (value) => (diff.maxIndexingThreads = value)),
    on_disk: keep(decodeBool, (value) => (diff.onDisk = value)),
    memory: keep(decodeMemory, (value) => (diff.memory = value)),
    payload_m: keep(decodeUsize, (value) => (diff.payloadM = value)),
    inline_storage: keep(decodeBool, (value) => (diff.inlineStorage = value)),
  };
  directStruct(decoding, node, 'struct HnswConfigDiff', { fields, required: [] });
  return diff;
}

export function decodeOptimizers(decoding: Decoding, node: number): OptimizersPatch {
  const path = 'optimizers_config';
  const diff: Writable<OptimizersPatch> = { ...NO_OPTIMIZERS_PATCH };
  const maxSegment = keep(
    atLeast(decodeUsize, `${path}.max_segment_size`, 1),
    (value) => (diff.maxSegmentSize = value),
  );
  const memmap = keep(decodeUsize, (value) => (diff.memmapThreshold = value));
  const indexing = keep(decodeUsize, (value) => (diff.indexingThreshold = value));
  const fields: Record<string, DirectField> = {
    deleted_threshold: keep(decodeShare(`${path}.deleted_threshold`), (value) => (diff.deletedThreshold = value)),
    vacuum_min_vector_number: keep(
      atLeast(decodeUsize, `${path}.vacuum_min_vector_number`, 100),
      (value) => (diff.vacuumMinVectorNumber = value),
    ),
    default_segment_number: keep(decodeUsize, (value) => (diff.defaultSegmentNumber = value)),
    max_segment_size: maxSegment,
    max_segment_size_kb: maxSegment,
    memmap_threshold: memmap,
    memmap_threshold_kb: memmap,
    indexing_threshold: indexing,
    indexing_threshold_kb: indexing,
    flush_interval_sec: keep(decodeU64, (value) => (diff.flushIntervalSeconds = value)),
    max_optimization_threads: {
      buffered: (decoding, node) => {
        const threads = optional(decoding, node, decodeThreads);
        diff.maxOptimizationThreads = threads === 'auto' ? null : threads;
      },
    },
    prevent_unoptimized: keep(decodeBool, (value) => (diff.preventUnoptimized = value)),
  };
  directStruct(decoding, node, 'struct OptimizersConfigDiff', { fields, required: [] });
  return diff;
}

function decodeThreads(decoding: Decoding, node: number): number | 'auto' {
  const { tree } = decoding;
  if (tree.kindOf(node) === JSON_STRING && tree.text(node) === 'auto') return 'auto';
  return lastForm(
    () => decodeUsize(decoding, node),
    () => noVariant('MaxOptimizationThreads'),
  );
}

/** A double from 0 to 1. */
function decodeShare(path: string): Decode<number> {
  return (decoding, node) => {
    const value = decodeFloat(decoding, node, 'f64');
    if (value < 0 || value > 1) {
      decoding.violate(`${path}: value ${ryuText(value)} invalid, must be from 0.0 to 1.0`);
    }
    return value;
  };
}

export function decodeWal(decoding: Decoding, node: number): { [Key in keyof WalConfig]: WalConfig[Key] | undefined } {
  let walCapacityMb: number | undefined;
  let walSegmentsAhead: number | undefined;
  let walRetainClosed: number | undefined;
  const fields: Record<string, DirectField> = {
    wal_capacity_mb: keep(atLeast(decodeUsize, 'wal_config.wal_capacity_mb', 1), (value) => (walCapacityMb = value)),
    wal_segments_ahead: keep(decodeUsize, (value) => (walSegmentsAhead = value)),
    wal_retain_closed: keep(decodeUsize, (value) => (walRetainClosed = value)),
  };
  directStruct(decoding, node, 'struct WalConfigDiff', { fields, required: [] });
  return { walCapacityMb, walSegmentsAhead, walRetainClosed };
}

/** `payload: {memory}`, the storage of payloads. Undefined where nothing is given in it. */
export function decodePayloadStorage(path: string): Decode<MemoryTier | undefined> {
  return (decoding, node) => {
    let memory: MemoryTier | undefined;
    const fields = {
      memory: keep(decodeStorageMemory(`${path}.memory`, 'payload storage'), (given) => (memory = given)),
    };
    directStruct(decoding, node, 'struct PayloadStorageParams', { fields, required: [] });
    return memory;
  };
}

/** The text of an object, as it was given. */
export function decodeMetadata(decoding: Decoding, node: number): string {
  const { tree } = decoding;
  requireWhole(tree, node);
  if (tree.kindOf(node) !== JSON_OBJECT) throw wrongType(tree, node, 'a map');
  return tree.bytes.toString('utf8', tree.startOf(node), tree.endOf(node));
}
