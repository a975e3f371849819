import type { Server } from 'node:net';
import type { Config } from '../config/config.ts';
import { VectorizerError } from '../core/errors.ts';
import type { Logger } from '../observe/logger.ts';
import { createGrpcDoor } from '../grpc/door.ts';
import { grpcMethods } from '../grpc/methods.ts';
import type { House } from '../operations/house.ts';
import { createDoor } from '../rest/door.ts';
import { openStorage } from './open-storage.ts';

/** A server that answers. */
export interface RunningServer {
  /** `http://host:port`, the port that it really has. */
  readonly url: string;
  /** `host:port` of gRPC; undefined = off. */
  readonly grpcAddress: string | undefined;
  /** Finishes running requests, writes what is only in the log, gives everything back. */
  close(): Promise<void>;
}

/** Qdrant's version whose interface is spoken: clients compare it with theirs. */
const QDRANT_VERSION = '1.19.0';

/**
 * Builds the house bottom up and opens its doors; `beforeDoors` works on it while nobody can knock yet. Throws
 * unavailable where another process uses the folder or the port, data_damaged where a file is not as it was written,
 * and what `beforeDoors` throws.
 */
export async function openServer(
  config: Config,
  logger: Logger,
  beforeDoors: (house: House) => Promise<void>,
): Promise<RunningServer> {
  const { service } = config;
  const undo: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const step of undo.toReversed()) await step();
  };
  try {
    const opened = await openStorage(config, logger);
    undo.push(() => opened.close());
    const { house } = opened;
    await beforeDoors(house);
    const door = createDoor({
      house,
      limits: { maxRequestBytes: service.maxRequestSizeMb * 1024 * 1024 },
      cors: service.enableCors,
      version: QDRANT_VERSION,
      logger,
    });
    undo.push(() => door.close());
    const host = service.host.includes(':') ? `[${service.host}]` : service.host;
    const port = await listen(door.server, service.host, service.httpPort, '--port');
    let grpcAddress: string | undefined;
    if (service.grpcPort !== 'off') {
      const grpcDoor = createGrpcDoor({
        house,
        limits: { maxMessageBytes: service.maxGrpcMessageSizeMb * 1024 * 1024 },
        methods: grpcMethods(QDRANT_VERSION),
        logger,
      });
      undo.push(() => grpcDoor.close());
      grpcAddress = `${host}:${await listen(grpcDoor.server, service.host, service.grpcPort, '--grpc-port')}`;
    }
    return { url: `http://${host}:${port}`, grpcAddress, close };
  } catch (error) {
    // Caught to undo: what was opened is closed again, the last first.
    await close();
    throw error;
  }
}

/** `flag` chooses another port. */
function listen(server: Server, host: string, port: number, flag: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason =
        error.code === 'EADDRINUSE' ? `another process listens there; choose another with ${flag}` : error.message;
      reject(new VectorizerError('unavailable', `cannot listen on ${host}:${port}: ${reason}`, { cause: error }));
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
