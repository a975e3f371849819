import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import zlib from 'node:zlib';

import { WireError } from './wire-error.ts';

const EMPTY: Buffer = Buffer.alloc(0);

/** The client went away before it had sent its whole body: nobody waits for an answer. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

type Inflate = (body: Buffer, options: { readonly maxOutputLength: number }) => Promise<Buffer>;

const ENCODINGS: Readonly<Record<string, Inflate>> = {
  gzip: promisify<Buffer, { readonly maxOutputLength: number }, Buffer>(zlib.gunzip),
  'x-gzip': promisify<Buffer, { readonly maxOutputLength: number }, Buffer>(zlib.gunzip),
  deflate: promisify<Buffer, { readonly maxOutputLength: number }, Buffer>(zlib.inflate),
  br: promisify<Buffer, { readonly maxOutputLength: number }, Buffer>(zlib.brotliDecompress),
  zstd: promisify<Buffer, { readonly maxOutputLength: number }, Buffer>(zlib.zstdDecompress),
};

/**
 * The whole body of a request, inflated. With a known length it is one array of exactly that size, its own.
 *
 * maxBytes  limit for the sent and for the inflated size.
 * Throws    WireError 400 over the limit or for a broken encoding; ClientGone.
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const length = Number(request.headers['content-length'] ?? -1);
  if (length === 0) return EMPTY;
  if (length < 0 && request.headers['transfer-encoding'] === undefined) return EMPTY;
  if (length > maxBytes) {
    throw new WireError(400, `JSON payload (${length} bytes) is larger than allowed (limit: ${maxBytes} bytes).`);
  }
  const body = await receive(request, length, maxBytes);
  const encoding = request.headers['content-encoding'];
  return encoding === undefined || encoding === 'identity' ? body : inflate(body, encoding, maxBytes);
}

/** Receives `length` bytes, or with -1 as many as come. */
function receive(request: IncomingMessage, length: number, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let whole: Buffer | undefined;
    const chunks: Buffer[] = [];
    let received = 0;
    request.on('data', (chunk: Buffer) => {
      if (received === 0 && chunk.length === length) whole = chunk;
      else if (length > 0) {
        // Zeroed memory costs nothing until it is written: a client that promises much and sends little takes none.
        whole ??= Buffer.from(new ArrayBuffer(length));
        chunk.copy(whole, received);
      } else chunks.push(chunk);
      received += chunk.length;
      if (received > maxBytes) {
        request.removeAllListeners('data');
        request.resume();
        reject(new WireError(400, `JSON payload has exceeded limit (${maxBytes} bytes).`));
      }
    });
    request.on('end', () => resolve(whole ?? Buffer.concat(chunks, received)));
    request.on('error', () => reject(new ClientGone('the request broke off')));
    request.on('close', () => {
      if (!request.complete) reject(new ClientGone('the request broke off'));
    });
  });
}

/** How long a client may go on sending what nobody wants. */
const DISCARD_MS = 30_000;

/** Reads on, and throws away, what of a body nobody wants any more: many clients look for the answer when all is sent. */
export function discardRest(request: IncomingMessage): void {
  request.unpipe();
  request.resume();
  if (request.complete) return;
  const timer = setTimeout(() => request.destroy(), DISCARD_MS);
  request.once('close', () => clearTimeout(timer));
}

async function inflate(body: Buffer, encoding: string, maxBytes: number): Promise<Buffer> {
  const decoder = ENCODINGS[encoding.trim().toLowerCase()];
  // Qdrant reads a body of an encoding that it does not know as it is.
  if (decoder === undefined) return body;
  try {
    return await decoder(body, { maxOutputLength: maxBytes });
  } catch (error) {
    // To translate: what zlib says of the client's bytes.
    if (error instanceof RangeError) {
      throw new WireError(400, `JSON payload has exceeded limit (${maxBytes} bytes).`);
    }
    const reason = error instanceof Error ? error.message : String(error);
    throw new WireError(400, `Error that occur during reading payload: ${reason}`);
  }
}
