import type { ScoredPoint } from '../core/answers.ts';
import type { QueryBatch } from '../core/requests.ts';
import type { Operation } from './operation.ts';

/** Runs all queries of a batch; a single query is a batch of one. One failing query fails the batch. */
export const queryPoints: Operation<QueryBatch, readonly (readonly ScoredPoint[])[]> = {
  name: 'query_points',
  access: 'read',
  run: (house, context, request) => house.database.collection(request.collection).query(context, request),
};
