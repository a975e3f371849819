import type { QuantizationParams } from './quantization.ts';

/** What is known of one field of a segment when a query is planned. */
export interface SegmentStatistics {
  readonly liveCount: number;
  /** About what the vectors outside of the index weigh as Qdrant counts: four bytes a number. */
  readonly unindexedBytes: number;
}

/** How one field of a segment answers a nearest query. */
export interface SegmentPlan {
  readonly k: number;
  /** Beam width in rows, at least k. */
  readonly ef: number;
  /** Compare with every vector, by the vectors themselves. */
  readonly exact: boolean;
  /** Leave out rows that are not in the graph yet. */
  readonly indexedOnly: boolean;
  /** Whether and how quantised codes are searched. */
  readonly quantization: QuantizationParams;
}

/**
 * How a field was searched, for whoever wants to know (core/explanation.ts has the ways).
 * scanned  rows that were looked at one by one.
 */
export interface SearchReport {
  readonly way: 'walk' | 'filtered_walk' | 'scan' | 'list' | 'postings' | 'sieve';
  readonly scanned: number;
  /** Beam width of a walk. */
  readonly ef: number | undefined;
}

/** Told once a search is planned. */
export type ReportSearch = ((report: SearchReport) => void) | undefined;
