import type { Bitset } from '../base/bitset.ts';
import { invariant } from '../base/invariant.ts';
import type { Compute } from '../compute/compute.ts';
import { VectorizerError } from '../core/errors.ts';
import type { PointId } from '../core/ids.ts';
import { ColumnBuilder, sliceColumn } from '../core/vector-columns.ts';
import type { NamedVector, Vector, VectorColumn } from '../core/vectors.ts';
import { type FieldSpec, isSameSpec } from './field-spec.ts';
import { Removals } from './removals.ts';
import type { RowTable } from './row-table.ts';
import { SegmentPoints } from './segment-points.ts';
import { SegmentField } from './segment-field.ts';
import { searchVisible, type SegmentHit, type SegmentSearch } from './visible-search.ts';

export type { RowFilter } from '../vectors/row-filter.ts';
export type { SegmentField } from './segment-field.ts';
export type { SegmentHit } from './visible-search.ts';

/** What every segment of a collection has in common. */
export interface SegmentOptions {
  readonly compute: Compute;
  /** The vector fields of a segment that is made now. */
  readonly fields: readonly FieldSpec[];
  /** Any 32 bits, for the hash of ids. */
  readonly seed: number;
}

/** A field of a segment that a file tells of. */
export interface StoredField {
  readonly number: number;
  readonly spec: FieldSpec;
  /** Bytes of a saved graph, whose rows are then restored in their old order; undefined = none. */
  readonly graph: Uint8Array | undefined;
}

/** Rows to append: points first … first + rowCount of these columns. */
export interface RowSource {
  readonly flags: Uint8Array;
  readonly words: Uint32Array;
  readonly first: number;
  readonly rowCount: number;
  readonly versions: Float64Array | number;
  /** For all points of the columns, not only those of the rows. What no field of the segment takes is left out. */
  readonly vectors: readonly VectorColumn[];
}

/** Rows as a file tells of them. */
export interface StoredRows {
  readonly flags: Uint8Array;
  readonly words: Uint32Array;
  readonly versions: Float64Array;
  readonly rowCount: number;
}

/**
 * A segment: rows that only grow, each one version of a point; which of them are live; and a field for each vector name,
 * with the vectors of those rows that have one. One writer (the shard's apply), any number of searches.
 */
export class Segment {
  readonly number: number;
  readonly rows: RowTable;
  readonly removed: Bitset;
  private readonly options: SegmentOptions;
  private readonly points: SegmentPoints;
  private readonly removals: Removals;
  private list: SegmentField[] = [];
  private readonly dropped: SegmentField[] = [];
  private nextField: number;
  private rowsInFiles: readonly { readonly first: number; readonly count: number }[] = [];
  /** An append has failed half way: no more rows, and no graph of it is saved. */
  private full = false;
  /** What `close` waits for. */
  private unused: PromiseWithResolvers<undefined> | undefined;
  private users = 0;
  private closing = false;
  private copies = 0;

  /** stored: the fields of a segment that files hold; undefined: those of the options. */
  constructor(
    number: number,
    options: SegmentOptions,
    stored?: { readonly fields: readonly StoredField[]; readonly nextField: number },
  ) {
    this.number = number;
    this.options = options;
    this.points = new SegmentPoints(options.seed);
    this.rows = this.points.rows;
    this.removed = this.points.removed;
    this.nextField = stored?.nextField ?? 0;
    if (stored === undefined) for (const spec of options.fields) this.addField(spec);
    else
      this.list = stored.fields.map(
        ({ number: field, spec, graph }) => new SegmentField(options.compute, field, spec, graph),
      );
    this.removals = new Removals((row) => {
      for (const field of this.list) field.remove(row);
    });
  }

  get fields(): readonly SegmentField[] {
    return this.list;
  }

  /** Number of the next field; those of dropped ones are not used again. */
  get fieldEnd(): number {
    return this.nextField;
  }

  get rowCount(): number {
    return this.rows.rowCount;
  }

  get liveCount(): number {
    return this.points.liveCount;
  }

  get removedCount(): number {
    return this.removed.count;
  }

  /** Vectors of all fields that their indexes cover and that can be found. */
  get indexedCount(): number {
    return this.list.reduce((count, { field }) => count + Math.min(field.indexedCount, field.liveCount), 0);
  }

  /** No rows can be appended any more. */
  get isFull(): boolean {
    return this.full;
  }

  /** Rows that files hold, ascending, without gaps. */
  get rowFiles(): readonly { readonly first: number; readonly count: number }[] {
    return this.rowsInFiles;
  }

  /** Bytes of vectors that no file holds yet. */
  get pendingBytes(): number {
    return this.list.reduce((bytes, { originals }) => bytes + originals.pendingBytes, 0);
  }

  /** Bytes of what tells which point every row is, and the other way round. */
  get idBytes(): number {
    return this.points.bytes;
  }

  fieldNamed(name: string): SegmentField | undefined {
    return this.list.find((field) => field.name === name);
  }

  /**
   * Whether some field is to be indexed in another way than it is, and has an index or vectors of so many bytes that it
   * should have one.
   */
  isStale(specs: readonly FieldSpec[], leastBytes: number): boolean {
    return this.list.some(({ spec, statistics }) => {
      const wanted = specs.find(({ name }) => name === spec.name);
      if (wanted === undefined || isSameSpec(spec, wanted)) return false;
      return statistics.indexedCount > 0 || (statistics.rowCount > 0 && statistics.bytes >= leastBytes);
    });
  }

  /** Adds a field that no row has a vector in yet. */
  addField(spec: FieldSpec): void {
    invariant(this.fieldNamed(spec.name) === undefined, 'segment: names of fields are unique');
    this.list = [...this.list, new SegmentField(this.options.compute, this.nextField++, spec, undefined)];
  }

  /** Takes a field away with all its vectors; unknown names are no fault. */
  dropField(name: string): void {
    const field = this.fieldNamed(name);
    if (field === undefined) return;
    this.list = this.list.filter((other) => other !== field);
    this.dropped.push(field);
    if (this.users === 0) this.closeDropped();
  }

  /** The row of a point, or undefined. */
  rowOf(id: PointId): number | undefined {
    return this.points.rowOf(id);
  }

  /**
   * Appends rows, searchable when this returns. An older row of the same point in this segment is replaced and gives its
   * slot to the new one; for a point that has no row here `claim` replaces its row in another segment, if there is one,
   * and tells its slot. Keeps f32 vectors without copying.
   * Throws insufficient_storage: then nothing of the rows is found here, and the segment takes no more.
   */
  append(source: RowSource, claim: (id: PointId) => number): void {
    const firstRow = this.rows.rowCount;
    this.appendVectors(source, firstRow);
    this.rows.append(source);
    this.points.place(source, firstRow, (row, old) => {
      this.rows.setSlot(row, old === undefined ? claim(this.rows.idAt(row)) : this.rows.slotAt(old));
      if (old !== undefined) this.replaceRow(old);
    });
  }

  /**
   * Gives a row vectors under names where it has none, without a new row: what it has already is not indexed again. False
   * where that cannot be done. Throws insufficient_storage: then nothing has changed, and the segment takes no more.
   */
  addVectors(row: number, vectors: readonly NamedVector[], version: number): boolean {
    if (this.full || this.copies > 0) return false;
    const columns = vectors.map(({ name, vector }) => {
      const builder = new ColumnBuilder(name, vector.kind);
      builder.push(vector);
      const column = builder.column();
      const field = this.fieldNamed(name);
      return field?.takes(column) === true && !field.has(row) ? { field, column } : undefined;
    });
    const places = columns.filter((place) => place !== undefined);
    if (places.length < vectors.length) return false;
    this.appendWhole(() => {
      for (const { field, column } of places) field.append(row, column);
    });
    this.rows.setVersion(row, version);
    return true;
  }

  /** The point has a newer row in another segment; the row that it had here, or undefined. */
  replace(id: PointId): number | undefined {
    const row = this.points.forget(id);
    if (row !== undefined) this.replaceRow(row);
    return row;
  }

  /** Deletes a point; the row that it had, or undefined where it was not here. */
  delete(id: PointId): number | undefined {
    const row = this.points.forget(id);
    if (row === undefined) return undefined;
    this.removed.add(row);
    this.removals.delete(row);
    return row;
  }

  /**
   * Restores rows that a file holds, and which of them were removed when it was written. Their points become known with
   * the last row of each that is not removed. Their vectors follow (`SegmentField.restore`).
   */
  restore(source: StoredRows, isRemoved: (row: number) => boolean): void {
    const firstRow = this.rows.rowCount;
    this.rows.append({ ...source, first: 0 });
    this.points.learn(source, firstRow, isRemoved);
  }

  /** Files hold these rows: those known before that begin at or behind the first of them are replaced. */
  rowsFlushed(files: readonly { readonly first: number; readonly count: number }[]): void {
    const [earliest] = files;
    if (earliest === undefined) return;
    this.rowsInFiles = [...this.rowsInFiles.filter(({ first }) => first < earliest.first), ...files];
  }

  /** Takes rows of another segment, in order. `encoded`: names of fields that hold their vectors already. */
  adopt(source: Segment, rows: Uint32Array, encoded: ReadonlySet<string>): void {
    const firstRow = this.rows.rowCount;
    const rowCount = rows.length;
    const columns = {
      flags: new Uint8Array(rowCount),
      words: new Uint32Array(rowCount * 4),
      versions: new Float64Array(rowCount),
      first: 0,
      rowCount,
    };
    rows.forEach((row, index) => {
      columns.flags[index] = source.rows.flags[row] as number;
      columns.words.set(source.rows.words.subarray(row * 4, row * 4 + 4), index * 4);
      columns.versions[index] = source.rows.versionAt(row);
    });
    for (const field of this.list) {
      const column = encoded.has(field.name) ? undefined : source.fieldNamed(field.name)?.column(rows);
      if (column !== undefined) field.append(firstRow, column);
    }
    this.rows.append(columns);
    rows.forEach((row, index) => this.rows.setSlot(firstRow + index, source.rows.slotAt(row)));
    this.points.learn(columns, firstRow, () => false);
  }

  /**
   * The nearest rows of one of this segment's fields, best first: at most plan.k, none removed before the search began.
   * A row replaced meanwhile may stand beside its successor: the caller drops the older one.
   */
  search(field: SegmentField, search: SegmentSearch): Promise<SegmentHit[]> {
    return searchVisible(field, { segment: this, points: this.points, removals: this.removals }, search);
  }

  /** The vector of a row under a name as it was given, or undefined where the row has none. */
  vectorAt(row: number, name: string): Vector | undefined {
    return this.fieldNamed(name)?.vectorAt(row);
  }

  /** All vectors of a row. */
  vectorsAt(row: number): NamedVector[] {
    return this.list.flatMap((field) => {
      const vector = field.vectorAt(row);
      return vector === undefined ? [] : [{ name: field.name, vector }];
    });
  }

  /** Rows that are live now, ascending. */
  liveRows(): Uint32Array {
    return this.points.liveRows();
  }

  /** Until `endCopying` rows are copied, and get no new vectors. */
  beginCopying(): void {
    this.copies++;
  }

  endCopying(): void {
    this.copies--;
  }

  /** Nobody can begin to use it any more. While some use it, it stays open for all. */
  get isClosed(): boolean {
    return this.closing && this.users === 0;
  }

  /** A request uses this segment until it calls `release`: its files stay open as long. Throws unavailable once it is closed. */
  retain(): void {
    if (this.isClosed) throw new VectorizerError('unavailable', 'the segment is closed');
    this.users++;
  }

  release(): void {
    this.users--;
    if (this.users > 0) return;
    this.closeDropped();
    this.unused?.resolve(undefined);
  }

  /** Gives everything back once the requests that use the segment have ended. Nobody can begin to use it any more. */
  async close(): Promise<void> {
    this.closing = true;
    if (this.users > 0) {
      this.unused = Promise.withResolvers<undefined>();
      await this.unused.promise;
    }
    for (const field of this.list) await field.close();
  }

  private appendVectors(source: RowSource, firstRow: number): void {
    const { first, rowCount, vectors } = source;
    this.appendWhole(() => {
      for (const field of this.list) {
        const column = vectors.find((column) => field.takes(column));
        if (column !== undefined) field.append(firstRow, sliceColumn(column, first, rowCount));
      }
    });
  }

  /** Appends to several fields, or to none: then the segment takes no more. */
  private appendWhole(append: () => void): void {
    invariant(!this.full, 'segment: appended after it was full');
    const counts = this.list.map(({ rows }) => rows.placeCount);
    try {
      append();
    } catch (error) {
      // Caught so that nothing of it is found: another segment takes the rows whole.
      this.full = true;
      this.list.forEach((field, index) => field.undo(counts[index] as number));
      throw error;
    }
  }

  private replaceRow(row: number): void {
    this.removed.add(row);
    this.removals.replace(row);
  }

  private closeDropped(): void {
    // Files of a dropped field are only read: a failure to close one leaves nothing undone.
    for (const field of this.dropped.splice(0)) field.close().catch(() => undefined);
  }
}
