import type { ExampleScoring } from '../core/example-scoring.ts';
import { hasHalfArithmetic } from './original-scores.ts';
import type { ScoreKind } from './original-scores.ts';

/**
 * The one vector whose raw score is the weighted sum of those of all examples: with a dot product sum of w_i (x . e_i)
 * = x . sum of w_i e_i. undefined where there is none: other scorings and metrics, arithmetic that rounds products, and
 * whole numbers with Cosine, which are not normalised. So too where the sum leaves the range of floats.
 * The score is that of the originals but for roundings of the sum, a few in 10^7 of its terms.
 */
export function nearestVector(
  kind: ScoreKind,
  vectors: readonly Float32Array[],
  scoring: ExampleScoring,
): Float32Array | undefined {
  if (scoring.kind !== 'linear' || kind.distance === 'Euclid' || kind.distance === 'Manhattan') return undefined;
  if (kind.datatype === 'uint8' || hasHalfArithmetic(kind)) return undefined;
  const sum = new Float64Array(kind.dimension);
  for (const [index, vector] of vectors.entries()) {
    const weight = scoring.weights[index] as number;
    for (let at = 0; at < sum.length; at += 1) sum[at] = (sum[at] as number) + weight * (vector[at] as number);
  }
  const combined = Float32Array.from(sum);
  return combined.every((value) => Number.isFinite(value)) ? combined : undefined;
}
