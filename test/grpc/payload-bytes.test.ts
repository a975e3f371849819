import { isDeepStrictEqual } from 'node:util';
import test from 'ava';
import * as fc from 'fast-check';
import { UpsertPoints } from '../../generated/points.js';
import { upsertPointsOf } from '../../src/grpc/parse/points.ts';
import { NOT_ASCII, TextScan, TO_ESCAPE } from '../../src/grpc/parse/text-scan.ts';
import { writePayload } from '../../src/grpc/render/payload-value.ts';
import { writer } from '../../src/grpc/wire/proto-writer.ts';
import { elementsOf, plainJson, plainMap } from './plain-values.ts';
import { bytesOf, double, type Field, message, text, varint } from './point-wire.ts';
import { refusal } from './refusal.ts';

/** Payloads from the wire to the bytes that are stored, and back. */

/** A point with these fields of its payload, as an upsert. */
function upsert(entries: readonly (readonly Field[])[]): Uint8Array {
  const point = [
    message(1, [varint(1, 1n)]),
    ...entries.map((entry) => message(3, entry)),
    message(4, [message(2, [])]),
  ];
  return bytesOf([text(1, 'c'), message(3, point)]);
}

function stored(entries: readonly (readonly Field[])[]): string {
  const { change } = upsertPointsOf(Buffer.from(upsert(entries)));
  return change.kind === 'upsert' ? Buffer.from(change.points.payloads).toString() : '';
}

function entry(key: string, ...value: readonly Field[]): readonly Field[] {
  return [text(1, key), message(2, value)];
}

test('values as the JSON that serde_json writes', (t) => {
  const cases: readonly (readonly [readonly Field[], string])[] = [
    [[], 'null'],
    [[varint(1, 0n)], 'null'],
    [[double(2, 1)], '1.0'],
    [[double(2, -0)], '-0.0'],
    [[double(2, 0.1)], '0.1'],
    [[double(2, 1e15)], '1000000000000000.0'],
    [[double(2, 1e16)], '1e16'],
    [[double(2, 1e-5)], '0.00001'],
    [[double(2, 1.5e-6)], '1.5e-6'],
    [[double(2, 2 ** 63)], '9.223372036854776e18'],
    [[varint(3, 0n)], '0'],
    [[varint(3, 268_435_455n)], '268435455'],
    [[varint(3, 268_435_456n)], '268435456'],
    [[varint(3, -1n)], '-1'],
    [[varint(3, 2n ** 63n - 1n)], '9223372036854775807'],
    [[varint(3, -(2n ** 63n))], '-9223372036854775808'],
    [[varint(5, 1n)], 'true'],
    [[varint(5, 0n)], 'false'],
    [[text(4, 'a"\\\u0001\n\u007fü😀')], String.raw`"a\"\\\u0001\n` + '\u007fü😀"'],
    [[message(6, [])], '{}'],
    [[message(7, [])], '[]'],
    [
      [message(7, [message(1, []), message(1, [message(6, [message(1, entry('k', varint(3, 1n)))])])])],
      '[null,{"k":1}]',
    ],
    // Of several kinds the last counts.
    [[message(6, [message(1, entry('k'))]), varint(3, 5n)], '5'],
  ];
  for (const [value, json] of cases) t.is(stored([entry('v', ...value)]), `{"v":${json}}`);
  t.is(stored([[text(1, 'v')]]), '{"v":null}');
  t.is(stored([[message(2, [varint(3, 1n)])]]), '{"":1}');
  t.is(stored([]), '');
});

test('of a key that stands there twice the last value counts, however many keys there are', (t) => {
  const key = fc.nat(60).map((number) => `key ${number}`);
  const keys = fc.array(key, { maxLength: 100, size: 'max' });
  fc.assert(
    fc.property(keys, keys, (outer, inner) => {
      const within = inner.map((key, index) => message(1, entry(key, varint(3, BigInt(index)))));
      const entries = outer.map((key, index) =>
        entry(key, index % 9 === 5 ? message(6, within) : varint(3, BigInt(index))),
      );
      const json = stored(entries);
      if (outer.length === 0) return json === '';
      const members = json.match(/"key \d+"/g) ?? [];
      const nested = new Set(inner).size;
      return (
        isDeepStrictEqual(plainJson(json), plainMap(entries.map((fields) => bytesOf(fields)))) &&
        members.length <= new Set(outer).size * (nested + 1)
      );
    }),
    { numRuns: 200 },
  );
  t.pass();
});

test('values nest as deep as the generated decoder takes them', (t) => {
  const nested = (depth: number, wrap: (value: readonly Field[]) => readonly Field[]): Uint8Array => {
    let value: readonly Field[] = [varint(3, 1n)];
    for (let level = 0; level < depth; level++) value = wrap(value);
    return upsert([entry('v', ...value)]);
  };
  const inList = (value: readonly Field[]): readonly Field[] => [message(7, [message(1, value)])];
  const inStruct = (value: readonly Field[]): readonly Field[] => [message(6, [message(1, entry('k', ...value))])];
  for (const [wrap, most] of [
    [inList, 48],
    [inStruct, 32],
  ] as const) {
    t.is(
      refusal(() => upsertPointsOf(Buffer.from(nested(most, wrap)))),
      undefined,
    );
    t.notThrows(() => UpsertPoints.decode(nested(most, wrap)));
    const refused = '13: failed to decode Protobuf message: recursion limit reached';
    t.is(
      refusal(() => upsertPointsOf(Buffer.from(nested(most + 1, wrap)))),
      refused,
    );
    t.is(
      refusal(() => UpsertPoints.decode(nested(most + 1, wrap))),
      refused,
    );
  }
});

test('what was stored goes out with the same bytes in it', (t) => {
  const leaf = fc.oneof(
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => varint(3, value)),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => double(2, value)),
    fc.string({ unit: 'grapheme', maxLength: 300, size: 'max' }).map((value) => text(4, value)),
    fc.boolean().map((value) => varint(5, value ? 1n : 0n)),
    fc.constant(varint(1, 0n)),
  );
  const value = fc.oneof(
    leaf,
    fc.array(leaf, { maxLength: 50, size: 'max' }).map((leaves) =>
      message(
        7,
        leaves.map((leaf) => message(1, [leaf])),
      ),
    ),
    fc.array(leaf, { maxLength: 5 }).map((leaves) =>
      message(
        6,
        leaves.map((leaf, at) => message(1, entry(String(at), leaf))),
      ),
    ),
  );
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 8 }), (values) => {
      const entries = values.map((value, index) => entry(`key ${index}`, value));
      writer.reset(0);
      writePayload(3, Buffer.from(stored(entries)));
      return isDeepStrictEqual(
        elementsOf(writer.take(), 3),
        entries.map((fields) => bytesOf(fields)),
      );
    }),
    { numRuns: 200 },
  );
  t.pass();
});

test('what is in a text is found wherever it stands', (t) => {
  const byte = fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom(32, 33, 35, 91, 93, 97, 127) },
    fc.constantFrom(0, 31, 34, 92, 128, 255),
  );
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 80, size: 'max' }), fc.nat(7), fc.nat(80), (given, shift, from) => {
      const bytes = Buffer.from(new ArrayBuffer(given.length + shift), shift);
      bytes.set(given);
      const start = Math.min(from, given.length);
      const text = given.slice(start);
      const escapes = text.some((byte) => byte < 32 || byte === 34 || byte === 92) ? TO_ESCAPE : 0;
      const others = text.some((byte) => byte > 127) ? NOT_ASCII : 0;
      return new TextScan(bytes).found(start, given.length) === (escapes | others);
    }),
    { numRuns: 2000 },
  );
  t.pass();
});
