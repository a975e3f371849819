import { createServer, type Server } from 'node:net';
import { Http2Connection } from './connection.ts';
import type { Http2Stream } from './stream.ts';

/** How long `close` waits for what is under way. */
const CLOSE_GRACE_MS = 10_000;
/** Of silence, before the kernel asks whether the client is still there: it would hold its streams for ever. */
const KEEP_ALIVE_MS = 60_000;

export interface Http2Server {
  readonly server: Server;
  /** Stops accepting, lets streams finish; resolves when all is quiet. */
  readonly close: () => Promise<void>;
}

/** HTTP/2 without TLS and without HTTP/1.1 before it. `onStream` sets the events of a new stream before it returns. */
export function createHttp2Server(onStream: (stream: Http2Stream) => void): Http2Server {
  const connections = new Set<Http2Connection>();
  const options = { noDelay: true, allowHalfOpen: false, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS };
  const server = createServer(options, (socket) => {
    const connection = new Http2Connection(socket, onStream);
    connections.add(connection);
    socket.on('close', () => connections.delete(connection));
  });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(() => {
        for (const connection of connections) connection.destroy();
      }, CLOSE_GRACE_MS);
      const done = (): void => {
        clearTimeout(timer);
        resolve();
      };
      if (server.listening) server.close(done);
      else done();
      for (const connection of connections) connection.close();
    });
  return { server, close };
}
