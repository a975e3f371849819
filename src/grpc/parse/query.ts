import type * as wire from '../../../generated/points.js';
import { QUERY_LIMIT } from '../../core/query-defaults.ts';
import type { LookupFrom, QueryStep } from '../../core/query.ts';
import type { QueryBatch, QueryPoints } from '../../core/requests.ts';
import { countOf } from './counts.ts';
import { filterOf } from './filter.ts';
import { batchOf, singleOf } from './query-batch.ts';
import { queryOf } from './query-kinds.ts';
import type { QueryViolations } from './query-violations.ts';
import { searchParamsOf } from './search-params.ts';
import { NO_PAYLOAD, payloadSelectorOf, vectorSelectorOf } from './selectors.ts';
import { refuseShardKeys, shardKeysOf } from './shard-keys.ts';

/** `Points/Query`. On the path of every search: nothing here copies the vector. */
export function queryPointsOf(message: wire.QueryPoints): QueryBatch {
  return singleOf(message, wholeQueryOf);
}

/** `Points/QueryBatch`. */
export function queryBatchOf(message: wire.QueryBatchPoints): QueryBatch {
  return batchOf(message, { name: 'query_points', messages: message.queryPoints }, wholeQueryOf);
}

/** What of the points is shown. */
export interface WireShown {
  readonly withPayload?: wire.WithPayloadSelector | undefined;
  readonly withVectors?: wire.WithVectorsSelector | undefined;
}

interface WireQuery extends wire.PrefetchQuery, WireShown {
  readonly offset?: bigint | undefined;
  readonly shardKeySelector?: wire.ShardKeySelector | undefined;
}

/** prefix: what stands before the names of its fields in broken rules. */
export function wholeQueryOf(message: WireQuery, prefix: string, violations: QueryViolations): QueryPoints {
  return {
    ...stepOf(message, prefix, violations),
    offset: message.offset === undefined ? 0 : countOf(message.offset),
    withPayload: payloadSelectorOf(message.withPayload, NO_PAYLOAD),
    withVector: vectorSelectorOf(message.withVectors),
    shardKeys: shardKeysOf(message.shardKeySelector),
  };
}

export const NO_PREFETCH: readonly QueryStep[] = [];

/** What a query and a prefetch have in common. Recursive: no message that is decoded is deeper than 100. */
function stepOf(step: wire.PrefetchQuery, prefix: string, violations: QueryViolations): QueryStep {
  const { query, prefetch, using, lookupFrom, limit, scoreThreshold, filter, params } = step;
  violations.atLeast(`${prefix}limit`, limit, 1);
  return {
    query: query === undefined ? undefined : queryOf(query, `${prefix}query`, violations),
    prefetch: prefetch.length === 0 ? NO_PREFETCH : prefetchesOf(prefetch, prefix, violations),
    using: using ?? '',
    lookupFrom: lookupFromOf(lookupFrom),
    limit: limit === undefined ? QUERY_LIMIT : countOf(limit),
    scoreThreshold,
    filter: filterOf(filter, `${prefix}filter`, violations),
    params: searchParamsOf(params, `${prefix}params`, violations),
  };
}

function prefetchesOf(
  prefetches: readonly wire.PrefetchQuery[],
  prefix: string,
  violations: QueryViolations,
): readonly QueryStep[] {
  violations.take('queries and prefetches', prefetches.length);
  return prefetches.map((step, index) => stepOf(step, `${prefix}prefetch[${index}].`, violations));
}

/** Where the vectors of ids are looked up instead. */
export function lookupFromOf(location: wire.LookupLocation | undefined): LookupFrom | undefined {
  if (location === undefined) return undefined;
  refuseShardKeys(location.shardKeySelector, 'read');
  return { collection: location.collectionName, vector: location.vectorName };
}
