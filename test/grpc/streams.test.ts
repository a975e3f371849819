import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import grpc from '@grpc/grpc-js';
import test, { type ExecutionContext } from 'ava';
import * as wire from '../../generated/points.js';
import * as streams from '../../generated/vectorizer/v1/vectorizer.js';
import { BinaryReader } from '../../generated/wire.js';
import {
  config,
  CONTEXT,
  openHouse,
  READ,
  removeFolder,
  temporaryFolder,
  type TestHouse,
  upsertOf,
} from '../collections/house.ts';
import { openDoor } from './open-door.ts';

const NOTHING = new Uint8Array(0);

interface Ground {
  readonly house: TestHouse;
  readonly client: grpc.Client;
}

/** A door over a collection `c` of three dimensions. */
async function withGround(use: (ground: Ground) => Promise<void>): Promise<void> {
  const folder = await temporaryFolder();
  const house = await openHouse(folder);
  await house.database.create('c', config(3, 'Dot', {}));
  const door = await openDoor({ house });
  const client = new grpc.Client(door.address, grpc.credentials.createInsecure());
  try {
    await use({ house, client });
  } finally {
    client.close();
    await door.close();
    await house.close();
    await removeFolder(folder);
  }
}

interface Codec<T> {
  encode(message: T): { finish(): Uint8Array };
  decode(reader: BinaryReader): T;
}

/** A message of which only some fields are given. */
function partial<T>(codec: Codec<T>, given: Partial<T>): T {
  return { ...codec.decode(new BinaryReader(NOTHING)), ...given };
}

function encoder<T>(codec: Codec<T>): (message: T) => Buffer {
  return (message) => Buffer.from(codec.encode(message).finish());
}

function decoder<T>(codec: Codec<T>): (bytes: Buffer) => T {
  return (bytes) => codec.decode(new BinaryReader(bytes));
}

function scrollStream(
  client: grpc.Client,
  request: Partial<wire.ScrollPoints>,
): grpc.ClientReadableStream<streams.ScrollStreamResponse> {
  return client.makeServerStreamRequest(
    '/vectorizer.v1.Streams/ScrollStream',
    encoder(wire.ScrollPoints),
    decoder(streams.ScrollStreamResponse),
    partial(wire.ScrollPoints, { collectionName: 'c', ...request }),
  );
}

async function pagesOf(client: grpc.Client, request: Partial<wire.ScrollPoints>): Promise<bigint[][]> {
  const pages: bigint[][] = [];
  for await (const page of scrollStream(client, request)) {
    const { points } = page as streams.ScrollStreamResponse;
    pages.push(points.map(({ id }) => (id?.pointIdOptions?.$case === 'num' ? id.pointIdOptions.value : -1n)));
  }
  return pages;
}

function point(id: number, vector: readonly number[] = [1, 2, id]): wire.PointStruct {
  return partial(wire.PointStruct, {
    id: { pointIdOptions: { $case: 'num', value: BigInt(id) } },
    payload: new Map([['id', { kind: { $case: 'integerValue' as const, value: BigInt(id) } }]]),
    vectors: {
      vectorsOptions: {
        $case: 'vector',
        value: partial(wire.Vector, { vector: { $case: 'dense', value: { data: Float32Array.from(vector) } } }),
      },
    },
  });
}

async function fill(house: TestHouse, count: number, noiseBytes = 0): Promise<void> {
  const noise = (): string => randomBytes(noiseBytes).toString('base64');
  const points = Array.from({ length: count }, (_, id) => ({
    id,
    vector: [1, 2, id],
    payload: { id, noise: noise() },
  }));
  await house.database.collection('c').update(CONTEXT, upsertOf('c', points));
}

async function rejection(t: ExecutionContext, promise: Promise<unknown>): Promise<grpc.ServiceError> {
  return (await t.throwsAsync(promise)) as grpc.ServiceError;
}

test('ScrollStream: all points in order, in pages of the size that was asked for', async (t) => {
  await withGround(async ({ house, client }) => {
    await fill(house, 2500);
    const all = Array.from({ length: 2500 }, (_, id) => BigInt(id));
    const pages = await pagesOf(client, {});
    t.deepEqual(
      pages.map(({ length }) => length),
      [1000, 1000, 500],
    );
    t.deepEqual(pages.flat(), all);
    const small = await pagesOf(client, { limit: 700, offset: { pointIdOptions: { $case: 'num', value: 1000n } } });
    t.deepEqual(
      small.map(({ length }) => length),
      [700, 700, 100],
    );
    t.deepEqual(small.flat(), all.slice(1000));
  });
});

test('ScrollStream of nothing, of no collection, and in another order', async (t) => {
  await withGround(async ({ client }) => {
    t.deepEqual(await pagesOf(client, {}), []);
    const missing = await rejection(t, pagesOf(client, { collectionName: 'nobody' }));
    t.is(missing.code, grpc.status.NOT_FOUND);
    t.is(missing.details, "Not found: Collection `nobody` doesn't exist!");
    const orderBy = partial(wire.OrderBy, { key: 'id' });
    t.is((await rejection(t, pagesOf(client, { orderBy }))).code, grpc.status.INVALID_ARGUMENT);
    t.is((await rejection(t, pagesOf(client, { limit: 0 }))).code, grpc.status.INVALID_ARGUMENT);
  });
});

test('ScrollStream reads no further ahead than the client takes', async (t) => {
  await withGround(async ({ house, client }) => {
    // What gzip cannot make small: the client takes compressed answers.
    await fill(house, 3000, 1000);
    const collection = house.database.collection('c');
    const scroll = collection.scroll.bind(collection);
    let read = 0;
    collection.scroll = (...call) => {
      read += 1;
      return scroll(...call);
    };
    const stream = scrollStream(client, { limit: 10 });
    await once(stream, 'data');
    stream.pause();
    let before = -1;
    while (read !== before) {
      before = read;
      await delay(100);
    }
    t.true(read < 100, `${read} of 300 pages were read for a client that took one`);
    stream.cancel();
    stream.resume();
    await once(stream, 'error');
    await delay(50);
    t.true(read < 100);
  });
});

interface Upserts {
  readonly send: (request: Partial<wire.UpsertPoints>) => Promise<void>;
  readonly end: () => void;
  readonly answer: Promise<streams.UpsertStreamResponse>;
}

function upsertStream(client: grpc.Client): Upserts {
  const { promise, resolve, reject } = Promise.withResolvers<streams.UpsertStreamResponse>();
  promise.catch(() => undefined);
  const stream = client.makeClientStreamRequest(
    '/vectorizer.v1.Streams/UpsertStream',
    encoder(wire.UpsertPoints),
    decoder(streams.UpsertStreamResponse),
    (error: grpc.ServiceError | null, answer?: streams.UpsertStreamResponse) => {
      if (error !== null) reject(error);
      else if (answer !== undefined) resolve(answer);
    },
  );
  stream.on('error', () => undefined);
  return {
    send: (request) =>
      new Promise((resolve) => {
        stream.write(partial(wire.UpsertPoints, { collectionName: 'c', ...request }), () => resolve());
      }),
    end: () => void stream.end(),
    answer: promise,
  };
}

test('UpsertStream: batches in order, one answer', async (t) => {
  await withGround(async ({ house, client }) => {
    const { send, end, answer } = upsertStream(client);
    for (let batch = 0; batch < 20; batch++) {
      await send({ points: [point(batch), point(1000, [0, 0, batch])], wait: batch === 19 });
    }
    end();
    const { batches, points, result, time } = await answer;
    t.is(batches, 20n);
    t.is(points, 40n);
    t.is(result?.status, wire.UpdateStatus.Completed);
    t.true(time > 0);
    const [last] = await house.database.collection('c').retrieve(CONTEXT, {
      collection: 'c',
      ids: [{ kind: 0, word0: 0, word1: 0, word2: 0, word3: 1000 }],
      withPayload: { kind: 'none' },
      withVector: { kind: 'all' },
      ...READ,
    });
    t.deepEqual(last?.vectors?.[0]?.vector.values, Float32Array.of(0, 0, 19));
    t.is(
      await house.database.collection('c').count(CONTEXT, { collection: 'c', filter: undefined, exact: true, ...READ }),
      21,
    );
  });
});

test('UpsertStream: the first batch that fails ends the call; those before it stay, those behind it are not taken', async (t) => {
  await withGround(async ({ house, client }) => {
    const { send, end, answer } = upsertStream(client);
    await send({ points: [point(1)], wait: true });
    await send({ points: [point(2, [1])], wait: true });
    await send({ points: [point(3)], wait: true });
    end();
    const error = await rejection(t, answer);
    t.is(error.code, grpc.status.INVALID_ARGUMENT);
    t.is(error.details, 'Wrong input: Vector dimension error: expected dim: 3, got 1');
    t.deepEqual((await pagesOf(client, {})).flat(), [1n]);
    t.is(
      await house.database.collection('c').count(CONTEXT, { collection: 'c', filter: undefined, exact: true, ...READ }),
      1,
    );
  });
});

test('UpsertStream of nothing', async (t) => {
  await withGround(async ({ client }) => {
    const { end, answer } = upsertStream(client);
    end();
    const { batches, points, result } = await answer;
    t.deepEqual([batches, points, result], [0n, 0n, undefined]);
  });
});

type QueryStream = grpc.ClientDuplexStream<streams.QueryStreamRequest, streams.QueryStreamResponse>;

function queryStream(client: grpc.Client): QueryStream {
  return client.makeBidiStreamRequest(
    '/vectorizer.v1.Streams/QueryStream',
    encoder(streams.QueryStreamRequest),
    decoder(streams.QueryStreamResponse),
  );
}

function nearest(vector: readonly number[]): wire.QueryPoints {
  const dense = { data: Float32Array.from(vector) };
  return partial(wire.QueryPoints, {
    collectionName: 'c',
    query: { variant: { $case: 'nearest', value: { variant: { $case: 'dense', value: dense } } } },
    limit: 3n,
  });
}

test('QueryStream: an answer for every query, told apart by id, failures among them', async (t) => {
  await withGround(async ({ house, client }) => {
    await fill(house, 100);
    const stream = queryStream(client);
    const answers = new Map<bigint, streams.QueryStreamResponse>();
    stream.on('data', (answer: streams.QueryStreamResponse) => answers.set(answer.id, answer));
    const count = 200;
    for (let id = 0; id < count; id++) {
      // Every tenth has a vector too short, and one no query at all.
      const query = id === 55 ? undefined : nearest(id % 10 === 9 ? [1] : [0, 0, id % 2 === 0 ? 1 : -1]);
      stream.write({ id: BigInt(id), query });
    }
    stream.end();
    await once(stream, 'end');
    t.is(answers.size, count);
    for (const [id, { answer }] of answers) {
      if (id === 55n) {
        t.deepEqual(answer, { $case: 'error', value: { code: 3, message: 'query is missing' } });
      } else if (id % 10n === 9n) {
        const message = 'Wrong input: Vector dimension error: expected dim: 3, got 1';
        t.deepEqual(answer, { $case: 'error', value: { code: 3, message } });
      } else if (answer?.$case === 'response') {
        const ids = answer.value.result.map((found) => found.id?.pointIdOptions?.value);
        t.deepEqual(ids, id % 2n === 0n ? [99n, 98n, 97n] : [0n, 1n, 2n]);
        t.true(answer.value.time > 0);
      } else t.fail(`no answer to ${id}`);
    }
  });
});

test('QueryStream answers while the client has more to ask', async (t) => {
  await withGround(async ({ house, client }) => {
    await fill(house, 10);
    const stream = queryStream(client);
    for (let id = 1; id <= 3; id++) {
      stream.write({ id: BigInt(id), query: nearest([0, 0, 1]) });
      const [answer] = (await once(stream, 'data')) as [streams.QueryStreamResponse];
      t.is(answer.id, BigInt(id));
    }
    stream.end();
    stream.resume();
    await once(stream, 'end');
  });
});

test('QueryStream: bytes that are no request end the call, even while the client waits', async (t) => {
  await withGround(async ({ client }) => {
    const stream = client.makeBidiStreamRequest(
      '/vectorizer.v1.Streams/QueryStream',
      (bytes: Buffer) => bytes,
      decoder(streams.QueryStreamResponse),
    );
    stream.resume();
    stream.write(Buffer.from([18, 200]));
    const [error] = (await once(stream, 'error')) as [grpc.ServiceError];
    t.is(error.code, grpc.status.INTERNAL);
    t.is(error.details, 'failed to decode Protobuf message: buffer underflow');
  });
});
