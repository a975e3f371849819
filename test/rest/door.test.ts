import net from 'node:net';
import zlib from 'node:zlib';

import test from 'ava';

import { ask, exchange, request, type Served, serveStub } from './client.ts';

const VARY = 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers';
let served: Served;

test.before(async () => {
  served = await serveStub({ maxRequestBytes: 400_000 });
  await ask(served.port, 'PUT', '/collections/c', { vectors: { size: 4, distance: 'Dot' } });
  const points = Array.from({ length: 40 }, (_, id) => ({
    id,
    vector: [1, 2, 3, id],
    payload: { text: 'x'.repeat(40) },
  }));
  await ask(served.port, 'PUT', '/collections/c/points?wait=true', { points });
});

test.after.always(() => served.door.close());

test('a search, from bytes to bytes', async (t) => {
  const found = await ask(served.port, 'POST', '/collections/c/points/query', { query: [0, 0, 0, 0.5], limit: 2 });
  t.deepEqual(found, {
    status: 200,
    body: {
      result: {
        points: [
          { id: 39, version: 1, score: 19.5 },
          { id: 38, version: 1, score: 19 },
        ],
      },
      status: 'ok',
    },
  });
});

test('the service routes are plain', async (t) => {
  const { body } = await ask(served.port, 'GET', '/');
  t.deepEqual(body, { title: 'qdrant - vector search engine', version: '1.19.0' });
  const health = await exchange(served.port, request('GET', '/healthz'));
  t.is(health.body.toString(), 'healthz check passed');
  t.is(health.headers['content-type'], 'text/plain; charset=utf-8');
  t.is((await exchange(served.port, request('GET', '/livez'))).body.toString(), 'healthz check passed');
  t.is((await exchange(served.port, request('GET', '/readyz'))).body.toString(), 'all shards are ready');
});

test('the same routes answer under /qdrant, with repeated and trailing slashes', async (t) => {
  for (const path of [
    '/collections',
    '/qdrant/collections',
    '//collections//',
    '/qdrant//collections/',
    '/qdrant/collections?x=1',
  ]) {
    t.deepEqual(
      (await ask(served.port, 'GET', path)).body,
      { result: { collections: [{ name: 'c' }] }, status: 'ok' },
      path,
    );
  }
  t.like((await ask(served.port, 'GET', '/qdrant')).body, { version: '1.19.0' });
});

test('what is not in the table is not there: 404 without a body', async (t) => {
  const requests: readonly (readonly [string, string])[] = [
    ['GET', '/nowhere'],
    ['POST', '/collections/c'],
    ['HEAD', '/collections'],
    ['GET', '/collections/c/points/1/2'],
    ['OPTIONS', '/collections'],
    ['GET', '/collections/qdrant/qdrant'],
  ];
  for (const [method, path] of requests) {
    const reply = await exchange(served.port, request(method, path));
    t.is(reply.status, 404, path);
    t.is(reply.body.length, 0);
    t.is(reply.headers['vary'], VARY);
  }
});

test('names are percent-decoded, and a broken encoding is a name like any other', async (t) => {
  t.like((await ask(served.port, 'GET', '/collections/%63')).body, { status: 'ok' });
  const missing = await ask(served.port, 'GET', '/collections/%zz');
  t.deepEqual(missing, { status: 404, body: { status: { error: "Not found: Collection `%zz` doesn't exist!" } } });
  const slash = await ask(served.port, 'GET', '/collections/a%2Fb');
  t.is(slash.status, 422);
});

test('any origin may call, and Vary says so on every answer', async (t) => {
  const plain = await exchange(served.port, request('GET', '/collections'));
  t.is(plain.headers['vary'], VARY);
  t.is(plain.headers['access-control-allow-origin'], undefined);
  const cross = await exchange(served.port, request('GET', '/collections', '', { origin: 'https://a.example' }));
  t.is(cross.headers['access-control-allow-origin'], 'https://a.example');
  const failed = await exchange(served.port, request('GET', '/collections/none', '', { origin: 'https://a.example' }));
  t.is(failed.status, 404);
  t.is(failed.headers['access-control-allow-origin'], 'https://a.example');
});

test('a preflight is answered with 200, an empty body and what was asked for', async (t) => {
  const headers = {
    origin: 'https://a.example',
    'access-control-request-method': 'PUT',
    'access-control-request-headers': 'api-key,content-type',
  };
  const reply = await exchange(served.port, request('OPTIONS', '/collections/c/points', '', headers));
  t.is(reply.status, 200);
  t.is(reply.body.length, 0);
  t.is(reply.headers['access-control-allow-origin'], 'https://a.example');
  t.is(reply.headers['access-control-allow-methods'], 'PUT');
  t.is(reply.headers['access-control-allow-headers'], 'api-key,content-type');
  const short = await exchange(
    served.port,
    request('OPTIONS', '/', '', { origin: 'x', 'access-control-request-method': 'GET' }),
  );
  t.is(short.headers['access-control-allow-headers'], undefined);
});

test('without CORS there is none of it', async (t) => {
  const other = await serveStub({ cors: false });
  const headers = { origin: 'x', 'access-control-request-method': 'GET' };
  const reply = await exchange(other.port, request('OPTIONS', '/', '', headers));
  t.is(reply.status, 404);
  t.is(reply.headers['vary'], undefined);
  t.is(reply.headers['access-control-allow-origin'], undefined);
  await ask(other.port, 'PUT', '/collections/c', { metadata: { text: 'x'.repeat(2000) } });
  const squeezed = await exchange(other.port, request('GET', '/collections/c', '', { 'accept-encoding': 'gzip' }));
  t.is(squeezed.headers['vary'], 'accept-encoding');
  await other.door.close();
});

const INFLATE: Readonly<Record<string, (body: Buffer) => Buffer>> = {
  gzip: (body) => zlib.gunzipSync(body),
  deflate: (body) => zlib.inflateSync(body),
  br: (body) => zlib.brotliDecompressSync(body),
  zstd: (body) => zlib.zstdDecompressSync(body),
};

for (const [encoding, inflate] of Object.entries(INFLATE)) {
  test(`answers are compressed with ${encoding} where the client asks`, async (t) => {
    const body = '{"limit":40}';
    const headers = { 'accept-encoding': `${encoding};q=0.9, identity;q=0.1` };
    const reply = await exchange(served.port, request('POST', '/collections/c/points/scroll', body, headers));
    t.is(reply.headers['content-encoding'], encoding);
    t.is(reply.headers['vary'], `${VARY}, accept-encoding`);
    const answer = JSON.parse(inflate(reply.body).toString()) as { result: { points: unknown[] } };
    t.is(answer.result.points.length, 40);
  });
}

test('small answers, and answers for clients that refuse, are not compressed', async (t) => {
  const path = '/collections/c/points/scroll';
  const cases: readonly (readonly [string, string])[] = [
    ['{"limit":1}', 'gzip'],
    ['{"limit":40}', 'identity'],
    ['{"limit":40}', 'gzip;q=0'],
    ['{"limit":40}', 'gzip;q=0.5, identity;q=0.8'],
    ['{"limit":40}', 'unheard-of'],
  ];
  for (const [body, accepted] of cases) {
    const reply = await exchange(served.port, request('POST', path, body, { 'accept-encoding': accepted }));
    t.is(reply.headers['content-encoding'], undefined, accepted);
    t.is(reply.status, 200);
  }
  const any = await exchange(served.port, request('POST', path, '{"limit":40}', { 'accept-encoding': '*' }));
  t.is(any.headers['content-encoding'], 'zstd');
});

const DEFLATE: Readonly<Record<string, (body: Buffer) => Buffer>> = {
  gzip: (body) => zlib.gzipSync(body),
  deflate: (body) => zlib.deflateSync(body),
  br: (body) => zlib.brotliCompressSync(body),
  zstd: (body) => zlib.zstdCompressSync(body),
  identity: (body) => body,
  'unheard-of': (body) => body,
};

for (const [encoding, deflate] of Object.entries(DEFLATE)) {
  test(`bodies are read in the encoding ${encoding}`, async (t) => {
    const body = deflate(Buffer.from('{"ids":[7]}'));
    const sent = request('POST', '/collections/c/points', body, { 'content-encoding': encoding });
    const reply = await exchange(served.port, sent);
    t.is(reply.body.toString().replace(/,"time".*/, ''), '{"result":[{"id":7}],"status":"ok"');
  });
}

test('a body that is not in its encoding is refused', async (t) => {
  const reply = await exchange(
    served.port,
    request('POST', '/collections/c/points', '{"ids":[7]}', { 'content-encoding': 'gzip' }),
  );
  t.is(reply.status, 400);
  t.regex(reply.body.toString(), /"error":"Error that occur during reading payload: /);
});

test('a body over the limit is refused, whether it says so, shows it, or hides it', async (t) => {
  const path = '/collections/c/points/count';
  const known = await exchange(served.port, request('POST', path, ' '.repeat(400_001)));
  t.is(known.status, 400);
  t.regex(known.body.toString(), /JSON payload \(400001 bytes\) is larger than allowed \(limit: 400000 bytes\)\./);

  const chunk = `${(50_000).toString(16)}\r\n${' '.repeat(50_000)}\r\n`;
  const head = `POST ${path} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n`;
  const chunked = await exchange(served.port, `${head}${chunk.repeat(9)}0\r\n\r\n`);
  t.regex(chunked.body.toString(), /JSON payload has exceeded limit \(400000 bytes\)\./);

  const bomb = zlib.gzipSync(Buffer.alloc(500_000, 32));
  const inflated = await exchange(served.port, request('POST', path, bomb, { 'content-encoding': 'gzip' }));
  t.regex(inflated.body.toString(), /JSON payload has exceeded limit \(400000 bytes\)\./);
});

test('a body may come in chunks and in pieces', async (t) => {
  const head = 'POST /collections/c/points/count HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n';
  const chunked = await exchange(served.port, `${head}5\r\n{"exa\r\n9\r\nct":true}\r\n0\r\n\r\n`);
  t.regex(chunked.body.toString(), /"count":/);

  const whole = request('POST', '/collections/c/points/count', `{"exact":true}${' '.repeat(20)}`);
  const reply = await new Promise<string>((resolve, reject) => {
    const socket = net.connect(served.port, '127.0.0.1');
    socket.on('error', reject);
    socket.on('data', (data) => {
      resolve(data.toString());
      socket.destroy();
    });
    void (async () => {
      for (let at = 0; at < whole.length; at += 40) {
        socket.write(whole.subarray(at, at + 40));
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    })();
  });
  t.regex(reply, /"count":/);
});

test('a request without a body is an empty one', async (t) => {
  const reply = await exchange(served.port, 'POST /collections/c/points/count HTTP/1.1\r\nhost: x\r\n\r\n');
  t.regex(reply.body.toString(), /EOF while parsing a value at line 1 column 0/);
});

test('a client that hangs up in its body leaves nothing behind', async (t) => {
  const before = served.database.collection('c').upserts.length;
  const whole = request(
    'PUT',
    '/collections/c/points',
    JSON.stringify({ points: [{ id: 900, vector: [1, 1, 1, 1] }] }),
  );
  for (let round = 0; round < 20; round++) {
    await new Promise<void>((resolve) => {
      const socket = net.connect(served.port, '127.0.0.1', () => {
        socket.write(whole.subarray(0, whole.length - 1 - round), () => {
          socket.destroy();
          resolve();
        });
      });
    });
  }
  t.like(await ask(served.port, 'GET', '/healthz'), { status: 200 });
  t.is(served.database.collection('c').upserts.length, before);
  t.deepEqual(served.logged, []);
});

test('a bug below is a 500 that is logged', async (t) => {
  const other = await serveStub();
  await ask(other.port, 'PUT', '/collections/c', {});
  other.database.collection('c').count = () => {
    throw new TypeError('oops');
  };
  const reply = await ask(other.port, 'POST', '/collections/c/points/count', {});
  t.deepEqual(reply, { status: 500, body: { status: { error: 'Service internal error: oops' } } });
  t.deepEqual(other.logged, ['request failed']);
  await other.door.close();
});

test('half an answer that failed to render does not leak into the next', async (t) => {
  const other = await serveStub();
  await ask(other.port, 'PUT', '/collections/c', {});
  const collection = other.database.collection('c');
  const { info } = collection;
  collection.info = () => {
    throw new Error('not yet');
  };
  t.is((await ask(other.port, 'GET', '/collections/c')).status, 500);
  collection.info = () => ({ ...info.call(collection), config: undefined as never });
  t.is((await ask(other.port, 'GET', '/collections/c')).status, 500);
  collection.info = info;
  t.like((await ask(other.port, 'GET', '/collections/c')).body, { status: 'ok' });
  await other.door.close();
});

test('close lets running requests finish and ends their connections', async (t) => {
  const other = await serveStub();
  await ask(other.port, 'PUT', '/collections/c', {});
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  const collection = other.database.collection('c');
  const scroll = collection.scroll.bind(collection);
  let entered = (): void => undefined;
  const running = new Promise<void>((resolve) => (entered = resolve));
  collection.scroll = async (...given) => {
    entered();
    await gate;
    return scroll(...given);
  };
  const reply = exchange(other.port, request('POST', '/collections/c/points/scroll', '{}'));
  await running;
  let isClosed = false;
  const closed = other.door.close().then(() => (isClosed = true));
  await t.throwsAsync(exchange(other.port, request('GET', '/')));
  t.false(isClosed);
  release();
  const answer = await reply;
  t.is(answer.status, 200);
  t.is(answer.headers['connection'], 'close');
  await closed;
  t.true(isClosed);
});

test('a door that never listened closes', async (t) => {
  const other = await serveStub();
  await other.door.close();
  await t.notThrowsAsync(other.door.close());
});
