import { setTimeout as delay } from 'node:timers/promises';
import type {
  CollectionInfo,
  DistanceMatrix,
  FacetHit,
  MemoryReport,
  PointGroup,
  Record,
  ScoredPoint,
  ScrollPage,
  UpdateResult,
  OptimizationsReport,
} from '../core/answers.ts';
import type { CollectionConfig } from '../core/collection-config.ts';
import type { Context } from '../core/context.ts';
import type { Explanation } from '../core/explanation.ts';
import { notFound, VectorizerError } from '../core/errors.ts';
import { idText } from '../core/ids.ts';
import type { FieldIndexInfo } from '../core/payload-schema.ts';
import type {
  CountPoints,
  CreateFieldIndex,
  DeleteFieldIndex,
  ExplainQuery,
  FacetPoints,
  GetOptimizations,
  GetPoint,
  PointChange,
  QueryBatch,
  QueryGroups,
  RetrievePoints,
  SearchMatrix,
  ScrollPoints,
  UpdateBatch,
  UpdatePoints,
  WriteOptions,
} from '../core/requests.ts';
import { acceptChange } from './accept.ts';
import { OperationRejected } from './accept-vectors.ts';
import type { CatalogueEntry } from './catalogue.ts';
import { countPoints } from './count.ts';
import { countValues } from './facet.ts';
import { findPoint } from './find-point.ts';
import { hydrate, type PointPlace } from './hydrate.ts';
import type { MemoryBudget } from './memory-budget.ts';
import { reportMemory } from './memory-usage.ts';
import { graphLag, isStopped } from './optimization-plan.ts';
import { reportOptimizations } from './optimizations-report.ts';
import type { Optimizer } from './optimizer.ts';
import { explainQuery } from './query/explain.ts';
import type { LeafCache } from './query/leaf-cache.ts';
import type { ExampleSource } from './query/resolve.ts';
import { distanceMatrix } from './query/matrix.ts';
import type { QuerySource } from './query/query-run.ts';
import { groupQuery, runQueries } from './query/run-query.ts';
import { inferChange, type ThreadCall } from './inference.ts';
import type { UpdateRecord, VectorFieldRecord } from './record.ts';
import { splitRecord } from './routing.ts';
import { scrollPages } from './scroll-pages.ts';
import { scrollPoints } from './scroll.ts';
import type { Foundation } from './foundation.ts';
import { type LoggedUpdate, Shard } from './shard.ts';
import { shardPlace } from './shard-place.ts';
import { RunningRequests } from './running-requests.ts';
import { checkVectorNames } from './vector-names.ts';
import { WritePace } from './write-pace.ts';

/** How long requests that work with a collection may go on once another one has taken its name. */
const SUPERSEDE_PATIENCE_MS = 10_000;
/** Seconds that a waiting write waits when the request does not say (SURFACE.md 1.1). */
const WRITE_TIMEOUT_SECONDS = 60;

/** What all collections of a database have in common. */
export interface CollectionHouse {
  readonly foundation: Foundation;
  readonly optimizer: Optimizer;
  readonly memory: MemoryBudget;
  readonly leafCache: LeafCache;
  /** Another collection by name. */
  readonly lookup: (name: string) => ExampleSource | undefined;
}

/** What a write needs of the threads is not cancelled. */
const NEVER = new AbortController().signal;

/** A collection: its configuration and its shards. What a request asks of it, in the order in which it happens. */
export class Collection {
  readonly number: number;
  readonly shards: readonly Shard[];
  private readonly optimizer: Optimizer;
  private readonly budget: MemoryBudget;
  private readonly onThread: ThreadCall;
  private readonly house: CollectionHouse;
  private readonly pace: WritePace;
  private readonly running = new RunningRequests();
  private currentConfig: CollectionConfig;
  private retired: VectorizerError | undefined;
  /** A change of vector fields could not be logged. */
  private fieldsAreBehind = false;

  private constructor(house: CollectionHouse, number: number, config: CollectionConfig, shards: readonly Shard[]) {
    this.number = number;
    this.currentConfig = config;
    this.shards = shards;
    const { compute, world } = house.foundation;
    this.pace = new WritePace(() => world.nowMs());
    this.onThread = (module, name, argument) => compute.call(module, name, argument, NEVER);
    this.optimizer = house.optimizer;
    this.budget = house.memory;
    this.house = house;
  }

  /**
   * Opens every shard; optimizing goes on where it stopped. Throws data_damaged, naming the file.
   * directory  holds a folder for every number, and in it one for every shard.
   */
  static async open(house: CollectionHouse, directory: string, entry: CatalogueEntry): Promise<Collection> {
    const { number, config, shardNumbers } = entry;
    const shards: Shard[] = [];
    try {
      for (let shard = 0; shard < config.params.shardNumber; shard++) {
        const place = shardPlace(directory, shardNumbers?.[shard] ?? number, shard);
        shards.push(await Shard.open(house.foundation, place, config));
      }
    } catch (error) {
      // Caught to undo: nobody else closes them.
      for (const shard of shards) await shard.close(false);
      throw error;
    }
    const collection = new Collection(house, number, config, shards);
    collection.optimize();
    return collection;
  }

  /** This collection with another shard in the place of one of its own; the others are the same. */
  withShard(shard: Shard): Collection {
    const { house, number, currentConfig: config, shards } = this;
    const changed = new Collection(house, number, config, shards.with(shard.number, shard));
    changed.fieldsAreBehind = this.fieldsAreBehind;
    changed.optimize();
    return changed;
  }

  /** Takes the place of a collection whose configuration stays; vector fields that came or went since are settled. */
  takeConfigOf(other: Collection): void {
    this.config = other.currentConfig;
    this.fieldsAreBehind = true;
  }

  /** What the catalogue is to know of it. */
  get entry(): CatalogueEntry {
    const { number, currentConfig: config } = this;
    const numbers = this.shards.map(({ place }) => place.collection);
    return { number, config, shardNumbers: numbers.every((own) => own === number) ? undefined : numbers };
  }

  get config(): CollectionConfig {
    return this.currentConfig;
  }

  /** The configuration was changed and is stored. */
  set config(config: CollectionConfig) {
    this.currentConfig = config;
    for (const shard of this.shards) {
      shard.configure(config);
      this.optimizer.configure(shard, config);
    }
  }

  /** Requests that ever worked with it: how much goes on is told by how it grows. */
  get requestsBegun(): number {
    return this.running.begun;
  }

  /** Points of all shards. */
  get pointCount(): number {
    return this.shards.reduce((count, shard) => count + shard.pointCount, 0);
  }

  info(): CollectionInfo {
    const { shards, optimizer, currentConfig: config } = this;
    const segments = shards.flatMap((shard) => shard.segments);
    const failure = shards
      .map((shard) => optimizer.failureOf(shard) ?? shard.failure)
      .find((error) => error !== undefined);
    const pending = shards.some((shard) => optimizer.isDue(shard, config) || shard.queueLength > 0);
    return {
      status: failure !== undefined ? 'red' : !pending ? 'green' : isStopped(config) ? 'grey' : 'yellow',
      optimizerError: failure?.message,
      indexedVectorsCount: segments.reduce((count, segment) => count + segment.indexedCount, 0),
      pointsCount: this.pointCount,
      segmentsCount: Math.max(segments.length, shards.length),
      config,
      payloadSchema: fieldsOf(shards),
      updateQueueLength: shards.reduce((length, shard) => length + shard.queueLength, 0),
    };
  }

  optimizations(request: GetOptimizations): OptimizationsReport {
    const { number, shards, currentConfig: config } = this;
    return reportOptimizations({ number, shards, config }, this.optimizer.history, request);
  }

  memory(): MemoryReport {
    const { vectors, sparseVectors } = this.currentConfig.params;
    const names = [...vectors, ...sparseVectors].map(({ name }) => name);
    return reportMemory(this.shards, names, this.budget.report);
  }

  count(context: Context, request: CountPoints): Promise<number> {
    return this.read(() => countPoints(this.shards, request.filter, request.exact, context.signal));
  }

  facet(context: Context, request: FacetPoints): Promise<readonly FacetHit[]> {
    return this.read(() => countValues(this.shards, request, context.signal));
  }

  /** Carries out one change; of the two that a removal of vectors may be, the last one answers. */
  update(_context: Context, request: UpdatePoints): Promise<UpdateResult> {
    return this.running.track(() => this.change(request));
  }

  private async change(request: UpdatePoints): Promise<UpdateResult> {
    if (takesMemory(request.change)) await this.budget.admit();
    const change = await inferChange(request.change, this.onThread);
    await this.slowDown(change);
    await this.settleVectorFields();
    // Nothing is awaited between here and the log: no vector field comes or goes in between.
    const records = this.numbered(() => acceptChange(change, this.currentConfig));
    let result: UpdateResult = { operationId: undefined, status: 'acknowledged' };
    for (const record of records) result = await this.log(record, request);
    return result;
  }

  /** One change after another; the first that fails ends the batch. */
  updateBatch(context: Context, request: UpdateBatch): Promise<readonly UpdateResult[]> {
    const { changes, ...options } = request;
    return this.running.track(async () => {
      const results: UpdateResult[] = [];
      for (const change of changes) results.push(await this.update(context, { ...options, change }));
      return results;
    });
  }

  createFieldIndex(_context: Context, request: CreateFieldIndex): Promise<UpdateResult> {
    const { path, schema } = request;
    return this.running.track(async () => {
      await this.budget.admit();
      return this.logTwice({ kind: 'create_index', path, schema }, request);
    });
  }

  deleteFieldIndex(_context: Context, request: DeleteFieldIndex): Promise<UpdateResult> {
    return this.running.track(() => this.logTwice({ kind: 'delete_index', path: request.path }, request));
  }

  async get({ signal }: Context, request: GetPoint): Promise<Record> {
    const place = findPoint(this.shards, request.id);
    const [found] =
      place === undefined ? [] : await this.read(() => hydrate([place], { kind: 'all' }, { kind: 'all' }, signal));
    if (found === undefined) throw notFound(`Point with id ${idText(request.id)} does not exists!`);
    return found.record;
  }

  async retrieve({ signal }: Context, request: RetrievePoints): Promise<readonly Record[]> {
    checkVectorNames(request.withVector, this.currentConfig);
    const places = new Map<string, PointPlace>();
    for (const id of request.ids) {
      const place = findPoint(this.shards, id);
      if (place !== undefined) places.set(idText(id), place);
    }
    const { withPayload, withVector } = request;
    const found = await this.read(() => hydrate([...places.values()], withPayload, withVector, signal));
    return found.map(({ record }) => record);
  }

  scroll(context: Context, request: ScrollPoints): Promise<ScrollPage> {
    checkVectorNames(request.withVector, this.currentConfig);
    return this.read(() => scrollPoints(this.shards, request, context.signal));
  }

  /** All points, page by page. */
  scrollPages(context: Context, request: ScrollPoints): AsyncIterable<readonly Record[]> {
    return scrollPages(request, (page) => this.scroll(context, page));
  }

  query(context: Context, request: QueryBatch): Promise<readonly (readonly ScoredPoint[])[]> {
    return this.read(() => runQueries(this.querySource(context), request.queries));
  }

  queryGroups(context: Context, request: QueryGroups): Promise<readonly PointGroup[]> {
    return this.read(() => groupQuery(this.querySource(context), request));
  }

  explainQuery(context: Context, request: ExplainQuery): Promise<Explanation> {
    return this.read(() => explainQuery(this.querySource(context), request));
  }

  distanceMatrix(context: Context, request: SearchMatrix): Promise<DistanceMatrix> {
    return this.read(() => distanceMatrix(this.querySource(context), request));
  }

  /**
   * A field of vectors came or went with `config`, which is stored: logs the change. Updates that were accepted before
   * stand before it in the log, those after it find the new configuration; so neither loses a vector.
   * Throws insufficient_storage: then no update is accepted before the logs have room for this one.
   */
  async changeVectorFields(
    config: CollectionConfig,
    record: VectorFieldRecord,
    options: WriteOptions,
  ): Promise<UpdateResult> {
    const logged = this.logTwice(record, options);
    this.config = config;
    try {
      return await logged;
    } catch (error) {
      // Caught to note that the shards may be behind the catalogue.
      this.fieldsAreBehind = true;
      throw error;
    }
  }

  /** The collection is being deleted: requests that are on their way are refused with this from now on. */
  retire(refusal: VectorizerError): void {
    this.retired = refusal;
  }

  /** Finishes what is running. `keep`: false where the collection is being deleted. */
  close(keep: boolean): Promise<void> {
    return this.closeShards(this.shards, keep);
  }

  /** Another collection has taken this one's name and all of its shards but these: they are closed behind the last request. */
  async supersede(shards: readonly Shard[], refusal: VectorizerError): Promise<void> {
    await this.running.ended(SUPERSEDE_PATIENCE_MS);
    this.retired = refusal;
    await this.closeShards(shards, false);
  }

  /** Closes some shards: all of them, or those that nobody else closes. */
  async closeShards(shards: readonly Shard[], keep: boolean): Promise<void> {
    for (const shard of shards) await this.optimizer.forget(shard);
    await Promise.all(shards.map((shard) => shard.close(keep)));
  }

  /** Carries out a read. What the deletion of the collection has overtaken may have seen a part of it, and tells that. */
  private async read<T>(work: () => Promise<T>): Promise<T> {
    try {
      const answer = await this.running.track(work);
      if (this.retired === undefined) return answer;
    } catch (error) {
      // To translate: a shard that is closed under a read is no fault of its own.
      if (this.retired === undefined) throw error;
    }
    throw this.retired;
  }

  private querySource({ signal }: Context): QuerySource {
    this.pace.searched();
    const { shards, config, house } = this;
    const { lookup, leafCache, foundation } = house;
    const { compute, world } = foundation;
    const onThread: ThreadCall = (module, name, argument) => compute.call(module, name, argument, signal);
    return { shards, config, lookup, onThread, cache: leafCache, random: () => world.random(), compute, signal };
  }

  private async settleVectorFields(): Promise<void> {
    if (!this.fieldsAreBehind) return;
    for (const shard of this.shards) await shard.settleVectorFields();
    this.fieldsAreBehind = false;
  }

  /** Lets a writer wait in proportion to what it brings and to how far the graphs are behind, while somebody searches. */
  private async slowDown(change: PointChange): Promise<void> {
    const pointCount = 'points' in change ? change.points.ids.count : 0;
    if (pointCount === 0) return;
    const lag = this.shards.reduce((most, shard) => Math.max(most, graphLag(shard, this.currentConfig)), 0);
    const waitMs = this.pace.waitMs(pointCount, lag);
    if (waitMs > 0) await delay(waitMs);
  }

  private optimize(): void {
    for (const shard of this.shards) this.optimizer.consider(shard, this.currentConfig);
  }

  /** Qdrant numbers an operation before it finds some faults: the number is used up, and clients see the gap. */
  private numbered<T>(accept: () => T): T {
    try {
      return accept();
    } catch (error) {
      if (!(error instanceof OperationRejected)) throw error;
      this.shards[0]?.skipOperation();
      throw error.refusal;
    }
  }

  /** Qdrant logs such a change twice, once beside the updates: clients see the gap in the numbers. */
  private logTwice(record: UpdateRecord, options: WriteOptions): Promise<UpdateResult> {
    for (const shard of this.shards) shard.skipOperation();
    return this.log(record, options);
  }

  /** Logs each shard's part, then answers as the request wants: when it is durable, or when searches see it. */
  private async log(record: UpdateRecord, options: WriteOptions): Promise<UpdateResult> {
    if (this.retired !== undefined) throw this.retired;
    const parts = splitRecord(record, this.shards.length);
    const logged = await Promise.all(
      parts.flatMap((part, index) => (part === undefined ? [] : [(this.shards[index] as Shard).update(part)])),
    );
    const applied = this.settle(logged);
    const operationId = logged.reduce((highest, { sequence }) => Math.max(highest, sequence), 0);
    if (!options.wait) {
      // What comes too late for an answer is kept by the shard as its `failure`.
      applied.catch(() => undefined);
      return { operationId, status: 'acknowledged' };
    }
    const timeoutMs = (options.timeoutSeconds ?? WRITE_TIMEOUT_SECONDS) * 1000;
    const status = await settledWithin(applied, timeoutMs);
    return { operationId, status: status ? 'completed' : 'wait_timeout' };
  }

  private async settle(logged: readonly LoggedUpdate[]): Promise<void> {
    const results = await Promise.allSettled(logged.map(({ applied }) => applied));
    this.optimize();
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined)
      throw new VectorizerError('internal', `an update could not be applied: ${String(failed.reason)}`, {
        cause: failed.reason,
      });
    const refusal = results.find((result) => result.status === 'fulfilled' && result.value !== undefined);
    if (refusal?.status === 'fulfilled' && refusal.value !== undefined) throw refusal.value;
  }
}

function takesMemory({ kind }: PointChange): boolean {
  return kind === 'upsert' || kind === 'update_vectors' || kind === 'set_payload' || kind === 'overwrite_payload';
}

/** The payload indexes with the points of all shards, which have the same ones. */
function fieldsOf(shards: readonly Shard[]): readonly FieldIndexInfo[] {
  const [first, ...others] = shards.map((shard) => shard.fields.infos);
  return (first ?? []).map((field, index) => ({
    ...field,
    points: others.reduce((points, infos) => points + (infos[index]?.points ?? 0), field.points),
  }));
}

/** Whether `done` settles in time. A failure that comes later is kept by the shard as its `failure`. */
async function settledWithin(done: Promise<void>, timeoutMs: number): Promise<boolean> {
  const timeout = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => timeout.resolve(false), timeoutMs);
  try {
    return await Promise.race([done.then(() => true), timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
}
