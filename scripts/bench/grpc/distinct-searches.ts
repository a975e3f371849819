import { DistinctRequests, STAMP } from '../query/distinct-requests.ts';
import { COLLECTION } from '../server/bench-server.ts';
import { searchRequests } from '../server/bodies.ts';
import { K, type BenchData } from '../engine/cached-data.ts';

/** Decimals of a vector's first number that stay as they are. */
const KEPT_DECIMALS = 4;

/** The queries of `data` over REST, none of which is sent twice as it is. */
export function distinctSearches({ queries, dimension }: BenchData, ef: number): DistinctRequests {
  const requests = searchRequests({ collection: COLLECTION, queries, dimension, ef, limit: K });
  for (const request of requests) {
    const point = request.indexOf('.', request.indexOf('"query":['));
    request.write(STAMP, point + 1 + KEPT_DECIMALS, 'latin1');
  }
  return new DistinctRequests(requests);
}
