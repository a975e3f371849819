import type { RowFilter, Segment, SegmentField } from '../segments/segment.ts';

/** The rows of a segment that a filter lets through: a bitmap, and the first row that did not exist yet. */
export interface SegmentRows {
  readonly words: Uint32Array;
  readonly rowEnd: number;
}

/**
 * A filter's result of one moment as the rows of segments; each field that is searched gets a filter of its own, when it
 * is first asked for. It stays open while it is the latest of its filter and while searches use it: a search may ask a
 * segment more than once.
 */
export class AdmittedRows {
  private readonly rows: ReadonlyMap<Segment, SegmentRows>;
  private readonly filters = new Map<SegmentField, RowFilter>();
  private users = 0;
  private isLatest = true;

  /** The bitmaps are its own from now on. */
  constructor(rows: ReadonlyMap<Segment, SegmentRows>) {
    this.rows = rows;
  }

  has(segment: Segment): boolean {
    return this.rows.has(segment);
  }

  /** For searches of one field of a segment; undefined where the segment came later. While retained. */
  of(segment: Segment, field: SegmentField): RowFilter | undefined {
    const known = this.filters.get(field);
    const rows = this.rows.get(segment);
    if (known !== undefined || rows === undefined) return known;
    const filter = field.admit(rows.words, rows.rowEnd);
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
