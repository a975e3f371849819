import { basename, join } from 'node:path';
import type { World } from '../../base/world.ts';
import { badInput, notFound } from '../../core/errors.ts';
import type { SnapshotDescription, SnapshotFile, SnapshotScope } from '../../core/snapshots.ts';
import { readStream } from '../../storage/file-stream.ts';
import { saveStream, sweepParts, type UnnamedFile } from '../../storage/save-stream.ts';
import { readText, writeText } from '../../storage/text-file.ts';

const SUFFIX = '.snapshot';
const CHECKSUM_SUFFIX = '.checksum';
/** No file system takes longer names. */
const NAME_BYTES_MAX = 255;
/** Of an upload's name: what is put behind it while it is written must fit too. */
const UPLOADED_BYTES_MAX = 200;
const SHA256 = /^[0-9a-f]{64}$/;

/**
 * The snapshots that are kept, as in Qdrant: `<root>/<collection>/`, `<root>/<collection>/shards/<shard>/`, and full ones in
 * `<root>` itself; beside each a file with its SHA-256.
 */
export class SnapshotFolder {
  /** As configured: Qdrant's messages show it so. */
  readonly root: string;
  private readonly world: World;
  /** Changes of names, one after another: a file and its checksum belong together. */
  private naming: Promise<unknown> = Promise.resolve();

  constructor(world: World, root: string) {
    this.world = world;
    this.root = root;
  }

  /** Removes what a crash left of snapshots that were being written. */
  async sweep(): Promise<void> {
    const { files } = this.world;
    for (const folder of await this.folders()) {
      await sweepParts(this.world, folder);
      const names = await files.list(folder);
      const left = names.filter(
        (name) => name.endsWith(SUFFIX + CHECKSUM_SUFFIX) && !names.includes(withoutChecksum(name)),
      );
      for (const name of left) await files.unlink(join(folder, name));
    }
  }

  /** Where the snapshots of a scope are. Throws bad_input on a collection whose name would lead elsewhere. */
  folderOf(scope: SnapshotScope): string {
    if (scope.kind === 'full') return this.root;
    if (!isPlainName(scope.collection)) throw badInput(`a collection called ${scope.collection} can have no snapshots`);
    const folder = `${this.root}/${scope.collection}`;
    return scope.kind === 'collection' ? folder : `${folder}/shards/${scope.shard}`;
  }

  /** Where a snapshot is. Throws not_found where it is not there, or where the name is none of a file there. */
  async find(scope: SnapshotScope, name: string): Promise<{ readonly path: string; readonly bytes: number }> {
    const path = `${this.folderOf(scope)}/${name}`;
    const stat = isSnapshotName(name) ? await this.world.files.stat(path) : undefined;
    if (stat?.kind === 'file') return { path, bytes: stat.bytes };
    throw notFound(`Snapshot ${scope.kind === 'shard' ? JSON.stringify(path) : name} not found`);
  }

  /** In the order of names. */
  async list(scope: SnapshotScope): Promise<readonly SnapshotDescription[]> {
    const folder = this.folderOf(scope);
    const names = (await this.world.files.list(folder)).filter((name) => name.endsWith(SUFFIX) && isSnapshotName(name));
    const described = await Promise.all(names.toSorted().map((name) => this.describe(folder, name)));
    return described.filter((found) => found !== undefined);
  }

  /** Throws not_found. */
  async read(scope: SnapshotScope, name: string): Promise<SnapshotFile> {
    const { path } = await this.find(scope, name);
    const described = await this.describe(this.folderOf(scope), name);
    if (described === undefined) throw notFound(`Snapshot ${name} not found`);
    return { ...described, read: (start, end) => readStream(this.world, path, { start, end, memory: 'own' }) };
  }

  /** Throws not_found. */
  async delete(scope: SnapshotScope, name: string): Promise<void> {
    const { files } = this.world;
    await this.named(async () => {
      const { path } = await this.find(scope, name);
      await files.unlink(path);
      await files.remove(path + CHECKSUM_SUFFIX);
      await files.syncDirectory(this.folderOf(scope));
    });
  }

  /** Writes a snapshot to the disk; `keep` or its own `discard` must follow. */
  async save(scope: SnapshotScope, name: string, content: AsyncIterable<Uint8Array>): Promise<UnnamedFile> {
    const folder = this.folderOf(scope);
    await this.world.files.mkdir(folder);
    return saveStream(this.world, `${folder}/${name}`, content);
  }

  /**
   * Gives a snapshot that is saved its name, and writes its checksum beside it. Where this rejects, nothing is left of one
   * whose name is new.
   */
  keep(scope: SnapshotScope, name: string, file: UnnamedFile): Promise<SnapshotDescription> {
    const path = `${this.folderOf(scope)}/${name}`;
    return this.named(async () => {
      const { files } = this.world;
      try {
        // What has the name goes first: beside a new file an old checksum would be a wrong one. So does the checksum of
        // a new name: what a crash leaves in between is a checksum of nothing, which the next start removes.
        const isReplaced = (await files.stat(path)) !== undefined;
        if (isReplaced) await files.remove(path + CHECKSUM_SUFFIX);
        else await writeText(this.world, path + CHECKSUM_SUFFIX, file.sha256);
        await file.name(path);
        if (isReplaced) await writeText(this.world, path + CHECKSUM_SUFFIX, file.sha256);
      } catch (error) {
        // Caught to undo: the disk may be full, and what is half there would keep it so.
        await file.discard();
        if ((await files.stat(path)) === undefined) await files.remove(path + CHECKSUM_SUFFIX);
        throw error;
      }
      const stat = await files.stat(path);
      return { name, bytes: file.bytes, checksum: file.sha256, createdMs: stat?.changedMs ?? this.world.nowMs() };
    });
  }

  private async describe(folder: string, name: string): Promise<SnapshotDescription | undefined> {
    const path = `${folder}/${name}`;
    const told = (await readText(this.world, path + CHECKSUM_SUFFIX))?.trim().toLowerCase();
    // Second: one whose checksum has just gone is going itself.
    const stat = await this.world.files.stat(path);
    if (stat?.kind !== 'file') return undefined;
    const checksum = told !== undefined && SHA256.test(told) ? told : undefined;
    return { name, bytes: stat.bytes, createdMs: stat.changedMs, checksum };
  }

  /** All folders that may hold snapshots. */
  private async folders(): Promise<readonly string[]> {
    const collections = await this.foldersIn([this.root]);
    const above = (await this.foldersIn(collections)).filter((folder) => basename(folder) === 'shards');
    return [this.root, ...collections, ...(await this.foldersIn(above))];
  }

  /** Files may stand beside them: full snapshots, and what anybody has put there. */
  private async foldersIn(parents: readonly string[]): Promise<readonly string[]> {
    const { files } = this.world;
    const names = await Promise.all(parents.map((parent) => files.list(parent)));
    const paths = parents.flatMap((parent, index) => (names[index] ?? []).map((name) => `${parent}/${name}`));
    const stats = await Promise.all(paths.map((path) => files.stat(path)));
    return paths.filter((_, index) => stats[index]?.kind === 'directory');
  }

  private named<T>(job: () => Promise<T>): Promise<T> {
    const result = this.naming.then(job);
    this.naming = result.catch(() => undefined);
    return result;
  }
}

/** The name of a file that was uploaded, without what is not fit for one. */
export function sanitizedName(name: string): string {
  const plain = name.replaceAll(/[/\\?%*:|"<>\p{Cc}]/gu, '_').replace(/^\.+/, '');
  if (plain === '' || plain.endsWith(CHECKSUM_SUFFIX)) return 'uploaded.snapshot';
  // Its end tells more than its beginning.
  return Buffer.from(plain).subarray(-UPLOADED_BYTES_MAX).toString();
}

function isSnapshotName(name: string): boolean {
  return isPlainName(name) && !name.endsWith(CHECKSUM_SUFFIX);
}

function isPlainName(name: string): boolean {
  if (Buffer.byteLength(name) > NAME_BYTES_MAX) return false;
  return name !== '' && name !== '.' && name !== '..' && !/[/\\\0]/.test(name);
}

function withoutChecksum(name: string): string {
  return name.slice(0, -CHECKSUM_SUFFIX.length);
}
