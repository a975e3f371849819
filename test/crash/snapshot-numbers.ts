import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { decodeEntry } from '../../src/collections/catalogue.ts';
import { ALL_COLLECTIONS, collectionRanges, nameOfKey } from '../../src/collections/keys.ts';
import { COLLECTIONS_FOLDER, KV_FOLDER, nodeWorld } from '../../src/server/folders.ts';
import { Kv } from '../../src/storage/kv.ts';

/** Folders and keys of a storage that nobody has open which no collection of the catalogue owns. */
export async function findOrphans(folder: string): Promise<readonly string[]> {
  const storage = path.join(folder, 'storage');
  const kv = await Kv.open(nodeWorld(), path.join(storage, KV_FOLDER));
  try {
    const owned = new Set<string>();
    for await (const { key, value } of kv.iterate(ALL_COLLECTIONS)) {
      const { number, config, shardNumbers } = decodeEntry(value, nameOfKey(key));
      for (let shard = 0; shard < config.params.shardNumber; shard += 1)
        owned.add(`${shardNumbers?.[shard] ?? number}/${shard}`);
    }
    const orphans = new Set<string>();
    for (const number of await readdir(path.join(storage, COLLECTIONS_FOLDER))) {
      const shards = await readdir(path.join(storage, COLLECTIONS_FOLDER, number));
      if (shards.length === 0) orphans.add(`empty folder ${number}`);
      for (const shard of shards) if (!owned.has(`${number}/${shard}`)) orphans.add(`folder ${number}/${shard}`);
    }
    for (const { gte } of collectionRanges(0)) {
      const lt = Uint8Array.of((gte[0] ?? 0) + 1);
      for await (const { key } of kv.iterate({ gte, lt })) {
        const view = new DataView(key.buffer, key.byteOffset);
        const shard = `${view.getUint32(1)}/${view.getUint16(5)}`;
        if (!owned.has(shard)) orphans.add(`keys of ${shard}`);
      }
    }
    return [...orphans].map((orphan) => `${orphan} belongs to no collection`);
  } finally {
    await kv.close();
  }
}
