import test from 'ava';
import { Compute } from '../../src/compute/compute.ts';
import type { Distance } from '../../src/core/collection-config.ts';
import { DenseField } from '../../src/vectors/dense-field.ts';
import { gaussianSource, generateClustered } from '../../scripts/bench/data.ts';
import { nearest, normalise, rowAt, score } from './oracle.ts';
import { PLAIN, PLAIN_PARAMS } from '../../scripts/bench/engine/plain-field.ts';

/** Data that int8 codes do not suit: the field notices, and recall is as good as with floats. */
const compute = Compute.open({ searchThreads: 1, backgroundThreads: 2 });
test.after.always(() => compute.close());

const DIMENSION = 64;
const COUNT = 4000;
const QUERIES = 60;
const { signal } = new AbortController();

interface Case {
  readonly name: string;
  readonly distance: Distance;
  readonly change: (value: number, column: number) => number;
}

const signs = Array.from(
  { length: DIMENSION },
  (
    (gaussian) => () =>
      Math.sign(gaussian())
  )(gaussianSource(8)),
);
const cases: readonly Case[] = [
  {
    name: 'one coordinate a hundred times the others',
    distance: 'Cosine',
    change: (value, column) => (column === 3 ? value * 100 : value),
  },
  {
    name: 'one coordinate a hundred times the others',
    distance: 'Euclid',
    change: (value, column) => (column === 3 ? value * 100 : value),
  },
  {
    name: 'a common mean of ten deviations',
    distance: 'Cosine',
    change: (value, column) => value + (10 / 8) * (signs[column] ?? 0),
  },
  {
    name: 'a common mean of ten deviations',
    distance: 'Dot',
    change: (value, column) => value + (10 / 8) * (signs[column] ?? 0),
  },
  {
    name: 'a common mean of ten deviations',
    distance: 'Manhattan',
    change: (value, column) => value + (10 / 8) * (signs[column] ?? 0),
  },
];

for (const { name, distance, change } of cases) {
  test(`${distance}, ${name}: recall holds, scores are exact, also after a restart`, async (t) => {
    const data = generateClustered({ rows: COUNT, queries: QUERIES, dimension: DIMENSION, seed: 31 });
    const prepare = (rows: Float32Array): Float32Array => {
      const changed = rows.map((value, index) => change(value, index % DIMENSION));
      return distance === 'Cosine' ? normalise(changed, DIMENSION) : changed;
    };
    const rows = prepare(data.base);
    const queries = prepare(data.queries);
    const options = { ...PLAIN, dimension: DIMENSION, distance, m: 16, efConstruct: 100 };
    const field = DenseField.open(compute, options, undefined);
    field.append(rows.subarray(0, 700 * DIMENSION), 700);
    field.remove(5);
    field.append(rows.subarray(700 * DIMENSION), COUNT - 700);
    await field.buildIndex({ signal });
    const again = DenseField.open(compute, options, Buffer.concat([...field.exportGraph().chunks]));
    again.append(rows, COUNT);
    again.remove(5);
    const candidates = Array.from({ length: COUNT }, (_, row) => row).filter((row) => row !== 5);
    for (const each of [field, again]) {
      let found = 0;
      for (let index = 0; index < QUERIES; index += 1) {
        const query = rowAt(queries, DIMENSION, index);
        const truth = new Set(
          nearest({ distance, dimension: DIMENSION, rows, query, candidates, k: 10 }).map((hit) => hit.row),
        );
        const hits = await each.search({
          query,
          k: 10,
          ef: 64,
          exact: false,
          indexedOnly: false,
          filter: undefined,
          quantization: PLAIN_PARAMS,
          signal,
        });
        for (const [at, row] of hits.rows.entries()) {
          if (truth.has(row)) found += 1;
          const wanted = score(distance, query, rowAt(rows, DIMENSION, row));
          // A coordinate is held to 2^-24 of its row's largest, here about 30 in the Euclidean case.
          t.true(Math.abs((hits.scores[at] ?? NaN) - wanted) <= 1e-5 * Math.abs(wanted) + 1e-5);
        }
      }
      // Inner products are not a distance: rows of large norm draw all walks to themselves.
      const least = distance === 'Dot' ? 0.9 : 0.97;
      t.true(found / QUERIES / 10 >= least, `recall ${String(found / QUERIES / 10)}`);
    }
    field.close();
    again.close();
  });
}
