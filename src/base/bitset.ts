/**
 * A growing set of small whole numbers, one bit each, in shared memory: bit `n % 32` of word `n / 32`. Counts its
 * members as it goes. One thread writes; others may read `words`.
 */
export class Bitset {
  #words: Uint32Array = makeWords(2);
  #count = 0;

  /** How many numbers are in the set. */
  get count(): number {
    return this.#count;
  }

  /** The bits as they are now; another array stands in its place once a number behind its end is added. */
  get words(): Uint32Array {
    return this.#words;
  }

  has(member: number): boolean {
    return (((this.#words[member >>> 5] ?? 0) >>> (member & 31)) & 1) === 1;
  }

  /** Puts `member` (0 … 2^32 - 1) into the set; false if it was there. */
  add(member: number): boolean {
    const at = member >>> 5;
    if (at >= this.#words.length) this.#grow(at + 1);
    const word = this.#words[at] ?? 0;
    const bit = 1 << (member & 31);
    if ((word & bit) !== 0) return false;
    this.#words[at] = word | bit;
    this.#count += 1;
    return true;
  }

  /** Takes `member` out of the set; false if it was not there. */
  delete(member: number): boolean {
    if (!this.has(member)) return false;
    const at = member >>> 5;
    this.#words[at] = (this.#words[at] ?? 0) & ~(1 << (member & 31));
    this.#count -= 1;
    return true;
  }

  /** The members, lowest first. The set may not change meanwhile. */
  *members(): Generator<number, void, undefined> {
    for (let at = 0; at < this.#words.length; at += 1) {
      let word = this.#words[at] ?? 0;
      while (word !== 0) {
        const low = 31 - Math.clz32(word & -word);
        yield at * 32 + low;
        word &= word - 1;
      }
    }
  }

  #grow(wordCount: number): void {
    const grown = makeWords(Math.max(wordCount, this.#words.length * 2));
    grown.set(this.#words);
    this.#words = grown;
  }
}

function makeWords(wordCount: number): Uint32Array {
  return new Uint32Array(new SharedArrayBuffer(wordCount * 4));
}
