import { setBit } from '../base/bitset.ts';
import type { IndexLeaf } from './field-index.ts';
import { WordList } from './growing-words.ts';
import { collectSlots, fillAny } from './posting-queries.ts';
import type { Postings } from './postings.ts';
import { type NumberRun, numberRun, type SlotColumn } from './slot-column.ts';

/** Looking for one token in a slot costs about as much as setting 30 bits of a bitmap, or as 60 words of two. */
const LOOKUP_COST = 30;

/** Points that have all of the values; there is at least one. */
export function allLeaf(postings: Postings, numbers: readonly number[]): IndexLeaf {
  const rarestFirst = sortByCount(postings, numbers);
  return {
    estimate: estimateAll(postings, rarestFirst),
    fill: (words) => fillAll(postings, rarestFirst, words),
    test: (slot) => hasAll(postings, slot, rarestFirst),
  };
}

/** Points in whose sequence the numbers follow each other; there is at least one. */
export function phraseLeaf(postings: Postings, sequences: SlotColumn, numbers: readonly number[]): IndexLeaf {
  if (numbers.length === 1) return allLeaf(postings, numbers);
  const rarestFirst = sortByCount(postings, numbers);
  const run = numberRun();
  return {
    // Words of a phrase that stand in a text at all stand there together quite often.
    estimate: Math.ceil(estimateAll(postings, rarestFirst) / 2),
    fill: (words) => {
      const candidates = new Uint32Array(words.length);
      fillAll(postings, rarestFirst, candidates);
      for (let at = 0; at < candidates.length; at++) {
        for (let bits = candidates[at] ?? 0; bits !== 0; bits &= bits - 1) {
          const bit = bits & -bits;
          const slot = at * 32 + 31 - Math.clz32(bit);
          if (hasPhrase(sequences, slot, numbers, run)) words[at] = (words[at] ?? 0) | bit;
        }
      }
    },
    test: (slot) => hasPhrase(sequences, slot, numbers, run),
  };
}

function sortByCount(postings: Postings, numbers: readonly number[]): readonly number[] {
  return [...new Set(numbers)].sort((a, b) => postings.countOf(a) - postings.countOf(b));
}

function hasAll({ column }: Postings, slot: number, numbers: readonly number[]): boolean {
  return numbers.every((number) => column.has(slot, number));
}

/** Each further token counts less: words that stand together are seldom independent. */
function estimateAll(postings: Postings, rarestFirst: readonly number[]): number {
  const all = Math.max(1, postings.filled.count);
  let share = 1;
  let weight = 1;
  for (const number of rarestFirst) {
    share *= (postings.countOf(number) / all) ** weight;
    weight /= 2;
  }
  return Math.ceil(share * all);
}

function fillAll(postings: Postings, rarestFirst: readonly number[], words: Uint32Array): void {
  const counts = rarestFirst.map((number) => postings.countOf(number));
  const lookups = (counts[0] ?? 0) * (rarestFirst.length - 1) * LOOKUP_COST;
  const bitmaps = counts.reduce((sum, count) => sum + count, 0) + (rarestFirst.length * words.length) / 2;
  if (lookups <= bitmaps) fillByLookup(postings, rarestFirst, words);
  else fillByBitmaps(postings, rarestFirst, words);
}

function fillByLookup(postings: Postings, [rarest = 0, ...others]: readonly number[], words: Uint32Array): void {
  if (others.length === 0) {
    fillAny(postings, Uint32Array.of(rarest), words);
    return;
  }
  const found = new WordList();
  collectSlots(postings, rarest, found);
  for (let at = 0; at < found.length; at++) {
    const slot = found.words[at] ?? 0;
    if (hasAll(postings, slot, others)) setBit(words, slot);
  }
}

function fillByBitmaps(postings: Postings, numbers: readonly number[], words: Uint32Array): void {
  const common = new Uint32Array(words.length).fill(0xffffffff);
  const one = new Uint32Array(words.length);
  for (const number of numbers) {
    one.fill(0);
    fillAny(postings, Uint32Array.of(number), one);
    for (let at = 0; at < common.length; at++) common[at] = (common[at] ?? 0) & (one[at] ?? 0);
  }
  for (let at = 0; at < common.length; at++) words[at] = (words[at] ?? 0) | (common[at] ?? 0);
}

function hasPhrase(sequences: SlotColumn, slot: number, numbers: readonly number[], run: NumberRun): boolean {
  sequences.read(slot, run);
  const { words } = run;
  const first = numbers[0];
  const last = run.end - numbers.length;
  for (let at = run.start; at <= last; at++) {
    if (words[at] !== first) continue;
    let matched = 1;
    while (matched < numbers.length && words[at + matched] === numbers[matched]) matched++;
    if (matched === numbers.length) return true;
  }
  return false;
}
