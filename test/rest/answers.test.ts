import zlib from 'node:zlib';

import test from 'ava';

import { ask, exchange, request, type Served, serveStub } from './client.ts';

const DIMENSION = 96;
const POINT_COUNT = 200;
const COUNTS_ABOVE_A_STRING = [20, 200];
const STRING_BYTES_MAX = 16_384;

/** Components that need from one to nine digits. */
function component(id: number, at: number): number {
  return Math.fround(Math.sin(id * DIMENSION + at) * 10 ** ((at % 11) - 5));
}

function vectorOf(id: number): readonly number[] {
  return Array.from({ length: DIMENSION }, (_, at) => component(id, at));
}

/** Payloads as clients may write them: spaces, escapes, numbers that no double holds, several bytes a character. */
function payloadOf(id: number): string {
  return `{ "n": 1.${'0'.repeat(20)}1, "text": "é\\u00e9 ${id} 漢字 \\ud83d\\ude00 😀", "deep": [ { "a" : [ ] } ] }`;
}

let served: Served;

test.before(async () => {
  served = await serveStub();
  await ask(served.port, 'PUT', '/collections/c', { vectors: { size: DIMENSION, distance: 'Dot' } });
  const points = Array.from(
    { length: POINT_COUNT },
    (_, id) => `{"id":${id},"vector":${JSON.stringify(vectorOf(id))},"payload":${payloadOf(id)}}`,
  );
  const done = await ask(served.port, 'PUT', '/collections/c/points?wait=true', `{"points":[${points.join(',')}]}`);
  if (done.status !== 200) throw new Error(JSON.stringify(done));
});

test.after.always(() => served.door.close());

/** The answer of a scroll of `count` points, up to the time that it took. */
function expectedScroll(count: number): { readonly head: string; readonly vectors: readonly (readonly number[])[] } {
  const next = count < POINT_COUNT ? String(count) : 'null';
  const points = Array.from({ length: count }, (_, id) => `{"id":${id},"payload":${payloadOf(id)},"vector":[]}`);
  return {
    head: `{"result":{"points":[${points.join(',')}],"next_page_offset":${next}},"status":"ok","time":`,
    vectors: Array.from({ length: count }, (_, id) => vectorOf(id)),
  };
}

/** Compares an answer byte for byte but for its floats, which are compared by value, and its time. */
function comparable(body: Buffer): ReturnType<typeof expectedScroll> {
  const vectors: number[][] = [];
  const text = body.toString('utf8').replaceAll(/"vector":\[([^\]]*)\]/g, (_all, inside: string) => {
    vectors.push(inside.split(',').map((digits) => Math.fround(Number(digits))));
    return '"vector":[]';
  });
  return { head: text.replace(/[0-9.e-]+\}$/, ''), vectors };
}

function scroll(count: number, headers: Readonly<Record<string, string>>): Buffer {
  const body = `{"limit":${count},"with_payload":true,"with_vector":true}`;
  return request('POST', '/collections/c/points/scroll', body, headers);
}

test('a large answer is right to the byte', async (t) => {
  for (const count of [1, ...COUNTS_ABOVE_A_STRING]) {
    const reply = await exchange(served.port, scroll(count, {}));
    t.is(Number(reply.headers['content-length']), reply.body.length);
    t.is(reply.body.length > STRING_BYTES_MAX, count > 1);
    t.deepEqual(comparable(reply.body), expectedScroll(count));
  }
});

const INFLATE: Readonly<Record<string, (body: Buffer) => Buffer>> = {
  gzip: (body) => zlib.gunzipSync(body),
  deflate: (body) => zlib.inflateSync(body),
  br: (body) => zlib.brotliDecompressSync(body),
  zstd: (body) => zlib.zstdDecompressSync(body),
};

test('a large compressed answer is right to the byte', async (t) => {
  for (const [encoding, inflate] of Object.entries(INFLATE)) {
    for (const count of [1, ...COUNTS_ABOVE_A_STRING]) {
      const reply = await exchange(served.port, scroll(count, { 'accept-encoding': encoding }));
      t.is(reply.headers['content-encoding'], encoding);
      t.is(Number(reply.headers['content-length']), reply.body.length);
      t.deepEqual(comparable(inflate(reply.body)), expectedScroll(count), `${encoding} ${count}`);
    }
  }
});

test('large answers at the same time do not mix', async (t) => {
  const counts = Array.from({ length: 24 }, (_, index) => 1 + ((index * 37) % POINT_COUNT));
  const replies = await Promise.all(
    counts.map((count, index) =>
      exchange(served.port, scroll(count, index % 2 === 0 ? {} : { 'accept-encoding': 'gzip' })),
    ),
  );
  for (const [index, reply] of replies.entries()) {
    const body = index % 2 === 0 ? reply.body : zlib.gunzipSync(reply.body);
    t.deepEqual(comparable(body), expectedScroll(counts[index] ?? 0));
  }
});

test('an error in several bytes a character is sent with its length in bytes', async (t) => {
  const reply = await exchange(served.port, request('GET', '/collections/%F0%9F%98%80é'.replace('é', '%C3%A9')));
  t.is(reply.status, 404);
  t.deepEqual(JSON.parse(reply.body.toString()), {
    status: { error: "Not found: Collection `😀é` doesn't exist!" },
    time: 0,
  });
  t.is(Number(reply.headers['content-length']), reply.body.length);
});

/** The rows of the table whose answers are points, over the door. */
test('every route of points answers in its own shape', async (t) => {
  const path = '/collections/c/points';
  await ask(served.port, 'PUT', '/collections/d', { vectors: { size: 2, distance: 'Dot' } });
  const points = [
    { id: 1, vector: [1, 0], payload: { a: 1, b: 2 } },
    { id: 2, vector: [0, 0.1] },
  ];
  await ask(served.port, 'PUT', '/collections/d/points', { points });
  const hit = { id: 1, version: 1, score: 1 };
  const groups = { groups: [{ hits: [hit], id: -9_007_199_254_740_992 }] };
  const cases: readonly (readonly [string, string, unknown, unknown])[] = [
    ['GET', '/1', undefined, { id: 1, payload: { a: 1, b: 2 }, vector: [1, 0] }],
    ['POST', '', { ids: [2, 1, 2, 3] }, [{ id: 2 }, { id: 1 }]],
    ['POST', '', { ids: [1], with_payload: ['b'] }, [{ id: 1, payload: { b: 2 } }]],
    ['POST', '/count', {}, { count: 2 }],
    ['POST', '/query', { query: [1, 0], limit: 1 }, { points: [hit] }],
    ['POST', '/query', { query: 1, limit: 1 }, { points: [hit] }],
    ['POST', '/query/batch', { searches: [{ query: [1, 0], limit: 1 }] }, [{ points: [hit] }]],
    ['POST', '/query/batch', { searches: [] }, []],
    ['POST', '/search', { vector: [1, 0], limit: 1 }, [hit]],
    [
      'POST',
      '/search/batch',
      {
        searches: [
          { vector: [1, 0], limit: 1 },
          { vector: [1, 0], limit: 1 },
        ],
      },
      [[hit], [hit]],
    ],
    ['POST', '/search/batch', { searches: [] }, []],
    ['POST', '/recommend', { positive: [1], limit: 1 }, [hit]],
    ['POST', '/recommend/batch', { searches: [{ positive: [[1, 0]], limit: 1 }] }, [[hit]]],
    ['POST', '/discover', { target: 1, limit: 1 }, [hit]],
    ['POST', '/discover/batch', { searches: [{ target: [1, 0], limit: 1 }] }, [[hit]]],
    ['POST', '/discover/batch', { searches: [] }, []],
    [
      'POST',
      '/query/explain',
      { query: 1, limit: 1, why_not: [2] },
      {
        points: [{ id: 1, score: 1 }],
        stages: { resolve_ms: 1, search_ms: 2, hydrate_ms: 3 },
        query: { path: 'query', kind: 'by_id', examples: 0, limit: 1, shards: [], prefetch: [] },
        why_not: [{ id: 2, rank: 1, lost: [] }],
      },
    ],
    ['POST', '/query/groups', { query: [1, 0], group_by: 'a', group_size: 1 }, groups],
    ['POST', '/search/groups', { vector: [1, 0], group_by: 'a', group_size: 1, limit: 2 }, groups],
    ['POST', '/recommend/groups', { positive: [1], group_by: 'a', group_size: 1, limit: 2 }, groups],
    [
      'POST',
      '/search/matrix/pairs',
      {},
      {
        pairs: [
          { a: 2, b: 1, score: 0.1 },
          { a: 1, b: 2, score: 0.1 },
        ],
      },
    ],
    [
      'POST',
      '/search/matrix/offsets',
      { sample: 2 },
      { offsets_row: [1, 0], offsets_col: [0, 1], scores: [0.1, 0.1], ids: [1, 2] },
    ],
    ['POST', '/delete?wait=true', { points: [1] }, { operation_id: 2, status: 'completed' }],
    ['POST', '/scroll', {}, { points: [{ id: 2, payload: {} }], next_page_offset: null }],
    ['POST', '/payload?wait=true', { payload: {}, points: [2] }, { operation_id: 3, status: 'completed' }],
    ['PUT', '/payload', { payload: {}, filter: {} }, { operation_id: 4, status: 'acknowledged' }],
    ['POST', '/payload/delete', { keys: ['a'], points: [2] }, { operation_id: 5, status: 'acknowledged' }],
    ['POST', '/payload/clear', { points: [2] }, { operation_id: 6, status: 'acknowledged' }],
    ['PUT', '/vectors', { points: [{ id: 2, vector: [1, 1] }] }, { operation_id: 7, status: 'acknowledged' }],
    ['POST', '/vectors/delete', { points: [2], vector: [''] }, { operation_id: 8, status: 'acknowledged' }],
    [
      'POST',
      '/batch?wait=true',
      { operations: [{ clear_payload: { points: [2] } }, { delete: { points: [9] } }] },
      [
        { operation_id: 9, status: 'completed' },
        { operation_id: 10, status: 'completed' },
      ],
    ],
    ['POST', '/batch', { operations: [] }, []],
  ];
  for (const [method, rest, body, result] of cases) {
    const reply = await ask(served.port, method, `${path.replace('/c/', '/d/')}${rest}`, body);
    t.deepEqual(reply, { status: 200, body: { result, status: 'ok' } }, `${method} ${rest}`);
  }
});

test('every route of payload indexes answers in its own shape', async (t) => {
  await ask(served.port, 'PUT', '/collections/f', { vectors: { size: 2, distance: 'Dot' } });
  const schema = { type: 'keyword', is_tenant: true };
  const done = (id: number): unknown => ({ operation_id: id, status: 'completed' });
  const cases: readonly (readonly [string, string, unknown, unknown])[] = [
    ['PUT', '/index?wait=true', { field_name: 'a."x y"[]', field_schema: schema }, done(1)],
    ['PUT', '/index?wait=true', { field_name: 'b', field_type: 'geo' }, done(2)],
    ['POST', '/facet', { key: 'a', limit: 1 }, { hits: [{ value: 'é"', count: 3 }] }],
  ];
  for (const [method, rest, body, result] of cases) {
    const reply = await ask(served.port, method, `/collections/f${rest}`, body);
    t.deepEqual(reply, { status: 200, body: { result, status: 'ok' } }, `${method} ${rest}`);
  }
  const shown = async (): Promise<unknown> => {
    const info = await ask(served.port, 'GET', '/collections/f');
    return (info.body as { result: { payload_schema: unknown } }).result.payload_schema;
  };
  const second = { b: { data_type: 'geo', points: 0 } };
  t.deepEqual(await shown(), { 'a."x y"[]': { data_type: 'keyword', params: schema, points: 0 }, ...second });
  const path = `/collections/f/index/${encodeURIComponent('a."x y"[]')}?wait=true`;
  t.deepEqual(await ask(served.port, 'DELETE', path), { status: 200, body: { result: done(3), status: 'ok' } });
  t.deepEqual(await shown(), second);
});

test('every route of collections answers in its own shape', async (t) => {
  const cases: readonly (readonly [string, string, unknown, unknown])[] = [
    ['PUT', '/collections/e', { vectors: { size: 2, distance: 'Dot' } }, true],
    ['GET', '/collections/e/exists', undefined, { exists: true }],
    ['GET', '/collections/none/exists', undefined, { exists: false }],
    ['PATCH', '/collections/e', { params: {} }, true],
    ['DELETE', '/collections/e', undefined, true],
    ['DELETE', '/collections/e', undefined, false],
    ['GET', '/issues', undefined, { issues: [] }],
    ['DELETE', '/issues', undefined, true],
  ];
  for (const [method, path, body, result] of cases) {
    const reply = await ask(served.port, method, path, body);
    t.deepEqual(reply, { status: 200, body: { result, status: 'ok' } }, `${method} ${path}`);
  }
});

test('every route of vector fields and of reports answers in its own shape', async (t) => {
  await ask(served.port, 'PUT', '/collections/v', {});
  await ask(served.port, 'PUT', '/collections/v/points', { points: [{ id: 1, vector: {} }] });
  const summary = { queued_optimizations: 1, queued_segments: 2, queued_points: 3, idle_segments: 4 };
  const segment = { uuid: 's', points_count: 1 };
  const times = { started_at: '1970-01-01T00:00:00.000Z', finished_at: '1970-01-01T00:00:01.500Z', duration_sec: 1.5 };
  const merge = { uuid: 'u', optimizer: 'merge', status: 'done', segments: [segment] };
  const completed = [{ ...merge, progress: { name: 'all', ...times, done: 1 } }];
  const queued = [{ optimizer: 'indexing', segments: [segment] }];
  const memory = {
    vectors: { '': { codes: 1, index: 2, originals: 3, pending: 4, originals_on_disk: 5 } },
    payloads: { overlay: 6, chunks: 7, matches: 14 },
    payload_indexes: { 'a.b': 8 },
    ids: 9,
    process: { budget: 10, used: 11, resident: 12, value_cache: 13, pressure: 'none' },
  };
  const dense = { dense: { size: 2, distance: 'Dot' } };
  const cases: readonly (readonly [string, string, unknown, unknown])[] = [
    ['PUT', '/vectors/a%20b?wait=true', dense, { operation_id: 2, status: 'completed' }],
    ['PUT', '/vectors/s', { sparse: {} }, { operation_id: 3, status: 'acknowledged' }],
    ['DELETE', '/vectors/a%20b', undefined, { operation_id: 4, status: 'acknowledged' }],
    ['GET', '/optimizations', undefined, { summary, running: [] }],
    [
      'GET',
      '/optimizations?with=queued,%20completed,idle_segments',
      undefined,
      { summary, running: [], queued, completed, idle_segments: [segment] },
    ],
    ['GET', '/optimizations?with=completed&completed_limit=0', undefined, { summary, running: [], completed: [] }],
    ['GET', '/memory', undefined, memory],
  ];
  for (const [method, rest, body, result] of cases) {
    const reply = await ask(served.port, method, `/collections/v${rest}`, body);
    t.deepEqual(reply, { status: 200, body: { result, status: 'ok' } }, `${method} ${rest}`);
  }
  const unknown = await ask(served.port, 'GET', '/collections/v/optimizations?with=x');
  t.deepEqual(unknown, {
    status: 400,
    body: { status: { error: "Wrong input: Unknown field in 'with' parameter: x" } },
  });
});
