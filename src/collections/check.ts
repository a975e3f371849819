import { join } from 'node:path';
import type { World } from '../base/world.ts';
import { INDEX_KIND } from '../filters/index-file.ts';
import { GRAPH_KIND, REMOVED_KIND, type SegmentManifest } from '../segments/segment-files.ts';
import { ROWS_KIND } from '../segments/rows-file.ts';
import { VECTORS_KIND } from '../segments/vectors-file.ts';
import { ChecksummedFile } from '../storage/checksummed-file.ts';
import type { Kv } from '../storage/kv.ts';
import { UpdateLog } from '../storage/log.ts';
import { decodeEntry } from './catalogue.ts';
import { ALL_COLLECTIONS, manifestKey, nameOfKey } from './keys.ts';
import { decodeManifest, indexFiles, type ShardManifest } from './manifest.ts';

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
      files += await job();
    } catch (error) {
      // Caught to go on: the next file is looked at all the same.
      findings.push(error instanceof Error ? error.message : String(error));
    }
  };
  findings.push(...(await kv.check()));
  files++;
  // Damaged as it is, the store is not to be read: it may end the process.
  if (findings.length > 0) return { files, findings };
  for (const { number, name, shardNumber } of await catalogue(kv)) {
    for (let shard = 0; shard < shardNumber; shard++) {
      const folder = join(directory, String(number), String(shard));
      await note(async () => {
        const stored = kv.getSync(manifestKey(number, shard));
        if (stored === undefined) return 0;
        const manifest = decodeManifest(stored, `collection ${name}, shard ${shard}`);
        for (const { path, kind } of filesOf(manifest, join(folder, 'segments'))) {
          await note(() => verifyFile(world, path, kind, findings));
        }
        return 0;
      });
      await note(() => verifyLog(world, join(folder, 'log'), findings));
    }
  }
  return { files, findings };
}

async function catalogue(
  kv: Kv,
): Promise<readonly { readonly number: number; readonly name: string; readonly shardNumber: number }[]> {
  const found: { number: number; name: string; shardNumber: number }[] = [];
  try {
    for await (const { key, value } of kv.iterate(ALL_COLLECTIONS)) {
      const name = nameOfKey(key);
      const { number, config } = decodeEntry(value, name);
      found.push({ number, name, shardNumber: config.params.shardNumber });
    }
  } catch {
    // The store's own check has told already why its catalogue cannot be read on.
  }
  return found;
}

interface NamedFile {
  readonly path: string;
  readonly kind: string;
}

function filesOf(manifest: ShardManifest, folder: string): readonly NamedFile[] {
  return [
    ...manifest.segments.flatMap((segment) => segmentFiles(segment, folder)),
    ...indexFiles(manifest).map((name) => ({ path: join(folder, name), kind: INDEX_KIND })),
  ];
}

function segmentFiles(segment: SegmentManifest, folder: string): readonly NamedFile[] {
  const { rows, removed, fields } = segment;
  return [
    ...rows.map(({ name }) => ({ path: join(folder, name), kind: ROWS_KIND })),
    ...(removed === null ? [] : [{ path: join(folder, removed), kind: REMOVED_KIND }]),
    ...fields.flatMap(({ vectors, graph }) => [
      ...vectors.map(({ name }) => ({ path: join(folder, name), kind: VECTORS_KIND })),
      ...(graph === null ? [] : [{ path: join(folder, graph), kind: GRAPH_KIND }]),
    ]),
  ];
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
