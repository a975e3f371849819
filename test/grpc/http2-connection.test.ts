import { once } from 'node:events';
import http2 from 'node:http2';
import test from 'ava';
import * as fc from 'fast-check';
import type { Http2Stream } from '../../src/grpc/http2/stream.ts';
import { ask, bodyOf, echo, HEAD, INITIAL_WINDOW, silent, sized, TAIL, WINDOW } from './http2-answers.ts';
import {
  ACK,
  CODE,
  END_HEADERS,
  END_STREAM,
  frame,
  headers,
  literal,
  number,
  PADDED,
  PREFACE,
  PRIORITY,
  type RawClient,
  requestBlock,
  served,
  settings,
  TYPE,
} from './raw-http2.ts';

/** A request in every shape that a client may give it. Its body is 'one two three', its header x-is 'yes '. */
function shapes(): Buffer {
  const block = requestBlock(['x-is', 'yes ']);
  const padding = Buffer.alloc(3);
  const priority = Buffer.from([0x80, 0, 0, 7, 15]);
  const padded = Buffer.concat([Buffer.from([3]), priority, block.subarray(0, 2), padding]);
  return Buffer.concat([
    PREFACE,
    settings([INITIAL_WINDOW, 5]),
    frame(TYPE.priority, 0, 1, priority),
    headers(1, PADDED | PRIORITY, padded),
    frame(TYPE.continuation, 0, 1, block.subarray(2, 5)),
    frame(TYPE.continuation, 0, 1),
    frame(TYPE.continuation, END_HEADERS, 1, block.subarray(5)),
    frame(0x42, 0xff, 1, Buffer.from('of a kind that nobody knows')),
    frame(TYPE.data, 0, 1, Buffer.from('one ')),
    frame(TYPE.data, 0, 1),
    frame(TYPE.data, PADDED, 1, Buffer.from('\u0002two \0\0')),
    frame(TYPE.data, PADDED, 1, Buffer.from('\u0000')),
    number(TYPE.windowUpdate, 1, 1),
    frame(TYPE.data, 0, 1, Buffer.from('three')),
    headers(1, END_STREAM | END_HEADERS, literal(['x-trailer', '1'])),
    number(TYPE.windowUpdate, 1, 100),
    frame(TYPE.ping, 0, 0, Buffer.from('whatever')),
  ]);
}

async function checkShapes(client: RawClient): Promise<string> {
  await client.until(() => client.hasEnded(1));
  await client.frame(TYPE.ping, 0);
  return client.body(1).toString();
}

test('every shape of a request, a byte at a time', async (t) => {
  await served(echo, async ({ silent: connect }) => {
    const client = await connect();
    for (const byte of shapes()) {
      client.send(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    t.is(await checkShapes(client), 'yes one two three');
  });
});

test('every shape of a request, cut anywhere', async (t) => {
  const whole = shapes();
  await served(echo, async ({ silent: connect }) => {
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: whole.length - 1 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(cuts, async (given) => {
        const client = await connect();
        const places = [0, ...given.toSorted((a, b) => a - b), whole.length];
        for (const [index, start] of places.entries()) {
          client.send(whole.subarray(start, places[index + 1]));
          await new Promise((resolve) => setImmediate(resolve));
        }
        t.is(await checkShapes(client), 'yes one two three');
        client.socket.destroy();
      }),
      { numRuns: 40 },
    );
  });
});

test('a body that is not as long as its headers say is refused', async (t) => {
  await served(echo, async ({ client }) => {
    const given = await client();
    for (const [index, promised] of ['2', '4', '-3'].entries()) {
      const id = 2 * index + 1;
      given.send(headers(id, END_HEADERS, requestBlock(['content-length', promised])));
      given.send(frame(TYPE.data, END_STREAM, id, Buffer.from('abc')));
      t.is(await given.resetOf(id), CODE.protocol);
    }
    given.send(headers(9, END_HEADERS, requestBlock(['content-length', '3'])));
    given.send(frame(TYPE.data, 0, 9, Buffer.from('abc')), headers(9, END_STREAM | END_HEADERS, literal(['a', 'b'])));
    await given.until(() => given.hasEnded(9));
    t.is(given.body(9).toString(), 'abc');
  });
});

test('close: streams that are open finish, new ones are refused, and then the connection ends', async (t) => {
  const open: Http2Stream[] = [];
  await served(
    (stream) => open.push(stream),
    async ({ client, close, port }) => {
      const idle = await client();
      const busy = await client();
      busy.send(headers(1, END_HEADERS), headers(3));
      await busy.pinged();
      const closed = close();
      t.like(await idle.farewell(), { code: CODE.none, lastStream: 0 });
      const { payload } = await busy.frame(TYPE.goAway, 0);
      t.deepEqual([payload.readUInt32BE(0), payload.readUInt32BE(4)], [3, CODE.none]);
      busy.send(headers(5));
      t.is(await busy.resetOf(5), CODE.refused);
      t.is(open.length, 2);
      const late = http2.connect(`http://127.0.0.1:${port}`);
      await t.throwsAsync(once(late, 'connect'));
      open[1]?.answer(HEAD, Buffer.from('b'), TAIL);
      busy.send(frame(TYPE.data, END_STREAM, 1, Buffer.from('a')));
      await busy.pinged();
      t.true(busy.hasEnded(3));
      open[0]?.answer(HEAD, bodyOf(1, WINDOW + 10), TAIL);
      await busy.until(() => busy.body(1).length === WINDOW - 1);
      busy.send(number(TYPE.windowUpdate, 0, 100), number(TYPE.windowUpdate, 1, 100));
      await busy.closed();
      t.true(busy.hasEnded(1));
      await closed;
    },
  );
});

test('close: what was answered arrives whole, whatever the client still says', async (t) => {
  const bytes = 32 << 20;
  let isAsked = false;
  const onStream = (stream: Http2Stream): void => {
    isAsked = true;
    sized(stream);
  };
  await served(onStream, async ({ client, close, sockets }) => {
    const slow = await client([INITIAL_WINDOW, 2 ** 31 - 1]);
    const other = await client();
    slow.send(number(TYPE.windowUpdate, 0, 2 ** 30));
    slow.socket.pause();
    slow.send(ask(1, bytes));
    while (!isAsked) await new Promise((resolve) => setImmediate(resolve));
    const closed = close();
    slow.send(frame(TYPE.ping, 0, 0, Buffer.alloc(8)), headers(3), settings());
    await other.closed();
    for (let turn = 0; turn < 100; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    slow.socket.resume();
    await slow.closed();
    // It was, while there was too much to send; then it would not have heard that the client has gone.
    t.false(sockets[0]?.isPaused());
    t.is(slow.body(1).length, bytes);
    t.true(slow.hasEnded(1));
    await closed;
  });
});

/** States of a stream: what the client has sent, and what the server has done by then. */
const STATES: Readonly<
  Record<string, { readonly sent: readonly Buffer[]; readonly done: (stream: Http2Stream) => void }>
> = {
  'its headers': { sent: [headers(1, END_HEADERS)], done: silent },
  'half a frame of data': {
    sent: [headers(1, END_HEADERS), frame(TYPE.data, 0, 1, Buffer.alloc(50)), Buffer.alloc(0)],
    done: silent,
  },
  'all of it': { sent: [headers(1)], done: silent },
  'all of it, and the answer has begun': { sent: [headers(1)], done: (stream) => stream.respond(HEAD) },
  'all of it, and the answer waits for a window': {
    sent: [headers(1)],
    done: (stream) => stream.answer(HEAD, Buffer.alloc(WINDOW * 3), TAIL),
  },
  'its headers, and the answer waits for a window': {
    sent: [headers(1, END_HEADERS)],
    done: (stream) => stream.answer(HEAD, Buffer.alloc(WINDOW * 3), TAIL),
  },
  'its headers, and is paused': { sent: [headers(1, END_HEADERS)], done: (stream) => stream.pause() },
  'its headers, and was reset': { sent: [headers(1, END_HEADERS)], done: (stream) => stream.reset(CODE.cancel as 8) },
  'its headers, and was refused': { sent: [headers(1, END_HEADERS)], done: (stream) => stream.refuse(HEAD) },
  'all of it, and was answered': {
    sent: [headers(1)],
    done: (stream) => stream.answer(HEAD, Buffer.from('x'), TAIL),
  },
};
const ENDS: Readonly<Record<string, (client: RawClient) => Promise<void>>> = {
  'resets it': async (client) => {
    client.send(number(TYPE.reset, 1, CODE.cancel), number(TYPE.reset, 1, CODE.cancel));
    await client.pinged();
  },
  'goes away': async (client) => {
    client.socket.destroy();
    await client.closed();
  },
  'goes away without a word': async (client) => {
    client.socket.resetAndDestroy();
    await client.closed();
  },
  'says what makes no sense': async (client) => {
    client.send(frame(TYPE.data, 0, 0));
    await client.closed();
  },
};

for (const [state, { sent, done }] of Object.entries(STATES)) {
  for (const [how, end] of Object.entries(ENDS)) {
    test(`a client that has sent ${state} ${how}: the stream is over, once`, async (t) => {
      let closes = 0;
      let stream: Http2Stream | undefined;
      await served(
        (given) => {
          stream = given;
          given.events = { data: silent, end: silent, close: () => (closes += 1) };
        },
        async ({ client, sockets }) => {
          const given = await client();
          given.send(...sent);
          await given.pinged();
          if (stream !== undefined) done(stream);
          const ready = stream?.ready();
          const [socket] = sockets;
          const gone =
            socket === undefined ? undefined : new Promise<void>((resolve) => socket.once('close', () => resolve()));
          await end(given);
          if (how !== 'resets it') await gone;
          await ready;
          t.is(closes, 1);
          t.true(stream?.isClosed);
          // Nothing of it is heard of any more.
          const count = given.frames.length;
          stream?.respond(HEAD);
          stream?.write(Buffer.from('late'));
          stream?.end(TAIL);
          stream?.answer(HEAD, Buffer.from('late'), TAIL);
          stream?.refuse(HEAD);
          stream?.reset(CODE.cancel as 8);
          stream?.resume();
          t.is(closes, 1);
          if (how === 'resets it') {
            await given.pinged();
            t.is(given.frames.length, count + 1, 'the answer to the ping');
          }
        },
      );
      // `served` closes the server, which waits for streams that are open: none is.
    });
  }
}

test('after a reset, what was under way for it is counted and dropped', async (t) => {
  const received = new Map<number, number>();
  await served(
    (stream) => {
      received.set(stream.id, 0);
      const data = (piece: Buffer): void => void received.set(stream.id, (received.get(stream.id) ?? 0) + piece.length);
      stream.events = { data, end: () => stream.answer(HEAD, Buffer.alloc(0), TAIL), close: silent };
      if (stream.id === 1) stream.refuse(HEAD);
    },
    async ({ client }) => {
      const given = await client();
      given.send(headers(1, END_HEADERS));
      t.is(await given.resetOf(1), CODE.none);
      let granted = 16 << 20;
      let sent = 0;
      // Far more than the window of the connection, most of it for a stream that is over.
      while (sent < 40 << 20) {
        given.send(frame(TYPE.data, 0, 1, Buffer.alloc(16_384)));
        sent += 16_384;
        if (sent % (1 << 20) !== 0) continue;
        await given.pinged();
        const growths = given.frames.filter(({ type, stream }) => type === TYPE.windowUpdate && stream === 0);
        granted = growths.reduce((sum, { payload }) => sum + payload.readUInt32BE(0), WINDOW);
        t.true(granted - sent >= 7 << 20);
      }
      t.is(received.get(1), 0);
      given.send(headers(1, END_STREAM | END_HEADERS, literal(['a', 'b'])));
      given.send(headers(3, END_HEADERS), frame(TYPE.data, END_STREAM, 3, Buffer.alloc(10)));
      await given.until(() => given.hasEnded(3));
      t.is(received.get(3), 10);
      // Its end has come: now a frame for it makes no sense.
      given.send(frame(TYPE.data, 0, 1));
      t.is((await given.farewell()).code, CODE.streamClosed);
    },
  );
});

test('a fault of ours ends its connection, tells nobody what it was, and leaves the others alone', async (t) => {
  const where = (stream: Http2Stream, name: string): void => {
    if (stream.headers['x-bad'] === name) throw new Error('secret');
  };
  let closes = 0;
  await served(
    (stream) => {
      stream.events = {
        data: () => where(stream, 'data'),
        end: () => {
          where(stream, 'end');
          stream.answer(HEAD, Buffer.from('good'), TAIL);
        },
        close: () => (closes += 1),
      };
      where(stream, 'stream');
    },
    async ({ client }) => {
      const good = await client();
      good.send(headers(1, END_HEADERS));
      await good.pinged();
      for (const name of ['stream', 'data', 'end']) {
        const bad = await client();
        bad.send(headers(1, END_HEADERS), headers(3, END_HEADERS, requestBlock(['x-bad', name])));
        bad.send(frame(TYPE.data, END_STREAM, 3, Buffer.from('x')), headers(5));
        t.like(await bad.farewell(), { code: CODE.internal, text: '' });
      }
      t.is(closes, 6, 'both streams of each');
      good.send(frame(TYPE.data, END_STREAM, 1, Buffer.from('x')));
      await good.until(() => good.hasEnded(1));
      t.is(good.body(1).toString(), 'good');
    },
  );
});

test('names and values that no header has', async (t) => {
  await served(sized, async ({ client }) => {
    const given = await client();
    const bad = [
      ['a b', 'x'],
      ['', 'x'],
      ['A', 'x'],
      ['a\0', 'x'],
      ['a:b', 'x'],
      ['\u00e9', 'x'],
      ['a', 'x\r\ny'],
      ['a', 'x\ny'],
      ['a', '\0'],
      ['te', 'gzip'],
      ['connection', 'close'],
      [':status', '200'],
      [':path', '/second'],
    ] as const;
    for (const [index, field] of bad.entries()) {
      const id = 2 * index + 1;
      given.send(headers(id, END_STREAM | END_HEADERS, requestBlock(field)));
      t.is(await given.resetOf(id), CODE.protocol, JSON.stringify(field));
    }
    const name = '__proto__';
    given.send(headers(99, END_STREAM | END_HEADERS, requestBlock([name, 'x'], ['x-bytes', '2'])));
    await given.until(() => given.hasEnded(99));
  });
});

test('settings and pings that were answered are not answered', async (t) => {
  await served(sized, async ({ client }) => {
    const given = await client();
    const count = given.frames.length;
    given.send(frame(TYPE.settings, ACK, 0), frame(TYPE.ping, ACK, 0, Buffer.alloc(8)));
    await given.pinged();
    t.is(given.frames.length, count + 1);
  });
});
