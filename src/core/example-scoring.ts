import type { Vector } from './vectors.ts';

/**
 * What a field is searched for. Raw scores are larger where better; the nearest of one vector, or what is made of the raw
 * scores against several: `scoreByExamples`.
 */
export type SearchTarget =
  | { readonly kind: 'nearest'; readonly vector: Vector }
  | { readonly kind: 'examples'; readonly examples: readonly Vector[]; readonly scoring: ExampleScoring };

/**
 * How the raw scores against all examples, in their order, become one (SEMANTICS.md 3.2).
 *
 * best_score  the first `positives` examples are positive, the others negative
 * linear      a weight for each: sum_scores, relevance feedback
 * discover    the target, then positive and negative of each pair
 * context     positive and negative of each pair
 */
export type ExampleScoring =
  | { readonly kind: 'best_score'; readonly positives: number }
  | { readonly kind: 'linear'; readonly weights: Float32Array }
  | { readonly kind: 'discover' }
  | { readonly kind: 'context' };

/** Rust's f32::EPSILON: how much better than the negative the positive of a context has to be. */
const CONTEXT_MARGIN = 1.1920929e-7;

/** One point's score. raw: against each example. */
export function scoreByExamples(scoring: ExampleScoring, raw: ArrayLike<number>): number {
  switch (scoring.kind) {
    case 'best_score': {
      const positive = highest(raw, 0, scoring.positives);
      const negative = highest(raw, scoring.positives, raw.length);
      return positive > negative ? sigmoid(positive) : -sigmoid(negative);
    }
    case 'linear':
      return scoring.weights.reduce((sum, weight, index) => sum + weight * (raw[index] as number), 0);
    case 'discover': {
      let score = sigmoid(raw[0] as number);
      for (let at = 1; at < raw.length; at += 2) score += Math.sign((raw[at] as number) - (raw[at + 1] as number));
      return score;
    }
    case 'context': {
      let score = 0;
      for (let at = 0; at < raw.length; at += 2)
        score += fastSigmoid(Math.min((raw[at] as number) - (raw[at + 1] as number) - CONTEXT_MARGIN, 0));
      return score;
    }
  }
}

function highest(raw: ArrayLike<number>, start: number, end: number): number {
  let best = -Infinity;
  for (let at = start; at < end; at += 1) best = Math.max(best, raw[at] as number);
  return best;
}

function fastSigmoid(x: number): number {
  return x / (1 + Math.abs(x));
}

/** Into 0 … 1. */
function sigmoid(x: number): number {
  return 0.5 * (fastSigmoid(x) + 1);
}
