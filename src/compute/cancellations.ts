import { VectorizerError } from '../core/errors.ts';
import { SEARCH_CANCELLED } from '../kernels/layout.ts';
import type { Arena } from './arenas.ts';

/** A search task in its arena's memory. */
export interface CancelledTask {
  readonly arena: Arena;
  /** Address of the task (layout.ts, SEARCH_…). */
  readonly task: number;
}

/**
 * What signals cancel on the threads: one listener a signal, however many searches it has. A search costs some 70 µs of the
 * main thread, a listener of its own would cost one more.
 */
export class Cancellations {
  readonly #known = new WeakMap<AbortSignal, Cancellation>();
  readonly #onCancel: () => void;

  /** onCancel  runs after a signal aborted and its tasks were told. */
  constructor(onCancel: () => void) {
    this.#onCancel = onCancel;
  }

  of(signal: AbortSignal): Cancellation {
    const known = this.#known.get(signal);
    if (known !== undefined) return known;
    const cancellation = new Cancellation();
    this.#known.set(signal, cancellation);
    // Its closure ends with the signal: nothing else holds either.
    const cancel = (): void => {
      cancellation.cancel();
      this.#onCancel();
    };
    if (signal.aborted) cancellation.cancel();
    else signal.addEventListener('abort', cancel, { once: true });
    return cancellation;
  }
}

/** What one signal cancels. */
export class Cancellation {
  readonly #tasks = new Set<CancelledTask>();
  #flag: Int32Array<SharedArrayBuffer> | undefined;
  #isCancelled = false;

  /** A word that every thread can poll: 1 from the time on that the signal has aborted. */
  get flag(): Int32Array<SharedArrayBuffer> {
    this.#flag ??= new Int32Array(new SharedArrayBuffer(4)).fill(this.#isCancelled ? 1 : 0);
    return this.#flag;
  }

  /** The task's word, which is 0, becomes 1 when the signal aborts, until `delete`. */
  add(task: CancelledTask): void {
    this.#tasks.add(task);
  }

  /** The threads have let go of the task. */
  delete(task: CancelledTask): void {
    this.#tasks.delete(task);
  }

  cancel(): void {
    this.#isCancelled = true;
    for (const task of this.#tasks) Atomics.store(task.arena.u32, wordOf(task), 1);
    if (this.#flag !== undefined) Atomics.store(this.#flag, 0, 1);
  }
}

function wordOf({ task }: CancelledTask): number {
  return (task + SEARCH_CANCELLED) / 4;
}

export function cancelledError(): VectorizerError {
  return new VectorizerError('timeout', 'the work of this request was cancelled');
}
