import type { World } from '../base/world.ts';
import { NodeFiles } from '../storage/node-files.ts';

/** What a storage folder holds: the key-value store, a folder for every collection that was written to, and what snapshots need meanwhile. */
export const KV_FOLDER = 'kv';
export const COLLECTIONS_FOLDER = 'collections';
export const SNAPSHOTS_TEMP_FOLDER = 'snapshots_temp';

/** The real disk, clock and chance. */
export function nodeWorld(): World {
  return { files: new NodeFiles(), nowMs: () => Date.now(), random: () => Math.random() };
}
