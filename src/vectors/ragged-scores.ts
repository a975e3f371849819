import { type ThreadFunction, threadFunction } from '../base/thread-function.ts';
import type { Vector } from '../core/vectors.ts';
import { maxSim } from './multi-rescore.ts';
import type { ScoreKind } from './original-scores.ts';
import type { PairHits } from './vector-block.ts';

/** The address of this module, for a worker. */
export const RAGGED_SCORES_MODULE: string = import.meta.url;

/** For the threads: `bestPairs` and `chooseRows`. */
export const bestPairsOnThread: ThreadFunction<PairTask, PairHits> = threadFunction(bestPairs);
export const chooseRowsOnThread: ThreadFunction<ChoiceTask, Uint32Array> = threadFunction(chooseRows);

/**
 * Vectors of differing lengths that are compared with each other, end to end in shared memory: those of row i lie at
 * starts[i] … starts[i + 1].
 * indices  beside `values`: ascending within each row.
 * weights  beside `values`: what a row's numbers count when others are compared with it; rarity is in them.
 * kind     multivectors: how two of their rows are scored.
 */
export type RaggedBlock =
  | {
      readonly form: 'sparse';
      readonly starts: Uint32Array;
      readonly indices: Uint32Array;
      readonly values: Float32Array;
      readonly weights: Float32Array;
    }
  | {
      readonly form: 'multi';
      readonly starts: Uint32Array;
      readonly values: Float32Array;
      readonly kind: ScoreKind;
    };

/** The best pairs of the rows first … end. */
export interface PairTask {
  readonly block: RaggedBlock;
  readonly limit: number;
  readonly first: number;
  readonly end: number;
}

/** Rows to choose by maximal marginal relevance; see `diversify` (vector-block.ts). */
export interface ChoiceTask {
  readonly block: RaggedBlock;
  readonly relevance: Float32Array;
  readonly lambda: number;
  readonly limit: number;
}

/** Sparse vectors as a block; `asked`: the same as they are searched for. */
export function sparseBlock(
  vectors: readonly (Vector & { readonly kind: 'sparse' })[],
  asked: readonly Float32Array[],
): RaggedBlock {
  const starts = startsOf(vectors.map(({ values }) => values.length));
  const count = starts.at(-1) ?? 0;
  const indices = new Uint32Array(new SharedArrayBuffer(count * 4));
  const values = sharedFloats(count);
  const weights = sharedFloats(count);
  vectors.forEach((vector, row) => {
    indices.set(vector.indices, starts[row]);
    values.set(vector.values, starts[row]);
    weights.set(asked[row] ?? vector.values, starts[row]);
  });
  return { form: 'sparse', starts, indices, values, weights };
}

export function multiBlock(kind: ScoreKind, vectors: readonly Float32Array[]): RaggedBlock {
  const starts = startsOf(vectors.map(({ length }) => length));
  const values = sharedFloats(starts.at(-1) ?? 0);
  vectors.forEach((vector, row) => values.set(vector, starts[row]));
  return { form: 'multi', starts, values, kind };
}

function startsOf(lengths: readonly number[]): Uint32Array {
  const starts = new Uint32Array(new SharedArrayBuffer((lengths.length + 1) * 4));
  lengths.forEach((length, row) => {
    starts[row + 1] = (starts[row] as number) + length;
  });
  return starts;
}

function sharedFloats(count: number): Float32Array {
  return new Float32Array(new SharedArrayBuffer(count * 4));
}

/** About how many products it takes to compare one row with all, on average. */
export function workOfRow(block: RaggedBlock): number {
  const { starts } = block;
  const rowCount = starts.length - 1;
  const numbers = starts.at(-1) ?? 0;
  if (rowCount === 0) return 0;
  return block.form === 'sparse' ? numbers : (numbers / rowCount) * (numbers / block.kind.dimension);
}

/**
 * For each of the rows its `limit` best other rows, in the order of nearestPairs (vector-block.ts). Sparse vectors are
 * compared where they have an index in common, as in a search. Without the rest where it is cancelled.
 */
export function bestPairs({ block, limit, first, end }: PairTask, isCancelled: () => boolean): PairHits {
  const rowCount = block.starts.length - 1;
  const score = block.form === 'sparse' ? sparseScorer(block) : multiScorer(block, 'row');
  const against = new Float32Array(rowCount);
  const rows: number[] = [];
  const columns: number[] = [];
  const scores: number[] = [];
  for (let row = first; row < end && !isCancelled(); row += 1) {
    score(row, against);
    const order: number[] = [];
    for (let column = 0; column < rowCount; column += 1) {
      if (column !== row && !Number.isNaN(against[column])) order.push(column);
    }
    order.sort((a, b) => (against[b] as number) - (against[a] as number) || a - b);
    for (const column of order.slice(0, limit)) {
      rows.push(row);
      columns.push(column);
      scores.push(against[column] as number);
    }
  }
  return { rows: Uint32Array.from(rows), columns: Uint32Array.from(columns), scores: Float32Array.from(scores) };
}

/**
 * As `diversify` (vector-block.ts); sparse vectors without a common index score 0. A candidate is asked how like it is to
 * what was chosen: MaxSim is not the same both ways. Fewer rows where it is cancelled.
 */
export function chooseRows({ block, relevance, lambda, limit }: ChoiceTask, isCancelled: () => boolean): Uint32Array {
  const score = block.form === 'sparse' ? sparseScorer(block) : multiScorer(block, 'others');
  const count = relevance.length;
  const against = new Float32Array(count);
  const nearest = new Float32Array(count).fill(-Infinity);
  const left = new Set(relevance.keys());
  const chosen: number[] = [];
  let next = mostOf(left, (row) => relevance[row] as number);
  while (next !== undefined && chosen.length < limit && !isCancelled()) {
    chosen.push(next);
    left.delete(next);
    score(next, against);
    for (const row of left) {
      const found = against[row] as number;
      nearest[row] = Math.max(nearest[row] as number, Number.isNaN(found) ? 0 : found);
    }
    next = mostOf(left, (row) => lambda * (relevance[row] as number) - (1 - lambda) * (nearest[row] as number));
  }
  return Uint32Array.from(chosen);
}

/** The row with the largest value, of equals the lowest. */
function mostOf(rows: Iterable<number>, valueOf: (row: number) => number): number | undefined {
  let best: number | undefined;
  let most = -Infinity;
  for (const row of rows) {
    const value = valueOf(row);
    if (best !== undefined && value <= most) continue;
    best = row;
    most = value;
  }
  return best;
}

/** Writes the raw scores of all rows for one that is asked for; NaN where two have nothing in common. */
type RowScorer = (row: number, scores: Float32Array) => void;

/** asking: whether the row's own vectors are the query, or those of the others. */
function multiScorer(
  { kind, starts, values }: RaggedBlock & { readonly form: 'multi' },
  asking: 'row' | 'others',
): RowScorer {
  const rowOf = (row: number): Float32Array => values.subarray(starts[row], starts[row + 1]);
  return (row, scores) => {
    const own = rowOf(row);
    for (let at = 0; at < scores.length; at += 1) {
      const other = rowOf(at);
      scores[at] = asking === 'row' ? maxSim(kind, own, other) : maxSim(kind, other, own);
    }
  };
}

/** By postings: a row costs as much as there are numbers under its indices. */
function sparseScorer({ starts, indices, values, weights }: RaggedBlock & { readonly form: 'sparse' }): RowScorer {
  const postings = new Map<number, { readonly rows: number[]; readonly values: number[] }>();
  for (let row = 0; row + 1 < starts.length; row += 1) {
    for (let at = starts[row] as number; at < (starts[row + 1] as number); at += 1) {
      const index = indices[at] as number;
      let posting = postings.get(index);
      if (posting === undefined) {
        posting = { rows: [], values: [] };
        postings.set(index, posting);
      }
      posting.rows.push(row);
      posting.values.push(values[at] as number);
    }
  }
  return (row, scores) => {
    scores.fill(NaN);
    for (let at = starts[row] as number; at < (starts[row + 1] as number); at += 1) {
      const posting = postings.get(indices[at] as number);
      const weight = weights[at] as number;
      posting?.rows.forEach((other, index) => {
        const score = scores[other] as number;
        scores[other] = (Number.isNaN(score) ? 0 : score) + weight * (posting.values[index] as number);
      });
    }
  };
}
