/** What a snapshot holds, and where it is kept: one collection, one shard of a collection, or the whole storage. */
export type SnapshotScope =
  | { readonly kind: 'collection'; readonly collection: string }
  | { readonly kind: 'shard'; readonly collection: string; readonly shard: number }
  | { readonly kind: 'full' };

/** A scope that can be recovered while the server runs. */
export type RecoverScope = Exclude<SnapshotScope, { readonly kind: 'full' }>;

/** A shard of a collection. */
export type ShardScope = Extract<SnapshotScope, { readonly kind: 'shard' }>;

/** A snapshot that is kept in the snapshots folder. */
export interface SnapshotDescription {
  readonly name: string;
  readonly createdMs: number;
  /** Of the whole file. */
  readonly bytes: number;
  /** SHA-256 of the whole file, 64 hexadecimal digits; undefined where none was written down. */
  readonly checksum: string | undefined;
}

/** How far long work is. total: undefined as long as nobody knows it. */
export type SnapshotProgress = (progress: {
  readonly doneBytes: number;
  readonly totalBytes: number | undefined;
}) => void;

export interface CreateSnapshot {
  readonly scope: SnapshotScope;
  readonly onProgress: SnapshotProgress;
}

/** A kept snapshot by its name. */
export interface StoredSnapshot {
  readonly scope: SnapshotScope;
  readonly name: string;
}

/** A kept snapshot, to be sent. */
export interface SnapshotFile extends SnapshotDescription {
  /** The bytes from `start` to below `end`; the file is open from the first one on until the iteration ends. */
  readonly read: (start: number, end: number) => AsyncIterable<Uint8Array>;
}

/** A snapshot that is made while it is sent, and kept nowhere. */
export interface SnapshotStream {
  readonly name: string;
  readonly content: AsyncIterable<Uint8Array>;
}

/**
 * Where a snapshot comes from.
 * url     `file:` within the snapshots folder, `http:` or `https:`; a shard takes no `file:`. apiKey is sent along.
 * stored  by its name, among those that are kept of the scope: shards only.
 * upload  kept under `fileName`, without what is not fit for a file's name, then recovered.
 * file    any file of this machine: for whoever started the process, never for who sends a request.
 */
export type SnapshotSource =
  | { readonly kind: 'url'; readonly url: URL; readonly apiKey: string | undefined }
  | { readonly kind: 'stored'; readonly name: string }
  | { readonly kind: 'upload'; readonly fileName: string; readonly content: AsyncIterable<Uint8Array> }
  | { readonly kind: 'file'; readonly path: string };

/** Which copy of the data wins where there are replicas; alone, all are alike. */
export type SnapshotPriority = 'no_sync' | 'snapshot' | 'replica';

export interface RecoverSnapshot {
  readonly scope: RecoverScope;
  readonly source: SnapshotSource;
  readonly priority: SnapshotPriority;
  /** SHA-256 that the file must have, 64 hexadecimal digits in any case. */
  readonly checksum: string | undefined;
  readonly onProgress: SnapshotProgress;
}

/** A whole storage, from a full snapshot. */
export interface RecoverStorage {
  readonly path: string;
  /** Whether collections that are there may be replaced. */
  readonly force: boolean;
  /** As of RecoverSnapshot. */
  readonly checksum: string | undefined;
  readonly onProgress: SnapshotProgress;
}

/** What reading a snapshot to its last byte has found. */
export interface SnapshotReport {
  readonly kind: SnapshotScope['kind'] | undefined;
  readonly bytes: number;
  readonly members: number;
  readonly collections: readonly { readonly name: string; readonly shards: number; readonly points: number }[];
  /** A line for every breach, with the member and the place in it; empty = the file is sound. */
  readonly findings: readonly string[];
}
