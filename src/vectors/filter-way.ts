/** How a search under a filter goes. */
export type FilterWay =
  /** Score all rows of the filter. */
  | { readonly kind: 'scan' }
  /**
   * Walk the graph from admitted row to admitted row, stepping over the others.
   * through  walk through the others too, scoring them, until the beam holds more of them than this; 0 = never.
   * deep     the filter is so sparse that the walk looks two rows outside of it far.
   * efWide   beam of a second walk where the filter proves to be far from the query; 0 = scan the filter then.
   * flat     the fall of the beam's scores below which the query is in a shell (assembly/filtered-search.ts).
   */
  | {
      readonly kind: 'walk';
      readonly through: number;
      readonly deep: boolean;
      readonly efWide: number;
      readonly flat: number;
    };

export interface FilteredSearch {
  /** Live rows of the filter. */
  readonly admitted: number;
  /** Rows that the filter decides about. */
  readonly rowCount: number;
  /** Rows below are in the graph. */
  readonly graphRows: number;
  /** Beam width, at least k. */
  readonly ef: number;
  /** Links of a row on the upper levels. */
  readonly m: number;
}

/**
 * A walk costs about as much as scoring this many rows, and this many more for each row of the beam: what it scores
 * and the lists that it reads (scripts/bench/filters/engine.ts: 300 to 700 rows at ef 16 to 32, 1,300 at ef 100).
 */
const WALK_ROWS = 600;
const WALK_ROWS_OF_EF = 8;
/**
 * Below this many admitted rows among the neighbours of neighbours (some 1.3 m each) a walk loses its way: 100,000 rows
 * and m 16 give 0.99 at ef 32 under 5 %, 0.97 under 4 %, 0.90 under 2 %. The beam that makes up for it grows with the
 * square of what is missing.
 */
const REACHED_ENOUGH = 13;
const SPARSE_COST_MAX = 9;
/** Below this the walk looks one row further: 1,000,000 rows under 1 % give 0.98 at ef 48 instead of 0.84. */
const REACHED_DEEP = 8;
/** Even further there is nothing to be gained. */
const REACHED_MIN = 1.3;
/**
 * From here on a walk through all rows scores no more of them than one that steps over those outside, and it is not
 * led astray by a hole around the query: a user who has seen the nearest items asks for all others, where stepping has a
 * recall of 0.85 on hard data at ef 100. Larger holes than the last number make it long, and stepping goes round them.
 */
const THROUGH_SHARE = 0.5;
const HOLE_ROWS = 128;
/** How much wider the second walk is: what brought clusters far from the query from 0.86 to 0.98. */
const WIDENING = 4;
/** Scores fall with the logarithm of the rank, in ordinary data by 0.03 to 0.08; the rank they are compared with; and the beams it takes. */
const FLAT_FALL = 0.033;
const FLAT_RANK = 10;
const FLAT_EF_MIN = 20;

/** Chooses the way of a search under a filter. Pure. */
export function chooseWay(search: FilteredSearch): FilterWay {
  const { admitted, rowCount, graphRows, ef, m } = search;
  const reached = (admitted / Math.max(rowCount, 1)) * (1.3 * m) ** 2;
  const sparseCost = Math.min(Math.max((REACHED_ENOUGH / reached) ** 2, 1), SPARSE_COST_MAX);
  if (graphRows === 0 || reached < REACHED_MIN || admitted <= walkRows(ef) * sparseCost) return { kind: 'scan' };
  const flat = ef < FLAT_EF_MIN ? 0 : FLAT_FALL * Math.log(ef / FLAT_RANK);
  const efWide = admitted > walkRows(ef * WIDENING) ? ef * WIDENING : 0;
  // Twice the rows outside that stand between `ef` rows inside where the filter knows nothing of the vectors.
  const outside = Math.ceil((2 * ef * rowCount) / admitted) + HOLE_ROWS;
  const through = admitted >= rowCount * THROUGH_SHARE ? outside : 0;
  return { kind: 'walk', through, deep: reached < REACHED_DEEP, efWide, flat };
}

function walkRows(ef: number): number {
  return WALK_ROWS + WALK_ROWS_OF_EF * ef;
}
