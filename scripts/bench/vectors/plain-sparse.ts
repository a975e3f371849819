import type { SparseData, SparseQuery } from './sparse-data.ts';

/**
 * What the engine is compared with: a term at a time in plain TypeScript. Postings of a term lie end to end in typed
 * arrays, sums in a dense Float32Array, and a heap keeps the best k. The sums are looked through, and brought back to
 * zero, in whichever way is quicker: all of them, or those that the postings name.
 */
export class PlainIndex {
  readonly #terms: ReadonlyMap<number, { readonly start: number; readonly end: number }>;
  readonly #rows: Uint32Array;
  readonly #values: Float32Array;
  readonly #sums: Float32Array;
  readonly #heapRows: Uint32Array;
  readonly #heapScores: Float32Array;

  constructor(data: SparseData, k: number) {
    const counts = new Map<number, number>();
    for (const index of data.indices) counts.set(index, (counts.get(index) ?? 0) + 1);
    const terms = new Map<number, { start: number; end: number }>();
    let start = 0;
    for (const [index, count] of counts) {
      terms.set(index, { start, end: start });
      start += count;
    }
    this.#terms = terms;
    this.#rows = new Uint32Array(data.indices.length);
    this.#values = new Float32Array(data.indices.length);
    for (let row = 0; row < data.rowCount; row += 1) {
      for (let at = data.starts[row] ?? 0; at < (data.starts[row + 1] ?? 0); at += 1) {
        const term = terms.get(data.indices[at] ?? 0);
        if (term === undefined) continue;
        this.#rows[term.end] = row;
        this.#values[term.end] = data.values[at] ?? 0;
        term.end += 1;
      }
    }
    this.#sums = new Float32Array(data.rowCount);
    this.#heapRows = new Uint32Array(k);
    this.#heapScores = new Float32Array(k);
  }

  /** Scores of the k best rows, best first. Values and weights are positive. */
  search(query: SparseQuery): Float32Array {
    const sums = this.#sums;
    let postings = 0;
    for (let at = 0; at < query.indices.length; at += 1) {
      const term = this.#terms.get(query.indices[at] ?? 0);
      if (term === undefined) continue;
      addTerm(sums, this.#rows, this.#values, term.start, term.end, query.weights[at] ?? 0);
      postings += term.end - term.start;
    }
    const heap = { rows: this.#heapRows, scores: this.#heapScores, size: 0 };
    if (postings * SCAN_SHARE > sums.length) {
      takeAll(sums, heap);
      sums.fill(0);
    } else {
      for (const index of query.indices) {
        const term = this.#terms.get(index);
        if (term !== undefined) takeTerm(sums, this.#rows, term.start, term.end, heap);
      }
    }
    return heap.scores.slice(0, heap.size).sort().toReversed();
  }
}

/** A posting costs as much to look at as this many sums in a row. */
const SCAN_SHARE = 2;

interface Heap {
  readonly rows: Uint32Array;
  readonly scores: Float32Array;
  size: number;
}

function addTerm(
  sums: Float32Array,
  rows: Uint32Array,
  values: Float32Array,
  start: number,
  end: number,
  weight: number,
): void {
  for (let at = start; at < end; at += 1) {
    const row = rows[at]!;
    sums[row] = sums[row]! + weight * values[at]!;
  }
}

function takeAll(sums: Float32Array, heap: Heap): void {
  let bar = 0;
  for (let row = 0; row < sums.length; row += 1) if (sums[row]! > bar) bar = offer(heap, row, sums[row]!);
}

function takeTerm(sums: Float32Array, rows: Uint32Array, start: number, end: number, heap: Heap): void {
  let bar = heap.size < heap.rows.length ? 0 : heap.scores[0]!;
  for (let at = start; at < end; at += 1) {
    const row = rows[at]!;
    const score = sums[row]!;
    if (score > bar) bar = offer(heap, row, score);
    sums[row] = 0;
  }
}

/** Answers what a score has to be above. */
function offer(heap: Heap, row: number, score: number): number {
  const { rows, scores } = heap;
  if (heap.size < rows.length) {
    let at = heap.size;
    heap.size += 1;
    for (; at > 0 && scores[(at - 1) >> 1]! > score; at = (at - 1) >> 1) {
      scores[at] = scores[(at - 1) >> 1]!;
      rows[at] = rows[(at - 1) >> 1]!;
    }
    scores[at] = score;
    rows[at] = row;
    return heap.size < rows.length ? 0 : scores[0]!;
  }
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= rows.length) break;
    if (child + 1 < rows.length && scores[child + 1]! < scores[child]!) child += 1;
    if (scores[child]! >= score) break;
    scores[at] = scores[child]!;
    rows[at] = rows[child]!;
    at = child;
  }
  scores[at] = score;
  rows[at] = row;
  return scores[0]!;
}
