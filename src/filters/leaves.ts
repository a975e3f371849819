import type { IndexLeaf } from './field-index.ts';
import {
  countAny,
  fillAny,
  fillChanged,
  fillOther,
  fillRanks,
  hasAny,
  hasMatching,
  hasOther,
} from './posting-queries.ts';
import type { Postings } from './postings.ts';

/** Matches no point. */
export const NOTHING_LEAF: IndexLeaf = { estimate: 0, fill: () => undefined, test: () => false };

/** Points with one of the values that have these numbers, in any order and perhaps repeated. */
export function anyLeaf(postings: Postings, numbers: readonly number[]): IndexLeaf {
  const sorted = sortedUnique(numbers);
  if (sorted.length === 0) return NOTHING_LEAF;
  return {
    estimate: countAny(postings, sorted),
    fill: (words) => fillAny(postings, sorted, words),
    test: (slot) => hasAny(postings, slot, sorted),
  };
}

/** Points with a value that has none of these numbers. */
export function exceptLeaf(postings: Postings, numbers: readonly number[]): IndexLeaf {
  const sorted = sortedUnique(numbers);
  return {
    estimate: postings.filled.count - countAny(postings, sorted),
    fill: (words) => fillOther(postings, sorted, words),
    test: (slot) => hasOther(postings, slot, sorted),
  };
}

/** Ranks from `first` on, before `end`. */
export interface Ranks {
  readonly first: number;
  readonly end: number;
}

/** Points with a value that satisfies a condition: among the ranked ones those of `ranks` do. */
export function ranksLeaf(postings: Postings, ranks: Ranks, condition: (number: number) => boolean): IndexLeaf {
  const end = Math.max(ranks.first, ranks.end);
  return {
    estimate: estimateRanks(postings, ranks.first, end),
    fill: (words) => {
      fillRanks(postings, ranks.first, end, words);
      fillChanged(postings, condition, words);
    },
    test: (slot) => hasMatching(postings, slot, condition),
  };
}

/** As if changed slots had such values as often as the others. */
function estimateRanks(postings: Postings, first: number, end: number): number {
  const { starts, slots } = postings.lists;
  const listed = (starts[end] ?? 0) - (starts[first] ?? 0);
  const slotCount = postings.filled.count;
  if (slots.length === 0) return Math.round(Math.min(slotCount, postings.changed.count) / 2);
  return Math.min(slotCount, Math.round((listed / slots.length) * slotCount));
}

function sortedUnique(numbers: readonly number[]): Uint32Array {
  const unique = numbers.length < 2 ? numbers : Array.from(new Set(numbers));
  return Uint32Array.from(unique).sort();
}
