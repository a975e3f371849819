import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Database } from '../collections/database.ts';
import { Snapshots } from '../collections/snapshot/snapshots.ts';
import { Compute } from '../compute/compute.ts';
import type { Config } from '../config/config.ts';
import type { Logger } from '../observe/logger.ts';
import type { House } from '../operations/house.ts';
import { Kv } from '../storage/kv.ts';
import { availableBytes, memoryBytes, residentBytes } from './available-memory.ts';
import { COLLECTIONS_FOLDER, KV_FOLDER, nodeWorld, SNAPSHOTS_TEMP_FOLDER } from './folders.ts';
import { memoryReclaimer } from './memory-reclaimer.ts';

/** A storage folder that operations can work on, without doors. */
export interface OpenStorage {
  readonly house: House;
  /** Writes what is only in the log, gives everything back. */
  close(): Promise<void>;
}

/**
 * Builds the house bottom up, but for its doors; makes the folder if there is none. Throws unavailable where another
 * process uses the folder, data_damaged where a file is not as it was written.
 */
export async function openStorage(config: Config, logger: Logger): Promise<OpenStorage> {
  const { service, storage } = config;
  const undo: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const step of undo.toReversed()) await step();
  };
  try {
    const world = nodeWorld();
    await world.files.mkdir(storage.storagePath);
    const kv = await Kv.open(world, join(storage.storagePath, KV_FOLDER));
    undo.push(() => kv.close());
    const cores = availableParallelism();
    const searchThreads = storage.performance.maxSearchThreads || cores;
    const compute = Compute.open({ searchThreads, backgroundThreads: cores });
    undo.push(() => compute.close());
    const memory = {
      budgetBytes: memoryBytes(storage.performance.memoryBudget, availableBytes()),
      baseBytes: residentBytes(),
      residentBytes,
    };
    const foundation = {
      world,
      kv,
      compute,
      logger,
      fsync: storage.wal.fsync,
      rested: memoryReclaimer(),
      memory,
      leafCacheBytes: storage.performance.leafCacheBytes,
    };
    const database = await Database.open(foundation, join(storage.storagePath, COLLECTIONS_FOLDER));
    undo.push(() => database.close());
    const temporary = join(storage.storagePath, SNAPSHOTS_TEMP_FOLDER);
    const snapshots = await Snapshots.open({
      foundation,
      database,
      snapshotsPath: storage.snapshotsPath,
      // Second names of files can only be made on the disk that holds them.
      capturesPath: join(temporary, 'captures'),
      temporaryPath: storage.tempPath ?? temporary,
      remoteSources: service.enableSnapshotUrlRecovery,
    });
    undo.push(() => snapshots.close());
    return { house: { database, snapshots }, close };
  } catch (error) {
    // Caught to undo: what was opened is closed again, the last first.
    await close();
    throw error;
  }
}
