import type { World } from '../../base/world.ts';
import { refuseAborted } from '../../core/context.ts';
import type { SnapshotProgress } from '../../core/snapshots.ts';
import { readStream } from '../../storage/file-stream.ts';

/** How somebody reads a snapshot: until the signal aborts, and telling how far. */
export interface ReadingOptions {
  readonly signal: AbortSignal;
  readonly onProgress: SnapshotProgress;
}

/** The bytes of a snapshot on this machine; a piece is valid until the next is asked for. Throws timeout at the signal. */
export async function* snapshotBytes(
  world: World,
  { path, bytes }: { readonly path: string; readonly bytes: number },
  { signal, onProgress }: ReadingOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  let doneBytes = 0;
  for await (const piece of readStream(world, path, { start: 0, end: bytes, memory: 'reused' })) {
    refuseAborted(signal);
    doneBytes += piece.length;
    onProgress({ doneBytes, totalBytes: bytes });
    yield piece;
  }
}
