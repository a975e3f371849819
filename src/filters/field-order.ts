import { type Bitset, countBits, hasBit } from '../base/bitset.ts';
import type { StartFrom } from '../core/query.ts';
import { WordList } from './growing-words.ts';
import { compareKey } from './key-order.ts';
import type { Compare } from './merge-sort.ts';
import { NumberHeap } from './number-heap.ts';
import type { NumberKind } from './number-kinds.ts';
import type { Postings } from './postings.ts';
import { numberRun } from './slot-column.ts';
import type { SortableKey } from './sortable-values.ts';
import type { WordDictionary } from './word-dictionary.ts';

/** A value and the slots that have it, in no order. `slots` is valid until the next run is asked for. */
export interface OrderRun {
  /** Integers and datetimes (microseconds since 1970): bigint. */
  readonly value: bigint | number;
  readonly slots: Uint32Array;
}

export interface OrderRequest {
  readonly direction: 'asc' | 'desc';
  /** Inclusive. */
  readonly start: StartFrom | undefined;
  /** Bitmap of the slots that count; undefined: all. */
  readonly words: Uint32Array | undefined;
}

/** Points in the order of their values; one with several values comes once for each. */
export interface FieldOrder {
  /** The index must not change while the runs are asked for. Cost: about as many steps as points are gone through. */
  runs(request: OrderRequest): Generator<OrderRun, void, undefined>;
  /**
   * The one value of a slot as the nearest double (datetimes in microseconds since 1970); undefined where it has none,
   * NaN where it has several, also the same one twice.
   */
  single(slot: number): number | undefined;
}

/** 4: up to so many times the square root of all points, sorting those that count costs less than a walk past the rest. */
const COLLECTED_FACTOR = 4;

export interface OrderedValues {
  readonly postings: Postings;
  /** Slots that have one value more than once. */
  readonly repeated: Bitset;
  readonly dictionary: WordDictionary;
  readonly kind: NumberKind;
  readonly compare: Compare;
  readonly valueOf: (number: number) => bigint | number;
}

/**
 * Walks the lists of postings by rank, and beside them the slots that the lists do not know, which a heap holds. Where
 * few points count, all of them go into the heap and the lists are left alone.
 */
export class PostingOrder implements FieldOrder {
  readonly #values: OrderedValues;
  readonly #run = numberRun();

  constructor(values: OrderedValues) {
    this.#values = values;
  }

  *runs({ direction, start, words }: OrderRequest): Generator<OrderRun, void, undefined> {
    const { postings, kind, compare, valueOf } = this.#values;
    const startKey = start === undefined ? undefined : kind.startKey(start, direction);
    const comesBefore: Compare = direction === 'asc' ? compare : (a, b) => compare(b, a);
    const isCollected = words !== undefined && isFew(countBits(words), postings.filled.count);
    const loose = this.#loose(isCollected ? words : postings.changed.words, words, startKey, direction);
    const heap = new NumberHeap(entryNumbers(loose.numbers.length), (a, b) =>
      comesBefore(loose.numbers.words[a] ?? 0, loose.numbers.words[b] ?? 0),
    );
    const step = direction === 'asc' ? 1 : -1;
    let rank = isCollected ? -1 : this.#firstRank(startKey, direction);
    const found = new WordList();
    for (;;) {
      const listed = postings.order[rank];
      const entry = heap.first;
      const other = entry === undefined ? undefined : loose.numbers.words[entry];
      const number = nextOf(listed, other, comesBefore);
      if (number === undefined) return;
      found.length = 0;
      if (number === listed) {
        this.#listedSlots(rank, words, found);
        rank += step;
      }
      for (let next = heap.first; next !== undefined && loose.numbers.words[next] === number; next = heap.first) {
        found.push(loose.slots.words[next] ?? 0);
        heap.removeFirst();
      }
      if (found.length > 0) yield { value: valueOf(number), slots: found.words.subarray(0, found.length) };
    }
  }

  single(slot: number): number | undefined {
    const { postings, repeated, dictionary, kind } = this.#values;
    const run = this.#run;
    postings.column.read(slot, run);
    const count = run.end - run.start;
    if (count !== 1) return count === 0 ? undefined : NaN;
    if (repeated.has(slot)) return NaN;
    const at = (run.words[run.start] ?? 0) * 2;
    return kind.numberOf(dictionary.words[at] ?? 0, dictionary.words[at + 1] ?? 0);
  }

  /** The first rank in the direction; past the ranks if there is none. */
  #firstRank(start: SortableKey | undefined, direction: 'asc' | 'desc'): number {
    const { postings, dictionary } = this.#values;
    const { words } = dictionary;
    if (direction === 'asc') {
      return start === undefined ? 0 : postings.firstRank((number) => compareKey(words, number, start) >= 0);
    }
    const end = start === undefined ? undefined : postings.firstRank((number) => compareKey(words, number, start) > 0);
    return (end ?? postings.order.length) - 1;
  }

  /** Values and slots of the members of a bitmap that are in `words` too and do not come before the start. */
  #loose(
    members: Uint32Array,
    words: Uint32Array | undefined,
    start: SortableKey | undefined,
    direction: 'asc' | 'desc',
  ): { readonly numbers: WordList; readonly slots: WordList } {
    const { postings, dictionary } = this.#values;
    const numbers = new WordList();
    const slots = new WordList();
    const run = numberRun();
    for (let at = 0; at < members.length; at++) {
      let bits = words === undefined ? (members[at] ?? 0) : (members[at] ?? 0) & (words[at] ?? 0);
      for (; bits !== 0; bits &= bits - 1) {
        const slot = at * 32 + 31 - Math.clz32(bits & -bits);
        postings.column.read(slot, run);
        for (let each = run.start; each < run.end; each++) {
          const number = run.words[each] ?? 0;
          const side = start === undefined ? 0 : compareKey(dictionary.words, number, start);
          if (direction === 'asc' ? side < 0 : side > 0) continue;
          numbers.push(number);
          slots.push(slot);
        }
      }
    }
    return { numbers, slots };
  }

  #listedSlots(rank: number, words: Uint32Array | undefined, found: WordList): void {
    const { lists, changed } = this.#values.postings;
    const end = lists.starts[rank + 1] ?? 0;
    for (let at = lists.starts[rank] ?? 0; at < end; at++) {
      const slot = lists.slots[at] ?? 0;
      if (!hasBit(changed.words, slot) && (words === undefined || hasBit(words, slot))) found.push(slot);
    }
  }
}

function isFew(count: number, all: number): boolean {
  return count <= COLLECTED_FACTOR * Math.sqrt(all);
}

/** Of two numbers the one that comes first. */
function nextOf(a: number | undefined, b: number | undefined, comesBefore: Compare): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return comesBefore(a, b) <= 0 ? a : b;
}

/** 0, 1, 2 … */
function entryNumbers(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, entry) => entry);
}
