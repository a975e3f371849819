import type * as wire from '../../../generated/points.js';
import type { Example, Query } from '../../core/query.ts';
import type { QueryBatch, QueryPoints } from '../../core/requests.ts';
import { invalidArgument } from '../grpc-error.ts';
import { pointIdOf } from './ids.ts';
import { lookupFromOf } from './query.ts';
import { batchOf, singleOf } from './query-batch.ts';
import type { QueryViolations } from './query-violations.ts';
import { olderQueryOf } from './search.ts';
import { vectorOf } from './vectors.ts';

/** `Points/Discover`, Qdrant's older form of a query. */
export function discoverPointsOf(message: wire.DiscoverPoints): QueryBatch {
  return singleOf(message, discoverOf);
}

/** `Points/DiscoverBatch`. */
export function discoverBatchOf(message: wire.DiscoverBatchPoints): QueryBatch {
  return batchOf(message, { name: 'discover_points', messages: message.discoverPoints }, discoverOf);
}

/** Without a target the context alone is searched. */
function discoverOf(message: wire.DiscoverPoints, prefix: string, violations: QueryViolations): QueryPoints {
  violations.atLeast(`${prefix}limit`, message.limit, 1);
  violations.take('examples', 1 + 2 * message.context.length);
  const context = message.context.map(({ positive, negative }, index) => {
    const path = `${prefix}context[${index}]`;
    return {
      positive: exampleOf(positive, `${path}.positive`, violations),
      negative: exampleOf(negative, `${path}.negative`, violations),
    };
  });
  const target = targetOf(message.target, `${prefix}target`, violations);
  const query: Query = target === undefined ? { kind: 'context', context } : { kind: 'discover', target, context };
  const asked = { query, using: message.using ?? '', lookupFrom: lookupFromOf(message.lookupFrom) };
  return olderQueryOf(message, asked, prefix, violations);
}

function targetOf(
  given: wire.TargetVector | undefined,
  path: string,
  violations: QueryViolations,
): Example | undefined {
  if (given === undefined) return undefined;
  if (given.target === undefined) throw invalidArgument('TargetVector target is missing');
  return exampleOf(given.target.value, path, violations);
}

function exampleOf(given: wire.VectorExample | undefined, path: string, violations: QueryViolations): Example {
  const example = given?.example;
  switch (example?.$case) {
    case 'id':
      return { kind: 'id', id: pointIdOf(example.value) };
    case 'vector':
      return vectorOf(example.value, path, violations);
    case undefined:
      throw invalidArgument('VectorExample example is missing');
  }
}
