import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { FULL, scopeOf, type PhaseName } from '../../../src/cli/snapshot/place.ts';
import { RemotePlace } from '../../../src/cli/snapshot/remote.ts';
import { nodeWorld } from '../../../src/server/folders.ts';
import { sha256 } from './fake-server.ts';
import { fakeWorld } from './run.ts';

function placeAt(url: string, apiKey: string | undefined): RemotePlace {
  return new RemotePlace({
    base: new URL(url),
    apiKey,
    files: nodeWorld().files,
    signal: new AbortController().signal,
  });
}

/** Work that writes down what it hears. */
function heard(): {
  phases: PhaseName[];
  done: number[];
  phase: (name: PhaseName) => void;
  progress: (p: { doneBytes: number }) => void;
} {
  const phases: PhaseName[] = [];
  const done: number[] = [];
  return { phases, done, phase: (name) => void phases.push(name), progress: (p) => void done.push(p.doneBytes) };
}

async function errorOf(t: ExecutionContext, url: string): Promise<string> {
  return (await t.throwsAsync(placeAt(url, undefined).collections())).message;
}

test('a file is uploaded as it is, with its checksum, its progress, and a word when the server takes over', async (t) => {
  const { fake, folder } = await fakeWorld(t, []);
  const file = path.join(folder, 'a "quoted" näme.snapshot');
  const content = Buffer.alloc(3 * 2 ** 20 + 17, 'vectorizer');
  writeFileSync(file, content);
  const work = heard();
  const checksum = sha256(content);
  await placeAt(fake.url, 'secret').recover(
    { collection: 'books & films', source: { kind: 'file', path: file }, checksum },
    work,
  );
  const [upload] = fake.uploads;
  t.is(fake.requests[0]?.apiKey, 'secret');
  t.is(fake.requests[0]?.line.split('?')[0], 'POST /collections/books%20%26%20films/snapshots/upload');
  t.is(upload?.collection, 'books & films');
  t.is(upload?.query.toString(), `wait=true&priority=snapshot&checksum=${checksum}`);
  t.is(upload?.fileName, 'a "quoted" näme.snapshot');
  t.true(upload?.content.equals(content));
  t.deepEqual(work.phases, ['upload', 'recover']);
  t.is(work.done.at(-1), content.length);
  t.true(work.done.length > 3);
});

test('a URL is left to the server to fetch, with the key of the server that it points to', async (t) => {
  const { fake } = await fakeWorld(t, []);
  const url = new URL('http://other:6333/collections/books/snapshots/a.snapshot');
  const place = placeAt(fake.url, 'ours');
  await place.recover(
    { collection: 'b', source: { kind: 'url', url, apiKey: 'theirs' }, checksum: undefined },
    heard(),
  );
  t.deepEqual(fake.recoveries, [
    { collection: 'b', body: { location: url.href, priority: 'snapshot', api_key: 'theirs' } },
  ]);
});

test('a checksum that the server finds wrong is shown with what to do', async (t) => {
  const { fake, folder } = await fakeWorld(t, []);
  const file = path.join(folder, 'a.snapshot');
  writeFileSync(file, 'content');
  const recovery = { collection: 'b', source: { kind: 'file', path: file }, checksum: 'a'.repeat(64) } as const;
  const error = await t.throwsAsync(placeAt(fake.url, undefined).recover(recovery, heard()));
  t.regex(error.message, /^Wrong input: Checksum mismatch: .*; the file is not what it was: fetch it again/);
});

test('a server that refuses an upload before it is whole is heard, and the rest is not sent', async (t) => {
  const { folder } = await fakeWorld(t, []);
  const file = path.join(folder, 'large.snapshot');
  writeFileSync(file, Buffer.alloc(64 * 2 ** 20));
  const server = http.createServer((_request, response) => {
    response.statusCode = 401;
    response.end('Must provide an API key or an Authorization bearer token');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.closeAllConnections());
  const { port } = server.address() as AddressInfo;
  const work = heard();
  const recovery = { collection: 'b', source: { kind: 'file', path: file }, checksum: undefined } as const;
  const error = await t.throwsAsync(placeAt(`http://127.0.0.1:${port}`, undefined).recover(recovery, work));
  t.regex(error.message, /Must provide an API key.*: give the right --api-key, or set QDRANT__SERVICE__API_KEY$/);
  t.true((work.done.at(-1) ?? 0) < 64 * 2 ** 20);
  server.close();
});

test('a full snapshot is not for a running server: the message says what is', async (t) => {
  const place = placeAt('http://127.0.0.1:1', undefined);
  const recovery = { path: '/a/full.snapshot', checksum: undefined, force: false };
  const error = await t.throwsAsync(place.recoverFull(recovery));
  t.true(error.message.includes('`vectorizer serve --storage-snapshot /a/full.snapshot`'));
  t.true(error.message.includes('`vectorizer snapshot recover /a/full.snapshot --storage FOLDER`'));
});

test('refusals are shown in the words of the server, with what to do next', async (t) => {
  const { fake } = await fakeWorld(t, []);
  const cases: readonly (readonly [number, string, RegExp])[] = [
    [400, '{"status":{"error":"Wrong input: no"},"time":0}', /^Wrong input: no$/],
    [403, '{"status":{"error":"Forbidden: no"}}', /: Forbidden: no: give the right --api-key/],
    [401, '', /: answered 401: give the right --api-key/],
    [404, '', /: answered 404: is this a Vectorizer or a Qdrant server\?$/],
    [
      404,
      '{"status":{"error":"Not found: Collection `b` doesn\'t exist!"}}',
      /exist!; what there is: `vectorizer snapshot list`$/,
    ],
    [502, '<html>Bad Gateway</html>', /: answered 502: is this/],
    [500, '{"status":{"error":"Service internal error: No space left on device (os error 28)"}}', /; make room, /],
    [
      507,
      '{"status":{"error":"Insufficient storage: 1 byte"}}',
      /^the server: Insufficient storage: 1 byte; make room, /,
    ],
    [200, 'hello', /the answer to GET \/collections is no JSON object: is this/],
    [200, '{"result":{"collections":[{}]}}', /the server's answer is not understood \(the name of a collection\)/],
  ];
  for (const [status, body, expected] of cases) {
    fake.faults.refusal = { status, body };
    t.regex(await errorOf(t, fake.url), expected, `${status} ${body}`);
  }
});

test('where nobody answers, or nobody who speaks HTTP, the message says what to look at', async (t) => {
  t.regex(
    await errorOf(t, 'http://127.0.0.1:1'),
    /^http:\/\/127\.0\.0\.1:1: nobody answers: is it running\? Start it with `vectorizer serve`, or work on its folder with --storage$/,
  );
  const server = createServer((socket) => void socket.on('error', () => undefined).end('\0\0\u0006\u0004'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.regex(await errorOf(t, `http://127.0.0.1:${(server.address() as AddressInfo).port}`), /give the port of REST/);
  server.close();
});

test('a collection whose name is a path stays below /collections, and a base may have a path of its own', async (t) => {
  const { fake } = await fakeWorld(t, []);
  const place = placeAt(`${fake.url}/proxy/`, undefined);
  await place.list(scopeOf('..'));
  await place.list(FULL);
  t.deepEqual(
    fake.requests.map(({ line }) => line),
    ['GET /proxy/collections/../snapshots', 'GET /proxy/snapshots'],
  );
});
