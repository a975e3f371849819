import * as wire from '../../generated/points.js';
import type { ScoredPoint } from '../core/answers.ts';
import type { QueryBatch } from '../core/requests.ts';
import { facetPoints } from '../operations/fields.ts';
import { distanceMatrix, queryGroups, queryPoints } from '../operations/query.ts';
import { message, type Method, type Parse, type Render, unary, type UnaryMethod } from './method.ts';
import { discoverBatchOf, discoverPointsOf } from './parse/discover.ts';
import { facetPointsOf } from './parse/facet.ts';
import { queryGroupsOf, recommendGroupsOf, searchGroupsOf } from './parse/groups.ts';
import { searchMatrixOf } from './parse/matrix.ts';
import { queryBatchOf, queryPointsOf } from './parse/query.ts';
import { recommendBatchOf, recommendPointsOf } from './parse/recommend.ts';
import { searchBatchOf, searchPointsOf } from './parse/search.ts';
import { writeFacet } from './render/facet.ts';
import { writeGroups } from './render/groups.ts';
import { writeMatrixOffsets, writeMatrixPairs } from './render/matrix.ts';
import { writeQueried, writeQueriedBatch } from './render/queries.ts';

const POINTS = '/qdrant.Points';

/** What looks for points, in `qdrant.Points`: the new form of a query, and the older ones that it is made of. */
export function queryMethods(): readonly Method[] {
  return [
    ...vectorMethods(),
    unary(`${POINTS}/QueryGroups`, message(wire.QueryPointGroups, queryGroupsOf), queryGroups, writeGroups),
    unary(`${POINTS}/SearchGroups`, message(wire.SearchPointGroups, searchGroupsOf), queryGroups, writeGroups),
    unary(`${POINTS}/RecommendGroups`, message(wire.RecommendPointGroups, recommendGroupsOf), queryGroups, writeGroups),
    unary(`${POINTS}/Facet`, message(wire.FacetCounts, facetPointsOf), facetPoints, writeFacet),
    unary(
      `${POINTS}/SearchMatrixPairs`,
      message(wire.SearchMatrixPoints, searchMatrixOf),
      distanceMatrix,
      writeMatrixPairs,
    ),
    unary(
      `${POINTS}/SearchMatrixOffsets`,
      message(wire.SearchMatrixPoints, searchMatrixOf),
      distanceMatrix,
      writeMatrixOffsets,
    ),
  ];
}

function vectorMethods(): readonly Method[] {
  return [
    query('Query', message(wire.QueryPoints, queryPointsOf), writeQueried),
    query('QueryBatch', message(wire.QueryBatchPoints, queryBatchOf), writeQueriedBatch),
    query('Search', message(wire.SearchPoints, searchPointsOf), writeQueried),
    query('SearchBatch', message(wire.SearchBatchPoints, searchBatchOf), writeQueriedBatch),
    query('Recommend', message(wire.RecommendPoints, recommendPointsOf), writeQueried),
    query('RecommendBatch', message(wire.RecommendBatchPoints, recommendBatchOf), writeQueriedBatch),
    query('Discover', message(wire.DiscoverPoints, discoverPointsOf), writeQueried),
    query('DiscoverBatch', message(wire.DiscoverBatchPoints, discoverBatchOf), writeQueriedBatch),
  ];
}

function query(
  name: string,
  parse: Parse<QueryBatch>,
  render: Render<readonly (readonly ScoredPoint[])[]>,
): UnaryMethod {
  return unary(`${POINTS}/${name}`, parse, queryPoints, render);
}
