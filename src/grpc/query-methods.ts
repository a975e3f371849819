import { QueryBatchPoints, QueryPoints } from '../../generated/points.js';
import { queryPoints } from '../operations/query.ts';
import { message, type Method, unary } from './method.ts';
import { queryBatchOf, queryPointsOf } from './parse/query.ts';
import { writeQueried, writeQueriedBatch } from './render/queries.ts';

/** What asks for points by their vectors or payload: of `qdrant.Points`. */
export function queryMethods(): readonly Method[] {
  return [
    unary('/qdrant.Points/Query', message(QueryPoints, queryPointsOf), queryPoints, writeQueried),
    unary('/qdrant.Points/QueryBatch', message(QueryBatchPoints, queryBatchOf), queryPoints, writeQueriedBatch),
  ];
}
