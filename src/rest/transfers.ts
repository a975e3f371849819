import type http from 'node:http';
import type { Socket } from 'node:net';

import type { Exchange } from './reply.ts';

/**
 * How long a transfer may stand still where it is the client that does not go on. Qdrant has no limit; Node's own, five minutes
 * for a whole request, would cut the uploads that are too large for it.
 */
const STALL_MS = 300_000;

const STATUS_LINES: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** The connections of a server on which files travel: they may take as long as they move. */
export class Transfers {
  private readonly sockets = new WeakSet<Socket>();
  private readonly stallMs: number;

  constructor(server: http.Server, stallMs: number = STALL_MS) {
    this.stallMs = stallMs;
    server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
      const isTransfer = this.sockets.has(socket);
      if (isTransfer && error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return;
      // As Node would; but never into the middle of a file.
      const status = STATUS_LINES[error.code ?? ''] ?? '400 Bad Request';
      if (!isTransfer && socket.writable) socket.write(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`);
      socket.destroy(error);
    });
  }

  /** From here on a file is received. */
  upload({ request, response }: Exchange): void {
    const { socket } = request;
    this.sockets.add(socket);
    socket.setTimeout(this.stallMs);
    // Where bytes lie here unread, it is we who are slow.
    request.on('timeout', () => {
      if (request.readableLength === 0) socket.destroy();
    });
    request.once('close', () => {
      this.sockets.delete(socket);
      // Once it is answered, the time is that of idle connections.
      if (!response.writableEnded) socket.setTimeout(0);
    });
  }

  /** From here on a file is sent. */
  download({ request, response }: Exchange): void {
    const { socket } = request;
    this.sockets.add(socket);
    socket.setTimeout(this.stallMs);
    response.on('timeout', () => {
      if (response.writableLength > 0) socket.destroy();
    });
    response.once('close', () => this.sockets.delete(socket));
  }
}
