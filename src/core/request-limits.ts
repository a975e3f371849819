/**
 * What a body of searches may ask for at most, where Qdrant knows no limit but the size of the body: a few bytes ask for
 * a search, and each is an object of some hundred bytes here and work for every segment behind (docs/rest.md).
 */

/** In the tree of one query. */
export const PREFETCHES_MAX = 1_000;

/** Of a relevance feedback: each is compared with each on this thread; 2,000 took 40 ms, 99,000 a minute and more. */
export const FEEDBACK_MAX = 1_000;

/** Broken rules that an answer tells of: a body of few bytes can break a million. */
export const RULES_TOLD_MAX = 1_000;

/**
 * Points times names of vectors in one body, the first name not counted: each costs some ten bytes here and in the
 * columns, whether the point has such a vector or not, and a body of few bytes can ask for very many.
 */
export const CELLS_MAX = 20_000_000;

/** A multivector must be smaller than this, in numbers. */
export const MULTI_NUMBERS_MAX = 1_048_576;

/** Of maximal marginal relevance. */
export const CANDIDATES_LIMIT_MAX = 16_384;

/** In one body. A batch of 99,999 searches without a query took 38 s. */
export const BODY_MAX = { 'queries and prefetches': 10_000, examples: 100_000 };
