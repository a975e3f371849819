import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchData } from '../engine/cached-data.ts';
import { BenchServer, COLLECTION } from '../server/bench-server.ts';
import type { NamedUpload } from '../server/bodies.ts';

/** Idle worker threads have ended by then and given their memory back. */
const IDLE_MS = 10_000;

export interface Loaded {
  readonly server: BenchServer;
  /** From the first request until everything is indexed and green. */
  readonly uploadSeconds: number;
  /** Resident bytes, some time after that. */
  readonly afterUpload: number;
}

/** A server of its own on both cores with one collection of this configuration, which holds all of `data`. */
export async function loadServer(config: object, data: BenchData, named?: NamedUpload): Promise<Loaded> {
  const server = new BenchServer();
  try {
    await server.start();
    await server.ask('PUT', `/collections/${COLLECTION}`, config);
    const started = performance.now();
    await server.upload(data, 0, undefined, named);
    await server.untilIndexed(data.rows);
    const uploadSeconds = (performance.now() - started) / 1000;
    return { server, uploadSeconds, afterUpload: await residentAtRest(server) };
  } catch (error) {
    // Caught so that nothing is left behind.
    await server.discard();
    throw error;
  }
}

export interface Restarted {
  /** Until it answers. */
  readonly startSeconds: number;
  /** Resident bytes some time later, without searches. */
  readonly resident: number;
}

/** Starts it again on both cores. */
export async function restart(server: BenchServer): Promise<Restarted> {
  await server.stop();
  const started = performance.now();
  await server.start();
  const startSeconds = (performance.now() - started) / 1000;
  return { startSeconds, resident: await residentAtRest(server) };
}

/** Resident bytes of a server that holds nothing. */
export async function residentEmpty(): Promise<number> {
  const server = new BenchServer();
  try {
    await server.start();
    return await residentAtRest(server);
  } finally {
    await server.discard();
  }
}

async function residentAtRest(server: BenchServer): Promise<number> {
  await sleep(IDLE_MS);
  return server.residentBytes();
}

/** Starts it again with all of it on one core. */
export async function restartOnCore(server: BenchServer, core: number): Promise<void> {
  await server.stop();
  await server.start({ core });
}
