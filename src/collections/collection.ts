import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { CollectionInfo, Record, ScoredPoint, ScrollPage, UpdateResult } from '../core/answers.ts';
import type { CollectionConfig, DenseVectorConfig } from '../core/collection-config.ts';
import type { Context } from '../core/context.ts';
import { badInput, badRequest, notFound, VectorizerError } from '../core/errors.ts';
import { idText, type PointId } from '../core/ids.ts';
import type {
  DeletePoints,
  GetPoint,
  QueryBatch,
  RetrievePoints,
  ScrollPoints,
  UpsertPoints,
  WriteOptions,
} from '../core/requests.ts';
import { acceptUpsert, OperationRejected } from './accept.ts';
import { checkVectorNames, hydrate, type PointPlace } from './hydrate.ts';
import { isStopped, type Optimizer } from './optimizer.ts';
import { firstPoints, runQuery } from './query.ts';
import type { UpdateRecord } from './record.ts';
import { shardOf, splitIds, splitUpsert } from './routing.ts';
import { type Foundation, type LoggedUpdate, Shard } from './shard.ts';

/** Seconds that a waiting write waits when the request does not say (SURFACE.md 1.1). */
const WRITE_TIMEOUT_SECONDS = 60;

/** A writer waits this long for each point, for each time that the graphs' lag exceeds what is harmless. */
const SLOW_DOWN_MS = 1;
const SLOW_DOWN_MAX_MS = 1000;

/** A collection: its configuration and its shards. What a request asks of it, in the order in which it happens. */
export class Collection {
  readonly number: number;
  private readonly shards: readonly Shard[];
  private readonly optimizer: Optimizer;
  private currentConfig: CollectionConfig;

  private constructor(number: number, config: CollectionConfig, shards: readonly Shard[], optimizer: Optimizer) {
    this.number = number;
    this.currentConfig = config;
    this.shards = shards;
    this.optimizer = optimizer;
  }

  /** Opens every shard; optimizing goes on where it stopped. Throws data_damaged, naming the file. */
  static async open(
    foundation: Foundation,
    optimizer: Optimizer,
    directory: string,
    number: number,
    config: CollectionConfig,
  ): Promise<Collection> {
    const shards: Shard[] = [];
    for (let shard = 0; shard < config.params.shardNumber; shard++) {
      const place = { collection: number, shard, directory: join(directory, String(shard)) };
      shards.push(await Shard.open(foundation, place, config));
    }
    const collection = new Collection(number, config, shards, optimizer);
    collection.optimize();
    return collection;
  }

  get config(): CollectionConfig {
    return this.currentConfig;
  }

  /** The configuration was changed and is stored. */
  set config(config: CollectionConfig) {
    this.currentConfig = config;
    for (const shard of this.shards) shard.configure(config);
    this.optimize();
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
      pointsCount: this.count(),
      segmentsCount: Math.max(segments.length, shards.length),
      config,
      updateQueueLength: shards.reduce((length, shard) => length + shard.queueLength, 0),
    };
  }

  count(): number {
    return this.shards.reduce((count, shard) => count + shard.pointCount, 0);
  }

  async upsert(_context: Context, request: UpsertPoints): Promise<UpdateResult> {
    const record = this.numbered(() => acceptUpsert(request.points, this.defaultField()));
    await this.slowDown(record.count);
    return this.log(splitUpsert(record, this.shards.length), request);
  }

  async deletePoints(_context: Context, request: DeletePoints): Promise<UpdateResult> {
    const { ids } = request;
    if (ids.count === 0) throw badRequest('Empty update request');
    const parts = splitIds(ids, this.shards.length);
    return this.log(
      parts.map((part) => (part === undefined ? undefined : { kind: 'remove', ids: part })),
      request,
    );
  }

  async get(_context: Context, request: GetPoint): Promise<Record> {
    const place = this.find(request.id);
    if (place === undefined) throw notFound(`Point with id ${idText(request.id)} does not exists!`);
    const [record] = await hydrate([place], { kind: 'all' }, { kind: 'all' });
    return record as Record;
  }

  async retrieve(_context: Context, request: RetrievePoints): Promise<readonly Record[]> {
    checkVectorNames(request.withVector, this.currentConfig);
    const places = new Map<string, PointPlace>();
    for (const id of request.ids) {
      const place = this.find(id);
      if (place !== undefined) places.set(idText(id), place);
    }
    return hydrate([...places.values()], request.withPayload, request.withVector);
  }

  async scroll(_context: Context, request: ScrollPoints): Promise<ScrollPage> {
    checkVectorNames(request.withVector, this.currentConfig);
    const found = await firstPoints(this.shards, request.offset, request.limit + 1);
    const points = await hydrate(found.slice(0, request.limit), request.withPayload, request.withVector);
    return { points, nextPageOffset: found[request.limit]?.id };
  }

  query(context: Context, request: QueryBatch): Promise<readonly (readonly ScoredPoint[])[]> {
    return Promise.all(request.queries.map((query) => runQuery(this.shards, this.currentConfig, context, query)));
  }

  /** Finishes what is running. `keep`: false where the collection is being deleted. */
  async close(keep: boolean): Promise<void> {
    for (const shard of this.shards) await this.optimizer.forget(shard);
    await Promise.all(this.shards.map((shard) => shard.close(keep)));
  }

  /** Lets a writer wait in proportion to what it brings and to how far the graphs are behind. */
  private async slowDown(pointCount: number): Promise<void> {
    const lag = this.shards.reduce((most, shard) => Math.max(most, this.optimizer.lag(shard, this.currentConfig)), 0);
    if (lag > 1) await delay(Math.min(SLOW_DOWN_MAX_MS, pointCount * SLOW_DOWN_MS * (lag - 1)));
  }

  private optimize(): void {
    for (const shard of this.shards) this.optimizer.consider(shard, this.currentConfig);
  }

  private defaultField(): DenseVectorConfig | undefined {
    return this.currentConfig.params.vectors.find(({ name }) => name === '');
  }

  private find(id: PointId): PointPlace | undefined {
    const shard = this.shards[shardOf(id, this.shards.length)] as Shard;
    const found = shard.find(id);
    return found === undefined ? undefined : { id, shard, ...found };
  }

  /** Qdrant numbers an operation before it finds some faults: the number is used up, and clients see the gap. */
  private numbered<T>(accept: () => T): T {
    try {
      return accept();
    } catch (error) {
      if (!(error instanceof OperationRejected)) throw error;
      this.shards[0]?.skipOperation();
      throw badInput(error.message);
    }
  }

  /** Logs each shard's part, then answers as the request wants: when it is durable, or when searches see it. */
  private async log(parts: readonly (UpdateRecord | undefined)[], request: WriteOptions): Promise<UpdateResult> {
    const logged = await Promise.all(
      parts.flatMap((part, index) => (part === undefined ? [] : [(this.shards[index] as Shard).update(part)])),
    );
    const applied = this.settle(logged);
    const operationId = logged.reduce((highest, { sequence }) => Math.max(highest, sequence), 0);
    if (!request.wait) return { operationId, status: 'acknowledged' };
    const timeoutMs = (request.timeoutSeconds ?? WRITE_TIMEOUT_SECONDS) * 1000;
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
  }
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
