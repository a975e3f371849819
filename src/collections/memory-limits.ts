import type { Foundation } from './foundation.ts';

/** What the process may take, and what is known of it from outside. */
export interface MemoryLimits {
  /** Bytes; Infinity: as much as there is. */
  readonly budgetBytes: number;
  /** Bytes that the process takes without any data. */
  readonly baseBytes: number;
  /** Bytes of the process that are in memory now. */
  readonly residentBytes: () => number;
}

/** Shares of the budget. Above `high` memory is given up; below `low` caches may grow, and new fields hold originals. */
export const MEMORY_HIGH = 0.9;
export const MEMORY_LOW = 0.75;

/**
 * Whether a field that is made or read now may hold in memory what makes its scores exact. Arenas never shrink: at a start
 * that takes too much first the process would stay too large.
 */
export function mayHoldOriginals({ memory, compute, kv }: Pick<Foundation, 'memory' | 'compute' | 'kv'>): boolean {
  const used = memory.baseBytes + compute.arenas.usedBytes + kv.cacheBytes;
  return used <= memory.budgetBytes * MEMORY_LOW;
}
