import { dirname, join } from 'node:path';
import type { Files, OpenFile, World } from '../base/world.ts';
import { BlockChecksums } from './block-checksums.ts';
import { FILE_HEADER_BYTES, encodeFileHeader } from './file-format.ts';
import { storageError } from './storage-error.ts';

/** What a file is called until it is whole. `sweepLeftovers` removes what a crash left of it. */
const ASIDE_SUFFIX = '.tmp';

// Chunks are gathered to this length before they are written: a call for each small chunk would cost more than its
// bytes.
const WRITE_BYTES = 4 << 20;

/**
 * Writes an immutable, checksummed file (docs/format-file.md): aside, fsynced, renamed, folder fsynced. When this
 * resolves the file is durable under its name; when it rejects nothing of it is left, and what was there before is.
 *
 * kind      what the content is, 1 to 16 characters of a-z, 0-9 and `-`; to be named again at `ChecksummedFile.open`.
 * chunks    the content end to end (shared memory is fine); a chunk may not change until the next one is asked for
 *           and 4 MiB have followed: hand out fresh ones.
 * Rejects   insufficient_storage if the disk is full, or with what `chunks` threw.
 */
export async function writeFile(
  world: World,
  path: string,
  kind: string,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const { files } = world;
  const aside = path + ASIDE_SUFFIX;
  let file: OpenFile | undefined;
  try {
    file = await files.open(aside, 'create');
    await writeContent(file, kind, chunks);
    await file.sync();
    await file.close();
    file = undefined;
    await files.rename(aside, path);
    await files.syncDirectory(dirname(path));
  } catch (error) {
    // Caught to undo: the disk may be full, and a half-written file would keep it so.
    await file?.close().catch(() => undefined);
    await files.unlink(aside).catch(() => undefined);
    throw storageError(error, path);
  }
}

/** Removes what interrupted writes left in a folder; returns the paths. To be called before anything is written there. */
export async function sweepLeftovers(files: Files, directory: string): Promise<readonly string[]> {
  const names = await files.list(directory);
  const paths = names.filter((name) => name.endsWith(ASIDE_SUFFIX)).map((name) => join(directory, name));
  await Promise.all(paths.map((path) => files.unlink(path)));
  return paths;
}

async function writeContent(
  file: OpenFile,
  kind: string,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const header = encodeFileHeader(kind);
  const checksums = new BlockChecksums();
  let gathered: Uint8Array[] = [header];
  let gatheredBytes = header.length;
  let position = 0;
  const flush = async (): Promise<void> => {
    await file.write(gathered, position);
    position += gatheredBytes;
    gathered = [];
    gatheredBytes = 0;
  };
  for await (const chunk of chunks) {
    // In steps, so that neither the checksum nor one write of a chunk of gigabytes holds anything up.
    for (let start = 0; start < chunk.length; start += WRITE_BYTES) {
      const part = chunk.subarray(start, start + WRITE_BYTES);
      checksums.add(part);
      gathered.push(part);
      gatheredBytes += part.length;
      if (gatheredBytes >= WRITE_BYTES) await flush();
    }
  }
  const contentBytes = position + gatheredBytes - FILE_HEADER_BYTES;
  const { table, trailer } = checksums.footer(header, contentBytes);
  gathered.push(table, trailer);
  await flush();
}
