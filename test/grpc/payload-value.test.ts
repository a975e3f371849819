import { inspect, isDeepStrictEqual } from 'node:util';
import test from 'ava';
import * as fc from 'fast-check';
import { Struct } from '../../generated/json_with_int.js';
import { writePayload } from '../../src/grpc/render/payload-value.ts';
import { writer } from '../../src/grpc/wire/proto-writer.ts';
import { elementsOf, plainJson, plainMap } from './plain-values.ts';

/** The entries of a map as they go out, checked by the generated decoder. */
function written(json: string): Uint8Array {
  writer.reset(0);
  writePayload(1, Buffer.from(json));
  const bytes = writer.take();
  Struct.decode(bytes);
  return bytes;
}

const space = fc.constantFrom('', '', '', ' ', '\n', '\t\r ');
const digits = fc
  .integer({ min: 1, max: 25 })
  .chain((length) =>
    fc.string({ unit: fc.constantFrom('0', '1', '2', '5', '7', '9'), minLength: length, maxLength: length }),
  );
/** Numbers as JSON may have them, those that no double holds left out. */
const number = fc
  .tuple(
    fc.constantFrom('', '-'),
    digits.map((text) => text.replace(/^0+(?=[0-9])/, '')),
    fc.oneof(
      fc.constant(''),
      digits.map((text) => `.${text}`),
    ),
    fc.oneof(
      { weight: 3, arbitrary: fc.constant('') },
      fc.tuple(fc.constantFrom('e', 'E', 'e+', 'e-'), fc.nat(320)).map(([mark, power]) => mark + String(power)),
    ),
  )
  .map((parts) => parts.join(''))
  .filter((text) => Number.isFinite(Number(text)));

const escaped = fc
  .string({ unit: 'binary', maxLength: 30 })
  .map((text) =>
    JSON.stringify(text.toWellFormed()).replace(/[a-f]/g, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`),
  );
const text = fc.oneof(
  fc.string({ maxLength: 60, size: 'max' }).map((text) => JSON.stringify(text)),
  fc.string({ unit: 'grapheme', maxLength: 200, size: 'max' }).map((text) => JSON.stringify(text)),
  // What looks like an escape within an escape.
  fc.constantFrom(
    String.raw`"\\"`,
    String.raw`"\u0061\/\ud83d\ude00"`,
    `"${'x'.repeat(40)}${String.raw`\"`}"`,
    `"${'ü'.repeat(100)}"`,
  ),
);

const { object } = fc.letrec<{ value: string; object: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    number,
    fc.oneof(text, escaped.filter(isJson)),
    fc.constantFrom('true', 'false', 'null', '-0', '0', '-0.0', '1.0', '9223372036854775807', '-9223372036854775808'),
    fc.constantFrom('9223372036854775808', '18446744073709551615', '-9223372036854775809', '1e300', '0.1', '5e-324'),
    fc
      .tuple(space, fc.array(tie('value'), { maxLength: 12, size: 'max' }), space)
      .map(([before, all, after]) => `[${before}${all.join(`${after},${before}`)}${after}]`),
    tie('object'),
  ),
  object: fc
    .tuple(space, fc.array(fc.tuple(text, tie('value')), { maxLength: 6 }), space)
    .map(([before, members, after]) => {
      const texts = members.map(([key, value]) => `${before}${key}${after}:${before}${value}`);
      return `{${before}${texts.join(`${after},`)}${after}}`;
    }),
}));

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // To ask: the random change of letters may have hit an escape.
    return false;
  }
}

test('stored JSON goes out as the values that it holds', (t) => {
  fc.assert(
    fc.property(space, object, (before, json) => {
      const bytes = written(before + json);
      const got = plainMap(elementsOf(bytes, 1));
      const want = plainJson(json);
      if (!isDeepStrictEqual(got, want))
        throw new Error(`${inspect(got, { depth: 9 })} instead of ${inspect(want, { depth: 9 })}`);
    }),
    { numRuns: 500 },
  );
  t.pass();
});

test('a payload may be large', (t) => {
  const members = Array.from(
    { length: 20_000 },
    (_, index) => `"key ${index}":[${index},"${'x'.repeat(index % 300)}"]`,
  );
  const json = `{${members.join(',')}}`;
  for (const text of [json, '{"after":1}']) {
    t.true(isDeepStrictEqual(plainMap(elementsOf(written(text), 1)), plainJson(text)));
  }
});
