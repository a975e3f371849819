const CAPACITY = 65_536;

/**
 * The slots whose points changed, in order, as long as somebody wants to know. Positions only grow; what is older than
 * the last 65,536 changes, or happened while nobody listened, is forgotten.
 */
export class ChangeJournal {
  private ring: Uint32Array | undefined;
  private listeners = 0;
  private next = 0;
  private first = 0;

  /** Number of the next change. */
  get position(): number {
    return this.next;
  }

  /** From now on changes are kept; to be ended by `close`. */
  open(): void {
    if (this.listeners++ === 0) this.first = this.next;
  }

  close(): void {
    this.listeners--;
    // 256 KB that an idle shard need not hold.
    if (this.listeners === 0) this.ring = undefined;
  }

  add(slot: number): void {
    if (this.listeners > 0) {
      this.ring ??= new Uint32Array(CAPACITY);
      this.ring[this.next % CAPACITY] = slot;
    }
    this.next++;
  }

  /** The slots that changed from `position` on, a slot perhaps more than once; undefined where that is forgotten. */
  since(position: number): Uint32Array | undefined {
    const count = this.next - position;
    if (count === 0) return NONE;
    if (position < this.first || count > CAPACITY || this.ring === undefined) return undefined;
    const start = position % CAPACITY;
    const end = start + count;
    if (end <= CAPACITY) return this.ring.subarray(start, end);
    const slots = new Uint32Array(count);
    slots.set(this.ring.subarray(start));
    slots.set(this.ring.subarray(0, end - CAPACITY), CAPACITY - start);
    return slots;
  }
}

const NONE = new Uint32Array(0);
