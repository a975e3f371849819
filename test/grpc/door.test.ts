import { once } from 'node:events';
import type { ClientHttp2Session, IncomingHttpHeaders } from 'node:http2';
import http2 from 'node:http2';
import { setTimeout as delay } from 'node:timers/promises';
import zlib from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import type { Context } from '../../src/core/context.ts';
import { VectorizerError } from '../../src/core/errors.ts';
import type { Method, StreamingMethod, UnaryMethod } from '../../src/grpc/method.ts';
import { writer } from '../../src/grpc/wire/proto-writer.ts';
import { type Logger, SILENT_LOGGER } from '../../src/observe/logger.ts';
import type { House } from '../../src/operations/house.ts';
import { framed, GRPC_HEADERS, openDoor, type OpenDoor, rawCall, withSession } from './open-door.ts';

const NO_HOUSE = {} as House;
const ECHO = '/test.Test/Echo';

function unary(path: string, run: UnaryMethod['run']): UnaryMethod {
  return { kind: 'unary', path, run };
}

const echo = unary(ECHO, async (_house, _context, bytes) => {
  const copy = Buffer.from(bytes);
  return () => writer.raw(copy);
});

function failing(path: string, error: Error): UnaryMethod {
  return unary(path, () => Promise.reject(error));
}

interface Opened {
  readonly door: OpenDoor;
  readonly session: ClientHttp2Session;
}

async function withDoor(
  methods: readonly Method[],
  use: (opened: Opened) => Promise<void>,
  options: { readonly maxMessageBytes?: number; readonly logger?: Logger } = {},
): Promise<void> {
  const door = await openDoor({ house: NO_HOUSE, methods, ...options });
  try {
    await withSession(door.address, (session) => use({ door, session }));
  } finally {
    await door.close();
  }
}

function status(t: ExecutionContext, trailers: IncomingHttpHeaders, code: number, message?: string): void {
  t.is(trailers['grpc-status'], String(code), String(trailers['grpc-message']));
  if (message !== undefined) t.is(decodeURIComponent(String(trailers['grpc-message'])), message);
}

test('a message comes back, however its bytes were cut', async (t) => {
  await withDoor([echo], async ({ session }) => {
    const message = Buffer.from('of several pieces');
    const whole = framed(message);
    for (const cuts of [[], [1], [3], [5], [6], [2, 5, 9], [...whole.keys()]]) {
      const chunks = [...cuts, whole.length].map((end, index) => whole.subarray(cuts[index - 1] ?? 0, end));
      const { headers, trailers, body } = await rawCall(session, ECHO, chunks);
      t.is(Number(headers[':status']), 200);
      t.is(headers['content-type'], 'application/grpc');
      status(t, trailers, 0);
      t.deepEqual(body, whole);
    }
  });
});

const BROKEN: Readonly<
  Record<string, { readonly chunks: readonly Buffer[]; readonly code: number; readonly message: string }>
> = {
  'no message': { chunks: [], code: 13, message: 'Missing request message.' },
  'half a prefix': { chunks: [Buffer.from([0, 0])], code: 13, message: 'Unexpected EOF decoding stream.' },
  'half a message': {
    chunks: [framed(Buffer.alloc(9)).subarray(0, 10)],
    code: 13,
    message: 'Unexpected EOF decoding stream.',
  },
  'an unknown flag': {
    chunks: [framed(Buffer.alloc(3), 2)],
    code: 13,
    message:
      'protocol error: received message with invalid compression flag: 2 (valid flags are 0 and 1) while receiving request',
  },
  'compressed, but nobody says how': {
    chunks: [framed(Buffer.alloc(3), 1)],
    code: 13,
    message: 'protocol error: received message with compressed-flag but no grpc-encoding was specified',
  },
  'more than the limit': {
    chunks: [framed(Buffer.alloc(2000))],
    code: 8,
    message:
      'Error, decoded message length too large: found 2000 bytes, the limit is: 1000 bytes (service.max_grpc_message_size_mb)',
  },
};

for (const [name, { chunks, code, message }] of Object.entries(BROKEN)) {
  test(`broken framing: ${name}`, async (t) => {
    await withDoor(
      [echo],
      async ({ session }) => {
        status(t, (await rawCall(session, ECHO, chunks)).trailers, code, message);
        // The connection is as good as before.
        status(t, (await rawCall(session, ECHO, [framed(Buffer.from('x'))])).trailers, 0);
      },
      { maxMessageBytes: 1000 },
    );
  });
}

test('a method that does not exist, and what is no gRPC', async (t) => {
  await withDoor([echo], async ({ session }) => {
    status(t, (await rawCall(session, '/test.Test/Nope', [framed(Buffer.alloc(0))])).trailers, 12);
    const plain = await rawCall(session, ECHO, [], { 'content-type': 'application/json' });
    t.is(Number(plain.headers[':status']), 415);
  });
});

test('gzip both ways: requests are inflated, answers compressed where the client says so and it is worth it', async (t) => {
  await withDoor([echo], async ({ session }) => {
    const message = Buffer.alloc(5000, 'abc');
    const packed = framed(zlib.gzipSync(message), 1);
    const plainly = await rawCall(session, ECHO, [packed], { 'grpc-encoding': 'gzip' });
    t.deepEqual(plainly.body, framed(message));
    t.is(plainly.headers['grpc-encoding'], undefined);
    const both = await rawCall(session, ECHO, [packed], {
      'grpc-encoding': 'gzip',
      'grpc-accept-encoding': 'identity, deflate, gzip',
    });
    t.is(both.headers['grpc-encoding'], 'gzip');
    t.is(both.body[0], 1);
    t.true(both.body.length < 500);
    t.deepEqual(zlib.gunzipSync(both.body.subarray(5)), message);
    const small = await rawCall(session, ECHO, [framed(Buffer.from('x'))], { 'grpc-accept-encoding': 'gzip' });
    t.deepEqual(small.body, framed(Buffer.from('x')));
  });
});

test('encodings that are not read, broken ones, and those that inflate beyond the limit', async (t) => {
  const check = async (session: ClientHttp2Session, body: Buffer, encoding: string, code: number): Promise<void> => {
    const { trailers } = await rawCall(session, ECHO, [body], { 'grpc-encoding': encoding });
    status(t, trailers, code);
  };
  await withDoor(
    [echo],
    async ({ session }) => {
      await check(session, framed(zlib.deflateSync(Buffer.alloc(9)), 1), 'deflate', 12);
      await check(session, framed(Buffer.from('this is no gzip'), 1), 'gzip', 13);
      await check(session, framed(zlib.gzipSync(Buffer.alloc(100_000)), 1), 'gzip', 8);
      await check(session, framed(Buffer.from('x')), 'gzip', 0);
    },
    { maxMessageBytes: 1000 },
  );
});

test('errors: code, message and metadata; the text survives every character', async (t) => {
  const text = 'ünïcödé 100 %\nnext line';
  const methods = [
    failing('/test.Test/Input', new VectorizerError('bad_input', text)),
    failing('/test.Test/Spaces', new VectorizerError('standalone', ' a b ')),
    failing('/test.Test/Missing', new VectorizerError('not_found', 'x')),
    failing('/test.Test/Rate', new VectorizerError('rate_limited', 'x', { retryAfterSeconds: 1.2 })),
    failing('/test.Test/Never', new VectorizerError('rate_limited', 'x')),
    failing('/test.Test/Full', new VectorizerError('insufficient_storage', 'x')),
    failing('/test.Test/Standalone', new VectorizerError('standalone', 'alone')),
  ];
  await withDoor(methods, async ({ session }) => {
    const call = async (name: string): Promise<IncomingHttpHeaders> =>
      (await rawCall(session, `/test.Test/${name}`, [framed(Buffer.alloc(0))])).trailers;
    status(t, await call('Input'), 3, `Wrong input: ${text}`);
    status(t, await call('Spaces'), 12, ' a b ');
    status(t, await call('Missing'), 5, 'Not found: x');
    const limited = await call('Rate');
    status(t, limited, 8, 'Rate limiting exceeded: x');
    t.is(limited['retry-after'], '2');
    t.is((await call('Never'))['retry-after'], undefined);
    const full = await call('Full');
    status(t, full, 8, 'Insufficient storage: x');
    t.is(full['qdrant-insufficient-storage'], '1');
    status(t, await call('Standalone'), 12, 'alone');
  });
});

test('what is our own fault is INTERNAL, and is told to whoever runs the server', async (t) => {
  const told: unknown[] = [];
  const logger: Logger = { ...SILENT_LOGGER, error: (...words) => void told.push(words) };
  const bug = new TypeError('x is not a function');
  const damaged = new VectorizerError('data_damaged', 'a file');
  const methods = [failing('/test.Test/Bug', bug), failing('/test.Test/Damaged', damaged)];
  await withDoor(
    methods,
    async ({ session }) => {
      const call = async (name: string): Promise<IncomingHttpHeaders> =>
        (await rawCall(session, `/test.Test/${name}`, [framed(Buffer.alloc(0))])).trailers;
      status(t, await call('Bug'), 13, 'Service internal error: x is not a function');
      status(t, await call('Damaged'), 13, 'Service internal error: a file');
    },
    { logger },
  );
  t.deepEqual(told.slice(0, 2), [
    ['call failed', { path: '/test.Test/Bug' }, bug],
    ['call failed', { path: '/test.Test/Damaged' }, damaged],
  ]);
});

/** A method that runs until its signal aborts, and tells when it began and ended. */
function endless(): { readonly method: UnaryMethod; readonly began: Promise<Context>; readonly ended: Promise<void> } {
  const began = Promise.withResolvers<Context>();
  const ended = Promise.withResolvers<void>();
  const method = unary('/test.Test/Endless', async (_house, context) => {
    began.resolve(context);
    await once(context.signal, 'abort');
    ended.resolve();
    throw new VectorizerError('timeout', 'too late');
  });
  return { method, began: began.promise, ended: ended.promise };
}

test('a deadline ends the work, and answers as Qdrant does', async (t) => {
  const { method, ended } = endless();
  await withDoor([method], async ({ session }) => {
    const { trailers } = await rawCall(session, method.path, [framed(Buffer.alloc(0))], { 'grpc-timeout': '30m' });
    status(t, trailers, 1, 'Timeout expired');
    await ended;
  });
});

test('a deadline that makes no sense is none', async (t) => {
  await withDoor([echo], async ({ session }) => {
    for (const given of ['abc', '1', '-1S', '123456789S']) {
      const { trailers } = await rawCall(session, ECHO, [framed(Buffer.alloc(0))], { 'grpc-timeout': given });
      status(t, trailers, 0);
    }
    status(t, (await rawCall(session, ECHO, [framed(Buffer.alloc(0))], { 'grpc-timeout': '99999999H' })).trailers, 0);
  });
});

test('a client that resets its stream, or goes away, ends the work', async (t) => {
  for (const leave of ['reset', 'destroy'] as const) {
    const { method, began, ended } = endless();
    await withDoor([method, echo], async ({ session, door }) => {
      const stream = session.request({ ...GRPC_HEADERS, ':path': method.path });
      stream.on('error', () => undefined);
      stream.end(framed(Buffer.alloc(0)));
      await began;
      if (leave === 'reset') stream.close(http2.constants.NGHTTP2_CANCEL);
      else session.destroy();
      await ended;
      const after = await withSession(door.address, (again) => rawCall(again, ECHO, [framed(Buffer.alloc(0))]));
      status(t, after.trailers, 0);
    });
  }
});

test('keys and tokens are read', async (t) => {
  const seen: (string | undefined)[] = [];
  const method = unary('/test.Test/Key', async (_house, { credential }) => {
    seen.push(credential);
    return () => undefined;
  });
  await withDoor([method], async ({ session }) => {
    const none: readonly Buffer[] = [framed(Buffer.alloc(0))];
    await rawCall(session, method.path, none);
    await rawCall(session, method.path, none, { 'api-key': 'k' });
    await rawCall(session, method.path, none, { authorization: 'Bearer t' });
    await rawCall(session, method.path, none, { authorization: 'Basic t' });
  });
  t.deepEqual(seen, [undefined, 'k', 't', undefined]);
});

test('pings are answered, however many come', async (t) => {
  await withDoor([echo], async ({ session }) => {
    await once(session, 'connect');
    let wentAway = false;
    session.on('goaway', () => (wentAway = true));
    for (let index = 0; index < 200; index++) {
      await new Promise<void>((resolve, reject) => {
        session.ping((error) => (error === null ? resolve() : reject(error)));
      });
    }
    status(t, (await rawCall(session, ECHO, [framed(Buffer.alloc(0))])).trailers, 0);
    t.false(wentAway);
  });
});

test('closing lets running calls finish and takes no new connection', async (t) => {
  const release = Promise.withResolvers<void>();
  const began = Promise.withResolvers<void>();
  const slow = unary('/test.Test/Slow', async () => {
    began.resolve();
    await release.promise;
    return () => writer.raw(Buffer.from('done'));
  });
  const door = await openDoor({ house: NO_HOUSE, methods: [slow] });
  await withSession(door.address, async (session) => {
    const running = rawCall(session, slow.path, [framed(Buffer.alloc(0))]);
    await began.promise;
    const closed = door.close();
    await delay(20);
    release.resolve();
    const { body, trailers } = await running;
    status(t, trailers, 0);
    t.deepEqual(body, framed(Buffer.from('done')));
    await closed;
  });
  const refused = http2.connect(`http://${door.address}`);
  const [error] = (await once(refused, 'error')) as [NodeJS.ErrnoException];
  t.is(error.code, 'ECONNREFUSED');
});

const counted: StreamingMethod = {
  kind: 'streaming',
  path: '/test.Test/Count',
  run: async (_house, _context, { requests, send }) => {
    for await (const bytes of requests) await send(() => writer.raw(Buffer.from(String(bytes.length))));
  },
};

test('a call that streams: messages in, messages out, in order', async (t) => {
  await withDoor([counted], async ({ session }) => {
    const messages = Array.from({ length: 20 }, (_, length) => framed(Buffer.alloc(length)));
    const { body, trailers } = await rawCall(session, counted.path, [Buffer.concat(messages)]);
    status(t, trailers, 0);
    t.deepEqual(body, Buffer.concat(messages.map((_, length) => framed(Buffer.from(String(length))))));
    const broken = await rawCall(session, counted.path, [framed(Buffer.alloc(7)), Buffer.from([0, 0])]);
    t.deepEqual(broken.body, framed(Buffer.from('7')));
    status(t, broken.trailers, 13, 'Unexpected EOF decoding stream.');
    const nothing = await rawCall(session, counted.path, []);
    status(t, nothing.trailers, 0);
  });
});

test('a client that does not read holds the server back', async (t) => {
  let sent = 0;
  const flood: StreamingMethod = {
    kind: 'streaming',
    path: '/test.Test/Flood',
    run: async (_house, { signal }, { send }) => {
      const piece = Buffer.alloc(10_000);
      while (!signal.aborted) {
        await send(() => writer.raw(piece));
        sent++;
      }
    },
  };
  await withDoor([flood], async ({ session }) => {
    const stream = session.request({ ...GRPC_HEADERS, ':path': flood.path });
    stream.on('error', () => undefined);
    stream.pause();
    stream.end();
    let before = -1;
    while (sent === 0 || sent !== before) {
      before = sent;
      await delay(100);
    }
    t.true(sent < 50, `${sent} messages of 10 KB went out to nobody`);
    // An unread stream that is only reset would wait for its reader.
    stream.destroy();
  });
});

test('a flood of the smallest messages on one call lets others be answered', async (t) => {
  await withDoor([counted, echo], async ({ session, door }) => {
    const stream = session.request({ ...GRPC_HEADERS, ':path': counted.path });
    stream.on('error', () => undefined);
    stream.resume();
    stream.write(Buffer.alloc(5 * 200_000));
    const [answered] = await withSession(door.address, (other) =>
      Promise.all([rawCall(other, ECHO, [framed(Buffer.from('x'))]), rawCall(other, ECHO, [framed(Buffer.from('y'))])]),
    );
    status(t, answered.trailers, 0);
    stream.close(http2.constants.NGHTTP2_CANCEL);
    await once(stream, 'close');
  });
});
