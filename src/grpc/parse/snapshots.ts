import type * as wire from '../../../generated/snapshots_service.js';
import type { CreateSnapshot, SnapshotScope, StoredSnapshot } from '../../core/snapshots.ts';
import { Violations } from './violations.ts';

const FULL: SnapshotScope = { kind: 'full' };

/** Which snapshots of a collection. Throws INVALID_ARGUMENT for a name that cannot be one. */
export function snapshotScopeOf({ collectionName }: wire.ListSnapshotsRequest): SnapshotScope {
  const violations = new Violations();
  const collection = violations.collection(collectionName);
  violations.finish();
  return { kind: 'collection', collection };
}

export function fullScopeOf(): SnapshotScope {
  return FULL;
}

/** Throws as snapshotScopeOf. */
export function createSnapshotOf(message: wire.CreateSnapshotRequest): CreateSnapshot {
  return { scope: snapshotScopeOf(message), onProgress: () => undefined };
}

export function createFullSnapshotOf(): CreateSnapshot {
  return { scope: FULL, onProgress: () => undefined };
}

/** Throws INVALID_ARGUMENT for a broken rule. */
export function deleteSnapshotOf({ collectionName, snapshotName }: wire.DeleteSnapshotRequest): StoredSnapshot {
  const violations = new Violations();
  const collection = violations.collection(collectionName);
  violations.notEmpty('snapshot_name', snapshotName);
  violations.finish();
  return { scope: { kind: 'collection', collection }, name: snapshotName };
}

/** Throws INVALID_ARGUMENT for a broken rule. */
export function deleteFullSnapshotOf({ snapshotName }: wire.DeleteFullSnapshotRequest): StoredSnapshot {
  const violations = new Violations();
  violations.notEmpty('snapshot_name', snapshotName);
  violations.finish();
  return { scope: FULL, name: snapshotName };
}
