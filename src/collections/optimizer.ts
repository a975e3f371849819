import { setTimeout as delay } from 'node:timers/promises';
import type { CollectionConfig } from '../core/collection-config.ts';
import { VectorizerError } from '../core/errors.ts';
import type { Logger } from '../observe/logger.ts';
import type { Segment } from '../segments/segment.ts';
import type { Occasion } from './checkpoint.ts';
import { compactSegments } from './compaction.ts';
import { type OnProgress, OptimizationHistory } from './optimization-history.ts';
import { dueCompaction, dueWork, fieldsToIndex, isStopped, needsCompaction } from './optimization-plan.ts';
import type { Shard } from './shard.ts';

/** Updates that come within this time of each other are indexed together. */
const GATHER_MS = 50;
/** So many rows indexed leave garbage behind that is worth a moment of collecting. */
const MUCH_ROWS = 10_000;

/** What runs now. */
interface Working {
  readonly shard: Shard;
  readonly config: CollectionConfig;
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

/**
 * The work behind the updates, for all shards of the process: checkpoints, graphs, compaction. One job at a time, since
 * a job uses all background threads itself; a shard that is worked on and changes meanwhile is looked at again.
 * A job that fails leaves its shard as it was, searchable, and is tried again with the next update.
 */
export class Optimizer {
  private readonly logger: Logger;
  private readonly rested: () => void;
  readonly history: OptimizationHistory;
  private indexedRows = 0;
  private readonly due = new Map<Shard, CollectionConfig>();
  private readonly failures = new Map<Shard, Error>();
  private readonly stop = new AbortController();
  private working: Working | undefined;
  private loop: Promise<void> | undefined;

  /** `rested` is called when nothing is left to do after much was done. */
  constructor(logger: Logger, rested: () => void, nowMs: () => number) {
    this.logger = logger;
    this.rested = rested;
    this.history = new OptimizationHistory(nowMs);
  }

  /** A shard was opened or has changed: work on it if there is something to do. Cheap; called after every update. */
  consider(shard: Shard, config: CollectionConfig): void {
    const isDue = shard.checkpointIsDue('working') || (!isStopped(config) && this.isDue(shard, config));
    if (this.stop.signal.aborted || !isDue) return;
    this.due.set(shard, config);
    this.loop ??= this.run();
  }

  /** The shard's configuration has changed: work by another one ends, and what is to be done now is begun. */
  configure(shard: Shard, config: CollectionConfig): void {
    if (this.due.has(shard)) this.due.set(shard, config);
    if (this.working?.shard === shard && !asksTheSame(this.working.config, config)) this.working.abort.abort();
    this.consider(shard, config);
  }

  /** Whether a shard's indexes are behind its rows, or its segments hold too much that is removed. */
  isDue(shard: Shard, config: CollectionConfig): boolean {
    return dueWork(shard, config).length > 0;
  }

  /** What went wrong with the shard's last job. */
  failureOf(shard: Shard): Error | undefined {
    return this.failures.get(shard);
  }

  /** The shard is about to be closed: its job is cancelled and waited for. */
  async forget(shard: Shard): Promise<void> {
    this.due.delete(shard);
    if (this.working?.shard === shard) {
      this.working.abort.abort();
      await this.working.done;
    }
    this.due.delete(shard);
    this.failures.delete(shard);
    this.history.forget(shard);
  }

  async close(): Promise<void> {
    this.stop.abort();
    this.due.clear();
    this.working?.abort.abort();
    await this.loop;
  }

  private async run(): Promise<void> {
    while (this.due.size > 0 && !this.stop.signal.aborted) {
      await delay(GATHER_MS);
      const [next] = this.due;
      if (next === undefined) break;
      const [shard, config] = next;
      this.due.delete(shard);
      const abort = new AbortController();
      const done = this.work(shard, config, abort.signal);
      this.working = { shard, config, abort, done };
      await done;
      this.working = undefined;
    }
    this.loop = undefined;
    if (this.indexedRows < MUCH_ROWS) return;
    this.indexedRows = 0;
    this.rested();
  }

  private async work(shard: Shard, config: CollectionConfig, signal: AbortSignal): Promise<void> {
    try {
      if (shard.checkpointIsDue('working')) await this.checkpoint(shard, 'working', signal);
      if (!isStopped(config)) await this.optimize(shard, config, signal);
      if (!signal.aborted && shard.checkpointIsDue('resting')) await this.checkpoint(shard, 'resting', signal);
      this.failures.delete(shard);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof VectorizerError && error.kind === 'timeout') {
        // Vector fields came or went under a compaction: it begins again.
        this.due.set(shard, config);
        return;
      }
      this.logger.error('optimizing failed; it is tried again with the next update', {}, error);
      this.failures.set(shard, error instanceof Error ? error : new Error(String(error)));
    }
  }

  private async optimize(shard: Shard, config: CollectionConfig, signal: AbortSignal): Promise<void> {
    const compaction = dueCompaction(shard, config);
    if (compaction !== undefined) {
      const isDue = (segment: Segment): boolean => needsCompaction(shard, segment, config);
      const mayIndex = config.optimizers.indexingThreshold > 0;
      await this.history.track(shard, compaction, signal, (tell) =>
        compactSegments(shard, { isDue, mayIndex, signal, onProgress: this.progress(shard, tell) }),
      );
    }
    for (const segment of shard.segments) {
      if (fieldsToIndex(segment, config).length === 0) continue;
      const before = segment.indexedCount;
      const work = { optimizer: 'indexing', segments: [segment] } as const;
      await this.history.track(shard, work, signal, async (tell) => {
        const onProgress = this.progress(shard, tell);
        for (const field of fieldsToIndex(segment, config)) await field.buildIndex({ signal, onProgress });
      });
      this.indexedRows += segment.indexedCount - before;
    }
  }

  private checkpoint(shard: Shard, occasion: Occasion, signal: AbortSignal): Promise<void> {
    const work = { optimizer: 'checkpoint', segments: shard.segments } as const;
    return this.history.track(shard, work, signal, () => shard.writeCheckpoint(occasion));
  }

  /** Tells how far work is; and updates go on under it: what they leave in memory is written too. */
  private progress(shard: Shard, tell: OnProgress): OnProgress {
    return (done, total) => {
      tell(done, total);
      if (shard.checkpointIsRunning || !shard.checkpointIsDue('working')) return;
      shard.writeCheckpoint('working').catch((error: unknown) => this.logger.error('a checkpoint failed', {}, error));
    };
  }
}

/** Whether two configurations ask for the same work. */
function asksTheSame(a: CollectionConfig, b: CollectionConfig): boolean {
  const asked = ({ params, hnsw, optimizers, quantization }: CollectionConfig): string =>
    JSON.stringify([params.vectors, params.sparseVectors, hnsw, optimizers, quantization]);
  return asked(a) === asked(b);
}
