import test from 'ava';
import fc from 'fast-check';
import { Compute } from '../../src/compute/compute.ts';
import type { Distance } from '../../src/core/collection-config.ts';
import { DenseField } from '../../src/vectors/dense-field.ts';
import type { RowFilter } from '../../src/vectors/row-filter.ts';
import type { Hits } from '../../src/vectors/search-task.ts';
import { gaussianSource, uniformSource } from '../../scripts/bench/data.ts';
import { nearest, normalise } from './oracle.ts';

/** Searches under a filter: never a row outside, never too few, the oracle's answer where they scan. */
const compute = Compute.open({ searchThreads: 2, backgroundThreads: 2 });
test.after.always(() => compute.close());

const { signal } = new AbortController();
const DIMENSION = 12;

function openField(distance: Distance): DenseField {
  return DenseField.open(compute, { dimension: DIMENSION, distance, m: 8, efConstruct: 48 }, undefined);
}

function randomRows(seed: number, count: number, distance: Distance): Float32Array {
  const gaussian = gaussianSource(seed);
  const rows = Float32Array.from({ length: count * DIMENSION }, () => gaussian() + 1.5);
  return distance === 'Cosine' ? normalise(rows, DIMENSION) : rows;
}

function bitmap(rows: Iterable<number>, rowEnd: number): Uint32Array {
  const words = new Uint32Array(Math.ceil(rowEnd / 32));
  for (const row of rows) words[row >>> 5] = (words[row >>> 5] ?? 0) | (1 << (row & 31));
  return words;
}

function some(seed: number, count: number, share: number): number[] {
  const chance = uniformSource(seed);
  return Array.from({ length: count }, (_, row) => row).filter(() => chance() < share);
}

function find(
  field: DenseField,
  filter: RowFilter,
  query: Float32Array,
  change: { k?: number; exact?: boolean; indexedOnly?: boolean } = {},
): Promise<Hits> {
  return field.search({ query, k: 10, ef: 100, exact: false, indexedOnly: false, filter, signal, ...change });
}

for (const distance of ['Cosine', 'Dot', 'Euclid', 'Manhattan'] as const) {
  test(`${distance}: an exact search under a filter gives the oracle's rows, whatever is indexed or removed`, async (t) => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 1500 }),
        fc.integer({ min: 0, max: 300 }),
        fc.constantFrom(0, 0.002, 0.02, 0.3, 0.9, 1),
        fc.constantFrom(0, 0.1, 0.9),
        fc.boolean(),
        fc.integer(),
        async (count, later, share, removed, indexed, seed) => {
          const field = openField(distance);
          const rows = randomRows(seed, count + later, distance);
          field.append(rows.subarray(0, count * DIMENSION), count);
          if (indexed) await field.buildIndex({ signal });
          const gone = new Set(some(seed + 1, count, removed));
          const [early, late] = [[...gone].filter((row) => row % 2 === 0), [...gone].filter((row) => row % 2 === 1)];
          for (const row of early) field.remove(row);
          const admitted = some(seed + 2, count, share);
          const filter = field.admit(bitmap(admitted, count + 40), count);
          for (const row of late) field.remove(row);
          if (later > 0) field.append(rows.subarray(count * DIMENSION), later);
          const query = randomRows(seed + 3, 1, distance);
          const candidates = admitted.filter((row) => !gone.has(row));
          const wanted = nearest({ distance, dimension: DIMENSION, rows, query, candidates, k: 10 });
          const hits = await find(field, filter, query, { exact: true });
          filter.close();
          field.close();
          return (
            hits.rows.length === wanted.length &&
            wanted.every(({ score }, at) => Math.abs((hits.scores[at] ?? NaN) - score) <= 1e-5 * Math.max(1, -score))
          );
        },
      ),
      { numRuns: 40 },
    );
    t.pass();
  });
}
