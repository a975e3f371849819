import type { Distance } from '../../src/core/collection-config.ts';

/** Raw score in doubles: dot, -sum d^2, -sum |d|; larger is better. Too simple to be wrong. */
export function score(distance: Distance, a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < a.length; index += 1) {
    const left = a[index] ?? 0;
    const right = b[index] ?? 0;
    if (distance === 'Euclid') sum -= (left - right) ** 2;
    else if (distance === 'Manhattan') sum -= Math.abs(left - right);
    else sum += left * right;
  }
  return sum;
}

export function rowAt(rows: Float32Array, dimension: number, row: number): Float32Array {
  return rows.subarray(row * dimension, (row + 1) * dimension);
}

export interface Neighbour {
  readonly row: number;
  readonly score: number;
}

/** The k best of `candidates`, best first. */
export function nearest(options: {
  readonly distance: Distance;
  readonly dimension: number;
  readonly rows: Float32Array;
  readonly query: Float32Array;
  readonly candidates: readonly number[];
  readonly k: number;
}): readonly Neighbour[] {
  const { distance, dimension, rows, query, candidates, k } = options;
  return candidates
    .map((row) => ({ row, score: score(distance, query, rowAt(rows, dimension, row)) }))
    .sort((a, b) => b.score - a.score || a.row - b.row)
    .slice(0, k);
}

export function normalise(rows: Float32Array, dimension: number): Float32Array {
  for (let start = 0; start < rows.length; start += dimension) {
    const row = rows.subarray(start, start + dimension);
    const length = Math.hypot(...row);
    for (let index = 0; index < dimension; index += 1) row[index] = (row[index] ?? 0) / (length === 0 ? 1 : length);
  }
  return rows;
}
