import type { RowFilter } from './row-filter.ts';

/**
 * What a segment asks of a vector field, whatever its kind: DenseField, SparseField, MultiField.
 * Rows are the field's own, numbered from 0 in the order of their arrival; a point without such a vector has no row.
 * Fields are owned by the main thread; searches run on worker threads, over shared memory.
 */
export interface VectorField {
  /** Rows appended, removed ones included. */
  readonly rowCount: number;
  /** Rows that a search can return. */
  readonly liveCount: number;
  /** Rows that the index covers: all below this number. The others are scanned. */
  readonly indexedCount: number;
  /** Bytes in memory, by what they are for. */
  readonly memory: FieldMemoryUse;

  /** Never returns `row` again. Removing twice does nothing. */
  remove(row: number): void;

  /**
   * Makes a filter for searches of this field: rows whose bit is set (bit row % 32 of word row / 32) and that are below
   * `rowEnd`; rows appended later are outside, rows removed later are not returned. `words` is copied and may be longer
   * or shorter than needed. The caller closes the filter; it outlives neither compute nor needs this field to stay open.
   * Throws insufficient_storage. Cost: some 10 µs for each 100,000 rows of the field.
   */
  admit(words: Uint32Array, rowEnd: number): RowFilter;

  /** Brings every row into the index, also those appended meanwhile; see DenseField.buildIndex. */
  buildIndex(options: BuildOptions): Promise<void>;

  /** Frees the memory, once searches under way are done. */
  close(): void;
}

export interface BuildOptions {
  readonly signal: AbortSignal;
  readonly onProgress?: (indexed: number, total: number) => void;
}

/**
 * codes       what searches walk and scan: coded rows, postings
 * index       links of a graph, tables over the rows
 * originals   what exact scores come from beside the codes, and what may be dropped under pressure
 */
export interface FieldMemoryUse {
  readonly codes: number;
  readonly index: number;
  readonly originals: number;
}
