import { invariant } from '../base/invariant.ts';
import type { Arena } from '../compute/arenas.ts';

/** A list costs as much as the bitmap where it holds one row in this many; only shorter ones are kept. */
const LIST_SHARE = 32;
/** Rows at which walks begin: 8 leave some clusters unseen, 32 find no more than 16. */
const SEEDS = 16;

/**
 * The rows that searches of one field may return, in the arena where kernels read them: a bitmap, and a list where the
 * rows are few. Made by `DenseField.admit`, used by any number of searches at once, given back by `close`.
 * Memory: one bit for each row, and four bytes for each row of a list (at most as much again).
 *
 *   block   bitmap │ list, where the rows are few │ seeds
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
  readonly #address: number;
  readonly #bytes: number;
  readonly #listed: boolean;
  /** Word of the block at which the seeds begin. */
  readonly #seeds: number;
  #users = 0;
  #closed = false;

  /** words: live rows below rowEnd, no other bit set. Throws insufficient_storage. */
  constructor(arena: Arena, words: Uint32Array, rowEnd: number, deadCount: number) {
    this.arena = arena;
    this.rowEnd = rowEnd;
    this.deadCount = deadCount;
    this.admitted = countBits(words);
    this.#listed = this.admitted * LIST_SHARE <= rowEnd;
    const wordCount = filterWords(rowEnd);
    invariant(words.length === wordCount, 'filter: a bit for each row and one more');
    this.seedCount = Math.min(SEEDS, this.admitted);
    this.#seeds = wordCount + (this.#listed ? this.admitted : 0);
    this.#bytes = (this.#seeds + this.seedCount) * 4;
    this.#address = arena.allocate(this.#bytes);
    arena.u32.set(words, this.#address / 4);
    if (this.#listed) writeList(words, arena.u32, this.#address / 4 + wordCount);
    arena.u32.set(spread(words, this.admitted, this.seedCount), this.#address / 4 + this.#seeds);
  }

  /** Bytes held in the arena. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Address of the bitmap (layout.ts, SEARCH_FILTER). */
  get bitmap(): number {
    return this.#address;
  }

  /** Address of the rows, `admitted` of them, ascending; undefined where there are too many to be listed. */
  get list(): number | undefined {
    return this.#listed ? this.#address + filterWords(this.rowEnd) * 4 : undefined;
  }

  /** Address of `seedCount` rows spread evenly over the filter. */
  get seeds(): number {
    return this.#address + this.#seeds * 4;
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
    if (this.#closed && this.#users === 0) this.arena.free(this.#address, this.#bytes);
  }
}

/** Words of the bitmap of a filter: one bit more than rows, always 0, stands for all rows behind. */
export function filterWords(rowEnd: number): number {
  return (rowEnd >>> 5) + 1;
}

function countBits(words: Uint32Array): number {
  let count = 0;
  for (const word of words) count += ones(word);
  return count;
}

function ones(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

function writeList(words: Uint32Array, target: Uint32Array, start: number): void {
  let at = start;
  for (let index = 0; index < words.length; index += 1) {
    for (let bits = words[index] ?? 0; bits !== 0; bits &= bits - 1) {
      target[at] = index * 32 + lowest(bits);
      at += 1;
    }
  }
}

/** `wanted` of the `admitted` rows, from the middle of as many equal parts. */
function spread(words: Uint32Array, admitted: number, wanted: number): Uint32Array {
  const rows = new Uint32Array(wanted);
  let at = 0;
  let before = 0;
  for (let index = 0; index < words.length && at < wanted; index += 1) {
    let bits = words[index] ?? 0;
    const after = before + ones(bits);
    for (let rank = rankOf(at); at < wanted && rank < after; rank = rankOf(at)) {
      for (; before < rank; before += 1) bits &= bits - 1;
      rows[at] = index * 32 + lowest(bits);
      at += 1;
    }
    before = after;
  }
  return rows;

  function rankOf(part: number): number {
    return Math.floor(((part + 0.5) * admitted) / wanted);
  }
}

function lowest(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}
