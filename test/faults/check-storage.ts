import { join } from 'node:path';
import { checkDatabase } from '../../src/collections/check.ts';
import { VectorizerError } from '../../src/core/errors.ts';
import { Kv } from '../../src/storage/kv.ts';
import { realWorld } from '../collections/house.ts';

/** What `vectorizer check` finds in a storage folder that nobody has open. */
export async function checkStorage(storage: string): Promise<readonly string[]> {
  const world = realWorld();
  let kv: Kv | undefined;
  try {
    kv = await Kv.open(world, join(storage, 'kv'));
    return (await checkDatabase(world, kv, join(storage, 'collections'))).findings;
  } catch (error) {
    // Caught as the command does: what ends the check early is a finding.
    if (error instanceof VectorizerError && error.kind === 'data_damaged') return [error.message];
    throw error;
  } finally {
    await kv?.close();
  }
}
