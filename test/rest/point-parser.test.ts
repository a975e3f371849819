import test from 'ava';
import { Piscina } from 'piscina';

import { VectorizerError } from '../../src/core/errors.ts';
import { parseChanges } from '../../src/rest/parse/change-body.ts';
import { PointParser } from '../../src/rest/point-parser.ts';
import { WireError } from '../../src/rest/wire-error.ts';
import { ask, exchange, request, serveStub } from './client.ts';
import { parsePointColumns } from './parsing.ts';

const OFFLOAD_BYTES_MIN = 65_536;

/** A body of an upsert that is too long to be parsed at once; `tail` stands behind its points. */
function longBody(tail = ''): string {
  const points = Array.from({ length: 400 }, (_, index) => ({
    id: index % 2 === 0 ? index : `eddd5f3b-0341-4acf-a413-${String(index).padStart(12, '0')}`,
    vector: Array.from({ length: 16 }, (_, at) => Math.sin(index * 16 + at)),
    payload: { number: index, text: 'é"\\' },
  }));
  return `{"points":${JSON.stringify(points)}${tail}}`;
}

const parser = new PointParser();
test.after.always(() => parser.close());

test('a small body is parsed at once, a large one on another thread, both alike', async (t) => {
  const small = Buffer.from('{"points":[{"id":1,"vector":[1]}]}');
  t.false(parser.parse('upsert', small) instanceof Promise);
  const large = Buffer.from(longBody());
  t.true(large.length >= OFFLOAD_BYTES_MIN);
  const expected = parseChanges('upsert', Buffer.from(large));
  const parsed = parser.parse('upsert', large);
  t.true(parsed instanceof Promise);
  t.deepEqual(await parsed, expected);
});

test('the bytes of a body that has its buffer to itself are handed over, others are copied', async (t) => {
  const text = longBody();
  const own = Buffer.from(new ArrayBuffer(Buffer.byteLength(text)));
  own.write(text);
  const shared = Buffer.from(`  ${text}`).subarray(2);
  const columns = await Promise.all([parser.parse('upsert', own), parser.parse('upsert', shared)]);
  t.is(own.length, 0);
  t.is(shared.toString(), text);
  t.deepEqual(columns[0], columns[1]);
});

test('failures on the other thread are the same failures here', async (t) => {
  const broken = await t.throwsAsync(async () => parser.parse('upsert', Buffer.from(longBody(',"x":tru'))));
  t.true(broken instanceof WireError);
  t.regex(broken.message, /^Format error in JSON body: expected ident at line 1 column \d+$/);
  const rule = await t.throwsAsync(async () =>
    parser.parse('upsert', Buffer.from(longBody(',"batch":{"ids":[1],"vectors":[]}'))),
  );
  t.true(rule instanceof WireError && rule.status === 422);
  const refused = await t.throwsAsync(async () => parser.parse('upsert', Buffer.from(longBody(',"shard_key":"a"'))));
  t.true(refused instanceof VectorizerError && refused.kind === 'bad_input');
  t.is(refused.message, 'Shard key "a" not found');
  // The thread lives on.
  t.is((await parser.parse('upsert', Buffer.from(longBody()))).length, 1);
});

test('a large upsert, from bytes to bytes', async (t) => {
  const served = await serveStub();
  t.teardown(() => served.door.close());
  await ask(served.port, 'PUT', '/collections/c', { vectors: { size: 16, distance: 'Dot' } });
  const path = '/collections/c/points?wait=true';
  const done = await ask(served.port, 'PUT', path, longBody());
  t.deepEqual(done, { status: 200, body: { result: { operation_id: 1, status: 'completed' }, status: 'ok' } });
  t.deepEqual(served.database.collection('c').upserts, [parsePointColumns(Buffer.from(longBody()))]);
  const malformed = await ask(served.port, 'PUT', path, longBody('}'));
  t.deepEqual(malformed, {
    status: 400,
    body: {
      status: {
        error: `Format error in JSON body: trailing characters at line 1 column ${Buffer.byteLength(longBody()) + 1}`,
      },
    },
  });
});

test('changes of every kind come back from the other thread as they would from here', async (t) => {
  const payload = { a: 'x'.repeat(OFFLOAD_BYTES_MIN), big: 1 };
  const filter = { must: [{ key: 'n', match: { any: [1, 2] } }] };
  const points = Array.from({ length: 9 }, (_, id) => ({ id, vector: [id] }));
  const operations = [
    { upsert: { points: points.map((point) => ({ ...point, payload })), update_filter: filter } },
    { set_payload: { payload, filter, key: 'a.b' } },
    { overwrite_payload: { payload, points: [1] } },
    { delete_payload: { keys: ['a'], points: [1, 2] } },
    { clear_payload: { filter } },
    { update_vectors: { points, update_filter: filter } },
    { delete_vectors: { points: [1], filter, vector: [''] } },
    { delete: { points: [1] } },
  ];
  const body = Buffer.from(JSON.stringify({ operations }));
  const expected = parseChanges('updates', Buffer.from(body));
  t.is(expected.length, operations.length);
  t.deepEqual(await parser.parse('updates', body), expected);
});

test('vectors of every kind come back from the other thread as they would from here', async (t) => {
  const points = Array.from({ length: 500 }, (_, id) => ({
    id,
    vector: {
      a: Array.from({ length: 8 }, (_, at) => Math.sin(id + at)),
      ...(id % 2 === 0 ? { s: { indices: [id + 2, id, id + 1], values: [1, 2, 3] } } : {}),
      ...(id % 3 === 0 ? { m: Array.from({ length: 1 + (id % 5) }, () => [id, 0.5]) } : {}),
      ...(id % 50 === 0 ? { t: { text: `text ${id}`, model: 'm', options: { k: 1 } } } : {}),
    },
  }));
  const body = Buffer.from(JSON.stringify({ points }));
  t.true(body.length >= OFFLOAD_BYTES_MIN);
  const [expected] = parseChanges('upsert', Buffer.from(body));
  t.true(expected?.kind === 'upsert');
  if (expected?.kind !== 'upsert') return;
  t.deepEqual(
    expected.points.vectors.map(({ kind, name }) => `${name} ${kind}`),
    ['a dense', 's sparse', 'm multi'],
  );
  t.is(expected.points.inferred.length, 10);
  t.deepEqual(await parser.parse('upsert', body), [expected]);
});

test('reads are answered beside a large body that is being parsed', async (t) => {
  const served = await serveStub();
  t.teardown(() => served.door.close());
  await ask(served.port, 'PUT', '/collections/c', { vectors: { size: 16, distance: 'Dot' } });
  const upsert = exchange(served.port, request('PUT', '/collections/c/points', longBody()));
  const reads = await Promise.all(
    Array.from({ length: 5 }, () => ask(served.port, 'POST', '/collections/c/points/count', {})),
  );
  t.true(reads.every(({ status }) => status === 200));
  t.is((await upsert).status, 200);
});

test('a bug on the other thread is not taken for a failure of the request', async (t) => {
  const pool = new Piscina<unknown, unknown>({
    filename: new URL('../../src/rest/point-worker.ts', import.meta.url).href,
    name: 'parsePoints',
    maxThreads: 1,
  });
  t.teardown(() => pool.destroy());
  await t.throwsAsync(pool.run({}), { instanceOf: TypeError });
});
