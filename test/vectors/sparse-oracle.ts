import type { SparseField } from '../../src/vectors/sparse-field.ts';

/** What sparse fields are compared with: rows as maps from index to value, and every row looked at. */
export type SparseRow = ReadonlyMap<number, number>;

export interface RandomRow {
  /** Indices are drawn from so many, low ones far more often; spread over all 32 bits. */
  readonly terms: number;
  /** At most. */
  readonly length: number;
  readonly negative: boolean;
}

export function randomRow(chance: () => number, options: RandomRow): SparseRow {
  const row = new Map<number, number>();
  for (let at = 0; at < options.length; at += 1) {
    const term = Math.floor(options.terms * chance() ** 3);
    const value = Math.fround(options.negative ? chance() * 4 - 2 : chance() * 3);
    row.set(term === 0 ? 0xffffffff : Math.imul(term - 1, 0x01000193) >>> 0, value);
  }
  return new Map([...row].toSorted(([a], [b]) => a - b));
}

export function appendRows(field: SparseField, rows: readonly SparseRow[]): void {
  const starts = new Uint32Array(rows.length + 1);
  for (const [at, row] of rows.entries()) starts[at + 1] = (starts[at] ?? 0) + row.size;
  const indices = Uint32Array.from(rows.flatMap((row) => [...row.keys()]));
  const values = Float32Array.from(rows.flatMap((row) => [...row.values()]));
  field.append(starts, indices, values, rows.length);
}

/** The best k of the rows that share an index with the query. */
export function bestRows(
  rows: readonly (SparseRow | undefined)[],
  query: SparseRow,
  k: number,
): readonly { row: number; score: number }[] {
  const found: { row: number; score: number }[] = [];
  for (const [row, values] of rows.entries()) {
    if (values === undefined) continue;
    let score: number | undefined;
    for (const [index, weight] of query) {
      const value = values.get(index);
      if (value !== undefined) score = (score ?? 0) + value * weight;
    }
    if (score !== undefined) found.push({ row, score });
  }
  return found.toSorted((a, b) => b.score - a.score || a.row - b.row).slice(0, k);
}

/** The sum of the sizes of what is added up. */
export function contributions(row: SparseRow, query: SparseRow): number {
  let size = 0;
  for (const [index, weight] of query) size += Math.abs(weight * (row.get(index) ?? 0));
  return size;
}

/** A bitmap of the rows that are true. */
export function wordsOf(inside: readonly boolean[]): Uint32Array {
  const words = new Uint32Array((inside.length >>> 5) + 1);
  for (const [row, isIn] of inside.entries()) {
    if (isIn) words[row >>> 5] = (words[row >>> 5] ?? 0) | (1 << (row & 31));
  }
  return words;
}
