import test from 'ava';
import * as fc from 'fast-check';

import type { Bounds, Condition, FieldPredicate, Filter } from '../../src/core/filter.ts';
import { jsonPath } from '../../src/core/json-path.ts';
import { compilePayloadFilter } from '../../src/filters/payload-filter.ts';
import { type ScanTask, scanPayloads } from '../../src/filters/payload-scan.ts';
import { parsePayload, passes } from './oracle.ts';
import { payloadText, randomFilter } from './random-filters.ts';

function must(...conditions: readonly Condition[]): Filter {
  return { must: conditions, should: [], mustNot: [], minShould: undefined };
}

function at(path: string): { readonly path: NonNullable<ReturnType<typeof jsonPath>> } {
  const parsed = jsonPath(path);
  if (parsed === undefined) throw new Error(`no path: ${path}`);
  return { path: parsed };
}

function field(path: string, ...predicates: readonly FieldPredicate[]): Filter {
  return must({ kind: 'field', ...at(path), predicates });
}

function bounds<T>(given: Partial<Bounds<T>>): Bounds<T> {
  return { lt: undefined, gt: undefined, lte: undefined, gte: undefined, ...given };
}

const strings = (...values: readonly string[]): { readonly type: 'strings'; readonly values: readonly string[] } => ({
  type: 'strings',
  values,
});
const integers = (...values: readonly bigint[]): { readonly type: 'integers'; readonly values: readonly bigint[] } => ({
  type: 'integers',
  values,
});

/** What each filter says to each payload: a `1` or `0` a payload. */
const CASES: readonly (readonly [name: string, filter: Filter, payloads: readonly string[], expected: string])[] = [
  [
    'an integer is no float, string or boolean',
    field('a', { kind: 'value', value: 5n }),
    ['{"a":5}', '{"a":5.0}', '{"a":5e0}', '{"a":"5"}', '{"a":50}', '{"a":[1,5]}', '{"a":[[5]]}', '{"a":true}', ''],
    '100001000',
  ],
  ['true is not 1', field('a', { kind: 'value', value: true }), ['{"a":true}', '{"a":1}', '{"a":"true"}'], '100'],
  [
    'strings are compared as characters',
    field('a', { kind: 'value', value: 'a"b' }),
    ['{"a":"a\\"b"}', '{"a":"a\\u0022b"}', '{"a":"a","b":1}', '{"a":"a"}'],
    '1100',
  ],
  ['a string ends at its quote', field('a', { kind: 'value', value: 'x","b' }), ['{"a":"x","b":1}'], '0'],
  ['so it does for a prefix', field('a', { kind: 'prefix', text: 'x"' }), ['{"a":"x"}', '{"a":"x\\""}'], '01'],
  [
    'except lets through what is of another type, but neither null nor nothing',
    field('a', { kind: 'except', values: strings('x') }),
    ['{"a":"x"}', '{"a":"y"}', '{"a":1}', '{"a":{}}', '{"a":[["x"]]}', '{"a":null}', '{"a":[]}', '', '{"a":["x","y"]}'],
    '011110001',
  ],
  [
    'except of integers',
    field('a', { kind: 'except', values: integers(5n) }),
    ['{"a":5}', '{"a":5.0}', '{"a":18446744073709551615}', '{"a":"5"}', '{"a":[5,null]}'],
    '01110',
  ],
  [
    'a long list',
    field('a', { kind: 'any', values: strings('a', 'b', 'c', 'd', 'ü', '') }),
    ['{"a":"ü"}', '{"a":"\\u00fc"}', '{"a":""}', '{"a":"e"}', '{"a":1}'],
    '11100',
  ],
  [
    'a long list of integers',
    field('a', { kind: 'any', values: integers(1n, 2n, 3n, 4n, -5n, 6n) }),
    ['{"a":-5}', '{"a":6}', '{"a":6.0}', '{"a":"6"}', '{"a":[0,1]}'],
    '11001',
  ],
  ['an empty list matches nothing', field('a', { kind: 'any', values: strings() }), ['{"a":"x"}', ''], '00'],
  [
    'text is a part, case and all',
    field('a', { kind: 'text', text: 'ox J' }),
    ['{"a":"fox Jumps"}', '{"a":"fox jumps"}', '{"a":["x","ox Jx"]}', '{"a":"o\\u0078 J"}'],
    '1011',
  ],
  [
    'text within long text',
    field('a', { kind: 'text', text: 'needle' }),
    [
      `{"a":"${'x'.repeat(200)}needle"}`,
      `{"a":"${'x'.repeat(200)}","b":"needle"}`,
      `{"a":"${'\\n'.repeat(99)}needle"}`,
    ],
    '101',
  ],
  [
    'empty text is part of any string',
    field('a', { kind: 'text', text: '' }),
    ['{"a":""}', `{"a":"${'x'.repeat(99)}"}`, '{"a":1}'],
    '110',
  ],
  [
    'text_any takes any word',
    field('a', { kind: 'text_any', text: ' fox\u3000 dog ' }),
    ['{"a":"foxes"}', '{"a":"hotdog"}', '{"a":"cat"}', '{"a":""}'],
    '1100',
  ],
  ['text_any without words', field('a', { kind: 'text_any', text: ' ' }), ['{"a":" "}', '{"a":""}'], '00'],
  [
    'several predicates: one is enough',
    field('a', { kind: 'value', value: 'x' }, { kind: 'range', bounds: bounds({ gt: 3 }) }),
    ['{"a":"x"}', '{"a":4}', '{"a":3}'],
    '110',
  ],
  [
    // Recorded: filters-plain#38, #86.
    'values_count: null and no elements are none, but what is missing is not counted',
    field('a', { kind: 'values_count', bounds: bounds({ lte: 1 }) }),
    ['', '{"a":null}', '{"a":[]}', '{"a":{}}', '{"a":[1,2]}', '{"a":[null]}'],
    '011101',
  ],
  [
    'values_count of one of several values',
    field('a[].b', { kind: 'values_count', bounds: bounds({ gte: 2 }) }),
    ['{"a":[{"b":[1]},{"b":[1,2]}]}', '{"a":[{"b":1},{"b":2}]}'],
    '10',
  ],
  [
    'is_empty',
    must({ kind: 'is_empty', ...at('a') }),
    ['', '{"a":null}', '{"a":[ ]}', '{"a":[null]}', '{"a":""}', '{"a":{}}'],
    '111000',
  ],
  [
    'is_empty of several values: all of them',
    must({ kind: 'is_empty', ...at('a[].b') }),
    ['{"a":[{"b":[]},{"b":null}]}', '{"a":[{"b":[]},{"b":1}]}', '{"a":[1]}'],
    '101',
  ],
  [
    'is_null looks at values, not into lists',
    must({ kind: 'is_null', ...at('a') }),
    ['', '{"a":null}', '{"a":[null]}', '{"a":1}'],
    '0100',
  ],
  [
    'is_null as a predicate looks into lists',
    field('a', { kind: 'is_null', value: true }),
    ['', '{"a":null}', '{"a":[1,null]}', '{"a":[]}'],
    '0110',
  ],
  [
    'is_null: false',
    field('a', { kind: 'is_null', value: false }),
    ['', '{"a":null}', '{"a":[null]}', '{"a":[]}'],
    '1001',
  ],
  [
    'is_empty: false',
    field('a', { kind: 'is_empty', value: false }),
    ['', '{"a":null}', '{"a":[null]}', '{"a":[]}'],
    '0010',
  ],
  [
    'dates',
    field('a', { kind: 'datetime_range', bounds: bounds({ gte: 0n, lt: 86_400_000_000n }) }),
    ['{"a":"1970-01-01"}', '{"a":"1970-01-02"}', '{"a":0}', '{"a":["x","1970-01-02 00:30+01"]}', '{"a":"x"}'],
    '10000',
  ],
  [
    'a place has two numbers',
    field('a', {
      kind: 'geo_box',
      topLeft: { lon: 170, lat: 10 },
      bottomRight: { lon: -170, lat: -10 },
    }),
    [
      '{"a":{"lat":0,"lon":175.5}}',
      '{"a":[{"lon":0,"lat":0},{"lon":-175,"lat":0}]}',
      '{"a":{"lon":"175","lat":0}}',
      '{"a":{"lon":175}}',
      '{"a":{"lon":170,"lat":0}}',
    ],
    '11000',
  ],
  [
    'nested: one element satisfies all, must_not included',
    must({
      kind: 'nested',
      ...at('a[]'),
      filter: {
        ...field('b', { kind: 'value', value: 1n }),
        mustNot: [{ kind: 'field', ...at('c'), predicates: [{ kind: 'value', value: 2n }] }],
      },
    }),
    ['{"a":[{"b":1,"c":2},{"b":1}]}', '{"a":[{"b":1,"c":2},{"c":3}]}', '{"a":{"b":1}}', '{"a":[1,"x",null]}', ''],
    '10000',
  ],
  [
    'nested: elements have neither ids nor vectors',
    must({
      kind: 'nested',
      ...at('a[]'),
      filter: {
        ...must(),
        mustNot: [
          { kind: 'has_id', ids: [] },
          { kind: 'has_vector', name: '' },
          { kind: 'slice', total: 1, index: 0 },
        ],
      },
    }),
    ['{"a":[{}]}', '{"a":[1]}'],
    '10',
  ],
  [
    'fewer conditions than min_count',
    { ...must(), minShould: { conditions: [{ kind: 'is_empty', ...at('a') }], minCount: 2 } },
    ['', '{"a":1}'],
    '00',
  ],
  [
    'keys of every object are just keys',
    field('__proto__.constructor', { kind: 'value', value: 'x' }),
    ['{"__proto__":{"constructor":"x"}}', '{}'],
    '10',
  ],
];

for (const [name, filter, payloads, expected] of CASES) {
  test(name, (t) => {
    const holds = compilePayloadFilter(filter);
    t.is(payloads.map((payload) => (holds(Buffer.from(payload)) ? '1' : '0')).join(''), expected);
    const simple = payloads.map((payload) => (passes(filter, parsePayload(payload), undefined) ? '1' : '0'));
    t.is(simple.join(''), expected, 'the oracle');
  });
}

test('random filters over random payloads say what the plain evaluator says', (t) => {
  let holding = 0;
  let total = 0;
  const property = fc.property(
    randomFilter(4, { points: false }),
    fc.array(payloadText, { minLength: 8, maxLength: 8 }),
    (filter, payloads) => {
      const holds = compilePayloadFilter(filter);
      for (const payload of payloads) {
        const expected = passes(filter, parsePayload(payload), undefined);
        total++;
        if (expected) holding++;
        t.is(holds(Buffer.from(payload)), expected, payload);
      }
    },
  );
  fc.assert(property, { numRuns: 2000 });
  // Filters that hold for nothing or for everything would prove little.
  t.true(holding > total / 20 && holding < (total * 19) / 20, `${holding} of ${total}`);
});

test('single conditions over random payloads say what the plain evaluator says', (t) => {
  const property = fc.property(
    randomFilter(1, { points: false }),
    fc.array(payloadText, { minLength: 20, maxLength: 20 }),
    ({ must: conditions }, payloads) => {
      for (const condition of conditions) {
        const filter = must(condition);
        const holds = compilePayloadFilter(filter);
        for (const payload of payloads) {
          t.is(holds(Buffer.from(payload)), passes(filter, parsePayload(payload), undefined), payload);
        }
      }
    },
  );
  fc.assert(property, { numRuns: 1500 });
});

test('a scan gives a bitmap for each filter, over the candidates alone', (t) => {
  const property = fc.property(
    fc.array(randomFilter(2, { points: false }), { minLength: 1, maxLength: 3 }),
    fc.array(payloadText, { maxLength: 70 }),
    fc.option(fc.array(fc.nat({ max: 2 ** 32 - 1 }), { minLength: 3, maxLength: 3 }), { nil: undefined }),
    (filters, payloads, words) => {
      const candidates = words === undefined ? undefined : Uint32Array.from(words);
      const bitmaps = scanned(task(filters, payloads, candidates));
      const expected = filters.map((filter) => {
        const holds = compilePayloadFilter(filter);
        return payloads.map(
          (payload, index) =>
            (candidates === undefined || (((candidates[index >>> 5] ?? 0) >>> (index & 31)) & 1) === 1) &&
            holds(Buffer.from(payload)),
        );
      });
      const got = bitmaps.map((bitmap) =>
        payloads.map((_, index) => (((bitmap[index >>> 5] ?? 0) >>> (index & 31)) & 1) === 1),
      );
      t.deepEqual(got, expected);
    },
  );
  fc.assert(property, { numRuns: 200 });
});

function task(filters: readonly Filter[], payloads: readonly string[], candidates: Uint32Array | undefined): ScanTask {
  const parts = payloads.map((payload) => Buffer.from(payload));
  const starts = Uint32Array.from([0, ...parts.map((part) => part.length)]);
  for (let index = 1; index < starts.length; index++) starts[index] = (starts[index] ?? 0) + (starts[index - 1] ?? 0);
  const bytes = new Uint8Array(new SharedArrayBuffer(starts.at(-1) ?? 0));
  bytes.set(Buffer.concat(parts));
  return { bytes, starts, filters, candidates };
}

test('a thousand levels are no trouble', (t) => {
  const levels = 1000;
  const payload = Buffer.from(`{"a":${'['.repeat(levels)}7${']'.repeat(levels)},"b":1}`);
  t.true(compilePayloadFilter(field(`a${'[]'.repeat(levels)}`, { kind: 'value', value: 7n }))(payload));
  t.true(compilePayloadFilter(field('b', { kind: 'value', value: 1n }))(payload));
});

test('as many fields as there may be are found, by their characters and by the last of two', (t) => {
  const names = Array.from({ length: 20_000 }, (_, index) => `key ${index}`);
  const isOne: FieldPredicate = { kind: 'value', value: 1n };
  const all = must(...names.map((name) => ({ kind: 'field' as const, ...at(`"${name}"`), predicates: [isOne] })));
  const members = names.map((name) => `"${name}":1`);
  const passes = compilePayloadFilter(all);
  t.true(passes(Buffer.from(`{${members.join(',')},"other":2}`)));
  t.true(passes(Buffer.from(`{"key 0":2,${members.join(',')},"key\\u00205":1}`)));
  t.false(passes(Buffer.from(`{${members.join(',')},"key 0":2}`)));
  t.false(passes(Buffer.from(`{${members.join(',')},"key\\u00205":2}`)));
  t.false(passes(Buffer.from(`{${members.slice(1).join(',')}}`)));
});

function scanned(argument: ScanTask): readonly Uint32Array[] {
  return scanPayloads({ argument, cancelled: new Int32Array(1) }) ?? [];
}
