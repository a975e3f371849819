import type { SearchTarget } from '../../../src/core/example-scoring.ts';
import { uniformSource } from '../data.ts';
import type { BenchData } from '../engine/cached-data.ts';

/** Searches of one kind. */
export interface ExampleCase {
  readonly name: string;
  readonly targets: readonly SearchTarget[];
}

/** Searches of every kind, `count` each; the examples are queries of the data, which are no rows of it. */
export function exampleCases(data: BenchData, count: number): readonly ExampleCase[] {
  const { dimension, queries } = data;
  const queryCount = queries.length / dimension;
  const uniform = uniformSource(17);
  const pick = (): Float32Array => queryAt(Math.floor(uniform() * queryCount));
  const queryAt = (index: number): Float32Array => queries.subarray(index * dimension, (index + 1) * dimension);
  const near = (vector: Float32Array, apart: number): Float32Array => mixed(vector, pick(), apart);
  const several = (length: number, make: () => Float32Array): Float32Array[] => Array.from({ length }, make);
  const cases: readonly (readonly [name: string, make: (index: number) => SearchTarget])[] = [
    ['nearest', (index) => ({ kind: 'nearest', vector: { kind: 'dense', values: queryAt(index % queryCount) } })],
    ['best_score 8 + 2, anywhere', () => best(several(8, pick), several(2, pick))],
    ['best_score 2 + 0', () => best(several(2, pick), [])],
    [
      'best_score 8 + 2, negatives near positives',
      () => {
        const positive = several(8, pick);
        return best(positive, [near(positive[0] ?? pick(), 0.2), near(positive[1] ?? pick(), 0.3)]);
      },
    ],
    [
      'best_score 8 + 2, around one vector',
      () => {
        const centre = pick();
        const around = (): Float32Array => near(centre, 0.3);
        return best(several(8, around), several(2, around));
      },
    ],
    ['best_score 0 + 1', () => best([], several(1, pick))],
    ['best_score 0 + 4', () => best([], several(4, pick))],
    ['discover 4 pairs, anywhere', () => discover(pick(), several(8, pick))],
    [
      'discover 4 pairs, around the target',
      () => {
        const target = pick();
        return discover(
          target,
          several(8, () => near(target, 0.4)),
        );
      },
    ],
    ['discover 1 pair', () => discover(pick(), several(2, pick))],
    ['context 4 pairs', () => ({ ...discover(pick(), several(7, pick)), scoring: { kind: 'context' } })],
    [
      'sum of 5 - 3 (linear, no shortcut)',
      () => ({
        kind: 'examples',
        examples: several(8, pick).map(dense),
        scoring: { kind: 'linear', weights: Float32Array.of(1, 1, 1, 1, 1, -1, -1, -1) },
      }),
    ],
  ];
  return cases.map(([name, make]) => ({ name, targets: Array.from({ length: count }, (_, index) => make(index)) }));
}

function dense(values: Float32Array): { readonly kind: 'dense'; readonly values: Float32Array } {
  return { kind: 'dense', values };
}

function best(positive: readonly Float32Array[], negative: readonly Float32Array[]): SearchTarget {
  const examples = [...positive, ...negative].map(dense);
  return { kind: 'examples', examples, scoring: { kind: 'best_score', positives: positive.length } };
}

function discover(target: Float32Array, pairs: readonly Float32Array[]): Extract<SearchTarget, { kind: 'examples' }> {
  return { kind: 'examples', examples: [target, ...pairs].map(dense), scoring: { kind: 'discover' } };
}

/** The direction between two, `share` of the way from the first. */
function mixed(first: Float32Array, second: Float32Array, share: number): Float32Array {
  const sum = first.map((value, at) => value * (1 - share) + (second[at] ?? 0) * share);
  const length = Math.hypot(...sum);
  return sum.map((value) => value / length);
}
