import { SEARCH_CANCELLED } from '../layout';

/**
 * Whether the search at hand is still wanted. The main thread writes the word; the kernels look at it every few hops of a
 * walk and at each group of a scan, and end at once, with an answer that nobody reads.
 */

/** Address of the word. Nothing is ever written at 0: what is no search is never cancelled. */
let word: u32 = 0;

/** Begins with a search task. */
export function watch(task: u32): void {
  word = task + SEARCH_CANCELLED;
}

/** Distances of a walk between two looks: asking at each hop costs a short walk one part in a hundred. */
const POLLED_DISTANCES: u32 = 512;

/** Whether it is time to look, after a hop of so many distances. Without a counter of its own, which costs more than the look. */
@inline
export function isPolled(distances: u32, hop: u32): bool {
  return (distances & (POLLED_DISTANCES - 1)) < hop;
}

@inline
export function isCancelled(): bool {
  return atomic.load<u32>(word) != 0;
}
