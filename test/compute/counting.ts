import { type ThreadFunction, threadFunction } from '../../src/base/thread-function.ts';

/** The address of this module, for a worker. */
export const COUNTING_MODULE: string = import.meta.url;

export interface Counting {
  /** Shared: how far it has come. */
  readonly progress: Int32Array;
  readonly end: number;
}

/** Counts to `end`, or until it is cancelled. */
export const count: ThreadFunction<Counting, number> = threadFunction(({ progress, end }, isCancelled) => {
  while (Atomics.load(progress, 0) < end && !isCancelled()) Atomics.add(progress, 0, 1);
  return Atomics.load(progress, 0);
});
