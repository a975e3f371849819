import type { RowFilter, Segment } from '../segments/segment.ts';

/**
 * A filter's result of one moment as the rows of segments. It stays open while it is the latest of its filter and while
 * searches use it: a search may ask a segment more than once.
 */
export class AdmittedRows {
  private readonly filters: ReadonlyMap<Segment, RowFilter | undefined>;
  private users = 0;
  private isLatest = true;

  /** The filters are its own from now on. */
  constructor(filters: ReadonlyMap<Segment, RowFilter | undefined>) {
    this.filters = filters;
  }

  has(segment: Segment): boolean {
    return this.filters.has(segment);
  }

  /** undefined where the segment holds no vectors. */
  of(segment: Segment): RowFilter | undefined {
    return this.filters.get(segment);
  }

  /** A search uses this until it calls `release`. */
  retain(): this {
    this.users++;
    return this;
  }

  release(): void {
    this.users--;
    this.closeWhenUnused();
  }

  /** Others take its place, or nobody will ask for it again. */
  retire(): void {
    this.isLatest = false;
    this.closeWhenUnused();
  }

  private closeWhenUnused(): void {
    if (this.users > 0 || this.isLatest) return;
    for (const filter of this.filters.values()) filter?.close();
  }
}
