import * as snapshot from '../collections/snapshot/verify-snapshot.ts';
import type { SnapshotProgress, SnapshotReport, SnapshotScope } from '../core/snapshots.ts';
import { nodeWorld } from './folders.ts';

/** What a snapshot says of itself, by its first bytes. */
export interface SnapshotContent {
  readonly kind: SnapshotScope['kind'];
  readonly collections: readonly string[];
}

/** Reads a snapshot to its last byte and reports all damage. Throws what the disk throws, and where `signal` aborts. */
export function verifySnapshot(
  path: string,
  onProgress: SnapshotProgress,
  signal: AbortSignal,
): Promise<SnapshotReport> {
  return snapshot.verifySnapshot(nodeWorld(), path, { onProgress, signal });
}

/** What a snapshot holds, without reading all of it. Throws bad_input where the file is no snapshot. */
export async function inspectSnapshot(path: string): Promise<SnapshotContent> {
  const { kind, collections } = await snapshot.inspectSnapshot(nodeWorld(), path);
  return { kind, collections: collections.map(({ name }) => name) };
}
