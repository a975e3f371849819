import type * as wire from '../../../generated/points.js';
import type { Filter } from '../../../generated/qdrant_common.js';
import { QUERY_LIMIT } from '../../core/query-defaults.ts';
import type { LookupFrom, Query } from '../../core/query.ts';
import type { QueryBatch, QueryPoints } from '../../core/requests.ts';
import { invalidArgument } from '../grpc-error.ts';
import { countOf } from './counts.ts';
import { filterOf } from './filter.ts';
import { NO_PREFETCH, type WireShown } from './query.ts';
import { batchOf, singleOf } from './query-batch.ts';
import type { QueryViolations } from './query-violations.ts';
import { searchParamsOf } from './search-params.ts';
import { NO_PAYLOAD, payloadSelectorOf, vectorSelectorOf } from './selectors.ts';
import { shardKeysOf } from './shard-keys.ts';
import { denseOf, sparseOf } from './vectors.ts';

/** `Points/Search`, Qdrant's older form of a query. */
export function searchPointsOf(message: wire.SearchPoints): QueryBatch {
  return singleOf(message, searchOf);
}

/** `Points/SearchBatch`. */
export function searchBatchOf(message: wire.SearchBatchPoints): QueryBatch {
  return batchOf(message, { name: 'search_points', messages: message.searchPoints }, searchOf);
}

function searchOf(message: wire.SearchPoints, prefix: string, violations: QueryViolations): QueryPoints {
  violations.atLeast(`${prefix}limit`, message.limit, 1);
  return olderQueryOf(message, nearestOf(message, prefix, violations), prefix, violations);
}

/** What is asked, and of which vectors. */
export interface Asked {
  readonly query: Query;
  readonly using: string;
  readonly lookupFrom: LookupFrom | undefined;
}

/** The vector of an older search: numbers alone, or with their indices a sparse one. */
export function nearestOf(
  { vector, vectorName, sparseIndices }: Pick<wire.SearchPoints, 'vector' | 'vectorName' | 'sparseIndices'>,
  prefix: string,
  violations: QueryViolations,
): Asked {
  if (sparseIndices !== undefined && vectorName === undefined) {
    throw invalidArgument('Sparse vector must have a name');
  }
  const given =
    sparseIndices === undefined
      ? denseOf({ data: vector }, `${prefix}vector`)
      : sparseOf({ values: vector, indices: sparseIndices.data }, `${prefix}sparse_indices`, violations);
  const query: Query = { kind: 'nearest', example: { kind: 'vector', vector: given }, mmr: undefined };
  return { query, using: vectorName ?? '', lookupFrom: undefined };
}

/** What the older forms have in common. Those of groups have a limit and no offset, but of their own. */
export interface WireOlderQuery extends WireShown {
  readonly filter: Filter | undefined;
  readonly params: wire.SearchParams | undefined;
  readonly limit?: bigint | undefined;
  readonly offset?: bigint | undefined;
  readonly scoreThreshold?: number | undefined;
  readonly shardKeySelector?: wire.ShardKeySelector | undefined;
}

export function olderQueryOf(
  message: WireOlderQuery,
  { query, using, lookupFrom }: Asked,
  prefix: string,
  violations: QueryViolations,
): QueryPoints {
  const { limit, offset, filter, params } = message;
  return {
    query,
    prefetch: NO_PREFETCH,
    using,
    lookupFrom,
    limit: limit === undefined ? QUERY_LIMIT : countOf(limit),
    scoreThreshold: message.scoreThreshold,
    filter: filterOf(filter, `${prefix}filter`, violations),
    params: searchParamsOf(params, `${prefix}params`, violations),
    offset: offset === undefined ? 0 : countOf(offset),
    withPayload: payloadSelectorOf(message.withPayload, NO_PAYLOAD),
    withVector: vectorSelectorOf(message.withVectors),
    shardKeys: shardKeysOf(message.shardKeySelector),
  };
}
