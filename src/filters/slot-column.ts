import { grownWords, makeWords } from './growing-words.ts';
import { RunPool } from './run-pool.ts';

/**
 * The numbers that each slot has: none, one, or a list. One word a slot:
 *
 *   0                  none
 *   n < 2^31           the one number n - 1
 *   2^31 + address     a list: at `address` of a pool of words its length, then its numbers
 */
const LIST = 0x80000000;

/** The numbers of one slot: words[start] … words[end - 1], until another slot of the column is read or set. */
export interface NumberRun {
  words: Uint32Array;
  start: number;
  end: number;
}

export function numberRun(): NumberRun {
  return { words: new Uint32Array(1), start: 0, end: 0 };
}

export class SlotColumn {
  readonly #lists: RunPool<Uint32Array> = new RunPool(makeWords);
  /** Where a single number is put for a run to show it. */
  readonly #single: Uint32Array = new Uint32Array(1);
  #cells: Uint32Array = makeWords(0);
  #end = 0;
  #listCount = 0;

  /** Behind the last slot that was ever set. */
  get slotEnd(): number {
    return this.#end;
  }

  /** How many slots have more than one number. */
  get listCount(): number {
    return this.#listCount;
  }

  get memoryBytes(): number {
    return this.#cells.byteLength + this.#lists.memoryBytes;
  }

  /** Points `run` at the numbers of a slot. */
  read(slot: number, run: NumberRun): void {
    const cell = this.#cells[slot] ?? 0;
    if (cell < LIST) {
      run.words = this.#single;
      run.start = 0;
      if (cell === 0) run.end = 0;
      else {
        this.#single[0] = cell - 1;
        run.end = 1;
      }
      return;
    }
    const address = cell - LIST;
    const words = this.#lists.elementsOf(address);
    const start = this.#lists.offsetOf(address) + 1;
    run.words = words;
    run.start = start;
    run.end = start + (words[start - 1] ?? 0);
  }

  /** Whether a slot whose numbers ascend has `number`. */
  has(slot: number, number: number): boolean {
    const cell = this.#cells[slot] ?? 0;
    if (cell < LIST) return cell === number + 1;
    const address = cell - LIST;
    const words = this.#lists.elementsOf(address);
    let low = this.#lists.offsetOf(address) + 1;
    let high = low + (words[low - 1] ?? 0);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((words[middle] ?? 0) < number) low = middle + 1;
      else if (words[middle] === number) return true;
      else high = middle;
    }
    return false;
  }

  /** Whether the slot has exactly the first `count` of `numbers`, in their order. */
  equals(slot: number, numbers: Uint32Array, count: number): boolean {
    const cell = this.#cells[slot] ?? 0;
    if (count === 0) return cell === 0;
    if (count === 1) return cell === (numbers[0] ?? 0) + 1;
    if (cell < LIST) return false;
    const address = cell - LIST;
    const words = this.#lists.elementsOf(address);
    const start = this.#lists.offsetOf(address) + 1;
    if (words[start - 1] !== count) return false;
    for (let at = 0; at < count; at++) if (words[start + at] !== numbers[at]) return false;
    return true;
  }

  /** Gives the slot the first `count` of `numbers`, each below 2^31 - 1 (any word where there are several). */
  set(slot: number, numbers: Uint32Array, count: number): void {
    this.#freeList(slot);
    if (slot >= this.#end) {
      if (count === 0) return;
      if (slot >= this.#cells.length) this.#cells = grownWords(this.#cells, slot + 1);
      this.#end = slot + 1;
    }
    if (count < 2) {
      this.#cells[slot] = count === 0 ? 0 : (numbers[0] ?? 0) + 1;
      return;
    }
    const address = this.#lists.allocate(count + 1);
    const words = this.#lists.elementsOf(address);
    const start = this.#lists.offsetOf(address) + 1;
    words[start - 1] = count;
    for (let at = 0; at < count; at++) words[start + at] = numbers[at] ?? 0;
    this.#cells[slot] = LIST + address;
    this.#listCount++;
  }

  /** Gives back the memory of lists that were replaced, if that is much. */
  async compact(giveWay: () => Promise<void>): Promise<void> {
    if (!this.#lists.isWasteful) return;
    this.#lists.pickSparse();
    // 1,024 slots: lists of a hundred numbers are then copied in about a tenth of a millisecond.
    for (let from = 0; from < this.#end; from += 1024) {
      this.#moveLists(from, Math.min(this.#end, from + 1024));
      await giveWay();
    }
  }

  #moveLists(from: number, end: number): void {
    for (let slot = from; slot < end; slot++) {
      const cell = this.#cells[slot] ?? 0;
      if (cell < LIST || !this.#lists.isSparse(cell - LIST)) continue;
      this.#cells[slot] = LIST + this.#lists.move(cell - LIST, this.#listLength(cell - LIST));
    }
  }

  #freeList(slot: number): void {
    const cell = this.#cells[slot] ?? 0;
    if (cell < LIST) return;
    this.#lists.free(cell - LIST, this.#listLength(cell - LIST));
    this.#listCount--;
  }

  /** Words that a list takes, its length included. */
  #listLength(address: number): number {
    return (this.#lists.elementsOf(address)[this.#lists.offsetOf(address)] ?? 0) + 1;
  }
}
