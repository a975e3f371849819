import type http from 'node:http';

import { discardRest } from './body.ts';
import { COMPRESS_BYTES_MIN, chooseEncoding, compress } from './compress.ts';
import { errorAnswer } from './errors.ts';
import { writer } from './render/writer.ts';
import type { AnswerRoute } from './route.ts';

/** What every answer of a door depends on. */
export interface ReplyOptions {
  /** Whether any origin may call. */
  readonly cors: boolean;
  /** Whether a connection ends with its answer. */
  readonly isClosing: boolean;
}

/** A request that is being answered. */
export interface Exchange {
  readonly options: ReplyOptions;
  readonly request: http.IncomingMessage;
  readonly response: http.ServerResponse;
  readonly startedMs: number;
}

interface Answer {
  readonly status: number;
  readonly type: string | undefined;
  /** Bytes, or a string of one character a byte. */
  readonly body: string | Buffer;
  readonly encoding?: string;
}

const JSON_TYPE = 'application/json';
export const TEXT_TYPE = 'text/plain; charset=utf-8';

const VARY = 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers';

/** Answers up to this size go out as a string, in one write with the head. */
const STRING_BYTES_MAX = 16_384;

/** Renders an answer and sends it. kind: of the row. Resolves with nothing; a promise only where it is compressed. */
export function sendRendered(
  exchange: Exchange,
  kind: AnswerRoute['kind'],
  render: () => void,
): Promise<void> | undefined {
  const { request, startedMs } = exchange;
  const type = kind === 'text' ? TEXT_TYPE : JSON_TYPE;
  renderBody(kind, render, startedMs);
  const accepted = request.headers['accept-encoding'];
  if (writer.byteLength >= COMPRESS_BYTES_MIN && accepted !== undefined) {
    const encoding = chooseEncoding(accepted);
    if (encoding !== undefined) {
      return compress(writer.take(), encoding).then((body) => send(exchange, { status: 200, type, body, encoding }));
    }
  }
  const rendered = writer.byteLength <= STRING_BYTES_MAX ? writer.takeLatin1() : writer.take();
  send(exchange, { status: 200, type, body: rendered });
  return undefined;
}

function renderBody(kind: AnswerRoute['kind'], render: () => void, startedMs: number): void {
  try {
    if (kind === 'json') writer.ascii('{"result":');
    render();
    if (kind === 'json') writer.ascii(`,"status":"ok","time":${secondsSince(startedMs)}}`);
  } catch (error) {
    // To undo: the next answer must not begin with half of this one.
    writer.takeLatin1();
    throw error;
  }
}

/** 202: the work goes on, and nobody will hear how it ends. */
export function sendAccepted(exchange: Exchange): void {
  const body = `{"status":"accepted","time":${secondsSince(exchange.startedMs)}}`;
  send(exchange, { status: 202, type: JSON_TYPE, body });
}

function secondsSince(startedMs: number): number {
  return (performance.now() - startedMs) / 1000;
}

/** Answers a request that failed, unless that is too late. form: of the text; 'json' is Qdrant's envelope. */
export function sendFailure(exchange: Exchange, error: unknown, form: 'json' | 'text'): void {
  const { response } = exchange;
  if (response.headersSent || response.destroyed) return;
  const { status, message } = errorAnswer(error);
  if (form === 'text') {
    send(exchange, { status, type: TEXT_TYPE, body: Buffer.from(message) });
    return;
  }
  const body = Buffer.from(JSON.stringify({ status: { error: message }, time: 0 })).toString('latin1');
  send(exchange, { status, type: JSON_TYPE, body });
}

/** Sends an answer in one piece. */
export function send(exchange: Exchange, answer: Answer): void {
  const { options, request, response } = exchange;
  const headers: string[] = ['content-length', String(answer.body.length)];
  if (answer.type !== undefined) headers.push('content-type', answer.type);
  if (answer.encoding !== undefined) headers.push('content-encoding', answer.encoding);
  addCommonHeaders(options, request, headers, answer.encoding !== undefined);
  response.writeHead(answer.status, headers);
  if (!request.complete && (options.isClosing || !response.shouldKeepAlive)) endAfterBody(exchange, answer.body);
  else if (typeof answer.body === 'string') response.end(answer.body, 'latin1');
  else response.end(answer.body);
}

/**
 * Ends the last answer of a connection once the client has sent all that it wants to: Node closes the connection with the
 * answer, and the system of a client that still sends would throw the answer away unread.
 */
function endAfterBody({ request, response }: Exchange, body: string | Buffer): void {
  response.write(typeof body === 'string' ? Buffer.from(body, 'latin1') : body);
  discardRest(request);
  request.once('close', () => response.end());
}

/** The headers that do not depend on what is answered. */
export function addCommonHeaders(
  options: ReplyOptions,
  request: http.IncomingMessage,
  headers: string[],
  isEncoded: boolean,
): void {
  if (options.cors) allowOrigin(request, headers, isEncoded);
  else if (isEncoded) headers.push('vary', 'accept-encoding');
  if (options.isClosing) headers.push('connection', 'close');
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
