import test from 'ava';
import type { ExecutionContext } from 'ava';
import * as fc from 'fast-check';
import { Compute } from '../../src/compute/compute.ts';
import type { ExampleScoring } from '../../src/core/example-scoring.ts';
import { nearestVector } from '../../src/vectors/combined-example.ts';
import { DenseField } from '../../src/vectors/dense-field.ts';
import { chooseWalks } from '../../src/vectors/example-walks.ts';
import { generateClustered } from '../../scripts/bench/data.ts';
import { PLAIN, PLAIN_PARAMS } from '../../scripts/bench/engine/plain-field.ts';
import { rowAt } from './oracle.ts';

/** Walks for several examples, against exact searches of the same field; test/segments/example-search.test.ts has all scores. */
const compute = Compute.open({ searchThreads: 2, backgroundThreads: 2 });
test.after.always(() => compute.close());

const { signal } = new AbortController();
const DIMENSION = 64;
const ROWS = 8000;
const K = 10;
const data = generateClustered({ rows: ROWS, queries: 120, dimension: DIMENSION, seed: 5 });

async function recallOf(t: ExecutionContext, scoring: ExampleScoring, count: number, least: number): Promise<void> {
  const options = { dimension: DIMENSION, distance: 'Cosine', m: 16, efConstruct: 100, ...PLAIN } as const;
  const field = DenseField.open(compute, options, undefined);
  field.append(data.base, ROWS);
  await field.buildIndex({ signal });
  let found = 0;
  const searches = 10;
  for (let index = 0; index < searches; index += 1) {
    const vectors = Array.from({ length: count }, (_, at) => rowAt(data.queries, DIMENSION, index * count + at));
    const asked = { k: K, ef: 100, indexedOnly: false, filter: undefined, quantization: PLAIN_PARAMS, signal };
    const examples = { vectors, scoring };
    const wanted = await field.searchExamples({ ...asked, examples, exact: true });
    const hits = await field.searchExamples({ ...asked, examples, exact: false });
    t.is(hits.rows.length, K);
    found += hits.scores.filter((score) => score >= (wanted.scores[K - 1] ?? 0) - 1e-6).length;
  }
  t.true(found >= least * searches * K, `recall ${String(found / (searches * K))}`);
  field.close();
}

test('a walk finds the best of every positive', async (t) => {
  await recallOf(t, { kind: 'best_score', positives: 8 }, 10, 0.93);
});

test('a walk finds what is far from all negatives', async (t) => {
  await recallOf(t, { kind: 'best_score', positives: 0 }, 3, 0.85);
});

test('a walk by the guide finds what a discovery likes best', async (t) => {
  await recallOf(t, { kind: 'discover' }, 9, 0.88);
});

test('a walk over a flat context ends, with rows that satisfy it', async (t) => {
  await recallOf(t, { kind: 'context' }, 8, 0.99);
});

test('the walks that are chosen have room for all results, and no more examples than there are', (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2000 }),
      fc.integer({ min: 1, max: 2000 }),
      fc.integer({ min: 0, max: 300 }),
      fc.constantFrom('best_score', 'discover', 'context', 'linear'),
      (k, spare, positives, kind) => {
        const scoring: ExampleScoring =
          kind === 'best_score'
            ? { kind, positives }
            : kind === 'linear'
              ? { kind, weights: new Float32Array(1) }
              : { kind };
        const ef = k + spare;
        const { count, ef: own, efWhole } = chooseWalks(scoring, ef, k);
        t.true(efWhole >= k);
        t.true(count <= Math.max(positives, 1));
        t.true(count === 0 ? own === 0 : own > 0 && own <= 2 * ef);
      },
    ),
  );
});

test('sums of dot products are the dot product with a sum; of nothing else', (t) => {
  const kind = { dimension: 2, distance: 'Dot', datatype: 'float32' } as const;
  const vectors = [Float32Array.of(1, 2), Float32Array.of(3, -1)];
  const scoring: ExampleScoring = { kind: 'linear', weights: Float32Array.of(2, -1) };
  t.deepEqual(nearestVector(kind, vectors, scoring), Float32Array.of(-1, 5));
  t.is(nearestVector({ ...kind, distance: 'Euclid' }, vectors, scoring), undefined);
  t.is(nearestVector({ ...kind, distance: 'Cosine', datatype: 'uint8' }, vectors, scoring), undefined);
  t.is(nearestVector({ ...kind, datatype: 'float16' }, vectors, scoring), undefined);
  t.is(nearestVector(kind, vectors, { kind: 'discover' }), undefined);
  const huge = [Float32Array.of(3e38, 0), Float32Array.of(-3e38, 0)];
  t.is(nearestVector(kind, huge, scoring), undefined);
});
