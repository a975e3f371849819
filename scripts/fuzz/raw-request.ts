import { connect } from 'node:net';

export interface RawAnswer {
  /** undefined: the connection ended without an answer. */
  readonly status: number | undefined;
  readonly text: string;
}

/**
 * Writes `bytes` as they are to a connection of its own and reads what comes until it closes, a whole answer is there,
 * or `hangUp` says to leave after writing.
 */
export function rawRequest(options: { port: number; bytes: Uint8Array; hangUp: boolean }): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect(options.port, '127.0.0.1');
    const finish = (): void => {
      clearTimeout(timer);
      socket.destroy();
      const text = Buffer.concat(chunks).toString('latin1');
      const status = /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1];
      resolve({ status: status === undefined ? undefined : Number(status), text });
    };
    const timer = setTimeout(finish, 10_000);
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', finish);
    socket.on('close', finish);
    socket.write(options.bytes, () => {
      if (options.hangUp) finish();
    });
  });
}

/** The bytes of one request with a body, after which the server closes the connection. `claimed`: its content-length. */
export function requestBytes(options: { method: string; path: string; body: Uint8Array; claimed: number }): Buffer {
  const head = `${options.method} ${options.path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${options.claimed}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), options.body]);
}
