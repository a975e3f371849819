/** What is known of a segment when a query is planned. */
export interface SegmentStatistics {
  readonly liveCount: number;
  readonly rowCount: number;
  readonly indexedCount: number;
  readonly dimension: number;
}

/** How one segment answers a nearest query. */
export interface SegmentPlan {
  readonly k: number;
  /** Beam width in rows, at least k. */
  readonly ef: number;
  /** Scan all rows instead of walking the graph. */
  readonly exact: boolean;
  /** Leave out rows that are not in the graph yet. */
  readonly indexedOnly: boolean;
}
