import { createHash, randomBytes } from 'node:crypto';
import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

import test, { type ExecutionContext } from 'ava';

import type { SnapshotScope } from '../../src/core/snapshots.ts';
import { exchange, ask, type Reply, request, type Served, serveStub } from './client.ts';

const SCOPE: SnapshotScope = { kind: 'collection', collection: 'c' };
const PATH = '/collections/c/snapshots';
const STREAM = '/collections/c/shards/1/snapshot';
const BYTES = randomBytes(300_001);
const SHA = createHash('sha256').update(BYTES).digest();
const ETAG = `"${SHA.toString('hex')}"`;
const CREATED = 'Sat, 21 Nov 2026 09:40:09 GMT';

async function serving(t: ExecutionContext): Promise<Served> {
  const served = await serveStub();
  t.teardown(() => served.door.close());
  await ask(served.port, 'PUT', '/collections/c', { vectors: { size: 2, distance: 'Dot' } });
  served.snapshots.keep(SCOPE, 'a.snapshot', BYTES);
  return served;
}

function get(port: number, path: string, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
  return exchange(port, request('GET', path, '', headers));
}

test('a snapshot comes as it is, with all that tells whether it came whole', async (t) => {
  const { port, snapshots } = await serving(t);
  const given = { 'accept-encoding': 'gzip, br, zstd', origin: 'http://o' };
  const { status, headers, body } = await get(port, `${PATH}/a.snapshot`, given);
  const { date, connection, 'keep-alive': keepAlive, vary, ...own } = headers;
  t.truthy(date);
  t.is(connection, 'keep-alive');
  t.truthy(keepAlive);
  t.is(vary, 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers');
  t.is(status, 200);
  t.deepEqual(own, {
    'content-type': 'application/octet-stream',
    'content-disposition': 'attachment; filename="a.snapshot"',
    'content-length': String(BYTES.length),
    'accept-ranges': 'bytes',
    'last-modified': CREATED,
    etag: ETAG,
    'repr-digest': `sha-256=:${SHA.toString('base64')}:`,
    'access-control-allow-origin': 'http://o',
    'access-control-expose-headers': '*',
  });
  t.true(body.equals(BYTES));
  t.is(snapshots.openFiles, 0);
});

test('a snapshot without a checksum has no tag', async (t) => {
  const { port, snapshots } = await serving(t);
  snapshots.unsigned.add('a.snapshot');
  const { headers } = await get(port, `${PATH}/a.snapshot`);
  t.false('etag' in headers || 'repr-digest' in headers);
});

/** Ranges, and what comes of them: from, to (exclusive). */
const RANGES: readonly (readonly [string, number, number])[] = [
  ['bytes=0-0', 0, 1],
  ['bytes=10-99', 10, 100],
  ['Bytes= 10-99 ', 10, 100],
  ['bytes=65536-65536', 65_536, 65_537],
  ['bytes=300000-', 300_000, 300_001],
  ['bytes=70000-9007199254740993', 70_000, 300_001],
  ['bytes=-1', 300_000, 300_001],
  ['bytes=-400000', 0, 300_001],
];

test('one range of bytes is a part', async (t) => {
  const { port } = await serving(t);
  for (const [range, start, end] of RANGES) {
    const { status, headers, body } = await get(port, `${PATH}/a.snapshot`, { range });
    t.is(status, 206, range);
    t.is(headers['content-range'], `bytes ${start}-${end - 1}/300001`, range);
    t.is(headers['content-length'], String(end - start), range);
    t.is(headers['etag'], ETAG);
    t.true(body.equals(BYTES.subarray(start, end)), range);
  }
});

test('several ranges, and what is none, are the whole', async (t) => {
  const { port } = await serving(t);
  for (const range of ['bytes=0-1,3-4', 'bytes=-', 'bytes=9-3', 'rows=0-1', 'bytes=a-b', 'bytes', '']) {
    const { status, body } = await get(port, `${PATH}/a.snapshot`, { range });
    t.is(status, 200, range);
    t.is(body.length, BYTES.length, range);
  }
});

test('a range behind the end is 416, with the size', async (t) => {
  const { port, snapshots } = await serving(t);
  snapshots.keep(SCOPE, 'empty', Buffer.alloc(0));
  for (const [name, range, size] of [
    ['a.snapshot', 'bytes=300001-', 300_001],
    ['a.snapshot', 'bytes=-0', 300_001],
    ['empty', 'bytes=0-', 0],
  ] as const) {
    const { status, headers } = await get(port, `${PATH}/${name}`, { range });
    t.is(status, 416, range);
    t.is(headers['content-range'], `bytes */${size}`);
  }
  const empty = await get(port, `${PATH}/empty`);
  t.is(empty.status, 200);
  t.is(empty.headers['content-length'], '0');
});

test('a range is only given of the file that the client began with', async (t) => {
  const { port } = await serving(t);
  const range = 'bytes=1-2';
  const cases: readonly (readonly [string, number])[] = [
    [ETAG, 206],
    [CREATED, 206],
    [`W/${ETAG}`, 200],
    ['"other"', 200],
    ['Sat, 21 Nov 2026 09:40:08 GMT', 200],
  ];
  for (const [condition, status] of cases) {
    t.is((await get(port, `${PATH}/a.snapshot`, { range, 'if-range': condition })).status, status, condition);
  }
});

test('names that no header can hold as they are', async (t) => {
  const { port, snapshots } = await serving(t);
  for (const [name, disposition] of [
    ['a"b\\c', 'attachment; filename="a\\"b\\\\c"'],
    ["ü'€.snapshot", "attachment; filename=\"_'_.snapshot\"; filename*=UTF-8''%C3%BC%27%E2%82%AC.snapshot"],
    ['a\r\nb: c', 'attachment; filename="a__b: c"; filename*=UTF-8\'\'a%0D%0Ab%3A%20c'],
  ] as const) {
    snapshots.keep(SCOPE, name, Buffer.from('x'));
    const { status, headers } = await get(port, `${PATH}/${encodeURIComponent(name)}`);
    t.is(status, 200);
    t.is(headers['content-disposition'], disposition);
  }
});

test('what cannot be sent is said in plain text', async (t) => {
  const { port, snapshots, logged } = await serving(t);
  const cases: readonly (readonly [string, string])[] = [
    [`${PATH}/nope.snapshot`, 'Not found: Snapshot nope.snapshot not found'],
    [`${PATH}/..%2f..%2fetc%2fpasswd`, 'Not found: Snapshot ../../etc/passwd not found'],
    ['/collections/%C3%A9/snapshots/s', "Not found: Collection `é` doesn't exist!"],
    ['/collections/c/shards/0/snapshots/s', 'Not found: Snapshot s not found'],
    ['/collections/c/shards/7/snapshot', 'Not found: shard 7 not found'],
    ['/snapshots/s', 'Not found: Snapshot s not found'],
  ];
  for (const [path, text] of cases) {
    const { status, headers, body } = await get(port, path, { origin: 'http://o' });
    t.is(status, 404);
    t.is(headers['content-type'], 'text/plain; charset=utf-8');
    t.is(headers['access-control-allow-origin'], 'http://o');
    t.is(body.toString(), text);
  }
  t.deepEqual(logged, []);
  snapshots.failAt = 0;
  const early = await get(port, `${PATH}/a.snapshot`);
  t.is(early.status, 500);
  t.is(early.body.toString(), 'Service internal error: the disk is gone');
  t.deepEqual(logged, ['download failed']);
});

/** All that comes over a connection until it ends. */
function untilClosed(port: number, bytes: Buffer): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = net.connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(Buffer.concat(chunks)));
  });
}

test('a failure in the middle breaks the connection: no part looks whole', async (t) => {
  const { port, snapshots, logged } = await serving(t);
  snapshots.failAt = 100_000;
  const file = await untilClosed(port, request('GET', `${PATH}/a.snapshot`));
  t.regex(file.toString('latin1', 0, 15), /^HTTP\/1\.1 200 OK/);
  t.true(file.length < BYTES.length);
  const stream = await untilClosed(port, request('GET', STREAM));
  t.regex(stream.toString('latin1', 0, 15), /^HTTP\/1\.1 200 OK/);
  t.false(stream.toString('latin1').endsWith('0\r\n\r\n'));
  t.deepEqual(logged, ['download failed', 'download failed']);
  t.is(snapshots.openFiles, 0);
});

test('a file that has become shorter or longer is not sent as if it were whole', async (t) => {
  const { port, snapshots, logged } = await serving(t);
  const { read } = snapshots;
  for (const more of [-1, 1]) {
    snapshots.read = async (given) => {
      const file = await read.call(snapshots, given);
      return { ...file, bytes: file.bytes + more, read: () => file.read(0, file.bytes) };
    };
    const file = await untilClosed(port, request('GET', `${PATH}/a.snapshot`));
    t.true(file.length < BYTES.length + 700);
  }
  t.is(logged.length, 2);
  t.is(snapshots.openFiles, 0);
});

test('a snapshot of a shard is streamed in chunks, as long as it turns out to be', async (t) => {
  const { port } = await serving(t);
  const answer = await fetch(`http://127.0.0.1:${port}${STREAM}`);
  t.is(answer.status, 200);
  t.is(answer.headers.get('transfer-encoding'), 'chunked');
  t.is(answer.headers.get('content-type'), 'application/octet-stream');
  const name = 'c-shard-1-2026-11-21-09-40-09.snapshot';
  t.is(answer.headers.get('content-disposition'), `attachment; filename="${name}"`);
  t.true(Buffer.from(await answer.arrayBuffer()).equals(Buffer.alloc(200_000, 7)));
});

for (const path of [STREAM, `${PATH}/a.snapshot`]) {
  test(`${path}: a client that does not read is waited for, and one that hangs up ends the reading`, async (t) => {
    const { port, snapshots, logged, warned } = await serving(t);
    snapshots.streamBytes = Infinity;
    snapshots.keep(SCOPE, 'a.snapshot', Buffer.alloc(64 << 20));
    const socket = net.connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(request('GET', path));
    socket.pause();
    while (snapshots.openFiles === 0) await delay(1);
    let before = -1;
    while (before !== snapshots.sentBytes) {
      before = snapshots.sentBytes;
      await delay(50);
    }
    // What the kernel holds for both sides, and little of ours.
    t.true(snapshots.sentBytes < 32 << 20, String(snapshots.sentBytes));
    socket.destroy();
    while (snapshots.openFiles > 0) await delay(1);
    t.deepEqual([...logged, ...warned], []);
    t.true(snapshots.signals.every((signal) => signal.aborted));
  });
}

test('a client that hangs up before the first byte leaves no file open', async (t) => {
  const { port, snapshots, logged } = await serving(t);
  const gate = Promise.withResolvers<void>();
  snapshots.gate = gate.promise;
  const socket = net.connect(port, '127.0.0.1');
  socket.write(request('GET', `${PATH}/a.snapshot`));
  while (snapshots.openFiles === 0) await delay(1);
  socket.destroy();
  await delay(20);
  gate.resolve();
  while (snapshots.openFiles > 0) await delay(1);
  t.deepEqual(logged, []);
});

test('a connection goes on after a download', async (t) => {
  const { port } = await serving(t);
  const both = [request('GET', `${PATH}/a.snapshot`), request('GET', '/healthz', '', { connection: 'close' })];
  const answers = await untilClosed(port, Buffer.concat(both));
  t.true(answers.toString('latin1').endsWith('healthz check passed'));
});
