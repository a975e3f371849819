import { basename } from 'node:path';
import type { World } from '../../base/world.ts';
import { refuseAborted } from '../../core/context.ts';
import { badRequest } from '../../core/errors.ts';
import type { SnapshotProgress } from '../../core/snapshots.ts';
import { readStream } from '../../storage/file-stream.ts';

/** A snapshot on a disk of this machine. */
export interface LocalSnapshot {
  readonly path: string;
  readonly bytes: number;
  /** In the words of errors. */
  readonly name: string;
}

/** Any file of this machine. Throws bad_request where there is none. */
export async function localSnapshot({ files }: World, path: string): Promise<LocalSnapshot> {
  const stat = await files.stat(path);
  if (stat?.kind !== 'file') throw badRequest(`Snapshot file ${JSON.stringify(path)} does not exist`);
  return { path, bytes: stat.bytes, name: basename(path) };
}

/** How somebody reads a snapshot: until the signal aborts, and telling how far. */
export interface ReadingOptions {
  readonly signal: AbortSignal;
  readonly onProgress: SnapshotProgress;
}

/** The bytes of a snapshot on this machine; a piece is valid until the next is asked for. Throws timeout at the signal. */
export async function* snapshotBytes(
  world: World,
  { path, bytes }: LocalSnapshot,
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
