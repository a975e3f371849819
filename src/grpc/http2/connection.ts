import type { Socket } from 'node:net';
import { FrameReader, unpadded } from './frame-reader.ts';
import {
  ConnectionError,
  ERROR,
  FLAG,
  FRAME,
  frameOf,
  goAwayFrame,
  numberFrame,
  PAYLOAD_BYTES_MAX,
  SETTING,
  settingsFrame,
  WINDOW_BYTES,
  WINDOW_BYTES_MAX,
  type ErrorCode,
  type FrameHead,
} from './frames.ts';
import { CompressionError, HpackDecoder, type Headers } from './hpack.ts';
import { Outbox } from './outbox.ts';
import { Patience } from './patience.ts';
import { Http2Stream, type StreamHost } from './stream.ts';

/** What a client may send before it is read, on a stream and on all of a connection. */
const STREAM_WINDOW_BYTES = 4 * 2 ** 20;
const CONNECTION_WINDOW_BYTES = 16 * 2 ** 20;
/** Streams of a connection at once: idle ones of a client hold 3 MB of ours. */
const STREAMS_MAX = 1024;
/** Of a header block in its frames. */
const BLOCK_BYTES_MAX = 64 * 1024;
/** Answers to pings and settings that a client may leave unread. */
const UNREAD_REPLIES_MAX = 10_000;
/** Of answers that the kernel has not taken. Beyond, nothing more is read that would be answered too. */
const UNSENT_BYTES_MAX = 4 * 2 ** 20;
/** Streams that were over before the client had sent all of their request: what is still under way for them is not read. */
const ABANDONED_MAX = 10_000;
/** Frames that have sense only on a connection, and those that have it only on a stream. */
const OF_CONNECTION: ReadonlySet<number> = new Set([FRAME.settings, FRAME.ping, FRAME.goAway]);
const OF_STREAM: ReadonlySet<number> = new Set([
  FRAME.data,
  FRAME.headers,
  FRAME.priority,
  FRAME.reset,
  FRAME.continuation,
]);

/** The server's side of one HTTP/2 connection (RFC 9113), as much of it as gRPC needs. */
export class Http2Connection implements StreamHost {
  readonly outbox: Outbox;
  window: number = WINDOW_BYTES;
  payloadBytesMax: number = PAYLOAD_BYTES_MAX;
  readonly #socket: Socket;
  readonly #onStream: (stream: Http2Stream) => void;
  readonly #reader: FrameReader;
  readonly #decoder = new HpackDecoder();
  readonly #streams = new Map<number, Http2Stream>();
  /** Streams that wait for the connection's window, in order. */
  readonly #blocked = new Set<Http2Stream>();
  /** A header block whose frames are not all there. */
  #block: { readonly stream: number; readonly flags: number; readonly parts: Buffer[]; bytes: number } | undefined;
  #lastStream = 0;
  #streamWindow = WINDOW_BYTES;
  #receiveWindow = CONNECTION_WINDOW_BYTES;
  #ungranted = 0;
  /** Oldest first. */
  readonly #abandoned = new Set<number>();
  #unreadReplies = 0;
  readonly #patience = new Patience(performance.now());
  #isSettled = false;
  #isClosing = false;
  #isBroken = false;

  /** `onStream` sets the events of a new stream before it returns. */
  constructor(socket: Socket, onStream: (stream: Http2Stream) => void) {
    this.#socket = socket;
    this.#onStream = onStream;
    this.outbox = new Outbox(socket);
    this.#reader = new FrameReader({
      data: (head, piece, isLast) => this.#data(head, piece, isLast),
      frame: (head, payload) => this.#frame(head, payload),
    });
    this.outbox.send(
      settingsFrame([
        [SETTING.maxConcurrentStreams, STREAMS_MAX],
        [SETTING.initialWindowSize, STREAM_WINDOW_BYTES],
        [SETTING.maxHeaderListSize, BLOCK_BYTES_MAX],
      ]),
    );
    this.outbox.send(numberFrame(FRAME.windowUpdate, 0, CONNECTION_WINDOW_BYTES - WINDOW_BYTES));
    socket.on('data', (chunk: Buffer) => this.#push(chunk));
    // Every error of a socket is followed by its close, which ends the streams.
    socket.on('error', () => undefined);
    socket.on('end', () => socket.destroy());
    // What was too much to read more is sent; behind an end there is no drain.
    socket.on('drain', () => socket.resume());
    socket.on('finish', () => socket.resume());
    socket.on('close', () => {
      for (const stream of this.#streams.values()) stream.close();
    });
  }

  /** Takes no more streams, and ends the connection with the last that is open. */
  close(): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.outbox.send(goAwayFrame(this.#lastStream, ERROR.none, ''));
    this.#endWhenIdle();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  block(stream: Http2Stream): void {
    this.#blocked.add(stream);
  }

  forget(stream: Http2Stream): void {
    this.#streams.delete(stream.id);
    if (!stream.isEnded) this.#abandon(stream.id);
    this.#blocked.delete(stream);
    if (this.#isClosing) this.#endWhenIdle();
  }

  #abandon(id: number): void {
    this.#abandoned.add(id);
    if (this.#abandoned.size <= ABANDONED_MAX) return;
    const [oldest] = this.#abandoned;
    if (oldest !== undefined) this.#abandoned.delete(oldest);
  }

  /** A frame of a request's for a stream that is over: the client did not know yet, or breaks the rules. */
  #late(id: number, isEnd: boolean): void {
    if (id > this.#lastStream || id === 0) throw new ConnectionError(ERROR.protocol, 'a frame on an idle stream');
    if (!this.#abandoned.has(id)) throw new ConnectionError(ERROR.streamClosed, 'a frame on a stream that has ended');
    if (isEnd) this.#abandoned.delete(id);
  }

  /** Answers what a client may send without end. */
  #reply(frame: Buffer): void {
    if (this.outbox.isReady) this.#unreadReplies = 0;
    else if (++this.#unreadReplies > UNREAD_REPLIES_MAX) {
      throw new ConnectionError(ERROR.enhanceYourCalm, 'answers to pings or settings are not read');
    }
    this.outbox.send(frame);
  }

  #endWhenIdle(): void {
    if (this.#streams.size > 0) return;
    this.outbox.flush();
    this.#socket.end();
  }

  #push(chunk: Buffer): void {
    if (this.#isBroken) return;
    try {
      this.#reader.push(chunk);
    } catch (error) {
      // To translate: what the client sent ends the connection with a code; what is our fault, with another.
      this.#fail(error);
    }
    if (this.outbox.bytes > UNSENT_BYTES_MAX) this.#socket.pause();
  }

  #fail(error: unknown): void {
    this.#isBroken = true;
    const [code, text] = farewellOf(error);
    this.outbox.send(goAwayFrame(this.#lastStream, code, text));
    this.outbox.flush();
    this.#socket.destroySoon();
    for (const stream of this.#streams.values()) stream.close();
  }

  #data(head: FrameHead, piece: Buffer, isLast: boolean): void {
    if (this.#block !== undefined) throw new ConnectionError(ERROR.protocol, 'data within a header block');
    const bytes = (head.flags & FLAG.padded) === 0 ? piece.length : head.length;
    this.#receiveWindow -= bytes;
    this.#ungranted += bytes;
    if (this.#receiveWindow < 0) throw new ConnectionError(ERROR.flowControl, 'more data than the connection takes');
    if (this.#ungranted > CONNECTION_WINDOW_BYTES / 2) {
      this.outbox.send(numberFrame(FRAME.windowUpdate, 0, this.#ungranted));
      this.#receiveWindow += this.#ungranted;
      this.#ungranted = 0;
    }
    const stream = this.#streams.get(head.stream);
    const isEnd = isLast && (head.flags & FLAG.endStream) !== 0;
    if (stream === undefined) return this.#late(head.stream, isEnd);
    if (stream.isEnded) throw new ConnectionError(ERROR.streamClosed, 'data on a stream that has ended');
    stream.receiveWindow -= bytes;
    stream.ungranted += bytes;
    if (stream.receiveWindow < 0) return this.#refuse(stream, ERROR.flowControl);
    stream.received += piece.length;
    if (piece.length > 0) stream.events.data(piece);
    if (isEnd) this.#ended(stream);
    else if (stream.ungranted > STREAM_WINDOW_BYTES / 2) stream.grant();
  }

  #ended(stream: Http2Stream): void {
    stream.isEnded = true;
    this.#abandoned.delete(stream.id);
    if (stream.isClosed) return;
    if (Number.isNaN(stream.promised) || stream.received === stream.promised) stream.events.end();
    else this.#refuse(stream, ERROR.protocol);
  }

  #frame(head: FrameHead, payload: Buffer): void {
    const { type, flags, stream } = head;
    if (this.#block !== undefined && (type !== FRAME.continuation || stream !== this.#block.stream)) {
      throw new ConnectionError(ERROR.protocol, 'a frame within a header block');
    }
    if (!this.#isSettled && type !== FRAME.settings) throw new ConnectionError(ERROR.protocol, 'settings come first');
    if (stream === 0 ? OF_STREAM.has(type) : OF_CONNECTION.has(type)) {
      throw new ConnectionError(ERROR.protocol, `a frame of type ${type} on stream ${stream}`);
    }
    switch (type) {
      case FRAME.headers:
        return this.#headers(head, payload);
      case FRAME.continuation:
        return this.#continuation(flags, payload);
      case FRAME.reset:
        return this.#reset(stream, payload);
      case FRAME.settings:
        return this.#settings(flags, payload);
      case FRAME.ping:
        if (payload.length !== 8) throw new ConnectionError(ERROR.frameSize, 'a ping has 8 bytes');
        if ((flags & FLAG.ack) === 0) this.#reply(frameOf(FRAME.ping, FLAG.ack, 0, payload));
        return;
      case FRAME.windowUpdate:
        return this.#windowUpdate(stream, payload);
      case FRAME.pushPromise:
        throw new ConnectionError(ERROR.protocol, 'a client promises nothing');
      case FRAME.priority:
        if (payload.length !== 5) throw new ConnectionError(ERROR.frameSize, 'a priority has 5 bytes');
        return requireOther(stream, payload);
      default:
      // A farewell ends nothing that is under way; of other kinds of frames a server need not know.
    }
  }

  #headers(head: FrameHead, payload: Buffer): void {
    const { flags, stream } = head;
    let block = unpadded(head, payload);
    if ((flags & FLAG.priority) !== 0) {
      if (block.length < 5) throw new ConnectionError(ERROR.frameSize, 'a priority has 5 bytes');
      requireOther(stream, block);
      block = block.subarray(5);
    }
    if ((flags & FLAG.endHeaders) === 0) {
      this.#block = { stream, flags, parts: [block], bytes: block.length };
    } else this.#open(stream, flags, block);
  }

  #continuation(flags: number, payload: Buffer): void {
    const block = this.#block;
    if (block === undefined) throw new ConnectionError(ERROR.protocol, 'nothing is continued');
    block.parts.push(payload);
    block.bytes += payload.length;
    if (block.bytes > BLOCK_BYTES_MAX || block.parts.length > BLOCK_BYTES_MAX / 64) {
      throw new ConnectionError(ERROR.enhanceYourCalm, 'a header block without end');
    }
    if ((flags & FLAG.endHeaders) === 0) return;
    this.#block = undefined;
    this.#open(block.stream, block.flags, Buffer.concat(block.parts));
  }

  /** A new stream, or trailers of one that is open. Every block is decoded: the next ones refer to it. */
  #open(id: number, flags: number, block: Buffer): void {
    const headers = this.#decoder.decode(block);
    const isEnd = (flags & FLAG.endStream) !== 0;
    const open = this.#streams.get(id);
    if (open !== undefined) {
      if (open.isEnded) throw new ConnectionError(ERROR.streamClosed, 'headers on a stream that has ended');
      if (!isEnd) throw new ConnectionError(ERROR.protocol, 'headers amid a stream');
      if (headers === undefined || ':path' in headers || ':method' in headers) this.#refuse(open, ERROR.protocol);
      else this.#ended(open);
      return;
    }
    if (id % 2 === 0) throw new ConnectionError(ERROR.protocol, 'streams of clients have odd numbers');
    if (id <= this.#lastStream) return this.#late(id, isEnd);
    this.#lastStream = id;
    const stream = new Http2Stream(this, id, headers ?? {}, {
      window: this.#streamWindow,
      receiveWindow: STREAM_WINDOW_BYTES,
    });
    if (this.#isClosing || this.#streams.size >= STREAMS_MAX) return stream.reset(ERROR.refusedStream);
    if (headers === undefined || !isRequest(headers)) return this.#refuse(stream, ERROR.protocol);
    this.#streams.set(id, stream);
    this.#onStream(stream);
    if (isEnd) this.#ended(stream);
  }

  #reset(id: number, payload: Buffer): void {
    if (payload.length !== 4) throw new ConnectionError(ERROR.frameSize, 'a reset has 4 bytes');
    if (id > this.#lastStream) throw new ConnectionError(ERROR.protocol, 'a stream is reset that was never opened');
    this.#abandoned.delete(id);
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    // Nothing more comes of it, as if it had ended.
    stream.isEnded = true;
    stream.close();
    this.#patience.spend(performance.now());
  }

  /** Resets a stream on which the client breaks the rules. What was begun for it goes on for a while. */
  #refuse(stream: Http2Stream, code: ErrorCode): void {
    stream.reset(code);
    this.#patience.spend(performance.now());
  }

  #settings(flags: number, payload: Buffer): void {
    if ((flags & FLAG.ack) !== 0) {
      if (payload.length > 0) throw new ConnectionError(ERROR.frameSize, 'settings are acknowledged without a word');
      return;
    }
    if (payload.length % 6 !== 0) throw new ConnectionError(ERROR.frameSize, 'a setting has 6 bytes');
    this.#isSettled = true;
    // First: what larger windows let go is sent under the new settings.
    this.#reply(frameOf(FRAME.settings, FLAG.ack, 0, Buffer.alloc(0)));
    let window = this.#streamWindow;
    for (let at = 0; at < payload.length; at += 6) {
      const value = payload.readUInt32BE(at + 2);
      const setting = payload.readUInt16BE(at);
      if (setting === SETTING.initialWindowSize) window = checkedWindow(value);
      else if (setting === SETTING.maxFrameSize) this.payloadBytesMax = checkedFrameSize(value);
      else if (setting === SETTING.enablePush && value > 1) {
        throw new ConnectionError(ERROR.protocol, 'a setting that is neither on nor off');
      }
    }
    // The last of several: each would cost a walk over all streams.
    if (window !== this.#streamWindow) this.#resize(window);
  }

  /** Windows of streams that are open change by as much as those of new ones. */
  #resize(window: number): void {
    this.#patience.spend(performance.now());
    const growth = window - this.#streamWindow;
    this.#streamWindow = window;
    for (const stream of this.#streams.values()) {
      stream.window += growth;
      if (stream.window > WINDOW_BYTES_MAX) throw new ConnectionError(ERROR.flowControl, 'a window is too large');
      stream.push();
    }
  }

  #windowUpdate(id: number, payload: Buffer): void {
    if (payload.length !== 4) throw new ConnectionError(ERROR.frameSize, 'a growth of a window has 4 bytes');
    const growth = payload.readUInt32BE(0) & 0x7fff_ffff;
    if (id > this.#lastStream) throw new ConnectionError(ERROR.protocol, 'a window of a stream that was never opened');
    if (id === 0) {
      this.window += growth;
      if (growth === 0) throw new ConnectionError(ERROR.protocol, 'a window grows by nothing');
      if (this.window > WINDOW_BYTES_MAX) throw new ConnectionError(ERROR.flowControl, 'a window is too large');
      // No more of them than the window is enough for: a client could let thousands wait, and grow it by a byte at a time.
      // Who still waits goes behind the others.
      for (const stream of this.#blocked) {
        if (this.window <= 0) return;
        this.#blocked.delete(stream);
        stream.push();
      }
      return;
    }
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    stream.window += growth;
    if (growth === 0) this.#refuse(stream, ERROR.protocol);
    else if (stream.window > WINDOW_BYTES_MAX) this.#refuse(stream, ERROR.flowControl);
    else stream.push();
  }
}

function isRequest(headers: Headers): boolean {
  return headers[':method'] !== undefined && headers[':scheme'] !== undefined && (headers[':path'] ?? '') !== '';
}

/** `bytes`: of a priority, the stream that it depends on first. */
function requireOther(stream: number, bytes: Buffer): void {
  if ((bytes.readUInt32BE(0) & 0x7fff_ffff) === stream) {
    throw new ConnectionError(ERROR.protocol, 'a stream depends on itself');
  }
}

function checkedWindow(bytes: number): number {
  if (bytes > WINDOW_BYTES_MAX) throw new ConnectionError(ERROR.flowControl, 'a window is too large');
  return bytes;
}

function checkedFrameSize(bytes: number): number {
  if (bytes < PAYLOAD_BYTES_MAX || bytes >= 2 ** 24) throw new ConnectionError(ERROR.protocol, 'frames of no size');
  return bytes;
}

/** What is our own fault is nobody else's business. */
function farewellOf(error: unknown): readonly [code: ErrorCode, text: string] {
  if (error instanceof ConnectionError) return [error.code, error.message];
  return error instanceof CompressionError ? [ERROR.compression, error.message] : [ERROR.internal, ''];
}
