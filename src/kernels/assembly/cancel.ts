import { SEARCH_CANCELLED } from '../layout';

/**
 * Whether the search at hand is still wanted. The main thread writes the word; the kernels look at it at each hop of a walk
 * and at each group of a scan, and end at once, with an answer that nobody reads.
 */

/** Address of the word. Nothing is ever written at 0: what is no search is never cancelled. */
let word: u32 = 0;

/** Begins with a search task. */
export function watch(task: u32): void {
  word = task + SEARCH_CANCELLED;
}

@inline
export function isCancelled(): bool {
  return atomic.load<u32>(word) != 0;
}
