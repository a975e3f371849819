/** Where things of vector blocks lie in an arena (assembly/vector-block.ts): as layout.ts, which has what all tasks share. */

// Task of one piece of work over a block: rows of f32[stride / 4], zeros after dimension, that are compared with each other.
export const BLOCK_VECTORS = 0;
/** Bytes of a row: a multiple of 32. */
export const BLOCK_STRIDE = 4;
export const BLOCK_COUNT = 8;
/** One of METRIC_DOT, METRIC_EUCLID, METRIC_MANHATTAN. */
export const BLOCK_METRIC = 12;
/** One of BLOCK_DO_…. */
export const BLOCK_STEP = 16;
/** Pairs that are kept for each row, less than BLOCK_COUNT; or rows that are chosen, at most BLOCK_COUNT. */
export const BLOCK_LIMIT = 20;
/** Pairs of rows that were scored. */
export const BLOCK_SCORED = 24;

/** Pairs of tiles of the upper triangle, by rows of it, that are to be scored. */
export const BLOCK_FIRST = 28;
export const BLOCK_END = 32;
/** u64[count x limit]: for each row a heap of the best pairs so far; u32[count]: their sizes. f32[count]: below this a score is not kept. */
export const BLOCK_HEAPS = 36;
export const BLOCK_SIZES = 40;
export const BLOCK_LEAST = 44;
/**
 * Heaps that are merged, and their sizes, end to end; answer: u32 columns and f32 scores, [count x limit]. A task that scores
 * pairs merges too where these are not 0.
 */
export const BLOCK_PARTS = 48;
export const BLOCK_COLUMNS = 52;
export const BLOCK_SCORES = 56;

/** f32[count]; the share of relevance as f32. */
export const BLOCK_RELEVANCE = 60;
export const BLOCK_LAMBDA = 64;
/** u32[limit] rows that were chosen, and how many. */
export const BLOCK_CHOSEN = 68;
export const BLOCK_CHOSEN_COUNT = 72;
/** u64[count]: rows that were not chosen, by what they are worth at most; u32[count]: chosen rows that each was compared with. */
export const BLOCK_WORTH = 76;
export const BLOCK_WORTH_SIZE = 80;
export const BLOCK_SEEN = 84;
/** f32[count]: the best score against these. */
export const BLOCK_NEAREST = 88;
// SEARCH_KIND lies at 92, SEARCH_CANCELLED at 124.
/** Comparisons of rows after which a choice stops, to be gone on with in another task. */
export const BLOCK_BUDGET = 96;
/** f64[count] squares of the rows' lengths, which dot products are divided by; or 0: they are not. */
export const BLOCK_SQUARES = 100;

/**
 * Descriptor of a field whose rows are decoded into the block before anything else is done, or 0; u32[BLOCK_COUNT]: the
 * field's rows that those of the block are. Of the block's rows only [first, end) are decoded.
 */
export const BLOCK_FIELD = 104;
export const BLOCK_PLACES = 108;
export const BLOCK_DECODE_FIRST = 112;
export const BLOCK_DECODE_END = 116;
/** 1: by all 24 bits, which stay until the task is done; 0: by codes that are the vectors themselves. */
export const BLOCK_REMAINDERS = 120;
export const BLOCK_BYTES = 128;

/** Bytes behind a block that decoding needs: codes of few bits know rows of a multiple of 128 coordinates. */
export const BLOCK_SLACK_BYTES = 512;

/** Rows of a tile: two of 768 dimensions are a fifth of a second-level cache. */
export const BLOCK_TILE = 32;

export const BLOCK_DO_PAIRS = 0;
export const BLOCK_DO_MERGE = 1;
export const BLOCK_DO_CHOOSE = 2;
/** Nothing but to decode. */
export const BLOCK_DO_DECODE = 3;
