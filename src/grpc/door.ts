import http2, {
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Logger } from '../observe/logger.ts';
import type { House } from '../operations/house.ts';
import { Call, type CallOptions, refuse } from './call.ts';
import { requestsOf } from './conversation.ts';
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

export interface GrpcDoor {
  readonly server: Http2Server;
  /** Stops accepting, lets running calls finish; resolves when all is quiet. */
  readonly close: () => Promise<void>;
}

/** How long `close` waits for running calls. */
const CLOSE_GRACE_MS = 10_000;
/** What a client may send before we have read it: an upload must not wait for a round trip every 64 KiB. */
const STREAM_WINDOW_BYTES = 4 * 2 ** 20;
const CONNECTION_WINDOW_BYTES = 16 * 2 ** 20;

/**
 * The gRPC door, on node:http2 (ARCHITECTURE.md says why not on grpc-js's server). It knows operations and nothing below
 * them.
 */
export function createGrpcDoor({ house, limits, methods, logger }: GrpcDoorOptions): GrpcDoor {
  const options: CallOptions = {
    maxMessageBytes: limits.maxMessageBytes,
    report: (path, error) => logger.error('call failed', { path }, error),
  };
  const door: Running = { house, methods: new Map(methods.map((method) => [method.path, method])), options };
  const sessions = new Set<ServerHttp2Session>();
  const server = http2.createServer({
    settings: { initialWindowSize: STREAM_WINDOW_BYTES, enablePush: false },
    // Node's default of 10 MB would end sessions that upload on several streams at once.
    maxSessionMemory: 4096,
  });
  server.on('session', (session) => {
    session.setLocalWindowSize(CONNECTION_WINDOW_BYTES);
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
    // A broken connection ends its streams, and they their calls: nothing is left to do.
    session.on('error', () => undefined);
  });
  server.on('stream', (stream, headers) => serve(door, stream, headers));
  return { server, close: () => close(server, sessions) };
}

interface Running {
  readonly house: House;
  readonly methods: ReadonlyMap<string, Method>;
  readonly options: CallOptions;
}

function serve(door: Running, stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  // Every error of a stream is followed by its close, which ends the call.
  stream.on('error', () => undefined);
  if (headers['content-type']?.startsWith('application/grpc') !== true) {
    stream.respond({ ':status': 415 }, { endStream: true });
    return;
  }
  const path = headers[':path'] ?? '';
  const method = door.methods.get(path);
  try {
    if (method === undefined) throw new GrpcError(STATUS.unimplemented, `unknown method ${path}`);
    const call = new Call(door.options, path, stream, headers);
    if (method.kind === 'unary') serveUnary(door, method, call, stream);
    else void serveStreaming(door, method, call, stream);
  } catch (error) {
    // To translate: what is wrong with the headers of a call.
    refuse(stream, failureStatus(error));
  }
}

/** Begins when the message is whole; that the client has no more to say comes a turn of the loop later. */
function serveUnary(door: Running, method: UnaryMethod, call: Call, stream: ServerHttp2Stream): void {
  const reader = new MessageReader(door.options.maxMessageBytes);
  let isAsked = false;
  const begin = (message: RawMessage): void => {
    if (isAsked) throw new GrpcError(STATUS.internal, 'a second message came where the method takes one');
    isAsked = true;
    void answerUnary(door, method, call, message);
  };
  stream.on('data', (chunk: Buffer) => {
    try {
      reader.push(chunk, begin);
    } catch (error) {
      // To translate: framing that makes no sense.
      call.fail(error);
    }
  });
  stream.on('end', () => {
    if (reader.isWithin) call.fail(new GrpcError(STATUS.internal, 'Unexpected EOF decoding stream.'));
    else if (!isAsked) call.fail(new GrpcError(STATUS.internal, 'Missing request message.'));
  });
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
async function serveStreaming(
  door: Running,
  method: StreamingMethod,
  call: Call,
  stream: ServerHttp2Stream,
): Promise<void> {
  try {
    const requests = requestsOf(stream, call, door.options.maxMessageBytes);
    await method.run(door.house, call.context, { requests, send: (render) => call.send(render) });
    call.finish();
  } catch (error) {
    // To translate: every failure becomes a status here.
    call.fail(error);
  }
}

function close(server: Http2Server, sessions: ReadonlySet<ServerHttp2Session>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      for (const session of sessions) session.destroy();
    }, CLOSE_GRACE_MS);
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    if (server.listening) server.close(done);
    else done();
    for (const session of sessions) session.close();
  });
}
