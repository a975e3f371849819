import type { OpenFile, World } from '../base/world.ts';
import { storageError } from './storage-error.ts';
import { writePieces } from './write-pieces.ts';

/**
 * Writes a file of which nobody knows yet. Resolves when all of it is written; `synced` when it survives a power loss, so
 * that the next file can be written meanwhile. Rejects with insufficient_storage where the disk is full.
 */
export async function restoreFile(
  world: World,
  path: string,
  content: AsyncIterable<Uint8Array>,
): Promise<{ readonly synced: Promise<void> }> {
  let file: OpenFile | undefined;
  try {
    file = await world.files.open(path, 'create');
    await writePieces(file, content, () => undefined);
    return { synced: sync(file, path) };
  } catch (error) {
    // Caught to close, and to translate.
    await file?.close().catch(() => undefined);
    throw storageError(error, path);
  }
}

async function sync(file: OpenFile, path: string): Promise<void> {
  try {
    await file.sync();
  } catch (error) {
    // Caught to translate.
    throw storageError(error, path);
  } finally {
    await file.close();
  }
}
