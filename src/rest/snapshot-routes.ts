import type { SnapshotScope } from '../core/snapshots.ts';
import {
  createSnapshot,
  deleteSnapshot,
  listSnapshots,
  readSnapshot,
  recoverSnapshot,
  streamShardSnapshot,
} from '../operations/snapshots.ts';
import { parseRecover, parseRecoverShard } from './parse/snapshot-recover.ts';
import {
  collectionScope,
  fullScope,
  newCollectionScope,
  parseCreateSnapshot,
  parseDeleteSnapshot,
  parseStoredSnapshot,
  parseUpload,
  type ReadScope,
  shardScope,
} from './parse/snapshots.ts';
import { renderBoolean } from './render/collections.ts';
import { renderNull, renderSnapshot, renderSnapshots } from './render/snapshots.ts';
import { downloadRoute, type Route, route, uploadRoute, workRoute } from './route.ts';

const COLLECTION = '/collections/:name';
const SHARD = '/collections/:name/shards/:shard';

/** Snapshots of collections, of shards and of the whole storage. */
export function snapshotRoutes(): readonly Route[] {
  return [
    ...keptRoutes(`${COLLECTION}/snapshots`, collectionScope),
    workRoute(`PUT ${COLLECTION}/snapshots/recover`, parseRecover, recoverSnapshot, renderBoolean),
    uploadRoute(`POST ${COLLECTION}/snapshots/upload`, parseUpload(newCollectionScope), recoverSnapshot, renderBoolean),

    ...keptRoutes(`${SHARD}/snapshots`, shardScope),
    workRoute(`PUT ${SHARD}/snapshots/recover`, parseRecoverShard, recoverSnapshot, renderBoolean),
    uploadRoute(`POST ${SHARD}/snapshots/upload`, parseUpload(shardScope), recoverSnapshot, renderNull),
    downloadRoute(`GET ${SHARD}/snapshot`, shardScope, streamShardSnapshot),

    ...keptRoutes('/snapshots', fullScope),
  ];
}

/** What there is for every kind of snapshot: those that are kept. */
function keptRoutes(path: `/${string}`, scopeOf: ReadScope<SnapshotScope>): readonly Route[] {
  return [
    route(`GET ${path}`, scopeOf, listSnapshots, renderSnapshots),
    workRoute(`POST ${path}`, parseCreateSnapshot(scopeOf), createSnapshot, renderSnapshot),
    downloadRoute(`GET ${path}/:snapshot`, parseStoredSnapshot(scopeOf), readSnapshot),
    workRoute(`DELETE ${path}/:snapshot`, parseDeleteSnapshot(scopeOf), deleteSnapshot, renderBoolean),
  ];
}
