/**
 * What a body of searches may ask for at most, where Qdrant knows no limit but the size of the body: a few bytes ask for
 * a search, and each is an object of some hundred bytes here and work for every segment behind (docs/rest.md).
 */

/** In the tree of one query. */
export const PREFETCHES_MAX = 1_000;

/** Of a relevance feedback: each is compared with each on this thread; 2,000 took 40 ms, 99,000 a minute and more. */
export const FEEDBACK_MAX = 1_000;

/** In one body. A batch of 99,999 searches without a query took 38 s. */
export const BODY_MAX = { 'queries and prefetches': 10_000, examples: 100_000 };
