import test, { type ExecutionContext } from 'ava';
import * as fc from 'fast-check';
import { bitsOf } from '../../src/base/bitset.ts';
import type { FieldPredicate, GeoPoint } from '../../src/core/filter.ts';
import { type JsonPath, jsonPath } from '../../src/core/json-path.ts';
import type { FieldSchema, FieldType } from '../../src/core/payload-schema.ts';
import type { FieldIndex, IndexLeaf } from '../../src/filters/field-index.ts';
import { facetOf, openFieldIndex, orderOf } from '../../src/filters/open-field-index.ts';
import { IndexModel, shown } from './index-model.ts';
import { predicate as anyPredicate } from './random-filters.ts';

const PATH = pathOf('f');
/** Some apart from the others by more than a piece of the refresh. */
const SLOTS = [0, 1, 2, 31, 32, 33, 40, 8191, 8192, 8300, 16500, 20000];
const WORD_COUNT = 626;

function pathOf(text: string): JsonPath {
  const path = jsonPath(text);
  if (path === undefined) throw new Error(`no path: ${text}`);
  return path;
}

const UUIDS = [
  '"01234567-89ab-cdef-0123-456789abcdef"',
  '"0123456789ABCDEF0123456789abcdef"',
  '"{01234567-89ab-cdef-0123-456789abcde0}"',
  '"urn:uuid:ffffffff-89ab-cdef-0123-456789abcdef"',
];
const SCALARS: Readonly<Record<FieldType, readonly string[]>> = {
  keyword: ['"red"', '"re"', '"blue"', '""', '"r\\u0065d"', '"größe"', '"reddish"', '"ß"', `"${'x'.repeat(300)}"`],
  integer: [
    '5',
    '5.0',
    '0',
    '-0',
    '-7',
    '9007199254740993',
    '9223372036854775807',
    '-9223372036854775808',
    '2.5',
    '1e3',
  ],
  float: ['5', '2.5', '-0.0', '0', '1e300', '-1e-300', '2.5e0', '-3', '18446744073709551615'],
  bool: ['true', 'false'],
  datetime: ['"2020-01-01"', '"2020-01-01T12:00:00Z"', '"2020-01-01 12:00:00.5+02:00"', '"1969-12-31T23:59"', '"1"'],
  uuid: UUIDS,
  geo: [
    '{"lon":1,"lat":1}',
    '{"lon":1.5,"lat":-1.5,"x":0}',
    '{"lat":2,"lon":-170}',
    '{"lon":180,"lat":90}',
    '{"lon":-180,"lat":-90}',
    '{"lon":0,"lat":0}',
    '{"lon":-0.0,"lat":0}',
    '{"lon":181,"lat":0}',
    '{"lon":"1","lat":0}',
    '{"lon":1}',
  ],
  text: [
    '"The quick brown fox"',
    '"brown quick the"',
    '"Quick, quick! Größe"',
    '"fox"',
    '"..."',
    '"the the quick brown"',
  ],
};

function payloadOf(type: FieldType): fc.Arbitrary<string> {
  const common = ['null', '7', '"red"', 'true', '{"lon":1,"lat":1}', '{}', '[1]'];
  const scalar = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...SCALARS[type]) }, fc.constantFrom(...common));
  const list = fc.array(scalar, { maxLength: 4 }).map((items) => `[${items.join(',')}]`);
  return fc.oneof(
    { weight: 3, arbitrary: scalar.map((value) => `{"f":${value}}`) },
    { weight: 2, arbitrary: list.map((value) => `{"g":1,"f":${value}}`) },
    fc.constantFrom('{}', '', '{"f":null}', '{"f":[]}', '{"f":[null]}'),
  );
}

const place: fc.Arbitrary<GeoPoint> = fc.record({
  lon: fc.constantFrom(-180, -171, -1, 0, 1, 1.2, 2, 180),
  lat: fc.constantFrom(-90, -2, 0, 1, 1.2, 3, 90),
});
const numberBound = fc.option(fc.constantFrom(-7, 0, 2.5, 4.5, 5, 5.5, 1e18, -1e300, 9.3e18), { nil: undefined });
const momentBound = fc.option(fc.constantFrom(1577836800000000n, -60000001n, 1577872800500000n), { nil: undefined });

/** Predicates that hit the scalars above; `anyPredicate` shows what is not served. */
const PREDICATES: Readonly<Record<FieldType, fc.Arbitrary<FieldPredicate>>> = {
  keyword: fc.oneof(
    fc.constantFrom('red', 're', 'blue', '', 'größe', 'x').map((value): FieldPredicate => ({ kind: 'value', value })),
    fc.record({
      kind: fc.constantFrom('any', 'except'),
      values: fc.subarray(['red', 're', '', 'none', 'ß']).map((values) => ({ type: 'strings' as const, values })),
    }),
    fc.constantFrom('', 'r', 're', 'redd', 'gr', 'xxx', 'z').map((text): FieldPredicate => ({ kind: 'prefix', text })),
  ),
  integer: fc.oneof(
    fc.constantFrom(5n, 0n, 1000n, 9007199254740992n).map((value): FieldPredicate => ({ kind: 'value', value })),
    fc.record({
      kind: fc.constantFrom('any', 'except'),
      values: fc.subarray([5n, -7n, 2n]).map((values) => ({ type: 'integers' as const, values })),
    }),
    fc.record({
      kind: fc.constant('range'),
      bounds: fc.record({ lt: numberBound, gt: numberBound, lte: numberBound, gte: numberBound }),
    }),
  ),
  float: fc.record({
    kind: fc.constant('range'),
    bounds: fc.record({ lt: numberBound, gt: numberBound, lte: numberBound, gte: numberBound }),
  }),
  bool: fc.boolean().map((value): FieldPredicate => ({ kind: 'value', value })),
  datetime: fc.record({
    kind: fc.constant('datetime_range'),
    bounds: fc.record({ lt: momentBound, gt: momentBound, lte: momentBound, gte: momentBound }),
  }),
  uuid: fc.oneof(
    fc
      .constantFrom(...UUIDS, '"red"')
      .map((text): FieldPredicate => ({ kind: 'value', value: JSON.parse(text) as string })),
    fc.record({
      kind: fc.constantFrom('any', 'except'),
      values: fc
        .subarray([...UUIDS, '"ffffffff-ffff-ffff-ffff-ffffffffffff"'])
        .map((texts) => ({ type: 'strings' as const, values: texts.map((text) => JSON.parse(text) as string) })),
    }),
  ),
  geo: fc.oneof(
    fc.record({ kind: fc.constant('geo_box'), topLeft: place, bottomRight: place }),
    fc.record({ kind: fc.constant('geo_radius'), center: place, radiusMetres: fc.constantFrom(1, 1e5, 3e6, 3e7) }),
    fc
      .tuple(place, place, place)
      .map(([a, b, c]): FieldPredicate => ({ kind: 'geo_polygon', exterior: [a, b, c, a], interiors: [] })),
  ),
  text: fc.record({
    kind: fc.constantFrom('text', 'text_any', 'phrase'),
    text: fc.constantFrom(
      'quick',
      'QUICK brown',
      'the fox',
      'quick quick',
      'größe',
      'fox unknown',
      '',
      'brown fox',
      '!',
    ),
  }),
};

type Step =
  | { readonly kind: 'set'; readonly slot: number; readonly payload: string }
  | { readonly kind: 'clear'; readonly slot: number }
  | { readonly kind: 'refresh' };

function steps(type: FieldType): fc.Arbitrary<readonly Step[]> {
  const slot = fc.constantFrom(...SLOTS);
  return fc.array(
    fc.oneof(
      { weight: 8, arbitrary: fc.record({ kind: fc.constant('set'), slot, payload: payloadOf(type) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('clear'), slot }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('refresh') }) },
    ),
    { maxLength: 60 },
  );
}

/** Carries the steps out on index and model; those behind a refresh come in between its pieces. */
async function carryOut(index: FieldIndex, model: IndexModel, run: readonly Step[]): Promise<void> {
  const left = [...run];
  const takeOne = (): boolean => {
    const step = left.shift();
    if (step === undefined || step.kind === 'refresh') return false;
    if (step.kind === 'set') {
      index.set(step.slot, Buffer.from(step.payload));
      model.payloads.set(step.slot, step.payload);
    } else {
      index.clear(step.slot);
      model.payloads.delete(step.slot);
    }
    return true;
  };
  while (left.length > 0) {
    if (takeOne()) continue;
    await index.refresh(() => {
      takeOne();
      return Promise.resolve();
    });
  }
}

function checkLeaf(t: ExecutionContext, index: FieldIndex, model: IndexModel, predicate: FieldPredicate): void {
  const expected = model.matches(predicate);
  const leaf = index.leaf(predicate);
  if (leaf === undefined || expected === undefined) {
    t.deepEqual({ served: leaf !== undefined }, { served: expected !== undefined });
    return;
  }
  const words = filled(leaf, new Uint32Array(WORD_COUNT));
  t.is(((words[1] ?? 0) >>> 9) & 1, 1, 'other bits stay');
  if (!expected.includes(41)) words[1] = (words[1] ?? 0) & ~(1 << 9);
  t.deepEqual([...bitsOf(words)], expected);
  t.deepEqual(
    SLOTS.filter((slot) => leaf.test(slot)),
    expected,
  );
  t.true(leaf.estimate >= 0 && leaf.estimate <= model.payloads.size);
}

/** Fills a bitmap in which one bit stands already. */
function filled(leaf: IndexLeaf, words: Uint32Array): Uint32Array {
  words[1] = 1 << 9;
  leaf.fill(words);
  return words;
}

function checkFacet(t: ExecutionContext, index: FieldIndex, model: IndexModel, words: Uint32Array): void {
  const facet = facetOf(index);
  if (facet === undefined) return;
  for (const within of [undefined, words]) {
    const expected = model.facet((slot) => isIn(within, slot));
    const counts = facet.counts(within);
    t.deepEqual(
      counts.map(({ value, count }) => `${shown(value)} ${count}`).sort(byText),
      Array.from(expected, ([value, count]) => `${value} ${count}`).sort(byText),
    );
    const sorted = counts.map(({ value, count }) => ({ value, count }));
    sorted.sort((a, b) => b.count - a.count || compareValues(a.value, b.value));
    for (const limit of [1, 3, 100]) {
      t.deepEqual(facet.top(within, limit), sorted.slice(0, limit));
      t.deepEqual(facet.top(within, limit), sorted.slice(0, limit));
    }
  }
}

function byText(a: string, b: string): number {
  return a < b ? -1 : 1;
}

function compareValues(a: unknown, b: unknown): number {
  if (typeof a === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(String(b)));
  return (a as bigint) < (b as bigint) ? -1 : 1;
}

function checkOrder(t: ExecutionContext, index: FieldIndex, model: IndexModel, words: Uint32Array): void {
  const order = orderOf(index);
  if (order === undefined) return;
  const starts = [undefined, { kind: 'integer', value: 5n }, { kind: 'float', value: 2.25 }] as const;
  for (const within of [undefined, words]) {
    for (const start of starts) {
      for (const direction of ['asc', 'desc'] as const) {
        const side = direction === 'asc' ? 1 : -1;
        const isAhead = (value: number | bigint): boolean =>
          start === undefined || (value < start.value ? -side : value > start.value ? side : 0) >= 0;
        const expected = model.ordered((slot) => isIn(within, slot)).filter(({ value }) => isAhead(value));
        const found: { value: number | bigint; slot: number }[] = [];
        for (const { value, slots } of order.runs({ direction, start, words: within })) {
          for (const slot of slots) found.push({ value, slot });
        }
        const isAscending = found.every(({ value }, at) => at === 0 || compareSided(found[at - 1]?.value, value, side));
        t.true(isAscending);
        t.deepEqual(
          found.sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : a.slot - b.slot)),
          [...expected],
        );
      }
    }
  }
}

function compareSided(before: number | bigint | undefined, value: number | bigint, side: number): boolean {
  return before === undefined || before === value || (before < value ? 1 : -1) === side;
}

function isIn(words: Uint32Array | undefined, slot: number): boolean {
  return words === undefined || (((words[slot >>> 5] ?? 0) >>> (slot & 31)) & 1) === 1;
}

const CASES: readonly { readonly name: string; readonly schema: FieldSchema }[] = [
  { name: 'keyword', schema: { type: 'keyword', params: undefined } },
  { name: 'keyword with prefix', schema: { type: 'keyword', params: { prefix: true } } },
  { name: 'integer', schema: { type: 'integer', params: undefined } },
  { name: 'integer, lookup only', schema: { type: 'integer', params: { range: false } } },
  { name: 'integer, range only', schema: { type: 'integer', params: { lookup: false } } },
  { name: 'float', schema: { type: 'float', params: undefined } },
  { name: 'bool', schema: { type: 'bool', params: undefined } },
  { name: 'datetime', schema: { type: 'datetime', params: undefined } },
  { name: 'uuid', schema: { type: 'uuid', params: undefined } },
  { name: 'geo', schema: { type: 'geo', params: undefined } },
  { name: 'text', schema: { type: 'text', params: undefined } },
  { name: 'text with phrases', schema: { type: 'text', params: { text: { phraseMatching: true } } } },
  { name: 'text of prefixes', schema: { type: 'text', params: { text: { tokenizer: 'prefix', minTokenLen: 2 } } } },
];

for (const { name, schema } of CASES) {
  test(`an index answers as a model does, whatever comes and goes: ${name}`, async (t) => {
    const predicates = fc.array(fc.oneof({ weight: 5, arbitrary: PREDICATES[schema.type] }, anyPredicate), {
      minLength: 1,
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(
        steps(schema.type),
        predicates,
        fc.subarray(SLOTS),
        fc.nat(),
        async (run, asked, within, seed) => {
          const index = openFieldIndex(PATH, schema, seed);
          const model = new IndexModel(PATH, schema);
          await carryOut(index, model, run);
          for (const each of asked) checkLeaf(t, index, model, each);
          for (const value of [true, false]) {
            checkLeaf(t, index, model, { kind: 'is_empty', value });
            checkLeaf(t, index, model, { kind: 'is_null', value });
          }
          t.is(index.pointCount, model.filled().length);
          t.true(index.staleCount <= SLOTS.length && index.memoryBytes > 0 && !index.refreshIsDue);
          const words = new Uint32Array(WORD_COUNT);
          for (const slot of within) words[slot >>> 5] = (words[slot >>> 5] ?? 0) | (1 << (slot & 31));
          checkFacet(t, index, model, words);
          checkOrder(t, index, model, words);
        },
      ),
      { numRuns: 150 },
    );
  });
}
