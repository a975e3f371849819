import type * as json from '../../../generated/json_with_int.js';
import * as wire from '../../../generated/collections.js';
import type { HnswConfigDiff, OptimizersPatch, WalConfig } from '../../core/collection-config.ts';
import type { MemoryTier } from '../../core/quantization.ts';
import { invalidArgument } from '../grpc-error.ts';
import { MEMORY_TIERS } from '../wire/config-words.ts';
import { optionalWord } from '../wire/words.ts';
import { countOf } from './counts.ts';
import { mapText } from './payload-json.ts';

/** The parts of a collection's configuration that create and update share. What breaks a rule, `config-rules.ts` has told. */

export function hnswOf(diff: wire.HnswConfigDiff): HnswConfigDiff {
  return {
    m: optionalCount(diff.m),
    efConstruct: optionalCount(diff.efConstruct),
    fullScanThreshold: optionalCount(diff.fullScanThreshold),
    maxIndexingThreads: optionalCount(diff.maxIndexingThreads),
    onDisk: diff.onDisk,
    memory: memoryOf(diff.memory),
    payloadM: optionalCount(diff.payloadM),
    inlineStorage: diff.inlineStorage,
  };
}

export function optimizersOf(diff: wire.OptimizersConfigDiff): OptimizersPatch {
  return {
    deletedThreshold: diff.deletedThreshold,
    vacuumMinVectorNumber: optionalCount(diff.vacuumMinVectorNumber),
    defaultSegmentNumber: optionalCount(diff.defaultSegmentNumber),
    maxSegmentSize: optionalCount(diff.maxSegmentSize),
    memmapThreshold: optionalCount(diff.memmapThreshold),
    indexingThreshold: optionalCount(diff.indexingThreshold),
    flushIntervalSeconds: optionalCount(diff.flushIntervalSec),
    maxOptimizationThreads:
      diff.maxOptimizationThreads === undefined
        ? optionalCount(diff.deprecatedMaxOptimizationThreads)
        : threadsOf(diff.maxOptimizationThreads),
    preventUnoptimized: diff.preventUnoptimized,
  };
}

/** null is `Auto`. */
function threadsOf({ variant }: wire.MaxOptimizationThreads): number | null {
  switch (variant?.$case) {
    case 'value':
      return countOf(variant.value);
    case 'setting':
      checkAuto(variant.value);
      return null;
    case undefined:
      throw invalidArgument('Malformed max optimization threads');
  }
}

function checkAuto(setting: number): void {
  if (setting === wire.MaxOptimizationThreads_Setting.Auto) return;
  throw invalidArgument(`Unknown max optimization threads setting: ${setting}`);
}

export function walOf(diff: wire.WalConfigDiff): { [Key in keyof WalConfig]: WalConfig[Key] | undefined } {
  return {
    walCapacityMb: optionalCount(diff.walCapacityMb),
    walSegmentsAhead: optionalCount(diff.walSegmentsAhead),
    walRetainClosed: optionalCount(diff.walRetainClosed),
  };
}

/** Raw JSON of an object; undefined where there is nothing in it: proto3 cannot tell an empty map from none. */
export function metadataOf(map: ReadonlyMap<string, json.Value>): string | undefined {
  return map.size === 0 ? undefined : mapText(map);
}

/** Where something lives. */
export function memoryOf(memory: wire.Memory | undefined): MemoryTier | undefined {
  return optionalWord(MEMORY_TIERS, memory, 'memory placement');
}

export function optionalCount(count: bigint | undefined): number | undefined {
  return count === undefined ? undefined : countOf(count);
}
