import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  Direction,
  type FormulaSchema,
  Fusion,
  type PrefetchQuerySchema,
  type QueryPointGroupsSchema,
  type QueryPointsSchema,
  type QuerySchema,
  ReadConsistencyType,
  RecommendStrategy,
  Sample,
} from '@qdrant/js-client-grpc';
import { batch, groups, ids, points as canonicalPoints } from './canonical.ts';
import { richFormula, simpleFormula } from './formulas.ts';
import { byCity, cheaper, lookup } from './search.ts';
import { BIG, ITEMS, one, points, QUERY, skip, step, UUID } from './step.ts';
import { byPoint, byVector, enable, exclude, hasId, include, includeVectors, type VectorInput } from './values.ts';

type Query = MessageInitShape<typeof QuerySchema>;
type Request = MessageInitShape<typeof QueryPointsSchema>;
type Prefetch = MessageInitShape<typeof PrefetchQuerySchema>;
type Variant = NonNullable<Query['variant']>;

const nearest = (given: VectorInput): Query => ({ variant: one('nearest', given) });
const multi = (given: readonly (readonly number[])[]): Query =>
  nearest({ variant: one('multiDense', { vectors: given.map((data) => ({ data: [...data] })) }) });
const fusion = (given: Fusion): Query => ({ variant: one('fusion', given) });
const formula = (given: MessageInitShape<typeof FormulaSchema>): Query => ({ variant: one('formula', given) });

export const near: Query = nearest(byVector(QUERY));
const words: Query = nearest({ variant: one('sparse', { indices: [1, 5], values: [1, 0.5] }) });
export const nearDense: Prefetch = { query: near, using: 'dense', limit: 6n };
const nearWords: Prefetch = { query: words, using: 'words', limit: 6n };
const both = [nearDense, nearWords];
const fromItems = { collectionName: ITEMS, vectorName: 'dense' };
const first: Request = {
  query: near,
  using: 'dense',
  limit: 4n,
  withPayload: include('city'),
  withVectors: includeVectors('dense'),
};

const recommend = (
  positive: readonly VectorInput[],
  negative: readonly VectorInput[],
  strategy?: RecommendStrategy,
): Query => ({
  variant: one('recommend', {
    positive: [...positive],
    negative: [...negative],
    ...(strategy === undefined ? {} : { strategy }),
  }),
});
const average = recommend([byPoint(1), byVector(QUERY)], [byPoint(3)]);

/** A query of the vectors named `dense`. */
const dense = (variant: Query | Variant, limit: bigint): { query: Query; using: string; limit: bigint } => ({
  query: 'variant' in variant ? variant : ({ variant } as Query),
  using: 'dense',
  limit,
});

const requests: Readonly<Record<string, Request>> = {
  dense: first,
  sparse: { query: words, using: 'words', limit: 6n },
  multi: {
    query: multi([
      [0.5, 0.5],
      [0.25, -0.5],
    ]),
    using: 'rows',
    limit: 5n,
  },
  'a point': dense(nearest(byPoint(1)), 3n),
  'a point by UUID': dense(nearest(byPoint(UUID)), 3n),
  'a large id': dense(nearest(byPoint(BIG)), 3n),
  'nearest, spelt out': dense(near, 3n),
  'maximal marginal relevance': dense(
    one('nearestWithMmr', { nearest: byVector(QUERY), mmr: { diversity: 0.4, candidatesLimit: 8 } }),
    4n,
  ),
  recommend: dense(average, 4n),
  'recommend by best score': dense(
    recommend([byPoint(1), byVector(QUERY)], [byPoint(3)], RecommendStrategy.BestScore),
    4n,
  ),
  'recommend by sum of scores': dense(
    recommend([byPoint(1)], [byPoint(3), byPoint(4)], RecommendStrategy.SumScores),
    4n,
  ),
  discover: dense(
    one('discover', {
      target: byVector(QUERY),
      context: { pairs: [{ positive: byPoint(1), negative: byPoint(2) }] },
    }),
    4n,
  ),
  context: dense(
    one('context', {
      pairs: [
        { positive: byPoint(1), negative: byPoint(2) },
        { positive: byPoint(4), negative: byPoint(3) },
      ],
    }),
    4n,
  ),
  'order by': {
    query: { variant: one('orderBy', { key: 'price', direction: Direction.Desc }) },
    limit: 4n,
    withPayload: include('price'),
  },
  'order by number': {
    query: { variant: one('orderBy', { key: 'number', startFrom: { value: one('integer', 12n) } }) },
    limit: 4n,
  },
  rrf: { prefetch: both, query: fusion(Fusion.RRF), limit: 3n },
  dbsf: { prefetch: both, query: fusion(Fusion.DBSF), limit: 8n },
  'rrf with weights': { prefetch: both, query: { variant: one('rrf', { k: 60, weights: [1, 3] }) }, limit: 3n },
  formula: { prefetch: [nearDense], query: formula(simpleFormula), limit: 6n },
  'formula with everything': { prefetch: [nearDense], query: formula(richFormula), limit: 6n },
  'relevance feedback': dense(
    one('relevanceFeedback', {
      target: byVector(QUERY),
      feedback: [
        { example: byPoint(1), score: 0.9 },
        { example: byPoint(3), score: 0.2 },
      ],
      strategy: { variant: one('naive', { a: 1, b: 0.5, c: 0.25 }) },
    }),
    4n,
  ),
  'nested prefetches': {
    prefetch: [
      {
        prefetch: [nearDense, { query: words, using: 'words', limit: 6n, filter: cheaper }],
        query: multi([[0.5, 0.5]]),
        using: 'rows',
        limit: 5n,
      },
    ],
    ...dense(near, 3n),
    filter: { mustNot: [hasId(2)] },
  },
  'prefetch with everything': {
    prefetch: [
      {
        query: near,
        using: 'dense',
        limit: 8n,
        scoreThreshold: 0.1,
        filter: cheaper,
        params: { exact: true },
        lookupFrom: fromItems,
      },
    ],
    ...dense(nearest(byPoint(1)), 3n),
    lookupFrom: fromItems,
  },
  'nothing: by id': { limit: 3n, withPayload: include('city'), offset: 2n },
  'score threshold': { ...dense(near, 10n), scoreThreshold: 0.35, offset: 1n },
  'search parameters': {
    ...dense(near, 3n),
    filter: cheaper,
    params: {
      hnswEf: 32n,
      exact: false,
      indexedOnly: false,
      quantization: { ignore: true, rescore: false, oversampling: 1.5 },
      acorn: { enable: true, maxSelectivity: 0.5 },
    },
  },
  'payload without parts': {
    ...dense(near, 2n),
    withPayload: exclude('text', 'nested', 'mixed'),
    withVectors: enable(true),
  },
};

export async function queryStep(name: string, request: Request): Promise<void> {
  await step(name, async () => canonicalPoints((await points.query({ collectionName: ITEMS, ...request })).result));
}

export async function queryGroupsStep(
  name: string,
  request: MessageInitShape<typeof QueryPointGroupsSchema>,
): Promise<void> {
  await step(name, async () => groups((await points.queryGroups({ collectionName: ITEMS, ...request })).result));
}

export async function querySteps(): Promise<void> {
  const readConsistency = { value: one('type', ReadConsistencyType.Quorum) };
  for (const [name, request] of Object.entries(requests))
    await queryStep(`query: ${name}`, { ...request, timeout: 10n, readConsistency } as Request);
  skip('query: idf of a part', '@qdrant/js-client-grpc 1.18 has no such parameter');
  await step('query: sample', async () => {
    const query = { variant: one('sample', Sample.Random) };
    const { result } = await points.query({ collectionName: ITEMS, query, limit: 100n });
    return (ids(result) as readonly string[]).toSorted();
  });
  await queryStep('query of default vectors', {
    collectionName: 'plain',
    query: nearest(byVector([1, 1, 1])),
    limit: 3n,
    withPayload: enable(true),
    withVectors: enable(true),
  });
  await step('query batch', async () => {
    const queryPoints = [first, { prefetch: both, query: fusion(Fusion.RRF), limit: 3n }, dense(average, 4n)].map(
      (request) => ({ collectionName: ITEMS, ...request }),
    );
    return batch((await points.queryBatch({ collectionName: ITEMS, queryPoints })).result);
  });
  const groupBy = { groupBy: byCity.groupBy, groupSize: 2n, limit: 3n };
  await queryGroupsStep('query groups', { query: near, using: 'dense', ...groupBy, withPayload: include('city') });
  await queryGroupsStep('query groups with lookup', {
    query: near,
    using: 'dense',
    groupBy: 'owner',
    groupSize: 2n,
    limit: 4n,
    withLookup: lookup,
    filter: cheaper,
  });
  const numbers = { groupBy: 'number', groupSize: 1n, limit: 20n };
  await queryGroupsStep('query groups of numbers', { query: near, using: 'dense', ...numbers });
  await queryGroupsStep('query groups over prefetches', { prefetch: both, query: fusion(Fusion.RRF), ...groupBy });
}
