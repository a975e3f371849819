import type { RowFilter, Segment, SegmentField } from '../segments/segment.ts';

/**
 * A filter's result of one moment as the rows of segments; each field that is searched gets a filter of its own, when it
 * is first asked for. It stays open while it is the latest of its filter and while searches use it: a search may ask a
 * segment more than once.
 */
export class AdmittedRows {
  private readonly rows: ReadonlyMap<Segment, Uint32Array>;
  private readonly filters = new Map<SegmentField, RowFilter>();
  private users = 0;
  private isLatest = true;

  /** Bitmaps of rows, its own from now on. */
  constructor(rows: ReadonlyMap<Segment, Uint32Array>) {
    this.rows = rows;
  }

  has(segment: Segment): boolean {
    return this.rows.has(segment);
  }

  /** For searches of one field of a segment; undefined where the segment came later. While retained. */
  of(segment: Segment, field: SegmentField): RowFilter | undefined {
    const known = this.filters.get(field);
    const words = this.rows.get(segment);
    if (known !== undefined || words === undefined) return known;
    const filter = field.admit(words);
    this.filters.set(field, filter);
    return filter;
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
    for (const filter of this.filters.values()) filter.close();
    this.filters.clear();
  }
}
