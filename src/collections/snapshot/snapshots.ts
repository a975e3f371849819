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
} from '../../core/snapshots.ts';
import type { Context } from '../../core/context.ts';

/** The snapshots of a storage: made, kept, sent, recovered. */
export abstract class Snapshots {
  /** Throws not_found where there is no such collection or shard. */
  abstract list(scope: SnapshotScope): Promise<readonly SnapshotDescription[]>;
  abstract create(context: Context, request: CreateSnapshot): Promise<SnapshotDescription>;
  /** Throws not_found. */
  abstract delete(request: StoredSnapshot): Promise<boolean>;
  /** Throws not_found. */
  abstract read(request: StoredSnapshot): Promise<SnapshotFile>;
  abstract stream(context: Context, request: ShardScope): Promise<SnapshotStream>;
  abstract recover(context: Context, request: RecoverSnapshot): Promise<boolean>;
  abstract recoverStorage(context: Context, request: RecoverStorage): Promise<boolean>;
}
