import type { Bitset } from '../base/bitset.ts';
import type { WordList } from './growing-words.ts';
import type { Postings } from './postings.ts';
import type { SlotColumn } from './slot-column.ts';

/** What a file keeps of an index (index-file.ts): everything but what `refresh` makes. */
export interface IndexContent {
  /** Sets of slots, always the same ones in the same order. */
  readonly bits: readonly Bitset[];
  /** undefined: the sets tell everything. */
  readonly lists: IndexLists | undefined;
}

/** The numbers of each slot and the values behind them. */
export interface IndexLists {
  /** The numbers of each slot; 0xffffffff is none and stands for itself. */
  readonly column: SlotColumn;
  readonly dictionary: StoredDictionary;
  /** Numbers in the order of their values as far as there is one: numbered in it, they need no sorting again. */
  readonly order: Uint32Array;
  /** How many slots have the number. */
  countOf(number: number): number;
  /** Gives an empty slot the numbers that the column had for it; `numbers` may be changed. */
  restore(slot: number, numbers: WordList): void;
}

/** A dictionary whose values can be written as words. */
export interface StoredDictionary {
  /** Behind the highest number in use. */
  readonly end: number;
  /** Appends the value behind a number. */
  write(number: number, target: WordList): void;
  /** Adds the value that begins at words[at]; the words that it takes. */
  read(words: Uint32Array, at: number): StoredValue;
  release(number: number): void;
}

export interface StoredValue {
  readonly number: number;
  readonly end: number;
}

/** Of an index whose postings tell everything. */
export function postingLists(postings: Postings, dictionary: StoredDictionary): IndexLists {
  return {
    column: postings.column,
    dictionary,
    order: postings.order,
    countOf: (number) => postings.countOf(number),
    restore: (slot, numbers) => {
      numbers.sortUnique();
      postings.set(slot, numbers.words, numbers.length);
    },
  };
}
