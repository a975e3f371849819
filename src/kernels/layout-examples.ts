/** Where things of a search by several examples lie in an arena: as layout.ts, which has the task that points here. */

// Examples of a search of a dense field (assembly/examples.ts).
export const EXAMPLES_COUNT = 0;
/** One of EXAMPLES_BEST_SCORE …: how scores against all become one (core/example-scoring.ts). */
export const EXAMPLES_SCORING = 4;
/** Of best_score: the first so many are positive. */
export const EXAMPLES_POSITIVES = 8;
/** Of linear: address of f32[count]. */
export const EXAMPLES_WEIGHTS = 12;
/** Address of f32[prepared][padded], zeros after dimension. */
export const EXAMPLES_VECTORS = 16;
/**
 * Address of the heads, EXAMPLES_HEAD_BYTES each: what of a workspace a query is made of (SPACE_QUERY … SPACE_QUERY_SLACK,
 * SPACE_WAY), one for each prepared vector and one for a walk by the guide. SPACE_QUERY and SPACE_QUERY_CODES of the others
 * are filled in beforehand.
 */
export const EXAMPLES_HEADS = 20;
/** Address of f32[lines][stride]: scores of a batch of rows against each; EXAMPLES_STRIDE in bytes. */
export const EXAMPLES_MATRIX = 24;
export const EXAMPLES_STRIDE = 28;
/** Address of f32[count]: scores of one row. */
export const EXAMPLES_RAW = 32;
/** Address of a pair of f32 for each line: step and bias of its codes, where rows are scored by products of integers. */
export const EXAMPLES_AFFINE = 36;
/** Address of the lines' codes, zeros for one more, and bytes from one to the next. */
export const EXAMPLES_CODES = 68;
export const EXAMPLES_CODE_BYTES = 40;
/** The first so many examples get walks of their own, with beams of EXAMPLES_EF, before that for the whole score. */
export const EXAMPLES_WALKED = 48;
export const EXAMPLES_EF = 52;
/** Address of the u64 beam of these walks, and its capacity; of u32[walked x ef]: the rows that they found. */
export const EXAMPLES_BEAM = 56;
export const EXAMPLES_BEAM_CAPACITY = 60;
export const EXAMPLES_ROWS = 64;
/** Of a walk by the guide: addresses of f32 scores of a batch, and of u64[EXAMPLES_EF + 1], the best of all rows scored; how many. */
export const EXAMPLES_SIDE = 72;
export const EXAMPLES_SEEN = 76;
export const EXAMPLES_SEEN_COUNT = 80;
export const EXAMPLES_SEEN_SCORES = 100;
/** Of a walk for a discovery: addresses of u32 rows of a batch that pass the gate, and of u32 their places in it. */
export const EXAMPLES_PASSED = 84;
export const EXAMPLES_PLACES = 88;
/** Beam of the walk at hand, 0: none; and its width. */
export const EXAMPLES_GATE_BEAM = 92;
export const EXAMPLES_GATE_EF = 96;
/**
 * What rows are scored against by codes, the lines of the matrix: prepared vectors [first, first + count). These are the
 * examples, or with EXAMPLES_PAIRED (scores are dot products) the target of a discovery and the difference of each pair,
 * which follow the examples; and how many vectors are prepared in all.
 */
export const EXAMPLES_LINE_FIRST = 104;
export const EXAMPLES_LINE_COUNT = 108;
export const EXAMPLES_PAIRED = 112;
export const EXAMPLES_PREPARED = 116;
export const EXAMPLES_BYTES = 128;
/** As SPACE_BYTES. */
export const EXAMPLES_HEAD_BYTES = 192;

export const EXAMPLES_BEST_SCORE = 0;
export const EXAMPLES_LINEAR = 1;
export const EXAMPLES_DISCOVER = 2;
export const EXAMPLES_CONTEXT = 3;
/** What a walk for a discovery goes by first (assembly/example-scores.ts). */
export const EXAMPLES_GUIDE = 4;
