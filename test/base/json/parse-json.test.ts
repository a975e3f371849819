import test from 'ava';
import fc from 'fast-check';

import { jsonPosition } from '../../../src/base/json/json-error.ts';
import {
  JSON_ARRAY,
  JSON_FALSE,
  JSON_FLOATS,
  JSON_NULL,
  JSON_NUMBER,
  JSON_OBJECT,
  JSON_RAW_OBJECT,
  JSON_STRING,
  JSON_TRUE,
  JsonTree,
} from '../../../src/base/json/json-tree.ts';
import { parseJson } from '../../../src/base/json/parse-json.ts';
import { JSON_DEPTH_MAX } from '../../../src/base/json/skip-json.ts';

const RAW_KEYS = { value: 'payload', elements: 'payloads' };

function read(text: string | Buffer, raw = false): JsonTree {
  const tree = new JsonTree();
  parseJson(tree, Buffer.isBuffer(text) ? text : Buffer.from(text), raw ? RAW_KEYS : undefined);
  return tree;
}

/** The tree as the value that JSON.parse gives, floats as the f32 that they are. */
function valueOf(tree: JsonTree, node: number): unknown {
  switch (tree.kindOf(node)) {
    case JSON_NULL:
      return null;
    case JSON_TRUE:
      return true;
    case JSON_FALSE:
      return false;
    case JSON_NUMBER:
      return Number(tree.rawText(node));
    case JSON_STRING:
      return tree.text(node);
    case JSON_FLOATS:
      return [...tree.copyFloats(node)];
    case JSON_RAW_OBJECT:
      return JSON.parse(tree.bytes.toString('utf8', tree.startOf(node), tree.endOf(node)));
    case JSON_ARRAY: {
      const values: unknown[] = [];
      for (let at = node + 1; at < tree.nextOf(node); at = tree.nextOf(at)) values.push(valueOf(tree, at));
      return values;
    }
    case JSON_OBJECT: {
      const entries: [string, unknown][] = [];
      for (let at = node + 1; at < tree.nextOf(node); at = tree.nextOf(at + 1)) {
        entries.push([tree.text(at), valueOf(tree, at + 1)]);
      }
      return Object.fromEntries(entries);
    }
    default:
      throw new Error('broken');
  }
}

/** Rounds what parseFloats rounds: the numbers of arrays of numbers alone. */
function rounded(value: unknown): unknown {
  if (Array.isArray(value)) {
    const isFloats = value.length > 0 && value.every((element) => typeof element === 'number');
    return value.map((element) => (isFloats ? Math.fround(element as number) : rounded(element)));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, rounded(inner)]));
}

test('any JSON value comes out as JSON.parse gives it', (t) => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      const tree = read(text);
      t.deepEqual(valueOf(tree, 0), rounded(JSON.parse(text)));
      t.is(tree.failure, undefined);
      t.is(tree.trailing, undefined);
    }),
  );
});

test('a text is refused exactly where JSON.parse refuses it', (t) => {
  const fragments = [
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '1',
    '-',
    '0',
    '.5',
    'e3',
    'true',
    'nul',
    ' ',
    '"',
    '\\',
    'x',
    '""',
  ];
  const text = fc.array(fc.constantFrom(...fragments), { maxLength: 9 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, (text) => {
      let isJson = true;
      try {
        JSON.parse(text);
      } catch {
        isJson = false;
      }
      const tree = read(text);
      t.is(tree.failure === undefined && tree.trailing === undefined, isJson, text);
    }),
    { numRuns: 3000 },
  );
});

test('a number in an array is the f32 of its double, however many digits it has', (t) => {
  const digits = fc
    .tuple(
      fc.boolean(),
      fc.bigInt(0n, 10n ** 25n),
      fc.option(fc.stringMatching(/^[0-9]{1,24}$/), { nil: undefined }),
      fc.option(fc.integer({ min: -50, max: 38 }), { nil: undefined }),
    )
    .map(
      ([negative, whole, fraction, exponent]) =>
        `${negative ? '-' : ''}${whole}${fraction === undefined ? '' : `.${fraction}`}${exponent === undefined ? '' : `e${exponent}`}`,
    );
  fc.assert(
    fc.property(digits, (text) => {
      t.true(Object.is(read(`[${text}]`).copyFloats(0)[0], Math.fround(Number(text))), text);
    }),
    { numRuns: 3000 },
  );
});

test('numbers on and beside the boundary of two floats round as their doubles do', (t) => {
  const bits = new Uint32Array(1);
  const float = new Float32Array(bits.buffer);
  fc.assert(
    fc.property(fc.integer({ min: 0x0080_0000, max: 0x7f00_0000 }), fc.integer({ min: -2, max: 2 }), (from, step) => {
      bits[0] = from;
      const low = float[0] ?? 0;
      bits[0] = from + 1;
      const middle = (low + (float[0] ?? 0)) / 2;
      const beside = middle * (1 + step * 2 ** -52);
      for (const text of [String(beside), beside.toPrecision(17), beside.toExponential(20)]) {
        t.is(read(`[${text}]`).copyFloats(0)[0], Math.fround(Number(text)), text);
      }
    }),
    { numRuns: 1000 },
  );
});

test('zeros keep their sign, and what no float can hold is marked', (t) => {
  t.deepEqual([...read('[0,-0,-0.0,0e5]').copyFloats(0)], [0, -0, -0, 0]);
  t.false(read('[3.4028234663852886e38]').hasInfinite);
  t.true(read('[1,3.4028236e38]').hasInfinite);
  t.true(read('[-1e39]').hasInfinite);
  t.is(read('[1e-400]').copyFloats(0)[0], 0);
});

test('numbers outside arrays keep every digit', (t) => {
  const tree = read('{"id":18446744073709551615}');
  t.is(tree.rawText(2), '18446744073709551615');
});

test('a payload is kept as bytes, alone and in a list, and only as an object', (t) => {
  const tree = read('{"payload":{"a":[1,{"b":null}]},"payloads":[{"c":1},null],"x":{"payload":[1,2]}}', true);
  const kinds = Array.from({ length: tree.count }, (_, node) => tree.kindOf(node));
  t.deepEqual(kinds.filter((kind) => kind === JSON_RAW_OBJECT).length, 2);
  t.deepEqual(valueOf(tree, 0), {
    payload: { a: [1, { b: null }] },
    payloads: [{ c: 1 }, null],
    x: { payload: [1, 2] },
  });
});

test('large texts grow every table', (t) => {
  const value = {
    rows: Array.from({ length: 500 }, (_, index) => ({ id: index, vector: [index, 0.5, 1, 2, 3, 4, 5, 6] })),
  };
  t.deepEqual(valueOf(read(JSON.stringify(value)), 0), value);
});

const FAILURES: readonly (readonly [string | Buffer, string])[] = [
  ['', 'EOF while parsing a value at line 1 column 0'],
  ['{', 'EOF while parsing an object at line 1 column 1'],
  ['{"a"', 'EOF while parsing an object at line 1 column 4'],
  ['{"a":', 'EOF while parsing a value at line 1 column 5'],
  ['{"a":1', 'EOF while parsing an object at line 1 column 6'],
  ['{"a":1,', 'EOF while parsing a value at line 1 column 7'],
  ['{"a":1,}', 'trailing comma at line 1 column 8'],
  ['{"a":1,2}', 'key must be a string at line 1 column 8'],
  ['{bad json', 'key must be a string at line 1 column 2'],
  ['{"a" 1}', 'expected `:` at line 1 column 6'],
  ['{"a":1 "b"}', 'expected `,` or `}` at line 1 column 8'],
  ['[', 'EOF while parsing a list at line 1 column 1'],
  ['[1', 'EOF while parsing a list at line 1 column 2'],
  ['[1,', 'EOF while parsing a value at line 1 column 3'],
  ['[1,]', 'trailing comma at line 1 column 4'],
  ['[1 2]', 'expected `,` or `]` at line 1 column 4'],
  ['[1,\n  x]', 'expected value at line 2 column 3'],
  ['"abc', 'EOF while parsing a string at line 1 column 4'],
  ['"a\\', 'EOF while parsing a string at line 1 column 3'],
  ['"a\\x"', 'invalid escape at line 1 column 4'],
  ['"a\nb"', 'control character (\\u0000-\\u001F) found while parsing a string at line 2 column 0'],
  ['"\\u12"', 'EOF while parsing a string at line 1 column 6'],
  ['"\\u12g4"', 'invalid escape at line 1 column 7'],
  ['"\\udc00"', 'lone leading surrogate in hex escape at line 1 column 7'],
  ['"\\ud800"', 'unexpected end of hex escape at line 1 column 8'],
  ['"\\ud800\\n"', 'unexpected end of hex escape at line 1 column 9'],
  ['"\\ud800', 'EOF while parsing a string at line 1 column 7'],
  ['"\\ud800\\ud800"', 'lone leading surrogate in hex escape at line 1 column 13'],
  ['tru', 'EOF while parsing a value at line 1 column 3'],
  ['nulL', 'expected ident at line 1 column 4'],
  ['-', 'EOF while parsing a value at line 1 column 1'],
  ['-x', 'invalid number at line 1 column 2'],
  ['01', 'invalid number at line 1 column 2'],
  ['1.', 'EOF while parsing a value at line 1 column 2'],
  ['1.x', 'invalid number at line 1 column 3'],
  ['1e', 'EOF while parsing a value at line 1 column 2'],
  ['1e+x', 'invalid number at line 1 column 4'],
  ['1e999', 'number out of range at line 1 column 5'],
  ['[1e999]', 'number out of range at line 1 column 6'],
  ['9'.repeat(400), 'number out of range at line 1 column 400'],
  ['[NaN]', 'expected value at line 1 column 2'],
  ['[Infinity]', 'expected value at line 1 column 2'],
  [Buffer.from('{"a":"\xff"}', 'latin1'), 'invalid unicode code point at line 1 column 8'],
  ['['.repeat(128), 'recursion limit exceeded at line 1 column 128'],
  ['{"a":'.repeat(128), 'recursion limit exceeded at line 1 column 636'],
];

for (const [text, expected] of FAILURES) {
  test(`refused as serde_json does: ${JSON.stringify(text.toString()).slice(0, 40)}`, (t) => {
    const { failure, bytes } = read(text);
    t.is(failure === undefined ? undefined : failure.message + jsonPosition(bytes, failure.offset), expected);
  });
}

test('the same failures are found inside what is only skipped', (t) => {
  for (const inner of [
    '{"a":}',
    '{"a":[1,]}',
    '{"a":1,}',
    '{"a":"\\x"}',
    '{"a":nul}',
    '{"a":1 ',
    '{"a":[1',
    '{"a":[',
    '{a',
  ]) {
    const skipped = read(`{"payload":${inner}`, true).failure;
    const parsed = read(`{"payload":${inner}`).failure;
    t.truthy(skipped, inner);
    t.deepEqual([skipped?.message, skipped?.offset], [parsed?.message, parsed?.offset], inner);
  }
});

test('127 levels are read, taken apart or skipped, and 128 are not', (t) => {
  const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
  const objects = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
  t.is(read(nested(JSON_DEPTH_MAX)).failure, undefined);
  t.truthy(read(nested(JSON_DEPTH_MAX + 1)).failure);
  for (const text of [nested, objects]) {
    const inPayload = (depth: number): string => `{"payload":{"x":${text(depth - 2)}}}`;
    t.is(read(inPayload(JSON_DEPTH_MAX), true).failure, undefined);
    t.is(read(inPayload(JSON_DEPTH_MAX + 1), true).failure?.failure, 'depth');
  }
});

test('what follows a value is noticed', (t) => {
  t.is(read('{} \n').trailing, undefined);
  t.is(read('{} x').trailing?.offset, 4);
});

test('a broken text is kept up to the break', (t) => {
  const tree = read('{"a":{"b":1,"c":');
  t.true(tree.isBrokenIn(0));
  t.true(tree.isBrokenIn(2));
  t.false(tree.isBrokenIn(4));
});
