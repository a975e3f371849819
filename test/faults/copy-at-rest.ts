import { cp, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { removeFolder } from '../collections/house.ts';

/**
 * Copies a folder while a process has it open: as a crash at one moment leaves it, so it is copied again until nothing has
 * changed meanwhile.
 */
export async function copyAtRest(source: string, target: string): Promise<void> {
  for (;;) {
    await delay(70);
    const before = await describe(source);
    try {
      await cp(source, target, { recursive: true });
      if (before === (await describe(source))) return;
    } catch (error) {
      // Caught to try again: a file has gone while it was copied.
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
    await removeFolder(target);
  }
}

async function describe(folder: string): Promise<string> {
  const names = (await readdir(folder, { recursive: true })).toSorted();
  const stats = await Promise.all(names.map((name) => stat(join(folder, name)).catch(() => undefined)));
  return names.map((name, at) => `${name} ${stats[at]?.size} ${stats[at]?.mtimeMs}`).join('\n');
}
