import { ClassicLevel } from 'classic-level';
import type { Files } from '../base/world.ts';
import { VectorizerError, dataDamaged } from '../core/errors.ts';
import { checkJournals } from './kv-journal.ts';
import { checkManifest, removeUnfinished } from './kv-manifest.ts';
import { checkTables } from './kv-tables.ts';
import { errorCode, storageError } from './storage-error.ts';

/** LevelDB as it is, without seals, a cache, or an order of writes (kv.ts). */
export type KvDatabase = ClassicLevel<Uint8Array, Uint8Array>;

// Tables up to this size together are verified at the start, in the order of their keys (the catalogue comes first): at
// 1 GB/s it takes less than reading them. The rest is `check`'s: a start must not take as long as a check.
const VERIFIED_BYTES_MAX = 1 << 30;

/** Findings in the files, before LevelDB takes in what it can read and removes what it takes for superfluous. */
export async function findDamage(files: Files, directory: string): Promise<readonly string[]> {
  const { findings, tables } = await checkManifest(files, directory);
  let bytes = 0;
  const verified = tables.filter((table) => (bytes += table.bytes) <= VERIFIED_BYTES_MAX).map(({ name }) => name);
  return [...findings, ...(await checkJournals(files, directory)), ...(await checkTables(files, directory, verified))];
}

/** As `openDatabase`; a store whose making was interrupted is made anew. */
export async function openDatabaseOrAnew(files: Files, directory: string): Promise<KvDatabase> {
  try {
    return await openDatabase(directory);
  } catch (error) {
    // Caught to undo what a crash has left half made, now that no other process can be making it.
    if (!(error instanceof VectorizerError && error.kind === 'data_damaged')) throw error;
    if (!(await removeUnfinished(files, directory))) throw error;
    return openDatabase(directory);
  }
}

/** Opens or creates the store of a directory. Throws as `databaseError` tells. */
export async function openDatabase(directory: string): Promise<KvDatabase> {
  const database: KvDatabase = new ClassicLevel(directory, { keyEncoding: 'view', valueEncoding: 'view' });
  try {
    await database.open();
    return database;
  } catch (error) {
    // Caught to translate; the reason is inside.
    throw databaseError(error instanceof Error && error.cause !== undefined ? error.cause : error, directory);
  }
}

const FULL = /no space left on device|file too large|disk quota exceeded/i;

/**
 * What LevelDB threw, in our words: unavailable where another process holds the store or it is closed, data_damaged,
 * insufficient_storage.
 */
export function databaseError(error: unknown, directory: string): Error {
  if (error instanceof VectorizerError || !(error instanceof Error)) return storageError(error, directory);
  const code = errorCode(error);
  if (code === 'LEVEL_LOCKED') {
    return new VectorizerError('unavailable', `${directory} is in use by another process`, { cause: error });
  }
  if (code === 'LEVEL_DATABASE_NOT_OPEN' || code === 'LEVEL_ITERATOR_NOT_OPEN') {
    return new VectorizerError('unavailable', `${directory} is closed`, { cause: error });
  }
  if (code === 'LEVEL_CORRUPTION' || /^corruption:/i.test(error.message)) {
    return dataDamaged(directory, error.message, error);
  }
  if (FULL.test(error.message)) {
    return new VectorizerError('insufficient_storage', `no space left on the disk while writing ${directory}`, {
      cause: error,
    });
  }
  return storageError(error, directory);
}
