import { Bitset } from '../base/bitset.ts';
import { invariant } from '../base/invariant.ts';
import type { Dictionary } from './dictionary.ts';
import type { GiveWay } from './give-way.ts';
import { grownWords, makeWords } from './growing-words.ts';
import { type Compare, mergeSort, mergeSorted } from './merge-sort.ts';
import { NO_LISTS, NO_RANK, PostingBuild, type PostingLists, rankIn, type RankTable } from './posting-lists.ts';
import { numberRun, SlotColumn } from './slot-column.ts';

/** Below this many changed slots (or unused values) a refresh is not worth its while. */
const CHANGES_MIN = 4096;
/** Numbers in a piece of work: some 20 microseconds, several times that while the code is cold. */
const PIECE = 4096;

/**
 * Which slots have which values, values by their numbers in a dictionary.
 *
 * A column by slot is the truth. Lists by value, made from it by `refresh`, are the speed: a value's slots are those of
 * its list without the slots that have changed since, and the changed slots whose column has the value.
 *
 * Without an order the rank of a list is the number of its value, and a number is released with its last slot: the lists
 * name it only for slots that have changed. With an order the ranks follow the values, and a number in the lists keeps
 * its value until they are made anew; `extras` are the numbers that the lists do not have.
 */
export class Postings {
  readonly column: SlotColumn = new SlotColumn();
  /** Slots with at least one value. */
  readonly filled: Bitset = new Bitset();
  readonly #dictionary: Dictionary;
  readonly #compare: Compare | undefined;
  /** By number: 0 = not in use, 1 = in no slot, n + 1 = in n slots. */
  #uses: Uint32Array = makeWords(0);
  #valueCount = 0;
  #unusedCount = 0;
  #lists: PostingLists = NO_LISTS;
  /** Ordered: number by rank. */
  #order: Uint32Array = makeWords(0);
  /** Ordered: numbers that are not in `#order`: all of those in use, perhaps some of the others. */
  #extras: Bitset = new Bitset();
  #changed: Bitset = new Bitset();
  #build: PostingBuild | undefined;
  /** While lists are made: numbers that came (or came again) into use since then. */
  #late: Bitset | undefined;
  #changes = 0;
  readonly #run = numberRun();

  /** `compare`: the order of the values behind two numbers, or undefined where order does not matter. */
  constructor(dictionary: Dictionary, compare: Compare | undefined) {
    this.#dictionary = dictionary;
    this.#compare = compare;
  }

  get memoryBytes(): number {
    const lists = this.#lists.starts.byteLength + this.#lists.slots.byteLength + this.#order.byteLength;
    const bits = this.filled.words.byteLength + this.#extras.words.byteLength + this.#changed.words.byteLength;
    return this.column.memoryBytes + this.#uses.byteLength + lists + bits;
  }

  /** How many values have slots. */
  get valueCount(): number {
    return this.#valueCount;
  }

  /** Behind the highest number in use. */
  get numberEnd(): number {
    return this.#uses.length;
  }

  /** Grows with every change. */
  get changes(): number {
    return this.#changes;
  }

  /** Slots whose values the lists do not know. */
  get changed(): Bitset {
    return this.#changed;
  }

  /** Ordered: numbers that have no rank. Some may be in no slot. */
  get extras(): Bitset {
    return this.#extras;
  }

  get lists(): PostingLists {
    return this.#lists;
  }

  /** Ordered: numbers by rank, in the order of their values. Some may be in no slot. */
  get order(): Uint32Array {
    return this.#order;
  }

  /** How many slots have the value. */
  countOf(number: number): number {
    return Math.max(1, this.#uses[number] ?? 0) - 1;
  }

  /** Gives a slot the values with the first `count` of `numbers`, which ascend; false if it had them. */
  set(slot: number, numbers: Uint32Array, count: number): boolean {
    if (this.column.equals(slot, numbers, count)) return false;
    this.#build?.beforeChange(slot);
    this.#changed.add(slot);
    // The new ones first: a value that stays must not be released in between.
    for (let at = 0; at < count; at++) this.#use(numbers[at] ?? 0);
    const run = this.#run;
    this.column.read(slot, run);
    for (let at = run.start; at < run.end; at++) this.#disuse(run.words[at] ?? 0);
    this.column.set(slot, numbers, count);
    if (count === 0) this.filled.delete(slot);
    else this.filled.add(slot);
    this.#changes++;
    return true;
  }

  clear(slot: number): boolean {
    return this.set(slot, NO_LISTS.slots, 0);
  }

  /** The rank of a value's list, or NO_RANK if it has none. */
  rankOf(number: number): number {
    if (this.#compare === undefined) return number < this.#lists.rankCount ? number : NO_RANK;
    if (this.#extras.has(number)) return NO_RANK;
    const compare = this.#compare;
    return this.firstRank((other) => compare(other, number) >= 0);
  }

  /** The first rank whose number satisfies a condition that, once true, stays true to the end; their count if none. */
  firstRank(condition: (number: number) => boolean, from: number = 0, end: number = this.#order.length): number {
    let low = from;
    let high = end;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (condition(this.#order[middle] ?? 0)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  get refreshIsDue(): boolean {
    if (this.#build !== undefined) return false;
    if (this.#changed.count > Math.max(CHANGES_MIN, this.filled.count / 10)) return true;
    return this.#unusedCount > Math.max(CHANGES_MIN, this.#valueCount);
  }

  /** Makes the lists anew, in pieces; other calls may come in between, but no second refresh. */
  async refresh(giveWay: GiveWay): Promise<void> {
    invariant(this.#build === undefined, 'postings: one refresh at a time');
    const late = new Bitset();
    let ranks: RankTable | undefined;
    try {
      // Before the order is made: a slot that changes from here on may have a number without a rank.
      const build = new PostingBuild(this.column);
      this.#build = build;
      this.#late = late;
      const order = await this.#makeOrder(giveWay);
      ranks = order === undefined ? undefined : await ranksOf(order, this.#uses.length, giveWay);
      this.#lists = await build.run(ranks, order?.length ?? this.#dictionary.end, giveWay);
      this.#changed = build.changed;
      if (order !== undefined) this.#order = order;
      this.#extras = new Bitset();
      for (const number of late.members())
        if (ranks !== undefined && rankIn(ranks, number) === NO_RANK) this.#extras.add(number);
    } finally {
      this.#build = undefined;
      this.#late = undefined;
    }
    if (ranks !== undefined) await this.#releaseUnused(ranks, giveWay);
    await this.column.compact(giveWay);
    await this.#dictionary.compact(giveWay);
  }

  async #makeOrder(giveWay: GiveWay): Promise<Uint32Array | undefined> {
    const compare = this.#compare;
    if (compare === undefined) return undefined;
    const old = await this.#usedOrder(giveWay);
    const fresh = await this.#usedExtras(giveWay);
    return mergeSorted(old, await mergeSort(fresh, compare, giveWay), compare, giveWay);
  }

  async #usedOrder(giveWay: GiveWay): Promise<Uint32Array> {
    const used = new Uint32Array(this.#order.length);
    let count = 0;
    for (let from = 0; from < used.length; from += PIECE) {
      const end = Math.min(used.length, from + PIECE);
      for (let rank = from; rank < end; rank++) {
        const number = this.#order[rank] ?? 0;
        if ((this.#uses[number] ?? 0) > 1) used[count++] = number;
      }
      await giveWay();
    }
    return used.subarray(0, count);
  }

  async #usedExtras(giveWay: GiveWay): Promise<Uint32Array> {
    const used = new Uint32Array(this.#extras.count);
    let count = 0;
    for (let from = 0; count < used.length && from < this.#uses.length; from += PIECE) {
      const end = Math.min(this.#uses.length, from + PIECE);
      for (let number = from; number < end; number++) {
        // Those that come in between may find no room: they are late ones.
        if (count < used.length && (this.#uses[number] ?? 0) > 1 && this.#extras.has(number)) used[count++] = number;
      }
      await giveWay();
    }
    return used.subarray(0, count);
  }

  /** Releases the values that have no slots and no list. */
  async #releaseUnused(ranks: RankTable, giveWay: GiveWay): Promise<void> {
    for (let from = 0; from < this.#uses.length; from += PIECE) {
      const end = Math.min(this.#uses.length, from + PIECE);
      for (let number = from; number < end; number++) {
        if (this.#uses[number] === 1 && rankIn(ranks, number) === NO_RANK) this.#release(number);
      }
      await giveWay();
    }
  }

  #use(number: number): void {
    if (number >= this.#uses.length) this.#uses = grownWords(this.#uses, number + 1);
    const uses = this.#uses[number] ?? 0;
    if (uses > 1) {
      this.#uses[number] = uses + 1;
      return;
    }
    this.#uses[number] = 2;
    this.#valueCount++;
    if (uses === 1) this.#unusedCount--;
    if (this.#compare === undefined) return;
    this.#late?.add(number);
    if (uses === 0 || this.#order[this.rankOf(number)] !== number) this.#extras.add(number);
  }

  #disuse(number: number): void {
    const uses = this.#uses[number] ?? 0;
    this.#uses[number] = uses - 1;
    if (uses > 2) return;
    this.#valueCount--;
    this.#unusedCount++;
    const isFree = this.#compare === undefined || (this.#late === undefined && this.#extras.has(number));
    if (isFree) this.#release(number);
  }

  #release(number: number): void {
    this.#uses[number] = 0;
    this.#unusedCount--;
    this.#extras.delete(number);
    this.#dictionary.release(number);
  }
}

async function ranksOf(order: Uint32Array, numberEnd: number, giveWay: GiveWay): Promise<RankTable> {
  const ranks = new Uint32Array(numberEnd);
  for (let from = 0; from < order.length; from += PIECE) {
    const end = Math.min(order.length, from + PIECE);
    for (let rank = from; rank < end; rank++) ranks[order[rank] ?? 0] = rank + 1;
    await giveWay();
  }
  return ranks;
}
