import type { Context } from '../core/context.ts';
import { credentialOf } from '../core/credential.ts';
import { GrpcError, STATUS } from './grpc-error.ts';
import { headerBlock } from './http2/hpack.ts';
import type { Http2Stream } from './http2/stream.ts';
import { compressed, framed, inflated, PREFIX_BYTES, type RawMessage } from './messages.ts';
import { acceptsGzip, encodingOf, timeoutMsOf } from './metadata.ts';
import { failureStatus, type Status, trailersOf } from './status.ts';
import { writer } from './wire/proto-writer.ts';

const CONTENT = { 'content-type': 'application/grpc' };
const PLAIN_HEADERS = headerBlock(200, CONTENT);
const GZIP_HEADERS = headerBlock(200, { ...CONTENT, 'grpc-encoding': 'gzip' });
const OK = headerBlock(undefined, { 'grpc-status': '0' });

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
  readonly #stream: Http2Stream;
  readonly #startedMs: number = performance.now();
  readonly #abort: AbortController = new AbortController();
  readonly #encoding: string | undefined;
  readonly #sendsGzip: boolean;
  #deadline: NodeJS.Timeout | undefined = undefined;
  #hasResponded = false;
  #isOver = false;

  /** Throws GrpcError where the headers make no sense; the stream is then still unanswered. */
  constructor(options: CallOptions, path: string, stream: Http2Stream) {
    const { headers } = stream;
    this.#options = options;
    this.path = path;
    this.#stream = stream;
    this.context = { signal: this.#abort.signal, credential: credentialOf(headers) };
    this.#encoding = encodingOf(headers);
    this.#sendsGzip = acceptsGzip(headers);
    const timeoutMs = timeoutMsOf(headers);
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
    this.#stream.answer(this.#sendsGzip ? GZIP_HEADERS : PLAIN_HEADERS, body, OK);
  }

  /** Sends one of several messages; resolves when the client is ready for more, or has gone. */
  async send(render: (seconds: number) => void): Promise<void> {
    const frame = this.#rendered(render);
    const body = this.#sendsGzip ? await compressed(frame) : frame;
    if (this.#isOver) return;
    this.#respond();
    this.#stream.write(body);
    if (!this.#stream.isReady) await this.#stream.ready();
  }

  /** Ends a call that went well. */
  finish(): void {
    if (this.#isOver) return;
    this.#end();
    this.#respond();
    this.#stream.end(OK);
  }

  /** Ends the call with an error. */
  fail(error: unknown): void {
    if (this.#isOver) return;
    const status = failureStatus(error);
    if (status.isOurs) this.#options.report(this.path, error);
    this.#end();
    this.#abort.abort();
    if (this.#hasResponded) this.#stream.end(headerBlock(undefined, trailersOf(status)));
    else refuse(this.#stream, status);
  }

  #rendered(render: (seconds: number) => void): Buffer {
    writer.reset(PREFIX_BYTES);
    render((performance.now() - this.#startedMs) / 1000);
    return framed(writer.take());
  }

  #respond(): void {
    if (this.#hasResponded) return;
    this.#hasResponded = true;
    this.#stream.respond(this.#sendsGzip ? GZIP_HEADERS : PLAIN_HEADERS);
  }

  #end(): void {
    this.#isOver = true;
    if (this.#deadline !== undefined) clearTimeout(this.#deadline);
  }

  /** The stream is over. */
  close(): void {
    if (this.#isOver) return;
    this.#end();
    this.#abort.abort();
  }
}

/** Ends a stream that nothing was sent on yet. What the client still sends is not read. */
export function refuse(stream: Http2Stream, status: Status): void {
  stream.refuse(headerBlock(200, { ...CONTENT, ...trailersOf(status) }));
}
