import type * as wire from '../../../generated/points.js';
import { olderRecommendFault } from '../../core/query-fault.ts';
import type { Example } from '../../core/query.ts';
import type { QueryBatch, QueryPoints } from '../../core/requests.ts';
import { pointIdOf } from './ids.ts';
import { lookupFromOf } from './query.ts';
import { batchOf, singleOf } from './query-batch.ts';
import type { QueryViolations } from './query-violations.ts';
import { type Asked, olderQueryOf } from './search.ts';
import { strategyOf } from './vector-queries.ts';
import { vectorOf } from './vectors.ts';

/** `Points/Recommend`, Qdrant's older form of a query. */
export function recommendPointsOf(message: wire.RecommendPoints): QueryBatch {
  return singleOf(message, recommendOf);
}

/** `Points/RecommendBatch`. */
export function recommendBatchOf(message: wire.RecommendBatchPoints): QueryBatch {
  return batchOf(message, { name: 'recommend_points', messages: message.recommendPoints }, recommendOf);
}

/** Its limit may be 0, as Qdrant has it. */
function recommendOf(message: wire.RecommendPoints, prefix: string, violations: QueryViolations): QueryPoints {
  return olderQueryOf(message, recommendationOf(message, prefix, violations), prefix, violations);
}

type WireRecommendation = Pick<
  wire.RecommendPoints,
  'positive' | 'positiveVectors' | 'negative' | 'negativeVectors' | 'strategy' | 'using' | 'lookupFrom'
>;

/** The ids first, then the vectors. Throws where the strategy has too few of them. */
export function recommendationOf(message: WireRecommendation, prefix: string, violations: QueryViolations): Asked {
  const { positive, positiveVectors, negative, negativeVectors, strategy, using, lookupFrom } = message;
  violations.take('examples', positive.length + positiveVectors.length + negative.length + negativeVectors.length);
  const examplesOf = (ids: typeof positive, vectors: typeof positiveVectors, name: string): readonly Example[] => [
    ...ids.map((id): Example => ({ kind: 'id', id: pointIdOf(id) })),
    ...vectors.map((vector, index) => vectorOf(vector, `${prefix}${name}[${index}]`, violations)),
  ];
  const query = {
    kind: 'recommend',
    strategy: strategyOf(strategy),
    positive: examplesOf(positive, positiveVectors, 'positive_vectors'),
    negative: examplesOf(negative, negativeVectors, 'negative_vectors'),
  } as const;
  const fault = olderRecommendFault(query);
  if (fault !== undefined) throw fault;
  return { query, using: using ?? '', lookupFrom: lookupFromOf(lookupFrom) };
}
