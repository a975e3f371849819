import type * as wire from '../../../generated/points.js';
import { MATRIX_LIMIT, MATRIX_SAMPLE } from '../../core/query-defaults.ts';
import type { SearchMatrix } from '../../core/requests.ts';
import { countOf } from './counts.ts';
import { filterOf } from './filter.ts';
import { validated } from './query-violations.ts';
import { readOptionsOf } from './read-options.ts';
import { shardKeysOf } from './shard-keys.ts';

/** `Points/SearchMatrixPairs` and `SearchMatrixOffsets`: one request, two forms of the answer. */
export function searchMatrixOf(message: wire.SearchMatrixPoints): SearchMatrix {
  const { collectionName, filter, sample, limit, using, shardKeySelector } = message;
  return validated((violations) => {
    const collection = violations.collection(collectionName);
    violations.atLeast('sample', sample, 2);
    violations.atLeast('limit', limit, 1);
    return {
      collection,
      ...readOptionsOf(message, violations),
      using: using ?? '',
      filter: filterOf(filter, 'filter', violations),
      sample: sample === undefined ? MATRIX_SAMPLE : countOf(sample),
      limit: limit === undefined ? MATRIX_LIMIT : countOf(limit),
      shardKeys: shardKeysOf(shardKeySelector),
    };
  });
}
