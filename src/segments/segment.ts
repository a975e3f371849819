import { Bitset } from '../base/bitset.ts';
import { IdTable, NO_VALUE } from '../base/id-table.ts';
import { invariant } from '../base/invariant.ts';
import type { Compute } from '../compute/compute.ts';
import type { Distance } from '../core/collection-config.ts';
import type { PointId } from '../core/ids.ts';
import type { SegmentPlan, SegmentStatistics } from '../core/plan.ts';
import { DenseField } from '../vectors/dense-field.ts';
import type { RowFilter } from '../vectors/row-filter.ts';
import { Originals } from './originals.ts';
import { Removals } from './removals.ts';
import { FLAG_UUID, FLAG_VECTOR, RowTable } from './row-table.ts';

export type { RowFilter } from '../vectors/row-filter.ts';

/** What every segment of a collection has in common. */
export interface SegmentOptions {
  readonly compute: Compute;
  /** Dimensions of the default dense vector; 0 = the collection has none. */
  readonly dimension: number;
  readonly distance: Distance;
  readonly m: number;
  readonly efConstruct: number;
  /** Any 32 bits, for the hash of ids. */
  readonly seed: number;
}

/** A hit of a search: a row, its point, its raw score. */
export interface SegmentHit {
  readonly row: number;
  readonly id: PointId;
  readonly raw: number;
}

export interface SegmentSearch {
  readonly query: Float32Array;
  readonly plan: SegmentPlan;
  /** From `admit` of this segment; undefined = every row. */
  readonly filter: RowFilter | undefined;
  readonly signal: AbortSignal;
  /** Whether a point is still there: one that was deleted meanwhile is left out. */
  readonly exists: (id: PointId) => boolean;
}

/** Rows to append: points first … first + rowCount of these columns. */
export interface RowSource {
  readonly flags: Uint8Array;
  readonly words: Uint32Array;
  readonly first: number;
  readonly rowCount: number;
  readonly versions: Float64Array | number;
  /** Whole rows: one for every point that has FLAG_VECTOR, in order. */
  readonly vectors: Float32Array;
}

/** More replaced rows than this are not asked for beforehand: the search is repeated in the rare case of a shortage. */
const SPARE_CANDIDATES = 64;
/** A search under a storm of deletions ends all the same, be its answer short. */
const ATTEMPTS_MAX = 8;

/**
 * A segment: rows that only grow, each one version of a point; which of them are live; the codes and the graph of
 * their vectors; and the originals behind. One writer (the shard's apply), any number of searches.
 */
export class Segment {
  readonly number: number;
  readonly rows: RowTable = new RowTable();
  readonly originals: Originals;
  readonly removed: Bitset = new Bitset();
  readonly options: SegmentOptions;
  private readonly table: IdTable;
  private readonly removals: Removals;
  private readonly field: DenseField | undefined;
  /** What `close` waits for. */
  private unused: PromiseWithResolvers<undefined> | undefined;
  private users = 0;

  /** graph: bytes of a saved graph, whose rows are then appended in their old order; undefined = none. */
  constructor(number: number, options: SegmentOptions, graph: Uint8Array | undefined) {
    const { compute, dimension, distance, m, efConstruct } = options;
    this.number = number;
    this.options = options;
    this.table = new IdTable(options.seed);
    this.originals = new Originals(dimension);
    this.field = dimension === 0 ? undefined : DenseField.open(compute, { dimension, distance, m, efConstruct }, graph);
    this.removals = new Removals((row) => this.field?.remove(row));
  }

  get rowCount(): number {
    return this.rows.rowCount;
  }

  get liveCount(): number {
    return this.rows.rowCount - this.removed.count;
  }

  get removedCount(): number {
    return this.removed.count;
  }

  get indexedCount(): number {
    return this.field?.indexedCount ?? 0;
  }

  get statistics(): SegmentStatistics {
    const { rowCount, liveCount, indexedCount } = this;
    return { rowCount, liveCount, indexedCount, dimension: this.options.dimension };
  }

  /** The dense field, for those who index and compact. */
  get dense(): DenseField | undefined {
    return this.field;
  }

  /** The row of a point, or undefined. */
  rowOf(id: PointId): number | undefined {
    setOneId(id);
    const row = this.table.get(oneKind, oneWords, 0);
    return row === NO_VALUE ? undefined : row;
  }

  /**
   * Appends rows, searchable when this returns. An older row of the same point in this segment is replaced and gives its
   * slot to the new one; for a point that has no row here `claim` replaces its row in another segment, if there is one,
   * and tells its slot. Keeps `vectors` without copying where every row has one.
   */
  append(source: RowSource, claim: (id: PointId) => number): void {
    const { flags, words, first, rowCount, vectors } = source;
    const firstRow = this.rows.rowCount;
    this.appendVectors(source, firstRow);
    invariant(this.field === undefined || this.field.rowCount === firstRow + rowCount, 'segment: a code for every row');
    this.originals.append(firstRow, this.denseRows(flags, first, rowCount, vectors), rowCount);
    this.rows.append(source);
    const kinds = kindsOf(flags, first, rowCount);
    const ids = words.subarray(first * 4, (first + rowCount) * 4);
    for (let index = 0; index < rowCount; index++) {
      const row = firstRow + index;
      const old = this.table.set(kinds, ids, index, row);
      this.rows.setSlot(row, old === NO_VALUE ? claim(this.rows.idAt(row)) : this.rows.slotAt(old));
      if (old !== NO_VALUE) this.replaceRow(old);
    }
  }

  /** The point has a newer row in another segment; the row that it had here, or undefined. */
  replace(id: PointId): number | undefined {
    const row = this.forget(id);
    if (row !== undefined) this.replaceRow(row);
    return row;
  }

  /** Deletes a point; the row that it had, or undefined where it was not here. */
  delete(id: PointId): number | undefined {
    const row = this.forget(id);
    if (row === undefined) return undefined;
    this.removed.add(row);
    this.removals.delete(row);
    return row;
  }

  /**
   * Restores rows that a file holds, and which of them were removed when it was written.
   * Their points become known with the last row of each that is not removed.
   */
  restore(
    source: Omit<RowSource, 'first'> & { readonly versions: Float64Array },
    isRemoved: (row: number) => boolean,
  ): void {
    const firstRow = this.rows.rowCount;
    this.appendVectors({ ...source, first: 0 }, firstRow);
    this.rows.append({ ...source, first: 0 });
    this.learnPoints(source, firstRow, isRemoved);
  }

  /** Takes rows of another segment, in order. `codes`: whether compaction has brought their codes here already. */
  adopt(source: Segment, rows: Uint32Array, codes: 'encoded' | 'encode'): void {
    const firstRow = this.rows.rowCount;
    const rowCount = rows.length;
    const { dimension } = this.options;
    const columns = {
      flags: new Uint8Array(rowCount),
      words: new Uint32Array(rowCount * 4),
      versions: new Float64Array(rowCount),
      first: 0,
      rowCount,
    };
    const vectors = new Float32Array(rowCount * dimension);
    rows.forEach((row, index) => {
      columns.flags[index] = source.rows.flags[row] as number;
      columns.words.set(source.rows.words.subarray(row * 4, row * 4 + 4), index * 4);
      columns.versions[index] = source.rows.versionAt(row);
      if (dimension > 0) vectors.set(source.originals.at(row), index * dimension);
    });
    if (codes === 'encode')
      this.appendVectors({ ...columns, vectors: withVector(vectors, columns.flags, dimension) }, firstRow);
    else this.hideAbsent(columns.flags, firstRow);
    this.originals.append(firstRow, vectors, rowCount);
    this.rows.append(columns);
    rows.forEach((row, index) => this.rows.setSlot(firstRow + index, source.rows.slotAt(row)));
    this.learnPoints(columns, firstRow, () => false);
  }

  /**
   * The nearest rows of this segment, best first: at most plan.k, none removed before the search began. A row replaced
   * meanwhile may stand beside its successor: the caller drops the older one.
   */
  async search(search: SegmentSearch): Promise<SegmentHit[]> {
    const { plan } = search;
    if (this.field === undefined || plan.k === 0) return [];
    const begun = this.removals.begin();
    try {
      let spare = Math.min(this.removals.waitingCount, SPARE_CANDIDATES);
      for (let attempt = 1; ; attempt++) {
        const { hits, deletedCount } = await this.searchOnce(search, spare, begun);
        const replaced = this.removals.waitingCount;
        const isWhole = hits.length >= plan.k || (deletedCount === 0 && replaced <= spare);
        if (isWhole || attempt === ATTEMPTS_MAX) return hits;
        // What was found and deleted meanwhile is hidden from the next walk; as much again may be deleted during that one.
        spare = Math.max(spare, replaced) + 2 * deletedCount;
      }
    } finally {
      this.removals.end(begun);
    }
  }

  /**
   * A filter that lets the searches of this segment return only rows whose bit is set; later rows are outside.
   * To be closed by the caller; undefined where the segment holds no vectors.
   */
  admit(words: Uint32Array): RowFilter | undefined {
    return this.field?.admit(words, this.rowCount);
  }

  /** The vector of a row as it was given, or undefined where the row has none. */
  vectorAt(row: number): Float32Array | undefined {
    return ((this.rows.flags[row] ?? 0) & FLAG_VECTOR) === 0 ? undefined : this.originals.at(row);
  }

  /** Rows that are live now, ascending. */
  liveRows(): Uint32Array {
    const result = new Uint32Array(this.liveCount);
    let at = 0;
    for (let row = 0; row < this.rows.rowCount; row++) if (!this.removed.has(row)) result[at++] = row;
    return result;
  }

  /** A request uses this segment until it calls `release`: its files stay open as long. */
  retain(): void {
    this.users++;
  }

  release(): void {
    this.users--;
    if (this.users === 0) this.unused?.resolve(undefined);
  }

  /** Gives everything back once the requests that use the segment have ended. It must not be searched any more. */
  async close(): Promise<void> {
    if (this.users > 0) {
      this.unused = Promise.withResolvers<undefined>();
      await this.unused.promise;
    }
    this.field?.close();
    await this.originals.close();
  }

  /** deletedCount: rows that were found and left out because their point was deleted since. */
  private async searchOnce(
    search: SegmentSearch,
    spare: number,
    begun: number,
  ): Promise<{ readonly hits: SegmentHit[]; readonly deletedCount: number }> {
    const field = this.field as DenseField;
    const { query, plan, filter, signal, exists } = search;
    const { exact, indexedOnly } = plan;
    const k = plan.k + spare;
    const ef = Math.max(plan.ef, k);
    const { rows, scores } = await field.search({ query, k, ef, exact, indexedOnly, filter, signal });
    const hits: SegmentHit[] = [];
    let deletedCount = 0;
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index] as number;
      const isRemoved = this.removed.has(row);
      if (isRemoved && !this.removals.isWaiting(row)) deletedCount++;
      if (isRemoved && !this.removals.wasVisible(row, begun)) continue;
      const id = this.rows.idAt(row);
      if (isRemoved && !exists(id)) continue;
      hits.push({ row, id, raw: scores[index] as number });
    }
    return { hits: hits.slice(0, plan.k), deletedCount };
  }

  /** The codes of `source`, in runs of rows with and without a vector. */
  private appendVectors(source: RowSource, firstRow: number): void {
    const { field } = this;
    if (field === undefined) return;
    const { flags, first, rowCount, vectors } = source;
    const { dimension } = this.options;
    invariant(field.rowCount === firstRow, 'segment: codes follow rows');
    let vector = 0;
    for (let start = 0; start < rowCount;) {
      const has = (flags[first + start] as number) & FLAG_VECTOR;
      let end = start + 1;
      while (end < rowCount && ((flags[first + end] as number) & FLAG_VECTOR) === has) end++;
      const count = end - start;
      if (has === 0) field.appendAbsent(count);
      else {
        field.append(vectors.subarray(vector * dimension, (vector + count) * dimension), count);
        vector += count;
      }
      start = end;
    }
  }

  /** Compaction brings all rows of a field along as live ones: those without a vector must not be found. */
  private hideAbsent(flags: Uint8Array, firstRow: number): void {
    flags.forEach((flag, index) => {
      if ((flag & FLAG_VECTOR) === 0) this.field?.remove(firstRow + index);
    });
  }

  /** `vectors` with zeros for the rows that have none; itself where every row has one. */
  private denseRows(flags: Uint8Array, first: number, rowCount: number, vectors: Float32Array): Float32Array {
    const { dimension } = this.options;
    if (vectors.length === rowCount * dimension) return vectors;
    const result = new Float32Array(rowCount * dimension);
    let vector = 0;
    for (let index = 0; index < rowCount; index++) {
      if (((flags[first + index] as number) & FLAG_VECTOR) === 0) continue;
      result.set(vectors.subarray(vector * dimension, (vector + 1) * dimension), index * dimension);
      vector++;
    }
    return result;
  }

  private learnPoints(
    source: { readonly flags: Uint8Array; readonly words: Uint32Array; readonly rowCount: number },
    firstRow: number,
    isRemoved: (row: number) => boolean,
  ): void {
    const kinds = kindsOf(source.flags, 0, source.rowCount);
    for (let index = 0; index < source.rowCount; index++) {
      const row = firstRow + index;
      if (isRemoved(row)) {
        this.removed.add(row);
        this.field?.remove(row);
      } else this.table.set(kinds, source.words, index, row);
    }
  }

  private forget(id: PointId): number | undefined {
    setOneId(id);
    const row = this.table.delete(oneKind, oneWords, 0);
    return row === NO_VALUE ? undefined : row;
  }

  private replaceRow(row: number): void {
    this.removed.add(row);
    this.removals.replace(row);
  }
}

/** Of a vector for every row, those of the rows that have one. */
export function withVector(vectors: Float32Array, flags: Uint8Array, dimension: number): Float32Array {
  const present = flags.reduce((count, flag) => count + ((flag & FLAG_VECTOR) >> 1), 0);
  if (present === flags.length || dimension === 0) return vectors;
  const result = new Float32Array(present * dimension);
  let at = 0;
  flags.forEach((flag, row) => {
    if ((flag & FLAG_VECTOR) === 0) return;
    result.set(vectors.subarray(row * dimension, (row + 1) * dimension), at);
    at += dimension;
  });
  return result;
}

// A column of one id, for single lookups: no allocation on the way of a query.
const oneKind = new Uint8Array(1);
const oneWords = new Uint32Array(4);

function setOneId(id: PointId): void {
  oneKind[0] = id.kind;
  oneWords[0] = id.word0;
  oneWords[1] = id.word1;
  oneWords[2] = id.word2;
  oneWords[3] = id.word3;
}

/** The kinds of ids in rows first … first + rowCount of a column of flags. */
function kindsOf(flags: Uint8Array, first: number, rowCount: number): Uint8Array {
  const kinds = flags.slice(first, first + rowCount);
  for (let index = 0; index < rowCount; index++) kinds[index] = (kinds[index] as number) & FLAG_UUID;
  return kinds;
}
