const INITIAL_COUNT = 256;
const CONTINUED = 0x80;
const NONE = new Uint32Array(0);

/** Indices of sparse vectors, one vector's after the other's. */
export class IndexList {
  #values: Uint32Array = NONE;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /**
   * Adds the packed varints of 32 bits at `start` … `end`. Returns how many they are; -1 = they are none, or longer than
   * five bytes: nothing is added then.
   */
  add(bytes: Buffer, start: number, end: number): number {
    this.#reserve(end - start);
    const values = this.#values;
    let to = this.#count;
    let at = start;
    while (at < end) {
      let byte = bytes[at++] as number;
      let value = byte & 0x7f;
      for (let shift = 7; byte >= CONTINUED; shift += 7) {
        byte = bytes[at++] as number;
        if (shift === 28 && byte > 0xf) return -1;
        value |= (byte & 0x7f) << shift;
      }
      values[to++] = value;
    }
    if (at !== end) return -1;
    const added = to - this.#count;
    this.#count = to;
    return added;
  }

  /** Copies `count` indices from `first` on to the beginning of `target`. */
  copy(first: number, count: number, target: Uint32Array): void {
    target.set(this.#values.subarray(first, first + count));
  }

  #reserve(count: number): void {
    const needed = this.#count + count;
    if (needed <= this.#values.length) return;
    const larger = new Uint32Array(Math.max(needed, this.#values.length * 2, INITIAL_COUNT));
    larger.set(this.#values.subarray(0, this.#count));
    this.#values = larger;
  }
}
