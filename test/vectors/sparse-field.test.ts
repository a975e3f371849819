import test from 'ava';
import fc from 'fast-check';
import { Compute } from '../../src/compute/compute.ts';
import { SparseField } from '../../src/vectors/sparse-field.ts';
import type { SparseFieldOptions } from '../../src/vectors/sparse-field.ts';
import type { Hits } from '../../src/vectors/search-task.ts';
import type { RowFilter } from '../../src/vectors/row-filter.ts';
import { uniformSource } from '../../scripts/bench/data.ts';
import { appendRows, bestRows, contributions, randomRow, wordsOf } from './sparse-oracle.ts';
import type { SparseRow } from './sparse-oracle.ts';

const compute = Compute.open({ searchThreads: 2, backgroundThreads: 1 });
test.after.always(() => compute.close());
const { signal } = new AbortController();
const DATATYPES: readonly SparseFieldOptions['datatype'][] = ['float32', 'float16', 'uint8'];

function find(field: SparseField, query: SparseRow, k: number, filter?: RowFilter): Promise<Hits> {
  const indices = Uint32Array.from(query.keys());
  const values = Float32Array.from(query.values());
  return field.search({ indices, values, k, exact: false, filter, signal, scan: false });
}

/** Compares an answer with brute force over `rows`; undefined rows cannot be returned. */
function difference(
  hits: Hits,
  rows: readonly (SparseRow | undefined)[],
  query: SparseRow,
  k: number,
  datatype: SparseFieldOptions['datatype'],
): string | undefined {
  const wanted = bestRows(rows, query, rows.length);
  const expected = new Map(wanted.map(({ row, score }) => [row, score]));
  const count = Math.min(k, wanted.length);
  if (hits.rows.length !== count) return `${String(hits.rows.length)} rows for ${String(count)}`;
  if (new Set(hits.rows).size !== count) return 'a row twice';
  for (const [at, row] of hits.rows.entries()) {
    const score = hits.scores[at] ?? NaN;
    const size = contributions(rows[row] ?? new Map(), query);
    // Of the sum of the sizes of what is summed up; uint8: of the largest value a block holds.
    const tolerance = { float32: 1e-6 * size, float16: 1e-3 * size, uint8: uint8Error(rows, query) }[datatype] + 1e-30;
    if (!(Math.abs(score - (expected.get(row) ?? NaN)) <= tolerance))
      return `row ${String(row)}: ${String(score)} for ${String(expected.get(row))}`;
    if (!(Math.abs(score - (wanted[at]?.score ?? NaN)) <= 2 * tolerance + 1e-6 * Math.abs(score)))
      return `place ${String(at)}: ${String(score)} for ${String(wanted[at]?.score)}`;
    if (at > 0 && score > (hits.scores[at - 1] ?? NaN)) return 'not best first';
  }
  return undefined;
}

function uint8Error(rows: readonly (SparseRow | undefined)[], query: SparseRow): number {
  let largest = 0;
  for (const row of rows) for (const value of row?.values() ?? []) largest = Math.max(largest, Math.abs(value));
  let weights = 0;
  for (const weight of query.values()) weights += Math.abs(weight);
  return (weights * largest) / 250;
}

for (const datatype of DATATYPES) {
  test(`${datatype}: answers are those of brute force, through appends, removals and filters`, async (t) => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          seed: fc.integer(),
          count: fc.integer({ min: 1, max: 1500 }),
          terms: fc.constantFrom(1, 3, 20, 300, 5000),
          length: fc.integer({ min: 0, max: 12 }),
          negative: fc.boolean(),
          removed: fc.constantFrom(0, 0.01, 0.5, 0.999),
          admitted: fc.constantFrom(0, 0.002, 0.3, 1),
          k: fc.constantFrom(1, 3, 10, 200, 5000),
        }),
        async ({ seed, count, terms, length, negative, removed, admitted, k }) => {
          const chance = uniformSource(seed);
          const field = SparseField.open(compute, { datatype });
          const rows: (SparseRow | undefined)[] = [];
          const queries = [1, 4, 30].map((size) => randomRow(chance, { terms, length: size, negative }));
          while (rows.length < count) {
            const part = Array.from({ length: Math.min(count - rows.length, 1 + Math.floor(chance() * 900)) }, () =>
              randomRow(chance, { terms, length, negative }),
            );
            appendRows(field, part);
            for (const row of part) rows.push(row);
            for (let row = 0; row < rows.length; row += 1) {
              if (rows[row] === undefined || chance() >= removed) continue;
              field.remove(row);
              field.remove(row);
              rows[row] = undefined;
            }
            for (const query of queries) {
              const wrong = difference(await find(field, query, k), rows, query, k, datatype);
              if (wrong !== undefined) throw new Error(wrong);
            }
          }
          const inside = rows.map(() => chance() < admitted);
          const filter = field.admit(wordsOf(inside), rows.length);
          const admittedRows = rows.map((row, at) => (inside[at] === true ? row : undefined));
          for (const query of queries) {
            const wrong = difference(await find(field, query, k, filter), admittedRows, query, k, datatype);
            if (wrong !== undefined) throw new Error(`filtered: ${wrong}`);
            const indices = Uint32Array.from(query.keys());
            for (const [live, which] of [
              [rows, undefined],
              [admittedRows, filter],
            ] as const) {
              const { rows: filled, frequencies } = field.statistics(indices, which);
              const counted = live.filter((row) => row !== undefined && row.size > 0);
              if (filled !== counted.length) throw new Error(`${String(filled)} rows for ${String(counted.length)}`);
              for (const [at, index] of indices.entries()) {
                const having = counted.filter((row) => row?.has(index) === true).length;
                if (frequencies[at] !== having) throw new Error(`frequency ${String(frequencies[at])}: ${String(having)}`);
              }
            }
          }
          if (field.liveCount !== rows.filter((row) => row !== undefined).length) throw new Error('live rows');
          filter.close();
          field.close();
        },
      ),
      { numRuns: 40, includeErrorInReport: true },
    );
    t.pass();
  });
}
