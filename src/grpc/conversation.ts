import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Call } from './call.ts';
import { GrpcError, STATUS } from './grpc-error.ts';
import type { Http2Stream } from './http2/stream.ts';
import { MessageReader, type RawMessage } from './messages.ts';

/** Pieces of data that wait for the handler; beyond, the client's flow control stops it. */
const WAITING_MAX = 4;
/** So many messages are taken between two turns of the event loop: the smallest has five bytes. */
const TURN_MESSAGES = 256;

/**
 * The messages of a streaming call in the order in which they come, cut out of the data when they are asked for. Throws
 * GrpcError where the client breaks off within a message, or sends one that is too large; ends silently where the call is
 * over.
 */
export function requestsOf(stream: Http2Stream, call: Call, maxMessageBytes: number): AsyncIterable<Buffer> {
  const reader = new MessageReader(maxMessageBytes);
  let waiting: Buffer[] = [];
  let isEnded = false;
  let wake: () => void = () => undefined;
  const data = (chunk: Buffer): void => {
    waiting.push(chunk);
    if (waiting.length >= WAITING_MAX) stream.pause();
    wake();
  };
  const end = (): void => {
    isEnded = true;
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
    let taken = 0;
    while (!call.isOver) {
      const chunks = waiting;
      waiting = [];
      for (const chunk of chunks) {
        for (const message of messagesOf(reader, chunk)) {
          if (call.isOver) return;
          yield await call.contentOf(message);
          if (++taken % TURN_MESSAGES === 0) await nextTurn();
        }
      }
      if (chunks.length > 0) stream.resume();
      else if (isEnded) break;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
    if (!call.isOver && reader.isWithin) throw new GrpcError(STATUS.internal, 'Unexpected EOF decoding stream.');
  }
}

/** The messages that a piece of data completes; throws behind those before what makes no sense. */
function* messagesOf(reader: MessageReader, chunk: Buffer): Generator<RawMessage> {
  const found: RawMessage[] = [];
  let failure: unknown;
  try {
    reader.push(chunk, (message) => found.push(message));
  } catch (error) {
    // To keep: the handler hears of it after the messages before.
    failure = error;
  }
  yield* found;
  if (failure instanceof Error) throw failure;
}
