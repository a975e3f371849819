import { createHash, randomBytes } from 'node:crypto';
import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

import test from 'ava';

import type { SnapshotScope } from '../../src/core/snapshots.ts';
import { ask, request, type Served, serveStub } from './client.ts';

const COLLECTION: SnapshotScope = { kind: 'collection', collection: 'c' };
const SHARD: SnapshotScope = { kind: 'shard', collection: 'c', shard: 1 };

async function served(): Promise<Served> {
  const opened = await serveStub();
  await ask(opened.port, 'PUT', '/collections/c', { vectors: { size: 2, distance: 'Dot' } });
  return opened;
}

/** An answer of Qdrant's envelope. */
function ok(result: unknown): unknown {
  return { status: 200, body: { result, status: 'ok' } };
}

function failed(status: number, error: string): unknown {
  return { status, body: { status: { error } } };
}

const KINDS: readonly (readonly [string, SnapshotScope, string])[] = [
  ['/collections/c/snapshots', COLLECTION, 'c-1'],
  ['/collections/c/shards/1/snapshots', SHARD, 'c-shard-1'],
  ['/snapshots', { kind: 'full' }, 'full-snapshot'],
];

for (const [path, scope, prefix] of KINDS) {
  test(`${path}: made, listed, deleted`, async (t) => {
    const { port, door, snapshots } = await served();
    t.teardown(() => door.close());
    t.deepEqual(await ask(port, 'GET', path), ok([]));
    const name = `${prefix}-2026-11-21-09-40-09.snapshot`;
    const made = await ask(port, 'POST', path);
    const [bytes] = [...snapshots.files.values()];
    const checksum = createHash('sha256')
      .update(bytes ?? '')
      .digest('hex');
    const description = { name, creation_time: '2026-11-21T09:40:09', size: bytes?.length, checksum };
    t.deepEqual(made, ok(description));
    snapshots.keep(scope, 'b.snapshot', Buffer.alloc(3));
    snapshots.unsigned.add('b.snapshot');
    const other = { ...description, name: 'b.snapshot', size: 3, checksum: null };
    t.deepEqual(await ask(port, 'GET', path), ok([description, other]));
    t.deepEqual(await ask(port, 'DELETE', `${path}/${name}`), ok(true));
    t.deepEqual(await ask(port, 'GET', path), ok([other]));
    const missing = failed(404, `Not found: Snapshot ${name} not found`);
    t.deepEqual(await ask(port, 'DELETE', `${path}/${name}?wait=true`), missing);
  });
}

test('what is not there, and what is no shard, in Qdrant’s words', async (t) => {
  const { port, door } = await served();
  t.teardown(() => door.close());
  const noCollection = failed(404, "Not found: Collection `x` doesn't exist!");
  const wait = 'Deserialize error in query parameters: provided string was not `true` or `false`';
  const shard = (text: string): unknown =>
    failed(400, `Deserialize error in path parameters: can not parse "${text}" to a u32`);
  const cases: readonly (readonly [string, string, unknown])[] = [
    ['GET', '/collections/x/snapshots', noCollection],
    ['POST', '/collections/x/snapshots', noCollection],
    ['GET', '/collections/x/shards/0/snapshots', noCollection],
    ['GET', '/collections/c/shards/9/snapshots', failed(404, 'Not found: shard 9 not found')],
    ['POST', '/collections/c/shards/9/snapshots?wait=true', failed(404, 'Not found: shard 9 not found')],
    ['GET', '/collections/c/shards/a/snapshots', shard('a')],
    ['POST', '/collections/c/shards/-1/snapshots', shard('-1')],
    ['GET', '/collections/c/shards/4294967296/snapshot', shard('4294967296')],
    ['POST', '/collections/c/snapshots?wait=1', failed(400, wait)],
    ['DELETE', '/snapshots/a?wait=', failed(400, wait)],
    ['PUT', '/collections/c/snapshots/recover?wait=yes', failed(400, wait)],
    [
      'GET',
      '/collections/a%2Fb/snapshots/s',
      failed(422, 'Validation error in path parameters: [collection_name: collection name cannot contain "/" char]'),
    ],
    [
      'POST',
      '/collections/a%3Ab/snapshots/upload',
      failed(422, 'Validation error in path parameters: [collection_name: collection name cannot contain ":" char]'),
    ],
  ];
  for (const [method, path, answer] of cases) t.deepEqual(await ask(port, method, path), answer, `${method} ${path}`);
});

test('work that is not waited for is accepted at once, goes on, and says to the log how it failed', async (t) => {
  const { port, door, snapshots, warned, logged } = await served();
  t.teardown(() => door.close());
  const gate = Promise.withResolvers<void>();
  snapshots.gate = gate.promise;
  snapshots.keep(COLLECTION, 'old', Buffer.alloc(1));
  const accepted = { status: 202, body: { status: 'accepted' } };
  t.deepEqual(await ask(port, 'POST', '/collections/c/snapshots?wait=false'), accepted);
  t.deepEqual(await ask(port, 'DELETE', '/collections/c/snapshots/old?wait=false'), accepted);
  const location = 'http://x/y';
  t.deepEqual(await ask(port, 'PUT', '/collections/c/snapshots/recover?wait=false', { location }), accepted);
  t.deepEqual(snapshots.recovered, []);
  gate.resolve();
  await delay(20);
  t.is(snapshots.recovered.length, 1);
  t.deepEqual([...snapshots.files.keys()], ['collection/c/c-1-2026-11-21-09-40-09.snapshot']);
  t.deepEqual(await ask(port, 'DELETE', '/collections/c/snapshots/none?wait=false'), accepted);
  await delay(20);
  t.deepEqual(warned, ['work that nobody waits for failed: Not found: Snapshot none not found']);
  snapshots.refusal = { when: 'before', error: new TypeError('oops') };
  t.deepEqual(await ask(port, 'PUT', '/collections/c/snapshots/recover?wait=false', { location }), accepted);
  await delay(20);
  t.deepEqual(logged, ['work that nobody waits for failed']);
  // What is wrong with the request itself is told all the same.
  const wrong = await ask(port, 'PUT', '/collections/c/snapshots/recover?wait=false', {});
  t.is(wrong.status, 400);
});

test('work goes on when its client hangs up', async (t) => {
  const { port, door, snapshots, logged, warned } = await served();
  t.teardown(() => door.close());
  const gate = Promise.withResolvers<void>();
  snapshots.gate = gate.promise;
  const socket = net.connect(port, '127.0.0.1');
  socket.write(request('POST', '/collections/c/snapshots'));
  while (snapshots.signals.length === 0) await delay(1);
  socket.destroy();
  await delay(20);
  gate.resolve();
  await delay(20);
  t.is(snapshots.files.size, 1);
  t.false(snapshots.signals[0]?.aborted);
  t.deepEqual([...logged, ...warned], []);
});

const SHA = 'ab'.repeat(32);

test('what a recovery asks for', async (t) => {
  const { port, door, snapshots } = await served();
  t.teardown(() => door.close());
  snapshots.keep(SHARD, 'kept.snapshot', randomBytes(10));
  const last = (): unknown => {
    const { scope, source, priority, checksum } = snapshots.recovered.at(-1)?.request ?? {};
    return { scope, source, priority, checksum };
  };
  const collection = '/collections/c/snapshots/recover';
  t.deepEqual(await ask(port, 'PUT', collection, { location: 'HTTPS://h/a b' }), ok(true));
  const url = new URL('https://h/a%20b');
  const plain = { priority: 'snapshot', checksum: undefined };
  t.deepEqual(last(), { scope: COLLECTION, source: { kind: 'url', url, apiKey: undefined }, ...plain });
  const all = { location: 'http://h/', priority: 'no_sync', checksum: SHA.toUpperCase(), api_key: 'k', more: 1 };
  t.deepEqual(await ask(port, 'PUT', collection, all), ok(true));
  const source = { kind: 'url', url: new URL('http://h/'), apiKey: 'k' };
  t.deepEqual(last(), { scope: COLLECTION, source, priority: 'no_sync', checksum: SHA.toUpperCase() });
  const nulls = { location: 'http://h/', priority: null, checksum: null, api_key: null };
  t.deepEqual(await ask(port, 'PUT', collection, nulls), ok(true));
  t.deepEqual(last(), { scope: COLLECTION, source: { ...source, apiKey: undefined }, ...plain });

  const shard = '/collections/c/shards/1/snapshots/recover';
  t.deepEqual(await ask(port, 'PUT', shard, { location: 'kept.snapshot' }), ok(true));
  t.deepEqual(last(), { scope: SHARD, source: { kind: 'stored', name: 'kept.snapshot' }, ...plain });
  t.deepEqual(await ask(port, 'PUT', shard, { location: 'http://h/' }), ok(true));
  t.deepEqual(last(), { scope: SHARD, source: { ...source, apiKey: undefined }, ...plain });
});

/** Bodies that are refused: path below the collection, body, words. */
const REFUSED: readonly (readonly [string, unknown, number, string])[] = [
  ['snapshots/recover', { location: 'notaurl' }, 400, 'relative URL without a base: "notaurl" at line 1 column 21'],
  ['snapshots/recover', { location: 'not a url' }, 400, 'relative URL without a base: "not a url" at line 1 column 23'],
  ['snapshots/recover', { location: 'http://' }, 400, 'empty host: "http://" at line 1 column 21'],
  ['snapshots/recover', { location: 'http://a:b/' }, 400, 'invalid port number: "http://a:b/" at line 1 column 25'],
  [
    'snapshots/recover',
    { location: 'http://a:99999' },
    400,
    'invalid port number: "http://a:99999" at line 1 column 28',
  ],
  ['snapshots/recover', { location: 'http://[x]/' }, 400, 'invalid IPv6 address: "http://[x]/" at line 1 column 25'],
  [
    'snapshots/recover',
    { location: 'http://1.2.3.456' },
    400,
    'invalid IPv4 address: "http://1.2.3.456" at line 1 column 30',
  ],
  [
    'snapshots/recover',
    { location: 'http://a<b/' },
    400,
    'invalid domain character: "http://a<b/" at line 1 column 25',
  ],
  [
    'snapshots/recover',
    { location: 7 },
    400,
    'invalid type: integer `7`, expected a string representing an URL at line 1 column 13',
  ],
  ['snapshots/recover', {}, 400, 'missing field `location` at line 1 column 2'],
  [
    'snapshots/recover',
    [],
    400,
    'invalid length 0, expected struct SnapshotRecover with 4 elements at line 1 column 2',
  ],
  ['snapshots/recover', '', 400, 'EOF while parsing a value at line 1 column 0'],
  [
    'snapshots/recover',
    { location: 'http://h/', priority: 'x' },
    400,
    'unknown variant `x`, expected one of `no_sync`, `snapshot`, `replica` at line 1 column 38',
  ],
  ['shards/0/snapshots/recover', {}, 400, 'missing field `location` at line 1 column 2'],
  [
    'shards/0/snapshots/recover',
    { location: 7 },
    400,
    'data did not match any variant of untagged enum ShardSnapshotLocation at line 1 column 14',
  ],
  [
    'snapshots/recover',
    { location: 'http://h/', checksum: 'abc' },
    422,
    'checksum: value "abc" invalid, must be exactly 64 characters',
  ],
  [
    'snapshots/recover',
    { location: 'http://h/', checksum: 'g'.repeat(64) },
    422,
    `checksum: value "${'g'.repeat(64)}" invalid, must be hexadecimal`,
  ],
];

test('what is no recovery is refused in serde’s words', async (t) => {
  const { port, door, snapshots } = await served();
  t.teardown(() => door.close());
  for (const [path, body, status, words] of REFUSED) {
    const error = status === 400 ? `Format error in JSON body: ${words}` : `Validation error in JSON body: [${words}]`;
    t.deepEqual(await ask(port, 'PUT', `/collections/c/${path}`, body), failed(status, error), JSON.stringify(body));
  }
  t.deepEqual(snapshots.recovered, []);
});
