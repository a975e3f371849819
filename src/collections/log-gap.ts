import type { World } from '../base/world.ts';
import { dataDamaged } from '../core/errors.ts';
import type { UpdateLog } from '../storage/log.ts';
import type { ShardManifest } from './manifest.ts';

/** Throws data_damaged where updates are missing between the manifest and the log, or the manifest itself. */
export async function refuseGap(
  world: World,
  { log, directory, stored }: { log: UpdateLog; directory: string; stored: ShardManifest | undefined },
): Promise<void> {
  if (log.previous > (stored?.sequence ?? 0)) {
    const place = `${directory}, key-value store`;
    throw dataDamaged(
      place,
      `the log goes on after update ${log.previous}, the files end with ${stored?.sequence ?? 0}`,
    );
  }
  // The first checkpoint empties the log: files without both were left by a later one.
  const isLost = stored === undefined && log.bounds.first === undefined;
  if (isLost && (await world.files.list(directory)).length > 0)
    throw dataDamaged(directory, 'the key-value store has lost the manifest of these files');
}
