/** Arrays of 32-bit words in shared memory that grow by being exchanged for longer ones. */

/** 64 Ki words: below this arrays double, above it they grow by an eighth, so that little is left unused. */
const DOUBLING_END = 1 << 16;

/** `count` words, all 0. */
export function makeWords(count: number): Uint32Array {
  return new Uint32Array(new SharedArrayBuffer(count * 4));
}

/** An array of at least `count` words, a multiple of 16, that begins with those of `words`; the rest is 0. */
export function grownWords(words: Uint32Array, count: number): Uint32Array {
  const grown = makeWords(Math.ceil(Math.max(count, nextLength(words.length)) / 16) * 16);
  grown.set(words);
  return grown;
}

function nextLength(length: number): number {
  return length < DOUBLING_END ? length * 2 : length + (length >>> 3);
}

/** A list of words that grows at its end. */
export class WordList {
  /** Valid up to `length`; another array stands in its place once the list has outgrown it. */
  words: Uint32Array = makeWords(16);
  length = 0;

  push(word: number): void {
    if (this.length === this.words.length) this.words = grownWords(this.words, this.length + 1);
    this.words[this.length++] = word;
  }

  /** Takes the last word off; undefined if there is none. */
  pop(): number | undefined {
    return this.length === 0 ? undefined : this.words[--this.length];
  }

  /** Sorts the words and drops those that stand there twice. */
  sortUnique(): void {
    if (this.length < 2) return;
    const { words } = this;
    words.subarray(0, this.length).sort();
    let kept = 1;
    for (let at = 1; at < this.length; at++) {
      const word = words[at] ?? 0;
      if (word !== words[kept - 1]) words[kept++] = word;
    }
    this.length = kept;
  }
}
