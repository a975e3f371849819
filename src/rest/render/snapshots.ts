import type { SnapshotDescription } from '../../core/snapshots.ts';
import { renderList } from './list.ts';
import { writer } from './writer.ts';

export function renderSnapshot({ name, createdMs, bytes, checksum }: SnapshotDescription): void {
  const json = { name, creation_time: timeText(createdMs), size: bytes, checksum: checksum ?? null };
  writer.utf8(JSON.stringify(json));
}

export function renderSnapshots(descriptions: readonly SnapshotDescription[]): void {
  renderList(descriptions, renderSnapshot);
}

/** The result of an operation of which Qdrant says no more than that it is over. */
export function renderNull(): void {
  writer.ascii('null');
}

/** `2026-11-21T09:40:09`: UTC, though it does not say so. */
function timeText(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 19);
}
