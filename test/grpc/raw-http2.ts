import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { createHttp2Server } from '../../src/grpc/http2/server.ts';
import type { Http2Stream } from '../../src/grpc/http2/stream.ts';

/** HTTP/2 from the client's side by its bytes, made here from RFC 9113 and without the server's own code. */
export const TYPE = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
};
export const END_STREAM = 1;
export const ACK = 1;
export const END_HEADERS = 4;
export const PADDED = 8;
export const PRIORITY = 0x20;
export const CODE = {
  none: 0,
  protocol: 1,
  internal: 2,
  flowControl: 3,
  streamClosed: 5,
  frameSize: 6,
  refused: 7,
  cancel: 8,
  compression: 9,
  calm: 11,
};
export const PREFACE: Buffer = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

export function frame(type: number, flags: number, stream: number, payload: Uint8Array = Buffer.alloc(0)): Buffer {
  const bytes = Buffer.alloc(9 + payload.length);
  bytes.writeUIntBE(payload.length, 0, 3);
  bytes[3] = type;
  bytes[4] = flags;
  bytes.writeUInt32BE(stream, 5);
  bytes.set(payload, 9);
  return bytes;
}

export function number(type: number, stream: number, value: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(value);
  return frame(type, 0, stream, payload);
}

export function settings(...pairs: readonly (readonly [number, number])[]): Buffer {
  const payload = Buffer.alloc(6 * pairs.length);
  for (const [index, [setting, value]] of pairs.entries()) {
    payload.writeUInt16BE(setting, 6 * index);
    payload.writeUInt32BE(value, 6 * index + 2);
  }
  return frame(TYPE.settings, 0, 0, payload);
}

export type Field = readonly [name: string, value: string];

/** An integer in the lowest bits of a byte whose others are `high` (RFC 7541, 5.1). */
export function integer(high: number, bits: number, value: number): Buffer {
  const mask = 2 ** bits - 1;
  if (value < mask) return Buffer.from([high | value]);
  const bytes = [high | mask];
  let rest = value - mask;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Buffer.from([...bytes, rest]);
}

export function text(value: string): Buffer {
  return Buffer.concat([integer(0, 7, value.length), Buffer.from(value, 'latin1')]);
}

/** A field in full; `kept` puts it into the table. */
export function literal([name, value]: Field, kept = false): Buffer {
  return Buffer.concat([Buffer.from([kept ? 0x40 : 0]), text(name), text(value)]);
}

/** POST, http, / by their places in the static table. */
export const REQUEST: Buffer = Buffer.from([0x83, 0x86, 0x84]);

export function requestBlock(...fields: readonly Field[]): Buffer {
  return Buffer.concat([REQUEST, ...fields.map((field) => literal(field))]);
}

export function headers(stream: number, flags: number = END_STREAM | END_HEADERS, block: Uint8Array = REQUEST): Buffer {
  return frame(TYPE.headers, flags, stream, block);
}

/** A connection of one client, and what the server sends on it. */
export class RawClient {
  readonly socket: Socket;
  readonly frames: Frame[] = [];
  isClosed = false;
  #rest: Buffer = Buffer.alloc(0);
  #wake: () => void = () => undefined;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#rest = Buffer.concat([this.#rest, chunk]);
      this.#cut();
      this.#wake();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.isClosed = true;
      this.#wake();
    });
  }

  #cut(): void {
    let at = 0;
    while (this.#rest.length - at >= 9) {
      const end = at + 9 + this.#rest.readUIntBE(at, 3);
      if (this.#rest.length < end) break;
      this.frames.push({
        type: this.#rest[at + 3] ?? 0,
        flags: this.#rest[at + 4] ?? 0,
        stream: this.#rest.readUInt32BE(at + 5),
        payload: Buffer.from(this.#rest.subarray(at + 9, end)),
      });
      at = end;
    }
    this.#rest = this.#rest.subarray(at);
  }

  send(...bytes: readonly Uint8Array[]): void {
    if (!this.socket.destroyed) this.socket.write(Buffer.concat(bytes));
  }

  /** Resolves as soon as it holds. Throws where the connection ends before. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      if (this.isClosed) throw new Error('the connection has ended');
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** The first frame of a type on a stream, as soon as it has come. */
  async frame(type: number, stream: number, holds: (frame: Frame) => boolean = () => true): Promise<Frame> {
    const find = (): Frame | undefined =>
      this.frames.find((given) => given.type === type && given.stream === stream && holds(given));
    await this.until(() => find() !== undefined);
    const found = find();
    if (found === undefined) throw new Error('not found');
    return found;
  }

  /** All data of a stream so far. */
  body(stream: number): Buffer {
    const pieces = this.frames.filter((given) => given.type === TYPE.data && given.stream === stream);
    return Buffer.concat(pieces.map(({ payload }) => payload));
  }

  hasEnded(stream: number): boolean {
    return this.frames.some((given) => given.stream === stream && given.type <= 1 && (given.flags & END_STREAM) !== 0);
  }

  /** The code of a reset of a stream. */
  async resetOf(stream: number): Promise<number> {
    return (await this.frame(TYPE.reset, stream)).payload.readUInt32BE(0);
  }

  /** Resolves when everything that was sent before has been read, and answered as far as it is answered at once. */
  async pinged(): Promise<void> {
    const payload = Buffer.alloc(8);
    payload.writeUInt32BE(++pings);
    this.send(frame(TYPE.ping, 0, 0, payload));
    await this.frame(TYPE.ping, 0, (given) => (given.flags & ACK) !== 0 && given.payload.equals(payload));
  }

  async closed(): Promise<void> {
    while (!this.isClosed) await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  /** The code and the text of the farewell, when the connection has ended. */
  async farewell(): Promise<{ readonly code: number; readonly lastStream: number; readonly text: string }> {
    await this.closed();
    const { payload } = this.frames.findLast(({ type }) => type === TYPE.goAway) ?? { payload: Buffer.alloc(8, 0xff) };
    return { lastStream: payload.readUInt32BE(0), code: payload.readUInt32BE(4), text: payload.toString('utf8', 8) };
  }
}
let pings = 0;

export interface Served {
  readonly port: number;
  readonly close: () => Promise<void>;
  /** The server's ends of the connections. */
  readonly sockets: Socket[];
  /** A connection that has introduced itself. */
  readonly client: (...pairs: readonly (readonly [number, number])[]) => Promise<RawClient>;
  /** One that has not. */
  readonly silent: () => Promise<RawClient>;
}

/** Runs `use` with a server whose streams `onStream` answers. */
export async function served(
  onStream: (stream: Http2Stream) => void,
  use: (server: Served) => Promise<void>,
): Promise<void> {
  const { server, close } = createHttp2Server(onStream);
  const sockets: Socket[] = [];
  server.on('connection', (socket: Socket) => sockets.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const clients: RawClient[] = [];
  const silent = async (): Promise<RawClient> => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    const client = new RawClient(socket);
    clients.push(client);
    return client;
  };
  const client: Served['client'] = async (...pairs) => {
    const opened = await silent();
    opened.send(PREFACE, settings(...pairs));
    await opened.frame(TYPE.settings, 0, ({ flags }) => flags === ACK);
    return opened;
  };
  try {
    await use({ port, close, sockets, client, silent });
  } finally {
    for (const { socket } of clients) socket.destroy();
    await close();
  }
}
