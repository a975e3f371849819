import type {
  CreateSnapshot,
  RecoverSnapshot,
  RecoverStorage,
  ShardScope,
  SnapshotDescription,
  SnapshotFile,
  SnapshotScope,
  SnapshotStream,
  StoredSnapshot,
} from '../core/snapshots.ts';
import type { Operation } from './operation.ts';

/** Throws not_found where there is no such collection or shard. */
export const listSnapshots: Operation<SnapshotScope, readonly SnapshotDescription[]> = {
  name: 'list_snapshots',
  access: 'read',
  run: (house, _context, scope) => house.snapshots.list(scope),
};

export const createSnapshot: Operation<CreateSnapshot, SnapshotDescription> = {
  name: 'create_snapshot',
  access: 'write',
  run: (house, context, request) => house.snapshots.create(context, request),
};

/** Throws not_found. */
export const deleteSnapshot: Operation<StoredSnapshot, boolean> = {
  name: 'delete_snapshot',
  access: 'write',
  run: (house, _context, request) => house.snapshots.delete(request),
};

/** Opens a kept snapshot to be sent. Throws not_found. */
export const readSnapshot: Operation<StoredSnapshot, SnapshotFile> = {
  name: 'get_snapshot',
  access: 'read',
  run: (house, _context, request) => house.snapshots.read(request),
};

/** A snapshot of a shard that is made while it is sent. */
export const streamShardSnapshot: Operation<ShardScope, SnapshotStream> = {
  name: 'stream_shard_snapshot',
  access: 'write',
  run: (house, context, request) => house.snapshots.stream(context, request),
};

/** Puts what a snapshot holds in the place of what is there; that stays until the new is proven. */
export const recoverSnapshot: Operation<RecoverSnapshot, boolean> = {
  name: 'recover_snapshot',
  access: 'manage',
  run: (house, context, request) => house.snapshots.recover(context, request),
};

/** All collections and aliases of a full snapshot. Throws already_exists where one is there and may not be replaced. */
export const recoverStorage: Operation<RecoverStorage, boolean> = {
  name: 'recover_storage',
  access: 'manage',
  run: (house, context, request) => house.snapshots.recoverStorage(context, request),
};
