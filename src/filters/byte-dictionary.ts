import { type Dictionary, NO_NUMBER, NumberSupply } from './dictionary.ts';
import { grownWords, makeWords, type WordList } from './growing-words.ts';
import { endHash, HashedNumbers, mixHash } from './hashed-numbers.ts';
import type { StoredDictionary, StoredValue } from './index-content.ts';
import { makeSharedBytes, RunPool } from './run-pool.ts';

/** Gives numbers to byte strings: keywords and tokens in UTF-8. */
export class ByteDictionary implements Dictionary, StoredDictionary {
  readonly #seed: number;
  readonly #numbers: HashedNumbers;
  readonly #supply = new NumberSupply();
  readonly #pool: RunPool<Uint8Array> = new RunPool(makeSharedBytes);
  #hashes: Uint32Array = makeWords(0);
  #addresses: Uint32Array = makeWords(0);
  #lengths: Uint32Array = makeWords(0);

  /** `seed`: any 32 bits; drawn at random, values that collide cannot simply be looked up. */
  constructor(seed: number) {
    this.#seed = seed;
    this.#numbers = new HashedNumbers((number) => this.#hashes[number] ?? 0);
  }

  get end(): number {
    return this.#supply.end;
  }

  get memoryBytes(): number {
    const perNumber = this.#hashes.byteLength + this.#addresses.byteLength + this.#lengths.byteLength;
    return perNumber + this.#numbers.memoryBytes + this.#pool.memoryBytes;
  }

  /** The number of bytes[start] … bytes[end - 1], or NO_NUMBER. */
  find(bytes: Uint8Array, start: number, end: number): number {
    return this.#find(bytes, start, end, hashBytes(bytes, start, end, this.#seed));
  }

  /** The number of bytes[start] … bytes[end - 1], which get one if they have none. */
  add(bytes: Uint8Array, start: number, end: number): number {
    const hash = hashBytes(bytes, start, end, this.#seed);
    const found = this.#find(bytes, start, end, hash);
    if (found !== NO_NUMBER) return found;
    const number = this.#supply.take();
    if (number >= this.#hashes.length) this.#grow(number + 1);
    const length = end - start;
    const address = this.#pool.allocate(roomFor(length));
    copyBytes(bytes, start, end, this.#pool.elementsOf(address), this.#pool.offsetOf(address));
    this.#hashes[number] = hash;
    this.#addresses[number] = address;
    this.#lengths[number] = length;
    this.#numbers.add(hash, number);
    return number;
  }

  release(number: number): void {
    this.#numbers.delete(this.#hashes[number] ?? 0, number);
    this.#pool.free(this.#addresses[number] ?? 0, roomFor(this.#lengths[number] ?? 0));
    this.#lengths[number] = RELEASED;
    this.#supply.giveBack(number);
  }

  /** A value is its length in bytes, then they, padded to whole words. */
  write(number: number, target: WordList): void {
    const address = this.#addresses[number] ?? 0;
    const bytes = this.#pool.elementsOf(address);
    const start = this.#pool.offsetOf(address);
    const length = this.#lengths[number] ?? 0;
    target.push(length);
    for (let at = start; at < start + length; at += 4) {
      let word = 0;
      const end = Math.min(at + 4, start + length);
      for (let byte = at; byte < end; byte++) word |= (bytes[byte] ?? 0) << ((byte - at) * 8);
      target.push(word);
    }
  }

  read(words: Uint32Array, at: number): StoredValue {
    const length = words[at] ?? 0;
    const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
    const start = (at + 1) * 4;
    return { number: this.add(bytes, start, start + length), end: at + 1 + Math.ceil(length / 4) };
  }

  async compact(giveWay: () => Promise<void>): Promise<void> {
    if (!this.#pool.isWasteful) return;
    this.#pool.pickSparse();
    // 2,048 values of some 50 bytes are moved in about a tenth of a millisecond.
    for (let from = 0; from < this.end; from += 2048) {
      this.#moveValues(from, Math.min(this.end, from + 2048));
      await giveWay();
    }
  }

  /** The characters of a value. */
  text(number: number): string {
    const address = this.#addresses[number] ?? 0;
    const bytes = this.#pool.elementsOf(address);
    const offset = this.#pool.offsetOf(address);
    return Buffer.from(bytes.buffer, bytes.byteOffset + offset, this.#lengths[number]).toString('utf8');
  }

  /** Negative, zero or positive as value `a` comes before, with or after `b` in the order of their bytes. */
  compare(a: number, b: number): number {
    const address = this.#addresses[b] ?? 0;
    const offset = this.#pool.offsetOf(address);
    return this.compareTo(a, this.#pool.elementsOf(address), offset, offset + (this.#lengths[b] ?? 0));
  }

  /** The same for a value and bytes[start] … bytes[end - 1]. */
  compareTo(number: number, bytes: Uint8Array, start: number, end: number): number {
    const address = this.#addresses[number] ?? 0;
    const own = this.#pool.elementsOf(address);
    const from = this.#pool.offsetOf(address);
    const length = this.#lengths[number] ?? 0;
    const shorter = Math.min(length, end - start);
    for (let at = 0; at < shorter; at++) {
      const difference = (own[from + at] ?? 0) - (bytes[start + at] ?? 0);
      if (difference !== 0) return difference;
    }
    return length - (end - start);
  }

  /** Whether a value begins with all of `prefix`. */
  startsWith(number: number, prefix: Uint8Array): boolean {
    if ((this.#lengths[number] ?? 0) < prefix.length) return false;
    const address = this.#addresses[number] ?? 0;
    const own = this.#pool.elementsOf(address);
    const from = this.#pool.offsetOf(address);
    for (let at = 0; at < prefix.length; at++) if (own[from + at] !== prefix[at]) return false;
    return true;
  }

  #find(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const places = this.#numbers.placesFor(hash);
    const mask = places.length - 1;
    for (let at = hash & mask; places[at] !== 0; at = (at + 1) & mask) {
      const number = (places[at] ?? 0) - 1;
      if (this.#hashes[number] === hash && this.compareTo(number, bytes, start, end) === 0) return number;
    }
    return NO_NUMBER;
  }

  #moveValues(from: number, end: number): void {
    for (let number = from; number < end; number++) {
      const length = this.#lengths[number] ?? RELEASED;
      const address = this.#addresses[number] ?? 0;
      if (length === RELEASED || !this.#pool.isSparse(address)) continue;
      this.#addresses[number] = this.#pool.move(address, roomFor(length));
    }
  }

  #grow(count: number): void {
    this.#hashes = grownWords(this.#hashes, count);
    this.#addresses = grownWords(this.#addresses, count);
    this.#lengths = grownWords(this.#lengths, count);
  }
}

/** The length of a value that is none any more. */
const RELEASED = 0xffffffff;

/** The empty string takes a byte too: a chunk of the pool lives as long as something lies in it. */
function roomFor(length: number): number {
  return Math.max(1, length);
}

function copyBytes(source: Uint8Array, start: number, end: number, target: Uint8Array, offset: number): void {
  // Short strings, and most are: a loop costs less than the view that `set` needs.
  if (end - start > 64) target.set(source.subarray(start, end), offset);
  else for (let at = start; at < end; at++) target[offset++] = source[at] ?? 0;
}

function hashBytes(bytes: Uint8Array, start: number, end: number, seed: number): number {
  let hash = seed ^ (end - start);
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const low = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
    hash = mixHash(hash, low | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24));
  }
  let rest = 0;
  for (; at < end; at++) rest = (rest << 8) | (bytes[at] ?? 0);
  return endHash(mixHash(hash, rest));
}
