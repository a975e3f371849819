import { createHash, randomBytes } from 'node:crypto';
import http from 'node:http';
import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

import test, { type ExecutionContext } from 'ava';

import { badInput } from '../../src/core/errors.ts';
import { ask, exchange, type Reply, request, type Served, serveStub } from './client.ts';

const PATH = '/collections/c/snapshots/upload';
const SHARD_PATH = '/collections/c/shards/1/snapshots/upload';
const BOUNDARY = '----WebKitFormBoundary7MA4YWxkTrZu0gW';
const FORM = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` };

async function serving(t: ExecutionContext): Promise<Served> {
  const served = await serveStub({ maxRequestBytes: 1000 });
  t.teardown(() => served.door.close());
  await ask(served.port, 'PUT', '/collections/c', { vectors: { size: 2, distance: 'Dot' } });
  return served;
}

interface Field {
  readonly name: string;
  readonly fileName?: string;
  readonly bytes: Buffer | string;
}

function partHead({ name, fileName }: Omit<Field, 'bytes'>): string {
  const file = fileName === undefined ? '' : `; filename="${fileName}"`;
  return `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"${file}\r\n\r\n`;
}

const END = `\r\n--${BOUNDARY}--\r\n`;

function form(...fields: readonly Field[]): Buffer {
  const parts = fields.map((field, index) =>
    Buffer.concat([Buffer.from(`${index > 0 ? '\r\n' : ''}${partHead(field)}`), Buffer.from(field.bytes)]),
  );
  return Buffer.concat([...parts, Buffer.from(END)]);
}

function upload(
  port: number,
  path: string,
  body: Buffer,
  headers: Readonly<Record<string, string>> = FORM,
): Promise<Reply> {
  return exchange(port, request('POST', path, body, headers));
}

function answerOf({ status, body }: Reply): unknown {
  const text = body.toString();
  if (!text.startsWith('{')) return [status, text];
  const { time, ...rest } = JSON.parse(text) as { readonly time: number };
  return [status, typeof time, rest];
}

const TRUE = [200, 'number', { result: true, status: 'ok' }];

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

test('a file is recovered from, wherever it stands in the form', async (t) => {
  const { port, snapshots } = await serving(t);
  // Line ends and near-boundaries within: bytes as they are.
  const bytes = Buffer.concat([
    randomBytes(150_000),
    Buffer.from(`\r\n--${BOUNDARY.slice(0, -1)}\r\n`),
    randomBytes(99),
  ]);
  const file = { name: 'snapshot', fileName: '/tmp/../ä b.snapshot', bytes };
  const other = { name: 'other', fileName: 'o', bytes: randomBytes(200_000) };
  const text = { name: 'text', bytes: 'x'.repeat(3_000_000) };
  for (const fields of [[file], [other, file], [file, text], [text, other, file, { ...file, bytes: 'second' }]]) {
    t.deepEqual(answerOf(await upload(port, PATH, form(...fields))), TRUE);
    const { request: given, ...recovered } = snapshots.recovered.at(-1) ?? {};
    t.deepEqual(recovered, { bytes: bytes.length, sha256: sha256(bytes) });
    t.deepEqual(given?.scope, { kind: 'collection', collection: 'c' });
    t.is(given?.source.kind === 'upload' ? given.source.fileName : '', 'ä b.snapshot');
    t.is(given?.priority, 'snapshot');
    t.is(given?.checksum, undefined);
  }
});

test('a file without a name gets one, and an empty file is a file', async (t) => {
  const { port, snapshots } = await serving(t);
  t.deepEqual(answerOf(await upload(port, PATH, form({ name: 'snapshot', bytes: '' }))), TRUE);
  const { source } = snapshots.recovered[0]?.request ?? {};
  t.regex(source?.kind === 'upload' ? source.fileName : '', /^[0-9a-f-]{36}$/);
  t.is(snapshots.recovered[0]?.bytes, 0);
});

test('a shard is answered with null', async (t) => {
  const { port, snapshots } = await serving(t);
  const body = form({ name: 'snapshot', fileName: 's', bytes: 'x' });
  t.deepEqual(answerOf(await upload(port, SHARD_PATH, body)), [200, 'number', { result: null, status: 'ok' }]);
  t.deepEqual(snapshots.recovered[0]?.request.scope, { kind: 'shard', collection: 'c', shard: 1 });
});

test('priority and checksum come with the query', async (t) => {
  const { port, snapshots } = await serving(t);
  const bytes = randomBytes(1000);
  const body = form({ name: 'snapshot', fileName: 's', bytes });
  const sum = sha256(bytes).toUpperCase();
  t.deepEqual(answerOf(await upload(port, `${PATH}?priority=replica&checksum=${sum}&wait=true`, body)), TRUE);
  t.is(snapshots.recovered[0]?.request.priority, 'replica');
  t.is(snapshots.recovered[0]?.request.checksum, sum);
  const refused = (status: number, error: string): unknown => [status, 'number', { status: { error } }];
  const other = 'a'.repeat(64);
  const cases: readonly (readonly [string, unknown])[] = [
    [`checksum=${other}`, refused(400, `Checksum mismatch: expected ${sha256(bytes)}, actual ${other}`)],
    [
      'checksum=abc',
      refused(
        422,
        'Validation error in query parameters: [checksum: value "abc" invalid, must be exactly 64 characters]',
      ),
    ],
    [
      'priority=x',
      refused(
        400,
        'Deserialize error in query parameters: unknown variant `x`, expected one of `no_sync`, `snapshot`, `replica`',
      ),
    ],
    ['wait=0', refused(400, 'Deserialize error in query parameters: provided string was not `true` or `false`')],
  ];
  for (const [query, answer] of cases) t.deepEqual(answerOf(await upload(port, `${PATH}?${query}`, body)), answer);
});

test('a body that is no such form is refused in plain text', async (t) => {
  const { port, snapshots, logged, warned } = await serving(t);
  const file = form({ name: 'snapshot', fileName: 's', bytes: randomBytes(100_000) });
  const torn = 'Multipart stream is incomplete';
  const missing = 'Required field is missing: snapshot';
  const cases: readonly (readonly [Buffer, Readonly<Record<string, string>>, string])[] = [
    [form({ name: 'shot', fileName: 's', bytes: 'x' }), FORM, missing],
    [Buffer.from(`--${BOUNDARY}--\r\n`), FORM, missing],
    [file, {}, 'Could not find Content-Type header'],
    [file, { 'content-type': 'application/json' }, 'Could not parse Content-Type header'],
    [file, { 'content-type': 'multipart/form-data' }, 'Multipart boundary is not found'],
    [Buffer.alloc(0), FORM, torn],
    [Buffer.from('{}'), FORM, torn],
    [file.subarray(0, 40), FORM, torn],
    [file.subarray(0, 50_000), FORM, torn],
    [file.subarray(0, -10), FORM, torn],
  ];
  for (const query of ['', '?wait=false']) {
    for (const [body, headers, text] of cases) {
      const reply = await upload(port, PATH + query, body, headers);
      t.deepEqual(answerOf(reply), [400, text]);
      t.is(reply.headers['content-type'], 'text/plain; charset=utf-8');
    }
  }
  t.deepEqual(snapshots.recovered, []);
  t.deepEqual([...logged, ...warned], []);
});

test('what is not waited for is accepted when it has come, and its failure is logged', async (t) => {
  const { port, snapshots, warned } = await serving(t);
  const body = form({ name: 'snapshot', fileName: 's', bytes: randomBytes(100_000) });
  const accepted = [202, 'number', { status: 'accepted' }];
  t.deepEqual(answerOf(await upload(port, `${PATH}?wait=false`, body)), accepted);
  await delay(10);
  t.is(snapshots.recovered[0]?.bytes, 100_000);
  for (const when of ['before', 'after'] as const) {
    snapshots.refusal = { when, error: badInput(when) };
    t.deepEqual(answerOf(await upload(port, `${PATH}?wait=false`, body)), accepted);
  }
  await delay(10);
  const failed = 'work that nobody waits for failed: Wrong input:';
  t.deepEqual(warned, [`${failed} before`, `${failed} after`]);
});

/** Sends a form whose file is so long, at the pace of the server. Resolves with the answer. */
function sendLarge(
  port: number,
  bytes: number,
  path = PATH,
): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const chunk = Buffer.alloc(65_536, 7);
    const sending = http.request({
      port,
      path,
      method: 'POST',
      headers: FORM,
      agent: new http.Agent({ keepAlive: true }),
    });
    sending.on('error', reject);
    sending.on('response', (answer) => {
      let body = '';
      answer.on('data', (part: Buffer) => (body += part.toString()));
      answer.on('end', () => {
        resolve({ status: answer.statusCode ?? 0, body });
        sending.destroy();
      });
    });
    void (async () => {
      sending.write(partHead({ name: 'snapshot', fileName: 'large' }));
      for (let sent = 0; sent < bytes; sent += chunk.length) {
        if (!sending.write(chunk)) await new Promise((resolve) => sending.once('drain', resolve));
      }
      sending.end(END);
    })();
  });
}

test.serial('256 MiB pass through without being gathered', async (t) => {
  const { port, snapshots } = await serving(t);
  await sendLarge(port, 1 << 20);
  let peak = 0;
  const before = process.memoryUsage().arrayBuffers;
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().arrayBuffers - before)), 5);
  const answer = await sendLarge(port, 256 << 20);
  clearInterval(watch);
  t.is(answer.status, 200);
  t.is(snapshots.recovered.at(-1)?.bytes, 256 << 20);
  t.log(`peak of buffers: ${(peak / 2 ** 20).toFixed(1)} MiB, client and server`);
  // Garbage that nobody has collected yet included.
  t.true(peak < 128 << 20, String(peak));
});

test.serial('a file is taken no faster than it is kept', async (t) => {
  const { port, snapshots } = await serving(t);
  const gate = Promise.withResolvers<void>();
  snapshots.gate = gate.promise;
  const socket = net.connect(port, '127.0.0.1');
  socket.write(request('POST', PATH, '', { ...FORM, 'content-length': String(1 << 30) }));
  socket.write(partHead({ name: 'snapshot', fileName: 'large' }));
  let sent = 0;
  const chunk = Buffer.alloc(1 << 20);
  for (let quiet = 0; quiet < 10;) {
    if (socket.writableLength === 0) {
      socket.write(chunk);
      sent += chunk.length;
      quiet = 0;
    } else quiet++;
    await delay(10);
  }
  // What the kernel holds for both sides.
  t.true(sent < 40 << 20, String(sent));
  socket.destroy();
  gate.resolve();
});

for (const when of ['before', 'after'] as const) {
  test(`a recovery that fails ${when} the file is read is told to a client that sends on`, async (t) => {
    const { port, snapshots, logged } = await serving(t);
    snapshots.refusal = { when, error: badInput('not compatible') };
    const { status, body } = await sendLarge(port, 20 << 20);
    t.is(status, 400);
    t.regex(body, /^\{"status":\{"error":"Wrong input: not compatible"\},"time":/);
    t.deepEqual(logged, []);
  });
}

test('a client that reads its answer only when all is sent gets it, and its connection goes on', async (t) => {
  const { port, snapshots } = await serving(t);
  snapshots.refusal = { when: 'before', error: badInput('no') };
  const body = form({ name: 'snapshot', fileName: 's', bytes: randomBytes(8 << 20) });
  const socket = net.connect(port, '127.0.0.1');
  socket.pause();
  await new Promise((resolve) => socket.write(request('POST', PATH, body, FORM), resolve));
  socket.write(request('GET', '/healthz', '', { connection: 'close' }));
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  const answers = Buffer.concat(chunks).toString();
  t.regex(answers, /^HTTP\/1\.1 400 Bad Request[^]*Wrong input: no[^]*HTTP\/1\.1 200 OK[^]*healthz check passed$/);
});

/** Sends all, and only then looks for the answer. */
async function sendThenRead(port: number, bytes: Buffer): Promise<string> {
  const socket = net.connect(port, '127.0.0.1');
  socket.pause();
  for (let at = 0; at < bytes.length; at += 1 << 20) {
    await new Promise<void>((resolve, reject) => {
      socket.write(bytes.subarray(at, at + (1 << 20)), (error) => (error instanceof Error ? reject(error) : resolve()));
    });
  }
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

test('so it does where the connection ends with the answer', async (t) => {
  const { port, snapshots } = await serving(t);
  const bytes = randomBytes(16 << 20);
  const file = { name: 'snapshot', fileName: 's', bytes };
  const close = { ...FORM, connection: 'close' };
  const answered = async (path: string, body: Buffer, headers = close): Promise<string> =>
    sendThenRead(port, request('POST', path, body, headers));
  t.regex(await answered(PATH, form({ ...file, bytes: 'x' }, { ...file, name: 'other' })), /"result":true/);
  t.regex(await answered(`${PATH}?wait=0`, form(file)), /Deserialize error in query parameters/);
  t.regex(await answered(PATH, form(file), { ...close, 'content-type': 'text/plain' }), /Could not parse Content-Type/);
  t.regex(await answered('/nowhere', form(file)), /^HTTP\/1\.1 404 Not Found/);
  t.regex(await answered('/collections/c/points/count', form(file)), /is larger than allowed/);
  snapshots.refusal = { when: 'before', error: badInput('no') };
  t.regex(await answered(PATH, form(file)), /Wrong input: no/);
});

for (const query of ['', '?wait=false']) {
  test(`a client that hangs up in the middle ends the reading of its file${query}`, async (t) => {
    const { port, snapshots, logged, warned } = await serving(t);
    const body = form({ name: 'snapshot', fileName: 's', bytes: randomBytes(1 << 20) });
    const whole = request('POST', PATH + query, body, FORM);
    const socket = net.connect(port, '127.0.0.1');
    socket.write(whole.subarray(0, whole.length / 2));
    while (snapshots.signals.length === 0) await delay(1);
    await delay(20);
    socket.destroy();
    while (snapshots.uploadFailure === undefined) await delay(1);
    t.is((snapshots.uploadFailure as Error).name, 'ClientGone');
    await delay(20);
    t.deepEqual(snapshots.recovered, []);
    t.deepEqual([...logged, ...warned], []);
    t.like(await ask(port, 'GET', '/healthz'), { status: 200 });
  });
}

test('a client that hangs up before its file begins leaves nothing behind', async (t) => {
  const { port, snapshots, logged } = await serving(t);
  const whole = request('POST', PATH, form({ name: 'snapshot', bytes: 'x' }), FORM);
  for (let cut = 1; cut < 20; cut++) {
    const socket = net.connect(port, '127.0.0.1');
    await new Promise((resolve) => socket.write(whole.subarray(0, whole.indexOf('\r\n\r\n') + cut * 5), resolve));
    socket.destroy();
  }
  await delay(20);
  t.like(await ask(port, 'GET', '/healthz'), { status: 200 });
  t.deepEqual(snapshots.recovered, []);
  t.deepEqual(logged, []);
});

test('work with a file that has come goes on when its client hangs up', async (t) => {
  const { port, snapshots, logged } = await serving(t);
  const { recover } = snapshots;
  const gate = Promise.withResolvers<void>();
  snapshots.recover = async (...given) => {
    const done = await recover.apply(snapshots, given);
    await gate.promise;
    return done;
  };
  const socket = net.connect(port, '127.0.0.1');
  socket.write(request('POST', PATH, form({ name: 'snapshot', fileName: 's', bytes: 'x' }), FORM));
  while (snapshots.recovered.length === 0) await delay(1);
  socket.destroy();
  await delay(20);
  t.false(snapshots.signals[0]?.aborted);
  gate.resolve();
  await delay(10);
  t.deepEqual(logged, []);
});
