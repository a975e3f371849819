import http from 'node:http';
import type { Socket } from 'node:net';

import Koa from 'koa';

import type { Context } from '../core/context.ts';
import { credentialOf } from '../core/credential.ts';
import type { Logger } from '../observe/logger.ts';
import type { House } from '../operations/house.ts';
import { ClientGone, readBody } from './body.ts';
import { COMPRESS_BYTES_MIN, chooseEncoding, compress } from './compress.ts';
import { errorAnswer } from './errors.ts';
import { PointParser } from './point-parser.ts';
import { writer } from './render/writer.ts';
import { type Match, type Route, Router } from './route.ts';
import { restRoutes } from './routes.ts';

export interface DoorOptions {
  readonly house: House;
  /** maxRequestBytes: of a body, sent and inflated. */
  readonly limits: { readonly maxRequestBytes: number };
  /** Whether any origin may call (Qdrant's `service.enable_cors`). */
  readonly cors: boolean;
  /** Qdrant's version to report. */
  readonly version: string;
  /** Hears of failures that are ours: those that answer 500. */
  readonly logger: Logger;
}

export interface Door {
  /** Not listening yet. */
  readonly server: http.Server;
  /** Stops accepting, lets running requests finish, ends idle connections; resolves when all is quiet. */
  readonly close: () => Promise<void>;
}

/** Idle connections are ended after this, as in Qdrant. */
const KEEP_ALIVE_MS = 5_000;
/** How long `close` waits for running requests: a client that never sends the rest of its body must not keep us. */
const CLOSE_GRACE_MS = 10_000;
/** Answers up to this size go out as a string, in one write with the head. */
const STRING_BYTES_MAX = 16_384;

const JSON_TYPE = 'application/json';
const TEXT_TYPE = 'text/plain; charset=utf-8';

/** The REST door: one pipeline on Koa. It knows operations and nothing below them. */
export function createDoor(options: DoorOptions): Door {
  const router = new Router(restRoutes(options.version));
  const parser = new PointParser();
  const door = { ...options, router, parser, isClosing: false };

  const app = new Koa();
  app.silent = true;
  app.use((ctx) => {
    // We write the answer ourselves: Koa's own way sets and checks each header anew.
    ctx.respond = false;
    return serve(door, ctx.req, ctx.res);
  });
  const handle = app.callback();
  const server = http.createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    void handle(request, response);
  });

  return {
    server,
    close: async () => {
      door.isClosing = true;
      const timer = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
      await new Promise<void>((resolve) => {
        if (server.listening) server.close(() => resolve());
        else resolve();
      });
      clearTimeout(timer);
      await parser.close();
    },
  };
}

interface Running extends DoorOptions {
  readonly router: Router;
  readonly parser: PointParser;
  isClosing: boolean;
}

/** One request, from its head to the last byte of the answer. Never rejects. */
async function serve(door: Running, request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  const startedMs = performance.now();
  const url = request.url ?? '/';
  const method = request.method ?? '';
  if (door.cors && method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined) {
    send(door, request, response, { status: 200, type: undefined, body: '' });
    return;
  }
  const mark = url.indexOf('?');
  const match = door.router.find(method, mark < 0 ? url : url.slice(0, mark));
  if (match === undefined) {
    request.resume();
    send(door, request, response, { status: 404, type: undefined, body: '' });
    return;
  }
  try {
    await answer(door, request, response, { match, query: mark < 0 ? '' : url.slice(mark + 1), startedMs });
  } catch (error) {
    // To translate: every failure becomes an answer here, unless nobody is there to read it.
    if (error instanceof ClientGone) return;
    fail(door, request, response, error);
  }
}

interface Call {
  readonly match: Match;
  readonly query: string;
  readonly startedMs: number;
}

async function answer(
  door: Running,
  request: http.IncomingMessage,
  response: http.ServerResponse,
  { match, query, startedMs }: Call,
): Promise<void> {
  const body = await readBody(request, door.limits.maxRequestBytes);
  const context: Context = { signal: connectionSignal(request.socket), credential: credentialOf(request.headers) };
  const wire = { path: match.path, query, body, parseChanges: door.parser.parse };
  const render = await match.route.run(door.house, context, wire);
  if (response.destroyed) return;
  const type = match.route.kind === 'text' ? TEXT_TYPE : JSON_TYPE;
  renderBody(match.route, render, startedMs);
  const accepted = request.headers['accept-encoding'];
  if (writer.byteLength >= COMPRESS_BYTES_MIN && accepted !== undefined) {
    const encoding = chooseEncoding(accepted);
    if (encoding !== undefined) {
      send(door, request, response, { status: 200, type, body: await compress(writer.take(), encoding), encoding });
      return;
    }
  }
  const rendered = writer.byteLength <= STRING_BYTES_MAX ? writer.takeLatin1() : writer.take();
  send(door, request, response, { status: 200, type, body: rendered });
}

function renderBody(route: Route, render: () => void, startedMs: number): void {
  try {
    if (route.kind === 'json') writer.ascii('{"result":');
    render();
    if (route.kind === 'json') writer.ascii(`,"status":"ok","time":${(performance.now() - startedMs) / 1000}}`);
  } catch (error) {
    // To undo: the next answer must not begin with half of this one.
    writer.takeLatin1();
    throw error;
  }
}

function fail(door: Running, request: http.IncomingMessage, response: http.ServerResponse, error: unknown): void {
  const { status, message, isOurs } = errorAnswer(error);
  if (isOurs) door.logger.error('request failed', { method: request.method, url: request.url }, error);
  if (response.headersSent || response.destroyed) return;
  const body = Buffer.from(JSON.stringify({ status: { error: message }, time: 0 })).toString('latin1');
  send(door, request, response, { status, type: JSON_TYPE, body });
}

interface Answer {
  readonly status: number;
  readonly type: string | undefined;
  /** Bytes, or a string of one character a byte. */
  readonly body: string | Buffer;
  readonly encoding?: string;
}

const VARY = 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers';

function send(door: Running, request: http.IncomingMessage, response: http.ServerResponse, answer: Answer): void {
  const headers: string[] = ['content-length', String(answer.body.length)];
  if (answer.type !== undefined) headers.push('content-type', answer.type);
  if (answer.encoding !== undefined) headers.push('content-encoding', answer.encoding);
  if (door.cors) allowOrigin(request, headers, answer.encoding !== undefined);
  else if (answer.encoding !== undefined) headers.push('vary', 'accept-encoding');
  if (door.isClosing) headers.push('connection', 'close');
  response.writeHead(answer.status, headers);
  if (typeof answer.body === 'string') response.end(answer.body, 'latin1');
  else response.end(answer.body);
}

/** Qdrant's CORS: any origin, echoed, never `*`; Vary on every answer. */
function allowOrigin(request: http.IncomingMessage, headers: string[], isEncoded: boolean): void {
  headers.push('vary', isEncoded ? `${VARY}, accept-encoding` : VARY);
  const { origin } = request.headers;
  if (origin === undefined) return;
  headers.push('access-control-allow-origin', origin);
  const wantedMethod = request.headers['access-control-request-method'];
  if (wantedMethod === undefined || request.method !== 'OPTIONS') {
    headers.push('access-control-expose-headers', '*');
    return;
  }
  headers.push('access-control-allow-methods', wantedMethod);
  const wantedHeaders = request.headers['access-control-request-headers'];
  if (wantedHeaders !== undefined) headers.push('access-control-allow-headers', wantedHeaders);
}

// One signal a connection, made at its first request: HTTP/1.1 runs one request of a connection at a time.
const connectionSignals = new WeakMap<Socket, AbortSignal>();

/** Aborts when the client hangs up. */
function connectionSignal(socket: Socket): AbortSignal {
  const known = connectionSignals.get(socket);
  if (known !== undefined) return known;
  const controller = new AbortController();
  socket.once('close', () => controller.abort());
  connectionSignals.set(socket, controller.signal);
  return controller.signal;
}
