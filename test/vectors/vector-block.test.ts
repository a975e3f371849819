import test from 'ava';
import * as fc from 'fast-check';
import { Compute } from '../../src/compute/compute.ts';
import type { Distance } from '../../src/core/collection-config.ts';
import type { VectorDatatype } from '../../src/core/vectors.ts';
import { diversify, nearestPairs } from '../../src/vectors/vector-block.ts';
import type { PairHits, VectorBlock } from '../../src/vectors/vector-block.ts';

const compute = Compute.open({ searchThreads: 2, backgroundThreads: 1 });
test.after.always(() => compute.close());
const never = new AbortController().signal;
const DISTANCES: readonly Distance[] = ['Dot', 'Cosine', 'Euclid', 'Manhattan'];

/** Raw scores by the definition. Cosine of float32: of rows as they are. */
function scoreOf({ kind }: VectorBlock, a: Float32Array, b: Float32Array): number {
  let dot = 0;
  let squares = 0;
  let gaps = 0;
  for (let index = 0; index < a.length; index++) {
    const x = a[index]!;
    const y = b[index]!;
    dot += x * y;
    squares += (x - y) ** 2;
    gaps += Math.abs(x - y);
  }
  if (kind.distance === 'Euclid') return 0 - squares;
  if (kind.distance === 'Manhattan') return 0 - gaps;
  return kind.distance === 'Cosine' && kind.datatype === 'uint8'
    ? dot / Math.sqrt(squareOf(a) * squareOf(b)) || 0
    : dot;
}

function squareOf(row: Float32Array): number {
  return row.reduce((sum, value) => sum + value * value, 0);
}

function rowsOf({ kind, vectors }: VectorBlock): Float32Array[] {
  const count = vectors.length / kind.dimension;
  return Array.from({ length: count }, (_, row) => vectors.subarray(row * kind.dimension, (row + 1) * kind.dimension));
}

function expectedPairs(block: VectorBlock, limit: number): [row: number, column: number, score: number][] {
  const rows = rowsOf(block);
  return rows.flatMap((row, at) => {
    const others = rows.flatMap((other, column) =>
      column === at ? [] : [[at, column, Math.fround(scoreOf(block, row, other))] as [number, number, number]],
    );
    return others.toSorted((a, b) => b[2] - a[2] || a[1] - b[1]).slice(0, limit);
  });
}

function listed({ rows, columns, scores }: PairHits): [number, number, number][] {
  return Array.from(rows, (row, at) => [row, columns[at] ?? -1, scores[at] ?? NaN]);
}

/** In single precision, as Qdrant computes it. */
function expectedChoice(block: VectorBlock, relevance: Float32Array, lambda: number, limit: number): number[] {
  const rows = rowsOf(block);
  const share = Math.fround(lambda);
  const chosen: number[] = [];
  while (chosen.length < Math.min(limit, rows.length)) {
    const left = rows.map((_, row) => row).filter((row) => !chosen.includes(row));
    const worth = (row: number): number => {
      if (chosen.length === 0) return relevance[row] ?? 0;
      const most = Math.max(...chosen.map((other) => Math.fround(scoreOf(block, rows[row]!, rows[other]!))));
      return Math.fround(Math.fround(share * (relevance[row] ?? 0)) - Math.fround(Math.fround(1 - share) * most));
    };
    const worths = left.map(worth);
    chosen.push(left[worths.indexOf(Math.max(...worths))] ?? -1);
  }
  return chosen;
}

/** Whole numbers: every sum is exact, and many are equal. */
const blocks = fc
  .record({
    distance: fc.constantFrom(...DISTANCES),
    datatype: fc.constantFrom<VectorDatatype>('float32', 'float16', 'uint8'),
    dimension: fc.integer({ min: 1, max: 70 }),
    count: fc.integer({ min: 0, max: 70 }),
    values: fc.infiniteStream(fc.integer({ min: 0, max: 5 })),
  })
  .map(({ distance, datatype, dimension, count, values }): VectorBlock => {
    const vectors = Float32Array.from(values.take(count * dimension));
    return { kind: { dimension, distance, datatype }, vectors };
  });

test('nearest pairs are those of all comparisons, in every metric, ties by the lower column', async (t) => {
  await fc.assert(
    fc.asyncProperty(blocks, fc.integer({ min: 0, max: 80 }), async (block, limit) => {
      t.deepEqual(listed(await nearestPairs(compute, block, limit, never)), expectedPairs(block, limit));
    }),
    { numRuns: 150 },
  );
});

test('diverse rows are chosen as by the definition, of equals the lower row', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      blocks,
      fc.integer({ min: 0, max: 80 }),
      fc.constantFrom(0, 0.25, 0.5, 0.75, 1),
      fc.infiniteStream(fc.integer({ min: 0, max: 9 })),
      async (block, limit, lambda, stream) => {
        const relevance = Float32Array.from(stream.take(rowsOf(block).length));
        const chosen = await diversify(compute, block, relevance, lambda, limit, never);
        t.deepEqual([...chosen], expectedChoice(block, relevance, lambda, limit));
      },
    ),
    { numRuns: 150 },
  );
});

function spread(count: number, dimension: number, distance: Distance): VectorBlock {
  let state = 12345;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  const vectors = Float32Array.from({ length: count * dimension }, next);
  return { kind: { dimension, distance, datatype: 'float32' }, vectors };
}

for (const distance of DISTANCES) {
  test(`${distance}: many rows on several threads; scores as exact as those of originals`, async (t) => {
    // More tiles than one piece of a thread's work.
    const block = spread(500, 200, distance);
    const found = listed(await nearestPairs(compute, block, 5, never));
    const expected = expectedPairs(block, 5);
    t.is(found.length, expected.length);
    const rows = rowsOf(block);
    for (const [at, [row, column, score]] of found.entries()) {
      const [wantedRow, , wantedScore] = expected[at]!;
      t.is(row, wantedRow);
      const own = scoreOf(block, rows[row]!, rows[column]!);
      if (!near(score, own) || !near(score, wantedScore)) t.fail(`${row}, ${column}: ${score}, ${own}, ${wantedScore}`);
    }
  });
}

function near(a: number, b: number): boolean {
  return Math.abs(a - b) <= 2e-6 * Math.max(1, Math.abs(a));
}

test('work that is cancelled ends as a timeout, and its memory is free again', async (t) => {
  const compute = Compute.open({ searchThreads: 2, backgroundThreads: 1 });
  for (const kind of [spread(2, 900, 'Dot').kind, { dimension: 8, distance: 'Dot', datatype: 'float16' } as const]) {
    const block = { kind, vectors: new Float32Array(6000 * kind.dimension).fill(1) };
    const before = compute.arenas.usedBytes;
    const controller = new AbortController();
    const pairs = nearestPairs(compute, block, 10, controller.signal);
    const choice = diversify(compute, block, new Float32Array(6000), 0.5, 6000, controller.signal);
    setTimeout(() => controller.abort(), 20);
    t.is(((await t.throwsAsync(pairs)) as { kind?: string }).kind, 'timeout');
    t.is(((await t.throwsAsync(choice)) as { kind?: string }).kind, 'timeout');
    // What a thread works in is kept.
    const kept = compute.arenas.usedBytes - before;
    t.true(kept < 1_000_000, String(kept));
  }
  await compute.close();
});

test('a block that is too large is refused', async (t) => {
  const block = { ...spread(1, 8, 'Dot'), vectors: new Float32Array(16_000 * 8) };
  const error = await t.throwsAsync(nearestPairs(compute, block, 15_999, never));
  t.is((error as { kind?: string }).kind, 'bad_input');
});
