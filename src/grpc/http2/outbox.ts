import type { Socket } from 'node:net';

/** Pieces that come to less than this are copied into one: one write costs less than a list of small ones. */
const JOIN_BYTES_MAX = 16_384;
/** Beyond this much that the kernel has not taken yet, who can wait waits. */
const READY_BYTES_MAX = 256 * 1024;

/** Who waits until there is room. */
export interface Waiter {
  readonly wake: () => void;
}

/** What a connection sends, written together once the code that runs has come to its end. */
export class Outbox {
  readonly #socket: Socket;
  #pieces: Buffer[] = [];
  #bytes = 0;
  #waiting = new Set<Waiter>();

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('drain', () => this.#wake());
    socket.on('close', () => this.#wake());
  }

  /** Bytes that the kernel has not taken. */
  get bytes(): number {
    return this.#bytes + this.#socket.writableLength;
  }

  get isReady(): boolean {
    return this.bytes < READY_BYTES_MAX;
  }

  /** Wakes `waiter` when the kernel has taken what was there, or the connection is gone. */
  wait(waiter: Waiter): void {
    this.#waiting.add(waiter);
  }

  leave(waiter: Waiter): void {
    this.#waiting.delete(waiter);
  }

  /** The bytes belong to the connection from here on. */
  send(piece: Buffer): void {
    if (this.#bytes === 0) process.nextTick(() => this.flush());
    this.#pieces.push(piece);
    this.#bytes += piece.length;
  }

  flush(): void {
    const pieces = this.#pieces;
    const bytes = this.#bytes;
    this.#pieces = [];
    this.#bytes = 0;
    // Behind the end there is nothing to say: it would destroy the socket, and what the kernel has not taken with it.
    if (this.#socket.destroyed || this.#socket.writableEnded || bytes === 0) return;
    if (pieces.length === 1 && pieces[0] !== undefined) this.#socket.write(pieces[0]);
    else if (bytes <= JOIN_BYTES_MAX) this.#socket.write(Buffer.concat(pieces, bytes));
    else {
      this.#socket.cork();
      for (const piece of pieces) this.#socket.write(piece);
      this.#socket.uncork();
    }
    if (!this.#socket.writableNeedDrain) this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const waiter of waiting) waiter.wake();
  }
}
