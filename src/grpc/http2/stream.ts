import { ERROR, FLAG, FRAME, frameOf, HEAD_BYTES, numberFrame, writeHead, type ErrorCode } from './frames.ts';
import type { Headers } from './hpack.ts';
import type { Outbox } from './outbox.ts';

/** What a stream needs of its connection. */
export interface StreamHost {
  readonly outbox: Outbox;
  /** The client's window for the whole connection, in bytes. */
  window: number;
  /** Of one frame that the client takes. */
  readonly payloadBytesMax: number;
  /** A stream waits for the window of the connection. */
  readonly block: (stream: Http2Stream) => void;
  /** A stream is over. */
  readonly forget: (stream: Http2Stream) => void;
}

/** What happens on a stream from the client's side. */
export interface StreamEvents {
  readonly data: (chunk: Buffer) => void;
  /** The client has sent everything. */
  readonly end: () => void;
  /** Nothing more comes or goes: it was answered, or reset, or its connection is gone. */
  readonly close: () => void;
}

const NO_EVENTS: StreamEvents = { data: () => undefined, end: () => undefined, close: () => undefined };

/** One request and its answer on a connection. Header blocks are made by `headerBlock`. */
export class Http2Stream {
  readonly id: number;
  readonly headers: Headers;
  events: StreamEvents = NO_EVENTS;
  /** The client's window for this stream, in bytes. Negative where it was made smaller. */
  window: number;
  /** What the client may still send. */
  receiveWindow: number;
  /** What has come since the client was last told that it may send more. */
  ungranted = 0;
  /** Bytes of the request's body so far, and as many as its headers have promised; NaN = they have not. */
  received = 0;
  readonly promised: number;
  isPaused = false;
  /** Whether the client has sent everything. */
  isEnded = false;
  isClosed = false;
  readonly #host: StreamHost;
  #unsent: Buffer[] = [];
  #trailers: Buffer | undefined = undefined;
  #waiting: (() => void)[] = [];

  constructor(
    host: StreamHost,
    id: number,
    headers: Headers,
    windows: { readonly window: number; readonly receiveWindow: number },
  ) {
    this.#host = host;
    this.id = id;
    this.headers = headers;
    this.window = windows.window;
    this.receiveWindow = windows.receiveWindow;
    this.promised = Number(headers['content-length'] ?? Number.NaN);
  }

  /** Sends the header block of an answer that comes in pieces. */
  respond(block: Buffer): void {
    if (!this.isClosed) this.#host.outbox.send(frameOf(FRAME.headers, FLAG.endHeaders, this.id, block));
  }

  /** Sends a piece of the answer, as soon as the client takes it; the bytes belong to the stream from here on. */
  write(bytes: Buffer): void {
    if (this.isClosed) return;
    this.#unsent.push(bytes);
    this.push();
  }

  /** Whether the client has taken nearly all that was written. */
  get isReady(): boolean {
    return this.#unsent.length === 0 && this.#host.outbox.isReady;
  }

  /** Resolves when more should be written, or the stream is over. */
  async ready(): Promise<void> {
    while (!this.isClosed && !this.isReady) {
      if (this.#unsent.length === 0) this.#host.outbox.wait(this);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Ends the answer behind what was written. */
  end(trailers: Buffer): void {
    if (this.isClosed) return;
    this.#trailers = trailers;
    this.push();
  }

  /** An answer in one piece. */
  answer(block: Buffer, body: Buffer, trailers: Buffer): void {
    const { outbox, window, payloadBytesMax } = this.#host;
    if (this.isClosed) return;
    if (body.length > Math.min(window, this.window, payloadBytesMax)) {
      this.respond(block);
      this.#unsent.push(body);
      this.end(trailers);
      return;
    }
    const frames = Buffer.allocUnsafe(3 * HEAD_BYTES + block.length + body.length + trailers.length);
    const stream = this.id;
    let at = writeHead(frames, 0, { length: block.length, type: FRAME.headers, flags: FLAG.endHeaders, stream });
    at += block.copy(frames, at);
    at = writeHead(frames, at, { length: body.length, type: FRAME.data, flags: 0, stream });
    at += body.copy(frames, at);
    const flags = FLAG.endHeaders | FLAG.endStream;
    at = writeHead(frames, at, { length: trailers.length, type: FRAME.headers, flags, stream });
    trailers.copy(frames, at);
    this.#host.window -= body.length;
    outbox.send(frames);
    this.#finish();
  }

  /** An answer that is its trailers alone. */
  refuse(block: Buffer): void {
    if (this.isClosed) return;
    this.#host.outbox.send(frameOf(FRAME.headers, FLAG.endHeaders | FLAG.endStream, this.id, block));
    this.#finish();
  }

  reset(code: ErrorCode): void {
    if (this.isClosed) return;
    this.#host.outbox.send(numberFrame(FRAME.reset, this.id, code));
    this.close();
  }

  /** The client may send no more than it was granted until `resume`. */
  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.grant();
  }

  /** Tells the client that what it has sent was read. */
  grant(): void {
    if (this.isPaused || this.isEnded || this.isClosed || this.ungranted === 0) return;
    this.#host.outbox.send(numberFrame(FRAME.windowUpdate, this.id, this.ungranted));
    this.receiveWindow += this.ungranted;
    this.ungranted = 0;
  }

  /** Sends what the client's windows allow. */
  push(): void {
    if (this.isClosed) return;
    const host = this.#host;
    for (let piece = this.#unsent[0]; piece !== undefined; piece = this.#unsent[0]) {
      const window = Math.max(0, Math.min(this.window, host.window));
      const length = Math.min(piece.length, window, host.payloadBytesMax);
      if (length === 0 && piece.length > 0) {
        if (this.window > 0) host.block(this);
        return;
      }
      const head = Buffer.allocUnsafe(HEAD_BYTES);
      writeHead(head, 0, { length, type: FRAME.data, flags: 0, stream: this.id });
      host.outbox.send(head);
      host.outbox.send(length === piece.length ? piece : piece.subarray(0, length));
      this.window -= length;
      host.window -= length;
      if (length === piece.length) this.#unsent.shift();
      else this.#unsent[0] = piece.subarray(length);
    }
    if (this.#trailers === undefined) this.wake();
    else this.refuse(this.#trailers);
  }

  /** Ends the stream without a word to the client. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#unsent = [];
    this.#host.forget(this);
    this.#host.outbox.leave(this);
    this.wake();
    this.events.close();
  }

  /** The answer has ended; where the client has not, it need not go on. */
  #finish(): void {
    if (!this.isEnded) this.#host.outbox.send(numberFrame(FRAME.reset, this.id, ERROR.none));
    this.close();
  }

  /** Lets who waits in `ready` look again. */
  wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
