import { setImmediate } from 'node:timers/promises';
import type { Arena } from '../compute/arenas.ts';
import { VectorizerError } from '../core/errors.ts';
import type { DenseField } from './dense-field.ts';
import { openTargetScorer } from './example-scorer.ts';
import type { DenseTarget } from './example-scorer.ts';
import type { ScoreKind } from './original-scores.ts';
import type { RowFilter } from './row-filter.ts';
import type { DenseHits, Hits } from './search-task.ts';

/** Rows read at once: some are for nothing where the first of them settle the answer. */
const GROUP_ROWS = 8;
/** Rows of which none can be for nothing; more would take much memory for one search. */
const GROUP_ROWS_MOST = 64;
/** Rows of a scan for one vector that are read in one turn of the event loop: about half a millisecond at 768 dimensions. */
const SLICE_ROWS = 128;

/**
 * Reads originals, f32[dimension] of each row, end to end; there may be more behind. What is answered is used before the next
 * call: the same array again is best, since a new one of 30 KB costs as much as reading six rows.
 */
export type ReadOriginals = (rows: Uint32Array) => Float32Array;

/** What of a field tells how its originals are scored, and where there is room for it. */
export interface ScoredField {
  readonly options: ScoreKind;
  readonly arena: Arena | undefined;
}

/**
 * Scores the rows of an approximate answer by their originals, best first, until no row that is left is likely to come
 * among the best k; where the search was exact, all of them. Answers the best k.
 * query  f32[dimension], as it was searched for, or the examples.
 * Cost   reading some k rows of int8 codes, more of shorter ones.
 */
export function rescore(field: ScoredField, query: DenseTarget, hits: DenseHits, k: number, read: ReadOriginals): Hits {
  const { rows, ceilings } = hits;
  const groupMost = Math.min(Math.max(k, GROUP_ROWS), GROUP_ROWS_MOST);
  const scorer = openTargetScorer(field.options, query, field.arena, groupMost);
  const best = new BestRows(Math.min(k, rows.length));
  try {
    for (let next = 0; next < rows.length;) {
      // Before there are k scores, all are wanted.
      const end = Math.min(next + (next < k ? groupMost : GROUP_ROWS), rows.length);
      const wanted = next < k ? rows.subarray(next, end) : likely(rows, ceilings, next, end, best.worst);
      if (wanted === undefined) break;
      best.offerAll(wanted, scorer.score(read(wanted), wanted.length));
      next = end;
    }
  } finally {
    scorer.free();
  }
  return best.hits();
}

/** Those of rows [start, end) whose exact score may reach `worst`; undefined where there are none. */
function likely(
  rows: Uint32Array,
  ceilings: Float32Array,
  start: number,
  end: number,
  worst: number,
): Uint32Array | undefined {
  let found: number[] | undefined;
  for (let at = start; at < end; at += 1) {
    if ((ceilings[at] as number) >= worst) (found ??= []).push(rows[at] as number);
  }
  return found === undefined ? undefined : new Uint32Array(found);
}

/** What a scan of originals looks for. */
export interface OriginalsScan {
  readonly query: DenseTarget;
  readonly k: number;
  /** Leave out rows that are not in the graph yet, where there is a graph. */
  readonly indexedOnly: boolean;
  readonly filter: RowFilter | undefined;
  readonly signal: AbortSignal;
}

/**
 * The best k live rows of a field, of the filter where there is one, by all of their originals: what an exact search
 * takes where the field `needsFullRead`. In slices, so that other work goes on. Throws timeout when aborted.
 */
export async function scanOriginals(field: DenseField, scan: OriginalsScan, read: ReadOriginals): Promise<Hits> {
  const { filter } = scan;
  const scanned = scanSlices(field, scan, read);
  return filter === undefined ? scanned : filter.using(scanned);
}

async function scanSlices(field: DenseField, scan: OriginalsScan, read: ReadOriginals): Promise<Hits> {
  const { query, k, indexedOnly, filter, signal } = scan;
  const sliceRows = query instanceof Float32Array ? SLICE_ROWS : Math.ceil(SLICE_ROWS / query.vectors.length);
  const scorer = openTargetScorer(field.options, query, undefined, sliceRows);
  const best = new BestRows(Math.min(k, field.liveCount));
  const rowEnd = indexedOnly && field.indexedCount > 0 ? field.indexedCount : field.rowCount;
  for (let row = 0; row < rowEnd;) {
    const slice = new Uint32Array(sliceRows);
    let count = 0;
    for (; row < rowEnd && count < sliceRows; row += 1) {
      if (!field.isRemoved(row) && filter?.has(row) !== false) slice[count++] = row;
    }
    const found = slice.subarray(0, count);
    if (count > 0) best.offerAll(found, scorer.score(read(found), count));
    await setImmediate();
    if (signal.aborted) throw new VectorizerError('timeout', 'an exact search was cancelled');
  }
  return best.hits();
}

/** The best rows so far, best first; of equal scores the lower row comes first. Plain arrays: objects cost as much as reading. */
class BestRows {
  readonly #rows: Uint32Array;
  readonly #scores: Float32Array;
  #size = 0;

  constructor(k: number) {
    this.#rows = new Uint32Array(k);
    this.#scores = new Float32Array(k);
  }

  /** The score that a row must reach to come among them. */
  get worst(): number {
    return this.#size < this.#scores.length ? -Infinity : (this.#scores[this.#size - 1] ?? Infinity);
  }

  offerAll(rows: Uint32Array, scores: Float32Array): void {
    for (let at = 0; at < rows.length; at += 1) this.#offer(rows[at] as number, scores[at] as number);
  }

  #offer(row: number, score: number): void {
    if (score < this.worst) return;
    const rows = this.#rows;
    const scores = this.#scores;
    let place = Math.min(this.#size, scores.length - 1);
    const full = this.#size === scores.length;
    if (full && score === scores[place] && row > (rows[place] as number)) return;
    for (; place > 0; place -= 1) {
      const other = scores[place - 1] as number;
      if (other > score || (other === score && (rows[place - 1] as number) < row)) break;
      scores[place] = other;
      rows[place] = rows[place - 1] as number;
    }
    scores[place] = score;
    rows[place] = row;
    if (!full) this.#size += 1;
  }

  hits(): Hits {
    const { length } = this.#scores;
    const whole = this.#size === length;
    return {
      rows: whole ? this.#rows : this.#rows.slice(0, this.#size),
      scores: whole ? this.#scores : this.#scores.slice(0, this.#size),
      approximate: false,
    };
  }
}
