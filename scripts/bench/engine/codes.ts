/**
 * Recall at equal ef, walked as the product chooses (int8, centred where that pays, wide where it must) against f32:
 *   node scripts/bench/engine/codes.ts [--rows 10000] [--dims 128,768]
 * on easy, hard, out-of-distribution and ill-scaled data. The graph of each is built by its own traversal.
 */
import { parseArgs } from 'node:util';
import { bruteForce, gaussianSource, generateClustered, lid100, recall } from '../data.ts';
import type { DataSet } from '../data.ts';
import { K } from './cached-data.ts';
import { openOwnEngine } from './own-engine.ts';

const { values } = parseArgs({
  options: { rows: { type: 'string', default: '10000' }, dims: { type: 'string', default: '128,768' } },
});
const QUERIES = 500;
const WIDTHS = [16, 32, 64, 128];
const SEED = 3;

type Kind = (rows: number, dimension: number) => DataSet;

const easy: Kind = (rows, dimension) => generateClustered({ rows, queries: QUERIES, dimension, seed: SEED });

const kinds: Readonly<Record<string, Kind>> = {
  easy,
  hard: (rows, dimension) =>
    generateClustered({ rows, queries: QUERIES, dimension, seed: SEED, latent: 32, clusters: 2000, spread: 1 }),
  'out of distribution': (rows, dimension) => {
    const data = easy(rows, dimension);
    const foreign = generateClustered({ rows: 1, queries: QUERIES, dimension, seed: 99 }).queries;
    const queries = data.queries.map((value, index) => value * 0.5 + (foreign[index] ?? 0) * 0.8);
    return { ...data, queries: normalise(queries, dimension) };
  },
  'one coordinate x 100': (rows, dimension) =>
    changed(easy(rows, dimension), (value, column) => (column === 0 ? value * 100 : value)),
  'mean of 10 sigma': (rows, dimension) => {
    const gaussian = gaussianSource(8);
    const mean = Array.from({ length: dimension }, () => (10 * Math.sign(gaussian())) / Math.sqrt(dimension));
    return changed(easy(rows, dimension), (value, column) => value + (mean[column] ?? 0));
  },
};

for (const dimension of values.dims.split(',').map(Number)) {
  for (const [name, make] of Object.entries(kinds)) compare(name, make(Number(values.rows), dimension));
}

function compare(name: string, set: DataSet): void {
  const rows = set.base.length / set.dimension;
  const truth = bruteForce(set, K);
  const data = { ...set, rows, truth, prefix: '' };
  const chosen = openOwnEngine(data, 'chosen');
  const wide = openOwnEngine(data, 'wide');
  const results = WIDTHS.map((ef) => {
    const theirs = recall(wide.search(ef).found, truth, K);
    const loss = theirs - recall(chosen.search(ef).found, truth, K);
    return `ef ${String(ef)}: f32 ${theirs.toFixed(4)} loss ${loss.toFixed(4)}`;
  });
  const way = `${chosen.wide ? 'wide' : 'int8'}${chosen.centred ? ', centred' : ''}`;
  console.log(
    `${String(rows)} x ${String(set.dimension)} ${name}, LID100 ${lid100(set, 50).toFixed(1)} (${way}) ${results.join(' | ')}`,
  );
}

function changed(data: DataSet, change: (value: number, column: number) => number): DataSet {
  const { dimension } = data;
  const apply = (all: Float32Array): Float32Array =>
    normalise(
      all.map((value, index) => change(value, index % dimension)),
      dimension,
    );
  return { dimension, base: apply(data.base), queries: apply(data.queries) };
}

function normalise(all: Float32Array, dimension: number): Float32Array {
  for (let start = 0; start < all.length; start += dimension) {
    const row = all.subarray(start, start + dimension);
    let square = 0;
    for (const value of row) square += value * value;
    const factor = 1 / Math.sqrt(square);
    for (let index = 0; index < dimension; index += 1) row[index] = (row[index] ?? 0) * factor;
  }
  return all;
}
