import type { AddressInfo } from 'node:net';
import net from 'node:net';

import { SILENT_LOGGER } from '../../src/observe/logger.ts';
import { createDoor, type Door } from '../../src/rest/door.ts';
import { stubHouse, type StubHouse } from './stub-house.ts';

export interface Served extends StubHouse {
  readonly door: Door;
  readonly port: number;
  /** Messages of the log: errors. */
  readonly logged: string[];
  /** Warnings, and why. */
  readonly warned: string[];
}

/** A door on a free port of the loopback, with a stub behind it. The caller closes `door`. */
export async function serveStub(options: { cors?: boolean; maxRequestBytes?: number } = {}): Promise<Served> {
  const stub = stubHouse();
  const logged: string[] = [];
  const warned: string[] = [];
  const door = createDoor({
    house: stub.house,
    limits: { maxRequestBytes: options.maxRequestBytes ?? 1 << 20 },
    cors: options.cors ?? true,
    version: '1.19.0',
    logger: {
      ...SILENT_LOGGER,
      error: (message) => logged.push(message),
      warn: (message, fields) => warned.push(`${message}: ${String(fields?.['reason'])}`),
    },
  });
  await new Promise<void>((resolve) => door.server.listen(0, '127.0.0.1', resolve));
  return { ...stub, door, logged, warned, port: (door.server.address() as AddressInfo).port };
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Sends bytes over a socket of their own and returns the one answer, undecoded. */
export function exchange(port: number, bytes: Buffer | string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = net.connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('no answer')));
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      const reply = parseReply(Buffer.concat(chunks));
      if (reply === undefined) return;
      socket.destroy();
      resolve(reply);
    });
  });
}

function parseReply(bytes: Buffer): Reply | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const body = bytes.subarray(end + 4);
  if (body.length < Number(headers['content-length'] ?? 0)) return undefined;
  return { status: Number(first.split(' ')[1]), headers, body };
}

/** One request in HTTP/1.1. */
export function request(
  method: string,
  path: string,
  body: Buffer | string = '',
  headers: Readonly<Record<string, string>> = {},
): Buffer {
  const bytes = Buffer.from(body);
  const all = { host: 'test', 'content-length': String(bytes.length), ...headers };
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${head.join('')}\r\n`), bytes]);
}

/** Sends one request and returns status and JSON (or text) of the answer, without its time. */
export async function ask(
  port: number,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  const reply = await exchange(port, request(method, path, text));
  const answer = reply.body.toString();
  if (!answer.startsWith('{')) return { status: reply.status, body: answer };
  const { time, ...rest } = JSON.parse(answer) as { time?: number };
  if (time !== undefined && typeof time !== 'number') throw new Error('time must be a number');
  return { status: reply.status, body: rest };
}
