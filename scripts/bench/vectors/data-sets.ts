import { generateClustered } from '../data.ts';
import type { DataSet } from '../data.ts';

export interface DataOptions {
  readonly rows: number;
  readonly queries: number;
  readonly dimension: number;
}

const SEED = 3;

function easy(options: DataOptions): DataSet {
  return generateClustered({ ...options, seed: SEED });
}

function hard(options: DataOptions): DataSet {
  return generateClustered({ ...options, seed: SEED, latent: 32, clusters: 2000, spread: 1 });
}

/** The easy rows, with queries that lie half way to another world. */
function outOfDistribution(options: DataOptions): DataSet {
  const data = easy(options);
  const foreign = generateClustered({ ...options, rows: 1, seed: 99 }).queries;
  const queries = data.queries.map((value, index) => value * 0.5 + (foreign[index] ?? 0) * 0.8);
  return { ...data, queries: normalise(queries, options.dimension) };
}

function normalise(rows: Float32Array, dimension: number): Float32Array {
  for (let start = 0; start < rows.length; start += dimension) {
    let square = 0;
    for (let at = start; at < start + dimension; at += 1) square += (rows[at] ?? 0) ** 2;
    const factor = 1 / Math.sqrt(square);
    for (let at = start; at < start + dimension; at += 1) rows[at] = (rows[at] ?? 0) * factor;
  }
  return rows;
}

/** The three kinds of data that codes are judged by. */
export const DATA_SETS: Readonly<Record<string, (options: DataOptions) => DataSet>> = {
  easy,
  hard,
  'out of distribution': outOfDistribution,
};
