import { rm } from 'node:fs/promises';
import { temporaryFolder, withServerOn } from '../acceptance/server-process.ts';
import { killWhileStarting } from './kill-while-starting.ts';
import type { Promises } from './promises.ts';
import { ask, type Description } from './snapshot-client.ts';
import { storedPath } from './snapshot-load.ts';
import { findOrphans } from './snapshot-numbers.ts';

const SHELF = '/snapshots';

/**
 * A snapshot of the whole storage, recovered on another folder, holds everything that was promised; also where the server
 * is killed while it recovers and has to do so again.
 */
export async function checkElsewhere(
  folder: string,
  promises: Promises,
  uniform: () => number,
): Promise<readonly string[]> {
  let name = '';
  await withServerOn({ folder }, 'SIGTERM', async ({ url }) => {
    ({ name } = (await ask(url, 'POST', SHELF)) as Description);
  });
  const elsewhere = temporaryFolder();
  const flags = ['--storage-snapshot', storedPath(folder, SHELF, name), '--force-snapshot'];
  const breaches: string[] = [];
  try {
    await killWhileStarting(elsewhere, 300 + uniform() * 700, flags);
    await withServerOn({ folder: elsewhere, flags }, 'SIGTERM', async ({ url }) => {
      breaches.push(...(await promises.checkContent(url)));
    });
    breaches.push(...(await findOrphans(elsewhere)));
  } finally {
    await rm(elsewhere, { recursive: true, force: true });
  }
  return breaches.map((breach) => `recovered elsewhere: ${breach}`);
}
