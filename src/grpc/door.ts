import type { Logger } from '../observe/logger.ts';
import type { House } from '../operations/house.ts';
import { Call, type CallOptions, refuse } from './call.ts';
import { requestsOf } from './conversation.ts';
import { headerBlock } from './http2/hpack.ts';
import { createHttp2Server, type Http2Server } from './http2/server.ts';
import type { Http2Stream } from './http2/stream.ts';
import { GrpcError, STATUS } from './grpc-error.ts';
import { MessageReader, type RawMessage } from './messages.ts';
import type { Method, StreamingMethod, UnaryMethod } from './method.ts';
import { failureStatus } from './status.ts';

export interface GrpcDoorOptions {
  readonly house: House;
  readonly limits: {
    /** Of one message, sent and inflated. */
    readonly maxMessageBytes: number;
  };
  readonly methods: readonly Method[];
  readonly logger: Logger;
}

export type GrpcDoor = Http2Server;

const NOT_GRPC = headerBlock(415, {});

/**
 * The gRPC door, on HTTP/2 of our own (ARCHITECTURE.md says why). It knows operations and nothing below
 * them.
 */
export function createGrpcDoor({ house, limits, methods, logger }: GrpcDoorOptions): GrpcDoor {
  const options: CallOptions = {
    maxMessageBytes: limits.maxMessageBytes,
    report: (path, error) => logger.error('call failed', { path }, error),
  };
  const door: Running = { house, methods: new Map(methods.map((method) => [method.path, method])), options };
  return createHttp2Server((stream) => serve(door, stream));
}

interface Running {
  readonly house: House;
  readonly methods: ReadonlyMap<string, Method>;
  readonly options: CallOptions;
}

function serve(door: Running, stream: Http2Stream): void {
  const { headers } = stream;
  if (headers['content-type']?.startsWith('application/grpc') !== true) {
    stream.refuse(NOT_GRPC);
    return;
  }
  const path = headers[':path'] ?? '';
  const method = door.methods.get(path);
  try {
    if (method === undefined) throw new GrpcError(STATUS.unimplemented, `unknown method ${path}`);
    const call = new Call(door.options, path, stream);
    if (method.kind === 'unary') serveUnary(door, method, call, stream);
    else void serveStreaming(door, method, call, stream);
  } catch (error) {
    // To translate: what is wrong with the headers of a call.
    refuse(stream, failureStatus(error));
  }
}

/** Begins when the message is whole; that the client has no more to say comes a turn of the loop later. */
function serveUnary(door: Running, method: UnaryMethod, call: Call, stream: Http2Stream): void {
  const reader = new MessageReader(door.options.maxMessageBytes);
  let isAsked = false;
  const begin = (message: RawMessage): void => {
    if (isAsked) throw new GrpcError(STATUS.internal, 'a second message came where the method takes one');
    isAsked = true;
    void answerUnary(door, method, call, message);
  };
  const data = (chunk: Buffer): void => {
    try {
      reader.push(chunk, begin);
    } catch (error) {
      // To translate: framing that makes no sense.
      call.fail(error);
    }
  };
  const end = (): void => {
    if (reader.isWithin) call.fail(new GrpcError(STATUS.internal, 'Unexpected EOF decoding stream.'));
    else if (!isAsked) call.fail(new GrpcError(STATUS.internal, 'Missing request message.'));
  };
  stream.events = { data, end, close: () => call.close() };
}

/** Never rejects. */
async function answerUnary(door: Running, method: UnaryMethod, call: Call, message: RawMessage): Promise<void> {
  try {
    const content = call.contentOf(message);
    const bytes = content instanceof Promise ? await content : content;
    const render = await method.run(door.house, call.context, bytes);
    await call.answer(render);
  } catch (error) {
    // To translate: every failure becomes a status here.
    call.fail(error);
  }
}

/** Never rejects. */
async function serveStreaming(door: Running, method: StreamingMethod, call: Call, stream: Http2Stream): Promise<void> {
  try {
    const requests = requestsOf(stream, call, door.options.maxMessageBytes);
    await method.run(door.house, call.context, { requests, send: (render) => call.send(render) });
    call.finish();
  } catch (error) {
    // To translate: every failure becomes a status here.
    call.fail(error);
  }
}
