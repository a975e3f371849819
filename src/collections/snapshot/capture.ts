import { join } from 'node:path';
import type { World } from '../../base/world.ts';
import type { Kv, KvView } from '../../storage/kv.ts';
import { namedFiles, type ShardManifest } from '../manifest.ts';
import type { Shard } from '../shard.ts';
import { segmentsFolder, type ShardPlace } from '../shard-place.ts';
import { isFileName } from './member-names.ts';
import { invariant } from '../../base/invariant.ts';

/** A shard as of one position of its log, which nothing changes any more; to be released. */
export interface CapturedShard {
  readonly place: ShardPlace;
  readonly manifest: ShardManifest;
  /** Holds the files that the manifest names, as second names. */
  readonly folder: string;
  /** The store at that position. */
  readonly store: KvView;
  readonly release: () => Promise<void>;
}

/** Captures a shard while updates go on. folder: is made, on the disk that holds the shard; gone after the release. */
export async function captureShard(world: World, kv: Kv, shard: Shard, folder: string): Promise<CapturedShard> {
  const { files } = world;
  const { place } = shard;
  try {
    return await shard.capture(async (manifest) => {
      await files.mkdir(folder);
      for (const { name } of namedFiles(manifest)) {
        invariant(isFileName(name), 'snapshot: a file of a shard has a plain name');
        await files.link(join(segmentsFolder(place), name), join(folder, name));
      }
      const store = kv.view();
      const release = async (): Promise<void> => {
        await store.close();
        await files.remove(folder);
      };
      return { place, manifest, folder, store, release };
    });
  } catch (error) {
    // Caught to undo: some of the names may have been made.
    await files.remove(folder);
    throw error;
  }
}
