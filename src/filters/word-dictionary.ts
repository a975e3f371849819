import { type Dictionary, NO_NUMBER, NumberSupply } from './dictionary.ts';
import { grownWords, makeWords, type WordList } from './growing-words.ts';
import { endHash, HashedNumbers, mixHash } from './hashed-numbers.ts';
import type { StoredDictionary, StoredValue } from './index-content.ts';

/**
 * Gives numbers to values of two or four 32-bit words: integers, datetimes and floats (in an encoding that sorts as the
 * values do: sortable-values.ts), UUIDs, coordinates.
 */
export class WordDictionary implements Dictionary, StoredDictionary {
  /** The value to look for or to add: the caller fills it before `find` and `add`. */
  readonly probe: Uint32Array = new Uint32Array(4);
  readonly #width: 2 | 4;
  readonly #seed: number;
  readonly #numbers: HashedNumbers;
  readonly #supply = new NumberSupply();
  #words: Uint32Array = makeWords(0);

  /** `width`: words a value. `seed`: any 32 bits; drawn at random, values that collide cannot simply be looked up. */
  constructor(width: 2 | 4, seed: number) {
    this.#width = width;
    this.#seed = seed;
    this.#numbers = new HashedNumbers((number) => this.#hash(this.#words, number * width));
  }

  get end(): number {
    return this.#supply.end;
  }

  get memoryBytes(): number {
    return this.#words.byteLength + this.#numbers.memoryBytes;
  }

  /** The words of all values, `width` each; another array stands in their place once the dictionary has grown. */
  get words(): Uint32Array {
    return this.#words;
  }

  /** The number of the value in `probe`, or NO_NUMBER. */
  find(): number {
    return this.#find(this.#hash(this.probe, 0));
  }

  /** The number of the value in `probe`, which gets one if it has none. */
  add(): number {
    const hash = this.#hash(this.probe, 0);
    const found = this.#find(hash);
    if (found !== NO_NUMBER) return found;
    const number = this.#supply.take();
    const from = number * this.#width;
    if (from + this.#width > this.#words.length) this.#words = grownWords(this.#words, from + this.#width);
    for (let at = 0; at < this.#width; at++) this.#words[from + at] = this.probe[at] ?? 0;
    this.#numbers.add(hash, number);
    return number;
  }

  release(number: number): void {
    this.#numbers.delete(this.#hash(this.#words, number * this.#width), number);
    this.#supply.giveBack(number);
  }

  write(number: number, target: WordList): void {
    const from = number * this.#width;
    for (let at = from; at < from + this.#width; at++) target.push(this.#words[at] ?? 0);
  }

  read(words: Uint32Array, at: number): StoredValue {
    for (let word = 0; word < this.#width; word++) this.probe[word] = words[at + word] ?? 0;
    return { number: this.add(), end: at + this.#width };
  }

  /** Released values leave no garbage: their places are used again. */
  compact(): Promise<void> {
    return Promise.resolve();
  }

  #find(hash: number): number {
    const places = this.#numbers.placesFor(hash);
    const mask = places.length - 1;
    for (let at = hash & mask; places[at] !== 0; at = (at + 1) & mask) {
      const number = (places[at] ?? 0) - 1;
      if (this.#isProbe(number * this.#width)) return number;
    }
    return NO_NUMBER;
  }

  #isProbe(from: number): boolean {
    const words = this.#words;
    const { probe } = this;
    if (words[from] !== probe[0] || words[from + 1] !== probe[1]) return false;
    return this.#width === 2 || (words[from + 2] === probe[2] && words[from + 3] === probe[3]);
  }

  #hash(words: Uint32Array, from: number): number {
    let hash = mixHash(this.#seed, words[from] ?? 0);
    hash = mixHash(hash, words[from + 1] ?? 0);
    if (this.#width === 4) {
      hash = mixHash(hash, words[from + 2] ?? 0);
      hash = mixHash(hash, words[from + 3] ?? 0);
    }
    return endHash(hash);
  }
}
