import type { Context } from '../../core/context.ts';
import { badInput, notFound } from '../../core/errors.ts';
import { collectionNameFault } from '../../core/names.ts';
import type {
  CreateSnapshot,
  RecoverScope,
  RecoverSnapshot,
  RecoverStorage,
  ShardScope,
  SnapshotDescription,
  SnapshotFile,
  SnapshotProgress,
  SnapshotScope,
  SnapshotStream,
  StoredSnapshot,
} from '../../core/snapshots.ts';
import { writeArchive } from '../../storage/archive.ts';
import { storageError } from '../../storage/storage-error.ts';
import type { Database } from '../database.ts';
import { RunningRequests } from '../running-requests.ts';
import type { Foundation } from '../foundation.ts';
import { type Capture, Captures } from './captures.ts';
import { nodeNumber } from './node-number.ts';
import { PolitePace } from './polite-pace.ts';
import { recoverSnapshot, recoverStorage } from './recover.ts';
import { SnapshotFolder } from './snapshot-folder.ts';
import { fileBytes, snapshotMembers } from './snapshot-members.ts';
import { SnapshotSources } from './snapshot-sources.ts';

export interface SnapshotsOptions {
  readonly foundation: Foundation;
  readonly database: Database;
  /** Where snapshots are kept. */
  readonly snapshotsPath: string;
  /** A folder of ours on the disk of the storage; its content goes at every start. */
  readonly capturesPath: string;
  /** Where downloads go. */
  readonly temporaryPath: string;
  /** Whether `http:` and `https:` are taken. */
  readonly remoteSources: boolean;
}

/** What does not end by then is cut off: the next start sweeps it away. */
const CLOSE_PATIENCE_MS = 30_000;

/** The snapshots of a storage: made, kept, sent, recovered (docs/format-snapshot.md, docs/operations.md). */
export class Snapshots {
  private readonly foundation: Foundation;
  private readonly database: Database;
  private readonly node: number;
  private readonly folder: SnapshotFolder;
  private readonly captures: Captures;
  private readonly sources: SnapshotSources;
  private readonly running = new RunningRequests();
  private readonly stop = new AbortController();

  private constructor(options: SnapshotsOptions, node: number, folder: SnapshotFolder) {
    const { foundation, database, temporaryPath, remoteSources, capturesPath } = options;
    this.foundation = foundation;
    this.database = database;
    this.node = node;
    this.folder = folder;
    this.captures = new Captures(foundation, database, capturesPath);
    this.sources = new SnapshotSources({ world: foundation.world, folder, temporaryPath, remoteSources });
  }

  /** Wipes away what a crash left half done. */
  static async open(options: SnapshotsOptions): Promise<Snapshots> {
    const { kv, world } = options.foundation;
    const folder = new SnapshotFolder(world, options.snapshotsPath);
    const snapshots = new Snapshots(options, await nodeNumber(kv, world), folder);
    await snapshots.captures.sweep();
    await snapshots.sources.sweep();
    await folder.sweep();
    return snapshots;
  }

  /** Throws not_found where there is no such collection or shard. */
  list(scope: SnapshotScope): Promise<readonly SnapshotDescription[]> {
    return this.run(async () => this.folder.list(this.known(scope)));
  }

  /** Makes a snapshot of what is acknowledged by now, while everything goes on. */
  create({ signal }: Context, { scope, onProgress }: CreateSnapshot): Promise<SnapshotDescription> {
    return this.run(() => this.make(scope, this.endingWith(signal), onProgress));
  }

  private async make(
    scope: SnapshotScope,
    signal: AbortSignal,
    onProgress: SnapshotProgress,
  ): Promise<SnapshotDescription> {
    const known = this.known(scope);
    const name = this.nameOf(known);
    // Refused before anything is captured.
    this.folder.folderOf(known);
    const { world } = this.foundation;
    const capture = await this.captures.take(known);
    try {
      const bytes = await fileBytes(world, capture.shards);
      const file = await this.folder.save(known, name, this.archived(capture, bytes, signal, onProgress));
      return await this.folder.keep(known, name, file);
    } finally {
      await capture.release();
    }
  }

  /** Throws not_found. */
  delete({ scope, name }: StoredSnapshot): Promise<boolean> {
    return this.run(async () => {
      await this.folder.delete(this.known(scope), name);
      return true;
    });
  }

  /** Throws not_found. */
  read({ scope, name }: StoredSnapshot): Promise<SnapshotFile> {
    return this.run(async () => this.folder.read(this.known(scope), name));
  }

  /** What is captured is let go of when the content has ended, or is not wanted any more. */
  async stream({ signal }: Context, scope: ShardScope): Promise<SnapshotStream> {
    const known = this.known(scope);
    return { name: this.nameOf(known), content: this.content(known, signal) };
  }

  /** Puts the content of a snapshot in the place of what is there; see recover.ts. */
  recover({ signal }: Context, request: RecoverSnapshot): Promise<boolean> {
    return this.run(() => this.replace(request, this.endingWith(signal)));
  }

  private async replace(request: RecoverSnapshot, signal: AbortSignal): Promise<boolean> {
    const { source, checksum, onProgress } = request;
    const scope = this.recoverable(request.scope);
    const found = await this.sources.obtain(scope, source, { checksum, signal, onProgress });
    try {
      await recoverSnapshot(this.foundation, this.database, scope, found, { signal, onProgress });
      await found.keep().catch((error: unknown) => {
        // To go on: what was asked for is done.
        this.foundation.logger.warn('an upload was recovered and could not be kept', { error: String(error) });
      });
    } finally {
      await found.release();
    }
    return true;
  }

  /** All collections and aliases of a full snapshot, in one step. Throws already_exists unless `force`. */
  recoverStorage({ signal }: Context, { path, force, checksum, onProgress }: RecoverStorage): Promise<boolean> {
    return this.run(async () => {
      const options = { signal: this.endingWith(signal), onProgress };
      const found = await this.sources.file(path, { ...options, checksum });
      await recoverStorage(this.foundation, this.database, found, { ...options, force });
      return true;
    });
  }

  /** Ends what is under way; it leaves nothing half done. */
  async close(): Promise<void> {
    this.stop.abort();
    await this.running.ended(CLOSE_PATIENCE_MS);
  }

  /** What the disk says leaves here with the file's name, and as a full disk where it is one. */
  private async run<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await this.running.track(work);
    } catch (error) {
      // To translate.
      const path = error instanceof Error && 'path' in error ? String(error.path) : this.folder.root;
      throw storageError(error, path);
    }
  }

  private endingWith(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([signal, this.stop.signal]);
  }

  /** The scope with the collection's own name instead of an alias. Throws not_found. */
  private known<Scope extends SnapshotScope>(scope: Scope): Scope {
    if (scope.kind === 'full') return scope;
    const { shards } = this.database.collection(scope.collection);
    if (scope.kind === 'shard' && shards[scope.shard] === undefined) {
      throw notFound(`shard ${scope.shard} not found`);
    }
    return { ...scope, collection: this.database.resolved(scope.collection) };
  }

  /** The same, where the collection may be a new one. Throws bad_input on a name that a new one may not have. */
  private recoverable(scope: RecoverScope): RecoverScope {
    if (scope.kind === 'shard' || this.database.has(scope.collection)) return this.known(scope);
    const fault = collectionNameFault(scope.collection, 'create');
    if (fault !== undefined) throw badInput(fault);
    this.folder.folderOf(scope);
    return scope;
  }

  /** The bytes of a snapshot that is captured when the first of them are asked for. */
  private async *content(scope: SnapshotScope, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
    const capture = await this.captures.take(scope);
    try {
      // Whoever sends them keeps them for a while.
      for await (const piece of this.archived(capture, 0, signal, () => undefined)) yield Buffer.from(piece);
    } finally {
      await capture.release();
    }
  }

  /** A piece is valid until the next is asked for. */
  private async *archived(
    { head, shards }: Capture,
    expectedBytes: number,
    signal: AbortSignal,
    onProgress: SnapshotProgress,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const pace = new PolitePace(() => this.database.requestsBegun);
    let doneBytes = 0;
    for await (const piece of writeArchive(
      snapshotMembers(this.foundation.world, head, shards, signal),
      head.createdMs,
    )) {
      doneBytes += piece.length;
      // Payloads are not counted beforehand: they come on top.
      onProgress({ doneBytes, totalBytes: Math.max(expectedBytes, doneBytes) });
      yield piece;
      await pace.rest();
    }
  }

  private nameOf(scope: SnapshotScope): string {
    const time = new Date(this.foundation.world.nowMs()).toISOString().slice(0, 19).replaceAll(/[:T]/g, '-');
    switch (scope.kind) {
      case 'collection':
        return `${scope.collection}-${this.node}-${time}.snapshot`;
      case 'shard':
        return `${scope.collection}-shard-${scope.shard}-${time}.snapshot`;
      case 'full':
        return `full-snapshot-${time}.snapshot`;
    }
  }
}
