import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { once } from 'node:events';
import path from 'node:path';
import test from 'ava';
import { runCommand, ServerProcess, temporaryFolder, withServer } from './server-process.ts';

test('on start the log says where everything is and what to do next', async (t) => {
  const folder = temporaryFolder();
  const server = await ServerProcess.start({ folder, launcher: 'src' });
  const { status, stdout } = await server.stop('SIGTERM');
  t.is(status, 0);
  t.true(stdout.includes(`listening on ${server.url}`));
  t.true(stdout.includes(`data in ${folder}/storage, snapshots in ${folder}/snapshots`));
  t.true(stdout.includes(`curl -X PUT ${server.url}/collections/books`));
  for (const line of stdout.trimEnd().split('\n')) t.notThrows(() => JSON.parse(line) as unknown, line);
  await rm(folder, { recursive: true });
});

test('the server listens on loopback unless told otherwise', async (t) => {
  await withServer({ environment: { QDRANT__LOG_LEVEL: 'INFO' } }, async ({ url }) => {
    t.regex(url, /^http:\/\/127\.0\.0\.1:\d+$/);
    t.is((await fetch(`${url}/healthz`)).status, 200);
  });
});

test('a second process on the same folder is refused, and the first goes on', async (t) => {
  await withServer({}, async (server, folder) => {
    const { status, stderr } = await runCommand(
      ['serve', '--port', '0', '--grpc-port', '0', '--storage', path.join(folder, 'storage')],
      {
        launcher: 'src',
        cwd: folder,
      },
    );
    t.is(status, 1);
    t.true(stderr.includes(path.join(folder, 'storage')), stderr);
    t.regex(stderr, /another process/i);
    t.false(stderr.includes('    at '), 'no stack for what the user can mend');
    t.is((await fetch(`${server.url}/healthz`)).status, 200);
  });
});

test('a busy port is named', async (t) => {
  await withServer({}, async (server) => {
    const folder = temporaryFolder();
    const { status, stderr } = await runCommand(
      ['serve', '--port', String(server.port), '--grpc-port', '0', '--storage', folder],
      {
        launcher: 'src',
        cwd: folder,
      },
    );
    t.is(status, 1);
    t.regex(stderr, new RegExp(`^vectorizer: .*127\\.0\\.0\\.1:${server.port}: .*--port\n$`));
    await rm(folder, { recursive: true });
  });
});

test('a busy port of gRPC is named, and gRPC can be left out', async (t) => {
  await withServer({}, async (server) => {
    const folder = temporaryFolder();
    const [, port] = server.grpcAddress.split(':');
    const flags = ['--port', '0', '--grpc-port', port ?? '', '--storage', folder];
    const { status, stderr } = await runCommand(['serve', ...flags], { launcher: 'src', cwd: folder });
    t.is(status, 1);
    t.regex(stderr, new RegExp(`^vectorizer: .*127\\.0\\.0\\.1:${port}: .*--grpc-port\n$`));
    await rm(folder, { recursive: true });
  });
  await withServer({ flags: ['--grpc-port', 'off'] }, async ({ url, grpcAddress }) => {
    t.is(grpcAddress, '');
    t.is((await fetch(`${url}/healthz`)).status, 200);
  });
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} closes cleanly, with an idle connection open, and the folder can be opened again`, async (t) => {
    const folder = temporaryFolder();
    for (const attempt of ['first', 'second']) {
      const server = await ServerProcess.start({ folder });
      await (await fetch(`${server.url}/collections`)).text(); // leaves a keep-alive connection behind
      t.like(await server.stop(signal), { status: 0, signal: undefined }, attempt);
    }
    await rm(folder, { recursive: true });
  });
}

test('a running request is finished before the process ends', async (t) => {
  await withServer({}, async (server) => {
    const body = JSON.stringify({ vectors: { size: 4, distance: 'Dot' } });
    const socket = connect(server.port, '127.0.0.1').setEncoding('utf8');
    let answer = '';
    socket.on('data', (text: string) => (answer += text));
    socket.write(
      `PUT /collections/late HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body.slice(0, 5)}`,
    );
    await fetch(`${server.url}/healthz`); // the half request has reached the server before this was answered
    server.signal('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 100));
    socket.write(body.slice(5));
    await once(socket, 'close');
    t.regex(answer, /^HTTP\/1\.1 200 OK/);
    t.like(await server.end, { status: 0 });
  });
});

test('a second signal ends the process at once', async (t) => {
  await withServer({}, async (server) => {
    const socket = connect(server.port, '127.0.0.1');
    // Half a request keeps the server closing for as long as it waits for the rest.
    socket.write('PUT /collections/never HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{');
    await fetch(`${server.url}/healthz`);
    server.signal('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 200));
    t.true(server.isRunning, 'it still waits for the request');
    t.like(await server.stop('SIGINT'), { status: 130 });
    socket.destroy();
  });
});
