import type { Distance } from '../../core/collection-config.ts';
import type { SearchTarget } from '../../core/example-scoring.ts';
import type { Filter } from '../../core/filter.ts';
import type { Formula } from '../../core/formula.ts';
import type { PointId } from '../../core/ids.ts';
import type { Fusion, Mmr, OrderBy, SearchParams } from '../../core/query.ts';
import { examplesRanking, MADE_RANKING, nearestRanking, type Ranking } from '../../query/ranking.ts';

/** A step of a query once ids and texts have become vectors. */
export type ResolvedStep = VectorStep | UnrankedStep | FusionStep | FormulaStep;

/** What every step has. */
export interface StepBasis {
  readonly prefetch: readonly ResolvedStep[];
  readonly limit: number;
  readonly scoreThreshold: number | undefined;
  /** Of the step and of all above it. */
  readonly filter: Filter | undefined;
  readonly params: SearchParams;
  /** Points that were given as examples anywhere in the request: never found. */
  readonly excluded: readonly PointId[];
}

/** A search of one vector field. */
export interface VectorStep extends StepBasis {
  readonly kind: 'vector';
  readonly using: string;
  readonly distance: Distance;
  /** As the field compares it. */
  readonly target: SearchTarget;
  /** Only with the nearest of one vector. */
  readonly mmr: Mmr | undefined;
}

/** Points by id, by the values of a field, or at random: nothing is compared, all scores are 1. */
export interface UnrankedStep extends StepBasis {
  readonly kind: 'unranked';
  readonly order: 'id' | 'random' | OrderBy;
}

export interface FusionStep extends StepBasis {
  readonly kind: 'fusion';
  readonly fusion: Fusion;
}

export interface FormulaStep extends StepBasis {
  readonly kind: 'formula';
  readonly formula: Formula;
}

export function rankingOf(step: VectorStep | FusionStep | FormulaStep): Ranking {
  if (step.kind !== 'vector') return MADE_RANKING;
  const { target, distance } = step;
  return target.kind === 'nearest' ? nearestRanking(distance) : examplesRanking(distance);
}

/** How many points a step makes its choice from: more than it finds only with maximal marginal relevance. */
export function candidateCount({ mmr, limit }: VectorStep): number {
  return mmr === undefined ? limit : (mmr.candidatesLimit ?? limit);
}
