import test from 'ava';
import fc from 'fast-check';

import { isJsonPath, parseJsonPath } from '../../src/core/json-path.ts';
import { selectPayload } from '../../src/core/payload-select.ts';

const PAYLOAD = {
  a: 1,
  b: { c: [1, 2, { d: 'x', e: 'y' }], f: { g: null } },
  'd.e': [true],
  n: null,
  list: [1, 2, 3],
  rows: [{ k: 1, v: [1] }, { k: 2 }, 5],
  ü: 'ü',
};

function select(kind: 'include' | 'exclude', paths: readonly string[], payload: unknown = PAYLOAD): unknown {
  const selected = selectPayload(Buffer.from(JSON.stringify(payload, null, 1)), { kind, paths });
  return JSON.parse(Buffer.from(selected).toString());
}

const INCLUDE: readonly (readonly [readonly string[], unknown])[] = [
  [[], {}],
  [['a'], { a: 1 }],
  [['missing'], {}],
  [['n', 'a'], { a: 1, n: null }],
  [['b.c[].d'], { b: { c: [1, 2, { d: 'x' }] } }],
  [['b.c[].d', 'a'], { a: 1, b: { c: [1, 2, { d: 'x' }] } }],
  [['b.c[0]'], { b: { c: [] } }],
  [['b.c'], { b: { c: [1, 2, { d: 'x', e: 'y' }] } }],
  [['b.c.d'], { b: { c: [] } }],
  [['b.f'], { b: { f: { g: null } } }],
  [['b.x'], { b: {} }],
  [['"d.e"'], { 'd.e': [true] }],
  [['d.e'], {}],
  [['list'], { list: [1, 2, 3] }],
  [['list[]'], { list: [1, 2, 3] }],
  [['list[1]'], { list: [] }],
  [['list.x'], { list: [] }],
  [['a.b'], { a: 1 }],
  [['rows[].k'], { rows: [{ k: 1 }, { k: 2 }, 5] }],
  [['ü'], { ü: 'ü' }],
];

for (const [paths, expected] of INCLUDE) {
  test(`include ${JSON.stringify(paths)}`, (t) => t.deepEqual(select('include', paths), expected));
}

test('exclude drops what is below a pattern and nothing else', (t) => {
  t.deepEqual(select('exclude', ['b', 'd', 'list[]', 'rows[].v', '"d.e"', 'ü']), {
    a: 1,
    n: null,
    list: [],
    rows: [{ k: 1 }, { k: 2 }, 5],
  });
  const { n, ...others } = PAYLOAD;
  t.is(n, null);
  t.deepEqual(select('exclude', ['b.c', 'n']), { ...others, b: { f: { g: null } } });
  t.deepEqual(select('exclude', ['b.c[0]', 'missing']), PAYLOAD);
  t.deepEqual(select('exclude', ['b.c[]']), { ...PAYLOAD, b: { ...PAYLOAD.b, c: [] } });
});

test('values are copied as they were stored', (t) => {
  const stored = Buffer.from('{ "big" : 18446744073709551615 , "f":1.0, "s":"\\u00fc" }');
  t.is(selectPayload(stored, { kind: 'all' }), stored);
  t.is(Buffer.from(selectPayload(stored, { kind: 'none' })).toString(), '{}');
  const selected = selectPayload(stored, { kind: 'include', paths: ['big', 's'] });
  t.is(Buffer.from(selected).toString(), '{"big" : 18446744073709551615,"s":"\\u00fc"}');
});

test('include and exclude of top-level keys share the payload out', (t) => {
  const key: fc.Arbitrary<string> = fc.constantFrom('a', 'b', 'c', 'd');
  fc.assert(
    fc.property(fc.dictionary(key, fc.jsonValue()), fc.array(key), (payload, paths) => {
      const kept = select('include', paths, payload) as object;
      const rest = select('exclude', paths, payload) as object;
      t.deepEqual({ ...kept, ...rest }, JSON.parse(JSON.stringify(payload)));
      t.deepEqual(new Set(Object.keys(kept)), new Set(Object.keys(payload).filter((name) => paths.includes(name))));
    }),
  );
});

test('more selectors than are remembered', (t) => {
  for (let index = 0; index < 1100; index++)
    t.deepEqual(select('include', [`k${index}`], { k0: 1 }), index ? {} : { k0: 1 });
});

test('paths', (t) => {
  t.deepEqual(parseJsonPath('a."b.c"[3].d[]'), [
    { kind: 'key', key: 'a' },
    { kind: 'key', key: 'b.c' },
    { kind: 'index', index: 3 },
    { kind: 'key', key: 'd' },
    { kind: 'each' },
  ]);
  for (const path of ['a', 'a-b_c1', 'größe', '東京', '"any thing"', 'a[0][1]']) t.true(isJsonPath(path), path);
  for (const path of [
    '',
    'a b[',
    '[0]',
    'a.',
    '.a',
    'a..b',
    'a[',
    'a[x]',
    'a]',
    '"a',
    '"a\\""',
    `a[${'9'.repeat(30)}]`,
  ]) {
    t.false(isJsonPath(path), path);
  }
});

test('a payload nested deeper than any request can be is cut like any other', (t) => {
  const deep = `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`;
  const selected = selectPayload(Buffer.from(`{"b":2,"a":${deep}}`), { kind: 'include', paths: ['a.a'] });
  t.is(Buffer.from(selected).toString(), `{"a":${deep}}`);
});
