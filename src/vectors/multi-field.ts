import { settleAll } from '../base/settle-all.ts';
import { invariant, present } from '../base/invariant.ts';
import type { Compute } from '../compute/compute.ts';
import type { Distance } from '../core/collection-config.ts';
import type { ExampleScoring } from '../core/example-scoring.ts';
import { VectorizerError } from '../core/errors.ts';
import type { ReportSearch } from '../core/plan.ts';
import type { QuantizationConfig } from '../core/quantization.ts';
import type { VectorDatatype } from '../core/vectors.ts';
import * as layout from '../kernels/layout.ts';
import * as multiLayout from '../kernels/layout-multi.ts';
import { isWhole, startingCodes } from './field-code.ts';
import type { FieldCode } from './field-code.ts';
import type { FieldMemory, FieldShape } from './field-memory.ts';
import { assignRows, centroidCount, trainCentroids } from './multi-centroids.ts';
import { MultiExampleTask } from './multi-example-task.ts';
import { MultiMemory } from './multi-memory.ts';
import type { CentroidBuild } from './multi-pieces.ts';
import { planMulti, reportOf, splitMulti } from './multi-plan.ts';
import type { MultiPlan, MultiRequest } from './multi-plan.ts';
import { asCoded } from './normalised.ts';
import { OneAtATime } from './one-at-a-time.ts';
import { MultiTask } from './multi-task.ts';
import { hasHalfArithmetic } from './original-scores.ts';
import { PRODUCT_ROWS_MIN, codeByProduct } from './product-coding.ts';
import { admitRows } from './row-filter.ts';
import type { RowFilter } from './row-filter.ts';
import { needsFullRead } from './scoring.ts';
import type { FieldScoring } from './scoring.ts';
import { mergeHits } from './search-task.ts';
import type { DenseHits } from './search-task.ts';
import type { BuildOptions, FieldMemoryUse, VectorField } from './vector-field.ts';

export interface MultiFieldOptions {
  readonly dimension: number;
  readonly distance: Distance;
  readonly datatype: VectorDatatype;
  readonly quantization: QuantizationConfig | undefined;
  /** Whether rows keep what makes their scores exact in memory. */
  readonly remainders: boolean;
  /** Whether buildIndex makes centroids; without, every search goes through all rows. */
  readonly indexed: boolean;
}

export interface MultiSearch extends MultiRequest {
  /** Cancels the search. */
  readonly signal: AbortSignal;
  readonly report?: ReportSearch;
}

/** The same of several examples, each of them rows end to end. */
export interface MultiExampleSearch extends Omit<MultiSearch, 'query'> {
  readonly examples: readonly Float32Array[];
  readonly scoring: ExampleScoring;
}

/**
 * One multivector field of one segment (MaxSim). A row of the field is a point's whole list of vectors, its inner rows;
 * rows are numbered from 0 in the order of their arrival. Inner rows are coded as those of a dense field; an index of
 * centroids (assembly/centroid-sieve.ts) leaves few rows to be scored, and those that it has not caught up with are all scored.
 * Owned by the main thread; searches run on worker threads. Cosine: the caller passes normalised vectors, but for uint8.
 */
export class MultiField implements VectorField {
  readonly options: MultiFieldOptions;
  readonly #compute: Compute;
  /** Of the memory: its code is another until a product code is trained. */
  #shape: FieldShape;
  /** The product code that the rows will have once there are enough of them. */
  #productCode: FieldCode | undefined;
  /** Scores by the codes are exact. */
  readonly #whole: boolean;
  /** Made by the first append: an empty field costs nothing. */
  #memory: MultiMemory | undefined;
  #rowCount = 0;
  #deadCount = 0;
  #innerCount = 0;
  /** Of the index and of the codes. */
  readonly #changes: OneAtATime = new OneAtATime();
  #training: Promise<void> | undefined;
  #closed = false;

  private constructor(compute: Compute, options: MultiFieldOptions) {
    const { dimension, distance, datatype } = options;
    this.#compute = compute;
    this.options = options;
    // With remainders there are int8 codes anyway, and they are better than any that the user may ask for.
    const quantization = options.remainders ? undefined : options.quantization;
    const { code, productCode } = startingCodes(dimension, datatype, quantization);
    this.#productCode = productCode;
    this.#whole = isWhole(code, datatype);
    // Scores in half arithmetic come from the originals alone.
    const remainders = options.remainders && !this.#whole && !hasHalfArithmetic(options);
    this.#shape = { dimension, distance, m: 0, efConstruct: 0, code, remainders };
  }

  static open(compute: Compute, options: MultiFieldOptions): MultiField {
    return new MultiField(compute, options);
  }

  /** Rows appended, removed ones included. */
  get rowCount(): number {
    return this.#rowCount;
  }

  /** Rows that a search can return. */
  get liveCount(): number {
    return this.#rowCount - this.#deadCount;
  }

  /** Rows that the index covers: all below this number. */
  get indexedCount(): number {
    return this.#memory?.centroids?.pointCount ?? 0;
  }

  get memory(): FieldMemoryUse {
    const memory = this.#memory;
    if (memory === undefined) return { codes: 0, index: 0, originals: 0 };
    const { rows, tableBytes } = memory;
    return { codes: rows.hotBytes - rows.indexBytes, index: tableBytes, originals: rows.coldBytes };
  }

  /**
   * Adds `rowCount` rows, whose inner rows lie end to end in `values`: searchable at once.
   * starts  rowCount + 1 ascending numbers of inner rows, from 0; no row is empty.
   * Throws insufficient_storage: then nothing was added.
   */
  append(starts: Uint32Array, values: Float32Array, rowCount: number): void {
    invariant(!this.#closed, 'multi: appended after close');
    invariant(starts.length === rowCount + 1, 'multi: a start for each row, and the end');
    if (rowCount === 0) return;
    const added = present(starts[rowCount], 'multi: the end of the rows');
    invariant(values.length === added * this.options.dimension, 'multi: as many coordinates as inner rows x dimension');
    if (this.#innerCount + added > layout.ROW_LIMIT) {
      throw new VectorizerError('insufficient_storage', `a segment holds at most ${String(layout.ROW_LIMIT)} vectors`);
    }
    this.#memory ??= new MultiMemory(this.#compute.arenas.forField(), this.#shape);
    const memory = this.#memory;
    memory.reserve(this.#rowCount + rowCount, this.#innerCount + added);
    memory.rows.quantise(this.#innerCount, asCoded(values, this.options, this.#shape.code.kind), added);
    const table = memory.starts.address / 4 + this.#rowCount;
    for (let row = 1; row <= rowCount; row += 1) {
      memory.arena.u32[table + row] = this.#innerCount + (starts[row] ?? 0);
    }
    this.#innerCount += added;
    this.#rowCount += rowCount;
    const code = this.#productCode;
    if (code !== undefined && this.#innerCount >= PRODUCT_ROWS_MIN) {
      this.#training ??= this.#changes.run(() => this.#train(code)).catch(() => undefined);
    }
  }

  /** Resolves when codes that are being trained are in use, at once where none are. */
  async settled(): Promise<void> {
    await this.#training;
  }

  /**
   * Whether an exact search reads every original: there are no exact scores in memory, and codes give no bounds that are
   * worth anything. Its answer then names all rows.
   */
  get needsFullRead(): boolean {
    return needsFullRead(this.#scoring);
  }

  get #scoring(): FieldScoring {
    const rows = this.#memory?.rows;
    return {
      code: (rows ?? this.#shape).code.kind,
      whole: this.#whole,
      remainders: rows?.hasRemainders ?? this.#shape.remainders,
      wide: false,
      quantization: this.options.quantization,
    };
  }

  async #train(code: FieldCode): Promise<void> {
    const memory = this.#memory;
    if (memory === undefined) return;
    const finish = (coded: FieldMemory): void => {
      this.#shape = { ...this.#shape, code };
      this.#productCode = undefined;
      memory.setRows(coded);
    };
    const rowCount = (): number => (this.#closed ? 0 : this.#innerCount);
    await memory.using(codeByProduct({ compute: this.#compute, source: memory.rows, code, rowCount, finish }));
  }

  /** Never returns `row` again. Removing twice does nothing. */
  remove(row: number): void {
    const memory = this.#memory;
    invariant(memory !== undefined && row < this.#rowCount, 'multi: a removed row exists');
    if (memory.isDead(row)) return;
    memory.bury(row);
    this.#deadCount += 1;
  }

  isRemoved(row: number): boolean {
    return row < this.#rowCount && this.#memory?.isDead(row) === true;
  }

  admit(words: Uint32Array, rowEnd: number): RowFilter {
    invariant(!this.#closed, 'multi: admitted after close');
    const arena = this.#memory?.arena ?? this.#compute.arenas.forField();
    const clearDead = (bits: Uint32Array, end: number): void => this.#memory?.clearDead(bits, end);
    return admitRows({ arena, rowCount: this.#rowCount, deadCount: this.#deadCount, clearDead }, words, rowEnd);
  }

  /** Gives the memory of the remainders back, once searches under way are done: from then on scores come from codes. */
  dropRemainders(): void {
    this.#memory?.rows.dropRemainders();
  }

  /**
   * The k best live rows, of the filter where there is one, with raw scores: the sum over the query's rows of the highest
   * raw score among the row's inner rows. Approximate answers (no remainders in memory) may be longer, and in no order:
   * the caller scores them again (max-sim.ts). Throws timeout where cancelled before it began.
   */
  async search(request: MultiSearch): Promise<DenseHits> {
    const { filter, signal } = request;
    invariant(filter?.isClosed !== true, 'multi: searched with a filter that is open');
    const memory = this.#memory;
    const query = asCoded(request.query, this.options, this.#shape.code.kind);
    const plan = planMulti({ ...request, query }, this.#rows());
    request.report?.(reportOf(plan));
    if (memory === undefined || plan.k === 0) return NOTHING;
    invariant(filter === undefined || filter.arena === memory.arena, 'multi: its own filter');
    invariant(Number.isInteger(plan.queryRows) && query.length > 0, 'multi: query of its dimension');
    if (request.exact && this.needsFullRead) return this.#everything(memory, plan);
    const parts = splitMulti(plan, this.#compute.idleSearchThreads);
    const answers = await settleAll(parts.map((part) => this.#run(memory, part, signal)));
    const [only] = answers;
    const merged = only !== undefined && answers.length === 1 ? only : mergeHits(answers, plan.answers);
    if (plan.approximate || merged.rows.length <= plan.k) return merged;
    return { ...merged, rows: merged.rows.subarray(0, plan.k), scores: merged.scores.subarray(0, plan.k) };
  }

  /**
   * The k live rows with the best scores against several examples (core/example-scoring.ts), each of them rows end to
   * end; all rows are looked at. Otherwise as `search`.
   */
  async searchExamples(request: MultiExampleSearch): Promise<DenseHits> {
    const { filter, signal, scoring } = request;
    invariant(filter?.isClosed !== true, 'multi: searched with a filter that is open');
    const memory = this.#memory;
    const { dimension } = this.options;
    const examples = request.examples.map((example) => asCoded(example, this.options, this.#shape.code.kind));
    const query = present(examples[0], 'multi: an example');
    const { k, answers, rescore, approximate, share } = planMulti({ ...request, query }, this.#rows());
    const scan = planMulti({ ...request, query, exact: true }, this.#rows());
    request.report?.(reportOf(scan));
    if (memory === undefined || k === 0) return NOTHING;
    invariant(filter === undefined || filter.arena === memory.arena, 'multi: its own filter');
    if (approximate && request.exact) return this.#everything(memory, scan);
    const work = scan.work * examples.length;
    const parts = splitMulti({ ...scan, work, rescore: layout.RESCORE_NONE }, this.#compute.idleSearchThreads);
    const found = await settleAll(
      parts.map(async (part) => {
        const task = new MultiExampleTask(memory, {
          ...part,
          examples,
          scoring,
          dimension,
          k: answers,
          rescore,
          share,
        });
        return this.#finish(memory, task, filter, signal);
      }),
    );
    const merged = mergeHits(found, approximate ? answers : k);
    const ceilings = new Float32Array(approximate ? merged.rows.length : 0).fill(Infinity);
    return { ...merged, approximate, ceilings };
  }

  /**
   * Gives every row its centroids, also those appended meanwhile; chooses new ones when the field has outgrown them.
   * Searches go on. A second call waits for the first. Throws timeout when aborted and internal when a thread fails; the
   * rows not yet done stay in the scanned tail.
   */
  async buildIndex(options: BuildOptions): Promise<void> {
    await this.#changes.run(() => this.#build(options));
  }

  /** Frees the memory, once searches under way are done. */
  close(): void {
    this.#closed = true;
    this.#memory?.close();
    this.#memory = undefined;
  }

  #rows(): Parameters<typeof planMulti>[1] {
    const memory = this.#memory;
    return {
      dimension: this.options.dimension,
      rowCount: this.#rowCount,
      deadCount: this.#deadCount,
      innerCount: this.#innerCount,
      indexedCount: this.indexedCount,
      centroidCount: memory?.centroids?.count ?? 0,
      scoring: this.#scoring,
    };
  }

  /** All live rows that a plan admits. */
  #everything(memory: MultiMemory, plan: MultiPlan): DenseHits {
    const rows: number[] = [];
    for (let row = 0; row < plan.scanEnd; row += 1) {
      if (!memory.isDead(row) && plan.filter?.has(row) !== false) rows.push(row);
    }
    const ceilings = new Float32Array(rows.length).fill(Infinity);
    return { rows: Uint32Array.from(rows), scores: new Float32Array(rows.length), approximate: true, ceilings };
  }

  async #run(memory: MultiMemory, plan: MultiPlan, signal: AbortSignal): Promise<DenseHits> {
    for (let tried = plan; ; tried = { ...tried, answers: Math.min(tried.answers * 8, this.#rowCount) }) {
      const hits = await this.#runOnce(memory, tried, signal);
      if (hits !== undefined) return hits;
    }
  }

  async #runOnce(memory: MultiMemory, plan: MultiPlan, signal: AbortSignal): Promise<DenseHits | undefined> {
    const { dimension, distance } = this.options;
    return this.#finish(memory, new MultiTask(memory, plan, dimension, distance), plan.filter, signal);
  }

  /** Runs a task on a thread, and frees it. */
  async #finish<Answer>(
    memory: MultiMemory,
    task: { readonly address: number; readonly hits: () => Answer; readonly free: () => void },
    filter: RowFilter | undefined,
    signal: AbortSignal,
  ): Promise<Answer> {
    const { arena } = memory;
    try {
      const { padded, code } = memory.rows;
      const shape = {
        padded,
        rowCount: 1,
        beam: 1,
        links: multiLayout.MULTI_CHUNK,
        top: 1,
        queryBytes: code.queryBytes,
      };
      const done = memory.using(this.#compute.search({ arena, task: task.address, shape, signal }));
      await (filter === undefined ? done : filter.using(done));
      return task.hits();
    } finally {
      task.free();
    }
  }

  async #build(options: BuildOptions): Promise<void> {
    const memory = this.#memory;
    if (memory === undefined || !this.options.indexed) return;
    const unit = this.options.distance === 'Cosine' && this.#shape.code.kind === layout.CODE_UINT8;
    const build = { compute: this.#compute, memory, shape: this.#shape, unit, signal: options.signal };
    await memory.using(this.#index(build, options));
  }

  async #index(build: CentroidBuild, options: BuildOptions): Promise<void> {
    const { memory } = build;
    const outgrown = this.#innerCount >= (memory.centroids?.trainedRows ?? 0) * OUTGROWN;
    const fresh = outgrown ? await trainCentroids(build, this.#innerCount, centroidCount(this.#innerCount)) : undefined;
    const index = present(fresh ?? memory.centroids, 'multi: centroids');
    try {
      while (index.pointCount < this.#rowCount && !this.#closed) {
        // In pieces, so that what is done serves at once.
        const start = memory.startOf(index.pointCount);
        const next = Math.min(index.pointCount + INDEXED_AT_ONCE, this.#rowCount);
        const end = memory.startOf(next);
        index.assigned.reserve(end);
        await assignRows(build, index, start, end);
        index.pointCount = next;
        options.onProgress?.(next, this.#rowCount);
      }
    } catch (error) {
      // Undone: the index that was there goes on serving.
      if (fresh !== undefined) fresh.free();
      throw error;
    }
    if (fresh === undefined) return;
    if (this.#closed) fresh.free();
    else memory.setCentroids(fresh);
  }
}

/** New centroids are chosen once there are this many times the rows that they were chosen from. */
const OUTGROWN = 4;
/** Rows whose centroids are written before they are made known. */
const INDEXED_AT_ONCE = 16384;

const NOTHING: DenseHits = {
  rows: new Uint32Array(0),
  scores: new Float32Array(0),
  approximate: false,
  ceilings: new Float32Array(0),
};
