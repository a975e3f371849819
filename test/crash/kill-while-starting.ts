import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ended, startCommand } from '../acceptance/server-process.ts';

/** Starts a server on a folder and kills it after so long, wherever it is by then. */
export async function killWhileStarting(folder: string, afterMs: number, flags: readonly string[] = []): Promise<void> {
  const storage = ['--storage', path.join(folder, 'storage'), '--snapshots', path.join(folder, 'snapshots')];
  const child = startCommand(['serve', '--port', '0', '--grpc-port', '0', ...storage, ...flags]);
  const end = ended(child);
  await sleep(afterMs);
  child.kill('SIGKILL');
  await end;
}
