import { BinaryReader } from '../../generated/wire.js';
import { type Context, lasting } from '../core/context.ts';
import type { House } from '../operations/house.ts';
import type { Operation } from '../operations/operation.ts';
import { perform } from '../operations/perform.ts';
import { GrpcError, STATUS } from './grpc-error.ts';

/** Writes one answer into the thread's writer; `seconds` is what the call has taken. */
export type Render<Answer> = (answer: Answer, seconds: number) => void;

/** Reads a request; large ones may be read on another thread. Throws (or rejects with) what `status.ts` translates. */
export type Parse<Request> = (bytes: Buffer) => Request | Promise<Request>;

/** One message in, one out. `run` resolves with what writes the answer. */
export interface UnaryMethod {
  readonly kind: 'unary';
  readonly path: string;
  readonly run: (house: House, context: Context, bytes: Buffer) => Promise<(seconds: number) => void>;
}

/** The messages of a call that streams, and the way back. */
export interface Conversation {
  /** Messages as they come; ends when the client has sent its last. */
  readonly requests: AsyncIterable<Buffer>;
  /** Sends one message; resolves when the client is ready for more. */
  readonly send: (render: (seconds: number) => void) => Promise<void>;
}

/** Any number of messages in, any number out. */
export interface StreamingMethod {
  readonly kind: 'streaming';
  readonly path: string;
  readonly run: (house: House, context: Context, conversation: Conversation) => Promise<void>;
}

export type Method = UnaryMethod | StreamingMethod;

/** One row: `render(await perform(context, operation, parse(wire)))`, type-checked end to end. */
export function unary<Request, Answer>(
  path: string,
  parse: Parse<Request>,
  operation: Operation<Request, Answer>,
  render: Render<Answer>,
): UnaryMethod {
  const run: UnaryMethod['run'] = async (house, context, bytes) => {
    const parsed = parse(bytes);
    const request = parsed instanceof Promise ? await parsed : parsed;
    const answer = await perform(house, context, operation, request);
    return (seconds) => render(answer, seconds);
  };
  return { kind: 'unary', path, run };
}

/** The same for work that goes on when the client has gone: whoever asks again finds it done. */
export function lastingUnary<Request, Answer>(
  path: string,
  parse: Parse<Request>,
  operation: Operation<Request, Answer>,
  render: Render<Answer>,
): UnaryMethod {
  const { kind, run } = unary(path, parse, operation, render);
  return { kind, path, run: (house, context, bytes) => run(house, lasting(context), bytes) };
}

/** A row that needs no operation; `check` only has to find the request sound. */
export function plain(path: string, check: (bytes: Buffer) => unknown, render: (seconds: number) => void): UnaryMethod {
  const run: UnaryMethod['run'] = async (_house, _context, bytes) => {
    check(bytes);
    return render;
  };
  return { kind: 'unary', path, run };
}

/** A row that always fails, once `check` has read the request. */
export function refused(path: string, check: (bytes: Buffer) => never): UnaryMethod {
  // An async function: what `check` throws becomes a rejection.
  return { kind: 'unary', path, run: async (_house, _context, bytes) => check(bytes) };
}

interface Decoder<Message> {
  decode(reader: BinaryReader): Message;
}

/**
 * What the generated code may be given: of small parts it makes objects of eighty times the bytes (16 MiB of ids: two seconds,
 * 1.3 GB). Points, the only large thing that clients send, have a decoder of their own.
 */
const DECODED_BYTES_MAX = 16 << 20;

/** Decodes a message with the generated code, then reads it. */
export function message<Message, Request>(
  decoder: Decoder<Message>,
  from: (message: Message) => Request,
): (bytes: Buffer) => Request {
  return (bytes) => {
    if (bytes.length > DECODED_BYTES_MAX) {
      const most = `a request without points may have ${DECODED_BYTES_MAX}`;
      throw new GrpcError(STATUS.resourceExhausted, `The message has ${bytes.length} bytes, ${most}`);
    }
    return from(decoder.decode(new BinaryReader(bytes)));
  };
}
