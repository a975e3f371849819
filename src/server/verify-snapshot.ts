import { VectorizerError } from '../core/errors.ts';
import type { SnapshotProgress, SnapshotReport, SnapshotScope } from '../core/snapshots.ts';

/** What a snapshot says of itself, by its first bytes. */
export interface SnapshotContent {
  readonly kind: SnapshotScope['kind'];
  readonly collections: readonly string[];
}

/** Reads a snapshot to its last byte and reports all damage. Throws what the disk throws, and where `signal` aborts. */
export async function verifySnapshot(
  _path: string,
  _onProgress: SnapshotProgress,
  _signal: AbortSignal,
): Promise<SnapshotReport> {
  throw new VectorizerError('internal', 'not built yet'); // lead: verifySnapshot
}

/** What a snapshot holds, without reading all of it. Throws bad_input where the file is no snapshot. */
export async function inspectSnapshot(_path: string): Promise<SnapshotContent> {
  throw new VectorizerError('internal', 'not built yet'); // lead: inspectSnapshot
}
