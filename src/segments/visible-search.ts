import type { PointId } from '../core/ids.ts';
import type { Removals } from './removals.ts';
import type { FieldSearch, SegmentField } from './segment-field.ts';
import type { SegmentPoints } from './segment-points.ts';
import type { Segment } from './segment.ts';

/** A hit of a search: a row, its point, its raw score. */
export interface SegmentHit {
  readonly segment: Segment;
  readonly row: number;
  readonly id: PointId;
  readonly raw: number;
}

export interface SegmentSearch extends FieldSearch {
  /** Whether a point is still there: one that was deleted meanwhile is left out. */
  readonly exists: (id: PointId) => boolean;
}

/** The rows of a segment, and which of them a search sees. */
export interface VisibleRows {
  readonly segment: Segment;
  readonly points: SegmentPoints;
  readonly removals: Removals;
}

/** More replaced rows than this are not asked for beforehand: the search is repeated in the rare case of a shortage. */
const SPARE_CANDIDATES = 64;
/** A search under a storm of deletions ends all the same, be its answer short. */
const ATTEMPTS_MAX = 8;

/** See Segment.search. */
export async function searchVisible(
  field: SegmentField,
  { segment, points, removals }: VisibleRows,
  search: SegmentSearch,
): Promise<SegmentHit[]> {
  const { plan } = search;
  if (plan.k === 0) return [];
  const begun = removals.begin();
  try {
    let spare = Math.min(removals.waitingCount, SPARE_CANDIDATES);
    for (let attempt = 1; ; attempt++) {
      const k = plan.k + spare;
      const found = await field.search({ ...search, plan: { ...plan, k, ef: Math.max(plan.ef, k) } });
      const { hits, deletedCount } = sift(found, { segment, points, removals }, begun, search.exists);
      const replaced = removals.waitingCount;
      const isWhole = hits.length >= plan.k || (deletedCount === 0 && replaced <= spare);
      if (isWhole || attempt === ATTEMPTS_MAX) return hits.slice(0, plan.k);
      // What was found and deleted meanwhile is hidden from the next walk; as much again may be deleted during that one.
      spare = Math.max(spare, replaced) + 2 * deletedCount;
    }
  } finally {
    removals.end(begun);
  }
}

/** deletedCount: rows that were found and left out because their point was deleted since. */
function sift(
  { rows, scores }: { readonly rows: Uint32Array; readonly scores: Float32Array },
  { segment, points, removals }: VisibleRows,
  begun: number,
  exists: (id: PointId) => boolean,
): { readonly hits: SegmentHit[]; readonly deletedCount: number } {
  const hits: SegmentHit[] = [];
  let deletedCount = 0;
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index] as number;
    const isRemoved = points.removed.has(row);
    if (isRemoved && !removals.isWaiting(row)) deletedCount++;
    if (isRemoved && !removals.wasVisible(row, begun)) continue;
    const id = points.rows.idAt(row);
    if (isRemoved && !exists(id)) continue;
    hits.push({ segment, row, id, raw: scores[index] as number });
  }
  return { hits, deletedCount };
}
