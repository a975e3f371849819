import { headerBlock } from '../../src/grpc/http2/hpack.ts';
import type { Http2Stream } from '../../src/grpc/http2/stream.ts';
import { END_HEADERS, END_STREAM, headers, requestBlock } from './raw-http2.ts';

export const HEAD: Buffer = headerBlock(200, {});
export const TAIL: Buffer = headerBlock(undefined, { 'grpc-status': '0' });
export const INITIAL_WINDOW = 4;
/** What is granted without a word, of a stream and of a connection. */
export const WINDOW = 65_535;
export const silent = (): void => undefined;

/** Bytes that tell where they stand, and in which answer. */
export function bodyOf(id: number, bytes: number): Buffer {
  const body = Buffer.alloc(bytes);
  for (let at = 0; at < bytes; at += 1) body[at] = (at * 7 + (at >> 8) + id) & 0xff;
  return body;
}

/** Answers with what came, and what header x-is said, when all has come. */
export function echo(stream: Http2Stream): void {
  const pieces: Buffer[] = [Buffer.from(stream.headers['x-is'] ?? '')];
  stream.events = {
    data: (piece) => pieces.push(Buffer.from(piece)),
    end: () => stream.answer(HEAD, Buffer.concat(pieces), TAIL),
    close: silent,
  };
}

/** Answers with as many bytes as header x-bytes says: at once, or piece by piece. */
export function sized(stream: Http2Stream): void {
  const body = bodyOf(stream.id, Number(stream.headers['x-bytes']));
  const pieces = Number(stream.headers['x-pieces'] ?? 0);
  const end = (): void => {
    if (pieces === 0) {
      stream.answer(HEAD, body, TAIL);
      return;
    }
    stream.respond(HEAD);
    const step = Math.ceil(body.length / pieces);
    for (let piece = 0; piece < pieces; piece += 1) stream.write(body.subarray(piece * step, (piece + 1) * step));
    stream.end(TAIL);
  };
  stream.events = { data: silent, end, close: silent };
}

/** A request for an answer of so many bytes, in so many pieces. */
export function ask(id: number, bytes: number, pieces = 0): Buffer {
  const block = requestBlock(['x-bytes', String(bytes)], ['x-pieces', String(pieces)]);
  return headers(id, END_STREAM | END_HEADERS, block);
}
