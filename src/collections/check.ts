import { join } from 'node:path';
import type { World } from '../base/world.ts';
import { ChecksummedFile } from '../storage/checksummed-file.ts';
import type { Kv } from '../storage/kv.ts';
import { UpdateLog } from '../storage/log.ts';
import { type CatalogueEntry, decodeEntry } from './catalogue.ts';
import { ALL_COLLECTIONS, manifestKey, nameOfKey } from './keys.ts';
import { decodeManifest, namedFiles } from './manifest.ts';
import { logFolder, segmentsFolder, shardPlace } from './shard-place.ts';

/** What `vectorizer check` found: how many files it read, and every breach with the file and the place in it. */
export interface CheckReport {
  readonly files: number;
  readonly findings: readonly string[];
}

/** Verifies everything that a storage folder holds, to the last byte. Reports all breaches; throws none. */
export async function checkDatabase(world: World, kv: Kv, directory: string): Promise<CheckReport> {
  const findings: string[] = [];
  let files = 0;
  const note = async (job: () => Promise<number>): Promise<void> => {
    try {
      const count = await job();
      // Only now: a job may note others within it.
      files += count;
    } catch (error) {
      // Caught to go on: the next file is looked at all the same.
      findings.push(error instanceof Error ? error.message : String(error));
    }
  };
  findings.push(...(await kv.check()));
  files++;
  // Damaged as it is, the store is not to be read: it may end the process.
  if (findings.length > 0) return { files, findings };
  for (const { name, number, config, shardNumbers } of await catalogue(kv)) {
    for (let shard = 0; shard < config.params.shardNumber; shard++) {
      const place = shardPlace(directory, shardNumbers?.[shard] ?? number, shard);
      await note(async () => {
        const stored = kv.getSync(manifestKey(place.collection, shard));
        if (stored === undefined) return 0;
        const manifest = decodeManifest(stored, `collection ${name}, shard ${shard}`);
        for (const { name, kind } of namedFiles(manifest)) {
          await note(() => verifyFile(world, join(segmentsFolder(place), name), kind, findings));
        }
        return 0;
      });
      await note(() => verifyLog(world, logFolder(place), findings));
    }
  }
  return { files, findings };
}

async function catalogue(kv: Kv): Promise<readonly (CatalogueEntry & { readonly name: string })[]> {
  const found: (CatalogueEntry & { readonly name: string })[] = [];
  try {
    for await (const { key, value } of kv.iterate(ALL_COLLECTIONS)) {
      const name = nameOfKey(key);
      found.push({ name, ...decodeEntry(value, name) });
    }
  } catch {
    // The store's own check has told already why its catalogue cannot be read on.
  }
  return found;
}

async function verifyFile(world: World, path: string, kind: string, findings: string[]): Promise<number> {
  const file = await ChecksummedFile.open(world, path, kind);
  try {
    findings.push(...(await file.verify()));
  } finally {
    await file.close();
  }
  return 1;
}

async function verifyLog(world: World, directory: string, findings: string[]): Promise<number> {
  const names = await world.files.list(directory);
  if (names.length === 0) return 0;
  const segmentBytes = Number.MAX_SAFE_INTEGER;
  const { log, tornTail } = await UpdateLog.inspect({ world, directory, fsync: 'never', segmentBytes });
  if (tornTail !== undefined) {
    const { file, offset, bytes } = tornTail;
    findings.push(
      `${file} at byte ${offset}: ${bytes} bytes that a crash left half written; the next start cuts them off`,
    );
  }
  findings.push(...(await log.check()));
  return names.length;
}
