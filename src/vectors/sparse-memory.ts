import type { Arena } from '../compute/arenas.ts';
import * as sparseLayout from '../kernels/layout-sparse.ts';
import { SparseRetired } from './sparse-retired.ts';
import type { Block } from './sparse-retired.ts';

/** Slabs that postings are carved from: each as large as all before it, between these. */
const SLAB_BYTES_FIRST = 8 * 1024;
const SLAB_BYTES_MAX = 1024 * 1024;
/** First capacities; they double. A table has room for three quarters of its entries. */
const TABLE_ENTRIES_FIRST = 256;
const ROWS_FIRST = 1024;
const REMOVED_FIRST = 64;
/** Postings handed to the kernel at once: what they need stays within a second-level cache. */
const STAGED_POSTINGS = 16_384;
/** Postings that are looked at between two parts of an append, to build dense blocks: about a millisecond. */
const DENSE_POSTINGS = 14_000;

/** Rows end to end: starts[rowCount + 1] in indices and values; indices ascending and unique within each row. */
export interface SparseRows {
  readonly starts: Uint32Array;
  readonly indices: Uint32Array;
  readonly values: Float32Array;
  readonly rowCount: number;
}

/** The memory of one sparse field in an arena, as kernels/layout.ts draws it. Written by the main thread alone. */
export class SparseMemory {
  readonly arena: Arena;
  /** Address of the descriptor. */
  readonly field: number;
  readonly #retired: SparseRetired;
  readonly #slabs: Block[] = [];
  #slabBytes = 0;
  #table: Block;
  /** Two bitmaps of rows, end to end: those removed, and those without postings. */
  #bitmaps: Block;
  /** Removed rows in the order of their removal. */
  #removed: Block;
  #closed = false;

  /** values: one of SPARSE_FLOAT32, SPARSE_FLOAT16, SPARSE_UINT8. Throws insufficient_storage. */
  constructor(arena: Arena, values: number) {
    this.arena = arena;
    this.field = arena.allocateZeroed(sparseLayout.SPARSE_BYTES);
    this.#retired = new SparseRetired(arena, this.field);
    this.#table = this.#makeTable(TABLE_ENTRIES_FIRST);
    this.#bitmaps = this.#allocateZeroed(ROWS_FIRST / 4);
    this.#removed = this.#allocateZeroed(REMOVED_FIRST * 4);
    this.#write(sparseLayout.SPARSE_VALUES, values);
    this.#write(sparseLayout.SPARSE_DEAD, this.deadBits);
    this.#write(sparseLayout.SPARSE_REMOVED, this.#removed.address);
  }

  /** Bytes of slabs: postings, and room that lists will grow into. */
  get postingBytes(): number {
    return this.#slabBytes;
  }

  /** Bytes of all else. */
  get tableBytes(): number {
    const blocks = [this.#table, this.#bitmaps, this.#removed];
    return blocks.reduce((sum, block) => sum + block.bytes, sparseLayout.SPARSE_BYTES + this.#retired.bytes);
  }

  /** Address of the bitmap of removed rows: a bit for each row there is. */
  get deadBits(): number {
    return this.#bitmaps.address;
  }

  /** Address of the bitmap of rows without postings, as long. */
  get emptyBits(): number {
    return this.#bitmaps.address + this.#bitmaps.bytes / 2;
  }

  /** Rows that the bitmaps have room for. */
  get #rowCapacity(): number {
    return this.#bitmaps.bytes * 4;
  }

  /** Postings appended, those of removed rows included. */
  get postingCount(): number {
    return this.#read(sparseLayout.SPARSE_POSTINGS);
  }

  get removedCount(): number {
    return this.#read(sparseLayout.SPARSE_REMOVED_COUNT);
  }

  /**
   * Appends rows, the first of which is `row`, in parts, and tells of each how many rows are in. Throws
   * insufficient_storage: the rows that were told are there then, and of the others nothing is.
   */
  append(row: number, rows: SparseRows, told: (rowCount: number) => void): void {
    this.#reserveRows(row + rows.rowCount);
    const { starts, rowCount } = rows;
    let from = 0;
    while (from < rowCount) {
      const first = starts[from] ?? 0;
      let to = from + 1;
      while (to < rowCount && (starts[to + 1] ?? 0) - first <= STAGED_POSTINGS) to += 1;
      this.#appendPart(row + from, rows, from, to, told);
      from = to;
      this.buildDense(row + from);
    }
  }

  /** Builds some more of the dense blocks of rows below `rowCount`; false: more are left. Without memory none are built. */
  buildDense(rowCount: number): boolean {
    if ((this.#read(sparseLayout.SPARSE_DENSE_WINDOWS) + 1) * sparseLayout.SPARSE_WINDOW > rowCount) return true;
    const { arena } = this;
    let scratch = 0;
    try {
      scratch = arena.allocate(sparseLayout.SPARSE_TERM_BYTES);
      for (;;) {
        const answer = arena.kernels.sparseDense(this.field, rowCount, DENSE_POSTINGS, scratch);
        if (answer < 2) return answer === 0;
        this.#makeRoom();
      }
    } catch {
      // Windows without dense blocks are searched by their postings.
      return true;
    } finally {
      if (scratch !== 0) arena.free(scratch, sparseLayout.SPARSE_TERM_BYTES);
    }
  }

  isDead(row: number): boolean {
    return this.#hasBit(this.deadBits, row);
  }

  /** Whether a row has no postings. */
  isEmpty(row: number): boolean {
    return this.#hasBit(this.emptyBits, row);
  }

  /** Marks a live row as removed. */
  bury(row: number): void {
    const count = this.removedCount;
    if (count * 4 === this.#removed.bytes) {
      // Only this thread reads it.
      const old = this.#removed;
      this.#removed = this.#allocateZeroed(old.bytes * 2);
      this.arena.u8.copyWithin(this.#removed.address, old.address, old.address + old.bytes);
      this.#free(old);
      this.#write(sparseLayout.SPARSE_REMOVED, this.#removed.address);
    }
    this.arena.u32[this.#removed.address / 4 + count] = row;
    this.#write(sparseLayout.SPARSE_REMOVED_COUNT, count + 1);
    this.#setBit(this.deadBits, row);
  }

  /** Clears the bits of removed rows in a bitmap of rows. */
  clearDead(words: Uint32Array): void {
    const { u32 } = this.arena;
    const dead = this.deadBits / 4;
    for (let at = 0; at < words.length && at < this.#rowCapacity / 32; at += 1) {
      words[at] = (words[at] ?? 0) & ~(u32[dead + at] ?? 0);
    }
  }

  /** Rows that are neither removed nor empty, of a bitmap of rows in this arena with `words` words. */
  rowsIn(bitmap: number, words: number): number {
    // A bitmap of a filter may have one word more than there are rows, which is zero.
    const covered = Math.min(words, this.#rowCapacity / 32);
    return this.arena.kernels.sparseRowsIn(bitmap, covered, this.deadBits, this.emptyBits);
  }

  /** Keeps what a search can see for as long as `work` runs. */
  async using<Answer>(work: Promise<Answer>): Promise<Answer> {
    try {
      return await this.#retired.using(work);
    } finally {
      this.#freeWhenIdle();
    }
  }

  /** Gives everything back once no search uses it any more. */
  close(): void {
    this.#closed = true;
    this.#freeWhenIdle();
  }

  #freeWhenIdle(): void {
    if (!this.#closed || !this.#retired.isIdle) return;
    this.#retired.close();
    for (const block of [...this.#slabs, this.#table, this.#bitmaps, this.#removed]) this.#free(block);
    this.arena.free(this.field, sparseLayout.SPARSE_BYTES);
  }

  /** Rows [from, to) of `rows`, the first of which becomes `row`; tells how many are in, also when it throws. */
  #appendPart(row: number, rows: SparseRows, from: number, to: number, told: (rowCount: number) => void): void {
    const { arena } = this;
    const starts = rows.starts.subarray(from, to + 1);
    const begin = starts[0] ?? 0;
    const count = (starts.at(-1) ?? 0) - begin;
    const bytes = (starts.length + 2 * count) * 4;
    const staging = arena.allocate(bytes);
    const indices = staging + starts.length * 4;
    const values = indices + count * 4;
    for (const [at, start] of starts.entries()) arena.u32[staging / 4 + at] = start - begin;
    arena.u32.set(rows.indices.subarray(begin, begin + count), indices / 4);
    arena.f32.set(rows.values.subarray(begin, begin + count), values / 4);
    let done = 0;
    try {
      for (;;) {
        done = arena.kernels.sparseAppend(this.field, row, staging, to - from, indices, values, done);
        if (done === count) break;
        this.#makeRoom();
      }
    } finally {
      let whole = 0;
      while (whole < to - from && (starts[whole + 1] ?? 0) - begin <= done) whole += 1;
      // No part of a row is ever found: where memory ran out within one, it is taken back.
      for (let at = done - 1; at >= (starts[whole] ?? 0) - begin; at -= 1) {
        arena.kernels.sparseRetract(this.field, arena.u32[indices / 4 + at] ?? 0);
      }
      arena.free(staging, bytes);
      this.#retired.reclaim();
      for (let at = 0; at < whole; at += 1) if (starts[at] === starts[at + 1]) this.#setBit(this.emptyBits, row + at);
      told(whole);
    }
  }

  /** Gives the kernel what it stopped for: a larger table, a longer list of what was replaced, or one more slab. */
  #makeRoom(): void {
    const needed = this.#read(sparseLayout.SPARSE_NEEDED);
    if (needed === 0) {
      const old = this.#table;
      this.#table = this.#makeTable(((old.bytes - sparseLayout.SPARSE_TABLE_HEAD) / 8) * 2);
      this.#retired.retire(old);
    } else if (this.#retired.isFull) {
      this.#retired.reclaim();
      if (this.#retired.isFull) this.#retired.grow();
    } else {
      const bytes = Math.max(Math.min(Math.max(this.#slabBytes, SLAB_BYTES_FIRST), SLAB_BYTES_MAX), needed);
      const slab = { address: this.arena.allocate(bytes), bytes };
      this.#slabs.push(slab);
      this.#slabBytes += bytes;
      this.#write(sparseLayout.SPARSE_ROOM, slab.address);
      this.#write(sparseLayout.SPARSE_ROOM_END, slab.address + bytes);
    }
  }

  /** A table with the terms of the present one; the kernel takes it over. */
  #makeTable(entries: number): Block {
    const table = this.#allocateZeroed(sparseLayout.SPARSE_TABLE_HEAD + entries * 8);
    this.arena.u32[table.address / 4] = 32 - Math.log2(entries);
    this.arena.u32[table.address / 4 + 1] = entries - 1;
    this.arena.kernels.sparseRehash(this.field, table.address);
    return table;
  }

  /** Makes the bitmaps long enough. Searches under way may read the old ones, which are right for the rows they look at. */
  #reserveRows(rowCount: number): void {
    while (rowCount > this.#rowCapacity) {
      const old = this.#bitmaps;
      const larger = this.#allocateZeroed(old.bytes * 2);
      const half = old.bytes / 2;
      const { u8 } = this.arena;
      u8.copyWithin(larger.address, old.address, old.address + half);
      u8.copyWithin(larger.address + old.bytes, old.address + half, old.address + old.bytes);
      this.#bitmaps = larger;
      this.#retired.retire(old);
      this.#write(sparseLayout.SPARSE_DEAD, this.deadBits);
    }
  }

  #allocateZeroed(bytes: number): Block {
    return { address: this.arena.allocateZeroed(bytes), bytes };
  }

  #free(block: Block): void {
    this.arena.free(block.address, block.bytes);
  }

  #hasBit(bits: number, row: number): boolean {
    return (((this.arena.u32[bits / 4 + (row >>> 5)] ?? 0) >>> (row & 31)) & 1) === 1;
  }

  #setBit(bits: number, row: number): void {
    const at = bits / 4 + (row >>> 5);
    this.arena.u32[at] = (this.arena.u32[at] ?? 0) | (1 << (row & 31));
  }

  #read(word: number): number {
    return this.arena.u32[(this.field + word) / 4] ?? 0;
  }

  #write(word: number, value: number): void {
    this.arena.u32[(this.field + word) / 4] = value;
  }
}
