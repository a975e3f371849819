import type { Call } from './call.ts';
import { GrpcError, STATUS } from './grpc-error.ts';
import type { Http2Stream } from './http2/stream.ts';
import { MessageReader, type RawMessage } from './messages.ts';

/** Messages that wait for the handler; beyond, the client's flow control stops it. */
const WAITING_MAX = 4;

/**
 * The messages of a streaming call in the order in which they come. Throws GrpcError where the client breaks off within a
 * message, or sends one that is too large; ends silently where the call is over.
 */
export function requestsOf(stream: Http2Stream, call: Call, maxMessageBytes: number): AsyncIterable<Buffer> {
  const reader = new MessageReader(maxMessageBytes);
  const waiting: RawMessage[] = [];
  let failure: unknown;
  let isEnded = false;
  let wake: () => void = () => undefined;
  const data = (chunk: Buffer): void => {
    // To keep: what is behind a failure is of no use.
    if (failure !== undefined) return;
    try {
      reader.push(chunk, (message) => waiting.push(message));
    } catch (error) {
      // To keep: the handler hears of it after the messages before.
      failure = error;
    }
    if (waiting.length >= WAITING_MAX) stream.pause();
    wake();
  };
  const end = (): void => {
    isEnded = true;
    if (reader.isWithin) failure ??= new GrpcError(STATUS.internal, 'Unexpected EOF decoding stream.');
    wake();
  };
  const close = (): void => {
    isEnded = true;
    call.close();
    wake();
  };
  stream.events = { data, end, close };
  // The events are set at once: what comes before the handler asks is not lost.
  return messages();

  async function* messages(): AsyncGenerator<Buffer> {
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
}
