import { invariant } from '../base/invariant.ts';
import type { Compute } from '../compute/compute.ts';
import { ColumnBuilder } from '../core/vector-columns.ts';
import type { SearchTarget } from '../core/example-scoring.ts';
import type { ReportSearch, SegmentPlan } from '../core/plan.ts';
import type { Vector, VectorColumn } from '../core/vectors.ts';
import type { RowFilter } from '../vectors/row-filter.ts';
import { TurboCodec } from '../vectors/turbo-codec.ts';
import type { CodedBlock } from '../vectors/vector-block.ts';
import type { BuildOptions, VectorField } from '../vectors/vector-field.ts';
import { appendTo, type FieldIndex, openFieldIndex } from './field-index.ts';
import { FieldRows, NO_PLACE } from './field-rows.ts';
import { searchField } from './field-search.ts';
import type { FieldSpec } from './field-spec.ts';
import { OriginalReader } from './original-reader.ts';
import { Originals } from './originals.ts';
import { plainCodec, type RowCodec } from './row-codec.ts';
import { decodeVector, encodeVectors, type EncodedVectors, packColumn, unpackEncoded } from './vector-encoding.ts';

/** What is searched for in one field. */
export interface FieldSearch {
  /** Vectors of the field's kind and dimension, normalised for Cosine, weighted for idf. */
  readonly target: SearchTarget;
  readonly plan: SegmentPlan;
  readonly filter: RowFilter | undefined;
  readonly signal: AbortSignal;
  /** May be told again where the search is repeated. */
  readonly report?: ReportSearch;
}

/** Memory that vectors are copied to, as numbers and as bytes. */
export interface VectorTarget {
  readonly numbers: Float32Array;
  readonly bytes: Uint8Array;
}

/** Rows of the segment with their raw scores, best first. */
export interface FieldHits {
  readonly rows: Uint32Array;
  readonly scores: Float32Array;
}

export interface FieldStatistics {
  readonly liveCount: number;
  readonly rowCount: number;
  readonly indexedCount: number;
  /** About what the vectors outside of the index weigh as Qdrant counts: f32. */
  readonly unindexedBytes: number;
  /** The same of all. */
  readonly bytes: number;
}

/**
 * One vector field of a segment: which rows have a vector in it, its index, and the originals behind. The index numbers
 * its vectors by place (field-rows.ts); nothing above this class knows places.
 */
export class SegmentField {
  /** Within its segment; never used twice there: files are named by it. */
  readonly number: number;
  readonly spec: FieldSpec;
  readonly rows: FieldRows = new FieldRows();
  readonly originals: Originals;
  readonly index: FieldIndex;
  private readonly codec: RowCodec;
  private readonly reader: OriginalReader;
  private numbers = 0;

  constructor(compute: Compute, number: number, spec: FieldSpec, graph: Uint8Array | undefined) {
    this.number = number;
    this.spec = spec;
    this.codec = openCodec(compute, spec);
    this.originals = new Originals(this.width);
    this.reader = new OriginalReader(this.originals, this.codec);
    this.index = openFieldIndex(compute, spec, graph);
  }

  /** Bytes of each original; 0: they differ. */
  get width(): number {
    return this.spec.kind === 'dense' ? this.codec.rowBytes : 0;
  }

  get name(): string {
    return this.spec.name;
  }

  /** What every kind can be asked. */
  get field(): VectorField {
    return this.index.field;
  }

  get statistics(): FieldStatistics {
    const { liveCount, rowCount, indexedCount } = this.field;
    const each = rowCount === 0 ? 0 : (this.numbers * 4) / rowCount;
    const unindexedBytes = (rowCount - indexedCount) * each;
    return { liveCount, rowCount, indexedCount, unindexedBytes, bytes: liveCount * each };
  }

  /** Whether columns of this name and kind can be vectors of the field. */
  takes(column: VectorColumn): boolean {
    const { spec } = this;
    if (column.name !== spec.name || column.kind !== spec.kind) return false;
    if (spec.kind === 'sparse') return true;
    const point = column.has.indexOf(1);
    if (point < 0) return true;
    const length = (column.starts[point + 1] as number) - (column.starts[point] as number);
    return spec.kind === 'dense' ? length === spec.dimension : length % spec.dimension === 0;
  }

  /** Adds the vectors of rows firstRow, firstRow + 1, … to index and originals. Throws insufficient_storage: then undo. */
  append(firstRow: number, column: VectorColumn): void {
    this.appendIndexed(column);
    this.appendOriginals(column, (index) => firstRow + index);
  }

  /**
   * Forgets what an append has left that failed here or in another field. Such a field takes no more: its index has
   * vectors that nobody finds.
   */
  undo(placeCount: number): void {
    for (let place = placeCount; place < this.field.rowCount; place++) this.field.remove(place);
    this.rows.truncate(placeCount);
    this.originals.truncate(placeCount);
  }

  /**
   * Takes vectors of a field whose codes compaction has brought to the index already, in the order of their places there.
   * rowOf  the row here of a row there.
   */
  adoptEncoded(source: SegmentField, places: Uint32Array, rowOf: (row: number) => number): void {
    const builder = new ColumnBuilder(this.name, this.spec.kind);
    for (const place of places) builder.push(source.vectorOf(place));
    const column = builder.column();
    this.numbers += column.values.length;
    this.appendOriginals(column, (index) => rowOf(source.rows.rowOf(places[index] as number)));
  }

  /** Adds vectors that a file holds, by the rows that they belong to; those of removed rows are never found. */
  restore(rows: Uint32Array, vectors: EncodedVectors, isRemoved: (row: number) => boolean): void {
    const first = this.rows.placeCount;
    const packed = unpackEncoded(this.spec, this.codec, vectors);
    appendTo(this.index, packed);
    this.numbers += packed.values.length;
    rows.forEach((row, index) => {
      this.rows.add(row);
      if (isRemoved(row)) this.field.remove(first + index);
    });
  }

  /** The row's point is gone, or has a newer row. */
  remove(row: number): void {
    const place = this.rows.placeOf(row);
    if (place !== NO_PLACE) this.field.remove(place);
  }

  has(row: number): boolean {
    return this.rows.placeOf(row) !== NO_PLACE;
  }

  /** The vector of a row as it was given, or undefined where it has none. */
  vectorAt(row: number): Vector | undefined {
    const place = this.rows.placeOf(row);
    return place === NO_PLACE ? undefined : this.vectorOf(place);
  }

  /** Copies the dense vector of a row, which has one, to target[at] …; `bytes`: the same memory. */
  copyVector(row: number, { numbers, bytes }: VectorTarget, at: number): void {
    const place = this.rows.placeOf(row);
    invariant(place !== NO_PLACE, 'field: a vector to copy');
    if (this.spec.kind === 'dense' && this.spec.datatype === 'float32')
      this.originals.copyAt(place, bytes.subarray(at * 4, at * 4 + this.width));
    else numbers.set(this.codec.decode(this.originals.at(place)), at);
  }

  /** See DenseField.exactBlock, of rows that have a vector; undefined of other kinds. */
  exactBlock(rows: readonly number[]): CodedBlock | undefined {
    if (this.index.kind !== 'dense') return undefined;
    return this.index.field.exactBlock(Uint32Array.from(rows, (row) => this.rows.placeOf(row)));
  }

  /** The vectors of rows of the segment, as a column. */
  column(rows: Uint32Array): VectorColumn {
    const builder = new ColumnBuilder(this.name, this.spec.kind);
    for (const row of rows) builder.push(this.vectorAt(row));
    return builder.column();
  }

  /** The places of those rows that have a vector, ascending. */
  placesOf(rows: Uint32Array): Uint32Array {
    return rows
      .map((row) => this.rows.placeOf(row))
      .filter((place) => place !== NO_PLACE)
      .sort();
  }

  /** Lets searches return only rows whose bit is set: of those that there are now. To be closed by the caller. */
  admit(words: Uint32Array): RowFilter {
    return this.field.admit(this.rows.bitmap(words), this.rows.placeCount);
  }

  async search(search: FieldSearch): Promise<FieldHits> {
    const { rows, scores } = await searchField(this.index, (places) => this.reader.read(places), search);
    return { rows: rows.map((place) => this.rows.rowOf(place)), scores };
  }

  /** See SparseField.statistics; nothing for other kinds. */
  frequencies(
    indices: Uint32Array,
    filter: RowFilter | undefined,
  ): { readonly rows: number; readonly frequencies: Uint32Array } {
    invariant(this.index.kind === 'sparse', 'field: frequencies are of sparse vectors');
    return this.index.field.statistics(indices, filter);
  }

  /** See VectorField.buildIndex. */
  buildIndex(options: BuildOptions): Promise<void> {
    return this.field.buildIndex(options);
  }

  /** See DenseField.settled. */
  settled(): Promise<void> {
    return this.index.kind === 'sparse' ? Promise.resolve() : this.index.field.settled();
  }

  /** See DenseField.dropRemainders; nothing for what has none. */
  dropRemainders(): void {
    if (this.index.kind !== 'sparse') this.index.field.dropRemainders();
  }

  /** Gives memory and files back, once searches under way are done. */
  async close(): Promise<void> {
    this.field.close();
    this.codec.close();
    await this.originals.close();
  }

  private vectorOf(place: number): Vector {
    return decodeVector(this.spec, this.codec, this.originals.at(place));
  }

  private appendIndexed(column: VectorColumn): void {
    const packed = packColumn(column);
    const before = this.rows.placeCount;
    invariant(this.field.rowCount === before, 'field: codes follow places');
    appendTo(this.index, packed);
    invariant(this.field.rowCount === before + packed.count, 'field: codes for every vector');
    this.numbers += packed.values.length;
  }

  private appendOriginals(column: VectorColumn, rowOf: (index: number) => number): void {
    this.originals.append(this.rows.placeCount, encodeVectors(this.spec, this.codec, column));
    column.has.forEach((has, index) => {
      if (has === 1) this.rows.add(rowOf(index));
    });
  }
}

function openCodec(compute: Compute, spec: FieldSpec): RowCodec {
  if (spec.kind === 'sparse') return plainCodec('float32', 1);
  const { dimension, distance, datatype } = spec;
  return datatype === 'turbo4' ? new TurboCodec(compute, dimension, distance) : plainCodec(datatype, dimension);
}
