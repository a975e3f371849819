import {
  ConnectionError,
  ERROR,
  FLAG,
  FRAME,
  HEAD_BYTES,
  PAYLOAD_BYTES_MAX,
  PREFACE,
  readHead,
  type FrameHead,
} from './frames.ts';

export interface FrameEvents {
  /** A piece of a DATA frame. `isLast` tells the last piece of a frame, which may be empty. */
  readonly data: (head: FrameHead, piece: Buffer, isLast: boolean) => void;
  /** Any other frame. */
  readonly frame: (head: FrameHead, payload: Buffer) => void;
}

/**
 * Cuts frames out of a connection's bytes as they come. Pieces of DATA go on as they are, without a copy; other frames, and
 * DATA with padding, are gathered. Throws ConnectionError.
 */
export class FrameReader {
  readonly #events: FrameEvents;
  /** Bytes of the preface that are still to come. */
  #prefaceLeft = PREFACE.length;
  readonly #headBytes: Buffer = Buffer.alloc(HEAD_BYTES);
  #headLength = 0;
  #head: FrameHead | undefined = undefined;
  /** Of the frame's payload. */
  #left = 0;
  #gathered: Buffer[] = [];

  constructor(events: FrameEvents) {
    this.#events = events;
  }

  push(chunk: Buffer): void {
    let at = this.#prefaceLeft > 0 ? this.#preface(chunk) : 0;
    while (at < chunk.length) {
      if (this.#head === undefined) {
        at = this.#readHead(chunk, at);
        if (this.#head === undefined) continue;
      }
      at = this.#readPayload(this.#head, chunk, at);
    }
  }

  #preface(chunk: Buffer): number {
    const length = Math.min(this.#prefaceLeft, chunk.length);
    const start = PREFACE.length - this.#prefaceLeft;
    if (chunk.toString('latin1', 0, length) !== PREFACE.slice(start, start + length)) {
      throw new ConnectionError(ERROR.protocol, 'this port speaks gRPC over HTTP/2 without TLS');
    }
    this.#prefaceLeft -= length;
    return length;
  }

  /** A head that is whole in a chunk, as most are, is read where it stands. */
  #readHead(chunk: Buffer, at: number): number {
    if (this.#headLength === 0 && chunk.length - at >= HEAD_BYTES) {
      this.#begin(readHead(chunk, at));
      return at + HEAD_BYTES;
    }
    const copied = chunk.copy(this.#headBytes, this.#headLength, at);
    this.#headLength += copied;
    if (this.#headLength === HEAD_BYTES) {
      this.#headLength = 0;
      this.#begin(readHead(this.#headBytes, 0));
    }
    return at + copied;
  }

  #begin(head: FrameHead): void {
    if (head.length > PAYLOAD_BYTES_MAX) throw new ConnectionError(ERROR.frameSize, 'a frame is too long');
    this.#left = head.length;
    if (head.length > 0) this.#head = head;
    else this.#end(head, Buffer.alloc(0));
  }

  #readPayload(head: FrameHead, chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.#left);
    const piece = chunk.subarray(at, end);
    this.#left -= piece.length;
    const isLast = this.#left === 0;
    if (isLast) this.#head = undefined;
    if (head.type === FRAME.data && (head.flags & FLAG.padded) === 0) this.#events.data(head, piece, isLast);
    else if (isLast && this.#gathered.length === 0) this.#end(head, piece);
    else {
      this.#gathered.push(piece);
      if (isLast) {
        const payload = Buffer.concat(this.#gathered);
        this.#gathered = [];
        this.#end(head, payload);
      }
    }
    return end;
  }

  #end(head: FrameHead, payload: Buffer): void {
    if (head.type === FRAME.data) this.#events.data(head, unpadded(head, payload), true);
    else this.#events.frame(head, payload);
  }
}

/** What stands between the length of the padding and the padding. */
export function unpadded({ flags }: FrameHead, payload: Buffer): Buffer {
  if ((flags & FLAG.padded) === 0) return payload;
  const padding = payload[0] ?? payload.length;
  if (padding >= payload.length) throw new ConnectionError(ERROR.protocol, 'a frame is all padding');
  return payload.subarray(1, payload.length - padding);
}
