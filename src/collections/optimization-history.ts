import { randomUUID } from 'node:crypto';
import type { Optimization, Progress } from '../core/answers.ts';
import type { DueWork, OptimizerName } from './optimization-plan.ts';
import type { Shard } from './shard.ts';

/** What is remembered of a shard's past. */
const COMPLETED_MAX = 64;

/** A segment as it was when work on it began. */
interface SeenSegment {
  readonly number: number;
  readonly pointsCount: number;
}

/** A piece of work that runs, or has run. */
export interface OptimizationEntry {
  readonly uuid: string;
  readonly optimizer: OptimizerName;
  readonly segments: readonly SeenSegment[];
  readonly status: Optimization['status'];
  readonly progress: Progress;
}

/** How a piece of work tells how far it is. */
export type OnProgress = (done: number, total: number) => void;

/** What the optimizer does and has done, of each shard as much as is of interest. */
export class OptimizationHistory {
  private readonly nowMs: () => number;
  private readonly running = new Map<Shard, OptimizationEntry>();
  /** The latest first. */
  private readonly past = new Map<Shard, OptimizationEntry[]>();

  constructor(nowMs: () => number) {
    this.nowMs = nowMs;
  }

  runningOf(shard: Shard): OptimizationEntry | undefined {
    return this.running.get(shard);
  }

  /** The latest first. */
  completedOf(shard: Shard): readonly OptimizationEntry[] {
    return this.past.get(shard) ?? [];
  }

  forget(shard: Shard): void {
    this.running.delete(shard);
    this.past.delete(shard);
  }

  /** Does a piece of work, one at a time for a shard, and remembers how it went. Throws what it throws. */
  async track(
    shard: Shard,
    work: DueWork,
    signal: AbortSignal,
    run: (onProgress: OnProgress) => Promise<void>,
  ): Promise<void> {
    const { optimizer } = work;
    const name = optimizer;
    const begun: Progress = {
      name,
      startedAtMs: this.nowMs(),
      finishedAtMs: undefined,
      done: undefined,
      total: undefined,
      children: [],
    };
    const segments = work.segments.map(({ number, liveCount }) => ({ number, pointsCount: liveCount }));
    let entry: OptimizationEntry = { uuid: randomUUID(), optimizer, segments, status: 'optimizing', progress: begun };
    this.running.set(shard, entry);
    const end = (status: Optimization['status']): void => {
      entry = { ...entry, status, progress: { ...entry.progress, finishedAtMs: this.nowMs() } };
      this.running.delete(shard);
      this.past.set(shard, [entry, ...this.completedOf(shard)].slice(0, COMPLETED_MAX));
    };
    try {
      await run((done, total) => {
        entry = { ...entry, progress: { ...entry.progress, done, total } };
        this.running.set(shard, entry);
      });
      end('done');
    } catch (error) {
      // To remember it.
      const reason = error instanceof Error ? error.message : String(error);
      end(signal.aborted ? { cancelled: reason } : { error: reason });
      throw error;
    }
  }
}
