type ColumnArray = Uint8Array | Uint32Array | Float64Array;

// The first chunk is small, since most columns of a thousand collections stay short; it alone is ever copied, while
// it grows to the length that all others have from the start.
const FIRST_LENGTH = 64;
const CHUNK_SHIFT = 16;
const CHUNK_LENGTH = 1 << CHUNK_SHIFT;
const CHUNK_MASK = CHUNK_LENGTH - 1;

/**
 * A column of numbers that grows at its end in chunks of 65,536 in shared memory: growing neither copies what is there
 * nor stops for long. Elements that were never set are 0.
 */
export class GrowableColumn<T extends ColumnArray> {
  readonly #make: (length: number) => T;
  readonly #chunks: T[];
  #length = 0;

  /** Of the functions below, which name the element types. */
  constructor(make: (length: number) => T) {
    this.#make = make;
    this.#chunks = [make(FIRST_LENGTH)];
  }

  /** One more than the highest index that was set. */
  get length(): number {
    return this.#length;
  }

  /** Bytes of shared memory. */
  get bytes(): number {
    return this.#chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
  }

  /** The element at `index`, 0 behind the end. */
  get(index: number): number {
    return this.#chunks[index >>> CHUNK_SHIFT]?.[index & CHUNK_MASK] ?? 0;
  }

  set(index: number, value: number): void {
    if (index >= this.#length) this.#extend(index + 1);
    const chunk = this.#chunks[index >>> CHUNK_SHIFT];
    if (chunk !== undefined) chunk[index & CHUNK_MASK] = value;
  }

  /** Adds an element at the end; returns its index. */
  push(value: number): number {
    const index = this.#length;
    this.set(index, value);
    return index;
  }

  #extend(length: number): void {
    const [first] = this.#chunks;
    if (first !== undefined && first.length < CHUNK_LENGTH && length > first.length) {
      const grown = this.#make(Math.min(CHUNK_LENGTH, Math.max(first.length * 4, 2 ** Math.ceil(Math.log2(length)))));
      grown.set(first);
      this.#chunks[0] = grown;
    }
    while (this.#chunks.length * CHUNK_LENGTH < length) this.#chunks.push(this.#make(CHUNK_LENGTH));
    this.#length = length;
  }
}

export function growableBytes(): GrowableColumn<Uint8Array> {
  return new GrowableColumn((length) => new Uint8Array(new SharedArrayBuffer(length)));
}

export function growableUint32(): GrowableColumn<Uint32Array> {
  return new GrowableColumn((length) => new Uint32Array(new SharedArrayBuffer(length * 4)));
}

export function growableFloat64(): GrowableColumn<Float64Array> {
  return new GrowableColumn((length) => new Float64Array(new SharedArrayBuffer(length * 8)));
}
