import { setTimeout as delay } from 'node:timers/promises';
import type { CollectionConfig } from '../core/collection-config.ts';
import type { Logger } from '../observe/logger.ts';
import { compactSegments, hasManySegments } from './compaction.ts';
import type { Segment } from '../segments/segment.ts';
import type { Shard } from './shard.ts';

/** Updates that come within this time of each other are indexed together. */
const GATHER_MS = 50;
/** So many rows indexed leave garbage behind that is worth a moment of collecting. */
const MUCH_ROWS = 10_000;
/** 8 MiB of codes, 11,000 rows of 768 dimensions, take a search about half a millisecond (docs/performance.md). */
const TAIL_BYTES_MAX = 8 * 2 ** 20;

/**
 * The work behind the updates, for all shards of the process: checkpoints, graphs, compaction. One job at a time, since
 * a job uses all background threads itself; a shard that is worked on and changes meanwhile is looked at again.
 * A job that fails leaves its shard as it was, searchable, and is tried again with the next update.
 */
export class Optimizer {
  private readonly logger: Logger;
  private readonly rested: () => void;
  private indexedRows = 0;
  private readonly due = new Map<Shard, CollectionConfig>();
  private readonly failures = new Map<Shard, Error>();
  private readonly stop = new AbortController();
  private working: { readonly shard: Shard; readonly abort: AbortController; readonly done: Promise<void> } | undefined;
  private loop: Promise<void> | undefined;

  /** `rested` is called when nothing is left to do after much was done. */
  constructor(logger: Logger, rested: () => void) {
    this.logger = logger;
    this.rested = rested;
  }

  /** A shard was opened or has changed: work on it if there is something to do. Cheap; called after every update. */
  consider(shard: Shard, config: CollectionConfig): void {
    const isDue = shard.checkpointIsDue('working') || (!isStopped(config) && this.isDue(shard, config));
    if (this.stop.signal.aborted || !isDue) return;
    this.due.set(shard, config);
    this.loop ??= this.run();
  }

  /** Whether a shard's graph is behind its rows, or its segments hold too much that is removed. */
  isDue(shard: Shard, config: CollectionConfig): boolean {
    return (
      hasManySegments(shard) ||
      shard.segments.some((segment) => needsIndexing(segment, config) || needsCompaction(shard, segment, config))
    );
  }

  /**
   * How far a shard's graphs are behind, in units of what a search scans beside them without much delay. Above 1 writers
   * should slow down: else a fast upload leaves each search ever more to scan, and the scans leave the graph no time.
   */
  lag(shard: Shard, config: CollectionConfig): number {
    if (isStopped(config)) return 0;
    const bytes = shard.segments.reduce((sum, segment) => {
      const { rowCount, indexedCount, dimension } = segment.statistics;
      return needsIndexing(segment, config) ? sum + (rowCount - indexedCount) * dimension : sum;
    }, 0);
    return bytes / TAIL_BYTES_MAX;
  }

  /** What went wrong with the shard's last job. */
  failureOf(shard: Shard): Error | undefined {
    return this.failures.get(shard);
  }

  /** The shard is about to be closed: its job is cancelled and waited for. */
  async forget(shard: Shard): Promise<void> {
    this.due.delete(shard);
    this.failures.delete(shard);
    if (this.working?.shard !== shard) return;
    this.working.abort.abort();
    await this.working.done;
    this.due.delete(shard);
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
      this.working = { shard, abort, done };
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
      if (shard.checkpointIsDue('working')) await shard.writeCheckpoint('working');
      if (!isStopped(config)) {
        await compactSegments(shard, (segment) => needsCompaction(shard, segment, config), signal);
      }
      for (const segment of shard.segments) {
        if (isStopped(config) || !needsIndexing(segment, config)) continue;
        const before = segment.indexedCount;
        await segment.dense?.buildIndex({ signal, onProgress: () => this.checkpointMeanwhile(shard) });
        this.indexedRows += segment.indexedCount - before;
      }
      if (!signal.aborted && shard.checkpointIsDue('resting')) await shard.writeCheckpoint('resting');
      this.failures.delete(shard);
    } catch (error) {
      if (signal.aborted) return;
      this.logger.error('optimizing failed; it is tried again with the next update', {}, error);
      this.failures.set(shard, error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** While a long build runs, updates go on: what they leave in memory is written too. */
  private checkpointMeanwhile(shard: Shard): void {
    if (shard.checkpointIsRunning || !shard.checkpointIsDue('working')) return;
    shard.writeCheckpoint('working').catch((error: unknown) => this.logger.error('a checkpoint failed', {}, error));
  }
}

/** The user has postponed graphs and compaction; checkpoints go on. */
export function isStopped(config: CollectionConfig): boolean {
  return config.optimizers.maxOptimizationThreads === 0;
}

/** A segment gets a graph when its vectors pass the threshold; from then on every row goes into it. */
function needsIndexing(segment: Segment, config: CollectionConfig): boolean {
  const { rowCount, indexedCount, dimension, liveCount } = segment.statistics;
  if (dimension === 0 || indexedCount >= rowCount) return false;
  if (indexedCount > 0) return true;
  const { indexingThreshold } = config.optimizers;
  return indexingThreshold > 0 && liveCount * dimension * 4 >= indexingThreshold * 1024;
}

/** Enough is removed, by Qdrant's rule for its vacuum; or the graph's parameters are not the collection's any more. */
function needsCompaction(shard: Shard, segment: Segment, config: CollectionConfig): boolean {
  if (shard.isStale(segment)) return true;
  const { deletedThreshold, vacuumMinVectorNumber } = config.optimizers;
  const { removedCount, rowCount } = segment;
  return removedCount >= vacuumMinVectorNumber && removedCount > rowCount * deletedThreshold;
}
