import { createHash } from 'node:crypto';
import { basename, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { World } from '../../base/world.ts';
import { badInput, badRequest, VectorizerError } from '../../core/errors.ts';
import type { RecoverScope, SnapshotSource } from '../../core/snapshots.ts';
import { saveStream, sweepParts, type UnnamedFile } from '../../storage/save-stream.ts';
import { downloadSnapshot } from './download-snapshot.ts';
import { type LocalSnapshot, localSnapshot, type ReadingOptions, snapshotBytes } from './snapshot-bytes.ts';
import { sanitizedName, type SnapshotFolder } from './snapshot-folder.ts';

/** A snapshot that somebody named or sent, ready to be read; `release` must follow. */
export interface ObtainedSnapshot extends LocalSnapshot {
  /** After it was recovered: an upload gets its name among the kept ones. */
  readonly keep: () => Promise<void>;
  /** Lets go of what is not kept. */
  readonly release: () => Promise<void>;
}

export interface ObtainOptions extends ReadingOptions {
  /** SHA-256 that it must have. */
  readonly checksum: string | undefined;
}

/** Brings snapshots to where they can be read: from the snapshots folder, from a request, from another machine. */
export class SnapshotSources {
  private readonly world: World;
  private readonly folder: SnapshotFolder;
  private readonly temporaryPath: string;
  private readonly remoteSources: boolean;

  constructor(options: {
    readonly world: World;
    readonly folder: SnapshotFolder;
    readonly temporaryPath: string;
    readonly remoteSources: boolean;
  }) {
    this.world = options.world;
    this.folder = options.folder;
    this.temporaryPath = options.temporaryPath;
    this.remoteSources = options.remoteSources;
  }

  /** At the start: downloads that were under way are gone. */
  async sweep(): Promise<void> {
    await sweepParts(this.world, this.temporaryPath);
  }

  /**
   * Throws bad_input or checksum_mismatch where the SHA-256 is another, forbidden for a file outside the snapshots folder or
   * a URL that may not be asked, bad_request for one that is not there or of another kind.
   */
  async obtain(scope: RecoverScope, source: SnapshotSource, options: ObtainOptions): Promise<ObtainedSnapshot> {
    switch (source.kind) {
      case 'upload':
        return this.upload(scope, source, options.checksum);
      case 'stored': {
        const found = await this.folder.find(scope, source.name);
        return kept(await this.verified({ ...found, name: source.name }, options));
      }
      case 'file':
        return kept(await this.file(source.path, options));
      case 'url':
        return this.url(scope, source, options);
    }
  }

  private async url(
    scope: RecoverScope,
    { url, apiKey }: Extract<SnapshotSource, { kind: 'url' }>,
    options: ObtainOptions,
  ): Promise<ObtainedSnapshot> {
    const scheme = url.protocol.slice(0, -1);
    if (scheme === 'file') {
      if (scope.kind === 'shard') {
        throw badInput(`Invalid snapshot URL ${url.href}: URLs with file scheme are not supported`);
      }
      return kept(await this.verified(await this.keptFile(url), options));
    }
    if (scheme !== 'http' && scheme !== 'https') {
      throw badRequest(`URL ${url.href} with scheme ${scheme} is not supported`);
    }
    if (!this.remoteSources) {
      throw new VectorizerError('forbidden', 'Snapshot recovery from remote URLs is disabled in the configuration');
    }
    await this.world.files.mkdir(this.temporaryPath);
    const content = downloadSnapshot({ url, apiKey, ...options });
    const saved = await saveStream(this.world, `${this.temporaryPath}/download`, content);
    return this.received(saved, basename(url.pathname) || url.href, {
      checksum: options.checksum,
      refusal: mismatch,
      keep: async () => undefined,
    });
  }

  /** A file that a URL names, which must be among the kept ones. */
  private async keptFile(url: URL): Promise<LocalSnapshot> {
    const path = pathOf(url);
    const found = await localSnapshot(this.world, path);
    const root = await this.world.files.realPath(this.folder.root);
    const real = await this.world.files.realPath(path);
    if (root !== undefined && real?.startsWith(root + sep) === true) return { ...found, path: real };
    throw new VectorizerError(
      'forbidden',
      `Snapshot file path must be inside the snapshots directory ${JSON.stringify(this.folder.root)}`,
    );
  }

  private async upload(
    scope: RecoverScope,
    { fileName, content }: Extract<SnapshotSource, { kind: 'upload' }>,
    checksum: string | undefined,
  ): Promise<ObtainedSnapshot> {
    const name = sanitizedName(fileName);
    const saved = await this.folder.save(scope, name, content);
    return this.received(saved, name, {
      checksum,
      // So in Qdrant: what was computed stands where what was expected should.
      refusal: (given, computed) => {
        return new VectorizerError('checksum_mismatch', `expected ${computed}, actual ${given}`);
      },
      keep: async () => void (await this.folder.keep(scope, name, saved)),
    });
  }

  private async received(
    saved: UnnamedFile,
    name: string,
    { checksum, refusal, keep }: { readonly checksum: string | undefined } & Reception,
  ): Promise<ObtainedSnapshot> {
    const { path, bytes, sha256, discard } = saved;
    if (checksum !== undefined && checksum.toLowerCase() !== sha256) {
      await discard();
      throw refusal(checksum, sha256);
    }
    return { path, bytes, name, keep, release: discard };
  }

  /** Any file of this machine. Throws bad_request where there is none, bad_input where its SHA-256 is another. */
  async file(path: string, options: ObtainOptions): Promise<LocalSnapshot> {
    return this.verified(await localSnapshot(this.world, path), options);
  }

  private async verified(found: LocalSnapshot, options: ObtainOptions): Promise<LocalSnapshot> {
    const { checksum } = options;
    if (checksum === undefined) return found;
    const hash = createHash('sha256');
    for await (const piece of snapshotBytes(this.world, found, options)) hash.update(piece);
    const sha256 = hash.digest('hex');
    if (sha256 !== checksum.toLowerCase()) throw mismatch(checksum, sha256);
    return found;
  }
}

interface Reception {
  /** What is said where the SHA-256 is another. */
  readonly refusal: (expected: string, found: string) => VectorizerError;
  readonly keep: () => Promise<void>;
}

/** A snapshot that lies where it stays. */
function kept(found: LocalSnapshot): ObtainedSnapshot {
  return { ...found, keep: async () => undefined, release: async () => undefined };
}

function mismatch(expected: string, got: string): VectorizerError {
  return badInput(`Snapshot checksum mismatch: expected ${expected}, got ${got}`);
}

/** Throws bad_request for a URL of another machine's file. */
function pathOf(url: URL): string {
  try {
    return fileURLToPath(url);
  } catch (error) {
    // To translate.
    throw badRequest(`Snapshot URL ${url.href} names no file of this machine: ${String(error)}`);
  }
}
