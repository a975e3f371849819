import type { Arena } from '../compute/arenas.ts';
import { invariant } from '../base/invariant.ts';
import { FieldMemory } from './field-memory.ts';
import type { FieldShape } from './field-memory.ts';

/**
 * The memory of a multi field: the rows of all points end to end in a FieldMemory, and tables beside it.
 *
 *   starts     u32 first row of each point, and the end of the last
 *   dead       a bit a point: removed
 *   centroids  CentroidIndex: u16 nearest centroid of each row of the first points, and the centroids themselves
 *
 * Tables that grow are copied to a larger block; a search keeps to the blocks that it began with.
 */
export class MultiMemory {
  readonly arena: Arena;
  #rows: FieldMemory;
  readonly starts: Table;
  readonly dead: Table;
  #centroids: CentroidIndex | undefined;
  /** Blocks that tasks under way may still read: [address, bytes]. */
  #retired: (readonly [number, number])[] = [];
  #retiredCentroids: CentroidIndex[] = [];
  #users = 0;
  #closed = false;

  constructor(arena: Arena, shape: FieldShape) {
    this.arena = arena;
    this.#rows = new FieldMemory(arena, shape);
    this.starts = new Table(arena, 4, this.#retire);
    this.dead = new Table(arena, 1 / 8, this.#retire);
    this.starts.reserve(1);
    arena.u32[this.starts.address / 4] = 0;
  }

  get rows(): FieldMemory {
    return this.#rows;
  }

  /** Puts the same rows, coded otherwise, in the place of those that are there. */
  setRows(rows: FieldMemory): void {
    const before = this.#rows;
    this.#rows = rows;
    before.close();
  }

  get centroids(): CentroidIndex | undefined {
    return this.#centroids;
  }

  /** Bytes of all tables and centroids. */
  get tableBytes(): number {
    const { starts, dead } = this;
    return starts.bytes + dead.bytes + (this.#centroids?.bytes ?? 0) + this.rows.indexBytes;
  }

  /** First row of a point; of the point after the last: the end of all rows. */
  startOf(point: number): number {
    return this.arena.u32[this.starts.address / 4 + point] ?? 0;
  }

  /** Makes room for `points` points of `rows` rows in all. Throws insufficient_storage. */
  reserve(points: number, rows: number): void {
    this.starts.reserve(points + 1);
    this.dead.reserve(points);
    this.rows.reserve(rows, () => 0);
  }

  isDead(point: number): boolean {
    return (((this.arena.u8[this.dead.address + (point >> 3)] ?? 0) >> (point & 7)) & 1) === 1;
  }

  bury(point: number): void {
    Atomics.or(this.arena.u8, this.dead.address + (point >> 3), 1 << (point & 7));
  }

  /** Clears the bits of dead points in a bitmap of points (bit = point % 32 of word point / 32). */
  clearDead(words: Uint32Array, pointCount: number): void {
    const first = this.dead.address / 4;
    const count = Math.min(words.length, Math.ceil(pointCount / 32));
    for (let at = 0; at < count; at += 1) words[at] = (words[at] ?? 0) & ~(this.arena.u32[first + at] ?? 0);
  }

  /** Puts another index, or a first one, in place of what is there. */
  setCentroids(index: CentroidIndex): void {
    const before = this.#centroids;
    this.#centroids = index;
    if (before !== undefined) this.#retiredCentroids.push(before);
    this.#freeRetired();
  }

  /** A table of this field's life. */
  openTable(entryBytes: number): Table {
    return new Table(this.arena, entryBytes, this.#retire);
  }

  /** Keeps the memory, and what it is now, for as long as `work` runs. */
  async using<Answer>(work: Promise<Answer>): Promise<Answer> {
    this.#users += 1;
    try {
      return await this.rows.reading(work);
    } finally {
      this.#users -= 1;
      this.#freeRetired();
    }
  }

  /** Gives everything back once no task uses it any more. */
  close(): void {
    invariant(!this.#closed, 'multi: memory is closed once');
    this.#closed = true;
    this.rows.close();
    this.#freeRetired();
  }

  readonly #retire = (address: number, bytes: number): void => {
    this.#retired.push([address, bytes]);
    this.#freeRetired();
  };

  #freeRetired(): void {
    if (this.#users > 0) return;
    if (this.#closed) {
      for (const table of [this.starts, this.dead]) table.free();
      this.#centroids?.free();
      this.#centroids = undefined;
    }
    for (const index of this.#retiredCentroids.splice(0)) index.free();
    for (const [address, bytes] of this.#retired.splice(0)) this.arena.free(address, bytes);
  }
}

/** An array in an arena that grows by being copied to twice the room. */
export class Table {
  readonly #arena: Arena;
  readonly #entryBytes: number;
  readonly #retire: (address: number, bytes: number) => void;
  address = 0;
  bytes = 0;

  /** retire  takes a block that is not used by new tasks any more. */
  constructor(arena: Arena, entryBytes: number, retire: (address: number, bytes: number) => void) {
    this.#arena = arena;
    this.#entryBytes = entryBytes;
    this.#retire = retire;
  }

  /** Room for `count` entries; new ones are zeros. */
  reserve(count: number): void {
    const needed = Math.ceil((count * this.#entryBytes) / 64) * 64;
    if (needed <= this.bytes) return;
    const bytes = Math.max(needed, this.bytes * 2, 256);
    const address = this.#arena.allocateZeroed(bytes);
    const [oldAddress, oldBytes] = [this.address, this.bytes];
    this.#arena.u8.copyWithin(address, oldAddress, oldAddress + oldBytes);
    this.address = address;
    this.bytes = bytes;
    if (oldBytes > 0) this.#retire(oldAddress, oldBytes);
  }

  /** Gives the block back at once. Twice does nothing. */
  free(): void {
    if (this.bytes > 0) this.#arena.free(this.address, this.bytes);
    this.address = 0;
    this.bytes = 0;
  }
}

/** Centroids of a field's rows, and the nearest one of each. */
export interface CentroidParts {
  /** Centroids to compare rows with: int8 codes, Euclidean distance. */
  readonly near: FieldMemory;
  /** The same centroids to compare queries with, by the field's own distance. */
  readonly scored: FieldMemory;
  readonly count: number;
  /** Where there are many: centroids lie group by group, `starts` (u32, groups + 1) says where each begins. */
  readonly groups: { readonly centres: FieldMemory; readonly count: number; readonly starts: Table } | undefined;
  /** u16 of each row below `rowCount`. */
  readonly assigned: Table;
  /** Rows that there were when the centroids were chosen. */
  readonly trainedRows: number;
}

export class CentroidIndex {
  readonly near: FieldMemory;
  readonly scored: FieldMemory;
  readonly count: number;
  readonly groups: CentroidParts['groups'];
  readonly assigned: Table;
  readonly trainedRows: number;
  /** Points whose rows all have a centroid. */
  pointCount = 0;

  constructor(parts: CentroidParts) {
    this.near = parts.near;
    this.scored = parts.scored;
    this.count = parts.count;
    this.groups = parts.groups;
    this.assigned = parts.assigned;
    this.trainedRows = parts.trainedRows;
  }

  get bytes(): number {
    const centroids = this.near.hotBytes + this.scored.hotBytes + (this.groups?.centres.hotBytes ?? 0);
    return centroids + this.assigned.bytes;
  }

  /** Gives everything back. Only while no task uses it. */
  free(): void {
    this.near.close();
    this.scored.close();
    this.groups?.centres.close();
    this.groups?.starts.free();
    this.assigned.free();
  }
}
