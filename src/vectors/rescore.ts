import { setImmediate } from 'node:timers/promises';
import { VectorizerError } from '../core/errors.ts';
import type { DenseField } from './dense-field.ts';
import { originalScore } from './original-scores.ts';
import type { ScoreKind } from './original-scores.ts';
import type { RowFilter } from './row-filter.ts';
import type { DenseHits, Hits } from './search-task.ts';

/** Rows read at once: some are for nothing where the first of them settle the answer. */
const GROUP_ROWS = 8;
/** Rows of a scan that are read in one turn of the event loop: about half a millisecond at 768 dimensions. */
const SLICE_ROWS = 128;

/**
 * Reads originals, f32[dimension] of each row, end to end; there may be more behind. What is answered is used before the next
 * call: the same array again is best, since a new one of 30 KB costs as much as reading six rows.
 */
export type ReadOriginals = (rows: Uint32Array) => Float32Array;

/**
 * Scores the rows of an approximate answer by their originals, best first, until no row that is left is likely to come
 * among the best k; where the search was exact, all of them. Answers the best k.
 * query  f32[dimension], as it was searched for.
 * Cost   reading some k rows of int8 codes, more of shorter ones.
 */
export function rescore(
  field: { readonly options: ScoreKind },
  query: Float32Array,
  hits: DenseHits,
  k: number,
  read: ReadOriginals,
): Hits {
  const { dimension } = field.options;
  const score = originalScore(field.options);
  const { rows, ceilings } = hits;
  const best = new BestRows(k);
  let next = 0;
  while (next < rows.length) {
    const end = Math.min(next + (next === 0 ? Math.max(k, GROUP_ROWS) : GROUP_ROWS), rows.length);
    const group: number[] = [];
    for (let at = next; at < end; at += 1) if ((ceilings[at] ?? 0) >= best.worst) group.push(rows[at] ?? 0);
    if (group.length === 0) break;
    const originals = read(Uint32Array.from(group));
    for (const [index, row] of group.entries())
      best.offer(row, Math.fround(score(query, originals, index * dimension)));
    next = end;
  }
  return best.hits();
}

/** What a scan of originals looks for. */
export interface OriginalsScan {
  readonly query: Float32Array;
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
  const { dimension } = field.options;
  const score = originalScore(field.options);
  const best = new BestRows(k);
  const rowEnd = indexedOnly && field.indexedCount > 0 ? field.indexedCount : field.rowCount;
  for (let row = 0; row < rowEnd;) {
    const slice: number[] = [];
    for (; row < rowEnd && slice.length < SLICE_ROWS; row += 1) {
      if (!field.isRemoved(row) && filter?.has(row) !== false) slice.push(row);
    }
    const originals = read(Uint32Array.from(slice));
    for (const [index, each] of slice.entries())
      best.offer(each, Math.fround(score(query, originals, index * dimension)));
    await setImmediate();
    if (signal.aborted) throw new VectorizerError('timeout', 'an exact search was cancelled');
  }
  return best.hits();
}

/** The best k rows so far, best first; of equal scores the lower row comes first. */
class BestRows {
  readonly #k: number;
  readonly #rows: { readonly row: number; readonly score: number }[] = [];

  constructor(k: number) {
    this.#k = k;
  }

  /** The score that a row must reach to come among them. */
  get worst(): number {
    return this.#rows.length < this.#k ? -Infinity : (this.#rows.at(-1)?.score ?? Infinity);
  }

  offer(row: number, score: number): void {
    if (score < this.worst) return;
    const rows = this.#rows;
    let place = rows.length;
    for (; place > 0; place -= 1) {
      const other = rows[place - 1];
      if (other === undefined || other.score > score || (other.score === score && other.row < row)) break;
    }
    rows.splice(place, 0, { row, score });
    if (rows.length > this.#k) rows.pop();
  }

  hits(): Hits {
    return {
      rows: Uint32Array.from(this.#rows, (hit) => hit.row),
      scores: Float32Array.from(this.#rows, (hit) => hit.score),
      approximate: false,
    };
  }
}
