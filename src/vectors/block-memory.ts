import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Arena } from '../compute/arenas.ts';
import type { Compute } from '../compute/compute.ts';
import { VectorizerError, badInput } from '../core/errors.ts';
import * as layout from '../kernels/layout.ts';
import * as blockLayout from '../kernels/layout-block.ts';
import { METRICS } from './original-scorer.ts';
import { Scratch } from './multi-pieces.ts';
import type { CodedBlock, VectorBlock } from './vector-block.ts';

/** All that the work on one block takes, its vectors and lists: an arena keeps what it once took. */
export const BLOCK_BYTES_MAX: number = 512 * 1024 * 1024;
/** Copied in one turn of the event loop: about half a millisecond. */
const COPY_BYTES = 4 * 1024 * 1024;
/** Coordinates that one task decodes: some milliseconds. */
const DECODE_NUMBERS = 4 * 1024 * 1024;

const SHAPE = { padded: layout.PADDING, rowCount: 1, beam: 1, links: 1, top: 1 };

/** What a task's words say besides: BLOCK_… and a value each. */
export type Words = readonly (readonly [field: number, value: number])[];

/** How many vectors a block has. */
export function rowsOfBlock(block: VectorBlock | CodedBlock): number {
  return 'rows' in block ? block.rows.length : block.vectors.length / block.kind.dimension;
}

/** A block of vectors in an arena while the search threads work on it (assembly/vector-block.ts). */
export class BlockMemory {
  readonly arena: Arena;
  readonly #compute: Compute;
  readonly #block: VectorBlock | CodedBlock;
  readonly #signal: AbortSignal;
  readonly #scratch: Scratch;
  readonly #stride: number;
  readonly #count: number;
  /** Whether rows of a field are in 24 bits there. */
  readonly #wide: boolean;
  #vectors = 0;
  /** Numbers of rows in their field. */
  #places = 0;
  /** Rows of the block that the next task decodes first. */
  #undecoded: readonly [first: number, end: number] | undefined;
  /** Of whole numbers, which are compared by their directions; else 0. */
  #squares = 0;
  #bytes = 0;

  /** Rows of a field: `using` has to follow in the same turn of the event loop. */
  constructor(compute: Compute, block: VectorBlock | CodedBlock, signal: AbortSignal) {
    const field = 'memory' in block ? block.memory : undefined;
    this.arena = field?.arena ?? compute.arenas.forField();
    this.#compute = compute;
    this.#block = block;
    this.#signal = signal;
    this.#scratch = new Scratch(this.arena);
    this.#stride = field === undefined ? Math.ceil(block.kind.dimension / 8) * 32 : field.padded * 4;
    this.#count = rowsOfBlock(block);
    this.#wide = field?.hasRemainders === true;
  }

  /** Frees everything when `work` is done; no task of it may be under way then. */
  async using<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    const done = async (): Promise<Answer> => {
      try {
        return await work();
      } finally {
        this.#scratch.free();
      }
    };
    return 'memory' in this.#block ? this.#block.memory.reading(done()) : done();
  }

  /** Address of a block of bytes. Throws bad_input where the whole becomes too large, insufficient_storage. */
  take(bytes: number): number {
    this.#bytes += bytes;
    if (this.#bytes > BLOCK_BYTES_MAX) {
      throw badInput(`Comparing ${this.#count} vectors with each other takes more than ${BLOCK_BYTES_MAX} bytes`);
    }
    return this.#scratch.take(bytes);
  }

  takeCopy(values: Float32Array): number {
    const address = this.take(values.byteLength);
    this.arena.f32.set(values, address / 4);
    return address;
  }

  /**
   * Brings the vectors in. Throws timeout when aborted.
   * joined  rows of a field may be left to the next task, which decodes them before anything else; others may run after it.
   */
  async fill(joined: boolean): Promise<void> {
    const { kind } = this.#block;
    const slack = 'memory' in this.#block ? blockLayout.BLOCK_SLACK_BYTES : 0;
    this.#vectors = this.take(this.#count * this.#stride + slack);
    if (kind.datatype === 'uint8' && kind.distance === 'Cosine') this.#squares = this.take(this.#count * 8);
    if ('vectors' in this.#block) await this.#copy(this.#block);
    else await this.#decode(this.#block, joined);
  }

  async #decode({ kind, rows }: CodedBlock, joined: boolean): Promise<void> {
    this.#places = this.take(rows.byteLength);
    this.arena.u32.set(rows, this.#places / 4);
    const rowsAtOnce = Math.max(Math.floor(DECODE_NUMBERS / kind.dimension), 1);
    // One after the other: decoding may write beyond the last of its rows (assembly/block-rows.ts).
    for (let first = 0; first < rows.length; first += rowsAtOnce) {
      const end = Math.min(first + rowsAtOnce, rows.length);
      this.#undecoded = [first, end];
      if (!joined || end < rows.length) await this.run(blockLayout.BLOCK_DO_DECODE, 0, []);
    }
  }

  async #copy({ kind, vectors }: VectorBlock): Promise<void> {
    const { dimension } = kind;
    const stride = this.#stride / 4;
    const address = this.#vectors;
    const rowsAtOnce = Math.max(Math.floor(COPY_BYTES / this.#stride), 1);
    for (let row = 0; row < this.#count; row += rowsAtOnce) {
      if (row > 0) await nextTurn();
      if (this.#signal.aborted) throw new VectorizerError('timeout', 'the comparison of vectors was cancelled');
      const end = Math.min(row + rowsAtOnce, this.#count);
      if (this.#squares > 0) this.#measure(vectors, row, end);
      const { f32 } = this.arena;
      if (stride === dimension) {
        f32.set(vectors.subarray(row * dimension, end * dimension), address / 4 + row * stride);
        continue;
      }
      for (let each = row; each < end; each += 1) {
        const target = address / 4 + each * stride;
        f32.set(vectors.subarray(each * dimension, (each + 1) * dimension), target);
        f32.fill(0, target + dimension, target + stride);
      }
    }
  }

  /** Writes the squares of the lengths of rows [row, end). */
  #measure(vectors: Float32Array, row: number, end: number): void {
    const { dimension } = this.#block.kind;
    const squares = new Float64Array(this.arena.memory.buffer, this.#squares, this.#count);
    for (let each = row; each < end; each += 1) {
      let sum = 0;
      for (let at = each * dimension; at < (each + 1) * dimension; at += 1) sum += (vectors[at] as number) ** 2;
      squares[each] = sum;
    }
  }

  /** Empty heaps of `perRow` pairs for each row and part, with their sizes and least scores (layout-block.ts). */
  takeHeaps(parts: number, perRow: number): { readonly heaps: number; readonly sizes: number; readonly least: number } {
    const rows = parts * this.#count;
    const heaps = this.take(rows * perRow * 8);
    const sizes = this.take(rows * 4);
    const least = this.take(rows * 4);
    this.arena.u32.fill(0, sizes / 4, sizes / 4 + rows);
    this.arena.f32.fill(-Infinity, least / 4, least / 4 + rows);
    return { heaps, sizes, least };
  }

  /** Runs one task on a search thread. Throws timeout when aborted, internal when the thread fails. */
  async run(
    step: number,
    limit: number,
    words: Words,
    lambda = 0,
  ): Promise<{ readonly chosenCount: number; readonly worthSize: number; readonly scored: number }> {
    const { arena } = this;
    const task = arena.allocate(blockLayout.BLOCK_BYTES);
    try {
      const at = task / 4;
      arena.u32.fill(0, at, at + blockLayout.BLOCK_BYTES / 4);
      arena.u32[at + layout.SEARCH_KIND / 4] = layout.KIND_BLOCK;
      arena.u32[at + blockLayout.BLOCK_VECTORS / 4] = this.#vectors;
      arena.u32[at + blockLayout.BLOCK_STRIDE / 4] = this.#stride;
      arena.u32[at + blockLayout.BLOCK_COUNT / 4] = this.#count;
      arena.u32[at + blockLayout.BLOCK_METRIC / 4] = METRICS[this.#block.kind.distance];
      arena.u32[at + blockLayout.BLOCK_STEP / 4] = step;
      arena.u32[at + blockLayout.BLOCK_SQUARES / 4] = this.#squares;
      arena.u32[at + blockLayout.BLOCK_LIMIT / 4] = limit;
      this.#writeDecoding(at);
      for (const [field, value] of words) arena.u32[at + field / 4] = value;
      arena.f32[at + blockLayout.BLOCK_LAMBDA / 4] = lambda;
      await this.#compute.search({ arena, task, shape: SHAPE, signal: this.#signal });
      const { u32 } = arena;
      return {
        chosenCount: u32[at + blockLayout.BLOCK_CHOSEN_COUNT / 4] ?? 0,
        worthSize: u32[at + blockLayout.BLOCK_WORTH_SIZE / 4] ?? 0,
        scored: u32[at + blockLayout.BLOCK_SCORED / 4] ?? 0,
      };
    } finally {
      arena.free(task, blockLayout.BLOCK_BYTES);
    }
  }

  /** Lets the task at a word decode what is to be decoded first. */
  #writeDecoding(at: number): void {
    const undecoded = this.#undecoded;
    if (undecoded === undefined || !('memory' in this.#block)) return;
    this.#undecoded = undefined;
    const { u32 } = this.arena;
    u32[at + blockLayout.BLOCK_FIELD / 4] = this.#block.memory.field;
    u32[at + blockLayout.BLOCK_PLACES / 4] = this.#places;
    u32[at + blockLayout.BLOCK_DECODE_FIRST / 4] = undecoded[0];
    u32[at + blockLayout.BLOCK_DECODE_END / 4] = undecoded[1];
    u32[at + blockLayout.BLOCK_REMAINDERS / 4] = this.#wide ? 1 : 0;
  }
}
