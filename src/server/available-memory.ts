import { totalmem } from 'node:os';
import type { MemorySize } from '../config/value-kinds.ts';

/** Bytes that the process may use: what the machine has, or less where a cgroup limits it. */
export function availableBytes(): number {
  // Unlimited cgroups say 0, or more than any machine has.
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}

/** A memory size in bytes. */
export function memoryBytes(size: MemorySize, available: number): number {
  return size.kind === 'bytes' ? size.bytes : Math.floor(available * size.share);
}

/** Bytes of the process that are in memory now. */
export function residentBytes(): number {
  return process.memoryUsage.rss();
}
