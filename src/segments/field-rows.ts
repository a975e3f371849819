/** A row that has no place in a field: its point has no such vector. */
export const NO_PLACE = 0xffffffff;

/**
 * Which rows of a segment have a vector in a field. The field numbers those alone, as they come: a row's number there is
 * its **place**. As long as every row has one, in order, nothing is kept; a field that few points have costs only these.
 */
export class FieldRows {
  /** Rows at or above have no place. */
  private rowEnd = 0;
  private count = 0;
  /** undefined: place = row. */
  private rows: Uint32Array | undefined;
  private places: Uint32Array | undefined;

  /** Rows that have a place. */
  get placeCount(): number {
    return this.count;
  }

  get bytes(): number {
    return (this.rows?.byteLength ?? 0) + (this.places?.byteLength ?? 0);
  }

  /** The next place is that of a row, which has none yet. */
  add(row: number): void {
    if (row !== this.count && this.rows === undefined) this.keep();
    if (this.rows !== undefined) {
      this.rows = grown(this.rows, this.count + 1, 0);
      this.places = grown(this.places ?? new Uint32Array(0), row + 1, NO_PLACE);
      this.rows[this.count] = row;
      this.places[row] = this.count;
    }
    this.count++;
    this.rowEnd = Math.max(this.rowEnd, row + 1);
  }

  /** Forgets the places from `count` on. */
  truncate(count: number): void {
    if (this.rows === undefined) this.rowEnd = count;
    else
      for (let place = count; place < this.count; place++)
        this.places?.fill(NO_PLACE, this.rows[place], this.rowOf(place) + 1);
    this.count = count;
  }

  /** The row that a place belongs to. */
  rowOf(place: number): number {
    return this.rows === undefined ? place : (this.rows[place] as number);
  }

  /** NO_PLACE where the row has no such vector. */
  placeOf(row: number): number {
    if (row >= this.rowEnd) return NO_PLACE;
    return this.places === undefined ? row : (this.places[row] as number);
  }

  /** A bitmap over rows as one over places; itself where they are the same. */
  bitmap(rowWords: Uint32Array): Uint32Array {
    const { rows } = this;
    if (rows === undefined) return rowWords;
    const words = new Uint32Array((this.count + 31) >>> 5);
    for (let place = 0; place < this.count; place++) {
      const row = rows[place] as number;
      if ((((rowWords[row >>> 5] ?? 0) >>> (row & 31)) & 1) === 1)
        words[place >>> 5] = (words[place >>> 5] as number) | (1 << (place & 31));
    }
    return words;
  }

  private keep(): void {
    this.rows = grown(new Uint32Array(0), this.count, 0);
    this.places = grown(new Uint32Array(0), this.count, NO_PLACE);
    for (let row = 0; row < this.count; row++) {
      this.rows[row] = row;
      this.places[row] = row;
    }
  }
}

function grown(array: Uint32Array, length: number, fill: number): Uint32Array {
  if (array.length >= length) return array;
  const larger = new Uint32Array(Math.max(64, 2 ** Math.ceil(Math.log2(length)))).fill(fill, array.length);
  larger.set(array);
  return larger;
}
