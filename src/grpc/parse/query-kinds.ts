import * as wire from '../../../generated/points.js';
import type { Query } from '../../core/query.ts';
import { invalidArgument } from '../grpc-error.ts';
import { exampleOf, pairsOf } from './examples.ts';
import { formulaOf } from './formula.ts';
import { fusionOf, rrfOf } from './fusion.ts';
import { orderByOf } from './order-by.ts';
import type { QueryViolations } from './query-violations.ts';
import { discoverQueryOf, feedbackQueryOf, mmrQueryOf, recommendQueryOf } from './vector-queries.ts';

/** What a step looks for. path: where it stands, for broken rules: `query`. */
export function queryOf({ variant }: wire.Query, path: string, violations: QueryViolations): Query {
  // As prost names it: the oneof is a field that its variants stand in.
  const place = `${path}.variant`;
  switch (variant?.$case) {
    case 'nearest':
      return { kind: 'nearest', example: exampleOf(variant.value, place, violations), mmr: undefined };
    case 'nearestWithMmr':
      return mmrQueryOf(variant.value, place, violations);
    case 'recommend':
      return recommendQueryOf(variant.value, place, violations);
    case 'discover':
      return discoverQueryOf(variant.value, place, violations);
    case 'context':
      return { kind: 'context', context: pairsOf(variant.value.pairs, `${place}.pairs`, violations) };
    case 'relevanceFeedback':
      return feedbackQueryOf(variant.value, place, violations);
    case 'orderBy':
      return { kind: 'order_by', orderBy: orderByOf(variant.value, place, violations) };
    case 'fusion':
      return { kind: 'fusion', fusion: fusionOf(variant.value) };
    case 'rrf':
      return { kind: 'fusion', fusion: rrfOf(variant.value, place, violations) };
    case 'sample':
      return sampleOf(variant.value);
    case 'formula':
      return { kind: 'formula', formula: formulaOf(variant.value, place, violations) };
    case undefined:
      throw invalidArgument('Query variant is missing');
  }
}

function sampleOf(sample: wire.Sample): Query {
  if (sample !== wire.Sample.Random) throw invalidArgument(`invalid sample type value ${String(sample)}`);
  return { kind: 'sample' };
}
