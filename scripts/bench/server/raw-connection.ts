import { connect, type Socket } from 'node:net';

export interface Answer {
  readonly status: number;
  /** A view of the receive buffer: use it before the next request. */
  readonly body: Buffer;
}

/**
 * One keep-alive HTTP/1.1 connection for requests that were made beforehand, one at a time. It reads status and
 * content-length and nothing else, so that the server's limit is reached before the client's.
 */
export class RawConnection {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  /** Bytes of the answer under way, head included; undefined while its head is not complete. */
  #expectedBytes: number | undefined;
  #headBytes = 0;
  #status = 0;
  #onAnswer: ((answer: Answer) => void) | undefined;
  #onFailure: ((error: Error) => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the server closed the connection')));
  }

  static open(port: number): Promise<RawConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new RawConnection(socket));
      });
    });
  }

  /** Sends one request and calls back with its answer. */
  send(request: Uint8Array, onAnswer: (answer: Answer) => void, onFailure: (error: Error) => void): void {
    this.#onAnswer = onAnswer;
    this.#onFailure = onFailure;
    this.#socket.write(request);
  }

  ask(request: Uint8Array): Promise<Answer> {
    return new Promise((resolve, reject) => this.send(request, resolve, reject));
  }

  close(): void {
    this.#onFailure = undefined;
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    if (this.#expectedBytes === undefined && !this.#readHead()) return;
    if (this.#received.length < (this.#expectedBytes ?? 0)) return;
    const body = this.#received.subarray(this.#headBytes, this.#expectedBytes);
    this.#received = this.#received.subarray(this.#expectedBytes);
    this.#expectedBytes = undefined;
    this.#onAnswer?.({ status: this.#status, body });
  }

  #readHead(): boolean {
    const end = this.#received.indexOf('\r\n\r\n');
    if (end < 0) return false;
    const head = this.#received.toString('latin1', 0, end);
    const length = /content-length: *(\d+)/i.exec(head)?.[1];
    if (length === undefined) this.#fail(new Error(`an answer without content-length: ${head}`));
    this.#status = Number(head.slice(9, 12));
    this.#headBytes = end + 4;
    this.#expectedBytes = this.#headBytes + Number(length);
    return true;
  }

  #fail(error: Error): void {
    const onFailure = this.#onFailure;
    this.#onFailure = undefined;
    onFailure?.(error);
  }
}

/** The bytes of one request with a JSON body. */
export function httpRequest(method: string, path: string, body: Uint8Array): Buffer {
  const head = `${method} ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}
