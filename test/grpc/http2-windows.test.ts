import { once } from 'node:events';
import http2 from 'node:http2';
import test from 'ava';
import * as fc from 'fast-check';
import type { Http2Stream } from '../../src/grpc/http2/stream.ts';
import { ask, bodyOf, echo, HEAD, INITIAL_WINDOW, silent, sized, TAIL, WINDOW } from './http2-answers.ts';
import { CODE, END_HEADERS, frame, headers, number, served, settings, TYPE } from './raw-http2.ts';

/** What a client grants next: a stream (0 = the connection; -1 = another first window for all), and by how much. */
const GRANT = fc.record({ of: fc.constantFrom(-1, 0, 0, 1, 3, 5), bytes: fc.constantFrom(1, 7, 100, 5_000, 40_000) });

test('answers of any size through windows of any size, which the server never oversteps', async (t) => {
  const sizes = fc.array(fc.constantFrom(0, 1, 5, 16_384, 16_385, 50_000, 90_000), { minLength: 3, maxLength: 3 });
  const given = { first: fc.constantFrom(0, 1, 2, 100, 20_000, WINDOW), sizes, pieces: fc.constantFrom(0, 1, 3) };
  await served(sized, async ({ client: connect }) => {
    await fc.assert(
      fc.asyncProperty(
        fc.record(given),
        fc.array(GRANT, { maxLength: 12 }),
        async ({ first, sizes: all, pieces }, grants) => {
          const client = await connect([INITIAL_WINDOW, first]);
          const ids = [1, 3, 5];
          // What each may have sent at most, at any time: the largest first window, and every growth.
          let initial: number = first;
          let largest: number = first;
          const grown = new Map<number, number>([0, ...ids].map((id) => [id, 0]));
          for (const [index, id] of ids.entries()) client.send(ask(id, all[index] ?? 0, pieces));
          const within = (): void => {
            let sum = 0;
            for (const id of ids) {
              const { length } = client.body(id);
              sum += length;
              t.true(length <= largest + (grown.get(id) ?? 0));
            }
            t.true(sum <= WINDOW + (grown.get(0) ?? 0));
          };
          for (const { of, bytes } of grants) {
            if (of === -1) {
              initial = bytes;
              largest = Math.max(largest, initial);
              client.send(settings([INITIAL_WINDOW, initial]));
            } else {
              grown.set(of, (grown.get(of) ?? 0) + bytes);
              client.send(number(TYPE.windowUpdate, of, bytes));
            }
            await client.pinged();
            within();
          }
          for (const id of [0, ...ids]) client.send(number(TYPE.windowUpdate, id, 1 << 20));
          await client.until(() => ids.every((id) => client.hasEnded(id)));
          for (const [index, id] of ids.entries()) t.deepEqual(client.body(id), bodyOf(id, all[index] ?? 0));
          client.socket.destroy();
        },
      ),
      { numRuns: 60 },
    );
  });
});

test('a window of one byte, and of none until there is one', async (t) => {
  await served(sized, async ({ client }) => {
    const given = await client([INITIAL_WINDOW, 0]);
    given.send(ask(1, 20));
    await given.pinged();
    t.is(given.body(1).length, 0);
    for (let bytes = 1; bytes <= 20; bytes += 1) {
      given.send(number(TYPE.windowUpdate, 1, 1));
      await given.pinged();
      t.is(given.body(1).length, bytes);
    }
    t.true(given.hasEnded(1));
  });
});

test('another first window changes those of streams that are open, even below nothing', async (t) => {
  await served(sized, async ({ client }) => {
    const given = await client([INITIAL_WINDOW, 10]);
    given.send(ask(1, 100));
    const steps = [
      [settings([INITIAL_WINDOW, 30]), 30],
      [settings([INITIAL_WINDOW, 5]), 30],
      [number(TYPE.windowUpdate, 1, 20), 30],
      [number(TYPE.windowUpdate, 1, 6), 31],
      [settings([INITIAL_WINDOW, 50], [INITIAL_WINDOW, 6]), 32],
      [settings([INITIAL_WINDOW, 74]), 100],
    ] as const;
    for (const [sent, bytes] of steps) {
      given.send(sent);
      await given.pinged();
      t.is(given.body(1).length, bytes);
    }
    given.send(settings([INITIAL_WINDOW, 2 ** 31]));
    t.is((await given.farewell()).code, CODE.flowControl);
  });
});

test('a piece of nothing while the window is negative is a piece of nothing', async (t) => {
  let stream: Http2Stream | undefined;
  await served(
    (given) => (stream = given),
    async ({ client }) => {
      const given = await client([INITIAL_WINDOW, 10]);
      given.send(headers(1));
      await given.pinged();
      stream?.respond(HEAD);
      stream?.write(Buffer.from('0123456789'));
      given.send(settings([INITIAL_WINDOW, 5]));
      await given.pinged();
      stream?.write(Buffer.alloc(0));
      stream?.end(TAIL);
      await given.until(() => given.hasEnded(1));
      t.is(given.body(1).toString(), '0123456789');
    },
  );
});

test('streams that share the window of their connection take turns', async (t) => {
  const ids = Array.from({ length: 20 }, (_, index) => 2 * index + 1);
  const bytes = 100_000;
  await served(sized, async ({ client }) => {
    const given = await client([INITIAL_WINDOW, 1 << 20]);
    for (const id of ids) given.send(ask(id, bytes));
    await given.pinged();
    for (let turn = 0; turn < ids.length; turn += 1) {
      given.send(number(TYPE.windowUpdate, 0, 1000));
      await given.pinged();
    }
    // Each has had one turn, but for the first, which had taken the window before.
    for (const id of ids.slice(1)) t.is(given.body(id).length, 1000);
    while (!ids.every((id) => given.hasEnded(id))) {
      given.send(number(TYPE.windowUpdate, 0, 50_000));
      await given.pinged();
    }
    for (const id of ids) t.deepEqual(given.body(id), bodyOf(id, bytes));
  });
});

test('node:http2: large answers and uploads at once, far beyond every window', async (t) => {
  await served(echo, async ({ port }) => {
    // Its own limit for what it has not sent yet is 10 MB.
    const session = http2.connect(`http://127.0.0.1:${port}`, { maxSessionMemory: 200 });
    const call = async (bytes: number): Promise<void> => {
      const stream = session.request({ ':method': 'POST', 'x-is': '' });
      const pieces: Buffer[] = [];
      stream.on('data', (piece: Buffer) => pieces.push(piece));
      stream.end(bodyOf(bytes, bytes));
      await once(stream, 'close');
      t.deepEqual(Buffer.concat(pieces).equals(bodyOf(bytes, bytes)), true);
    };
    await Promise.all([0, 1, 70_000, 9 << 20, 20 << 20].map((bytes) => call(bytes)));
    session.destroy();
  });
});

test('a stream that is paused stops its client, and no other; resumed, all arrives', async (t) => {
  const paused: Http2Stream[] = [];
  const total = 12 << 20;
  let received = 0;
  await served(
    (stream) => {
      echo(stream);
      if (stream.headers['x-paused'] === undefined) return;
      paused.push(stream);
      stream.events = {
        data: (piece) => (received += piece.length),
        end: () => stream.answer(HEAD, Buffer.alloc(0), TAIL),
        close: silent,
      };
      stream.pause();
    },
    async ({ port }) => {
      const session = http2.connect(`http://127.0.0.1:${port}`);
      const held = session.request({ ':method': 'POST', 'x-paused': '1' });
      held.resume();
      held.end(Buffer.alloc(total));
      for (let turn = 0; turn < 3; turn += 1) {
        const other = session.request({ ':method': 'POST' });
        other.end(Buffer.alloc(8 << 20));
        let bytes = 0;
        for await (const piece of other) bytes += (piece as Buffer).length;
        t.is(bytes, 8 << 20);
      }
      t.is(received, 4 << 20, 'one window, and no more');
      const closed = once(held, 'close');
      paused[0]?.resume();
      await closed;
      t.is(received, total);
      session.destroy();
    },
  );
});

test('more data than was granted: the stream is reset', async (t) => {
  await served(
    (stream) => stream.pause(),
    async ({ client }) => {
      const given = await client();
      given.send(headers(1, END_HEADERS));
      for (let sent = 0; sent <= 4 << 20; sent += 16_384) given.send(frame(TYPE.data, 0, 1, Buffer.alloc(16_384)));
      t.is(await given.resetOf(1), CODE.flowControl);
      await given.pinged();
    },
  );
});
