import test from 'ava';
import fc from 'fast-check';

import { JSON_ARRAY, JSON_NUMBER, JSON_STRING } from '../../src/base/json/json-tree.ts';
import { parseJsonPath } from '../../src/core/json-path.ts';
import { readInteger, readNumber, readText } from '../../src/filters/payload-scalars.ts';
import { equalsText, needleOf } from '../../src/filters/payload-text.ts';
import { collectItems, collectValues, kindAt, payloadPath, ValueSpans } from '../../src/filters/payload-values.ts';

const spans = new ValueSpans();

function texts(bytes: Uint8Array): string[] {
  return Array.from({ length: spans.count }, (_, index) =>
    Buffer.from(bytes).toString('utf8', spans.startOf(index), spans.endOf(index)),
  );
}

function values(payload: string, path: string, collect = collectValues): string[] {
  const bytes = Buffer.from(`xx${payload}xx`);
  collect(bytes, 2, bytes.length - 2, payloadPath(parseJsonPath(path) ?? []), spans);
  return texts(bytes);
}

const CASES: readonly (readonly [payload: string, path: string, expected: readonly string[]])[] = [
  ['', 'a', []],
  ['{}', 'a', []],
  ['{"a":1}', 'a', ['1']],
  ['{"a":1}', 'b', []],
  ['{ "b" : [ ] , "a" : { "x" : -1.5e3 } }', 'a', ['{ "x" : -1.5e3 }']],
  ['{ "b" : [ ] , "a" : { "x" : -1.5e3 } }', 'a.x', ['-1.5e3']],
  ['{"a":1,"a":2}', 'a', ['2']],
  ['{"a":{"b":1},"a":{"c":2}}', 'a.b', []],
  ['{"a":{"b":1},"a":5}', 'a.b', []],
  ['{"\\u0061":7}', 'a', ['7']],
  ['{"\\u0061":7,"a":8,"\\u0061":9}', 'a', ['9']],
  ['{"\\\\":7,"b":8}', 'b', ['8']],
  ['{"x\\"":"}\\\\","b":8}', 'b', ['8']],
  ['{"größe":1}', 'größe', ['1']],
  ['{"gr\\u00f6\\u00dfe":1}', 'größe', ['1']],
  ['{"":1,"a":2}', '""', ['1']],
  ['{"a":[1,2,[3]]}', 'a', ['[1,2,[3]]']],
  ['{"a":[1, 2 ,[3]]}', 'a[]', ['1', '2', '[3]']],
  ['{"a":[1,2,[3]]}', 'a[][]', ['3']],
  ['{"a":[1,2,[3]]}', 'a[2]', ['[3]']],
  ['{"a":[1,2,[3]]}', 'a[3]', []],
  ['{"a":[ ]}', 'a[0]', []],
  ['{"a":{"0":1}}', 'a[0]', []],
  ['{"a":[{"b":1},{"c":2},5,{"b":[3]}]}', 'a[].b', ['1', '[3]']],
  ['{"a":[{"b":1}]}', 'a.b', []],
  ['{"__proto__":{"constructor":null}}', '__proto__.constructor', ['null']],
  ['{"a":true,"b":false,"c":null}', 'c', ['null']],
];

for (const [payload, path, expected] of CASES) {
  test(`${path} in ${payload}`, (t) => t.deepEqual(values(payload, path), expected));
}

test('items are the values with lists replaced by their elements, one level', (t) => {
  const payload = '{"a":[{"b":1},{"b":[2,[3]]},{"b":[]}],"c":[null]}';
  t.deepEqual(values(payload, 'a[].b', collectItems), ['1', '2', '[3]']);
  t.deepEqual(values(payload, 'c', collectItems), ['null']);
  t.deepEqual(values(payload, 'd', collectItems), []);
  t.deepEqual(values('{"a":1}', 'a', collectItems), ['1']);
});

test('elements of a list, more than the spans had room for', (t) => {
  const list = JSON.stringify(Array.from({ length: 100 }, (_, index) => (index % 2 === 0 ? index : `${index}`)));
  const bytes = Buffer.from(`{"a":${list}}`);
  collectItems(bytes, 0, bytes.length, payloadPath([{ kind: 'key', key: 'a' }]), spans);
  t.is(spans.count, 100);
  t.is(spans.kindOf(98), JSON_NUMBER);
  t.is(spans.kindOf(99), JSON_STRING);
  t.is(`[${texts(bytes).join(',')}]`, list);
  t.is(kindAt(bytes, 5), JSON_ARRAY);
});

test('long strings are stepped over, escaped quotes in them too', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('"', '\\', 'x', 'ü', '\n', '}', 'abcdefghijklmnopqrstuvwxyz0123456789'), {
        maxLength: 20,
      }),
      (parts) => {
        const long = parts.join('');
        const payload = JSON.stringify({ [long]: long, long, last: [long, 1] });
        t.deepEqual(values(payload, 'last'), [JSON.stringify([long, 1])]);
        t.deepEqual(values(payload, 'long'), [JSON.stringify(long)]);
      },
    ),
  );
});

test('every value of random payloads is found where JSON.parse has it', (t) => {
  const key = fc.constantFrom('a', 'b', 'ü', '__proto__', 'a b');
  const tree = fc.letrec<{ node: unknown; object: object }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 4 },
      fc.jsonValue({ maxDepth: 1 }),
      fc.array(tie('node'), { maxLength: 4 }),
      tie('object'),
    ),
    object: fc
      .array(fc.tuple(key, tie('node')), { maxLength: 4 })
      .map((entries) => Object.fromEntries(entries) as object),
  }));
  const path = fc
    .tuple(
      key,
      fc.array(
        fc.oneof(
          key.map((name) => `."${name}"`),
          fc.constantFrom('[]', '[0]', '[1]'),
        ),
        { maxLength: 3 },
      ),
    )
    .map(([first, rest]) => `"${first}"${rest.join('')}`);
  fc.assert(
    fc.property(tree.object, path, fc.constantFrom(0, 1), (payload, path, space) => {
      const json = JSON.stringify(payload, null, space);
      const steps = parseJsonPath(path) ?? [];
      let expected: unknown[] = [JSON.parse(json)];
      for (const step of steps) {
        expected = expected.flatMap((value) => {
          if (step.kind === 'key') {
            const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
            return isObject && Object.hasOwn(value, step.key) ? [(value as Record<string, unknown>)[step.key]] : [];
          }
          if (!Array.isArray(value)) return [];
          return step.kind === 'each' ? (value as unknown[]) : (value as unknown[]).slice(step.index, step.index + 1);
        });
      }
      t.deepEqual(
        values(json, path).map((text) => JSON.parse(text) as unknown),
        expected,
      );
    }),
    { numRuns: 1000 },
  );
});

test('numbers are read as JavaScript reads them, integers exactly', (t) => {
  const number = (text: string): number => readNumber(Buffer.from(`,${text},`), 1, text.length + 1);
  const integer = (text: string): bigint | undefined => readInteger(Buffer.from(`,${text},`), 1, text.length + 1);
  for (const text of ['0', '-0', '1', '-15', '1.5', '-0.1', '123456789.123456', '9007199254740993', '1e5', '1E-7']) {
    t.is(number(text), Number(text), text);
  }
  fc.assert(
    fc.property(
      fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.float({ noNaN: true, noDefaultInfinity: true })),
      (value) => {
        t.is(number(String(value)), value === 0 ? 0 : value);
        const short = value.toFixed(3).slice(0, 20);
        t.is(number(short), Number(short), short);
      },
    ),
  );
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }), (value) => t.is(integer(`${value}`), value)),
  );
  for (const text of ['5.0', '5e0', '-0', '18446744073709551616', '-9223372036854775809', '1'.repeat(30)]) {
    t.is(integer(text), undefined, text);
  }
  t.is(integer('0'), 0n);
  t.is(integer('-1'), -1n);
});

test('strings are compared with escapes resolved', (t) => {
  const check = (json: string, text: string): boolean => equalsText(Buffer.from(json), 0, needleOf(text));
  t.true(check('"a"', 'a'));
  t.true(check('""', ''));
  t.true(check('"\\u0061"', 'a'));
  t.true(check('"\\ud83d\\ude00"', '😀'));
  t.true(check('"ü"', 'ü'));
  t.false(check('"a"', 'b'));
  t.false(check('"ab"', 'a'));
  t.false(check('"\\n"', '\\n'));
  t.is(readText(Buffer.from('"\\u00fc\\""'), 0, 10), 'ü"');
});
