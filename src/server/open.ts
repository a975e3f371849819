import type { Server } from 'node:http';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Database } from '../collections/database.ts';
import { Compute } from '../compute/compute.ts';
import type { Config } from '../config/config.ts';
import { VectorizerError } from '../core/errors.ts';
import type { Logger } from '../observe/logger.ts';
import { createDoor } from '../rest/door.ts';
import { Kv } from '../storage/kv.ts';
import { availableBytes, memoryBytes, residentBytes } from './available-memory.ts';
import { memoryReclaimer } from './memory-reclaimer.ts';
import { COLLECTIONS_FOLDER, KV_FOLDER, nodeWorld } from './folders.ts';

/** A server that answers. */
export interface RunningServer {
  /** `http://host:port`, the port that it really has. */
  readonly url: string;
  /** Finishes running requests, writes what is only in the log, gives everything back. */
  close(): Promise<void>;
}

/** Qdrant's version whose interface is spoken: clients compare it with theirs. */
const QDRANT_VERSION = '1.19.0';

/**
 * Builds the house bottom up and opens its door. Throws unavailable where another process uses the folder or the port,
 * data_damaged where a file is not as it was written.
 */
export async function openServer(config: Config, logger: Logger): Promise<RunningServer> {
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
    const door = createDoor({
      house: { database },
      limits: { maxRequestBytes: service.maxRequestSizeMb * 1024 * 1024 },
      cors: service.enableCors,
      version: QDRANT_VERSION,
      logger,
    });
    undo.push(() => door.close());
    const port = await listen(door.server, service.host, service.httpPort);
    return { url: `http://${service.host.includes(':') ? `[${service.host}]` : service.host}:${port}`, close };
  } catch (error) {
    // Caught to undo: what was opened is closed again, the last first.
    await close();
    throw error;
  }
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason =
        error.code === 'EADDRINUSE' ? 'another process listens there; choose another with --port' : error.message;
      reject(new VectorizerError('unavailable', `cannot listen on ${host}:${port}: ${reason}`, { cause: error }));
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
