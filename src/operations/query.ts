import type { DistanceMatrix, PointGroup, ScoredPoint } from '../core/answers.ts';
import type { Explanation } from '../core/explanation.ts';
import type { ExplainQuery, QueryBatch, QueryGroups, SearchMatrix } from '../core/requests.ts';
import type { Operation } from './operation.ts';

/** Runs all queries of a batch; a single query is a batch of one. One failing query fails the batch. */
export const queryPoints: Operation<QueryBatch, readonly (readonly ScoredPoint[])[]> = {
  name: 'query_points',
  access: 'read',
  run: (house, context, request) => house.database.collection(request.collection).query(context, request),
};

/** The best points of each value of a payload field, the group with the best point first. */
export const queryGroups: Operation<QueryGroups, readonly PointGroup[]> = {
  name: 'query_groups',
  access: 'read',
  run: (house, context, request) => house.database.collection(request.collection).queryGroups(context, request),
};

/** The nearest neighbours of each of a random sample of points, within the sample. */
export const distanceMatrix: Operation<SearchMatrix, DistanceMatrix> = {
  name: 'search_matrix',
  access: 'read',
  run: (house, context, request) => house.database.collection(request.collection).distanceMatrix(context, request),
};

/** How a query is carried out, and why points are not in its answer. */
export const explainQuery: Operation<ExplainQuery, Explanation> = {
  name: 'explain_query',
  access: 'read',
  run: (house, context, request) => house.database.collection(request.collection).explainQuery(context, request),
};
