import { hasBit, setBit } from '../base/bitset.ts';
import type { WordList } from './growing-words.ts';
import { NO_RANK } from './posting-lists.ts';
import type { Postings } from './postings.ts';
import { numberRun } from './slot-column.ts';

/**
 * Questions to postings. A value's slots are those of its list that have not changed, and changed ones whose column has
 * the value.
 */

/** 500: finding one list by binary search takes about as long as looking at so many slots of the column. */
const SLOTS_PER_LIST = 500;

/** One slot is looked at a time: a run of its own for each would cost more than the look. */
const scratch = numberRun();

/** Whether a slot has one of the values; `numbers` ascend. */
export function hasAny(postings: Postings, slot: number, numbers: Uint32Array): boolean {
  if (numbers.length === 1) return postings.column.has(slot, numbers[0] ?? 0);
  const run = scratch;
  postings.column.read(slot, run);
  for (let at = run.start; at < run.end; at++) if (includesSorted(numbers, run.words[at] ?? 0)) return true;
  return false;
}

/** Whether a slot has a value that is none of these; `numbers` ascend. */
export function hasOther(postings: Postings, slot: number, numbers: Uint32Array): boolean {
  const run = scratch;
  postings.column.read(slot, run);
  for (let at = run.start; at < run.end; at++) if (!includesSorted(numbers, run.words[at] ?? 0)) return true;
  return false;
}

/** Whether a slot has a value that satisfies a condition. */
export function hasMatching(postings: Postings, slot: number, condition: (number: number) => boolean): boolean {
  const run = numberRun();
  postings.column.read(slot, run);
  for (let at = run.start; at < run.end; at++) if (condition(run.words[at] ?? 0)) return true;
  return false;
}

/** How many points have one of the values, at most. */
export function countAny(postings: Postings, numbers: Uint32Array): number {
  let count = 0;
  for (const number of numbers) count += postings.countOf(number);
  return Math.min(count, postings.filled.count);
}

/** Sets the bits of the slots that have one of the values; `numbers` ascend. */
export function fillAny(postings: Postings, numbers: Uint32Array, words: Uint32Array): void {
  if (numbers.length * SLOTS_PER_LIST > postings.column.slotEnd && numbers.length > 8) {
    fillByColumn(postings, numbers, words);
    return;
  }
  for (const number of numbers) {
    const rank = postings.rankOf(number);
    if (rank !== NO_RANK) fillRanks(postings, rank, rank + 1, words);
  }
  fillChanged(postings, (number) => includesSorted(numbers, number), words);
}

/** Sets the bits of the unchanged slots of the lists `from` … `end` - 1. */
export function fillRanks(postings: Postings, from: number, end: number, words: Uint32Array): void {
  const { starts, slots } = postings.lists;
  const first = starts[from] ?? 0;
  const last = starts[end] ?? 0;
  const { changed } = postings;
  if (changed.count === 0) {
    for (let at = first; at < last; at++) setBit(words, slots[at] ?? 0);
    return;
  }
  const changedWords = changed.words;
  for (let at = first; at < last; at++) {
    const slot = slots[at] ?? 0;
    if (!hasBit(changedWords, slot)) setBit(words, slot);
  }
}

/** Sets the bits of the changed slots that have a value which satisfies a condition. */
export function fillChanged(postings: Postings, condition: (number: number) => boolean, words: Uint32Array): void {
  if (postings.changed.count === 0) return;
  const { column } = postings;
  const run = numberRun();
  const changed = postings.changed.words;
  for (let at = 0; at < changed.length; at++) {
    for (let bits = changed[at] ?? 0; bits !== 0; bits &= bits - 1) {
      const slot = at * 32 + 31 - Math.clz32(bits & -bits);
      column.read(slot, run);
      for (let each = run.start; each < run.end; each++) {
        if (!condition(run.words[each] ?? 0)) continue;
        setBit(words, slot);
        break;
      }
    }
  }
}

/** Sets the bits of the slots that have a value which is none of these; `numbers` ascend. */
export function fillOther(postings: Postings, numbers: Uint32Array, words: Uint32Array): void {
  const filled = postings.filled.words;
  const excluded = new Uint32Array(filled.length);
  fillAny(postings, numbers, excluded);
  const length = Math.min(words.length, filled.length);
  for (let at = 0; at < length; at++) words[at] = (words[at] ?? 0) | ((filled[at] ?? 0) & ~(excluded[at] ?? 0));
  if (postings.column.listCount === 0) return;
  // A slot with several values may have one that is excluded and one that is not.
  for (let at = 0; at < length; at++) {
    for (let bits = excluded[at] ?? 0; bits !== 0; bits &= bits - 1) {
      const slot = at * 32 + 31 - Math.clz32(bits & -bits);
      if (hasOther(postings, slot, numbers)) setBit(words, slot);
    }
  }
}

/** Appends the slots that have a value, in no order. */
export function collectSlots(postings: Postings, number: number, found: WordList): void {
  const rank = postings.rankOf(number);
  const changed = postings.changed.words;
  const { column } = postings;
  if (rank !== NO_RANK) {
    const { starts, slots } = postings.lists;
    const end = starts[rank + 1] ?? 0;
    for (let at = starts[rank] ?? 0; at < end; at++) {
      const slot = slots[at] ?? 0;
      if (!hasBit(changed, slot)) found.push(slot);
    }
  }
  if (postings.changed.count === 0) return;
  for (let at = 0; at < changed.length; at++) {
    for (let bits = changed[at] ?? 0; bits !== 0; bits &= bits - 1) {
      const slot = at * 32 + 31 - Math.clz32(bits & -bits);
      if (column.has(slot, number)) found.push(slot);
    }
  }
}

function fillByColumn(postings: Postings, numbers: Uint32Array, words: Uint32Array): void {
  const wanted = new Uint32Array((postings.numberEnd >>> 5) + 1);
  for (const number of numbers) setBit(wanted, number);
  const { column } = postings;
  const run = numberRun();
  for (let slot = 0; slot < column.slotEnd; slot++) {
    column.read(slot, run);
    for (let at = run.start; at < run.end; at++) {
      if (!hasBit(wanted, run.words[at] ?? 0)) continue;
      setBit(words, slot);
      break;
    }
  }
}

function includesSorted(numbers: Uint32Array, number: number): boolean {
  if (numbers.length === 1) return numbers[0] === number;
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle] ?? 0) < number) low = middle + 1;
    else high = middle;
  }
  return numbers[low] === number;
}
