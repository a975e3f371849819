import { join } from 'node:path';
import { checkDatabase, type CheckReport } from '../collections/check.ts';
import type { Config } from '../config/config.ts';
import { Kv } from '../storage/kv.ts';
import { COLLECTIONS_FOLDER, KV_FOLDER, nodeWorld } from './folders.ts';

/** Verifies every file of a storage folder. Throws where another process uses the folder, or where there is none. */
export async function checkStorage(config: Config): Promise<CheckReport> {
  const { storagePath } = config.storage;
  const world = nodeWorld();
  const kv = await Kv.open(world, join(storagePath, KV_FOLDER));
  try {
    return await checkDatabase(world, kv, join(storagePath, COLLECTIONS_FOLDER));
  } finally {
    await kv.close();
  }
}
