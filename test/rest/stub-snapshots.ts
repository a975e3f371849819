import { createHash, randomBytes } from 'node:crypto';

import type { Snapshots } from '../../src/collections/snapshot/snapshots.ts';
import type { Context } from '../../src/core/context.ts';
import { badInput, badRequest, notFound, VectorizerError } from '../../src/core/errors.ts';
import type {
  CreateSnapshot,
  RecoverSnapshot,
  ShardScope,
  SnapshotDescription,
  SnapshotFile,
  SnapshotScope,
  SnapshotStream,
  StoredSnapshot,
} from '../../src/core/snapshots.ts';

const CREATED_MS = Date.UTC(2026, 10, 21, 9, 40, 9, 750);
const CHUNK_BYTES = 65_536;

/** What came of an upload: no bytes are kept. */
interface Recovered {
  readonly request: RecoverSnapshot;
  readonly bytes: number;
  readonly sha256: string;
}

/** Snapshots in a Map, of every collection that `has` knows and of its shards 0 and 1. */
export class StubSnapshots implements Pick<Snapshots, keyof Snapshots> {
  readonly files: Map<string, Buffer> = new Map();
  readonly recovered: Recovered[] = [];
  /** Signals of all that was asked for with one. */
  readonly signals: AbortSignal[] = [];
  /** Names without a checksum. */
  readonly unsigned: Set<string> = new Set();
  /** Work that is begun waits for this; reading too. */
  gate: Promise<unknown> = Promise.resolve();
  /** Where reading breaks. */
  failAt: number | undefined = undefined;
  /** Bytes that a stream of a shard has; endless where Infinity. */
  streamBytes = 200_000;
  /** What an upload fails with before it is read, or once it has been. */
  refusal: { readonly when: 'before' | 'after'; readonly error: Error } | undefined = undefined;
  openFiles = 0;
  sentBytes = 0;
  /** What the last reading of an upload ended with. */
  uploadFailure: unknown = undefined;
  private readonly has: (collection: string) => boolean;

  constructor(has: (collection: string) => boolean) {
    this.has = has;
  }

  /** Keeps a snapshot. */
  keep(scope: SnapshotScope, name: string, bytes: Buffer): void {
    this.files.set(keyOf(scope, name), bytes);
  }

  async list(scope: SnapshotScope): Promise<readonly SnapshotDescription[]> {
    this.check(scope);
    const folder = keyOf(scope, '');
    const names = [...this.files.keys()].filter((key) => key.startsWith(folder)).map((key) => key.slice(folder.length));
    return names.map((name) => this.describe({ scope, name }));
  }

  async create(context: Context, { scope }: CreateSnapshot): Promise<SnapshotDescription> {
    this.signals.push(context.signal);
    this.check(scope);
    await this.gate;
    const name = `${nameOf(scope)}-2026-11-21-09-40-09.snapshot`;
    this.keep(scope, name, randomBytes(300_000));
    return this.describe({ scope, name });
  }

  async delete(request: StoredSnapshot): Promise<boolean> {
    this.find(request);
    await this.gate;
    return this.files.delete(keyOf(request.scope, request.name));
  }

  async read(request: StoredSnapshot): Promise<SnapshotFile> {
    const bytes = this.find(request);
    return {
      ...this.describe(request),
      read: (start, end) => this.chunks(end - start, (from, to) => bytes.subarray(start + from, start + to)),
    };
  }

  async stream(context: Context, scope: ShardScope): Promise<SnapshotStream> {
    this.signals.push(context.signal);
    this.check(scope);
    const content = this.chunks(this.streamBytes, (from, to) => Buffer.alloc(to - from, 7));
    return { name: `${nameOf(scope)}-2026-11-21-09-40-09.snapshot`, content };
  }

  async recover(context: Context, request: RecoverSnapshot): Promise<boolean> {
    this.signals.push(context.signal);
    const { scope, source } = request;
    await this.gate;
    if (this.refusal?.when === 'before') throw this.refusal.error;
    if (scope.kind === 'shard') this.check(scope);
    const hash = createHash('sha256');
    let bytes = 0;
    if (source.kind === 'url') checkUrl(request.scope, source.url);
    if (source.kind === 'stored') this.find({ scope, name: source.name });
    if (source.kind === 'upload') {
      try {
        for await (const chunk of source.content) {
          hash.update(chunk);
          bytes += chunk.length;
        }
      } catch (error) {
        this.uploadFailure = error;
        throw new Error('the upload could not be kept', { cause: error });
      }
    }
    const sha256 = hash.digest('hex');
    if (this.refusal?.when === 'after') throw this.refusal.error;
    if (source.kind === 'upload' && (request.checksum ?? sha256).toLowerCase() !== sha256) {
      throw new VectorizerError('checksum_mismatch', `expected ${sha256}, actual ${request.checksum}`);
    }
    this.recovered.push({ request, bytes, sha256 });
    return true;
  }

  recoverStorage(): Promise<boolean> {
    throw new Error('no door asks for this');
  }

  async close(): Promise<void> {
    return undefined;
  }

  private async *chunks(bytes: number, part: (from: number, to: number) => Buffer): AsyncGenerator<Uint8Array> {
    this.openFiles += 1;
    try {
      await this.gate;
      for (let at = 0; at < bytes; at += CHUNK_BYTES) {
        if (this.failAt !== undefined && at >= this.failAt) throw new Error('the disk is gone');
        const chunk = part(at, Math.min(at + CHUNK_BYTES, bytes));
        this.sentBytes += chunk.length;
        yield chunk;
      }
    } finally {
      this.openFiles -= 1;
    }
  }

  private describe({ scope, name }: StoredSnapshot): SnapshotDescription {
    const bytes = this.find({ scope, name });
    const checksum = this.unsigned.has(name) ? undefined : createHash('sha256').update(bytes).digest('hex');
    return { name, createdMs: CREATED_MS, bytes: bytes.length, checksum };
  }

  private find({ scope, name }: StoredSnapshot): Buffer {
    this.check(scope);
    const found = this.files.get(keyOf(scope, name));
    if (found === undefined) throw notFound(`Snapshot ${name} not found`);
    return found;
  }

  private check(scope: SnapshotScope): void {
    if (scope.kind === 'full') return;
    if (!this.has(scope.collection)) throw notFound(`Collection \`${scope.collection}\` doesn't exist!`);
    if (scope.kind === 'shard' && scope.shard > 1) throw notFound(`shard ${scope.shard} not found`);
  }
}

function checkUrl(scope: SnapshotScope, url: URL): void {
  const scheme = url.protocol.slice(0, -1);
  if (scheme === 'file' && scope.kind === 'shard') {
    throw badInput(`Invalid snapshot URL ${url.href}: URLs with file scheme are not supported`);
  }
  if (scheme === 'file') throw badRequest(`Snapshot file "${url.pathname}" does not exist`);
  if (scheme === 'ftp') throw badRequest(`URL ${url.href} with scheme ftp is not supported`);
}

function keyOf(scope: SnapshotScope, name: string): string {
  if (scope.kind === 'full') return `full/${name}`;
  return `${scope.kind}/${scope.collection}/${scope.kind === 'shard' ? `${scope.shard}/` : ''}${name}`;
}

function nameOf(scope: SnapshotScope): string {
  if (scope.kind === 'full') return 'full-snapshot';
  return scope.kind === 'shard' ? `${scope.collection}-shard-${scope.shard}` : `${scope.collection}-1`;
}
