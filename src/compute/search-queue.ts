import { VectorizerError } from '../core/errors.ts';
import type { Arena } from './arenas.ts';
import { type Cancellations, cancelledError } from './cancellations.ts';
import type { Lane, Pool } from './pool.ts';
import type { WorkspaceShape } from './workspace.ts';

/** Searches in one message, at most: more would let the last of them wait for the first ones' thread. */
const BATCH_MAX = 32;

/** A search whose task block is written. */
export interface SearchJob {
  readonly arena: Arena;
  /** Address of the task (layout.ts, SEARCH_…). */
  readonly task: number;
  readonly shape: WorkspaceShape;
  /** Cancels the search: one that waits is dropped, one that has begun ends at its next step. */
  readonly signal: AbortSignal;
}

interface Waiting {
  readonly job: SearchJob;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Searches on their way to the threads. What one turn of the event loop brings goes out together, spread over the free
 * threads; while all are busy the queue grows, and the thread that is done first takes its share. One message then
 * carries many searches of a busy moment, and a single one on an idle server goes out at once.
 */
export class SearchQueue {
  readonly #pool: Pool;
  readonly #cancellations: Cancellations;
  #waiting: Waiting[] = [];
  #scheduled = false;
  #closed = false;

  constructor(pool: Pool, cancellations: Cancellations) {
    this.#pool = pool;
    this.#cancellations = cancellations;
  }

  get waitingCount(): number {
    return this.#waiting.length;
  }

  /**
   * Resolves when the task's answer is written. Throws timeout where it was cancelled. Either way the threads have let go of
   * the task's memory.
   */
  run(job: SearchJob): Promise<void> {
    if (this.#closed) return Promise.reject(closedError());
    if (job.signal.aborted) return Promise.reject(cancelledError());
    return new Promise((resolve, reject) => {
      this.#cancellations.of(job.signal).add(job);
      this.#waiting.push({ job, resolve, reject });
      if (!this.#scheduled && this.#pool.freeLanes > 0) {
        this.#scheduled = true;
        setImmediate(() => {
          this.#scheduled = false;
          this.#dispatch();
        });
      }
    });
  }

  close(): void {
    this.#closed = true;
    for (const waiting of this.#waiting.splice(0)) this.#refuse(waiting, closedError());
  }

  /** Refuses those that wait and are cancelled. */
  dropCancelled(): void {
    const cancelled = this.#waiting.filter(({ job }) => job.signal.aborted);
    if (cancelled.length === 0) return;
    this.#waiting = this.#waiting.filter(({ job }) => !job.signal.aborted);
    for (const waiting of cancelled) this.#refuse(waiting, cancelledError());
  }

  #refuse({ job, reject }: Waiting, error: unknown): void {
    this.#cancellations.of(job.signal).delete(job);
    reject(error);
  }

  #dispatch(): void {
    while (this.#waiting.length > 0) {
      const free = this.#pool.freeLanes;
      const lane = this.#pool.take();
      if (lane === undefined) return;
      const count = Math.min(Math.ceil(this.#waiting.length / free), BATCH_MAX);
      void this.#send(lane, this.#takeBatch(count));
    }
  }

  /** Up to `count` searches of the first one's arena: one message names one memory. */
  #takeBatch(count: number): readonly Waiting[] {
    const arena = this.#waiting[0]?.job.arena;
    const batch: Waiting[] = [];
    const rest: Waiting[] = [];
    for (const each of this.#waiting) (each.job.arena === arena && batch.length < count ? batch : rest).push(each);
    this.#waiting = rest;
    return batch;
  }

  async #send(lane: Lane, batch: readonly Waiting[]): Promise<void> {
    try {
      const first = batch[0]?.job;
      if (first === undefined) return;
      const space = this.#pool.workspace(
        lane,
        first.arena,
        batch.map(({ job }) => job.shape).reduce(largestShape),
      ).address;
      await this.#pool.run(lane, first.arena, { space, tasks: batch.map(({ job }) => job.task) });
      for (const each of batch) {
        const { job, resolve } = each;
        if (job.signal.aborted) {
          this.#refuse(each, cancelledError());
        } else {
          this.#cancellations.of(job.signal).delete(job);
          resolve();
        }
      }
    } catch (error) {
      // Passed on to those who wait.
      for (const each of batch) this.#refuse(each, error);
    } finally {
      this.#pool.give(lane);
      this.#dispatch();
    }
  }
}

function largestShape(a: WorkspaceShape, b: WorkspaceShape): WorkspaceShape {
  return {
    padded: Math.max(a.padded, b.padded),
    rowCount: Math.max(a.rowCount, b.rowCount),
    beam: Math.max(a.beam, b.beam),
    links: Math.max(a.links, b.links),
    top: Math.max(a.top, b.top),
    queryBytes: Math.max(a.queryBytes ?? 0, b.queryBytes ?? 0),
  };
}

function closedError(): VectorizerError {
  return new VectorizerError('unavailable', 'the engine is closing');
}
