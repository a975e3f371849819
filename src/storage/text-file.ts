import { dirname } from 'node:path';
import type { World } from '../base/world.ts';
import { errorCode, storageError } from './storage-error.ts';

/** Writes a short text, durably. Not in one step: whoever reads half of it must not take it for the whole. */
export async function writeText({ files }: World, path: string, text: string): Promise<void> {
  try {
    const file = await files.open(path, 'create');
    try {
      await file.write([Buffer.from(text)], 0);
      await file.sync();
    } finally {
      await file.close();
    }
    await files.syncDirectory(dirname(path));
  } catch (error) {
    // Caught to translate.
    throw storageError(error, path);
  }
}

/** The text of a short file; undefined where there is none. */
export async function readText({ files }: World, path: string): Promise<string | undefined> {
  const stat = await files.stat(path);
  if (stat?.kind !== 'file' || stat.bytes > TEXT_BYTES_MAX) return undefined;
  try {
    const file = await files.open(path, 'read');
    try {
      const bytes = Buffer.alloc(stat.bytes);
      const count = await file.read(bytes, 0);
      return bytes.toString('utf8', 0, count);
    } finally {
      await file.close();
    }
  } catch (error) {
    // It has gone since.
    if (errorCode(error) === 'ENOENT') return undefined;
    // Caught to translate.
    throw storageError(error, path);
  }
}

const TEXT_BYTES_MAX = 4096;
