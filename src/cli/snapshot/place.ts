import type { RecoverScope, SnapshotDescription, SnapshotProgress, SnapshotScope } from '../../core/snapshots.ts';

/** What the commands take snapshots of; shards have them over the wires alone. */
export type Scope = Exclude<SnapshotScope, { readonly kind: 'shard' }>;

export const FULL: Scope = { kind: 'full' };

/** A kept snapshot. createdMs: undefined where a server does not know it. */
export interface Kept extends Omit<SnapshotDescription, 'createdMs'> {
  readonly scope: Scope;
  readonly createdMs: number | undefined;
}

/** Where a snapshot to recover lies; `checksum`: SHA-256 that it must have. */
export interface Recovery {
  readonly collection: string;
  readonly source:
    | { readonly kind: 'file'; readonly path: string }
    | { readonly kind: 'url'; readonly url: URL; readonly apiKey: string | undefined };
  readonly checksum: string | undefined;
}

/** A full snapshot to recover. */
export interface FullRecovery {
  readonly path: string;
  /** SHA-256 that it must have. */
  readonly checksum: string | undefined;
  readonly force: boolean;
}

/** Long work says which part of it has begun and how far that is. */
export interface Work {
  readonly phase: (name: PhaseName) => void;
  readonly progress: SnapshotProgress;
}

export type PhaseName = 'create' | 'download' | 'upload' | 'recover' | 'verify';

/** Where commands work: a running server, or the folder of a stopped one. All calls end with the command's signal. */
export interface Place {
  /** As an option on the command line: `--url http://127.0.0.1:6333`. */
  readonly option: string;
  collections(): Promise<readonly string[]>;
  list(scope: Scope): Promise<readonly Kept[]>;
  create(scope: Scope, work: Work): Promise<Kept>;
  /** Where a kept snapshot lies: a path, or the URL that downloads it. */
  whereabouts(kept: Kept): string;
  /** The bytes of a kept snapshot from first to last. */
  read(kept: Kept): Promise<AsyncIterable<Uint8Array>>;
  delete(scope: Scope, name: string): Promise<void>;
  /** The collection is made where it is missing, and replaced where it is there. */
  recover(recovery: Recovery, work: Work): Promise<void>;
  /** Every collection and alias of a full snapshot; `force`: those that are there may be replaced. */
  recoverFull(recovery: FullRecovery, work: Work): Promise<void>;
  /** What may come of `phase` although this process gave it up: '' = nothing. */
  leftBehind(phase: PhaseName): string;
  close(): Promise<void>;
}

/** The scope of a collection, or the full one. */
export function scopeOf(collection: string | undefined): Scope {
  return collection === undefined ? FULL : { kind: 'collection', collection };
}

export function collectionOf(scope: Scope): string | undefined {
  return scope.kind === 'collection' ? scope.collection : undefined;
}

/** The scope of what is recovered while a server runs. */
export function recoverScope(collection: string): RecoverScope {
  return { kind: 'collection', collection };
}

/** How messages call a scope. */
export function scopeText(scope: Scope): string {
  return scope.kind === 'collection' ? scope.collection : 'full snapshot';
}
