import { setImmediate } from 'node:timers/promises';
import { invariant } from '../base/invariant.ts';
import type { Compute } from '../compute/compute.ts';
import type { ExampleScoring } from '../core/example-scoring.ts';
import { VectorizerError } from '../core/errors.ts';
import * as layout from '../kernels/layout.ts';
import * as sparseLayout from '../kernels/layout-sparse.ts';
import { admitRows, filterWords } from './row-filter.ts';
import type { RowFilter } from './row-filter.ts';
import type { Hits } from './search-task.ts';
import { SparseMemory } from './sparse-memory.ts';
import { SparseExampleTask } from './sparse-example-task.ts';
import type { SparseExample } from './sparse-example-task.ts';
import { SparseTask, sparseShape } from './sparse-task.ts';
import type { FieldMemoryUse, VectorField } from './vector-field.ts';

export interface SparseFieldOptions {
  /** How values of postings are held. float16 rounds them as they arrive; uint8 once a block of 128 is full. */
  readonly datatype: 'float32' | 'float16' | 'uint8';
}

/** What a sparse search asks for. */
export interface SparseSearch {
  /** Unique; in any order. */
  readonly indices: Uint32Array;
  /** A weight for each index, idf already in. */
  readonly values: Float32Array;
  readonly k: number;
  /** Rows that may be returned, from `admit` of the same field; undefined = all. */
  readonly filter: RowFilter | undefined;
  /** Cancels the search before it begins. */
  readonly signal: AbortSignal;
}

/** The same of several examples, each with indices that are unique. */
export interface SparseExampleSearch extends Pick<SparseSearch, 'k' | 'filter' | 'signal'> {
  readonly examples: readonly SparseExample[];
  readonly scoring: ExampleScoring;
}

/** How often terms occur among live rows. */
export interface SparseStatistics {
  /** Rows that are not empty. */
  readonly rows: number;
  /** For each index that was asked for, rows that have it. */
  readonly frequencies: Uint32Array;
}

const KINDS = {
  float32: sparseLayout.SPARSE_FLOAT32,
  float16: sparseLayout.SPARSE_FLOAT16,
  uint8: sparseLayout.SPARSE_UINT8,
};

/**
 * One sparse vector field of one segment: an inverted index that takes rows as they come, and is searched exactly.
 * Rows are numbered from 0 in the order of their arrival. Owned by the main thread; searches run on worker threads.
 */
export class SparseField implements VectorField {
  readonly options: SparseFieldOptions;
  readonly #compute: Compute;
  /** Made by the first append: an empty field costs nothing. */
  #memory: SparseMemory | undefined;
  #rowCount = 0;
  #deadCount = 0;
  /** Live rows that have postings. */
  #filledCount = 0;
  #closed = false;

  private constructor(compute: Compute, options: SparseFieldOptions) {
    this.#compute = compute;
    this.options = options;
  }

  /** A field without rows. */
  static open(compute: Compute, options: SparseFieldOptions): SparseField {
    return new SparseField(compute, options);
  }

  /** Rows appended, removed and empty ones included. */
  get rowCount(): number {
    return this.#rowCount;
  }

  get liveCount(): number {
    return this.#rowCount - this.#deadCount;
  }

  /** A row is in the index as soon as it is appended. */
  get indexedCount(): number {
    return this.#rowCount;
  }

  get memory(): FieldMemoryUse {
    return { codes: this.#memory?.postingBytes ?? 0, index: this.#memory?.tableBytes ?? 0, originals: 0 };
  }

  /** Postings held, those of removed rows included. */
  get postingCount(): number {
    return this.#memory?.postingCount ?? 0;
  }

  /**
   * Adds rows end to end: searchable at once. A row may be empty: it is counted and never returned.
   * starts           offsets in indices and values, rowCount + 1 of them.
   * indices, values  ascending and unique within each row; finite.
   * Throws insufficient_storage; rowCount tells what was added.
   */
  append(starts: Uint32Array, indices: Uint32Array, values: Float32Array, rowCount: number): void {
    invariant(!this.#closed, 'field: appended after close');
    invariant(starts.length > rowCount, 'field: an offset for each row and one more');
    if (rowCount === 0) return;
    if (this.#rowCount + rowCount > layout.ROW_LIMIT) {
      throw new VectorizerError('insufficient_storage', `a segment holds at most ${String(layout.ROW_LIMIT)} vectors`);
    }
    this.#memory ??= new SparseMemory(this.#compute.arenas.forField(), KINDS[this.options.datatype]);
    const first = this.#rowCount;
    this.#memory.append(first, { starts, indices, values, rowCount }, (appended) => {
      const from = this.#rowCount - first;
      for (let at = from; at < from + appended; at += 1) if (starts[at] !== starts[at + 1]) this.#filledCount += 1;
      this.#rowCount += appended;
    });
  }

  remove(row: number): void {
    const memory = this.#memory;
    invariant(memory !== undefined && row < this.#rowCount, 'field: a removed row exists');
    if (memory.isDead(row)) return;
    memory.bury(row);
    this.#deadCount += 1;
    if (!memory.isEmpty(row)) this.#filledCount -= 1;
  }

  isRemoved(row: number): boolean {
    return row < this.#rowCount && this.#memory?.isDead(row) === true;
  }

  admit(words: Uint32Array, rowEnd: number): RowFilter {
    invariant(!this.#closed, 'field: admitted after close');
    const arena = this.#memory?.arena ?? this.#compute.arenas.forField();
    const clearDead = (bits: Uint32Array): void => this.#memory?.clearDead(bits);
    return admitRows({ arena, rowCount: this.#rowCount, deadCount: this.#deadCount, clearDead }, words, rowEnd);
  }

  /**
   * The k live rows with the largest dot products, of those that share an index with the query. Rows appended before the
   * call are found. Throws timeout where cancelled before it began.
   */
  async search(request: SparseSearch): Promise<Hits> {
    const { indices, values, filter, signal } = request;
    invariant(filter?.isClosed !== true, 'field: searched with a filter that is open');
    invariant(indices.length === values.length, 'field: a weight for each index');
    const memory = this.#memory;
    const k = Math.min(request.k, this.liveCount, filter?.admitted ?? this.#rowCount);
    if (memory === undefined || k === 0 || indices.length === 0) {
      return { rows: new Uint32Array(0), scores: new Float32Array(0), approximate: false };
    }
    invariant(filter === undefined || filter.arena === memory.arena, 'field: its own filter');
    // What the last append left, where none follows.
    memory.buildDense(this.#rowCount);
    const rowEnd = Math.min(this.#rowCount, filter?.rowEnd ?? this.#rowCount);
    const task = new SparseTask(memory, { indices, weights: values, k, rowStart: 0, rowEnd, filter });
    try {
      const job = { arena: memory.arena, task: task.address, shape: sparseShape(k), signal };
      const done = memory.using(this.#compute.search(job));
      await (filter === undefined ? done : filter.using(done));
      return task.hits();
    } finally {
      task.free();
    }
  }

  /**
   * The k live rows with the best scores against several examples (core/example-scoring.ts). A row that shares no index
   * with an example has 0 against it; rows without any are never returned. Otherwise as `search`.
   */
  async searchExamples(request: SparseExampleSearch): Promise<Hits> {
    const { examples, scoring, filter, signal } = request;
    invariant(filter?.isClosed !== true, 'field: searched with a filter that is open');
    const memory = this.#memory;
    const k = Math.min(request.k, this.liveCount, filter?.admitted ?? this.#rowCount);
    if (memory === undefined || k === 0) {
      return { rows: new Uint32Array(0), scores: new Float32Array(0), approximate: false };
    }
    invariant(filter === undefined || filter.arena === memory.arena, 'field: its own filter');
    const task = new SparseExampleTask(memory, { examples, scoring, k, rowEnd: this.#rowCount, filter });
    try {
      const job = { arena: memory.arena, task: task.address, shape: sparseShape(k), signal };
      const done = memory.using(this.#compute.search(job));
      await (filter === undefined ? done : filter.using(done));
      return task.hits();
    } finally {
      task.free();
    }
  }

  /**
   * How many live rows have each of `indices`: of the filter (from `admit`, open), or of all. At once: terms are counted,
   * and rows removed since a term was counted last are looked up in its list. Throws insufficient_storage.
   */
  statistics(indices: Uint32Array, filter: RowFilter | undefined): SparseStatistics {
    const memory = this.#memory;
    const frequencies = new Uint32Array(indices.length);
    if (memory === undefined) return { rows: 0, frequencies };
    const { arena, field } = memory;
    const { kernels } = arena;
    const scratch = arena.allocate(sparseLayout.SPARSE_TERM_BYTES);
    for (const [at, index] of indices.entries()) {
      frequencies[at] =
        filter === undefined
          ? kernels.sparseFrequency(field, index, scratch)
          : kernels.sparseFrequencyIn(
              field,
              index,
              filter.bitmap,
              filter.rowEnd,
              filter.list ?? 0,
              filter.admitted,
              scratch,
            );
    }
    arena.free(scratch, sparseLayout.SPARSE_TERM_BYTES);
    const rows = filter === undefined ? this.#filledCount : memory.rowsIn(filter.bitmap, filterWords(filter.rowEnd));
    return { rows, frequencies };
  }

  /** Rows are in the index already; what makes searches of many rows quick may not be complete yet. */
  async buildIndex(): Promise<void> {
    while (this.#memory?.buildDense(this.#rowCount) === false) await setImmediate();
  }

  close(): void {
    this.#closed = true;
    this.#memory?.close();
    this.#memory = undefined;
  }
}
