import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long applying may hold the event loop before it lets requests through. */
const SLICE_MS = 1;

/**
 * One shard's updates, applied strictly one after another in the order of their sequence. A job may give way in its
 * middle; nothing else of the queue runs meanwhile.
 */
export class ApplyQueue {
  private tail: Promise<void> = Promise.resolve();
  private waiting = 0;
  private sliceBegan = 0;

  /** Jobs that are not finished. */
  get length(): number {
    return this.waiting;
  }

  /** Runs `job` after all that were given before it. A job that throws fails its own promise alone. */
  async run<T>(job: () => T | Promise<T>): Promise<T> {
    this.waiting++;
    const before = this.tail;
    const done = Promise.withResolvers<undefined>();
    this.tail = done.promise;
    try {
      await before;
      return await job();
    } finally {
      this.waiting--;
      done.resolve(undefined);
    }
  }

  /** To be awaited between pieces of work: lets the event loop turn when the slice is used up. */
  async giveWay(): Promise<void> {
    const now = performance.now();
    if (now - this.sliceBegan < SLICE_MS) return;
    await nextTurn();
    this.sliceBegan = performance.now();
  }
}
