import { constants, type IncomingHttpHeaders, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { Context } from '../core/context.ts';
import { credentialOf } from '../core/credential.ts';
import { GrpcError, STATUS } from './grpc-error.ts';
import { compressed, framed, inflated, PREFIX_BYTES, type RawMessage } from './messages.ts';
import { acceptsGzip, encodingOf, timeoutMsOf } from './metadata.ts';
import { failureStatus, type Status, trailersOf } from './status.ts';
import { writer } from './wire/proto-writer.ts';

// Lists: Node checks and sorts an object of headers anew each time.
const PLAIN_HEADERS: readonly string[] = [':status', '200', 'content-type', 'application/grpc'];
const GZIP_HEADERS: readonly string[] = [...PLAIN_HEADERS, 'grpc-encoding', 'gzip'];
const WITH_TRAILERS = { waitForTrailers: true, sendDate: false };
const NO_MORE = { endStream: true, sendDate: false };
const OK: OutgoingHttpHeaders = { 'grpc-status': '0' };

function sendOk(this: ServerHttp2Stream): void {
  this.sendTrailers(OK);
}

/** What every call of a door shares. */
export interface CallOptions {
  readonly maxMessageBytes: number;
  /** Hears of failures that are ours. */
  readonly report: (path: string, error: unknown) => void;
}

/**
 * One call on its HTTP/2 stream: what its headers said, its end, and the way back. After `fail` or `finish` nothing more is
 * sent. Its signal aborts when the client resets the stream or goes away, or its deadline passes.
 */
export class Call {
  readonly context: Context;
  readonly path: string;
  readonly #options: CallOptions;
  readonly #stream: ServerHttp2Stream;
  readonly #startedMs: number = performance.now();
  readonly #abort: AbortController = new AbortController();
  readonly #encoding: string | undefined;
  readonly #sendsGzip: boolean;
  #deadline: NodeJS.Timeout | undefined = undefined;
  #hasResponded = false;
  #isOver = false;

  /** Throws GrpcError where the headers make no sense; the stream is then still unanswered. */
  constructor(options: CallOptions, path: string, stream: ServerHttp2Stream, headers: IncomingHttpHeaders) {
    this.#options = options;
    this.path = path;
    this.#stream = stream;
    this.context = { signal: this.#abort.signal, credential: credentialOf(headers) };
    this.#encoding = encodingOf(headers);
    this.#sendsGzip = acceptsGzip(headers);
    const timeoutMs = timeoutMsOf(headers);
    stream.on('close', () => this.#close());
    if (timeoutMs === undefined) return;
    // Qdrant's transport answers so, where gRPC's own document has DEADLINE_EXCEEDED (SURFACE.md 2).
    this.#deadline = setTimeout(() => this.fail(new GrpcError(STATUS.cancelled, 'Timeout expired')), timeoutMs);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** The bytes of a message as the generated code reads them. */
  contentOf({ bytes, isCompressed }: RawMessage): Buffer | Promise<Buffer> {
    return isCompressed ? inflated(bytes, this.#encoding, this.#options.maxMessageBytes) : bytes;
  }

  /** Sends the only message of an answer, and ends the call. */
  async answer(render: (seconds: number) => void): Promise<void> {
    const frame = this.#rendered(render);
    const body = this.#sendsGzip ? await compressed(frame) : frame;
    if (this.#isOver) return;
    this.#end();
    this.#respond();
    this.#stream.on('wantTrailers', sendOk);
    this.#stream.end(body);
  }

  /** Sends one of several messages; resolves when the client is ready for more, or has gone. */
  async send(render: (seconds: number) => void): Promise<void> {
    const frame = this.#rendered(render);
    const body = this.#sendsGzip ? await compressed(frame) : frame;
    if (this.#isOver) return;
    this.#respond();
    if (!this.#stream.write(body)) await drained(this.#stream);
  }

  /** Ends a call that went well. */
  finish(): void {
    if (this.#isOver) return;
    this.#end();
    this.#respond();
    this.#stream.on('wantTrailers', sendOk);
    this.#stream.end();
  }

  /** Ends the call with an error. */
  fail(error: unknown): void {
    if (this.#isOver) return;
    const status = failureStatus(error);
    if (status.isOurs) this.#options.report(this.path, error);
    this.#end();
    this.#abort.abort();
    if (this.#hasResponded) {
      this.#stream.on('wantTrailers', () => this.#stream.sendTrailers(trailersOf(status)));
      this.#stream.end();
    } else refuse(this.#stream, status);
  }

  #rendered(render: (seconds: number) => void): Buffer {
    writer.reset(PREFIX_BYTES);
    render((performance.now() - this.#startedMs) / 1000);
    return framed(writer.take());
  }

  #respond(): void {
    if (this.#hasResponded) return;
    this.#hasResponded = true;
    this.#stream.respond(this.#sendsGzip ? GZIP_HEADERS : PLAIN_HEADERS, WITH_TRAILERS);
  }

  #end(): void {
    this.#isOver = true;
    if (this.#deadline !== undefined) clearTimeout(this.#deadline);
  }

  #close(): void {
    if (this.#isOver) return;
    this.#end();
    this.#abort.abort();
  }
}

/** Ends a stream that nothing was sent on yet. What the client still sends is not read. */
export function refuse(stream: ServerHttp2Stream, status: Status): void {
  if (stream.destroyed || stream.closed) return;
  const headers = { ':status': 200, 'content-type': 'application/grpc', ...trailersOf(status) };
  stream.respond(headers, NO_MORE);
  if (!stream.readableEnded) stream.close(constants.NGHTTP2_NO_ERROR);
}

/** Resolves when a stream takes more, or is no more. */
function drained(stream: ServerHttp2Stream): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.on('drain', done);
    stream.on('close', done);
  });
}
