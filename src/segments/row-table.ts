import { ID_NUMBER, ID_UUID, type PointId } from '../core/ids.ts';

/** The flag of a row, in memory, in files and in the log: the id is a UUID. */
export const FLAG_UUID = 1;

const FIRST_CAPACITY = 256;

/**
 * Which point every row of a segment is: flags, id and version by column, in shared memory. Grows by doubling; views
 * taken before a growth go on showing the rows that they showed, which never change.
 */
export class RowTable {
  private capacity = 0;
  private count = 0;
  /** Bit 0: kind of the id. */
  flags: Uint8Array = new Uint8Array(0);
  /** Four words an id, see core/ids.ts. */
  words: Uint32Array = new Uint32Array(0);
  /** The last operation that changed the point: the one that wrote the row, or a later one that changed its payload. */
  versions: Float64Array = new Float64Array(0);
  /** The point's number within its shard; what it says of a removed row means nothing. Not in files. */
  slots: Uint32Array = new Uint32Array(0);

  get rowCount(): number {
    return this.count;
  }

  /** Bytes in memory. */
  get bytes(): number {
    return this.flags.byteLength + this.words.byteLength + this.versions.byteLength + this.slots.byteLength;
  }

  /** Appends rows first … first + rowCount of the given columns, all of one version or each of its own. */
  append(source: {
    readonly flags: Uint8Array;
    readonly words: Uint32Array;
    readonly first: number;
    readonly rowCount: number;
    readonly versions: Float64Array | number;
  }): void {
    const { flags, words, first, rowCount, versions } = source;
    this.reserve(this.count + rowCount);
    this.flags.set(flags.subarray(first, first + rowCount), this.count);
    this.words.set(words.subarray(first * 4, (first + rowCount) * 4), this.count * 4);
    if (typeof versions === 'number') this.versions.fill(versions, this.count, this.count + rowCount);
    else this.versions.set(versions.subarray(first, first + rowCount), this.count);
    this.count += rowCount;
  }

  idAt(row: number): PointId {
    return idOfRow(this.flags, this.words, row);
  }

  setVersion(row: number, version: number): void {
    this.versions[row] = version;
  }

  slotAt(row: number): number {
    return this.slots[row] ?? 0;
  }

  setSlot(row: number, slot: number): void {
    this.slots[row] = slot;
  }

  versionAt(row: number): number {
    return this.versions[row] ?? 0;
  }

  private reserve(rows: number): void {
    if (rows <= this.capacity) return;
    this.capacity = Math.max(FIRST_CAPACITY, 2 ** Math.ceil(Math.log2(rows)));
    const flags = new Uint8Array(new SharedArrayBuffer(this.capacity));
    const words = new Uint32Array(new SharedArrayBuffer(this.capacity * 16));
    const versions = new Float64Array(new SharedArrayBuffer(this.capacity * 8));
    const slots = new Uint32Array(this.capacity);
    flags.set(this.flags);
    words.set(this.words);
    versions.set(this.versions);
    slots.set(this.slots);
    this.flags = flags;
    this.words = words;
    this.versions = versions;
    this.slots = slots;
  }
}

/** The id at `row` of columns of flags and words. */
export function idOfRow(flags: Uint8Array, words: Uint32Array, row: number): PointId {
  const at = row * 4;
  return {
    kind: ((flags[row] ?? 0) & FLAG_UUID) === 0 ? ID_NUMBER : ID_UUID,
    word0: words[at] ?? 0,
    word1: words[at + 1] ?? 0,
    word2: words[at + 2] ?? 0,
    word3: words[at + 3] ?? 0,
  };
}
