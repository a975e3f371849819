import { rm } from 'node:fs/promises';
import path from 'node:path';
import { MEBIBYTE } from '../server/bench-server.ts';
import { dropSnapshot, makeSnapshot, type StorageBench, storedFolders } from './part.ts';
import { contestText, run, seconds } from './timed.ts';

/**
 * A snapshot, which is verified, hashed and fsynced, against tar, alone and with its file brought to the disk as well. A
 * server that has just written nothing has no checkpoint to write.
 */
export async function snapshotPart({ server, rounds }: StorageBench): Promise<void> {
  const target = path.join(server.folder, 'peer.tar');
  const ours: number[] = [];
  const tar: number[] = [];
  const synced: number[] = [];
  let size = 0;
  for (let round = 0; round <= rounds; round++) {
    const own = await seconds(async () => {
      const made = await makeSnapshot(server);
      size = made.size;
      await dropSnapshot(server, made);
    });
    const packing = await seconds(() => run('tar', 'cf', target, ...storedFolders(server)));
    const syncing = await seconds(() => run('sync', target));
    await rm(target);
    // The first round only warms up.
    if (round === 0) continue;
    ours.push(own);
    tar.push(packing);
    synced.push(packing + syncing);
  }
  console.log(`a snapshot of ${(size / MEBIBYTE).toFixed(0)} MiB`);
  console.log(contestText({ name: '  against tar of the same files', ours, theirs: tar }, 'at most 1.2'));
  console.log(contestText({ name: '  against tar and sync', ours, theirs: synced }, 'as durable'));
}
