import type { SearchTarget } from '../core/example-scoring.ts';
import type { Pair, VectorQuery } from '../core/query.ts';
import type { Vector } from '../core/vectors.ts';
import { averageVector } from './average.ts';

/**
 * What a field is searched for. accept: checks a vector against the field, and makes it what is compared; the mean of
 * recommendations is that of the vectors as they were given.
 */
export function targetOf(query: VectorQuery<Vector>, accept: (vector: Vector) => Vector): SearchTarget {
  switch (query.kind) {
    case 'nearest':
      return { kind: 'nearest', vector: accept(query.example) };
    case 'recommend': {
      const { strategy, positive, negative } = query;
      const examples = [...positive, ...negative].map(accept);
      const [first] = examples;
      const dimension = first?.kind === 'multi' ? first.dimension : undefined;
      if (strategy === 'average_vector') {
        const rows = (vector: Vector): Vector => asRows(vector, dimension);
        return { kind: 'nearest', vector: accept(averageVector(positive.map(rows), negative.map(rows))) };
      }
      if (strategy === 'best_score')
        return { kind: 'examples', examples, scoring: { kind: strategy, positives: positive.length } };
      const weights = Float32Array.from(examples, (_, index) => (index < positive.length ? 1 : -1));
      return { kind: 'examples', examples, scoring: { kind: 'linear', weights } };
    }
    case 'discover': {
      const examples = [query.target, ...flat(query.context)].map(accept);
      return { kind: 'examples', examples, scoring: { kind: 'discover' } };
    }
    case 'context':
      return { kind: 'examples', examples: flat(query.context).map(accept), scoring: { kind: 'context' } };
    case 'feedback': {
      const examples = [query.target, ...query.feedback.map(({ example }) => example)].map(accept);
      return { kind: 'examples', examples, scoring: { kind: 'linear', weights: feedbackWeights(query) } };
    }
  }
}

/** A vector of a field of multivectors as the matrix that it stands for; others have no `dimension` of rows. */
export function asRows(vector: Vector, dimension: number | undefined): Vector {
  return dimension === undefined ? vector : { kind: 'multi', dimension, values: vector.values };
}

function flat(context: readonly Pair<Vector>[]): Vector[] {
  return context.flatMap(({ positive, negative }) => [positive, negative]);
}

/** The naive strategy (SEMANTICS.md 3.2) is a weighted sum: of the target, and of each pair's two examples. */
function feedbackWeights({ feedback, a, b, c }: VectorQuery<Vector> & { readonly kind: 'feedback' }): Float32Array {
  const weights = new Float32Array(feedback.length + 1);
  weights[0] = a;
  feedback.forEach((better, i) => {
    feedback.forEach((worse, j) => {
      if (better.score <= worse.score) return;
      const weight = (better.score - worse.score) ** b * c;
      weights[i + 1] = (weights[i + 1] as number) + weight;
      weights[j + 1] = (weights[j + 1] as number) - weight;
    });
  });
  return weights;
}
