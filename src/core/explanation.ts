import type { PointId } from './ids.ts';
import type { SearchReport } from './plan.ts';

/** How a query was carried out: plain data, the answer of `POST /points/query/explain`. Times in milliseconds. */
export interface Explanation {
  readonly points: readonly { readonly id: PointId; readonly score: number }[];
  readonly stages: { readonly resolveMs: number; readonly searchMs: number; readonly hydrateMs: number };
  readonly query: ExplainedStep;
  /** One for each id that was asked about, in that order. */
  readonly whyNot: readonly WhyNot[];
}

/** A step of the tree; `prefetch` as it was given. */
export interface ExplainedStep {
  /** As in the wire's paths: `query`, `prefetch[0]`, `prefetch[0].prefetch[1]`. */
  readonly path: string;
  readonly kind: 'nearest' | 'examples' | 'by_id' | 'order_by' | 'sample' | 'fusion' | 'formula';
  readonly using: string | undefined;
  /** Vectors that points are compared with. */
  readonly examples: number | undefined;
  readonly limit: number;
  readonly scoreThreshold: number | undefined;
  readonly shards: readonly ExplainedShard[];
  readonly prefetch: readonly ExplainedStep[];
}

/** What a step did in one shard. */
export interface ExplainedShard {
  readonly shard: number;
  readonly found: number;
  /** With what its prefetches took. */
  readonly ms: number;
  /** The result of an equal leaf of this request, or of one before, was taken. */
  readonly reused: boolean;
  /** Only of a search that was made. */
  readonly filter: { readonly estimated: number; readonly matched: number } | undefined;
  readonly segments: readonly ExplainedSegment[];
}

/** How one segment was searched. */
export interface ExplainedSegment {
  readonly segment: number;
  readonly vectors: number;
  readonly indexed: number;
  /**
   * walk           through the graph
   * filtered_walk  through the graph, stepping over rows outside of the filter
   * scan           of all vectors, or of those outside the graph alone where there is a walk too
   * list           of the rows that the filter admits
   * postings       of a sparse field
   * sieve          of a field of multivectors: centroids first
   */
  readonly way: SearchReport['way'];
  /** Rows outside of the graph that were scanned beside a walk, or all that a scan saw. */
  readonly scanned: number;
  readonly ef: number | undefined;
  readonly candidates: number;
  readonly ms: number;
}

/** Why a point is not in the answer, or that it is. */
export interface WhyNot {
  readonly id: PointId;
  /** undefined: it is not found. From 1. */
  readonly rank: number | undefined;
  /** Everything that has lost it, from the leaves up; empty where it is found. */
  readonly lost: readonly Loss[];
}

/**
 * no_point      the collection has no such point
 * example       it was given as an example: such points are never found
 * no_vector     it has no vector of the name that is searched
 * no_overlap    its sparse vector has no index that the query has
 * filter        `clause` of the filter (`must[2]`, `should`, `must_not[0]`, `min_should`)
 * no_value      it has no value in the field that points are ordered by
 * threshold     its score does not pass
 * limit         enough points stand before it: its rank in the step
 * approximation it belongs among the candidates by its score; the walk did not meet it (more `hnsw_ef`, or `exact`)
 * chance        the sample did not draw it
 * offset        it stands among those that are skipped
 */
export interface Loss {
  readonly path: string;
  readonly reason:
    | 'no_point'
    | 'example'
    | 'no_vector'
    | 'no_overlap'
    | 'filter'
    | 'no_value'
    | 'threshold'
    | 'limit'
    | 'approximation'
    | 'chance'
    | 'offset';
  readonly clause: string | undefined;
  readonly score: number | undefined;
  /** From 1, among the step's candidates. */
  readonly rank: number | undefined;
  /** The score of the last point that the step has found. */
  readonly lastScore: number | undefined;
}
