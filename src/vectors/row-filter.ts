import { invariant } from '../base/invariant.ts';
import type { Arena } from '../compute/arenas.ts';

/** A list costs as much as the bitmap where it holds one row in this many; only shorter ones are kept. */
const LIST_SHARE = 32;
/** Rows at which walks begin: 8 leave some clusters unseen, 32 find no more than 16. */
const SEEDS = 16;

/**
 * The rows that searches of one field may return, in the arena where kernels read them: a bitmap, and a list where the
 * rows are few. Made by `admit` of a field, used by any number of searches at once, given back by `close`.
 * Memory: one bit for each row, and four bytes for each row of a list (at most as much again).
 *
 *   blocks   bitmap  ·  seeds │ list, where the rows are few
 */
export class RowFilter {
  readonly arena: Arena;
  /** Rows at or above are outside. */
  readonly rowEnd: number;
  /** Live rows in it when it was made. */
  readonly admitted: number;
  /** Removed rows of the field when it was made: none of them is in the bitmap. */
  readonly deadCount: number;
  readonly seedCount: number;
  /** Address of the bitmap (layout.ts, SEARCH_FILTER). */
  readonly bitmap: number;
  /** Address of `seedCount` rows spread evenly over the filter. */
  readonly seeds: number;
  /** Address of all its rows, `admitted` of them, ascending; undefined where there are too many to be listed. */
  readonly list: number | undefined;
  readonly #bitmapBytes: number;
  readonly #rowBytes: number;
  #users = 0;
  #closed = false;

  /** words: live rows below rowEnd, no other bit set. Throws insufficient_storage. Cost: 9 µs for each 100,000 rows. */
  constructor(arena: Arena, words: Uint32Array, rowEnd: number, deadCount: number) {
    const wordCount = filterWords(rowEnd);
    invariant(words.length === wordCount, 'filter: a bit for each row and one more');
    this.arena = arena;
    this.rowEnd = rowEnd;
    this.deadCount = deadCount;
    this.#bitmapBytes = wordCount * 4;
    this.bitmap = arena.allocate(this.#bitmapBytes);
    arena.u32.set(words, this.bitmap / 4);
    this.admitted = arena.kernels.countRows(this.bitmap, wordCount);
    this.seedCount = Math.min(SEEDS, this.admitted);
    const listed = this.admitted * LIST_SHARE <= rowEnd;
    this.#rowBytes = (SEEDS + (listed ? this.admitted : 0)) * 4;
    try {
      this.seeds = arena.allocate(this.#rowBytes);
    } catch (error) {
      // Undone, so that a full arena keeps no half of a filter.
      arena.free(this.bitmap, this.#bitmapBytes);
      throw error;
    }
    this.list = listed ? this.seeds + SEEDS * 4 : undefined;
    arena.kernels.spreadRows(this.bitmap, wordCount, this.admitted, this.seedCount, this.seeds);
    if (this.list !== undefined) arena.kernels.listRows(this.bitmap, wordCount, this.list);
  }

  /** Bytes held in the arena. */
  get bytes(): number {
    return this.#bitmapBytes + this.#rowBytes;
  }

  /** Keeps the memory for as long as `work` runs. */
  async using<Answer>(work: Promise<Answer>): Promise<Answer> {
    this.#users += 1;
    try {
      return await work;
    } finally {
      this.#users -= 1;
      this.#freeWhenIdle();
    }
  }

  has(row: number): boolean {
    const word = row < this.rowEnd ? (this.arena.u32[this.bitmap / 4 + (row >>> 5)] ?? 0) : 0;
    return ((word >>> (row & 31)) & 1) === 1;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Gives the memory back once the searches under way are done. Twice does nothing. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#freeWhenIdle();
  }

  #freeWhenIdle(): void {
    if (!this.#closed || this.#users > 0) return;
    this.arena.free(this.bitmap, this.#bitmapBytes);
    this.arena.free(this.seeds, this.#rowBytes);
  }
}

/** A field at the moment when it admits rows. */
export interface AdmittingField {
  readonly arena: Arena;
  readonly rowCount: number;
  /** Removed rows. */
  readonly deadCount: number;
  /** Clears their bits in a bitmap of rows below `rowEnd`. */
  readonly clearDead: (words: Uint32Array, rowEnd: number) => void;
}

/** See VectorField.admit. */
export function admitRows(field: AdmittingField, words: Uint32Array, rowEnd: number): RowFilter {
  const { arena, rowCount, deadCount } = field;
  const end = Math.min(rowEnd, rowCount);
  const bits = new Uint32Array(filterWords(end));
  bits.set(words.subarray(0, bits.length));
  bits[bits.length - 1] = (bits.at(-1) ?? 0) & ((1 << (end & 31)) - 1);
  if (deadCount > 0) field.clearDead(bits, end);
  return new RowFilter(arena, bits, end, deadCount);
}

/** Words of the bitmap of a filter: one bit more than rows, always 0, stands for all rows behind. */
export function filterWords(rowEnd: number): number {
  return (rowEnd >>> 5) + 1;
}
