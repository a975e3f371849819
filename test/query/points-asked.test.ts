import test from 'ava';
import type { QueryStep } from '../../src/core/query.ts';
import { pointsAsked } from '../../src/query/points-asked.ts';
import { DEFAULTS, nearest } from '../rest/query-words.ts';

const { limit, offset, ...others } = DEFAULTS;

function step(limit: number, prefetch: readonly QueryStep[] = [], query?: QueryStep['query']): QueryStep {
  return { ...others, limit, prefetch, query };
}

test('the limits of all steps, none above what the collection has; diversity asks for its candidates', (t) => {
  t.deepEqual([limit, offset], [10, 0]);
  t.is(pointsAsked(step(10), 1000), 10);
  t.is(pointsAsked(step(5000), 1000), 1000);
  t.is(pointsAsked(step(10, [step(100), step(2 ** 64, [step(7)])]), 1000), 10 + 100 + 1000 + 7);
  const example = { kind: 'vector', vector: { kind: 'dense', values: Float32Array.of(1) } } as const;
  const diverse = { kind: 'nearest', example, mmr: { diversity: 0.5, candidatesLimit: 400 } } as const;
  t.is(pointsAsked(step(10, [], diverse), 1000), 400);
  t.is(pointsAsked(step(10, [], nearest(example)), 1000), 10);
});
