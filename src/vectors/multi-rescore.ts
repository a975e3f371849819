import { setImmediate } from 'node:timers/promises';
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

/** Products of one turn of the event loop: about a millisecond. */
const SLICE_WORK = 1_000_000;

/**
 * Scores the rows of an approximate answer by their originals, the most promising first, until no row that is left is
 * likely to come among the best k; where the search was exact, all that may. Answers the best k.
 * read  the original of a row, its inner rows end to end.
 * In slices, so that other work goes on.
 */
export async function rescoreMulti(
  field: MultiField,
  query: Float32Array,
  hits: DenseHits,
  k: number,
  read: (row: number) => Float32Array,
): Promise<Hits> {
  const { dimension } = field.options;
  const order = Array.from(hits.rows, (row, at) => ({ row, ceiling: hits.ceilings[at] ?? Infinity }));
  order.sort((a, b) => b.ceiling - a.ceiling);
  const best: { readonly row: number; readonly score: number }[] = [];
  let work = 0;
  for (const { row, ceiling } of order) {
    if (best.length === k && ceiling < (best.at(-1)?.score ?? Infinity)) break;
    const original = read(row);
    best.push({ row, score: Math.fround(maxSim(field.options, query, original)) });
    work += (original.length / dimension) * query.length;
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
