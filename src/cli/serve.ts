import path from 'node:path';
import type { Config } from '../config/config.ts';
import type { Logger } from '../observe/logger.ts';
import { pinoLogger } from '../observe/pino-logger.ts';
import { openServer, type RunningServer } from '../server/open.ts';
import { readConfig, type ConfigOptions } from './read-config.ts';

const SIGNAL_NUMBERS = { SIGINT: 2, SIGTERM: 15 } as const;

/**
 * `vectorizer serve`: opens the house and runs until a signal comes. Ends the process by itself.
 * First SIGTERM or SIGINT: running requests are finished, everything is closed, exit status 0. Second: exit at once
 * with 128 + the signal's number; the log makes that safe.
 */
export async function serve(options: ConfigOptions): Promise<void> {
  const { config, warnings } = await readConfig(options);
  const logger = pinoLogger({ level: config.logLevel, target: process.stdout });
  for (const warning of warnings) logger.warn(warning);
  const stopped = firstSignal();
  const server = await openServer(config, logger);
  announce(config, server, logger);
  logger.info(`${await stopped}: finishing running requests`);
  await server.close();
  logger.info('closed');
  process.exit(0);
}

/** Resolves with the name of the first signal, which may come while the house is still being opened. */
function firstSignal(): Promise<keyof typeof SIGNAL_NUMBERS> {
  return new Promise((resolve) => {
    let isStopping = false;
    const stop = (signal: keyof typeof SIGNAL_NUMBERS): void => {
      if (isStopping) process.exit(128 + SIGNAL_NUMBERS[signal]);
      isStopping = true;
      resolve(signal);
    };
    process.on('SIGINT', () => stop('SIGINT'));
    process.on('SIGTERM', () => stop('SIGTERM'));
  });
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
