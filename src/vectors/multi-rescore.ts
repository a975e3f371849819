import { setImmediate } from 'node:timers/promises';
import { type ExampleScoring, scoreByExamples } from '../core/example-scoring.ts';
import type { MultiField } from './multi-field.ts';
import { originalScore } from './original-scores.ts';
import type { ScoreKind } from './original-scores.ts';
import type { DenseHits, Hits } from './search-task.ts';

/**
 * The raw MaxSim of two multivectors: the sum over the query's rows of the highest raw score among the other's rows.
 * query, rows  rows of `kind.dimension` floats end to end. Cost: about a nanosecond a coordinate of each pair of rows.
 */
export function maxSim(kind: ScoreKind, query: Float32Array, rows: Float32Array): number {
  const { dimension } = kind;
  const score = originalScore(kind);
  let sum = 0;
  for (let asked = 0; asked < query.length; asked += dimension) {
    const row = query.subarray(asked, asked + dimension);
    let best = -Infinity;
    for (let start = 0; start < rows.length; start += dimension) best = Math.max(best, score(row, rows, start));
    sum += best;
  }
  return sum;
}

/** What a multi field is searched by: multivectors, rows end to end. */
export interface MultiExamples {
  readonly examples: readonly Float32Array[];
  readonly scoring: ExampleScoring;
}

/** Products of one turn of the event loop: about a millisecond. */
const SLICE_WORK = 1_000_000;

/**
 * Scores the rows of an approximate answer by their originals, the most promising first, until no row that is left is
 * likely to come among the best k; where the search was exact, all that may. Answers the best k.
 * read  the original of a row, its inner rows end to end.
 * In slices, so that other work goes on.
 */
export function rescoreMulti(
  field: MultiField,
  query: Float32Array,
  hits: DenseHits,
  k: number,
  read: (row: number) => Float32Array,
): Promise<Hits> {
  const { options } = field;
  return rescoreBy((original) => maxSim(options, query, original), query.length / options.dimension, hits, k, read);
}

/** As rescoreMulti, against several examples, whose raw scores become one in f32 as Qdrant has them. */
export function rescoreMultiExamples(
  field: MultiField,
  { examples, scoring }: MultiExamples,
  hits: DenseHits,
  k: number,
  read: (row: number) => Float32Array,
): Promise<Hits> {
  const { options } = field;
  const raw = new Float32Array(examples.length);
  const score = (original: Float32Array): number => {
    for (const [index, example] of examples.entries()) raw[index] = maxSim(options, example, original);
    return scoreByExamples(scoring, raw);
  };
  const rows = examples.reduce((sum, example) => sum + example.length, 0) / options.dimension;
  return rescoreBy(score, rows, hits, k, read);
}

/** queryRows: rows that each original's rows are compared with. */
async function rescoreBy(
  score: (original: Float32Array) => number,
  queryRows: number,
  hits: DenseHits,
  k: number,
  read: (row: number) => Float32Array,
): Promise<Hits> {
  const order = Array.from(hits.rows, (row, at) => ({ row, ceiling: hits.ceilings[at] ?? Infinity }));
  order.sort((a, b) => b.ceiling - a.ceiling);
  const best: { readonly row: number; readonly score: number }[] = [];
  let work = 0;
  for (const { row, ceiling } of order) {
    if (best.length === k && ceiling < (best.at(-1)?.score ?? Infinity)) break;
    const original = read(row);
    best.push({ row, score: Math.fround(score(original)) });
    work += original.length * queryRows;
    if (work > SLICE_WORK) {
      await setImmediate();
      work = 0;
    }
    best.sort((a, b) => b.score - a.score || a.row - b.row);
    best.length = Math.min(best.length, k);
  }
  return {
    rows: Uint32Array.from(best, (hit) => hit.row),
    scores: Float32Array.from(best, (hit) => hit.score),
    approximate: false,
  };
}
