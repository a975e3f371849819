import { invariant, present } from '../base/invariant.ts';

/**
 * Runs of bytes or words of any length, kept end to end in chunks of shared memory. An address is a number below 2^31:
 * the chunk's number and the offset in it. What is freed is not used again in place; a chunk without a living run goes,
 * and `pickSparse` names chunks that are mostly garbage: their owner then moves the runs out of them, some at a time.
 */
type Elements = Uint8Array | Uint32Array;

const OFFSET_BITS = 16;
const OFFSET_MASK = (1 << OFFSET_BITS) - 1;
const CHUNK_LENGTH_MAX = 1 << OFFSET_BITS;
const CHUNK_COUNT_MAX = 1 << (31 - OFFSET_BITS);
/** The first chunk is small: an index over few points should not take 256 KiB. */
const CHUNK_LENGTH_MIN = 256;

interface Chunk<T extends Elements> {
  readonly elements: T;
  used: number;
  alive: number;
  isSparse: boolean;
}

export class RunPool<T extends Elements> {
  readonly #make: (length: number) => T;
  readonly #chunks: (Chunk<T> | undefined)[] = [];
  readonly #freeNumbers: number[] = [];
  #open = -1;
  #used = 0;
  #alive = 0;
  #bytes = 0;

  constructor(make: (length: number) => T) {
    this.#make = make;
  }

  get memoryBytes(): number {
    return this.#bytes;
  }

  /** Whether more is garbage than is not, and enough to be worth the moving. */
  get isWasteful(): boolean {
    return this.#used - this.#alive > Math.max(CHUNK_LENGTH_MAX, this.#alive);
  }

  /** Room for a run of `length`, which the caller fills through `elementsOf` and `offsetOf`. */
  allocate(length: number): number {
    let number = this.#open;
    let chunk = this.#chunks[number];
    if (chunk === undefined || chunk.used + length > chunk.elements.length) {
      number = this.#addChunk(length);
      chunk = this.#chunk(number);
    }
    const offset = chunk.used;
    chunk.used += length;
    chunk.alive += length;
    this.#used += length;
    this.#alive += length;
    return number * CHUNK_LENGTH_MAX + offset;
  }

  /** The chunk that holds the run at `address`. */
  elementsOf(address: number): T {
    return this.#chunk(address >>> OFFSET_BITS).elements;
  }

  /** Where in its chunk the run begins. */
  offsetOf(address: number): number {
    return address & OFFSET_MASK;
  }

  free(address: number, length: number): void {
    const number = address >>> OFFSET_BITS;
    const chunk = this.#chunk(number);
    chunk.alive -= length;
    this.#alive -= length;
    if (chunk.alive > 0 || number === this.#open) return;
    this.#chunks[number] = undefined;
    this.#freeNumbers.push(number);
    this.#used -= chunk.used;
    this.#bytes -= chunk.elements.byteLength;
  }

  /** Marks the chunks that should be emptied by `move`. */
  pickSparse(): void {
    this.#chunks.forEach((chunk, number) => {
      if (chunk !== undefined) chunk.isSparse = number !== this.#open && chunk.alive * 2 < chunk.used;
    });
  }

  /** Whether the run at `address` lies in a chunk that should be emptied. */
  isSparse(address: number): boolean {
    return this.#chunk(address >>> OFFSET_BITS).isSparse;
  }

  /** Copies a run to where it does not hold up a chunk; returns its new address. */
  move(address: number, length: number): number {
    const source = this.elementsOf(address);
    const from = this.offsetOf(address);
    const target = this.allocate(length);
    this.elementsOf(target).set(source.subarray(from, from + length), this.offsetOf(target));
    this.free(address, length);
    return target;
  }

  #addChunk(length: number): number {
    const before = this.#open;
    const lengthBefore = this.#chunks[before]?.elements.length ?? CHUNK_LENGTH_MIN / 2;
    const elements = this.#make(Math.max(length, Math.min(CHUNK_LENGTH_MAX, lengthBefore * 2)));
    const number = this.#freeNumbers.pop() ?? this.#chunks.length;
    invariant(number < CHUNK_COUNT_MAX, 'run pool: an address has 31 bits');
    this.#chunks[number] = { elements, used: 0, alive: 0, isSparse: false };
    this.#open = number;
    this.#bytes += elements.byteLength;
    // The chunk that was open until now may have died meanwhile: `free` leaves the open one alone.
    if (before >= 0 && this.#chunk(before).alive === 0) this.free(before * CHUNK_LENGTH_MAX, 0);
    return number;
  }

  #chunk(number: number): Chunk<T> {
    return present(this.#chunks[number], 'run pool: a run lies in a chunk that is there');
  }
}

export function makeSharedBytes(length: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(length));
}
