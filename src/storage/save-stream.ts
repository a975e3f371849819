import { dirname } from 'node:path';
import type { OpenFile, World } from '../base/world.ts';
import { requireRoom, RESERVE_BYTES } from './room.ts';
import { FileSha256 } from './sha256.ts';
import { storageError } from './storage-error.ts';
import { writePieces } from './write-pieces.ts';

/** What a file is called until it is whole; behind it comes a number. `sweepParts` removes what a crash left. */
const PART = '.part-';
const PART_NAME = /\.part-[0-9a-f]{8}$/;

/** How often the room that is left is looked at. */
const GLANCE_BYTES = 32 << 20;

/** A file that is written and has not its name yet. */
export interface UnnamedFile {
  /** Where it lies until then. */
  readonly path: string;
  readonly bytes: number;
  /** SHA-256 of everything, 64 lower-case hexadecimal digits. */
  readonly sha256: string;
  /** Gives it the name, durably; what had it is replaced. */
  readonly name: (path: string) => Promise<void>;
  readonly discard: () => Promise<void>;
}

/**
 * Writes what comes into a new file beside `path`, fsynced. A piece may change once the next one is asked for. When this
 * rejects, nothing of it is left. Rejects with insufficient_storage where the disk is full, or with what `content` threw.
 */
export async function saveStream(world: World, path: string, content: AsyncIterable<Uint8Array>): Promise<UnnamedFile> {
  const { files } = world;
  const drawn = Math.floor(world.random() * 2 ** 32).toString(16);
  const aside = path + PART + drawn.padStart(8, '0');
  const hash = new FileSha256(aside);
  let file: OpenFile | undefined;
  try {
    file = await files.open(aside, 'create');
    const bytes = await writePieces(file, withinRoom(world, dirname(path), content), (piece) => hash.wrote(piece));
    const [sha256] = await Promise.all([hash.digest(), file.sync()]);
    await file.close();
    file = undefined;
    return {
      path: aside,
      bytes,
      sha256,
      name: async (target) => {
        await files.rename(aside, target);
        await files.syncDirectory(dirname(target));
      },
      discard: () => files.remove(aside),
    };
  } catch (error) {
    // Caught to undo: the disk may be full, and a half-written file would keep it so.
    await file?.close().catch(() => undefined);
    await files.remove(aside).catch(() => undefined);
    throw storageError(error, path);
  } finally {
    await hash.close();
  }
}

/** Removes what interrupted writes left in a folder. */
export async function sweepParts({ files }: World, directory: string): Promise<void> {
  for (const name of await files.list(directory)) {
    if (PART_NAME.test(name)) await files.unlink(`${directory}/${name}`);
  }
}

/** Throws insufficient_storage before the disk is full. */
async function* withinRoom(
  { files }: World,
  directory: string,
  content: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let unseenBytes = GLANCE_BYTES;
  for await (const piece of content) {
    unseenBytes += piece.length;
    if (unseenBytes > GLANCE_BYTES) {
      unseenBytes = 0;
      await requireRoom(files, directory, RESERVE_BYTES + GLANCE_BYTES);
    }
    yield piece;
  }
}
