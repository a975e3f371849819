import { Bitset } from '../base/bitset.ts';
import { IdTable, NO_VALUE } from '../base/id-table.ts';
import type { PointId } from '../core/ids.ts';
import { FLAG_UUID, RowTable } from './row-table.ts';

/** Ids of consecutive rows by column. */
interface RowIds {
  readonly flags: Uint8Array;
  readonly words: Uint32Array;
  readonly rowCount: number;
}

/** Which point each row of a segment is, which row each of its points has, and which rows are removed. */
export class SegmentPoints {
  readonly rows: RowTable = new RowTable();
  readonly removed: Bitset = new Bitset();
  private readonly table: IdTable;

  /** Any 32 bits, for the hash of ids. */
  constructor(seed: number) {
    this.table = new IdTable(seed);
  }

  get liveCount(): number {
    return this.rows.rowCount - this.removed.count;
  }

  get bytes(): number {
    return this.rows.bytes + this.table.bytes + this.removed.words.byteLength;
  }

  /** The row of a point, or undefined. */
  rowOf(id: PointId): number | undefined {
    setOneId(id);
    const row = this.table.get(oneKind, oneWords, 0);
    return row === NO_VALUE ? undefined : row;
  }

  /** Points stand in rows firstRow, firstRow + 1, … from now on; `placed` is told each, with the row that it had before. */
  place(source: RowIds & { readonly first: number }, firstRow: number, placed: Placed): void {
    const { first, rowCount } = source;
    const kinds = kindsOf(source.flags, first, rowCount);
    const ids = source.words.subarray(first * 4, (first + rowCount) * 4);
    for (let index = 0; index < rowCount; index++) {
      const old = this.table.set(kinds, ids, index, firstRow + index);
      placed(firstRow + index, old === NO_VALUE ? undefined : old);
    }
  }

  /** Rows firstRow, firstRow + 1, … are the points' only ones, but for those that are removed. */
  learn(source: RowIds, firstRow: number, isRemoved: (row: number) => boolean): void {
    const kinds = kindsOf(source.flags, 0, source.rowCount);
    for (let index = 0; index < source.rowCount; index++) {
      const row = firstRow + index;
      if (isRemoved(row)) this.removed.add(row);
      else this.table.set(kinds, source.words, index, row);
    }
  }

  /** The point is not here any more; the row that it had. */
  forget(id: PointId): number | undefined {
    setOneId(id);
    const row = this.table.delete(oneKind, oneWords, 0);
    return row === NO_VALUE ? undefined : row;
  }

  /** Rows that are live now, ascending. */
  liveRows(): Uint32Array {
    const result = new Uint32Array(this.liveCount);
    let at = 0;
    for (let row = 0; row < this.rows.rowCount; row++) if (!this.removed.has(row)) result[at++] = row;
    return result;
  }
}

type Placed = (row: number, old: number | undefined) => void;

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

function kindsOf(flags: Uint8Array, first: number, count: number): Uint8Array {
  const kinds = new Uint8Array(count);
  for (let index = 0; index < count; index++) kinds[index] = (flags[first + index] ?? 0) & FLAG_UUID;
  return kinds;
}
