import { bm25 } from '../../../src/filters/text/bm25.ts';
import { uniformSource } from '../data.ts';
import { machineDocuments } from '../filters/machine-text.ts';

/** Sparse rows end to end, and queries whose weights have idf in. */
export interface SparseData {
  readonly rowCount: number;
  readonly starts: Uint32Array;
  readonly indices: Uint32Array;
  readonly values: Float32Array;
}

export interface SparseQuery {
  readonly indices: Uint32Array;
  readonly weights: Float32Array;
}

/** Passages of this machine's texts as `qdrant/bm25` makes vectors of them: words stemmed, stop words left out. */
export function passages(count: number, wordsEach: number): SparseData {
  const options = JSON.stringify({ avg_len: Math.round(wordsEach * KEPT_SHARE) });
  const rows = machineDocuments(count, wordsEach).map((text) => bm25(text, options, 'document'));
  return joinRows(rows);
}

/** Of the words of a passage, those that are no stop words. */
const KEPT_SHARE = 0.6;

/** Rows of about `length` terms, drawn from `terms` by Zipf's law; values even between 0 and 1. */
export function zipfRows(count: number, length: number, terms: number): SparseData {
  const chance = uniformSource(11);
  const draw = zipfSource(terms, chance);
  return joinRows(
    Array.from({ length: count }, () => {
      const row = new Set<number>();
      const size = Math.round(length * (0.5 + chance()));
      while (row.size < size) row.add(draw());
      const indices = Uint32Array.from(row).sort();
      return { indices, values: Float32Array.from(indices, () => 1 - chance()) };
    }),
  );
}

/** A source of terms: the one of rank r has a share of 1 / r. */
function zipfSource(terms: number, chance: () => number): () => number {
  const sums = new Float64Array(terms);
  let sum = 0;
  for (let term = 0; term < terms; term += 1) {
    sum += 1 / (term + 1);
    sums[term] = sum;
  }
  return () => {
    const wanted = chance() * sum;
    let low = 0;
    let high = terms - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

/** How many rows have each index. */
function frequencies(data: SparseData): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const index of data.indices) counts.set(index, (counts.get(index) ?? 0) + 1);
  return counts;
}

export interface QueryKind {
  readonly count: number;
  /** Numbers of terms, from and to. */
  readonly lengths: readonly [number, number];
  /** All terms of one query from one row, as of somebody who has a text in mind; else each from a row of its own. */
  readonly together: boolean;
}

/** Queries of terms drawn by document frequency, each weighted by its idf, or where `weigh` is given, by that. */
export function drawQueries(data: SparseData, kind: QueryKind, weigh?: () => number): readonly SparseQuery[] {
  const chance = uniformSource(23 + kind.lengths[1]);
  const counts = frequencies(data);
  const [least, most] = kind.lengths;
  return Array.from({ length: kind.count }, () => {
    const wanted = least + Math.floor(chance() * (most - least + 1));
    const terms = new Set<number>();
    const common = Math.floor(chance() * data.rowCount);
    for (let attempt = 0; attempt < 20 * wanted && terms.size < wanted; attempt += 1) {
      const row = kind.together ? common : Math.floor(chance() * data.rowCount);
      const start = data.starts[row] ?? 0;
      const index = data.indices[start + Math.floor(chance() * ((data.starts[row + 1] ?? 0) - start))];
      if (index !== undefined) terms.add(index);
    }
    const indices = Uint32Array.from(terms).sort();
    const weights = Float32Array.from(indices, (index) => weigh?.() ?? idf(data.rowCount, counts.get(index) ?? 0));
    return { indices, weights };
  });
}

function idf(rows: number, frequency: number): number {
  return Math.log((rows - frequency + 0.5) / (frequency + 0.5) + 1);
}

function joinRows(rows: readonly { readonly indices: Uint32Array; readonly values: Float32Array }[]): SparseData {
  const starts = new Uint32Array(rows.length + 1);
  for (const [at, { indices }] of rows.entries()) starts[at + 1] = (starts[at] ?? 0) + indices.length;
  const indices = new Uint32Array(starts.at(-1) ?? 0);
  const values = new Float32Array(indices.length);
  for (const [at, row] of rows.entries()) {
    indices.set(row.indices, starts[at] ?? 0);
    values.set(row.values, starts[at] ?? 0);
  }
  return { rowCount: rows.length, starts, indices, values };
}
