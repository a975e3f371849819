/** Words of an entry before its key: length of the value, length of the key, both in bytes. */
const HEAD_BYTES = 8;
/** Places in which a key may stand. */
const WAYS = 4;
/** One place for each so many bytes of the ring: entries are larger than that as a rule. */
const BYTES_PER_PLACE = 128;
/** Larger values would push out too many others. */
const SHARE_MAX = 1 / 64;

/**
 * The values that were read last, as far as a ring of bytes holds them: what is new takes the place of the oldest.
 *
 *   ring    entries end to end, each [value bytes, key bytes, key, value] and filled up to four bytes; none goes over the
 *           end of the ring
 *   places  for each key four places by its hash: where its entry began, counted in words since the ring was made, 0 = none
 *
 * An entry is there while its beginning is less than a ring behind the head. Keys whose places are all taken push out
 * the oldest of those. The memory is asked for with the first value.
 */
export class ValueCache {
  #ringBytes = 0;
  #setMask = 0;
  #ring: Uint8Array = new Uint8Array(0);
  #words: Uint32Array = new Uint32Array(0);
  #places: Uint32Array = new Uint32Array(0);
  /** Bytes that were ever written; a ring's worth at the beginning, so that no entry begins at 0. */
  #head = 0;

  /** ringBytes: a power of two, 4 KiB at least. */
  constructor(ringBytes: number) {
    this.resize(ringBytes);
  }

  /** Bytes that are held now. */
  get bytes(): number {
    return this.#ring.byteLength + this.#places.byteLength;
  }

  /** Holds as much as that from now on; forgets everything where it was another size. */
  resize(ringBytes: number): void {
    if (ringBytes === this.#ringBytes) return;
    this.#ringBytes = ringBytes;
    this.#setMask = ringBytes / (BYTES_PER_PLACE * WAYS) - 1;
    this.close();
  }

  /** The value of a key, as a copy; undefined: it is not there any more, or was dropped. */
  get(key: Uint8Array): Uint8Array | undefined {
    const place = this.#find(key);
    if (place < 0) return undefined;
    const start = ((this.#places[place] ?? 0) * 4) % this.#ringBytes;
    const from = start + HEAD_BYTES + key.length;
    const length = this.#words[start >>> 2] ?? 0;
    // A copy, for the ring goes on; pooled, which costs a quarter of memory of its own.
    const value = Buffer.allocUnsafe(length);
    value.set(this.#ring.subarray(from, from + length));
    return value;
  }

  /** Keeps a value, unless the key has one: readers of one moment bring the same value many times. */
  add(key: Uint8Array, value: Uint8Array): void {
    const bytes = (HEAD_BYTES + key.length + value.length + 3) & ~3;
    if (bytes > this.#ringBytes * SHARE_MAX || this.#find(key) >= 0) return;
    if (this.#ring.length === 0) this.#allocate();
    const rest = this.#ringBytes - (this.#head % this.#ringBytes);
    if (rest < bytes) this.#head += rest;
    // Places count words in 32 bits: once in 16 GiB everything begins again.
    if (this.#head + bytes >= 2 ** 34) this.#clear();
    const start = this.#head % this.#ringBytes;
    this.#words[start >>> 2] = value.length;
    this.#words[(start >>> 2) + 1] = key.length;
    this.#ring.set(key, start + HEAD_BYTES);
    this.#ring.set(value, start + HEAD_BYTES + key.length);
    this.#places[this.#oldest(key)] = this.#head / 4;
    this.#head += bytes;
  }

  /** The key gets another value. */
  drop(key: Uint8Array): void {
    const place = this.#find(key);
    if (place >= 0) this.#places[place] = 0;
  }

  /** Forgets everything, and gives the memory back. */
  close(): void {
    this.#clear();
    this.#ring = new Uint8Array(0);
    this.#words = new Uint32Array(0);
    this.#places = new Uint32Array(0);
  }

  #allocate(): void {
    this.#ring = new Uint8Array(this.#ringBytes);
    this.#words = new Uint32Array(this.#ring.buffer);
    this.#places = new Uint32Array((this.#setMask + 1) * WAYS);
  }

  #clear(): void {
    this.#places.fill(0);
    this.#head = this.#ringBytes;
  }

  /** The place whose entry has this key, or -1. */
  #find(key: Uint8Array): number {
    const first = this.#firstPlace(key);
    for (let place = first; place < first + WAYS; place++) {
      const began = (this.#places[place] ?? 0) * 4;
      if (began >= this.#head - this.#ringBytes && began !== 0 && this.#hasKey(began % this.#ringBytes, key))
        return place;
    }
    return -1;
  }

  #hasKey(start: number, key: Uint8Array): boolean {
    if (this.#words[(start >>> 2) + 1] !== key.length) return false;
    const ring = this.#ring;
    const from = start + HEAD_BYTES;
    // Backwards: keys differ in their last bytes.
    for (let at = key.length - 1; at >= 0; at--) if (ring[from + at] !== key[at]) return false;
    return true;
  }

  #oldest(key: Uint8Array): number {
    const first = this.#firstPlace(key);
    let oldest = first;
    for (let place = first + 1; place < first + WAYS; place++) {
      if ((this.#places[place] ?? 0) < (this.#places[oldest] ?? 0)) oldest = place;
    }
    return oldest;
  }

  #firstPlace(key: Uint8Array): number {
    // FNV-1a; the upper bits are mixed in, since the lower ones alone depend on few bits of the key.
    let hash = 0x811c9dc5;
    for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ (key[at] ?? 0), 0x01000193);
    return ((hash ^ (hash >>> 15)) & this.#setMask) * WAYS;
  }
}
