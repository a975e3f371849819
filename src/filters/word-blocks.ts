import { dataDamaged } from '../core/errors.ts';
import type { ChecksummedFile } from '../storage/checksummed-file.ts';
import type { WordList } from './growing-words.ts';

/** Files of an index are blocks of 32-bit words, little-endian, each behind the number of its words. */

/** 2 MiB a read: whole blocks of the file's checksums. */
const READ_WORDS = 1 << 19;

/** The bytes of a block, which are the caller's own; empties the list. */
export function blockBytes(words: WordList): Uint8Array {
  const block = new Uint32Array(words.length + 1);
  block[0] = words.length;
  block.set(words.words.subarray(0, words.length), 1);
  words.length = 0;
  return new Uint8Array(block.buffer);
}

/** Reads the blocks from `from` up to `end` (in words) of a file one after another. */
export class BlockReader {
  readonly #file: ChecksummedFile;
  readonly #end: number;
  #buffer: Uint32Array;
  /** The buffer holds the file's words #first … #first + #length - 1. */
  #first: number;
  #length = 0;
  #at: number;

  constructor(file: ChecksummedFile, from: number, end: number) {
    this.#file = file;
    this.#end = end;
    this.#at = from;
    this.#first = from - (from % READ_WORDS);
    // Small for small files: a thousand collections may be loaded at a time.
    this.#buffer = new Uint32Array(Math.min(READ_WORDS, file.bytes / 4 - this.#first));
  }

  /** The words of the next block, valid until the next call; undefined behind the last. Throws data_damaged. */
  async next(): Promise<Uint32Array | undefined> {
    if (this.#at === this.#end) return undefined;
    await this.#fill(1);
    const count = this.#buffer[this.#at - this.#first] ?? 0;
    await this.#fill(1 + count);
    const start = this.#at - this.#first + 1;
    this.#at += 1 + count;
    return this.#buffer.subarray(start, start + count);
  }

  /** Sees to it that the next `count` words are in the buffer. */
  async #fill(count: number): Promise<void> {
    const end = this.#at + count;
    if (end > this.#end) {
      throw dataDamaged(`${this.#file.path} at word ${this.#at}`, 'a block reaches behind the end of its section');
    }
    if (end <= this.#first + this.#length) return;
    // Kept from the last multiple of what is read at once: so every read begins at such a one.
    const first = this.#at - (this.#at % READ_WORDS);
    const kept = Math.max(0, this.#first + this.#length - first);
    const length = Math.min(Math.ceil((end - first) / READ_WORDS) * READ_WORDS, this.#file.bytes / 4 - first);
    const from = Math.max(0, first - this.#first);
    const source = this.#buffer.subarray(from, from + kept);
    if (length > this.#buffer.length) this.#buffer = new Uint32Array(Math.ceil(length / READ_WORDS) * READ_WORDS);
    this.#buffer.set(source);
    const target = this.#buffer.subarray(kept, length);
    await this.#file.readInto(new Uint8Array(target.buffer, target.byteOffset, target.byteLength), (first + kept) * 4);
    this.#first = first;
    this.#length = length;
  }
}
