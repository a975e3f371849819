import type { MultiVector, SparseVector, Vector } from '../core/vectors.ts';

/**
 * The vector that stands for positive and negative examples: mean of the positive ones, and where there are negative ones
 * as much again minus their mean. Multivectors are not averaged: all their rows are compared, those of negative examples
 * with the opposite sign (SEMANTICS.md 3.2). There is at least one positive example; all have one kind and dimension.
 */
export function averageVector(positive: readonly Vector[], negative: readonly Vector[]): Vector {
  const [first] = positive;
  switch (first?.kind) {
    case 'sparse':
      return {
        kind: 'sparse',
        ...averageSparse(positive as readonly SparseVector[], negative as readonly SparseVector[]),
      };
    case 'multi':
      return { kind: 'multi', ...allRows(positive as readonly MultiVector[], negative as readonly MultiVector[]) };
    case 'dense':
    case undefined:
      return { kind: 'dense', values: averageDense(positive, negative) };
  }
}

function averageDense(positive: readonly Vector[], negative: readonly Vector[]): Float32Array {
  const mean = meanOf(positive);
  if (negative.length === 0) return mean;
  const away = meanOf(negative);
  return mean.map((value, index) => value + value - (away[index] as number));
}

function meanOf(vectors: readonly Vector[]): Float32Array {
  const sum = new Float32Array(vectors[0]?.values.length ?? 0);
  for (const { values } of vectors)
    for (let at = 0; at < sum.length; at++) sum[at] = (sum[at] as number) + (values[at] as number);
  return sum.map((value) => value / vectors.length);
}

function averageSparse(positive: readonly SparseVector[], negative: readonly SparseVector[]): SparseVector {
  const weights = new Map<number, number>();
  const add = (vectors: readonly SparseVector[], share: number): void => {
    for (const { indices, values } of vectors) {
      indices.forEach((index, at) => {
        weights.set(index, (weights.get(index) ?? 0) + ((values[at] as number) * share) / vectors.length);
      });
    }
  };
  add(positive, negative.length === 0 ? 1 : 2);
  add(negative, -1);
  const indices = Uint32Array.from(weights.keys()).sort();
  return { indices, values: Float32Array.from(indices, (index) => weights.get(index) ?? 0) };
}

function allRows(positive: readonly MultiVector[], negative: readonly MultiVector[]): MultiVector {
  const values = [
    ...positive.map((vector) => vector.values),
    ...negative.map((vector) => vector.values.map((value) => -value)),
  ];
  const result = new Float32Array(values.reduce((count, { length }) => count + length, 0));
  let end = 0;
  for (const part of values) {
    result.set(part, end);
    end += part.length;
  }
  return { dimension: positive[0]?.dimension ?? 0, values: result };
}
