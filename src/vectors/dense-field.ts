import { invariant, present } from '../base/invariant.ts';
import type { Arena } from '../compute/arenas.ts';
import type { Compute } from '../compute/compute.ts';
import type { Distance } from '../core/collection-config.ts';
import { VectorizerError } from '../core/errors.ts';
import type { ReportSearch } from '../core/plan.ts';
import type { QuantizationConfig } from '../core/quantization.ts';
import type { VectorDatatype } from '../core/vectors.ts';
import * as layout from '../kernels/layout.ts';
import { CENTRING_ROWS, centredCopy, meanWorthTaking } from './centring.ts';
import { runSearch } from './dense-search.ts';
import { isWhole, startingCodes } from './field-code.ts';
import type { FieldCode } from './field-code.ts';
import { FieldMemory } from './field-memory.ts';
import type { FieldShape } from './field-memory.ts';
import { exportGraph, parseGraph } from './graph-file.ts';
import type { GraphExport, ImportedGraph } from './graph-file.ts';
import { buildGraph } from './graph-build.ts';
import { compactGraph } from './graph-compact.ts';
import { levelOf } from './levels.ts';
import { hasHalfArithmetic } from './original-scores.ts';
import { admitRows } from './row-filter.ts';
import type { RowFilter } from './row-filter.ts';
import { PRODUCT_ROWS_MIN, codeByProduct } from './product-coding.ts';
import { planExamples, planSearch, reportOf } from './search-plan.ts';
import { needsFullRead } from './scoring.ts';
import type { FieldScoring } from './scoring.ts';
import type { ExampleRequest, FieldRows, SearchPlan, SearchRequest } from './search-plan.ts';
import { asCoded } from './normalised.ts';
import { OneAtATime } from './one-at-a-time.ts';
import { NO_HITS } from './search-task.ts';
import type { DenseHits } from './search-task.ts';
import type { CodedBlock } from './vector-block.ts';
import type { BuildOptions, FieldMemoryUse, VectorField } from './vector-field.ts';

export interface DenseFieldOptions {
  readonly dimension: number;
  readonly distance: Distance;
  /** Links of a row on the upper levels; twice as many on the lowest. 0: no graph, rows are scanned. */
  readonly m: number;
  readonly efConstruct: number;
  readonly datatype: VectorDatatype;
  /** undefined: int8 codes all the same, but only exact scores are answered. */
  readonly quantization: QuantizationConfig | undefined;
  /** Rows keep in memory what makes scores exact; else scores are those of codes, for `rescore` to make exact. */
  readonly remainders: boolean;
}

export interface DenseSearch extends SearchRequest {
  /** Cancels the search. */
  readonly signal: AbortSignal;
  readonly report?: ReportSearch;
}

export interface DenseExampleSearch extends Omit<ExampleRequest, 'isDot'> {
  readonly signal: AbortSignal;
  readonly report?: ReportSearch;
}

/**
 * One dense vector field of one segment: codes of its rows, their graph, and the tail that the graph has not caught up with.
 * Rows are numbered from 0 in the order of their arrival. Owned by the main thread; searches run on worker threads.
 * Cosine: the caller passes normalised rows and queries, except of uint8. The originals are the caller's to keep: a field
 * holds 24 bits a coordinate, or its codes alone.
 */
export class DenseField implements VectorField {
  readonly options: DenseFieldOptions;
  readonly #compute: Compute;
  /** Of the memory: its code is another until a product code is trained. */
  #shape: FieldShape;
  /** The product code that the rows will have once there are enough of them. */
  #productCode: FieldCode | undefined;
  /** Scores by the codes are exact. */
  readonly #whole: boolean;
  /** Made by the first append: an empty field costs nothing. */
  #memory: FieldMemory | undefined;
  /** A graph whose rows are still being appended. */
  #imported: ImportedGraph | undefined;
  #rowCount = 0;
  #deadCount = 0;
  #indexedCount = 0;
  #centringDecided = false;
  /** Of the index and of the codes. */
  readonly #changes: OneAtATime = new OneAtATime();
  #training: Promise<void> | undefined;
  #closed = false;
  #dropped = false;
  /** A compaction reads the remainders; `dropRemainders` waits for it. */
  #copying = false;
  #dropsLater = false;

  private constructor(compute: Compute, options: DenseFieldOptions, imported: ImportedGraph | undefined) {
    this.#compute = compute;
    this.options = options;
    const { dimension, distance, m, efConstruct, datatype, quantization } = options;
    const { code, productCode } = startingCodes(dimension, datatype, quantization);
    this.#productCode = productCode;
    this.#whole = isWhole(code, datatype);
    // Scores in half arithmetic come from the originals alone: rows are never kept whole, not even until centring is decided.
    this.#centringDecided = hasHalfArithmetic(options);
    const remainders = options.remainders && !this.#whole && !this.#centringDecided;
    this.#shape = { dimension, distance, m, efConstruct, code, remainders };
    this.#imported = imported;
  }

  /**
   * A field without rows. `graph` holds bytes of `exportGraph` of a field with the same options, or undefined: rows must
   * then be appended in the same order as before, and those of the graph are indexed as soon as they are appended.
   * Throws data_damaged where the bytes do not fit.
   */
  static open(compute: Compute, options: DenseFieldOptions, graph: Uint8Array | undefined): DenseField {
    return new DenseField(
      compute,
      options,
      graph === undefined || options.m === 0 ? undefined : parseGraph(graph, options),
    );
  }

  /** Where its rows are; undefined before the first. */
  get arena(): Arena | undefined {
    return this.#memory?.arena;
  }

  /** Rows appended, removed ones included. */
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

  get memory(): FieldMemoryUse {
    const memory = this.#memory;
    if (memory === undefined) return { codes: 0, index: 0, originals: 0 };
    const index = memory.indexBytes;
    return { codes: memory.hotBytes - index, index, originals: memory.coldBytes };
  }

  /**
   * Whether an exact search has to compare with every original: there are no exact scores in memory, and codes give no
   * bounds that are worth anything (rescore.ts).
   */
  get needsFullRead(): boolean {
    return needsFullRead(this.#scoring);
  }

  get #scoring(): FieldScoring {
    const memory = this.#memory;
    return {
      code: (memory ?? this.#shape).code.kind,
      whole: this.#whole,
      remainders: memory?.hasRemainders ?? this.#shape.remainders,
      wide: memory?.readWord(layout.FIELD_WIDE) === 1,
      quantization: this.options.quantization,
    };
  }

  /** Adds `rowCount` rows, end to end in `vectors`: searchable at once. Throws insufficient_storage; rowCount tells what was added. */
  append(vectors: Float32Array, rowCount: number): void {
    const { dimension } = this.options;
    invariant(vectors.length === rowCount * dimension, 'field: as many coordinates as rows x dimension');
    if (rowCount === 0) return;
    this.#reserve(rowCount);
    this.#appendDirected(asCoded(vectors, this.options, this.#shape.code.kind), rowCount);
  }

  #appendDirected(vectors: Float32Array, rowCount: number): void {
    const { dimension } = this.options;
    const first = this.#centringDecided ? 0 : Math.min(Math.max(CENTRING_ROWS - this.#rowCount, 0), rowCount);
    this.#appendReserved(vectors.subarray(0, first * dimension), first);
    if (this.#rowCount >= CENTRING_ROWS && !this.#centringDecided) this.#decideCentring();
    this.#appendReserved(vectors.subarray(first * dimension), rowCount - first);
    if (this.#productCode !== undefined && this.#rowCount >= PRODUCT_ROWS_MIN) this.#startTraining(this.#productCode);
  }

  /**
   * Resolves when codes that are being trained are in use, at once where none are. Whoever appends many rows at once
   * waits for it now and then, or they are all coded twice.
   */
  async settled(): Promise<void> {
    await this.#training;
  }

  /** From now on rows get product codes, and those that are there as well; where that fails they stay as they are. */
  #startTraining(code: FieldCode): void {
    if (this.#training !== undefined) return;
    this.#training = this.#changes.run(() => this.#train(code)).catch(() => undefined);
  }

  async #train(code: FieldCode): Promise<void> {
    const source = this.#memory;
    if (source === undefined || this.#productCode === undefined) return;
    const finish = (coded: FieldMemory): void => {
      this.#shape = { ...this.#shape, code };
      this.#productCode = undefined;
      this.#memory = coded;
      if (this.#dropped) coded.dropRemainders();
      source.close();
    };
    const rowCount = (): number => (this.#closed ? 0 : this.#rowCount);
    await source.using(codeByProduct({ compute: this.#compute, source, code, rowCount, finish }));
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

  admit(words: Uint32Array, rowEnd: number): RowFilter {
    invariant(!this.#closed, 'field: admitted after close');
    const arena = this.#memory?.arena ?? this.#compute.arenas.forField();
    const clearDead = (bits: Uint32Array): void => this.#memory?.clearDead(bits);
    return admitRows({ arena, rowCount: this.#rowCount, deadCount: this.#deadCount, clearDead }, words, rowEnd);
  }

  /**
   * The k best live rows, of the filter where there is one. Rows appended before the call are found.
   * Throws timeout where cancelled before it began.
   */
  async search(request: DenseSearch): Promise<DenseHits> {
    invariant(request.filter?.isClosed !== true, 'field: searched with a filter that is open');
    invariant(request.query.length === this.options.dimension, 'field: query of its dimension');
    const query = asCoded(request.query, this.options, this.#shape.code.kind);
    return this.#run(planSearch({ ...request, query }, this.#rows), request);
  }

  /**
   * The k live rows with the best scores against several examples (core/example-scoring.ts), of the filter where there is
   * one. Otherwise as `search`.
   */
  async searchExamples(request: DenseExampleSearch): Promise<DenseHits> {
    invariant(request.filter?.isClosed !== true, 'field: searched with a filter that is open');
    const { vectors, scoring } = request.examples;
    const { dimension } = this.options;
    invariant(
      vectors.every((vector) => vector.length === dimension),
      'field: examples of its dimension',
    );
    const coded = vectors.map((vector) => asCoded(vector, this.options, this.#shape.code.kind));
    const { distance, datatype } = this.options;
    const isDot = (distance === 'Cosine' || distance === 'Dot') && datatype !== 'uint8';
    const examples = { vectors: coded, scoring };
    return this.#run(planExamples({ ...request, examples, isDot }, this.#rows), request);
  }

  get #rows(): FieldRows {
    const { m } = this.options;
    const counts = { rowCount: this.#rowCount, deadCount: this.#deadCount, graphRows: this.#indexedCount };
    return { ...counts, m, scoring: this.#scoring };
  }

  async #run(plan: SearchPlan, { signal, report }: Pick<DenseSearch, 'signal' | 'report'>): Promise<DenseHits> {
    report?.(reportOf(plan));
    const memory = this.#memory;
    if (memory === undefined) return NO_HITS;
    invariant(plan.filter === undefined || plan.filter.arena === memory.arena, 'field: its own filter');
    return runSearch({ compute: this.#compute, memory, m: this.options.m, plan, signal });
  }

  /**
   * Rows to be compared with each other by what is in memory, which is used in the same turn of the event loop; undefined
   * where that is not what their originals are, or where one of them was removed: it may have no codes (centring.ts).
   */
  exactBlock(rows: Uint32Array): CodedBlock | undefined {
    const memory = this.#memory;
    if (memory === undefined) return undefined;
    const { dimension, distance, datatype } = this.options;
    // Originals of turbo4 are what its codes stand for; remainders know what they were before.
    if (!this.#whole && (!memory.hasRemainders || datatype === 'turbo4')) return undefined;
    if (this.#deadCount > 0 && rows.some((row) => memory.isDead(row))) return undefined;
    return { kind: { dimension, distance, datatype }, memory, rows };
  }

  /**
   * Gives back the memory of what makes scores exact, once no task uses it any more; searches answer scores by codes from
   * now on. Waits for a running compaction, which copies it.
   */
  dropRemainders(): void {
    this.#dropped = true;
    this.#dropRemainders();
  }

  /**
   * Puts every row into the graph, also those appended meanwhile. Searches go on. A second call waits for the first.
   * Throws timeout when aborted and internal when a thread fails; the rows not yet done stay in the scanned tail.
   */
  async buildIndex(options: BuildOptions): Promise<void> {
    if (this.options.m === 0) return;
    await this.#changes.run(() => this.#build(options));
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
    await this.#changes.run(async () => {
      const memory = this.#memory;
      if (memory === undefined || liveRows.length === 0) return;
      const sourceLinked = this.#imported === undefined ? this.#indexedCount : 0;
      target.#centringDecided = this.#centringDecided;
      target.#productCode = this.#productCode;
      const copy = target.#startCopy(memory);
      this.#copying = true;
      const work = compactGraph({
        compute: this.#compute,
        source: memory,
        target: copy,
        m: this.options.m,
        liveRows,
        sourceLinked,
        signal,
      });
      const linked = await copy.using(memory.using(work)).finally(() => {
        this.#copying = false;
        if (this.#dropsLater) memory.dropRemainders();
      });
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

  /** Memory of an empty field for a copy, in the arena of what is copied: one kernel must reach both. */
  #startCopy(source: FieldMemory): FieldMemory {
    invariant(this.#memory === undefined && this.#imported === undefined, 'field: only an empty field takes a copy');
    const wanted = this.#shape.remainders || !this.#centringDecided;
    const remainders = wanted && source.hasRemainders && !this.#dropped;
    this.#shape = { ...this.#shape, code: source.code };
    const memory = new FieldMemory(source.arena, { ...this.#shape, remainders });
    memory.copyTables(source);
    this.#memory = memory;
    if (source.mean !== undefined) memory.setMean(source.mean);
    return memory;
  }

  #dropRemainders(): void {
    if (this.#copying) this.#dropsLater = true;
    else this.#memory?.dropRemainders();
  }

  #appendReserved(vectors: Float32Array, rowCount: number): void {
    if (rowCount === 0) return;
    const memory = present(this.#memory, 'field: reserved memory');
    memory.quantise(this.#rowCount, vectors, rowCount);
    this.#publish(memory, rowCount);
  }

  get #mayCentre(): boolean {
    return this.#shape.code.kind === layout.CODE_INT8 && this.#productCode === undefined && !this.#centringDecided;
  }

  /** Centres what is there and all that comes, where that pays. The old memory serves the searches that are under way. */
  #decideCentring(): void {
    const may = this.#mayCentre && this.#indexedCount === 0 && !this.#changes.isBusy && !this.#dropped;
    this.#centringDecided = true;
    const memory = present(this.#memory, 'field: reserved memory');
    const rowCount = this.#rowCount;
    const mean = may ? meanWorthTaking(memory, this.options.dimension, rowCount) : undefined;
    if (mean !== undefined) this.#centre(memory, mean, rowCount);
    else if (!this.#shape.remainders) this.#dropRemainders();
  }

  #centre(memory: FieldMemory, mean: Float32Array, rowCount: number): void {
    const centred = centredCopy(memory, this.#shape, mean, rowCount);
    this.#imported?.restore(centred, 0, rowCount);
    this.#memory = centred;
    memory.close();
  }

  #reserve(rowCount: number): void {
    invariant(!this.#closed, 'field: appended after close');
    if (this.#rowCount + rowCount > layout.ROW_LIMIT) {
      throw new VectorizerError('insufficient_storage', `a segment holds at most ${String(layout.ROW_LIMIT)} vectors`);
    }
    // Until centring is decided, rows are kept whole: they may be coded once more.
    const remainders = (this.#shape.remainders || this.#mayCentre) && !this.#dropped;
    this.#memory ??= new FieldMemory(this.#compute.arenas.forField(), { ...this.#shape, remainders });
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

  async #build({ signal, onProgress }: BuildOptions): Promise<void> {
    const memory = this.#memory;
    if (memory === undefined || this.#imported !== undefined) return;
    await memory.using(
      buildGraph({
        compute: this.#compute,
        memory,
        m: this.options.m,
        efConstruct: this.options.efConstruct,
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
