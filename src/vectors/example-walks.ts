import type { ExampleScoring } from '../core/example-scoring.ts';

/**
 * Walks that come before the walk for the whole score (assembly/example-search.ts), with beams of `ef`: one for each of the
 * first `count` examples, or of a discovery one by its guide.
 */
export interface ExampleWalks {
  readonly count: number;
  readonly ef: number;
  /** Beam of the walk for the whole score. */
  readonly efWhole: number;
}

export const NO_WALKS: ExampleWalks = { count: 0, ef: 0, efWhole: 0 };

/**
 * Of the width that was asked for: what the walks of all positives share, what the walk for the whole score gets behind
 * them, and what walks get that have nothing to lead them. On 100,000 x 768 at ef 100 (scripts/bench/query/examples.ts):
 * 8 + 2 examples have a recall of 0.97 at 0.3 of the rate of a nearest search; twice the share 0.99 at 0.2.
 */
const OWN_SHARE = 1;
const OWN_MIN = 12;
const WHOLE_SHARE = 0.3;
/** A discovery: 0.94 to 0.97 at 0.25 to 0.3; the whole score adds little to what its guide finds. */
const GUIDED_SHARE = 2;
const GUIDED_WHOLE_SHARE = 0.1;
/** Negatives alone ask for what is far from all of them, where neighbours do not lead. */
const FAR_SHARE = 3;
const SUM_SHARE = 1.5;

/** Chooses them. ef: that of the request, at least k. Pure. */
export function chooseWalks(scoring: ExampleScoring, ef: number, k: number): ExampleWalks {
  const alone = (share: number): ExampleWalks => ({ count: 0, ef: 0, efWhole: Math.ceil(ef * share) });
  switch (scoring.kind) {
    case 'best_score': {
      const { positives } = scoring;
      if (positives < 2) return alone(positives === 0 ? FAR_SHARE : 1);
      const own = Math.min(Math.max(Math.ceil((OWN_SHARE * ef) / positives), OWN_MIN), ef);
      return { count: positives, ef: own, efWhole: Math.max(Math.ceil(ef * WHOLE_SHARE), k) };
    }
    case 'discover':
      return {
        count: 1,
        ef: Math.ceil(ef * GUIDED_SHARE),
        efWhole: Math.max(Math.ceil(ef * GUIDED_WHOLE_SHARE), k),
      };
    case 'linear':
      return alone(SUM_SHARE);
    case 'context':
      return alone(1);
  }
}
