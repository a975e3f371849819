import test from 'ava';
import * as wire from '../../generated/points.js';
import { alike, bothDoors, D, EVEN, type Method, openFilled, PAIRS, UUID } from './alike.ts';
import { scoredToJson } from './answers-to-json.ts';
import { fields, type Json, listOf } from './filter-to-wire.ts';
import { made } from './made.ts';
import { discoverToWire, recommendToWire, searchToWire } from './older-to-wire.ts';

test.before(openFilled);
test.after.always(() => bothDoors().close());

test('the older searches', async (t) => {
  const search: Method<wire.SearchPoints, wire.SearchResponse> = {
    name: 'Search',
    route: '/points/search',
    types: { request: wire.SearchPoints, answer: wire.SearchResponse },
    message: searchToWire,
    result: ({ result }) => result.map(scoredToJson),
  };
  const searches: readonly Json[] = [
    { vector: { name: 'd', vector: D }, limit: 4, offset: 1, with_payload: true },
    { vector: { name: 's', vector: { indices: [5, 1], values: [1, 0.5] } }, limit: 4, score_threshold: 0.1 },
  ];
  for (const body of searches) t.is(await alike(t, search, body), 'answered');
  t.is(await alike(t, search, { vector: D, limit: 4 }), 'refused');
  const batch: Method<wire.SearchBatchPoints, wire.SearchBatchResponse> = {
    name: 'SearchBatch',
    route: '/points/search/batch',
    types: { request: wire.SearchBatchPoints, answer: wire.SearchBatchResponse },
    message: (body) =>
      made(wire.SearchBatchPoints, {
        collectionName: 'c',
        searchPoints: listOf(fields(body)['searches']).map(searchToWire),
      }),
    result: ({ result }) => result.map((one) => one.result.map(scoredToJson)),
  };
  t.is(await alike(t, batch, { searches }), 'answered');
});

test('the older recommendations', async (t) => {
  const recommend: Method<wire.RecommendPoints, wire.RecommendResponse> = {
    name: 'Recommend',
    route: '/points/recommend',
    types: { request: wire.RecommendPoints, answer: wire.RecommendResponse },
    message: recommendToWire,
    result: ({ result }) => result.map(scoredToJson),
  };
  const bodies: readonly Json[] = [
    { positive: [1, D], negative: [UUID], using: 'd', limit: 5 },
    { negative: [2], strategy: 'best_score', using: 'd', limit: 5 },
    { positive: [1], using: 'd', limit: 5, lookup_from: { collection: 'other', vector: '' } },
  ];
  for (const body of bodies) t.is(await alike(t, recommend, body), 'answered');
  t.is(await alike(t, recommend, { negative: [1], using: 'd', limit: 5 }), 'refused');
  const batch: Method<wire.RecommendBatchPoints, wire.RecommendBatchResponse> = {
    name: 'RecommendBatch',
    route: '/points/recommend/batch',
    types: { request: wire.RecommendBatchPoints, answer: wire.RecommendBatchResponse },
    message: (body) =>
      made(wire.RecommendBatchPoints, {
        collectionName: 'c',
        recommendPoints: listOf(fields(body)['searches']).map(recommendToWire),
      }),
    result: ({ result }) => result.map((one) => one.result.map(scoredToJson)),
  };
  t.is(await alike(t, batch, { searches: bodies }), 'answered');
  // Only gRPC takes a limit of 0.
  const none = await bothDoors().grpc(
    '/qdrant.Points/Recommend',
    recommend.types,
    recommendToWire({ positive: [1], using: 'd', limit: 0 }),
  );
  t.deepEqual([none.code, none.answer?.result], [0, []]);
});

test('the older discoveries', async (t) => {
  const discover: Method<wire.DiscoverPoints, wire.DiscoverResponse> = {
    name: 'Discover',
    route: '/points/discover',
    types: { request: wire.DiscoverPoints, answer: wire.DiscoverResponse },
    message: discoverToWire,
    result: ({ result }) => result.map(scoredToJson),
  };
  const bodies: readonly Json[] = [
    { target: D, context: PAIRS, using: 'd', limit: 5 },
    { context: PAIRS, using: 'd', limit: 5, filter: EVEN },
  ];
  for (const body of bodies) t.is(await alike(t, discover, body), 'answered');
  const batch: Method<wire.DiscoverBatchPoints, wire.DiscoverBatchResponse> = {
    name: 'DiscoverBatch',
    route: '/points/discover/batch',
    types: { request: wire.DiscoverBatchPoints, answer: wire.DiscoverBatchResponse },
    message: (body) =>
      made(wire.DiscoverBatchPoints, {
        collectionName: 'c',
        discoverPoints: listOf(fields(body)['searches']).map(discoverToWire),
      }),
    result: ({ result }) => result.map((one) => one.result.map(scoredToJson)),
  };
  t.is(await alike(t, batch, { searches: bodies }), 'answered');
});
