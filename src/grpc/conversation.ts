import type { ServerHttp2Stream } from 'node:http2';
import type { Call } from './call.ts';
import { GrpcError, STATUS } from './grpc-error.ts';
import { MessageReader, type RawMessage } from './messages.ts';

/** Messages that wait for the handler; beyond, the client's flow control stops it. */
const WAITING_MAX = 4;

/**
 * The messages of a streaming call in the order in which they come. Throws GrpcError where the client breaks off within a
 * message, or sends one that is too large; ends silently where the call is over.
 */
export async function* requestsOf(
  stream: ServerHttp2Stream,
  call: Call,
  maxMessageBytes: number,
): AsyncGenerator<Buffer> {
  const reader = new MessageReader(maxMessageBytes);
  const waiting: RawMessage[] = [];
  let failure: unknown;
  let isEnded = false;
  let wake: () => void = () => undefined;
  stream.on('data', (chunk: Buffer) => {
    try {
      reader.push(chunk, (message) => waiting.push(message));
    } catch (error) {
      // To keep: the handler hears of it after the messages before.
      failure = error;
      stream.removeAllListeners('data');
      stream.resume();
    }
    if (waiting.length >= WAITING_MAX) stream.pause();
    wake();
  });
  stream.on('end', () => {
    isEnded = true;
    if (reader.isWithin) failure ??= new GrpcError(STATUS.internal, 'Unexpected EOF decoding stream.');
    wake();
  });
  stream.on('close', () => {
    isEnded = true;
    wake();
  });
  while (!call.isOver) {
    const next = waiting.shift();
    if (next !== undefined) {
      if (waiting.length < WAITING_MAX) stream.resume();
      yield await call.contentOf(next);
    } else if (failure instanceof Error) throw failure;
    else if (isEnded) return;
    else await new Promise<void>((resolve) => (wake = resolve));
  }
}
