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
  members(): Generator<number, void, undefined> {
    return bitsOf(this.#words);
  }

  #grow(wordCount: number): void {
    const grown = makeWords(Math.max(wordCount, this.#words.length * 2));
    grown.set(this.#words);
    this.#words = grown;
  }
}

/** The numbers whose bits are set, lowest first. */
export function* bitsOf(words: Uint32Array): Generator<number, void, undefined> {
  for (let at = 0; at < words.length; at += 1) {
    let word = words[at] ?? 0;
    while (word !== 0) {
      yield at * 32 + 31 - Math.clz32(word & -word);
      word &= word - 1;
    }
  }
}

/** Whether bit `member` is set; numbers behind the end are not in it. */
export function hasBit(words: Uint32Array, member: number): boolean {
  return (((words[member >>> 5] ?? 0) >>> (member & 31)) & 1) === 1;
}

/** Sets bit `member`; behind the end nothing happens. */
export function setBit(words: Uint32Array, member: number): void {
  words[member >>> 5] = (words[member >>> 5] ?? 0) | (1 << (member & 31));
}

/** Takes bit `member` away; behind the end nothing happens. */
export function clearBit(words: Uint32Array, member: number): void {
  words[member >>> 5] = (words[member >>> 5] ?? 0) & ~(1 << (member & 31));
}

/** How many bits are set. */
export function countBits(words: Uint32Array): number {
  let count = 0;
  for (let at = 0; at < words.length; at += 1) {
    let word = words[at] ?? 0;
    word -= (word >>> 1) & 0x55555555;
    word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
    count += Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return count;
}

function makeWords(wordCount: number): Uint32Array {
  return new Uint32Array(new SharedArrayBuffer(wordCount * 4));
}
