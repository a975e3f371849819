import type { MemoryPressure, ProcessMemory } from '../core/answers.ts';
import { VectorizerError } from '../core/errors.ts';
import type { SegmentField } from '../segments/segment.ts';
import { MEMORY_HIGH as HIGH, MEMORY_LOW as LOW, type MemoryLimits } from './memory-limits.ts';
import { shardMemory } from './memory-usage.ts';
import { keepChunks } from './payload-chunks.ts';
import type { LeafCache } from './query/leaf-cache.ts';
import type { Foundation } from './foundation.ts';
import type { Shard } from './shard.ts';

/** Where nothing is left to give up writes are refused from here on, until there is less than `high`. */
const REFUSED = 0.95;

/** Without updates memory grows by reads and by graphs alone. */
const REVIEW_MS = 1000;
/** Under updates it is looked at so often: a fast upload brings some ten megabytes meanwhile. */
const GLANCE_MS = 100;
/** A checkpoint for less than this share of the budget is not worth its writes. */
const WORTH_WRITING = 1 / 128;

/**
 * Keeps the process within its memory budget. What is used is summed from what rooms below say of themselves; codes and
 * graphs are never given up. In this order, each step only as far as it is needed:
 *
 *   1. caches       kept payloads, matches of filters and results of leaves go, the cache of values becomes small
 *   2. originals    what makes scores exact in memory, the largest field first: files hold it too, and scores are then
 *                   read from there
 *   3. checkpoints  what waits in memory is written
 *   4. refusing     writes that take memory are refused; reads and deletions go on
 *
 * docs/memory.md tells what each step costs.
 */
export class MemoryBudget {
  private readonly limits: MemoryLimits;
  private readonly foundation: Foundation;
  private readonly leafCache: LeafCache;
  private readonly shards: () => readonly Shard[];
  private readonly timer: NodeJS.Timeout | undefined;
  private lookedAt = 0;
  private hasSmallCaches = false;
  private isShort = false;
  private refusing = false;
  private checkpoints: Promise<void> | undefined;
  /** When a checkpoint has failed: not to be tried again at once. */
  private failedAt = -Infinity;
  private closed = false;
  /** Fields whose originals were given up. */
  private readonly dropped = new WeakSet<SegmentField>();

  /** shards: all of the process, as they are now. */
  constructor(foundation: Foundation, leafCache: LeafCache, shards: () => readonly Shard[]) {
    this.limits = foundation.memory;
    this.foundation = foundation;
    this.leafCache = leafCache;
    this.shards = shards;
    if (this.limits.budgetBytes < Infinity) this.timer = setInterval(() => this.review(), REVIEW_MS).unref();
  }

  /**
   * To be called before a write that takes memory; waits while checkpoints may still make room for it. Throws
   * insufficient_storage where there is none.
   */
  async admit(): Promise<void> {
    if (performance.now() - this.lookedAt >= GLANCE_MS) this.review();
    if (this.checkpoints !== undefined && this.isShort) await this.checkpoints;
    if (!this.refusing) return;
    const percent = Math.round((this.used() / this.limits.budgetBytes) * 100);
    const budget = Math.round(this.limits.budgetBytes / 2 ** 20);
    throw new VectorizerError(
      'insufficient_storage',
      `Resident memory usage is at ${percent}% of the memory budget of ${budget} MiB. Help: Reduce memory usage (e.g. ` +
        'delete points or drop collections), or raise `storage.performance.memory_budget`.',
    );
  }

  /** Looks at what is used, and gives up what must be given up. Checkpoints that it begins go on behind it. */
  review(): void {
    this.lookedAt = performance.now();
    const { budgetBytes } = this.limits;
    if (budgetBytes === Infinity || this.closed) return;
    const before = this.pressure;
    let used = this.used();
    if (used > budgetBytes * HIGH) used = this.shrinkCaches();
    if (used > budgetBytes * HIGH) used = this.dropOriginals(used);
    if (used > budgetBytes * HIGH) this.beginCheckpoints();
    this.isShort = used > budgetBytes * REFUSED;
    if (used <= budgetBytes * HIGH) this.refusing = false;
    else if (this.isShort && this.checkpoints === undefined) this.refusing = true;
    if (used < budgetBytes * LOW) this.growCaches(used);
    const after = this.pressure;
    if (after === before) return;
    const fields = { before, after, used, budget: budgetBytes };
    const isCommon = before === 'checkpoints' || after === 'checkpoints';
    if (after === 'refusing') this.foundation.logger.warn('memory is short: writes are refused', fields);
    else if (!isCommon) this.foundation.logger.info('memory pressure', fields);
  }

  get report(): ProcessMemory {
    const { budgetBytes, residentBytes } = this.limits;
    return {
      budget: budgetBytes,
      used: this.used(),
      resident: residentBytes(),
      valueCache: this.foundation.kv.cacheBytes,
      pressure: this.pressure,
    };
  }

  async close(): Promise<void> {
    this.closed = true;
    clearInterval(this.timer);
    await this.checkpoints;
    if (this.hasSmallCaches) keepChunks(true);
  }

  private get pressure(): MemoryPressure {
    if (this.refusing) return 'refusing';
    if (this.checkpoints !== undefined) return 'checkpoints';
    if (this.fields().some((field) => this.dropped.has(field))) return 'originals';
    return this.hasSmallCaches ? 'caches' : 'none';
  }

  /** What the process takes: what fields and tasks have in arenas, and what is beside them. */
  private used(): number {
    const { kv, compute } = this.foundation;
    const arenas = compute.arenas.usedBytes;
    return this.shards()
      .map(shardMemory)
      .reduce(
        (sum, { besideArenas, pending, caches }) => sum + besideArenas + pending + caches,
        this.limits.baseBytes + arenas + kv.cacheBytes + this.leafCache.bytes,
      );
  }

  private fields(): readonly SegmentField[] {
    return this.shards().flatMap(({ segments }) => segments.flatMap(({ fields }) => fields));
  }

  private shrinkCaches(): number {
    this.hasSmallCaches = true;
    keepChunks(false);
    this.leafCache.pause();
    for (const { points } of this.shards()) points.dropCaches();
    this.foundation.kv.cacheSize = 'small';
    return this.used();
  }

  private growCaches(used: number): void {
    const { kv } = this.foundation;
    // They are not to be grown only to be shrunk again.
    if (!this.hasSmallCaches || used + kv.usualCacheBytes > this.limits.budgetBytes * HIGH) return;
    this.hasSmallCaches = false;
    keepChunks(true);
    this.leafCache.resume();
    kv.cacheSize = 'usual';
  }

  /** Gives up originals until enough is free; what will be used then, since searches under way hold it a little longer. */
  private dropOriginals(used: number): number {
    const largestFirst = this.fields()
      .filter((field) => field.field.memory.originals > 0)
      .toSorted((a, b) => b.field.memory.originals - a.field.memory.originals);
    for (const field of largestFirst) {
      if (used <= this.limits.budgetBytes * HIGH) break;
      used -= field.field.memory.originals;
      field.dropRemainders();
      this.dropped.add(field);
    }
    return used;
  }

  private beginCheckpoints(): void {
    if (this.checkpoints !== undefined || performance.now() - this.failedAt < REVIEW_MS) return;
    const waiting = this.shards().filter(
      (shard) => shardMemory(shard).pending > this.limits.budgetBytes * WORTH_WRITING && shard.failure === undefined,
    );
    if (waiting.length === 0) return;
    this.checkpoints = this.write(waiting).finally(() => {
      this.checkpoints = undefined;
      this.review();
    });
  }

  private async write(shards: readonly Shard[]): Promise<void> {
    for (const shard of shards) {
      // Its collection may have been deleted meanwhile.
      if (this.closed || !this.shards().includes(shard)) continue;
      try {
        await shard.writeCheckpoint('working');
      } catch (error) {
        // Nothing is lost, and nothing gained: the log holds it.
        this.failedAt = performance.now();
        this.foundation.logger.warn('a checkpoint to free memory failed', { error: String(error) });
      }
    }
  }
}
