import type * as wire from '../../../generated/points.js';
import { GROUP_SIZE, GROUPS_LIMIT } from '../../core/query-defaults.ts';
import { queryFault } from '../../core/query-fault.ts';
import type { GroupLookup, QueryGroups, QueryPoints } from '../../core/requests.ts';
import { countOf } from './counts.ts';
import { jsonPathOf } from './paths.ts';
import { wholeQueryOf } from './query.ts';
import type { WireRead } from './query-batch.ts';
import { type QueryViolations, validated } from './query-violations.ts';
import { readOptionsOf } from './read-options.ts';
import { recommendationOf } from './recommend.ts';
import { nearestOf, olderQueryOf, type WireOlderQuery } from './search.ts';
import { ALL_PAYLOAD, payloadSelectorOf, vectorSelectorOf } from './selectors.ts';

/** `Points/QueryGroups`. */
export function queryGroupsOf(message: wire.QueryPointGroups): QueryGroups {
  return groupsOf(message, (violations) => wholeQueryOf({ ...message, limit: undefined }, '', violations));
}

/** `Points/SearchGroups`, Qdrant's older form. */
export function searchGroupsOf(message: wire.SearchPointGroups): QueryGroups {
  return groupsOf(message, (violations) =>
    olderQueryOf(withoutLimit(message), nearestOf(message, '', violations), '', violations),
  );
}

/** `Points/RecommendGroups`, Qdrant's older form. */
export function recommendGroupsOf(message: wire.RecommendPointGroups): QueryGroups {
  return groupsOf(message, (violations) =>
    olderQueryOf(withoutLimit(message), recommendationOf(message, '', violations), '', violations),
  );
}

/** The limit of these messages is that of the groups. */
function withoutLimit(message: Omit<WireOlderQuery, 'limit'>): WireOlderQuery {
  return { ...message, limit: undefined };
}

interface WireGroups extends WireRead {
  readonly groupBy: string;
  readonly groupSize?: bigint | number | undefined;
  readonly limit?: bigint | number | undefined;
  readonly withLookup?: wire.WithLookup | undefined;
}

function groupsOf(message: WireGroups, read: (violations: QueryViolations) => QueryPoints): QueryGroups {
  const { collectionName, groupBy, groupSize, limit, withLookup } = message;
  const request = validated((violations) => {
    const collection = violations.collection(collectionName);
    violations.atLeast('limit', limit, 1);
    violations.atLeast('group_size', groupSize, 1);
    violations.notEmpty('group_by', groupBy);
    return {
      collection,
      ...readOptionsOf(message, violations),
      query: read(violations),
      groupBy: jsonPathOf(groupBy),
      groupSize: groupSize === undefined ? GROUP_SIZE : countOf(groupSize),
      limit: limit === undefined ? GROUPS_LIMIT : countOf(limit),
      withLookup: withLookup === undefined ? undefined : lookupOf(withLookup),
    };
  });
  const fault = queryFault([request.query]);
  if (fault !== undefined) throw fault;
  return request;
}

function lookupOf({ collection, withPayload, withVectors }: wire.WithLookup): GroupLookup {
  return {
    collection,
    withPayload: payloadSelectorOf(withPayload, ALL_PAYLOAD),
    withVector: vectorSelectorOf(withVectors),
  };
}
