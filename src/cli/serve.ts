import path from 'node:path';
import type { Config } from '../config/config.ts';
import type { Logger } from '../observe/logger.ts';
import { pinoLogger } from '../observe/pino-logger.ts';
import { nodeWorld } from '../server/folders.ts';
import { openServer, type RunningServer } from '../server/open.ts';
import { readConfig, type ConfigOptions } from './read-config.ts';
import { parseStartSnapshots, recoverAtStart, type StartSnapshotFlags } from './start-snapshots.ts';
import { onStopSignal, stopStatus, type StopSignal } from './stop-signals.ts';

export type ServeOptions = ConfigOptions & StartSnapshotFlags;

/**
 * `vectorizer serve`: opens the house and runs until a signal comes. Ends the process by itself.
 * First SIGTERM or SIGINT: running requests are finished, everything is closed, exit status 0; snapshots that are being
 * recovered before that are given up, exit status 128 + the signal's number. Second: exit at once with the same; the log
 * makes that safe.
 */
export async function serve(options: ServeOptions): Promise<void> {
  const { config, warnings } = await readConfig(options);
  const snapshots = parseStartSnapshots(options);
  const logger = pinoLogger({ level: config.logLevel, target: process.stdout });
  for (const warning of warnings) logger.warn(warning);
  const stop = new AbortController();
  const stopped = firstSignal();
  void stopped.then(() => stop.abort());
  const server = await openServer(config, logger, async (house) => {
    try {
      const context = { signal: stop.signal, credential: undefined };
      await recoverAtStart(house, snapshots, { context, logger, nowMs: () => nodeWorld().nowMs() });
    } catch (error) {
      // Caught to translate: a recovery that a signal ended is no failure.
      if (!stop.signal.aborted) throw error;
      const signal = await stopped;
      logger.info(`${signal}: recovery given up, what was there is as it was`);
      process.exit(stopStatus(signal));
    }
  });
  announce(config, server, logger);
  logger.info(`${await stopped}: finishing running requests`);
  await server.close();
  logger.info('closed');
  process.exit(0);
}

/** Resolves with the name of the first signal, which may come while the house is still being opened. */
function firstSignal(): Promise<StopSignal> {
  return new Promise((resolve) => onStopSignal(resolve));
}

/** Says where everything is and what to do next: to a person as text, to a machine as log lines. */
function announce(config: Config, server: RunningServer, logger: Logger): void {
  const storage = path.resolve(config.storage.storagePath);
  const snapshots = path.resolve(config.storage.snapshotsPath);
  const next = `curl -X PUT ${server.url}/collections/books -H 'content-type: application/json' -d '{"vectors":{"size":4,"distance":"Cosine"}}'`;
  if (process.stdout.isTTY) {
    process.stdout.write(`
  Vectorizer listens on ${server.url}
  gRPC       ${server.grpcAddress ?? 'off'}
  data       ${storage}
  snapshots  ${snapshots}
  create a first collection:
    ${next}
  stop with Ctrl-C\n\n`);
  } else {
    logger.info(`listening on ${server.url}`, { url: server.url });
    if (server.grpcAddress !== undefined) {
      logger.info(`gRPC on ${server.grpcAddress}`, { grpcAddress: server.grpcAddress });
    }
    logger.info(`data in ${storage}, snapshots in ${snapshots}`, { storage, snapshots });
    logger.info(`create a first collection: ${next}`);
  }
}
