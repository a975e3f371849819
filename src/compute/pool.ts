import { Piscina } from 'piscina';
import type { ThreadCall } from '../base/thread-function.ts';
import { VectorizerError } from '../core/errors.ts';
import type { Arena } from './arenas.ts';
import { Workspace } from './workspace.ts';
import type { WorkspaceShape } from './workspace.ts';
import type { WorkerSetup } from './worker.ts';

export interface PoolOptions {
  readonly module: WebAssembly.Module;
  readonly threads: number;
  /** Threads that stay when nothing is to be done. */
  readonly threadsMin: number;
  readonly niceness: number;
  /** After this long without work a thread above threadsMin ends. */
  readonly idleTimeoutMs: number;
  /** Exported function of worker.ts that runs the tasks. */
  readonly run: string;
}

/** One of the tasks that may be under way at once, with the workspaces that its tasks use, one per arena. */
export interface Lane {
  readonly workspaces: (Workspace | undefined)[];
}

/** Threads of one kind, as many lanes as threads. Never more tasks under way than lanes: what waits, waits here. */
export class Pool {
  readonly #piscina: Piscina;
  readonly #free: Lane[];
  #closed = false;

  constructor(options: PoolOptions) {
    const setup: WorkerSetup = { module: options.module, niceness: options.niceness };
    // Node runs the sources as they are: next to pool.ts there is worker.ts, in dist/ there is worker.js.
    const worker = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);
    this.#piscina = new Piscina({
      filename: worker.href,
      name: options.run,
      minThreads: options.threadsMin,
      maxThreads: options.threads,
      idleTimeout: options.idleTimeoutMs,
      concurrentTasksPerWorker: 1,
      recordTiming: false,
      // A task's garbage is a message: small heaps save five megabytes a thread.
      resourceLimits: { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 64 },
      trackUnmanagedFds: false,
      workerData: setup,
    });
    this.#free = Array.from({ length: options.threads }, () => ({ workspaces: [] }));
  }

  get freeLanes(): number {
    return this.#free.length;
  }

  /** Takes a free lane, or undefined. */
  take(): Lane | undefined {
    return this.#free.pop();
  }

  give(lane: Lane): void {
    this.#free.push(lane);
  }

  /**
   * Sends a task to a thread. Throws internal where the thread died or the kernel trapped:
   * the lane's workspace is then dropped, since its content is unknown.
   */
  async run(lane: Lane, arena: Arena, task: object): Promise<void> {
    try {
      const message = { ...task, arena: arena.index, memory: undefined };
      const known = (await this.#piscina.run(message)) as boolean;
      if (!known) await this.#piscina.run({ ...message, memory: arena.memory });
    } catch (cause) {
      lane.workspaces[arena.index]?.free();
      lane.workspaces[arena.index] = undefined;
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new VectorizerError('internal', `a worker thread failed: ${reason}`, { cause });
    }
  }

  /** Runs an exported function of another module on a thread; it takes no lane, and needs no arena. */
  async call(module: string, name: string, call: ThreadCall<object>): Promise<unknown> {
    try {
      return await this.#piscina.run(call, { filename: module, name });
    } catch (cause) {
      // To translate: the pool is being closed under the call, or the thread failed.
      if (this.#closed) throw new VectorizerError('unavailable', 'the engine is closing', { cause });
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new VectorizerError('internal', `a worker thread failed: ${reason}`, { cause });
    }
  }

  /** The lane's workspace in an arena, large enough for `shape`. */
  workspace(lane: Lane, arena: Arena, shape: WorkspaceShape): Workspace {
    const present = lane.workspaces[arena.index];
    if (present?.fits(shape) === true) return present;
    lane.workspaces[arena.index] = undefined;
    present?.free();
    const workspace = new Workspace(arena, present?.grown(shape) ?? shape);
    lane.workspaces[arena.index] = workspace;
    return workspace;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#piscina.destroy();
  }
}
