import test from 'ava';
import fc from 'fast-check';
import type { Vector } from '../../src/core/vectors.ts';
import {
  bestPairsOnThread,
  chooseRowsOnThread,
  multiBlock,
  type RaggedBlock,
  sparseBlock,
} from '../../src/vectors/ragged-scores.ts';

/** Small whole numbers: sums are exact, and many scores are equal. */
const number = fc.integer({ min: -3, max: 3 });

const sparseVectors = fc
  .array(fc.uniqueArray(fc.integer({ min: 0, max: 7 }), { maxLength: 5 }), { minLength: 1, maxLength: 8 })
  .chain((rows) =>
    fc
      .tuple(...rows.map((indices) => fc.array(number, { minLength: indices.length, maxLength: indices.length })))
      .map((values) =>
        rows.map((indices, row): Vector & { readonly kind: 'sparse' } => ({
          kind: 'sparse',
          indices: Uint32Array.from(indices).sort(),
          values: Float32Array.from(values[row] ?? []),
        })),
      ),
  );

const SIZE = 2;
const multiVectors = fc.array(
  fc.array(fc.tuple(number, number), { minLength: 1, maxLength: 3 }).map((rows) => Float32Array.from(rows.flat())),
  { minLength: 1, maxLength: 8 },
);

type Score = (asked: number, other: number) => number | undefined;

/** Doubled: what is asked for weighs twice as much. */
function sparseScore(vectors: readonly (Vector & { readonly kind: 'sparse' })[]): Score {
  return (asked, other) => {
    const [a, b] = [vectors[asked], vectors[other]];
    let score: number | undefined;
    a?.indices.forEach((index, at) => {
      const found = b?.indices.indexOf(index) ?? -1;
      if (found >= 0) score = (score ?? 0) + 2 * (a.values[at] ?? 0) * (b?.values[found] ?? 0);
    });
    return score;
  };
}

function multiScore(vectors: readonly Float32Array[]): Score {
  const rowsOf = (at: number): readonly Float32Array[] => {
    const vector = vectors[at] ?? new Float32Array(0);
    return Array.from({ length: vector.length / SIZE }, (_, row) => vector.subarray(row * SIZE, (row + 1) * SIZE));
  };
  const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, x, at) => sum + x * (b[at] ?? 0), 0);
  return (asked, other) =>
    rowsOf(asked).reduce((sum, row) => sum + Math.max(...rowsOf(other).map((each) => dot(row, each))), 0);
}

const blocks: fc.Arbitrary<{ readonly block: RaggedBlock; readonly count: number; readonly score: Score }> = fc.oneof(
  sparseVectors.map((vectors) => ({
    block: sparseBlock(
      vectors,
      vectors.map(({ values }) => values.map((value) => value * 2)),
    ),
    count: vectors.length,
    score: sparseScore(vectors),
  })),
  multiVectors.map((vectors) => ({
    block: multiBlock({ dimension: SIZE, distance: 'Dot', datatype: 'float32' }, vectors),
    count: vectors.length,
    score: multiScore(vectors),
  })),
);

const running = (): Int32Array => Int32Array.of(0);

test('the best pairs of some rows: by score, then by column; without a common index none', (t) => {
  const limits = fc.integer({ min: 1, max: 9 });
  fc.assert(
    fc.property(blocks, limits, fc.nat(7), fc.nat(8), ({ block, count, score }, limit, from, to) => {
      const [first, end] = [Math.min(from, to, count), Math.min(Math.max(from, to), count)];
      const expected: (readonly [number, number, number])[] = [];
      for (let row = first; row < end; row += 1) {
        const others = Array.from({ length: count }, (_, column) => [row, column, score(row, column)] as const);
        const scored = others.flatMap(([, column, raw]) =>
          raw === undefined || column === row ? [] : [[row, column, raw] as const],
        );
        expected.push(...scored.toSorted((a, b) => b[2] - a[2] || a[1] - b[1]).slice(0, limit));
      }
      const found = bestPairsOnThread({ argument: { block, limit, first, end }, cancelled: running() });
      const pairs = Array.from(found?.rows ?? [], (row, at) => [row, found?.columns[at], found?.scores[at]]);
      t.deepEqual(pairs, expected);
    }),
  );
});

test('rows are chosen by what they add, of equals the lowest', (t) => {
  const relevances = fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 8, maxLength: 8 });
  fc.assert(
    fc.property(blocks, relevances, fc.constantFrom(0, 0.25, 0.5, 1), fc.nat(9), (given, all, lambda, limit) => {
      const { block, count, score } = given;
      const relevance = Float32Array.from(all.slice(0, count));
      const chosen: number[] = [];
      while (chosen.length < Math.min(limit, count)) {
        const left = [...relevance.keys()].filter((row) => !chosen.includes(row));
        const value = (row: number): number => {
          // A candidate asks; sparse vectors are as near both ways but for their weights.
          const near = (other: number): number => (block.form === 'multi' ? score(row, other) : score(other, row)) ?? 0;
          if (chosen.length === 0) return relevance[row] ?? 0;
          return lambda * (relevance[row] ?? 0) - (1 - lambda) * Math.max(...chosen.map(near));
        };
        const most = Math.max(...left.map(value));
        chosen.push(left.find((row) => value(row) === most) ?? -1);
      }
      const found = chooseRowsOnThread({ argument: { block, relevance, lambda, limit }, cancelled: running() });
      t.deepEqual([...(found ?? [])], chosen);
    }),
  );
});

test('what is cancelled is not begun', (t) => {
  const block = multiBlock({ dimension: 1, distance: 'Dot', datatype: 'float32' }, [Float32Array.of(1)]);
  const cancelled = Int32Array.of(1);
  t.is(bestPairsOnThread({ argument: { block, limit: 1, first: 0, end: 1 }, cancelled }), undefined);
  const relevance = Float32Array.of(1);
  t.is(chooseRowsOnThread({ argument: { block, relevance, lambda: 1, limit: 1 }, cancelled }), undefined);
});
