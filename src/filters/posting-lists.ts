import { Bitset } from '../base/bitset.ts';
import type { GiveWay } from './give-way.ts';
import { makeWords, WordList } from './growing-words.ts';
import { numberRun, type SlotColumn } from './slot-column.ts';

/**
 * The slots of each value, as a column had them at one time: slots[starts[rank]] … slots[starts[rank + 1] - 1]. The rank
 * of a value is its number, or its place in the order of the values. Within a list slots are in no particular order.
 */
export interface PostingLists {
  readonly rankCount: number;
  /** rankCount + 1 of them. */
  readonly starts: Uint32Array;
  readonly slots: Uint32Array;
}

export const NO_LISTS: PostingLists = { rankCount: 0, starts: new Uint32Array(1), slots: new Uint32Array(0) };

/** A value without a rank. */
export const NO_RANK = -1;

/** Ranks by number, plus 1, so that an array of zeros has none. */
export type RankTable = Uint32Array;

export function rankIn(table: RankTable, number: number): number {
  return (table[number] ?? 0) - 1;
}

/** Slots and numbers in a piece of work: some 50 microseconds, several times that while the code is cold. */
const PIECE = 2048;

/**
 * Makes posting lists from a column by counting sort (count, sum up, place) while the column goes on changing: a slot
 * that changes meanwhile is `changed` against the lists that come out. Where it was counted already, it is placed with
 * the numbers that it was counted with, so that every list gets as many slots as it has room for; whoever reads the
 * lists passes over changed slots.
 */
export class PostingBuild {
  /** Slots that have changed since the build began. */
  readonly changed: Bitset = new Bitset();
  readonly #column: SlotColumn;
  readonly #slotEnd: number;
  #ranks: RankTable | undefined;
  #rankCount = 0;
  /** While counting [rank + 2] holds counts, then [rank + 1] the next place of a list, at last [rank] its start. */
  #starts: Uint32Array = NO_LISTS.starts;
  #slots: Uint32Array = NO_LISTS.slots;
  #countedEnd = 0;
  #placedEnd = 0;
  /** Rank and slot in turn: places to be filled for slots that have changed after they were counted. */
  readonly #owed = new WordList();
  readonly #run = numberRun();

  constructor(column: SlotColumn) {
    this.#column = column;
    this.#slotEnd = column.slotEnd;
  }

  /** The slot is about to change. */
  beforeChange(slot: number): void {
    if (!this.changed.add(slot)) return;
    if (slot >= this.#countedEnd || slot < this.#placedEnd) return;
    const run = this.#run;
    this.#column.read(slot, run);
    for (let at = run.start; at < run.end; at++) {
      const rank = this.#rank(run.words[at] ?? 0);
      if (rank === NO_RANK) continue;
      this.#owed.push(rank);
      this.#owed.push(slot);
    }
  }

  /**
   * ranks      those of numbers without a rank get no list; undefined = the rank is the number.
   * rankCount  all ranks are below it.
   */
  async run(ranks: RankTable | undefined, rankCount: number, giveWay: GiveWay): Promise<PostingLists> {
    this.#ranks = ranks;
    this.#rankCount = rankCount;
    this.#starts = makeWords(rankCount + 2);
    while (this.#countedEnd < this.#slotEnd) {
      this.#countPiece();
      await giveWay();
    }
    for (let from = 2; from < this.#starts.length; from += PIECE) {
      this.#sumPiece(from, Math.min(this.#starts.length, from + PIECE));
      await giveWay();
    }
    this.#slots = makeWords(this.#starts[this.#rankCount + 1] ?? 0);
    while (this.#placedEnd < this.#slotEnd) {
      this.#placePiece();
      await giveWay();
    }
    this.#placeOwed();
    return { rankCount: this.#rankCount, starts: this.#starts.subarray(0, this.#rankCount + 1), slots: this.#slots };
  }

  #rank(number: number): number {
    if (this.#ranks === undefined) return number < this.#rankCount ? number : NO_RANK;
    return rankIn(this.#ranks, number);
  }

  #countPiece(): void {
    const run = this.#run;
    let slot = this.#countedEnd;
    for (let budget = PIECE; slot < this.#slotEnd && budget > 0; slot++, budget--) {
      if (this.changed.has(slot)) continue;
      this.#column.read(slot, run);
      for (let at = run.start; at < run.end; at++) {
        const rank = this.#rank(run.words[at] ?? 0);
        if (rank !== NO_RANK) this.#starts[rank + 2] = (this.#starts[rank + 2] ?? 0) + 1;
      }
      budget -= run.end - run.start;
    }
    this.#countedEnd = slot;
  }

  #sumPiece(from: number, end: number): void {
    let sum = this.#starts[from - 1] ?? 0;
    for (let at = from; at < end; at++) {
      sum += this.#starts[at] ?? 0;
      this.#starts[at] = sum;
    }
  }

  #placePiece(): void {
    const run = this.#run;
    let slot = this.#placedEnd;
    for (let budget = PIECE; slot < this.#slotEnd && budget > 0; slot++, budget--) {
      if (this.changed.has(slot)) continue;
      this.#column.read(slot, run);
      for (let at = run.start; at < run.end; at++) {
        const rank = this.#rank(run.words[at] ?? 0);
        if (rank !== NO_RANK) this.#place(rank, slot);
      }
      budget -= run.end - run.start;
    }
    this.#placedEnd = slot;
  }

  #placeOwed(): void {
    const { words, length } = this.#owed;
    for (let at = 0; at < length; at += 2) this.#place(words[at] ?? 0, words[at + 1] ?? 0);
  }

  #place(rank: number, slot: number): void {
    const at = this.#starts[rank + 1] ?? 0;
    this.#slots[at] = slot;
    this.#starts[rank + 1] = at + 1;
  }
}
