import test from 'ava';
import { Compute } from '../../src/compute/compute.ts';
import { SparseField } from '../../src/vectors/sparse-field.ts';
import type { SparseFieldOptions } from '../../src/vectors/sparse-field.ts';
import type { RowFilter } from '../../src/vectors/row-filter.ts';
import { uniformSource } from '../../scripts/bench/data.ts';
import { appendRows, bestRows, contributions, wordsOf } from './sparse-oracle.ts';
import type { SparseRow } from './sparse-oracle.ts';

/** Windows with dense blocks: fields of tens of thousands of rows, with values and weights above zero. */

const compute = Compute.open({ searchThreads: 2, backgroundThreads: 1 });
test.after.always(() => compute.close());
const { signal } = new AbortController();
const DATATYPES: readonly SparseFieldOptions['datatype'][] = ['float32', 'float16', 'uint8'];
/** Three windows and a part of one. */
const COUNT = 27_000;

/** Terms in every row, in many, in few; and some that many rows of one stretch have and others seldom. */
function drawRow(chance: () => number, at: number): SparseRow {
  const row = new Map<number, number>();
  for (let turn = 0; turn < 10; turn += 1) {
    row.set(Math.floor(600 * chance() ** 4), Math.fround(0.001 + 3 * chance() ** 2));
  }
  if (chance() < (Math.floor(at / 3000) % 3 === 0 ? 0.2 : 0.005)) row.set(1000, Math.fround(1 + chance()));
  if (chance() < 0.0005) row.set(1001 + Math.floor(chance() * 5), Math.fround(9 * chance() + 0.1));
  return new Map([...row].toSorted(([a], [b]) => a - b));
}

function drawQuery(chance: () => number, size: number): SparseRow {
  const query = new Map<number, number>([[1000 + Math.floor(chance() * 6), 2]]);
  while (query.size < size) query.set(Math.floor(600 * chance() ** 3), Math.fround(0.01 + chance() ** 3));
  return query;
}

async function difference(
  field: SparseField,
  rows: readonly (SparseRow | undefined)[],
  query: SparseRow,
  k: number,
  filter?: RowFilter,
): Promise<string | undefined> {
  const indices = Uint32Array.from(query.keys());
  const values = Float32Array.from(query.values());
  const hits = await field.search({ indices, values, k, filter, signal });
  const wanted = bestRows(rows, query, COUNT);
  const scores = new Map(wanted.map(({ row, score }) => [row, score]));
  const relative = { float32: 2e-6, float16: 1e-3, uint8: 0 }[field.options.datatype];
  const step = field.options.datatype === 'uint8' ? 10 / 250 : 0;
  const weight = [...query.values()].reduce((sum, value) => sum + value, 0);
  if (hits.rows.length !== Math.min(k, wanted.length)) return `${String(hits.rows.length)} rows`;
  if (new Set(hits.rows).size !== hits.rows.length) return 'a row twice';
  for (const [at, row] of hits.rows.entries()) {
    const error = relative * contributions(rows[row] ?? new Map<number, number>(), query) + step * weight;
    const score = hits.scores[at] ?? NaN;
    if (!(Math.abs(score - (scores.get(row) ?? NaN)) <= error)) return `row ${String(row)}: ${String(score)}`;
    if (!(Math.abs(score - (wanted[at]?.score ?? NaN)) <= 2 * error)) return `place ${String(at)}: ${String(score)}`;
  }
  return undefined;
}

for (const datatype of DATATYPES) {
  test(`${datatype}: answers from dense blocks are those of brute force`, async (t) => {
    const chance = uniformSource(21);
    const field = SparseField.open(compute, { datatype });
    const rows: (SparseRow | undefined)[] = Array.from({ length: COUNT }, (_, at) => drawRow(chance, at));
    const queries = [1, 2, 5, 9, 30, 60].map((size) => drawQuery(chance, size));
    for (let first = 0; first < COUNT; first += 4500) {
      appendRows(
        field,
        rows.slice(first, first + 4500).map((row) => row ?? new Map<number, number>()),
      );
      const there = rows.map((row, at) => (at < field.rowCount ? row : undefined));
      t.is(await difference(field, there, queries[3] ?? new Map<number, number>(), 10), undefined);
    }
    await field.buildIndex();
    for (let row = 0; row < COUNT; row += 7) {
      field.remove(row);
      rows[row] = undefined;
    }
    const inside = rows.map((_, at) => chance() < (at < 9000 ? 0.5 : 0.03));
    const filter = field.admit(wordsOf(inside), COUNT - 100);
    const admitted = rows.map((row, at) => (inside[at] === true && at < COUNT - 100 ? row : undefined));
    for (const query of queries) {
      for (const k of [1, 10, 32, 300]) {
        t.is(await difference(field, rows, query, k), undefined);
        t.is(await difference(field, admitted, query, k, filter), undefined);
      }
    }
    filter.close();
    field.close();
  });
}

test('weights and values of all sizes', async (t) => {
  const chance = uniformSource(22);
  const field = SparseField.open(compute, { datatype: 'float32' });
  const sizes = [1e-12, 1, 1e12];
  const rows = Array.from({ length: COUNT }, () => {
    const row = new Map<number, number>();
    for (let term = 0; term < 12; term += 1) {
      if (chance() < 0.5 / (term + 1)) row.set(term, Math.fround((sizes[term % 3] ?? 1) * (chance() + 1e-6)));
    }
    return row;
  });
  appendRows(field, rows);
  for (const weights of [
    [1e12, 1, 1e-12],
    [1, 1, 1],
    [1e-12, 1e-12, 1e-25],
    [1, 0, 1],
    [1, -1, 1],
  ]) {
    const query = new Map(
      Array.from({ length: 12 }, (_, term) => [term, Math.fround(weights[term % 3] ?? 1)] as const),
    );
    for (const k of [3, 30]) t.is(await difference(field, rows, query, k), undefined);
  }
  field.close();
});
