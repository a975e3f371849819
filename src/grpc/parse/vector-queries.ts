import * as wire from '../../../generated/points.js';
import { ryuText } from '../../base/number-text.ts';
import { badInput, limitExceeded } from '../../core/errors.ts';
import { outOfRange } from '../../core/finite.ts';
import type { Mmr, Query, RecommendStrategy } from '../../core/query.ts';
import { MMR_DIVERSITY } from '../../core/query-defaults.ts';
import { CANDIDATES_LIMIT_MAX, FEEDBACK_MAX } from '../../core/request-limits.ts';
import { invalidArgument } from '../grpc-error.ts';
import { examplesOf, pairsOf, requiredExample } from './examples.ts';
import type { QueryViolations } from './query-violations.ts';

/** Queries that compare vectors with examples. path: of the message, for broken rules: `query.variant`. */

/** `NearestInputWithMmr`. */
export function mmrQueryOf(
  { nearest, mmr }: wire.NearestInputWithMmr,
  path: string,
  violations: QueryViolations,
): Query {
  const example = requiredExample(nearest, 'NearestInputWithMmr nearest', `${path}.nearest`, violations);
  if (mmr === undefined) throw invalidArgument('NearestInputWithMmr mmr is missing');
  return { kind: 'nearest', example, mmr: mmrOf(mmr, `${path}.mmr`, violations) };
}

function mmrOf(
  { diversity = MMR_DIVERSITY, candidatesLimit }: wire.Mmr,
  path: string,
  violations: QueryViolations,
): Mmr {
  if (!(diversity >= 0 && diversity <= 1)) {
    violations.add(`${path}.diversity`, `value ${ryuText(diversity)} invalid, must be from 0.0 to 1.0`);
  }
  if (candidatesLimit !== undefined && candidatesLimit > CANDIDATES_LIMIT_MAX) {
    const rule = `value ${candidatesLimit} invalid, must be ${CANDIDATES_LIMIT_MAX} or smaller`;
    violations.add(`${path}.candidates_limit`, rule);
  }
  return { diversity, candidatesLimit };
}

/** `RecommendInput`. */
export function recommendQueryOf(
  { positive, negative, strategy }: wire.RecommendInput,
  path: string,
  violations: QueryViolations,
): Query {
  if (positive.length + negative.length === 0) {
    const rule = 'Validation error: At least one positive or negative vector/id must be provided [{}]';
    violations.add(`${path}.positives, negatives`, rule);
  }
  return {
    kind: 'recommend',
    strategy: strategyOf(strategy),
    positive: examplesOf(positive, `${path}.positive`, violations),
    negative: examplesOf(negative, `${path}.negative`, violations),
  };
}

/** Throws for a strategy that nobody knows. */
export function strategyOf(strategy: wire.RecommendStrategy | undefined): RecommendStrategy {
  switch (strategy) {
    case undefined:
    case wire.RecommendStrategy.AverageVector:
      return 'average_vector';
    case wire.RecommendStrategy.BestScore:
      return 'best_score';
    case wire.RecommendStrategy.SumScores:
      return 'sum_scores';
    default:
      throw invalidArgument(`Unknown recommend strategy: ${String(strategy)}`);
  }
}

/** `DiscoverInput`; the context must be there, and may be empty. */
export function discoverQueryOf(
  { target, context }: wire.DiscoverInput,
  path: string,
  violations: QueryViolations,
): Query {
  if (context === undefined) throw invalidArgument('DiscoverInput context is missing');
  return {
    kind: 'discover',
    target: requiredExample(target, 'DiscoverInput target', `${path}.target`, violations),
    context: pairsOf(context.pairs, `${path}.context.pairs`, violations),
  };
}

/** `RelevanceFeedbackInput`. */
export function feedbackQueryOf(
  { target, feedback, strategy }: wire.RelevanceFeedbackInput,
  path: string,
  violations: QueryViolations,
): Query {
  violations.take('examples', feedback.length);
  if (feedback.length === 0) violations.add(`${path}.__all__`, 'feedback elements must be non-empty');
  if (feedback.length > FEEDBACK_MAX) throw limitExceeded('feedback', feedback.length, FEEDBACK_MAX);
  return {
    kind: 'feedback',
    target: requiredExample(target, 'RelevanceFeedbackInput target', `${path}.target`, violations),
    feedback: feedback.map(({ example, score }, index) => {
      const place = `${path}.feedback[${index}]`;
      return {
        example: requiredExample(example, 'FeedbackItem example', `${place}.example`, violations),
        score: finite(score, `${place}.score`),
      };
    }),
    ...naiveOf(strategy, `${path}.strategy.variant`, violations),
  };
}

/** The only strategy that there is. */
function naiveOf(
  strategy: wire.FeedbackStrategy | undefined,
  path: string,
  violations: QueryViolations,
): wire.NaiveFeedbackStrategy {
  if (strategy === undefined) throw invalidArgument('RelevanceFeedbackInput strategy is missing');
  if (strategy.variant === undefined) throw invalidArgument('FeedbackStrategy variant is missing');
  const { a, b, c } = strategy.variant.value;
  if (b < 0) violations.add(`${path}.b`, `value ${ryuText(b)} invalid, must be 0.0 or larger`);
  return { a: finite(a, `${path}.a`), b: finite(b, `${path}.b`), c: finite(c, `${path}.c`) };
}

/** A number that scores are computed with: Qdrant would take infinity, and answer with no numbers. */
function finite(value: number, place: string): number {
  if (!Number.isFinite(value)) throw badInput(outOfRange(place));
  return value;
}
