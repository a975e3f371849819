import http from 'node:http';
import type { Socket } from 'node:net';

import Koa from 'koa';

import type { Context } from '../core/context.ts';
import { credentialOf } from '../core/credential.ts';
import type { Logger } from '../observe/logger.ts';
import type { House } from '../operations/house.ts';
import { ClientGone, discardRest, readBody } from './body.ts';
import { sendFile } from './download.ts';
import { errorAnswer } from './errors.ts';
import { PointParser } from './point-parser.ts';
import type { WireHead } from './parse/wire.ts';
import { type Exchange, send, sendFailure, sendRendered } from './reply.ts';
import { type DownloadRoute, type Match, Router, type UploadRoute } from './route.ts';
import { restRoutes } from './routes.ts';
import { Transfers } from './transfers.ts';
import { FormError, receiveUpload } from './upload.ts';
import { WireError } from './wire-error.ts';
import { answerUploaded, answerWork } from './work.ts';

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

/** The REST door: one pipeline on Koa. It knows operations and nothing below them. */
export function createDoor(options: DoorOptions): Door {
  const router = new Router(restRoutes(options.version));
  const parser = new PointParser();
  const server = http.createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    void handle(request, response);
  });
  const door = { ...options, router, parser, transfers: new Transfers(server), isClosing: false };

  const app = new Koa();
  app.silent = true;
  app.use((ctx) => {
    // We write the answer ourselves: Koa's own way sets and checks each header anew.
    ctx.respond = false;
    return serve(door, ctx.req, ctx.res);
  });
  const handle = app.callback();

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
  readonly transfers: Transfers;
  isClosing: boolean;
}

/** One request, from its head to the last byte of the answer. Never rejects. */
async function serve(door: Running, request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  const exchange: Exchange = { options: door, request, response, startedMs: performance.now() };
  const url = request.url ?? '/';
  const method = request.method ?? '';
  if (door.cors && method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined) {
    send(exchange, { status: 200, type: undefined, body: '' });
    return;
  }
  const mark = url.indexOf('?');
  const match = door.router.find(method, mark < 0 ? url : url.slice(0, mark));
  if (match === undefined) {
    request.resume();
    send(exchange, { status: 404, type: undefined, body: '' });
    return;
  }
  try {
    await answer(door, exchange, match, mark < 0 ? '' : url.slice(mark + 1));
  } catch (error) {
    // To translate: every failure becomes an answer here, unless nobody is there to read it.
    if (error instanceof ClientGone) return;
    if (errorAnswer(error).isOurs) door.logger.error('request failed', { method, url }, error);
    sendFailure(exchange, error, error instanceof FormError ? 'text' : 'json');
  }
}

async function answer(door: Running, exchange: Exchange, { route, path }: Match, query: string): Promise<void> {
  const { request, response } = exchange;
  if (route.kind === 'upload') return answerUpload(door, exchange, route, { path, query });
  if (route.kind === 'download') return answerDownload(door, exchange, route, { path, query });
  const body = await readBody(request, door.limits.maxRequestBytes);
  const context = contextOf(request);
  const wire = { path, query, body, parseChanges: door.parser.parse };
  if (route.kind === 'work') return answerWork(door.logger, exchange, route.begin(door.house, context, wire));
  const render = await route.run(door.house, context, wire);
  return response.destroyed ? undefined : sendRendered(exchange, route.kind, render);
}

async function answerUpload(door: Running, exchange: Exchange, route: UploadRoute, head: WireHead): Promise<void> {
  const { request } = exchange;
  const begin = route.begin(door.house, contextOf(request), head);
  door.transfers.upload(exchange);
  try {
    const upload = await receiveUpload(request, 'snapshot');
    await answerUploaded(door.logger, exchange, begin(upload), upload);
  } finally {
    discardRest(request);
  }
}

async function answerDownload(door: Running, exchange: Exchange, route: DownloadRoute, head: WireHead): Promise<void> {
  const { request, response } = exchange;
  try {
    const file = await route.open(door.house, contextOf(request), head);
    door.transfers.download(exchange);
    await sendFile(exchange, file);
  } catch (error) {
    // To translate: a client reads these failures as text, but for what is wrong with the request itself.
    if (error instanceof WireError) throw error;
    const { method, url } = request;
    const isHangUp = response.headersSent && isPrematureClose(error);
    if (errorAnswer(error).isOurs && !isHangUp) door.logger.error('download failed', { method, url }, error);
    sendFailure(exchange, error, 'text');
    if (!response.writableEnded) response.destroy();
  }
}

/** What a pipeline calls a client that goes away. */
function isPrematureClose(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}

function contextOf({ socket, headers }: http.IncomingMessage): Context {
  return { signal: connectionSignal(socket), credential: credentialOf(headers) };
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
