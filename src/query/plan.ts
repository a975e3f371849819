import type { SegmentPlan, SegmentStatistics } from '../core/plan.ts';
import type { SearchParams } from '../core/query.ts';

/**
 * Plans one segment's part of a nearest query over one field. Pure.
 *
 * candidates          rows wanted: limit + offset (+ what will be dropped afterwards).
 * params.hnswEf       else the collection's ef_construct, as in Qdrant; never below the candidates.
 * unindexedBytesMax   `indexed_only` leaves the rows outside the graph out where they hold more than this.
 */
export function planSegment(
  statistics: SegmentStatistics,
  request: {
    readonly candidates: number;
    readonly params: SearchParams;
    readonly efConstruct: number;
    readonly unindexedBytesMax: number;
  },
): SegmentPlan {
  const k = Math.min(request.candidates, statistics.liveCount);
  const ef = Math.max(request.params.hnswEf ?? request.efConstruct, k);
  return {
    k,
    ef,
    exact: request.params.exact,
    indexedOnly: request.params.indexedOnly && statistics.unindexedBytes > request.unindexedBytesMax,
    quantization: request.params.quantization,
  };
}
