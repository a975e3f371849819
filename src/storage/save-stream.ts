import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import type { OpenFile, World } from '../base/world.ts';
import { storageError } from './storage-error.ts';

/** What a file is called until it is whole; behind it comes a number. `sweepParts` removes what a crash left. */
const PART = '.part-';
const PART_NAME = /\.part-[0-9a-f]{8}$/;
/** Bytes that are on their way to the disk while the next ones are made: more would only fill memory. */
const UNDER_WAY_BYTES = 8 << 20;

export interface SavedFile {
  readonly bytes: number;
  /** SHA-256 of everything, 64 lower-case hexadecimal digits. */
  readonly sha256: string;
}

/** A file that is written and has not its name yet. */
export interface UnnamedFile extends SavedFile {
  /** Gives it the name, durably; what had it is replaced. */
  readonly name: (path: string) => Promise<void>;
  readonly discard: () => Promise<void>;
}

/**
 * Writes what comes into a new file beside `path`, fsynced. Pieces may not change any more. When this rejects, nothing
 * of it is left. Rejects with insufficient_storage where the disk is full, or with what `content` threw.
 */
export async function saveStream(world: World, path: string, content: AsyncIterable<Uint8Array>): Promise<UnnamedFile> {
  const { files } = world;
  const aside =
    path +
    PART +
    Math.floor(world.random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  let file: OpenFile | undefined;
  try {
    file = await files.open(aside, 'create');
    const saved = await writePieces(file, content);
    await file.sync();
    await file.close();
    file = undefined;
    return {
      ...saved,
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
  }
}

/** Removes what interrupted writes left in a folder. */
export async function sweepParts({ files }: World, directory: string): Promise<void> {
  for (const name of await files.list(directory)) {
    if (PART_NAME.test(name)) await files.unlink(`${directory}/${name}`);
  }
}

/** The digest of a piece is made while the pieces before it go to the disk. */
async function writePieces(file: OpenFile, content: AsyncIterable<Uint8Array>): Promise<SavedFile> {
  const hash = createHash('sha256');
  const underWay: Promise<number>[] = [];
  let bytes = 0;
  let waitingBytes = 0;
  try {
    for await (const piece of content) {
      const written = file.write([piece], bytes).then(() => piece.length);
      // Awaited below, in its turn.
      written.catch(() => undefined);
      underWay.push(written);
      bytes += piece.length;
      waitingBytes += piece.length;
      hash.update(piece);
      while (waitingBytes > UNDER_WAY_BYTES) waitingBytes -= (await underWay.shift()) ?? 0;
    }
    await Promise.all(underWay);
  } catch (error) {
    // Caught to wait: nothing may write to the file any more when it is closed.
    await Promise.allSettled(underWay);
    throw error;
  }
  return { bytes, sha256: hash.digest('hex') };
}
