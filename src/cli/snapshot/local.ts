import path from 'node:path';
import type { Config } from '../../config/config.ts';
import type { Context } from '../../core/context.ts';
import { badInput } from '../../core/errors.ts';
import type { SnapshotDescription } from '../../core/snapshots.ts';
import { pinoLogger } from '../../observe/pino-logger.ts';
import { listCollections } from '../../operations/collections.ts';
import type { Operation } from '../../operations/operation.ts';
import { perform } from '../../operations/perform.ts';
import {
  createSnapshot,
  deleteSnapshot,
  listSnapshots,
  readSnapshot,
  recoverSnapshot,
  recoverStorage,
} from '../../operations/snapshots.ts';
import { KV_FOLDER, nodeWorld } from '../../server/folders.ts';
import { openStorage, type OpenStorage } from '../../server/open-storage.ts';
import {
  collectionOf,
  type FullRecovery,
  recoverScope,
  type Kept,
  type Place,
  type Recovery,
  type Scope,
  type Work,
} from './place.ts';

/** Snapshots of a stopped server's folder: the same operations, with no server between. */
export class LocalPlace implements Place {
  readonly #folders: Folders;
  readonly #storage: OpenStorage;
  readonly #context: Context;

  private constructor(folders: Folders, storage: OpenStorage, context: Context) {
    this.#folders = folders;
    this.#storage = storage;
    this.#context = context;
  }

  /** Throws unavailable where a server holds the folder, bad_input where there is none and none may be made. */
  static async open(config: Config, missing: 'refuse' | 'make', signal: AbortSignal): Promise<LocalPlace> {
    const { storagePath, snapshotsPath } = config.storage;
    const storage = path.resolve(storagePath);
    if (missing === 'refuse' && (await nodeWorld().files.stat(path.join(storage, KV_FOLDER))) === undefined) {
      throw badInput(`--storage ${storagePath}: there is no storage in ${storage}`);
    }
    const logger = pinoLogger({ level: 'warn', target: process.stderr });
    const folders = { storage, snapshots: path.resolve(snapshotsPath) };
    return new LocalPlace(folders, await openStorage(config, logger), { signal, credential: undefined });
  }

  get option(): string {
    return `--storage ${this.#folders.storage}`;
  }

  async collections(): Promise<readonly string[]> {
    return this.#perform(listCollections, undefined);
  }

  async list(scope: Scope): Promise<readonly Kept[]> {
    const kept = await this.#perform(listSnapshots, scope);
    return kept.map((description) => withScope(scope, description));
  }

  async create(scope: Scope, work: Work): Promise<Kept> {
    work.phase('create');
    return withScope(scope, await this.#perform(createSnapshot, { scope, onProgress: work.progress }));
  }

  whereabouts({ scope, name }: Kept): string {
    return path.join(this.#folders.snapshots, collectionOf(scope) ?? '', name);
  }

  async read({ scope, name }: Kept): Promise<AsyncIterable<Uint8Array>> {
    const file = await this.#perform(readSnapshot, { scope, name });
    return file.read(0, file.bytes);
  }

  async delete(scope: Scope, name: string): Promise<void> {
    await this.#perform(deleteSnapshot, { scope, name });
  }

  async recover({ collection, source, checksum }: Recovery, work: Work): Promise<void> {
    work.phase('recover');
    const request = { scope: recoverScope(collection), source, checksum, priority: 'snapshot' } as const;
    await this.#perform(recoverSnapshot, { ...request, onProgress: work.progress });
  }

  async recoverFull(recovery: FullRecovery, work: Work): Promise<void> {
    work.phase('recover');
    await this.#perform(recoverStorage, { ...recovery, onProgress: work.progress });
  }

  /** Nobody works on when this process has ended, and operations undo what they did not finish. */
  leftBehind(): string {
    return '';
  }

  async close(): Promise<void> {
    await this.#storage.close();
  }

  #perform<Request, Answer>(operation: Operation<Request, Answer>, request: Request): Promise<Answer> {
    return perform(this.#storage.house, this.#context, operation, request);
  }
}

interface Folders {
  readonly storage: string;
  readonly snapshots: string;
}

function withScope(scope: Scope, description: SnapshotDescription): Kept {
  const { name, createdMs, bytes, checksum } = description;
  return { scope, name, createdMs, bytes, checksum };
}
