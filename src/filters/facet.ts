import type { MatchValue } from '../core/filter.ts';
import { WordList } from './growing-words.ts';
import type { Compare } from './merge-sort.ts';
import type { Postings } from './postings.ts';
import { type NumberRun, numberRun } from './slot-column.ts';
import { topNumbers } from './number-heap.ts';

export interface FacetCount {
  readonly value: MatchValue;
  /** Points that have it; more than 0. */
  readonly count: number;
}

/** Counts the points of each value. `words`: a bitmap of the slots that count, or undefined for all. */
export interface Facet {
  /** All values, in no order. Cost: as many objects as there are values. */
  counts(words: Uint32Array | undefined): readonly FacetCount[];
  /** The `limit` values with the most points, most first, among equals the lesser value first (strings by bytes). */
  top(words: Uint32Array | undefined, limit: number): readonly FacetCount[];
}

/** Facets of types that keep the numbers of each slot. */
export interface SlotValues {
  /** The values of a slot, each once, in no order. */
  valuesOf(slot: number): MatchValue[];
}

export class PostingFacet implements Facet, SlotValues {
  readonly #postings: Postings;
  readonly #valueOf: (number: number) => MatchValue;
  readonly #compare: Compare;
  /** Scratch: how many of the slots in a bitmap have each value; 0 between calls. */
  #counts: Uint32Array = new Uint32Array(0);
  readonly #seen = new WordList();
  readonly #run: NumberRun = numberRun();
  /** The last answer to `top` over all points. */
  #last: { readonly changes: number; readonly limit: number; readonly counts: readonly FacetCount[] } | undefined;

  /** `compare`: the order of the values behind two numbers. */
  constructor(postings: Postings, valueOf: (number: number) => MatchValue, compare: Compare) {
    this.#postings = postings;
    this.#valueOf = valueOf;
    this.#compare = compare;
  }

  valuesOf(slot: number): MatchValue[] {
    const run = this.#run;
    this.#postings.column.read(slot, run);
    const values: MatchValue[] = [];
    for (let at = run.start; at < run.end; at++) values.push(this.#valueOf(run.words[at] ?? 0));
    return values;
  }

  counts(words: Uint32Array | undefined): readonly FacetCount[] {
    return this.#counted(words, (numbers, countOf) => this.#shown(numbers, countOf));
  }

  top(words: Uint32Array | undefined, limit: number): readonly FacetCount[] {
    const { changes } = this.#postings;
    if (words === undefined && this.#last?.changes === changes && this.#last.limit === limit) return this.#last.counts;
    const counts = this.#counted(words, (numbers, countOf) =>
      this.#shown(
        topNumbers(numbers, limit, (a, b) => countOf(b) - countOf(a) || this.#compare(a, b)),
        countOf,
      ),
    );
    if (words === undefined) this.#last = { changes, limit, counts };
    return counts;
  }

  #shown(numbers: Uint32Array, countOf: (number: number) => number): readonly FacetCount[] {
    return Array.from(numbers, (number) => ({ value: this.#valueOf(number), count: countOf(number) }));
  }

  /** Calls `use` with the numbers that have points, and how many; both are valid during the call alone. */
  #counted<T>(
    words: Uint32Array | undefined,
    use: (numbers: Uint32Array, countOf: (number: number) => number) => T,
  ): T {
    const seen = this.#seen;
    seen.length = 0;
    if (words === undefined) {
      const postings = this.#postings;
      for (let number = 0; number < postings.numberEnd; number++) if (postings.countOf(number) > 0) seen.push(number);
      return use(seen.words.subarray(0, seen.length), (number) => postings.countOf(number));
    }
    if (this.#counts.length < this.#postings.numberEnd) this.#counts = new Uint32Array(this.#postings.numberEnd);
    const counts = this.#counts;
    countSlots(this.#postings, words, counts, seen);
    const numbers = seen.words.subarray(0, seen.length);
    const result = use(numbers, (number) => counts[number] ?? 0);
    for (const number of numbers) counts[number] = 0;
    return result;
  }
}

/** Adds 1 to the counts of the values of each slot in a bitmap; `seen` gets those that were 0. */
function countSlots(postings: Postings, words: Uint32Array, counts: Uint32Array, seen: WordList): void {
  const { column } = postings;
  const run = numberRun();
  for (let at = 0; at < words.length; at++) {
    for (let bits = words[at] ?? 0; bits !== 0; bits &= bits - 1) {
      column.read(at * 32 + 31 - Math.clz32(bits & -bits), run);
      for (let each = run.start; each < run.end; each++) {
        const number = run.words[each] ?? 0;
        const count = counts[number] ?? 0;
        if (count === 0) seen.push(number);
        counts[number] = count + 1;
      }
    }
  }
}
