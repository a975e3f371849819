/** The older methods: Search, Recommend, Discover. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  type DiscoverPointsSchema,
  type RecommendPointsSchema,
  RecommendStrategy,
  type SearchPointGroupsSchema,
  type SearchPointsSchema,
  type WithLookupSchema,
} from '@qdrant/js-client-grpc';
import { batch, groups, points as canonicalPoints } from './canonical.ts';
import { ITEMS, one, points, QUERY, step, UUID } from './step.ts';
import { dense, enable, field, type Filter, id, include, includeVectors, must } from './values.ts';

export const cheaper: Filter = must(field('price', { range: { lt: 20 } }));
export const byCity: { readonly groupBy: string; readonly groupSize: number; readonly limit: number } = {
  groupBy: 'city',
  groupSize: 2,
  limit: 3,
};
export const lookup: MessageInitShape<typeof WithLookupSchema> = {
  collection: 'plain',
  withPayload: include('name'),
  withVectors: enable(true),
};
const collectionName = ITEMS;
const near = { collectionName, vector: QUERY, vectorName: 'dense' };
const like = { collectionName, using: 'dense' };

type Search = MessageInitShape<typeof SearchPointsSchema>;
type Recommend = MessageInitShape<typeof RecommendPointsSchema>;
type Discover = MessageInitShape<typeof DiscoverPointsSchema>;

async function searchStep(name: string, request: Search): Promise<void> {
  await step(name, async () => canonicalPoints((await points.search(request)).result));
}

async function searchGroupsStep(
  name: string,
  request: MessageInitShape<typeof SearchPointGroupsSchema>,
): Promise<void> {
  await step(name, async () => groups((await points.searchGroups({ ...near, ...request })).result));
}

export async function recommendStep(name: string, request: Recommend): Promise<void> {
  await step(name, async () => canonicalPoints((await points.recommend({ collectionName, ...request })).result));
}

async function discoverStep(name: string, request: Discover): Promise<void> {
  await step(name, async () => canonicalPoints((await points.discover({ ...like, limit: 5n, ...request })).result));
}

async function searches(): Promise<void> {
  await searchStep('search', { ...near, limit: 4n, withPayload: enable(true), withVectors: enable(true) });
  await searchStep('search with everything', {
    ...near,
    limit: 3n,
    offset: 1n,
    filter: cheaper,
    scoreThreshold: 0.1,
    withPayload: include('city'),
    withVectors: includeVectors('words'),
    params: {
      hnswEf: 64n,
      exact: true,
      indexedOnly: false,
      quantization: { ignore: false, rescore: true, oversampling: 2 },
    },
    timeout: 10n,
    readConsistency: { value: one('factor', 1n) },
  });
  await searchStep('search of default vectors', {
    collectionName: 'plain',
    vector: [1, 1, 1],
    limit: 2n,
    withVectors: enable(true),
  });
  await searchStep('search sparse', {
    collectionName,
    vector: [1, 0.5],
    sparseIndices: { data: [1, 5] },
    vectorName: 'words',
    limit: 10n,
  });
  await step('search batch', async () => {
    const searchPoints: Search[] = [
      { ...near, limit: 2n },
      { ...near, limit: 2n, filter: cheaper },
    ];
    return batch((await points.searchBatch({ collectionName, searchPoints })).result);
  });
  await searchGroupsStep('search groups', { ...byCity, withPayload: include('city') });
  await searchGroupsStep('search groups with lookup', { groupBy: 'owner', groupSize: 2, limit: 4, withLookup: lookup });
}

async function recommendations(): Promise<void> {
  await recommendStep('recommend', { positive: [id(1), id(UUID)], negative: [id(3)], using: 'dense', limit: 4n });
  await recommendStep('recommend by best score', {
    positive: [id(1)],
    positiveVectors: [dense(QUERY)],
    negativeVectors: [dense([0.1, -0.2, 0.3, 0.4])],
    strategy: RecommendStrategy.BestScore,
    using: 'dense',
    limit: 4n,
  });
  await recommendStep('recommend from another collection', {
    positive: [id(2)],
    using: 'rows',
    limit: 3n,
    lookupFrom: { collectionName, vectorName: 'rows' },
  });
  await step('recommend batch', async () => {
    const recommendPoints: Recommend[] = [
      { ...like, positive: [id(1)], limit: 2n },
      { ...like, positive: [id(2)], negative: [id(1)], strategy: RecommendStrategy.SumScores, limit: 3n },
    ];
    return batch((await points.recommendBatch({ collectionName, recommendPoints })).result);
  });
  await step('recommend groups', async () => {
    const request = { ...like, positive: [id(1)], negative: [id(4)], ...byCity };
    return groups((await points.recommendGroups(request)).result);
  });
}

const examplePoint = (given: number) => ({ example: one('id', id(given)) });
const exampleVector = (given: readonly number[]) => ({ example: one('vector', dense(given)) });
const target = (given: ReturnType<typeof examplePoint> | ReturnType<typeof exampleVector>) => ({
  target: one('single', given),
});

async function discoveries(): Promise<void> {
  const first = { positive: examplePoint(1), negative: examplePoint(2) };
  const context = [first, { positive: exampleVector(QUERY), negative: examplePoint(3) }];
  await discoverStep('discover', { target: target(examplePoint(4)), context });
  await discoverStep('discover by context', { context });
  await step('discover batch', async () => {
    const discoverPoints: Discover[] = [
      { ...like, target: target(exampleVector(QUERY)), context: [first], limit: 2n },
      { ...like, target: target(examplePoint(1)), limit: 2n },
    ];
    return batch((await points.discoverBatch({ collectionName, discoverPoints })).result);
  });
}

export async function searchSteps(): Promise<void> {
  await searches();
  await recommendations();
  await discoveries();
}
