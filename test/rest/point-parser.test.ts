import test from 'ava';

import { badInput, VectorizerError } from '../../src/core/errors.ts';
import { parsePointColumns } from '../../src/rest/parse/points.ts';
import { PointParser } from '../../src/rest/point-parser.ts';
import { parsePoints } from '../../src/rest/point-worker.ts';
import { WireError } from '../../src/rest/wire-error.ts';

const parser = new PointParser();
test.after.always(() => parser.close());

/** An upsert of more than 64 KiB; `last` is the last point. */
function largeBody(last: unknown): Buffer {
  const points = Array.from({ length: 1000 }, (_, id) => ({
    id,
    vector: [id, 0.1, -2, 3e-9],
    payload: { text: 'ü'.repeat(30), id },
  }));
  return Buffer.from(JSON.stringify({ points: [...points, last] }));
}

/** The same bytes in memory that holds nothing else, as the door receives a large body. */
function alone(body: Buffer): Buffer {
  const bytes = Buffer.from(new ArrayBuffer(body.length));
  body.copy(bytes);
  return bytes;
}

const LAST = { id: 'eddd5f3b-0341-4acf-a413-9d612b965a08', vector: { other: [1] } };

test('a small body is parsed at once', (t) => {
  const columns = parser.parse(Buffer.from('{"points":[{"id":1,"vector":[1]}]}'));
  t.false(columns instanceof Promise);
});

test('a large body gives the same columns on another thread, handed over or copied', async (t) => {
  const body = largeBody(LAST);
  const expected = parsePointColumns(body);
  const mine = alone(body);
  for (const given of [mine, Buffer.concat([Buffer.from(' '), body]).subarray(1)]) {
    const parsing = parser.parse(given);
    t.true(parsing instanceof Promise);
    t.deepEqual(await parsing, expected);
  }
  t.is(mine.buffer.byteLength, 0, 'the bytes went to the thread');
});

test('what is wrong with a large body reads as it does for a small one', async (t) => {
  const wrong = largeBody({ id: 'x', vector: [1] });
  await t.throwsAsync(async () => parser.parse(alone(wrong)), {
    instanceOf: WireError,
    message: /^Format error in JSON body: value x is not a valid point ID/,
  });
  const infinite = Buffer.from(
    largeBody({ id: 1, vector: [77] })
      .toString()
      .replace('[77]', '[1e39]'),
  );
  const error = await t.throwsAsync(async () => parser.parse(alone(infinite)), { instanceOf: VectorizerError });
  t.is(error.kind, badInput('').kind);
});

test('the thread answers with values, not with throws', (t) => {
  const bytes = (text: string): ArrayBuffer => alone(Buffer.from(text)).buffer as ArrayBuffer;
  t.like(parsePoints(bytes('{}')), { kind: 'wire', status: 400 });
  t.like(parsePoints(bytes('{"points":[],"update_mode":"insert_only"}')), { kind: 'core', errorKind: 'bad_request' });
});
