import { invariant, present } from '../base/invariant.ts';
import type { Compute } from '../compute/compute.ts';
import type { Distance } from '../core/collection-config.ts';
import { VectorizerError } from '../core/errors.ts';
import * as layout from '../kernels/layout.ts';
import { CENTRING_ROWS, meanWorthTaking } from './centring.ts';
import { FieldMemory } from './field-memory.ts';
import { exportGraph, parseGraph } from './graph-file.ts';
import type { GraphExport, ImportedGraph } from './graph-file.ts';
import { buildGraph } from './graph-build.ts';
import { compactGraph } from './graph-compact.ts';
import { levelOf } from './levels.ts';
import { RowFilter, filterWords } from './row-filter.ts';
import { planSearch, splitPlan } from './search-plan.ts';
import type { SearchPlan, SearchRequest } from './search-plan.ts';
import { SearchTask, mergeHits, searchShape } from './search-task.ts';
import type { Hits } from './search-task.ts';

export interface DenseFieldOptions {
  readonly dimension: number;
  readonly distance: Distance;
  /** Links of a row on the upper levels; twice as many on the lowest. */
  readonly m: number;
  readonly efConstruct: number;
}

export interface DenseSearch extends SearchRequest {
  /** Cancels the search before it begins. */
  readonly signal: AbortSignal;
}

/**
 * One dense vector field of one segment: codes of its rows, their graph, and the tail that the graph has not caught up with.
 * Rows are numbered from 0 in the order of their arrival. Owned by the main thread; searches run on worker threads.
 * Cosine: the caller passes normalised rows and queries. The originals are the caller's to keep: a field holds 24 bits a coordinate.
 */
export class DenseField {
  readonly options: DenseFieldOptions;
  readonly #compute: Compute;
  /** Made by the first append: an empty field costs nothing. */
  #memory: FieldMemory | undefined;
  /** A graph whose rows are still being appended. */
  #imported: ImportedGraph | undefined;
  #rowCount = 0;
  #deadCount = 0;
  #indexedCount = 0;
  #centringDecided = false;
  #busy: Promise<void> | undefined;
  #closed = false;

  private constructor(compute: Compute, options: DenseFieldOptions, imported: ImportedGraph | undefined) {
    this.#compute = compute;
    this.options = options;
    this.#imported = imported;
  }

  /**
   * A field without rows. `graph` holds bytes of `exportGraph` of a field with the same options, or undefined: rows must
   * then be appended in the same order as before, and those of the graph are indexed as soon as they are appended.
   * Throws data_damaged where the bytes do not fit.
   */
  static open(compute: Compute, options: DenseFieldOptions, graph: Uint8Array | undefined): DenseField {
    return new DenseField(compute, options, graph === undefined ? undefined : parseGraph(graph, options));
  }

  /** Rows appended, removed and absent ones included. */
  get rowCount(): number {
    return this.#rowCount;
  }

  /** Rows that the graph covers: all below this number. */
  get indexedCount(): number {
    return this.#imported === undefined ? this.#indexedCount : Math.min(this.#rowCount, this.#imported.rowCount);
  }

  /** Rows that a search can return. */
  get liveCount(): number {
    return this.#rowCount - this.#deadCount;
  }

  get memoryBytes(): number {
    return this.#memory?.bytes ?? 0;
  }

  /** Adds `rowCount` rows, end to end in `vectors`: searchable at once. Throws insufficient_storage; rowCount tells what was added. */
  append(vectors: Float32Array, rowCount: number): void {
    const { dimension } = this.options;
    invariant(vectors.length === rowCount * dimension, 'field: as many coordinates as rows x dimension');
    if (rowCount === 0) return;
    this.#reserve(rowCount);
    const first = this.#centringDecided ? 0 : Math.min(Math.max(CENTRING_ROWS - this.#rowCount, 0), rowCount);
    this.#appendReserved(vectors.subarray(0, first * dimension), first);
    if (this.#rowCount >= CENTRING_ROWS && !this.#centringDecided) this.#decideCentring();
    this.#appendReserved(vectors.subarray(first * dimension), rowCount - first);
  }

  /** Adds rows without a vector: counted, never returned. */
  appendAbsent(rowCount: number): void {
    if (rowCount === 0) return;
    this.#reserve(rowCount);
    const memory = present(this.#memory, 'field: reserved memory');
    for (let row = this.#rowCount; row < this.#rowCount + rowCount; row += 1) memory.bury(row);
    this.#deadCount += rowCount;
    this.#publish(memory, rowCount);
  }

  /** Never returns `row` again. Removing twice does nothing. */
  remove(row: number): void {
    const memory = this.#memory;
    invariant(memory !== undefined && row < this.#rowCount, 'field: a removed row exists');
    if (memory.isDead(row)) return;
    memory.bury(row);
    this.#deadCount += 1;
  }

  isRemoved(row: number): boolean {
    return row < this.#rowCount && this.#memory?.isDead(row) === true;
  }

  /**
   * Makes a filter for searches of this field: rows whose bit is set (bit row % 32 of word row / 32) and that are below
   * `rowEnd`; rows appended later are outside, rows removed later are not returned. `words` is copied and may be longer
   * or shorter than needed. The caller closes the filter; it outlives neither compute nor needs this field to stay open.
   * Throws insufficient_storage. Cost: some 10 µs for each 100,000 rows of the field.
   */
  admit(words: Uint32Array, rowEnd: number): RowFilter {
    invariant(!this.#closed, 'field: admitted after close');
    const end = Math.min(rowEnd, this.#rowCount);
    const bits = new Uint32Array(filterWords(end));
    bits.set(words.subarray(0, bits.length));
    bits[bits.length - 1] = (bits.at(-1) ?? 0) & ((1 << (end & 31)) - 1);
    if (this.#deadCount > 0) this.#memory?.clearDead(bits);
    return new RowFilter(this.#memory?.arena ?? this.#compute.arenas.forField(), bits, end, this.#deadCount);
  }

  /**
   * The k best live rows, of the filter where there is one. Rows appended before the call are found.
   * Throws timeout where cancelled before it began.
   */
  async search(request: DenseSearch): Promise<Hits> {
    invariant(request.filter?.isClosed !== true, 'field: searched with a filter that is open');
    const memory = this.#memory;
    const { m } = this.options;
    const rows = { rowCount: this.#rowCount, deadCount: this.#deadCount, graphRows: this.#indexedCount, m };
    const plan = planSearch(request, rows);
    if (memory === undefined || plan.k === 0) return { rows: new Uint32Array(0), scores: new Float32Array(0) };
    invariant(request.filter === undefined || request.filter.arena === memory.arena, 'field: its own filter');
    invariant(request.query.length === this.options.dimension, 'field: query of its dimension');
    const parts = splitPlan(plan, this.#compute.idleSearchThreads);
    const answers = await Promise.all(parts.map((part) => this.#run(memory, part, request.signal)));
    const [only] = answers;
    if (only !== undefined && answers.length === 1) return only;
    const merged = mergeHits(answers, plan.k);
    return merged.rows.length < plan.leastFound ? this.#run(memory, plan, request.signal) : merged;
  }

  /**
   * Puts every row into the graph, also those appended meanwhile. Searches go on. A second call waits for the first.
   * Throws timeout when aborted and internal when a thread fails; the rows not yet done stay in the scanned tail.
   */
  async buildIndex(options: {
    readonly signal: AbortSignal;
    readonly onProgress?: (indexed: number, total: number) => void;
  }): Promise<void> {
    await this.#exclusively(() => this.#build(options.signal, options.onProgress));
  }

  /**
   * The graph of the rows indexed now. May be called and read while the graph is being built: rows and links that come
   * later are left out. The chunks are made as they are asked for; the field must not be closed before the last.
   */
  exportGraph(): GraphExport {
    return exportGraph(this.#memory, this.options, this.#imported === undefined ? this.#indexedCount : 0);
  }

  /**
   * Makes row i of `target` (empty, same options) a copy of row liveRows[i] (strictly ascending), and brings the graph
   * along: links to dropped rows are replaced from those rows' own links. Both fields may be searched meanwhile; rows of
   * the target appear when all is done. Rows removed here meanwhile are live in the target: the caller removes them there.
   * Waits for a running buildIndex. Throws timeout when aborted and internal when a thread fails: then close the target.
   */
  async compactInto(target: DenseField, liveRows: Uint32Array, signal: AbortSignal): Promise<void> {
    await this.#exclusively(async () => {
      const memory = this.#memory;
      if (memory === undefined || liveRows.length === 0) return;
      const sourceLinked = this.#imported === undefined ? this.#indexedCount : 0;
      const copy = target.#startCopy(memory);
      target.#centringDecided = this.#centringDecided;
      const work = compactGraph({
        compute: this.#compute,
        source: memory,
        target: copy,
        options: this.options,
        liveRows,
        sourceLinked,
        signal,
      });
      const linked = await copy.using(memory.using(work));
      target.#rowCount = liveRows.length;
      target.#indexedCount = linked;
    });
  }

  /** Frees the memory, once searches under way are done. */
  close(): void {
    this.#closed = true;
    this.#memory?.close();
    this.#memory = undefined;
  }

  /** Runs `work` while nothing else changes the graph. */
  async #exclusively(work: () => Promise<void>): Promise<void> {
    while (this.#busy !== undefined) await this.#busy.catch(() => undefined);
    const building = work().finally(() => {
      this.#busy = undefined;
    });
    this.#busy = building;
    await building;
  }

  /** Memory of an empty field for a copy, in the arena of what is copied: one kernel must reach both. */
  #startCopy(source: FieldMemory): FieldMemory {
    invariant(this.#memory === undefined && this.#imported === undefined, 'field: only an empty field takes a copy');
    const memory = new FieldMemory(source.arena, this.options);
    this.#memory = memory;
    if (source.mean !== undefined) memory.setMean(source.mean);
    return memory;
  }

  #appendReserved(vectors: Float32Array, rowCount: number): void {
    if (rowCount === 0) return;
    const memory = present(this.#memory, 'field: reserved memory');
    memory.quantise(this.#rowCount, vectors, rowCount);
    this.#publish(memory, rowCount);
  }

  /** Centres what is there and all that comes, where that pays. The old memory serves the searches that are under way. */
  #decideCentring(): void {
    this.#centringDecided = true;
    const memory = present(this.#memory, 'field: reserved memory');
    if (this.#indexedCount > 0 || this.#busy !== undefined) return;
    const rowCount = this.#rowCount;
    const mean = meanWorthTaking(memory, this.options.dimension, rowCount);
    if (mean === undefined) return;
    const centred = new FieldMemory(memory.arena, this.options);
    centred.setMean(mean);
    centred.reserve(memory.capacity, (row) => memory.levelOf(row));
    for (let row = 0; row < rowCount; row += 1) {
      if (memory.isDead(row)) centred.bury(row);
      else centred.quantise(row, memory.dequantise(row), 1);
    }
    this.#imported?.restore(centred, 0, rowCount);
    this.#memory = centred;
    memory.close();
  }

  #reserve(rowCount: number): void {
    invariant(!this.#closed, 'field: appended after close');
    if (this.#rowCount + rowCount > layout.ROW_LIMIT) {
      throw new VectorizerError('insufficient_storage', `a segment holds at most ${String(layout.ROW_LIMIT)} vectors`);
    }
    this.#memory ??= new FieldMemory(this.#compute.arenas.forField(), this.options);
    this.#memory.reserve(
      this.#rowCount + rowCount,
      (row) => this.#imported?.levelOf(row) ?? levelOf(row, this.options.m),
    );
  }

  #publish(memory: FieldMemory, rowCount: number): void {
    const first = this.#rowCount;
    this.#rowCount += rowCount;
    const imported = this.#imported;
    if (imported === undefined) return;
    imported.restore(memory, first, this.#rowCount);
    if (this.#rowCount < imported.rowCount) return;
    memory.writeWord(layout.FIELD_ENTRY, imported.entry);
    memory.writeWord(layout.FIELD_WIDE, imported.wide ? 1 : 0);
    this.#indexedCount = imported.rowCount;
    this.#imported = undefined;
  }

  async #run(memory: FieldMemory, plan: SearchPlan, signal: AbortSignal): Promise<Hits> {
    const task = new SearchTask(memory, plan);
    try {
      const shape = searchShape(memory, this.options.m, plan);
      const done = memory.using(this.#compute.search({ arena: memory.arena, task: task.address, shape, signal }));
      await (plan.filter === undefined ? done : plan.filter.using(done));
      return task.hits();
    } finally {
      task.free();
    }
  }

  async #build(signal: AbortSignal, onProgress: ((indexed: number, total: number) => void) | undefined): Promise<void> {
    const memory = this.#memory;
    if (memory === undefined || this.#imported !== undefined) return;
    await memory.using(
      buildGraph({
        compute: this.#compute,
        memory,
        options: this.options,
        signal,
        start: this.#indexedCount,
        rowCount: () => (this.#closed ? 0 : this.#rowCount),
        advance: (indexed) => {
          this.#indexedCount = indexed;
          onProgress?.(indexed, this.#rowCount);
        },
      }),
    );
  }
}
