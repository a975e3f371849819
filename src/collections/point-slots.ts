import { Bitset } from '../base/bitset.ts';
import type { Segment } from '../segments/segment.ts';

const FIRST_CAPACITY = 256;

/**
 * Numbers of a shard's points, small and dense: a point keeps its slot while it lives, through every new version and
 * every compaction; after its deletion another point gets it. Payload indexes and bitmaps of filters are over slots.
 * In memory only: a restart numbers the points anew.
 */
export class PointSlots {
  /** The slots in use. */
  readonly live: Bitset = new Bitset();
  private readonly free: number[] = [];
  private next = 0;
  private segmentNumbers = new Uint32Array(0);
  private rows = new Uint32Array(0);

  /** Above every slot that is or was in use. */
  get end(): number {
    return this.next;
  }

  /** Bytes in memory. */
  get bytes(): number {
    return this.segmentNumbers.byteLength + this.rows.byteLength + this.live.words.byteLength + this.free.length * 8;
  }

  /** A slot for a new point, which `place` must follow. */
  take(): number {
    const slot = this.free.pop() ?? this.next++;
    if (slot >= this.rows.length) this.grow(slot + 1);
    this.live.add(slot);
    return slot;
  }

  /** The point stands in this row now. */
  place(slot: number, segment: Segment, row: number): void {
    this.segmentNumbers[slot] = segment.number;
    this.rows[slot] = row;
  }

  /** The point is deleted. */
  release(slot: number): void {
    if (this.live.delete(slot)) this.free.push(slot);
  }

  /** Number of the segment that a live slot's point stands in. */
  segmentOf(slot: number): number {
    return this.segmentNumbers[slot] ?? 0;
  }

  rowOf(slot: number): number {
    return this.rows[slot] ?? 0;
  }

  /** Numbers the points of a segment that was read from files. */
  adopt(segment: Segment): void {
    for (let row = 0; row < segment.rowCount; row++) {
      if (segment.removed.has(row)) continue;
      const slot = this.take();
      segment.rows.setSlot(row, slot);
      this.place(slot, segment, row);
    }
  }

  /** The live points of a segment stand in its rows from now on: it has taken the place of others. */
  moveTo(segment: Segment): void {
    for (let row = 0; row < segment.rowCount; row++) {
      if (!segment.removed.has(row)) this.place(segment.rows.slotAt(row), segment, row);
    }
  }

  private grow(count: number): void {
    const capacity = Math.max(FIRST_CAPACITY, 2 ** Math.ceil(Math.log2(count)));
    const segmentNumbers = new Uint32Array(capacity);
    const rows = new Uint32Array(capacity);
    segmentNumbers.set(this.segmentNumbers);
    rows.set(this.rows);
    this.segmentNumbers = segmentNumbers;
    this.rows = rows;
  }
}
