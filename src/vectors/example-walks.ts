import type { ExampleScoring } from '../core/example-scoring.ts';

/**
 * Walks by single examples that come before the walk for the whole score (assembly/example-search.ts): of examples
 * [first, first + count), with beams of `ef`.
 */
export interface ExampleWalks {

  readonly count: number;
  readonly ef: number;
  /** Beam of the walk for the whole score. */
  readonly efWhole: number;
}

export const NO_WALKS: ExampleWalks = { count: 0, ef: 0, efWhole: 0 };

/** Chooses them. ef: that of the request, at least k. Pure. */
export function chooseWalks(scoring: ExampleScoring, ef: number, k: number): ExampleWalks {
  const none = { count: 0, ef: 0, efWhole: ef };
  switch (scoring.kind) {
    case 'best_score': {
      const { positives } = scoring;
      if (positives < 2) return none;
      const own = Math.min(Math.max(Math.ceil((OWN * ef) / positives), OWN_MIN), ef);
      return { count: positives, ef: own, efWhole: Math.max(Math.ceil(ef * WHOLE), k) };
    }
    case 'discover':
      return { count: Number(process.env['DC'] ?? 1), ef: Math.ceil(ef * Number(process.env['DOWN'] ?? 1)), efWhole: Math.ceil(ef * Number(process.env['DW'] ?? 1)) };
    case 'linear':
    case 'context':
      return none;
  }
}

const OWN = Number(process.env['OWN'] ?? 2);
const OWN_MIN = Number(process.env['OWN_MIN'] ?? 16);
const WHOLE = Number(process.env['WHOLE'] ?? 0.5);
