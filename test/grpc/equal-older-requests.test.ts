import test from 'ava';
import * as fc from 'fast-check';
import * as wire from '../../generated/points.js';
import { discoverBatchOf, discoverPointsOf } from '../../src/grpc/parse/discover.ts';
import { queryGroupsOf, recommendGroupsOf, searchGroupsOf } from '../../src/grpc/parse/groups.ts';
import { recommendBatchOf, recommendPointsOf } from '../../src/grpc/parse/recommend.ts';
import { searchBatchOf, searchPointsOf } from '../../src/grpc/parse/search.ts';
import { parseDiscover, parseDiscoverBatch } from '../../src/rest/parse/discover.ts';
import { parseQueryGroups, parseRecommendGroups, parseSearchGroups } from '../../src/rest/parse/groups.ts';
import { parseRecommend, parseRecommendBatch } from '../../src/rest/parse/recommend.ts';
import { parseSearch, parseSearchBatch } from '../../src/rest/parse/search.ts';
import { fields, type Json } from './filter-to-wire.ts';
import {
  discoverToWire,
  queryGroupsToWire,
  recommendGroupsToWire,
  recommendToWire,
  searchGroupsToWire,
  searchToWire,
} from './older-to-wire.ts';
import { all, count, filter, float, id, path, some, word } from './random-filters.ts';
import { lookup, olderVector, params, queryBody, shown, strategy } from './random-queries.ts';
import { agree } from './two-doors.ts';

/** Requests of groups, and Qdrant's older searches: REST's reading is the oracle of gRPC's. */

const RUNS = 300;

type Body = fc.Arbitrary<Record<string, Json>>;

function joined(...parts: readonly Body[]): Body {
  return fc.tuple(...parts).map((parts) => Object.assign({}, ...parts) as Record<string, Json>);
}

const limited = all({ limit: count });
const shared = some({ filter, params, ...shown, offset: count, score_threshold: float });
const place = some({ using: word, lookup_from: lookup });
const dense = fc.array(float, { minLength: 1, maxLength: 5 });

const nearest = all({ vector: fc.oneof(dense, all({ name: word, vector: olderVector })) });
const searches = joined(nearest, limited, shared);

/** Ids first, as they come in gRPC. */
const examples = fc
  .tuple(fc.array(id, { maxLength: 2 }), fc.array(olderVector, { maxLength: 2 }))
  .map(([ids, vectors]): Json => [...ids, ...vectors]);
const recommendation = joined(some({ positive: examples, negative: examples, strategy }), place);
const recommendations = joined(recommendation, limited, shared);

const example = fc.oneof(id, olderVector);
const pairs = fc.array(all({ positive: example, negative: example }), { maxLength: 2 });
const discoveries = joined(
  some({ target: example, context: pairs }),
  place,
  limited,
  some({ filter, params, ...shown, offset: count }),
);

const withLookup = fc.oneof(
  word,
  all({ collection: word, with_payload: fc.boolean() }),
  all({ collection: word, with_payload: fc.constant(['a']), with_vectors: fc.boolean() }),
);
const smallCount = fc.integer({ min: 1, max: 0xffff_ffff });
const groups = joined(all({ group_by: path }), some({ with_lookup: withLookup }));
const sizes = all({ limit: smallCount, group_size: smallCount });

test('searches', (t) => {
  agree(
    t,
    searches,
    { codec: wire.SearchPoints, message: searchToWire, grpc: searchPointsOf, rest: parseSearch },
    RUNS,
  );
});

test('recommendations', (t) => {
  agree(
    t,
    recommendations,
    { codec: wire.RecommendPoints, message: recommendToWire, grpc: recommendPointsOf, rest: parseRecommend },
    RUNS,
  );
});

test('discoveries', (t) => {
  agree(
    t,
    discoveries,
    { codec: wire.DiscoverPoints, message: discoverToWire, grpc: discoverPointsOf, rest: parseDiscover },
    RUNS,
  );
});

function batches(bodies: Body): Body {
  return fc.array(bodies, { maxLength: 3 }).map((searches) => ({ searches }));
}

function listOfBatch(body: Json): readonly Json[] {
  return fields(body)['searches'] as readonly Json[];
}

test('batches of the older searches', (t) => {
  agree(
    t,
    batches(searches),
    {
      codec: wire.SearchBatchPoints,
      message: (body) => ({ collectionName: 'c', searchPoints: listOfBatch(body).map(searchToWire) }),
      grpc: searchBatchOf,
      rest: parseSearchBatch,
    },
    100,
  );
  agree(
    t,
    batches(recommendations),
    {
      codec: wire.RecommendBatchPoints,
      message: (body) => ({ collectionName: 'c', recommendPoints: listOfBatch(body).map(recommendToWire) }),
      grpc: recommendBatchOf,
      rest: parseRecommendBatch,
    },
    100,
  );
  agree(
    t,
    batches(discoveries),
    {
      codec: wire.DiscoverBatchPoints,
      message: (body) => ({ collectionName: 'c', discoverPoints: listOfBatch(body).map(discoverToWire) }),
      grpc: discoverBatchOf,
      rest: parseDiscoverBatch,
    },
    100,
  );
});

test('groups', (t) => {
  agree(
    t,
    joined(queryBody, groups, some({ group_size: count, limit: count })),
    { codec: wire.QueryPointGroups, message: queryGroupsToWire, grpc: queryGroupsOf, rest: parseQueryGroups },
    RUNS,
  );
  agree(
    t,
    joined(nearest, shared, groups, sizes),
    { codec: wire.SearchPointGroups, message: searchGroupsToWire, grpc: searchGroupsOf, rest: parseSearchGroups },
    RUNS,
  );
  agree(
    t,
    joined(recommendation, shared, groups, sizes),
    {
      codec: wire.RecommendPointGroups,
      message: recommendGroupsToWire,
      grpc: recommendGroupsOf,
      rest: parseRecommendGroups,
    },
    RUNS,
  );
});
