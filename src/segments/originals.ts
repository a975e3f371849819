import { invariant, present } from '../base/invariant.ts';
import type { ChecksummedFile } from '../storage/checksummed-file.ts';
import { vectorsOffset } from './rows-file.ts';

/** Rows of a segment that stand in a file. */
export interface FlushedRows {
  readonly firstRow: number;
  readonly rowCount: number;
  readonly file: ChecksummedFile;
}

/** Rows that are in memory until a checkpoint has written them. */
interface PendingRows {
  readonly firstRow: number;
  readonly rowCount: number;
  readonly vectors: Float32Array;
}

/**
 * The vectors of a segment as they were given (normalised for Cosine): in files by position, and in memory for the rows
 * that no file holds yet. Searches never come here; answers that return vectors do.
 */
export class Originals {
  private readonly dimension: number;
  /** Ascending by row, without gaps, followed by `pending`. */
  private flushed: FlushedRows[] = [];
  private pending: PendingRows[] = [];
  private pendingTotal = 0;

  constructor(dimension: number) {
    this.dimension = dimension;
  }

  get files(): readonly FlushedRows[] {
    return this.flushed;
  }

  get flushedCount(): number {
    const last = this.flushed.at(-1);
    return last === undefined ? 0 : last.firstRow + last.rowCount;
  }

  /** Bytes of the vectors that no file holds yet. */
  get pendingBytes(): number {
    return this.pendingTotal;
  }

  /** Keeps `vectors` (whole rows; not copied) as the rows from `firstRow` on. */
  append(firstRow: number, vectors: Float32Array, rowCount: number): void {
    const last = this.pending.at(-1);
    const end = last === undefined ? this.flushedCount : last.firstRow + last.rowCount;
    invariant(firstRow === end, 'originals: rows follow each other');
    this.pending.push({ firstRow, rowCount, vectors });
    this.pendingTotal += vectors.byteLength;
  }

  /** Rows of a file that was read at the start. */
  addFlushed(rows: FlushedRows): void {
    invariant(rows.firstRow === this.flushedCount && this.pending.length === 0, 'originals: files follow each other');
    this.flushed.push(rows);
  }

  async close(): Promise<void> {
    await Promise.all(this.flushed.map(({ file }) => file.close()));
  }

  /** The vector of a row as a copy of its own. */
  at(row: number): Float32Array {
    const { dimension } = this;
    if (row >= this.flushedCount) {
      const rows = present(findRows(this.pending, row), 'originals: every row is kept');
      const start = (row - rows.firstRow) * dimension;
      return rows.vectors.slice(start, start + dimension);
    }
    const rows = present(findRows(this.flushed, row), 'originals: every row is kept');
    const offset = vectorsOffset(rows.rowCount) + (row - rows.firstRow) * dimension * 4;
    const bytes = rows.file.readAtSync(offset, dimension * 4);
    const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
    return new Float32Array(aligned.buffer, aligned.byteOffset, dimension);
  }

  /** The bytes of rows first … end in order, as chunks; rows in files are read from there. */
  *chunks(first: number, end: number): Iterable<Uint8Array> {
    const { dimension } = this;
    for (const rows of this.flushed) {
      const from = Math.max(first, rows.firstRow);
      const to = Math.min(end, rows.firstRow + rows.rowCount);
      for (let at = from; at < to; at += CHUNK_ROWS) {
        const count = Math.min(CHUNK_ROWS, to - at);
        const offset = vectorsOffset(rows.rowCount) + (at - rows.firstRow) * dimension * 4;
        yield rows.file.readAtSync(offset, count * dimension * 4);
      }
    }
    for (const rows of this.pending) {
      const from = Math.max(first, rows.firstRow);
      const to = Math.min(end, rows.firstRow + rows.rowCount);
      if (from >= to) continue;
      const { buffer, byteOffset } = rows.vectors;
      const start = byteOffset + (from - rows.firstRow) * dimension * 4;
      yield new Uint8Array(buffer, start, (to - from) * dimension * 4);
    }
  }

  /**
   * Files now hold their rows, up to the last one: those files that they replace are given back to be closed and
   * removed, and the rows in memory that they cover are dropped.
   */
  replaceBy(files: readonly FlushedRows[]): readonly FlushedRows[] {
    const [first] = files;
    const last = files.at(-1);
    if (first === undefined || last === undefined) return [];
    const end = last.firstRow + last.rowCount;
    const replaced = this.flushed.filter((old) => old.firstRow >= first.firstRow);
    this.flushed = [...this.flushed.filter((old) => old.firstRow < first.firstRow), ...files];
    this.pending = this.pending.flatMap((old) => {
      if (old.firstRow >= end) return [old];
      const covered = end - old.firstRow;
      if (covered >= old.rowCount) return [];
      // A copy, so that the memory of the covered rows is really given back.
      return [
        { firstRow: end, rowCount: old.rowCount - covered, vectors: old.vectors.slice(covered * this.dimension) },
      ];
    });
    this.pendingTotal = this.pending.reduce((bytes, { vectors }) => bytes + vectors.byteLength, 0);
    return replaced;
  }
}

/** 64 rows of 768 floats are 192 KB: one read the size of a cache, and no stop of the event loop. */
const CHUNK_ROWS = 64;

function findRows<Rows extends { readonly firstRow: number; readonly rowCount: number }>(
  list: readonly Rows[],
  row: number,
): Rows | undefined {
  let low = 0;
  let high = list.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const rows = list[middle] as Rows;
    if (row < rows.firstRow) high = middle - 1;
    else if (row >= rows.firstRow + rows.rowCount) low = middle + 1;
    else return rows;
  }
  return undefined;
}
