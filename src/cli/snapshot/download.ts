import { createHash } from 'node:crypto';
import path from 'node:path';
import type { Files, OpenFile } from '../../base/world.ts';
import { VectorizerError } from '../../core/errors.ts';
import { bytesText } from '../quantities.ts';
import type { Kept, Work } from './place.ts';

export interface Download {
  readonly kept: Kept;
  readonly content: AsyncIterable<Uint8Array>;
  /** A file, which is replaced if it is there. */
  readonly target: string;
  readonly work: Work;
  readonly signal: AbortSignal;
}

/**
 * Writes a snapshot to a file that is whole or not there: aside as `target.part`, its length and SHA-256 compared with
 * what was promised, on the disk before it gets its name. Whatever goes wrong, the `.part` is removed.
 */
export async function download(files: Files, { kept, content, target, work, signal }: Download): Promise<void> {
  const folder = path.dirname(target);
  const freeBytes = await files.freeBytes(folder);
  if (freeBytes < kept.bytes) {
    const amounts = `${bytesText(kept.bytes)} are needed, ${bytesText(freeBytes)} are free`;
    throw new VectorizerError('insufficient_storage', `${folder}: ${amounts}; make room, or choose another --out`);
  }
  const part = `${target}.part`;
  try {
    await withFile(files, part, async (file) => {
      const found = await write(file, content, (doneBytes) => {
        signal.throwIfAborted();
        work.progress({ doneBytes, totalBytes: kept.bytes });
      });
      compare(kept, found);
      await file.sync();
    });
    await files.rename(part, target);
    await files.syncDirectory(folder);
  } catch (error) {
    // Caught to undo.
    await files.remove(part);
    throw error;
  }
}

interface Found {
  readonly bytes: number;
  readonly checksum: string;
}

async function write(
  file: OpenFile,
  content: AsyncIterable<Uint8Array>,
  onProgress: (doneBytes: number) => void,
): Promise<Found> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of content) {
    await file.write([chunk], bytes);
    hash.update(chunk);
    bytes += chunk.length;
    onProgress(bytes);
  }
  return { bytes, checksum: hash.digest('hex') };
}

function compare(promised: Kept, found: Found): void {
  const { name, bytes, checksum } = promised;
  if (found.bytes !== bytes) {
    throw new VectorizerError('data_damaged', `${name}: ${found.bytes} of ${bytes} bytes came; try again`);
  }
  if (checksum !== undefined && found.checksum !== checksum) {
    const message = `${name}: checksum mismatch: expected ${checksum}, got ${found.checksum}`;
    throw new VectorizerError('data_damaged', `${message}; what lies on the server may be damaged: make it anew`);
  }
}

async function withFile(files: Files, path: string, use: (file: OpenFile) => Promise<void>): Promise<void> {
  const file = await files.open(path, 'create');
  try {
    await use(file);
  } finally {
    await file.close();
  }
}
