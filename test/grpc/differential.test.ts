import test from 'ava';
import * as fc from 'fast-check';
import * as wire from '../../generated/points.js';
import { alike, bothDoors, EVEN, type Method, openFilled, UUID } from './alike.ts';
import { idToJson, payloadToJson, scoredToJson } from './answers-to-json.ts';
import { fields, filterToWire, given, type Json } from './filter-to-wire.ts';
import { made } from './made.ts';
import { queryPointsToWire } from './query-to-wire.ts';

/**
 * Random requests through both doors of one database: the same answers, the same refusals. Where the parts of a request are
 * random in every respect (test/grpc/equal-requests.test.ts) nearly all are refused; here most find something.
 */

test.before(openFilled);
test.after.always(() => bothDoors().close());

const RUNS = 300;
const number = fc.integer({ min: -200, max: 200 }).map((value) => value / 64);
const id: fc.Arbitrary<Json> = fc.oneof(fc.integer({ min: 0, max: 31 }), fc.constant(UUID));
const VECTORS: Readonly<Record<string, fc.Arbitrary<Json>>> = {
  d: fc.array(number, { minLength: 4, maxLength: 4 }),
  m: fc.array(fc.array(number, { minLength: 2, maxLength: 2 }), { minLength: 1, maxLength: 3 }),
  s: fc
    .uniqueArray(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 4 })
    .chain((indices) =>
      fc
        .array(number, { minLength: indices.length, maxLength: indices.length })
        .map((values): Json => ({ indices, values })),
    ),
};

const condition: fc.Arbitrary<Json> = fc.oneof(
  fc.record({ gte: number, lt: number }).map((range): Json => ({ key: 'n', range })),
  fc.constantFrom('red', 'green', 'none').map((value): Json => ({ key: 'tag', match: { value } })),
  fc.subarray(['red', 'blue']).map((any): Json => ({ key: 'tag', match: { any } })),
  fc.array(id, { maxLength: 9 }).map((has_id): Json => ({ has_id })),
  fc.constantFrom<Json>(
    { key: 'deep[].x', range: { gt: 2.5 } },
    { is_empty: { key: 'nothing' } },
    { has_vector: 's' },
    { nested: { key: 'deep', filter: { must: [{ key: 'x', range: { lte: 4 } }] } } },
    { must_not: [{ key: 'group', match: { value: 2 } }] },
  ),
);
const filter: fc.Arbitrary<Json> = fc.oneof(
  fc.constant(EVEN),
  fc.record(
    {
      must: fc.array(condition, { maxLength: 2 }),
      should: fc.array(condition, { maxLength: 3 }),
      must_not: fc.array(condition, { maxLength: 2 }),
    },
    { requiredKeys: [] },
  ),
);

const ofField = fc.constantFrom('d', 'm', 's').chain((using) => {
  const example = fc.oneof(VECTORS[using] as fc.Arbitrary<Json>, id);
  const examples = fc.array(example, { minLength: 1, maxLength: 3 });
  const pair = fc.record({ positive: example, negative: example });
  const query: fc.Arbitrary<Json> = fc.oneof(
    example,
    fc.record({
      recommend: fc.record({
        positive: examples,
        negative: fc.array(example, { maxLength: 2 }),
        strategy: fc.constantFrom('average_vector', 'best_score', 'sum_scores'),
      }),
    }),
    fc.record({ discover: fc.record({ target: example, context: fc.array(pair, { maxLength: 2 }) }) }),
    fc.record({ context: fc.array(pair, { minLength: 1, maxLength: 2 }) }),
    fc.record({ nearest: example, mmr: fc.record({ diversity: fc.constantFrom(0, 0.5, 1) }) }),
  );
  return query.map((query): Json => ({ query, using }));
});

const limits = fc.record(
  {
    limit: fc.integer({ min: 1, max: 40 }),
    filter,
    score_threshold: number,
    params: fc.constant<Json>({ exact: true }),
  },
  { requiredKeys: [] },
);

const leaf: fc.Arbitrary<Json> = fc
  .tuple(ofField, limits)
  .map(([query, rest]): Json => ({ ...fields(query), ...rest }));
const merged: fc.Arbitrary<Json> = fc
  .tuple(
    fc.array(leaf, { minLength: 1, maxLength: 3 }),
    fc.constantFrom<Json>(
      { query: { fusion: 'rrf' } },
      { query: { fusion: 'dbsf' } },
      { query: { rrf: { k: 7 } } },
      { query: { formula: { sum: ['$score', { mult: [0.5, 'n'] }] }, defaults: { n: 1 } } },
      { query: 3, using: 'd' },
      { query: { order_by: 'n' } },
    ),
    fc.record({ limit: fc.integer({ min: 1, max: 20 }), filter }, { requiredKeys: [] }),
  )
  .map(([prefetch, query, rest]): Json => ({ prefetch, ...fields(query), ...rest }));

const shown = fc.record(
  {
    with_payload: fc.constantFrom<Json>(true, ['n', 'deep[].x'], { exclude: ['deep'] }),
    with_vector: fc.constantFrom<Json>(true, ['m']),
    offset: fc.integer({ min: 0, max: 5 }),
  },
  { requiredKeys: [] },
);

const query: Method<wire.QueryPoints, wire.QueryResponse> = {
  name: 'Query',
  route: '/points/query',
  types: { request: wire.QueryPoints, answer: wire.QueryResponse },
  message: queryPointsToWire,
  result: ({ result }) => ({ points: result.map(scoredToJson) }),
};

test('random queries, of one step and of several', async (t) => {
  let answered = 0;
  const ask = async (body: Json): Promise<void> => {
    if ((await alike(t, query, body)) === 'answered') answered++;
  };
  const body = fc.tuple(fc.oneof(leaf, merged), shown).map(([step, show]): Json => ({ ...fields(step), ...show }));
  await fc.assert(fc.asyncProperty(body, ask), { numRuns: RUNS });
  t.true(answered > RUNS / 2, `only ${answered} of ${RUNS} were answered`);
});

const scroll: Method<wire.ScrollPoints, wire.ScrollResponse> = {
  name: 'Scroll',
  route: '/points/scroll',
  types: { request: wire.ScrollPoints, answer: wire.ScrollResponse },
  message: (body) => {
    const { filter, limit } = fields(body);
    return made(wire.ScrollPoints, {
      collectionName: 'c',
      filter: given(filter, filterToWire),
      limit: limit as number | undefined,
    });
  },
  result: ({ result, nextPageOffset }) => ({
    points: result.map((point) => ({ id: idToJson(point.id), payload: payloadToJson(point.payload) })),
    next_page_offset: nextPageOffset === undefined ? null : idToJson(nextPageOffset),
  }),
};

const count: Method<wire.CountPoints, wire.CountResponse> = {
  name: 'Count',
  route: '/points/count',
  types: { request: wire.CountPoints, answer: wire.CountResponse },
  message: (body) =>
    made(wire.CountPoints, { collectionName: 'c', filter: given(fields(body)['filter'], filterToWire) }),
  result: ({ result }) => ({ count: Number(result?.count) }),
};

test('random filters: the points that match, and how many', async (t) => {
  const body = fc.record({ filter, limit: fc.integer({ min: 1, max: 40 }) }, { requiredKeys: ['filter'] });
  await fc.assert(
    fc.asyncProperty(body, async (body) => {
      t.is(await alike(t, scroll, body as Json), 'answered');
      t.is(await alike(t, count, { filter: body.filter }), 'answered');
    }),
    { numRuns: RUNS },
  );
});
