import type { Compute } from '../compute/compute.ts';
import { invariant } from '../base/invariant.ts';
import { diversifyHere, nearestPairsHere } from './plain-block.ts';
import type { ScoreKind } from './original-scores.ts';

/**
 * Originals that are compared with each other, all in memory: what a matrix of distances and the choice of diverse points
 * (MMR) go by.
 * kind     how two of them are scored.
 * vectors  rows of f32[kind.dimension], end to end; Cosine: normalised, but for uint8.
 */
export interface VectorBlock {
  readonly kind: ScoreKind;
  readonly vectors: Float32Array;
}

/**
 * Pairs of rows of a block, end to end: sorted by row, then best first, of equal scores the lower column first.
 * scores  raw, larger is better (original-scores.ts).
 */
export interface PairHits {
  readonly rows: Uint32Array;
  readonly columns: Uint32Array;
  readonly scores: Float32Array;
}

/**
 * For each row of a block its `limit` best other rows, or all others where they are fewer.
 * Throws timeout when aborted, insufficient_storage.
 */
export function nearestPairs(
  _compute: Compute,
  block: VectorBlock,
  limit: number,
  signal: AbortSignal,
): Promise<PairHits> {
  return nearestPairsHere(block, limit, signal);
}

/**
 * Maximal marginal relevance (Carbonell & Goldstein 1998; SEMANTICS 3.2): first the most relevant row, then, `limit` in all,
 * always the one with the largest lambda x relevance - (1 - lambda) x its best score against a row chosen before. Of equals
 * the lower row. Answers the rows in the order of their choice.
 * relevance  raw score of each row against the query.
 * lambda     0 … 1.
 * Throws timeout when aborted, insufficient_storage.
 */
export function diversify(
  _compute: Compute,
  block: VectorBlock,
  relevance: Float32Array,
  lambda: number,
  limit: number,
  signal: AbortSignal,
): Promise<Uint32Array> {
  invariant(relevance.length * block.kind.dimension === block.vectors.length, 'block: a relevance for each row');
  return diversifyHere(block, { relevance, lambda, limit }, signal);
}
