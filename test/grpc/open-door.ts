import { once } from 'node:events';
import http2, { type ClientHttp2Session, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { createGrpcDoor, type GrpcDoor } from '../../src/grpc/door.ts';
import type { Method } from '../../src/grpc/method.ts';
import { grpcMethods } from '../../src/grpc/methods.ts';
import { type Logger, SILENT_LOGGER } from '../../src/observe/logger.ts';
import type { House } from '../../src/operations/house.ts';

export interface OpenOptions {
  readonly house: House;
  readonly methods?: readonly Method[];
  readonly maxMessageBytes?: number;
  readonly logger?: Logger;
}

/** A door on a free port. */
export interface OpenDoor extends GrpcDoor {
  readonly address: string;
}

export async function openDoor(options: OpenOptions): Promise<OpenDoor> {
  const { house, methods = grpcMethods('1.19.0'), maxMessageBytes = 64 << 20, logger = SILENT_LOGGER } = options;
  const door = createGrpcDoor({ house, methods, limits: { maxMessageBytes }, logger });
  door.server.listen(0, '127.0.0.1');
  await once(door.server, 'listening');
  const { port } = door.server.address() as AddressInfo;
  return { ...door, address: `127.0.0.1:${port}` };
}

export const GRPC_HEADERS: OutgoingHttpHeaders = {
  ':method': 'POST',
  'content-type': 'application/grpc',
  te: 'trailers',
};

/** A message as it stands on the wire. */
export function framed(message: Uint8Array, flag = 0): Buffer {
  const prefix = Buffer.alloc(5);
  prefix[0] = flag;
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

export interface RawAnswer {
  readonly headers: IncomingHttpHeaders;
  /** Of a call without messages the headers themselves. */
  readonly trailers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** One call by HTTP/2 alone: `chunks` are the request's data as they are. */
export async function rawCall(
  session: ClientHttp2Session,
  path: string,
  chunks: readonly Uint8Array[],
  headers: OutgoingHttpHeaders = {},
): Promise<RawAnswer> {
  const stream = session.request({ ...GRPC_HEADERS, ':path': path, ...headers });
  let head: IncomingHttpHeaders = {};
  let trailers: IncomingHttpHeaders | undefined;
  const body: Buffer[] = [];
  stream.on('response', (given) => (head = given));
  stream.on('trailers', (given) => (trailers = given));
  stream.on('data', (chunk: Buffer) => body.push(chunk));
  stream.on('error', () => undefined);
  for (const chunk of chunks) if (!stream.destroyed) stream.write(chunk);
  stream.end();
  await once(stream, 'close');
  return { headers: head, trailers: trailers ?? head, body: Buffer.concat(body) };
}

/** Runs `use` with an HTTP/2 connection to a door. */
export async function withSession<T>(address: string, use: (session: ClientHttp2Session) => Promise<T>): Promise<T> {
  const session = http2.connect(`http://${address}`);
  session.on('error', () => undefined);
  try {
    return await use(session);
  } finally {
    session.close();
  }
}
