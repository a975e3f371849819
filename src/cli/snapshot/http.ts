import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { VectorizerError } from '../../core/errors.ts';

/**
 * One exchange with a server, over node:http: `fetch` gives up after five minutes without an answer, and a server may
 * take longer to make a snapshot or to recover one.
 */
export interface Exchange {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly base: URL;
  /** Below `base`, escaped. Never through `new URL`: that would resolve a collection named `..`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body | undefined;
  readonly signal: AbortSignal;
}

/** What is sent: exactly `bytes` of them. */
export interface Body {
  readonly contentType: string;
  readonly bytes: number;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** A probe now and then keeps routers on the way from forgetting a connection on which a server works in silence. */
const KEEP_ALIVE_MS = 30_000;

/**
 * A connection for each request: one that was kept could be closed by the server just as the next request goes out. Kept
 * alive all the same, as far as the server knows: where it refuses an upload before it is whole, it then reads on instead
 * of closing, and its answer is not lost to a broken connection.
 */
const ONE_REQUEST = {
  http: new http.Agent({ keepAlive: true, maxFreeSockets: 0 }),
  https: new https.Agent({ keepAlive: true, maxFreeSockets: 0 }),
} as const;

/** Sends a request and resolves with the head of the answer. Rejects in words for the user where nobody answers. */
export function send(exchange: Exchange): Promise<IncomingMessage> {
  const { method, base, path, headers, body, signal } = exchange;
  const about = body === undefined ? {} : { 'content-type': body.contentType, 'content-length': String(body.bytes) };
  return new Promise((resolve, reject) => {
    const secure = base.protocol === 'https:';
    const request = (secure ? https : http).request(base, {
      method,
      path: base.pathname.replace(/\/$/, '') + path,
      headers: { ...headers, ...about },
      agent: ONE_REQUEST[secure ? 'https' : 'http'],
      signal,
    });
    let isAnswered = false;
    request.on('socket', (socket) => socket.setKeepAlive(true, KEEP_ALIVE_MS));
    request.on('error', (error) => reject(connectionFault(error, base)));
    request.on('response', (answer) => {
      isAnswered = true;
      // A server that refuses an upload answers before it has all of it, and waits for the rest in vain.
      answer.once('close', () => request.destroy());
      resolve(answer);
    });
    if (body === undefined) {
      request.end();
      return;
    }
    write(request, body, () => isAnswered).catch((error: unknown) => {
      // Of the disk that we read from, not of the connection.
      reject(error instanceof Error ? error : new Error(String(error)));
      request.destroy();
    });
  });
}

/** Sends the body as fast as the server takes it; stops where the answer comes before its end. */
async function write(request: http.ClientRequest, body: Body, isAnswered: () => boolean): Promise<void> {
  for await (const chunk of body.chunks) {
    if (isAnswered() || request.destroyed) return;
    if (!request.write(chunk)) await untilWritable(request);
  }
  request.end();
}

function untilWritable(request: http.ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      for (const event of ['drain', 'close', 'response']) request.off(event, done);
      resolve();
    };
    for (const event of ['drain', 'close', 'response']) request.on(event, done);
  });
}

/** What the system says of a connection, with what to do next. */
export function connectionFault(error: unknown, base: URL): Error {
  if (error instanceof VectorizerError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = error instanceof Error ? error.message : String(error);
  const message = (text: string): VectorizerError =>
    new VectorizerError('unavailable', `${base.origin}: ${text}`, { cause: error });
  if (code === 'ECONNREFUSED') {
    return message(
      'nobody answers: is it running? Start it with `vectorizer serve`, or work on its folder with --storage',
    );
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return message(`no such host (${code}): look at --url`);
  if (code.startsWith('HPE_')) return message(`this is no HTTP (${reason}): give the port of REST, not that of gRPC`);
  if (code === 'ECONNRESET' || code === 'EPIPE') {
    return message(`the connection broke before the end (${reason}): look at the server's log, and try again`);
  }
  return message(reason);
}

/** The text of an answer, or its beginning where it is longer than `bytesMax`. */
export async function textOf(answer: IncomingMessage, bytesMax: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= bytesMax) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}
