import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { COLLECTION } from '../server/bench-server.ts';
import { makeSnapshot, snapshotPath, type StorageBench, storedFolders } from './part.ts';
import { contestText, run, seconds } from './timed.ts';

/** A recovery until the first right answer, in the place of the collection that is there, against copying its files. */
export async function recoverPart({ server, data, rounds }: StorageBench): Promise<void> {
  const made = await makeSnapshot(server);
  const location = pathToFileURL(snapshotPath(server, made)).href;
  const target = path.join(server.folder, 'peer');
  // Not the server's own: what a recovery has replaced is being erased there.
  const frozen = path.join(server.folder, 'frozen');
  await mkdir(frozen);
  run('cp', '-r', ...storedFolders(server), frozen);
  const query = { query: [...data.base.subarray(0, data.dimension)], limit: 1 };
  const ours: number[] = [];
  const copy: number[] = [];
  const synced: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const own = await seconds(async () => {
      await server.ask('PUT', `/collections/${COLLECTION}/snapshots/recover?wait=true`, { location });
      const answer = await server.ask('POST', `/collections/${COLLECTION}/points/query`, query);
      if ((answer as { points: { id: number }[] }).points[0]?.id !== 0) throw new Error('the answer is wrong');
    });
    await mkdir(target);
    const copying = await seconds(() => run('cp', '-r', frozen, target));
    const syncing = await seconds(() => run('sync', '-f', target));
    await rm(target, { recursive: true });
    if (round === 0) continue;
    ours.push(own);
    copy.push(copying);
    synced.push(copying + syncing);
  }
  await rm(frozen, { recursive: true });
  console.log(contestText({ name: 'recovery against cp of the files', ours, theirs: copy }, 'at most 2'));
  console.log(contestText({ name: '  against cp and sync', ours, theirs: synced }, 'as durable'));
}
