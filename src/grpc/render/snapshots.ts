import type { SnapshotDescription } from '../../core/snapshots.ts';
import { writer } from '../wire/proto-writer.ts';

/** `CreateSnapshotResponse`. */
export function renderSnapshot(description: SnapshotDescription, seconds: number): void {
  writeDescription(description);
  writer.double(2, seconds);
}

/** `ListSnapshotsResponse`. */
export function renderSnapshots(descriptions: readonly SnapshotDescription[], seconds: number): void {
  for (const description of descriptions) writeDescription(description);
  writer.double(2, seconds);
}

/** `DeleteSnapshotResponse`. */
export function renderDeletedSnapshot(_deleted: boolean, seconds: number): void {
  writer.double(1, seconds);
}

function writeDescription({ name, createdMs, bytes, checksum }: SnapshotDescription): void {
  const description = writer.begin(1);
  writer.string(1, name);
  const time = writer.begin(2);
  // Whole seconds, as Qdrant tells them.
  writer.varint(1, Math.floor(createdMs / 1000));
  writer.end(time);
  if (bytes > 0) writer.varint(3, bytes);
  if (checksum !== undefined) writer.string(4, checksum);
  writer.end(description);
}
