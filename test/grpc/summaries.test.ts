import test from 'ava';
import * as wire from '../../generated/points.js';
import { alike, bothDoors, D, type Method, openFilled } from './alike.ts';
import { facetHitToJson, groupToJson, idToJson } from './answers-to-json.ts';
import { big, fields, filterToWire, given, type Json } from './filter-to-wire.ts';
import { made } from './made.ts';
import { queryGroupsToWire, recommendGroupsToWire, searchGroupsToWire } from './older-to-wire.ts';

test.before(openFilled);
test.after.always(() => bothDoors().close());

const groupsOf = ({ result }: { readonly result: wire.GroupsResult | undefined }): unknown => ({
  groups: result?.groups.map(groupToJson),
});

test('groups', async (t) => {
  const queryGroups: Method<wire.QueryPointGroups, wire.QueryGroupsResponse> = {
    name: 'QueryGroups',
    route: '/points/query/groups',
    types: { request: wire.QueryPointGroups, answer: wire.QueryGroupsResponse },
    message: queryGroupsToWire,
    result: groupsOf,
  };
  const lookups: readonly Json[] = ['other', { collection: 'other', with_payload: false, with_vectors: true }];
  const bodies: readonly Json[] = [
    { query: D, using: 'd', group_by: 'tag' },
    ...lookups.map((with_lookup): Json => ({
      query: D,
      using: 'd',
      group_by: 'group',
      limit: 6,
      group_size: 2,
      with_lookup,
    })),
  ];
  for (const body of bodies) t.is(await alike(t, queryGroups, body), 'answered');
  t.is(await alike(t, queryGroups, { query: D, using: 'd', group_by: 'tag', with_lookup: 'nowhere' }), 'refused');

  const searchGroups: Method<wire.SearchPointGroups, wire.SearchGroupsResponse> = {
    name: 'SearchGroups',
    route: '/points/search/groups',
    types: { request: wire.SearchPointGroups, answer: wire.SearchGroupsResponse },
    message: searchGroupsToWire,
    result: groupsOf,
  };
  const searched: Json = {
    vector: { name: 'd', vector: D },
    group_by: 'tag',
    group_size: 2,
    limit: 2,
    with_payload: true,
  };
  t.is(await alike(t, searchGroups, searched), 'answered');

  const recommendGroups: Method<wire.RecommendPointGroups, wire.RecommendGroupsResponse> = {
    name: 'RecommendGroups',
    route: '/points/recommend/groups',
    types: { request: wire.RecommendPointGroups, answer: wire.RecommendGroupsResponse },
    message: recommendGroupsToWire,
    result: groupsOf,
  };
  t.is(
    await alike(t, recommendGroups, { positive: [1], using: 'd', group_by: 'group', group_size: 2, limit: 3 }),
    'answered',
  );
});

test('facets', async (t) => {
  const facet: Method<wire.FacetCounts, wire.FacetResponse> = {
    name: 'Facet',
    route: '/facet',
    types: { request: wire.FacetCounts, answer: wire.FacetResponse },
    message: (json) => {
      const { key, filter, limit, exact } = fields(json);
      const shape = { filter: given(filter, filterToWire), limit: big(limit), exact: exact as boolean | undefined };
      return made(wire.FacetCounts, { collectionName: 'c', key: key as string, ...shape });
    },
    result: ({ hits }) => ({ hits: hits.map(facetHitToJson) }),
  };
  const bodies: readonly Json[] = [
    { key: 'tag' },
    { key: 'group', exact: true, limit: 3 },
    { key: 'even', filter: { must: [{ key: 'n', range: { gt: 10 } }] } },
  ];
  for (const body of bodies) t.is(await alike(t, facet, body), 'answered');
  t.is(await alike(t, facet, { key: 'deep' }), 'refused');
  const none = await bothDoors().grpc('/qdrant.Points/Facet', facet.types, facet.message({ key: 'tag', limit: 0 }));
  t.deepEqual([none.code, none.answer?.hits], [0, []]);
});

test('distance matrices, of all points', async (t) => {
  const message = (json: Json): wire.SearchMatrixPoints => {
    const { sample, limit, using, filter } = fields(json);
    const shape = { sample: big(sample), limit: big(limit), using: using as string | undefined };
    return made(wire.SearchMatrixPoints, { collectionName: 'c', ...shape, filter: given(filter, filterToWire) });
  };
  const pairs: Method<wire.SearchMatrixPoints, wire.SearchMatrixPairsResponse> = {
    name: 'SearchMatrixPairs',
    route: '/points/search/matrix/pairs',
    types: { request: wire.SearchMatrixPoints, answer: wire.SearchMatrixPairsResponse },
    message,
    result: ({ result }) => ({
      pairs: result?.pairs.map(({ a, b, score }) => ({ a: idToJson(a), b: idToJson(b), score })),
    }),
  };
  const offsets: Method<wire.SearchMatrixPoints, wire.SearchMatrixOffsetsResponse> = {
    name: 'SearchMatrixOffsets',
    route: '/points/search/matrix/offsets',
    types: { request: wire.SearchMatrixPoints, answer: wire.SearchMatrixOffsetsResponse },
    message,
    result: ({ result }) => ({
      offsets_row: result?.offsetsRow.map(Number),
      offsets_col: result?.offsetsCol.map(Number),
      scores: Array.from(result?.scores ?? []),
      ids: result?.ids.map(idToJson),
    }),
  };
  const whole: Json = { sample: 100, limit: 2, using: 'd' };
  const nothing: Json = { sample: 100, using: 'd', filter: { must: [{ has_id: [1] }] } };
  for (const body of [whole, nothing]) {
    t.is(await alike(t, pairs, body), 'answered');
    t.is(await alike(t, offsets, body), 'answered');
  }
  t.is(await alike(t, pairs, { using: 'none' }), 'refused');
});
