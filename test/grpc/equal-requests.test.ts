import test from 'ava';
import * as fc from 'fast-check';
import * as wire from '../../generated/points.js';
import { facetPointsOf } from '../../src/grpc/parse/facet.ts';
import { searchMatrixOf } from '../../src/grpc/parse/matrix.ts';
import { queryBatchOf, queryPointsOf } from '../../src/grpc/parse/query.ts';
import { parseMatrix } from '../../src/rest/parse/matrix.ts';
import { parseQuery, parseQueryBatch } from '../../src/rest/parse/query.ts';
import { parseFacet } from '../../src/rest/parse/reads.ts';
import { big, fields, filterToWire, given, type Json } from './filter-to-wire.ts';
import { queryPointsToWire } from './query-to-wire.ts';
import { count, filter, path, some, word } from './random-filters.ts';
import { queryBody } from './random-queries.ts';
import { agree } from './two-doors.ts';

/** The two doors read requests that say the same as the same request of the core: REST's is the oracle. */

test('queries of every kind, with prefetches', (t) => {
  agree(t, queryBody, {
    codec: wire.QueryPoints,
    message: queryPointsToWire,
    grpc: queryPointsOf,
    rest: parseQuery,
  });
});

test('batches of queries', (t) => {
  agree(
    t,
    fc.array(queryBody, { maxLength: 3 }).map((searches): Json => ({ searches })),
    {
      codec: wire.QueryBatchPoints,
      message: (body) => ({
        collectionName: 'c',
        queryPoints: (fields(body)['searches'] as Json[]).map((query) => queryPointsToWire(query)),
      }),
      grpc: queryBatchOf,
      rest: parseQueryBatch,
    },
    200,
  );
});

test('facets', (t) => {
  const bodies = fc.tuple(path, some({ filter, limit: count, exact: fc.boolean() }));
  agree(
    t,
    bodies.map(([key, rest]): Json => ({ key, ...rest })),
    {
      codec: wire.FacetCounts,
      message: (body) => {
        const { key, filter, limit, exact } = fields(body);
        return {
          collectionName: 'c',
          key: key as string,
          filter: given(filter, filterToWire),
          limit: big(limit),
          exact: exact as boolean | undefined,
        };
      },
      grpc: facetPointsOf,
      rest: parseFacet,
    },
  );
});

test('distance matrices', (t) => {
  const bodies = some({ filter, sample: count.map((count) => count + 1), limit: count, using: word });
  agree(t, bodies, {
    codec: wire.SearchMatrixPoints,
    message: (body) => {
      const { filter, sample, limit, using } = fields(body);
      return {
        collectionName: 'c',
        filter: given(filter, filterToWire),
        sample: big(sample),
        limit: big(limit),
        using: using as string | undefined,
      };
    },
    grpc: searchMatrixOf,
    rest: parseMatrix,
  });
});
