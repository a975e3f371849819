import type { ScoredPoint } from '../../core/answers.ts';
import { writer } from '../wire/proto-writer.ts';
import { writeScoredPoint } from './points.ts';

/** The answer to one query, new form or old: `QueryResponse`, `SearchResponse`, `RecommendResponse`, `DiscoverResponse`. */
export function writeQueried(results: readonly (readonly ScoredPoint[])[], seconds: number): void {
  for (const points of results) for (const point of points) writeScoredPoint(1, point);
  writer.double(2, seconds);
}

/** The answer to several: `QueryBatchResponse` and the like, a `BatchResult` for each query. */
export function writeQueriedBatch(results: readonly (readonly ScoredPoint[])[], seconds: number): void {
  for (const points of results) {
    const start = writer.begin(1);
    for (const point of points) writeScoredPoint(1, point);
    writer.end(start);
  }
  writer.double(2, seconds);
}
