import { randomUUID } from 'node:crypto';

import type {
  CreateSnapshot,
  RecoverScope,
  RecoverSnapshot,
  ShardScope,
  SnapshotProgress,
  SnapshotScope,
  StoredSnapshot,
} from '../../core/snapshots.ts';
import { WireError } from '../wire-error.ts';
import { debugText } from './format-error.ts';
import { checkName } from './names.ts';
import { snapshotWait, uploadOptions } from './query-text.ts';
import { readCollection, type UploadedFile, type Waited, type WireHead } from './wire.ts';

/** Reads from the path what a snapshot holds. */
export type ReadScope<Scope> = (head: WireHead) => Scope;

/** Nobody looks: the wire has no place for it. */
export const UNSEEN_PROGRESS: SnapshotProgress = () => undefined;

export const collectionScope: ReadScope<RecoverScope> = (head) => ({
  kind: 'collection',
  collection: readCollection(head),
});

/** Of a snapshot that may bring a new collection, whose name must be fit for one. */
export const newCollectionScope: ReadScope<RecoverScope> = ({ path }) => ({
  kind: 'collection',
  collection: checkName(path[0] ?? '', 'create'),
});

export const shardScope: ReadScope<ShardScope> = (head) => ({
  kind: 'shard',
  collection: readCollection(head),
  shard: parseShard(head.path[1] ?? ''),
});

export const fullScope: ReadScope<SnapshotScope> = () => ({ kind: 'full' });

const SHARD_MAX = 0xffff_ffff;

function parseShard(text: string): number {
  const shard = /^\+?[0-9]{1,20}$/.test(text) ? Number(text) : Infinity;
  if (shard <= SHARD_MAX) return shard;
  const message = `can not parse ${debugText(text)} to a u32`;
  throw new WireError(400, `Deserialize error in path parameters: ${message}`);
}

/** `POST …/snapshots`. */
export function parseCreateSnapshot(scopeOf: ReadScope<SnapshotScope>): (head: WireHead) => Waited<CreateSnapshot> {
  return (head) => ({
    request: { scope: scopeOf(head), onProgress: UNSEEN_PROGRESS },
    wait: snapshotWait(head.query),
  });
}

/** `GET …/snapshots/{name}`. The name is the path's last value, whatever it is: the core knows which it has. */
export function parseStoredSnapshot(scopeOf: ReadScope<SnapshotScope>): (head: WireHead) => StoredSnapshot {
  return (head) => ({ scope: scopeOf(head), name: head.path.at(-1) ?? '' });
}

/** `DELETE …/snapshots/{name}`. */
export function parseDeleteSnapshot(scopeOf: ReadScope<SnapshotScope>): (head: WireHead) => Waited<StoredSnapshot> {
  const parse = parseStoredSnapshot(scopeOf);
  return (head) => ({ request: parse(head), wait: snapshotWait(head.query) });
}

/** `POST …/snapshots/upload`. */
export function parseUpload(
  scopeOf: ReadScope<RecoverScope>,
): (head: WireHead) => Waited<(file: UploadedFile) => RecoverSnapshot> {
  return (head) => {
    const scope = scopeOf(head);
    const { wait, priority, checksum } = uploadOptions(head.query);
    const request = ({ fileName, content }: UploadedFile): RecoverSnapshot => ({
      scope,
      source: { kind: 'upload', fileName: fileName ?? randomUUID(), content },
      priority,
      checksum,
      onProgress: UNSEEN_PROGRESS,
    });
    return { wait, request };
  };
}
