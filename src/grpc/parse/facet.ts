import type * as wire from '../../../generated/points.js';
import { FACET_LIMIT } from '../../core/query-defaults.ts';
import type { FacetPoints } from '../../core/requests.ts';
import { countOf } from './counts.ts';
import { filterOf } from './filter.ts';
import { jsonPathOf } from './paths.ts';
import { validated } from './query-violations.ts';
import { readOptionsOf } from './read-options.ts';
import { refuseShardKeys } from './shard-keys.ts';

/** `Points/Facet`. Its limit may be 0, as Qdrant has it. */
export function facetPointsOf(message: wire.FacetCounts): FacetPoints {
  const { collectionName, key, filter, limit, exact, shardKeySelector } = message;
  return validated((violations) => {
    const collection = violations.collection(collectionName);
    violations.notEmpty('key', key);
    const request = {
      collection,
      ...readOptionsOf(message, violations),
      key: jsonPathOf(key),
      limit: limit === undefined ? FACET_LIMIT : countOf(limit),
      filter: filterOf(filter, 'filter', violations),
      exact: exact ?? false,
    };
    refuseShardKeys(shardKeySelector, 'read');
    return request;
  });
}
