import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

import test, { type ExecutionContext } from 'ava';

import { Transfers } from '../../src/rest/transfers.ts';

const STALL_MS = 200;

/** A server that gives a request 100 ms to arrive; what it does with a request is told by the path. */
async function open(t: ExecutionContext): Promise<{ readonly port: number; readonly ended: string[] }> {
  const ended: string[] = [];
  const server = http.createServer(
    { requestTimeout: 100, headersTimeout: 100, connectionsCheckingInterval: 20, keepAliveTimeout: 100 },
    (request, response) => {
      const exchange = { options: { cors: false, isClosing: false }, request, response, startedMs: 0 };
      request.on('error', () => undefined);
      response.on('error', () => undefined);
      switch (request.url ?? '') {
        case '/upload':
          transfers.upload(exchange);
          request.on('end', () => setTimeout(() => response.end('all'), 2 * STALL_MS)).resume();
          break;
        case '/unread':
          transfers.upload(exchange);
          setTimeout(() => request.on('end', () => response.end('all')).resume(), 3 * STALL_MS);
          break;
        case '/download':
          transfers.download(exchange);
          response.write(Buffer.alloc(64 << 20));
          break;
        case '/slow':
          transfers.download(exchange);
          setTimeout(() => response.end('late'), 2 * STALL_MS);
          break;
        default:
          request.on('end', () => response.end('all')).resume();
      }
      response.on('close', () => ended.push(`${request.url} ${response.writableFinished ? 'whole' : 'broken'}`));
    },
  );
  const transfers = new Transfers(server, STALL_MS);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, ended };
}

/** Sends pieces with a pause before each; resolves with all that came until the connection ended. */
async function talk(port: number, pieces: readonly (string | Buffer)[], pauseMs: number): Promise<string> {
  const socket = net.connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  let text = '';
  socket.on('data', (chunk) => (text += chunk.toString()));
  const closed = once(socket, 'close');
  for (const piece of pieces) {
    socket.write(piece);
    await delay(pauseMs);
  }
  await closed;
  return text;
}

function head(path: string, bytes: number): string {
  return `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: ${bytes}\r\n\r\n`;
}

test('an upload takes as long as its bytes keep coming, and its connection goes on', async (t) => {
  const { port, ended } = await open(t);
  const pieces = [head('/upload', 5), '1', '2', '3', '4', '5'];
  const text = await talk(port, [...pieces, 'GET / HTTP/1.1\r\nhost: x\r\n\r\n'], 80);
  t.is(text.split('HTTP/1.1 200 OK').length, 3, text);
  t.deepEqual(ended, ['/upload whole', '/ whole']);
});

test('any other request has the time that Node gives it', async (t) => {
  const { port } = await open(t);
  t.regex(
    await talk(port, [head('/', 5), '1', '2'], 80),
    /^HTTP\/1\.1 408 Request Timeout\r\nConnection: close\r\n\r\n$/,
  );
});

test('an upload that stands still is cut', async (t) => {
  const { port, ended } = await open(t);
  t.is(await talk(port, [head('/upload', 5), '1'], 0), '');
  while (ended.length === 0) await delay(5);
  t.deepEqual(ended, ['/upload broken']);
});

test('an upload that waits for us is not', async (t) => {
  const { port, ended } = await open(t);
  t.regex(await talk(port, [head('/unread', 1 << 20), Buffer.alloc(1 << 20)], 0), /^HTTP\/1\.1 200 OK/);
  t.deepEqual(ended, ['/unread whole']);
});

test('a download that nobody reads is cut, one that waits for us is not', async (t) => {
  const { port, ended } = await open(t);
  const socket = net.connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.pause();
  socket.write('GET /download HTTP/1.1\r\nhost: x\r\n\r\n');
  t.regex(await talk(port, ['GET /slow HTTP/1.1\r\nhost: x\r\n\r\n'], 0), /^HTTP\/1\.1 200 OK[^]*late$/);
  while (ended.length < 2) await delay(5);
  t.deepEqual(ended.toSorted(), ['/download broken', '/slow whole']);
  socket.destroy();
});

test('nothing is written into the middle of a file, whatever the client sends', async (t) => {
  const { port, ended } = await open(t);
  const text = await talk(port, ['GET /slow HTTP/1.1\r\nhost: x\r\n\r\n', 'no HTTP\r\n\r\n'], 20);
  t.is(text, '');
  while (ended.length === 0) await delay(5);
  t.deepEqual(ended, ['/slow broken']);
  t.regex(await talk(port, ['no HTTP\r\n\r\n'], 0), /^HTTP\/1\.1 400 Bad Request/);
});
