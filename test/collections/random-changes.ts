import * as fc from 'fast-check';
import type { Condition, FieldPredicate, Filter, MatchValues } from '../../src/core/filter.ts';
import { numberId, parseUuidId, type PointId } from '../../src/core/ids.ts';
import { type JsonPath, jsonPath } from '../../src/core/json-path.ts';
import { FIELD_TYPES, type FieldParams, type FieldSchema } from '../../src/core/payload-schema.ts';
import type { OracleIndex } from '../filters/indexed-oracle.ts';
import { payloadText, randomFilter, randomPath } from '../filters/random-filters.ts';
import type { RawPoint } from './house.ts';
import type { Change, Target } from './point-model.ts';

/** Random points, changes, filters and indexes that have to do with each other. */

export const VECTOR_SIZE = 3;

/** Also those that random filters ask for. */
const IDS: readonly PointId[] = [
  ...Array.from({ length: 40 }, (_, index) => numberId(BigInt(index))),
  numberId(2n ** 64n - 1n),
  ...['01234567-89ab-cdef-0123-456789abcdef', '00000000-0000-0000-0000-000000000001'].map(uuidId),
];

function uuidId(text: string): PointId {
  const id = parseUuidId(text);
  if (id === undefined) throw new Error(`no id: ${text}`);
  return id;
}

function pathOf(text: string): JsonPath {
  const path = jsonPath(text);
  if (path === undefined) throw new Error(`no path: ${text}`);
  return path;
}

/** Two UUIDs in several forms, and what looks like one. */
const UUIDS = [
  '01234567-89ab-cdef-0123-456789abcdef',
  '0123456789ABCDEF0123456789abcdef',
  'urn:uuid:01234567-89AB-cdef-0123-456789abcdef',
  '{01234567-89ab-cdef-0123-456789abcdef}',
  'ffffffff-89ab-cdef-0123-456789abcdef',
  '{0123456789abcdef0123456789abcdef}',
  '01234567',
];
const TAGS = ['red', 'Red', 'red blue', 'größe', ''];
/** A field of few values, so that filters on it cut the points in halves rather than in none and all. */
const FLAT_VALUES = ['1', '5', '5.0', '2.5', '-3', 'true', 'false', 'null', '[]', '[null]', '{"x":1}', '[1,5,"red"]'];
const flatValue = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...FLAT_VALUES) },
  // Often the same ones, so that a condition finds several points.
  fc.constantFrom('1', '5', '5.0', '"red"', '["red","blue"]', `"${UUIDS[0] ?? ''}"`),
  fc.constantFrom(...UUIDS, ...TAGS).map((text) => JSON.stringify(text)),
  fc.subarray([...UUIDS.slice(0, 3), ...TAGS, 'blue'], { maxLength: 3 }).map((texts) => JSON.stringify(texts)),
);
const FLAT_KEYS = ['u', 'v'];

/** Payloads as of random-filters.ts, and in most of them the fields of few values. */
export const anyPayload: fc.Arbitrary<string> = fc
  .tuple(payloadText, fc.option(flatValue, { freq: 6, nil: undefined }), fc.option(flatValue, { nil: undefined }))
  .map(([text, ...flat]) => {
    const members = flat.flatMap((value, at) => (value === undefined ? [] : [`"${FLAT_KEYS[at] ?? ''}":${value}`]));
    if (members.length === 0) return text;
    const rest = text.trimStart().replace(/^\{\s*/, '');
    return `{${members.join(',')}${rest === '' || rest.startsWith('}') ? '' : ','}${rest === '' ? '}' : rest}`;
  });

const NO_BOUND = {
  lt: fc.constant(undefined),
  gt: fc.constant(undefined),
  lte: fc.constant(undefined),
  gte: fc.constant(undefined),
};
const flatStrings = fc.oneof(fc.subarray([...UUIDS, ...TAGS]), fc.subarray(UUIDS.slice(0, 5)), fc.constant(['red']));
const flatIntegers = fc.subarray([1n, 5n, -3n], { maxLength: 2 });
const bound = (value: number): fc.Arbitrary<number | undefined> =>
  fc.option(fc.constantFrom(value, value - 0.5, 2.5), { freq: 1, nil: undefined });
const flatPredicate: fc.Arbitrary<FieldPredicate> = fc.oneof(
  fc.record({
    kind: fc.constant('value'),
    value: fc.constantFrom('red', 'red', ...UUIDS.slice(0, 4), 'größe', 1n, 5n, 5n, -3n, true, false),
  }),
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('any', 'except'),
      values: fc.oneof(
        flatStrings.map((values): MatchValues => ({ type: 'strings', values })),
        flatIntegers.map((values): MatchValues => ({ type: 'integers', values })),
      ),
    }),
  },
  fc.record({
    kind: fc.constantFrom('text', 'text_any', 'phrase', 'prefix'),
    text: fc.constantFrom(...TAGS, 're', 'RED', 'blue red', '0'),
  }),
  {
    weight: 2,
    arbitrary: fc.oneof(
      fc.record({ kind: fc.constant('range'), bounds: fc.record({ ...NO_BOUND, lt: bound(5), lte: bound(5) }) }),
      fc.record({ kind: fc.constant('range'), bounds: fc.record({ ...NO_BOUND, gt: bound(1), gte: bound(1) }) }),
      fc.record({ kind: fc.constant('range'), bounds: fc.record({ ...NO_BOUND, gt: bound(-3), lte: bound(5) }) }),
    ),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('is_empty', 'is_null'), value: fc.boolean() }) },
);
const flatPath = fc.constantFrom('u', 'v', 'u[]', 'u[0]').map(pathOf);
const flatCondition: fc.Arbitrary<Condition> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('field'), path: flatPath, predicates: fc.tuple(flatPredicate) }),
  },
  fc.record({ kind: fc.constantFrom('is_empty', 'is_null'), path: flatPath }),
);

/** Filters within filters, over the fields of few values for the most part: few clauses, so that they do not exclude all. */
function flatFilter(depth: number): fc.Arbitrary<Filter> {
  const condition: fc.Arbitrary<Condition> =
    depth === 1
      ? fc.oneof({ weight: 8, arbitrary: flatCondition }, { weight: 1, arbitrary: deepCondition })
      : fc.oneof(
          { weight: 3, arbitrary: flatCondition },
          { weight: 2, arbitrary: fc.record({ kind: fc.constant('filter'), filter: flatFilter(depth - 1) }) },
        );
  const conditions = fc.array(condition, { minLength: 1, maxLength: 3 });
  return fc.oneof(
    fc.record({ ...NO_CLAUSE, must: fc.array(condition, { minLength: 1, maxLength: 2 }) }),
    { weight: 2, arbitrary: fc.record({ ...NO_CLAUSE, should: conditions }) },
    fc.record({ ...NO_CLAUSE, mustNot: conditions }),
    fc.record({ ...NO_CLAUSE, minShould: fc.record({ conditions, minCount: fc.integer({ min: 1, max: 2 }) }) }),
    fc.record({ ...NO_CLAUSE, should: conditions, mustNot: fc.tuple(condition) }),
  );
}

const NO_CLAUSE = {
  must: fc.constant<readonly Condition[]>([]),
  should: fc.constant<readonly Condition[]>([]),
  mustNot: fc.constant<readonly Condition[]>([]),
  minShould: fc.constant(undefined),
};

/** A condition of any kind on any field, or on the point itself. */
const deepCondition: fc.Arbitrary<Condition> = randomFilter(2, { points: true }).map((filter) => ({
  kind: 'filter',
  filter,
}));

/** Trees of random-filters.ts, and such as cut the points in halves. */
export function anyFilter(depth: number): fc.Arbitrary<Filter> {
  return fc.oneof(
    { weight: 1, arbitrary: randomFilter(depth, { points: true }) },
    { weight: 2, arbitrary: flatFilter(depth) },
  );
}

export const anyId: fc.Arbitrary<PointId> = fc.constantFrom(...IDS);
const vector = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: VECTOR_SIZE, maxLength: VECTOR_SIZE });

export const anyPoint: fc.Arbitrary<RawPoint> = fc.record({
  id: anyId,
  vector: fc.option(vector, { freq: 4, nil: undefined }),
  payload: anyPayload,
});

const ids = fc.uniqueArray(anyId, { minLength: 1, maxLength: 3, selector: (id) => JSON.stringify(id) });
const target: fc.Arbitrary<Target> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ ids }) },
  { weight: 1, arbitrary: fc.record({ filter: anyFilter(2) }) },
);
const patch = anyPayload.map((text) => (text === '' ? '{}' : text));
const points = fc.array(anyPoint, { minLength: 1, maxLength: 6 });
const someFilter = fc.option(anyFilter(2), { nil: undefined });

/** Every kind of change. */
export const anyChange: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('upsert'),
      points,
      mode: fc.oneof({ weight: 4, arbitrary: fc.constant('upsert') }, fc.constantFrom('insert_only', 'update_only')),
      updateFilter: someFilter,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete'), target }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('clear_payload'), target }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('set_payload'),
      target,
      payload: patch,
      key: fc.option(randomPath, { nil: undefined }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('overwrite_payload'), target, payload: patch }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('delete_payload'),
      target,
      keys: fc.array(fc.oneof(randomPath, flatPath), { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('update_vectors'),
      points: fc.array(fc.record({ id: anyId, vector, payload: fc.constant('') }), { minLength: 1, maxLength: 4 }),
      updateFilter: someFilter,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.oneof(
      fc.record({ kind: fc.constant('delete_vectors'), filter: anyFilter(2), ids: fc.option(ids, { nil: undefined }) }),
      fc.record({ kind: fc.constant('delete_vectors'), filter: fc.constant(undefined), ids }),
    ),
  },
);

function paramsOf(type: FieldSchema['type']): fc.Arbitrary<FieldParams | undefined> {
  const flag = fc.constantFrom(undefined, true, false);
  switch (type) {
    case 'keyword':
      return fc.record({ prefix: flag });
    case 'integer':
      return fc.constantFrom(undefined, { lookup: false }, { range: false }, { lookup: true, range: true });
    case 'text':
      return fc.record({ text: fc.record({ phraseMatching: flag }) });
    case 'float':
    case 'geo':
    case 'bool':
    case 'datetime':
    case 'uuid':
      return fc.constant(undefined);
  }
}

export const anySchema: fc.Arbitrary<FieldSchema> = fc
  .constantFrom(...FIELD_TYPES)
  .chain((type) => paramsOf(type).map((params) => ({ type, params })));

/** An index on any path that filters ask for. */
export const anyIndex: fc.Arbitrary<OracleIndex> = fc.record({
  path: fc.oneof(randomPath, flatPath),
  schema: anySchema,
});

/** One on every top-level key of payloads, the types at random, and some on deeper paths. */
export const manyIndexes: fc.Arbitrary<readonly OracleIndex[]> = fc
  .tuple(
    fc.tuple(
      ...['a', 'b', 'größe', '__proto__', 'constructor', '"a b"', 'lon', 'u', 'v', 'u[]'].map((key) =>
        fc.record({ path: fc.constant(pathOf(key)), schema: anySchema }),
      ),
    ),
    fc.array(anyIndex, { maxLength: 4 }),
  )
  .map(([top, deep]) => [...top, ...deep]);
