import { existsSync, readFileSync } from 'node:fs';
import test from 'ava';
import { headerBlock } from '../../src/grpc/http2/hpack.ts';
import { Patience } from '../../src/grpc/http2/patience.ts';
import type { Http2Stream } from '../../src/grpc/http2/stream.ts';
import { HEAD, INITIAL_WINDOW, silent, TAIL } from './http2-answers.ts';
import {
  CODE,
  END_HEADERS,
  END_STREAM,
  type Frame,
  frame,
  headers,
  number,
  PREFACE,
  type RawClient,
  REQUEST,
  served,
  settings,
  TYPE,
} from './raw-http2.ts';

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Answers every request with `bytes` bytes when it has ended. */
function answering(bytes: number): (stream: Http2Stream) => void {
  return (stream) => {
    const end = (): void => stream.answer(HEAD, Buffer.alloc(bytes, stream.id), TAIL);
    stream.events = { data: silent, end, close: silent };
  };
}

async function isServed(client: RawClient, id = 1): Promise<void> {
  client.send(headers(id));
  await client.until(() => client.hasEnded(id));
}

/** Sends `count` pieces, of which `each` makes the one at a place, until all are sent or the connection has ended. */
async function flood(client: RawClient, count: number, each: (at: number) => Buffer): Promise<void> {
  for (let at = 0; at < count && !client.isClosed;) {
    const pieces: Buffer[] = [];
    for (const end = Math.min(count, at + 500); at < end; at += 1) pieces.push(each(at));
    client.send(...pieces);
    do await turn();
    while (client.socket.writableLength > 1 << 20 && !client.isClosed);
  }
}

function bytesOf(frames: readonly Frame[]): number {
  return frames.reduce((sum, { payload }) => sum + 9 + payload.length, 0);
}

test('answers that are not read: the server stops reading, and goes on when they are', async (t) => {
  const big = headerBlock(200, { 'x-long': 'x'.repeat(1000) });
  const requests = 50_000;
  let count = 0;
  let held = 0;
  await served(
    (stream) => {
      count += 1;
      stream.refuse(big);
    },
    async ({ client, sockets }) => {
      const look = (): void => void (held = Math.max(held, sockets[0]?.writableLength ?? 0));
      const slow = await client();
      slow.socket.pause();
      for (let at = 0; at < requests; at += 1000) {
        slow.send(...Array.from({ length: 1000 }, (_, index) => headers(2 * (at + index) + 1)));
        await turn();
        look();
      }
      for (let turns = 0; turns < 500; turns += 1) {
        await turn();
        look();
      }
      t.true(held > 1 << 20, 'it was too much for the kernel');
      // One reading of the socket more than the limit of 4 MiB: without it, all 48 MB.
      t.true(held < 16 << 20, `${held} bytes held`);
      slow.socket.resume();
      await slow.until(() => slow.frames.at(-1)?.stream === 2 * requests - 1);
      t.is(count, requests);
    },
  );
});

test('who waits for a client that does not read goes on when the client resets the stream', async (t) => {
  let stream: Http2Stream | undefined;
  await served(
    (given) => (stream = given),
    async ({ client }) => {
      const slow = await client([INITIAL_WINDOW, 2 ** 31 - 1]);
      slow.send(number(TYPE.windowUpdate, 0, 2 ** 30), headers(1));
      await slow.pinged();
      slow.socket.pause();
      stream?.respond(HEAD);
      while (stream?.isReady === true) {
        stream.write(Buffer.alloc(1 << 20));
        await turn();
      }
      const ready = stream?.ready();
      slow.send(number(TYPE.reset, 1, CODE.cancel));
      await ready;
      t.true(stream?.isClosed);
    },
  );
});

const REPLIED: Readonly<Record<string, Buffer>> = {
  pings: frame(TYPE.ping, 0, 0, Buffer.alloc(8)),
  settings: settings([1, 4096]),
};
for (const [name, asked] of Object.entries(REPLIED)) {
  test(`${name} without end, whose answers are not read: the connection ends`, async (t) => {
    await served(answering(5), async ({ client, sockets }) => {
      const slow = await client();
      const good = await client();
      slow.socket.pause();
      const [socket] = sockets;
      // As much as the kernel keeps for both, and 10,000 more.
      const many = Buffer.concat(Array.from({ length: 1000 }, () => asked));
      for (let sent = 0; sent < 2000 && socket?.writableEnded === false; sent += 1) {
        slow.socket.write(many);
        await turn();
        t.true(socket.writableLength < 8 << 20);
      }
      t.true(socket?.writableEnded);
      await isServed(good);
      slow.socket.resume();
      t.is((await slow.farewell()).code, CODE.calm);
    });
  });
}

test('100,000 pings whose answers are read are answered', async (t) => {
  await served(answering(5), async ({ client }) => {
    const given = await client();
    const many = Buffer.concat(Array.from({ length: 1000 }, () => REPLIED['pings'] ?? PREFACE));
    for (let sent = 0; sent < 100; sent += 1) {
      given.send(many);
      await given.until(() => given.frames.length >= 1000 * (sent + 1));
    }
    await isServed(given);
    t.is(bytesOf(given.frames.filter(({ type }) => type === TYPE.ping)), 100_000 * 17);
  });
});

const BLOCKS: Readonly<Record<string, (at: number) => Buffer>> = {
  'of large frames': () => frame(TYPE.continuation, 0, 1, Buffer.alloc(16_384)),
  'of small frames': () => frame(TYPE.continuation, 0, 1, Buffer.from([0x84])),
  'of empty frames': () => frame(TYPE.continuation, 0, 1),
};
for (const [name, each] of Object.entries(BLOCKS)) {
  test(`a header block without end, ${name}`, async (t) => {
    await served(answering(5), async ({ client }) => {
      const given = await client();
      given.send(headers(1, 0));
      await flood(given, 5000, each);
      t.is((await given.farewell()).code, CODE.calm);
    });
  });
}

/** What makes a stream end before it is answered, by a client that has just opened it. */
const RESETS: Readonly<Record<string, (id: number) => Buffer>> = {
  'resets it': (id) => Buffer.concat([headers(id), number(TYPE.reset, id, CODE.cancel)]),
  'resets it after a whole message': (id) =>
    Buffer.concat([
      headers(id, END_HEADERS),
      frame(TYPE.data, END_STREAM, id, Buffer.alloc(50)),
      number(TYPE.reset, id, CODE.cancel),
    ]),
  'grows its window by nothing': (id) => Buffer.concat([headers(id), number(TYPE.windowUpdate, id, 0)]),
  'grows its window beyond all measure': (id) =>
    Buffer.concat([headers(id), number(TYPE.windowUpdate, id, 2 ** 31 - 1)]),
  'sends trailers that are none': (id) => Buffer.concat([headers(id, END_HEADERS), headers(id)]),
  'sends headers that are none': (id) => headers(id, END_HEADERS, Buffer.from([0x84])),
};
for (const [name, each] of Object.entries(RESETS)) {
  test(`50,000 times a client opens a stream and ${name}: it is told to calm down, others are served`, async (t) => {
    let opened = 0;
    const open = new Set<Http2Stream>();
    await served(
      (stream) => {
        opened += 1;
        if (stream.headers['x-answer'] !== undefined) return answering(5)(stream);
        open.add(stream);
        stream.events = { data: silent, end: silent, close: () => open.delete(stream) };
      },
      async ({ client }) => {
        const good = await client();
        const bad = await client();
        const flooded = flood(bad, 50_000, (at) => each(2 * at + 1));
        const block = Buffer.concat([REQUEST, Buffer.from([0]), Buffer.from('\u0008x-answer\u00011')]);
        for (let id = 1; id < 20; id += 2) {
          good.send(headers(id, END_STREAM | END_HEADERS, block));
          await good.until(() => good.hasEnded(id));
        }
        await flooded;
        await bad.closed();
        // What it sent behind the end may have cost it the farewell.
        t.true([CODE.calm, 2 ** 32 - 1].includes((await bad.farewell()).code));
        t.true(opened < 10_000, String(opened));
        t.is(open.size, 0);
      },
    );
  });
}

test('resets: so many at once, and so many in a second', (t) => {
  const patience = new Patience(5000);
  for (let time = 0; time < 1000; time += 1) patience.spend(5000);
  t.throws(() => patience.spend(5000), { name: 'ConnectionError' });
  const steady = new Patience(0);
  for (let time = 0; time < 10_000; time += 1) steady.spend(2 * time);
  const rested = new Patience(0);
  for (let time = 0; time < 1000; time += 1) rested.spend(0);
  for (let time = 0; time < 1000; time += 1) rested.spend(1e9);
  t.throws(() => rested.spend(1e9), { name: 'ConnectionError' });
});

test('a thousand calls at once that are cancelled are nothing to end a connection for', async (t) => {
  await served(answering(5), async ({ client }) => {
    const given = await client();
    for (let id = 1; id < 2000; id += 2) given.send(headers(id, END_HEADERS), number(TYPE.reset, id, CODE.cancel));
    await isServed(given, 2001);
    t.pass();
  });
});

test('frames of no data without end, and windows that grow without end, cost nobody anything', async (t) => {
  await served(answering(5), async ({ client }) => {
    const bad = await client();
    const good = await client();
    bad.send(headers(1, END_HEADERS));
    await flood(bad, 200_000, () => frame(TYPE.data, 0, 1));
    await isServed(good);
    await flood(bad, 200_000, () => number(TYPE.windowUpdate, 1, 1));
    await flood(bad, 200_000, () => number(TYPE.windowUpdate, 0, 1));
    await isServed(good, 3);
    bad.send(frame(TYPE.data, END_STREAM, 1));
    await bad.until(() => bad.hasEnded(1));
    // The windows of a stream and of a connection end somewhere.
    bad.send(headers(3, END_HEADERS), number(TYPE.windowUpdate, 3, 2 ** 31 - 1));
    t.is(await bad.resetOf(3), CODE.flowControl);
    bad.send(number(TYPE.windowUpdate, 0, 2 ** 31 - 1));
    t.is((await bad.farewell()).code, CODE.flowControl);
  });
});

test('a window that grows byte by byte, for a thousand streams that wait for it', async (t) => {
  const ids = Array.from({ length: 1000 }, (_, index) => 2 * index + 1);
  let pushes = 0;
  const open: Http2Stream[] = [];
  await served(
    (stream) => {
      open.push(stream);
      answering(1000)(stream);
    },
    async ({ client }) => {
      const given = await client([INITIAL_WINDOW, 1 << 20]);
      given.send(...ids.map((id) => headers(id)));
      await given.pinged();
      const waiting = open.filter(({ isClosed }) => !isClosed);
      t.true(waiting.length > 900);
      for (const stream of waiting) {
        const push = stream.push.bind(stream);
        stream.push = () => {
          pushes += 1;
          push();
        };
      }
      for (let byte = 0; byte < 1000; byte += 1) given.send(number(TYPE.windowUpdate, 0, 1));
      await given.pinged();
      // Not every stream for every byte.
      t.is(pushes, 1000);
      given.send(number(TYPE.windowUpdate, 0, 1 << 21));
      await given.until(() => ids.every((id) => given.hasEnded(id)));
      for (const id of ids) t.is(given.body(id).length, 1000);
    },
  );
});

test('windows of all streams that change without end', async (t) => {
  let pushes = 0;
  await served(
    (stream) => {
      const push = stream.push.bind(stream);
      stream.push = () => {
        pushes += 1;
        push();
      };
    },
    async ({ client }) => {
      const bad = await client();
      for (let id = 1; id < 1000; id += 2) bad.send(headers(id));
      await bad.pinged();
      const pairs = Array.from({ length: 2000 }, (_, at) => [INITIAL_WINDOW, 1000 + at] as const);
      bad.send(settings(...pairs));
      await bad.pinged();
      t.is(pushes, 500, 'the last of one frame counts');
      await flood(bad, 5000, (at) => settings([INITIAL_WINDOW, at]));
      t.true([CODE.calm, 2 ** 32 - 1].includes((await bad.farewell()).code));
      t.true(pushes <= 500 * 2000);
    },
  );
});

test('65,536 streams that say nothing: as many are open as were agreed, the others are refused', async (t) => {
  const open = new Set<Http2Stream>();
  await served(
    (stream) => {
      if (stream.isEnded) return;
      open.add(stream);
      stream.events = {
        data: silent,
        end: () => stream.answer(HEAD, Buffer.alloc(5), TAIL),
        close: () => open.delete(stream),
      };
    },
    async ({ client }) => {
      const bad = await client();
      const good = await client();
      const { payload } = await bad.frame(TYPE.settings, 0, ({ flags }) => flags === 0);
      const agreed = payload.readUInt32BE(2);
      t.is(payload.readUInt16BE(0), 3);
      await flood(bad, 65_536, (at) => headers(2 * at + 1, END_HEADERS));
      t.is(await bad.resetOf(2 * 65_536 - 1), CODE.refused);
      t.is(open.size, agreed);
      t.true(agreed <= 1024);
      await isServed(good);
      bad.send(frame(TYPE.data, END_STREAM, 1));
      await bad.until(() => bad.hasEnded(1));
      await isServed(bad, 2 * 65_536 + 1);
      bad.socket.destroy();
      while (open.size > 0) await turn();
    },
  );
});

test('connections that never say anything, or only half of the preface, hold up nobody', async (t) => {
  await served(answering(5), async ({ silent: connect, client, close, sockets }) => {
    await connect();
    const mute = await connect();
    mute.send(PREFACE.subarray(0, 10));
    const good = await client();
    await isServed(good);
    await close();
    t.true(sockets.every(({ destroyed, writableEnded }) => destroyed || writableEnded));
    t.is((await mute.farewell()).code, CODE.none);
  });
});

/** Of Linux: its table of connections, where the timer of one that is idle and watched is of kind 2. */
const CONNECTIONS = '/proc/net/tcp';

test('a client that is gone without a word is found out by the kernel', async (t) => {
  if (!existsSync(CONNECTIONS)) {
    t.pass('not on this system');
    return;
  }
  await served(answering(5), async ({ client, port }) => {
    const given = await client();
    const end = (number: number | undefined): string => `:${(number ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
    const isOf = (line: string): boolean =>
      line.includes(`${end(port)} 0100007F${end(given.socket.localPort)} 01 `) && / 02:[0-9A-F]{8} /.test(line);
    // A timer of what was sent last comes before it.
    while (!readFileSync(CONNECTIONS, 'latin1').split('\n').some(isOf)) await turn();
    t.pass();
  });
});

test('what is no HTTP/2 is told so', async (t) => {
  await served(answering(5), async ({ silent: connect }) => {
    for (const said of [Buffer.from('GET / HTTP/1.1\r\n\r\n'), Buffer.from([0x16, 3, 1, 2, 0]), PREFACE.subarray(1)]) {
      const given = await connect();
      given.send(said);
      t.is((await given.farewell()).code, CODE.protocol);
    }
    const impolite = await connect();
    impolite.send(PREFACE, headers(1));
    t.is((await impolite.farewell()).code, CODE.protocol);
  });
});
