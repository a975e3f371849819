import test, { type ExecutionContext } from 'ava';
import * as wire from '../../generated/points.js';
import { FieldCondition, Filter, type FieldCondition as Field } from '../../generated/qdrant_common.js';
import { bothDoors, D, openFilled } from './alike.ts';
import { made } from './made.ts';
import { queryToWire } from './query-to-wire.ts';

/** NaN and infinities, which only gRPC can send. */

test.before(openFilled);
test.after.always(() => bothDoors().close());

/** What a query over `d` finds: how many points, or why it is refused. */
async function found(query: Partial<wire.QueryPoints>): Promise<number | string> {
  const types = { request: wire.QueryPoints, answer: wire.QueryResponse };
  const asked = made(wire.QueryPoints, { collectionName: 'c', using: 'd', query: queryToWire(D), ...query });
  const { answer, message } = await bothDoors().grpc('/qdrant.Points/Query', types, asked);
  return answer === undefined ? message : answer.result.length;
}

function filtered(predicates: Partial<Field>): Partial<wire.QueryPoints> {
  const value = made(FieldCondition, predicates);
  return { filter: made(Filter, { must: [{ conditionOneOf: { $case: 'field', value } }] }) };
}

const { NaN: NONE } = Number;

async function finds(t: ExecutionContext, query: Partial<wire.QueryPoints>, expected: number | string): Promise<void> {
  t.is(await found(query), expected);
}

test('no number is within a range whose bound is none', async (t) => {
  // One is indexed, the other is not.
  for (const key of ['n', 'deep[].x']) {
    await finds(t, filtered({ key, range: { gte: 0 } }), 10);
    for (const bound of ['lt', 'gt', 'lte', 'gte'])
      await finds(t, filtered({ key, range: { gte: 0, [bound]: NONE } }), 0);
    await finds(t, filtered({ key, range: { gt: -Infinity } }), 10);
    await finds(t, filtered({ key, range: { gte: Infinity } }), 0);
  }
});

test('nothing is nearer than a radius that is none', async (t) => {
  await finds(t, filtered({ key: 'n', geoRadius: { center: { lon: 0, lat: 0 }, radius: NONE } }), 0);
});

test('vectors of what no number is are refused', async (t) => {
  const place = (index: number): string =>
    `Wrong input: query.variant[${index}] is out of range: expected a number that fits into 32-bit floating point`;
  for (const [index, component] of [NONE, Infinity, -Infinity].entries()) {
    await finds(t, { query: queryToWire(D.with(index, component)) }, place(index));
  }
});

test('an order begins at a number', async (t) => {
  const from = (value: number): Partial<wire.QueryPoints> => {
    const startFrom: wire.StartFrom = { value: { $case: 'float', value } };
    return { query: { variant: { $case: 'orderBy', value: { key: 'n', startFrom } } }, using: undefined };
  };
  await finds(t, from(20.5), 6);
  await finds(t, from(-Infinity), 10);
  await finds(t, from(Infinity), 0);
  await finds(t, from(NONE), 'StartFrom value is not a number');
});

test('no score passes a threshold that is none', async (t) => {
  await finds(t, { scoreThreshold: -Infinity }, 10);
  await finds(t, { scoreThreshold: Infinity }, 0);
  await finds(t, { scoreThreshold: NONE }, 0);
  const prefetch = [made(wire.PrefetchQuery, { query: queryToWire(D), using: 'd' })];
  for (const query of [queryToWire({ fusion: 'rrf' }), queryToWire({ formula: '$score' })]) {
    await finds(
      t,
      { query, prefetch, using: undefined, scoreThreshold: 0 },
      query.variant?.$case === 'fusion' ? 10 : 10,
    );
    await finds(t, { query, prefetch, using: undefined, scoreThreshold: NONE }, 0);
  }
});

test('a formula of what no number is has no score', async (t) => {
  const prefetch = [made(wire.PrefetchQuery, { query: queryToWire(D), using: 'd' })];
  const constant: wire.Query = {
    variant: {
      $case: 'formula',
      value: { expression: { variant: { $case: 'constant', value: NONE } }, defaults: new Map() },
    },
  };
  const told = await found({ query: constant, prefetch, using: undefined });
  t.regex(String(told), /^Wrong input: /);
});
