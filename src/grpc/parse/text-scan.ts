const SPACE = 32;
const QUOTE = 34;
const BACKSLASH = 92;

/** A character that is more than a byte in UTF-8, and one that JSON has to escape. */
export const NOT_ASCII = 1;
export const TO_ESCAPE = 2;

/**
 * Looks what is in texts, four bytes at a time where they are long: a fourth of the time that a look at each byte takes.
 * Source: the bit tricks of S. E. Anderson, "Determine if a word has a byte less than n" and "… equal to n".
 */
export class TextScan {
  readonly #bytes: Buffer;
  /** All whole words of the memory that the bytes are in. */
  readonly #words: Int32Array;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#words = new Int32Array(bytes.buffer, 0, bytes.buffer.byteLength >>> 2);
  }

  /** NOT_ASCII and TO_ESCAPE as they apply to the bytes from `start` to `end`. */
  found(start: number, end: number): number {
    const { byteOffset } = this.#bytes;
    const firstWord = (byteOffset + start + 3) >>> 2;
    const wordEnd = (byteOffset + end) >>> 2;
    if (firstWord >= wordEnd) return this.#foundInBytes(start, end);
    return (
      this.#foundInBytes(start, firstWord * 4 - byteOffset) |
      this.#foundInWords(firstWord, wordEnd) |
      this.#foundInBytes(wordEnd * 4 - byteOffset, end)
    );
  }

  #foundInBytes(start: number, end: number): number {
    const bytes = this.#bytes;
    let found = 0;
    for (let at = start; at < end; at++) {
      const byte = bytes[at] as number;
      if (byte < SPACE || byte === QUOTE || byte === BACKSLASH) found |= TO_ESCAPE;
      else if (byte > 0x7f) found |= NOT_ASCII;
    }
    return found;
  }

  /** The highest bit of each byte tells. */
  #foundInWords(first: number, end: number): number {
    const words = this.#words;
    let escapes = 0;
    let all = 0;
    for (let index = first; index < end; index++) {
      const word = words[index] as number;
      const quotes = word ^ 0x22222222;
      const backslashes = word ^ 0x5c5c5c5c;
      escapes |=
        ((word - 0x20202020) & ~word) | ((quotes - 0x01010101) & ~quotes) | ((backslashes - 0x01010101) & ~backslashes);
      all |= word;
    }
    return ((escapes & 0x80808080) === 0 ? 0 : TO_ESCAPE) | ((all & 0x80808080) === 0 ? 0 : NOT_ASCII);
  }
}
