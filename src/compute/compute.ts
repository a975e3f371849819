import { compileKernels } from '../kernels/load.ts';
import { Arenas } from './arenas.ts';
import type { Arena } from './arenas.ts';
import { Cancellations, cancelledError } from './cancellations.ts';
import { Pool } from './pool.ts';
import type { Lane } from './pool.ts';
import { SearchQueue } from './search-queue.ts';
import type { SearchJob } from './search-queue.ts';
import type { BackgroundWork } from './worker.ts';
import type { WorkspaceShape } from './workspace.ts';

export interface ComputeOptions {
  readonly searchThreads: number;
  readonly backgroundThreads: number;
}

/** A piece of background work and where it is done. */
export interface BackgroundJob {
  readonly arena: Arena;
  readonly shape: WorkspaceShape;
  readonly work: BackgroundWork;
}

/** All arithmetic of a process: the memory it works on and the threads that do it. */
export class Compute {
  readonly arenas: Arenas;
  /** Pieces of background work that can be under way at once. */
  readonly backgroundThreads: number;
  readonly #searchThreads: number;
  readonly #searchPool: Pool;
  readonly #backgroundPool: Pool;
  readonly #queue: SearchQueue;
  readonly #cancellations = new Cancellations(() => this.#queue.dropCancelled());
  readonly #backgroundWaiters: ((lane: Lane) => void)[] = [];

  private constructor(options: ComputeOptions) {
    const module = compileKernels();
    this.arenas = new Arenas(module);
    this.#searchThreads = options.searchThreads;
    this.backgroundThreads = options.backgroundThreads;
    this.#searchPool = new Pool({
      module,
      threads: options.searchThreads,
      // Most threads would idle most of the time, at some 11 MB each: one answers at once, the others within 50 ms.
      threadsMin: 1,
      niceness: 0,
      idleTimeoutMs: 60_000,
      run: 'runSearches',
    });
    this.#backgroundPool = new Pool({
      module,
      threads: options.backgroundThreads,
      threadsMin: 0,
      niceness: 19,
      // A thread costs several megabytes: between two builds it ends.
      idleTimeoutMs: 2_000,
      run: 'runBackground',
    });
    this.#queue = new SearchQueue(this.#searchPool, this.#cancellations);
  }

  /** Makes the pools; threads start when they are needed. */
  static open(options: ComputeOptions): Compute {
    return new Compute(options);
  }

  /** Searches that could begin at this moment without waiting. */
  get idleSearchThreads(): number {
    return Math.max(this.#searchPool.freeLanes - this.#queue.waitingCount, 0);
  }

  /** Runs one search task. Throws timeout where its signal aborts. */
  search(job: SearchJob): Promise<void> {
    return this.#queue.run(job);
  }

  /** Calls that the search threads can work on at once. */
  get searchThreads(): number {
    return this.#searchThreads;
  }

  /**
   * Runs an exported function on one of the search threads: work of some milliseconds that a request waits for, at most
   * `searchThreads` at a time so that searches need not wait long. Arguments and answer are cloned; shared memory is not.
   * module  address of a module as `import.meta.url` gives it, without imports of this room.
   * name    of an exported ThreadFunction (base/thread-function.ts): not begun after the signal has aborted.
   * Throws timeout where the signal aborts, once the thread has let go of the argument.
   */
  async call(module: string, name: string, argument: object, signal: AbortSignal): Promise<unknown> {
    if (signal.aborted) throw cancelledError();
    const { flag } = this.#cancellations.of(signal);
    const answer = await this.#searchPool.call(module, name, { argument, cancelled: flag });
    if (signal.aborted) throw cancelledError();
    return answer;
  }

  /** Runs a piece of background work as soon as a background thread is free. */
  async background(job: BackgroundJob): Promise<void> {
    const lane =
      this.#backgroundPool.take() ?? (await new Promise<Lane>((resolve) => this.#backgroundWaiters.push(resolve)));
    try {
      const { arena, shape, work } = job;
      const space = this.#backgroundPool.workspace(lane, arena, shape).address;
      await this.#backgroundPool.run(lane, arena, { work, space });
    } finally {
      const next = this.#backgroundWaiters.shift();
      if (next === undefined) this.#backgroundPool.give(lane);
      else next(lane);
    }
  }

  /** Ends all threads; what still waits is refused as unavailable. */
  async close(): Promise<void> {
    this.#queue.close();
    await Promise.all([this.#searchPool.close(), this.#backgroundPool.close()]);
  }
}
