import type { KeyInterval, SortableKey } from './sortable-values.ts';

/** The order of sortable keys, two words each, as a `WordDictionary` holds them. */

/** Compares the keys of two numbers. */
export function compareWords(words: Uint32Array, a: number, b: number): number {
  return (words[a * 2] ?? 0) - (words[b * 2] ?? 0) || (words[a * 2 + 1] ?? 0) - (words[b * 2 + 1] ?? 0);
}

/** Compares the key of a number with another. */
export function compareKey(words: Uint32Array, number: number, key: SortableKey): number {
  return (words[number * 2] ?? 0) - key.high || (words[number * 2 + 1] ?? 0) - key.low;
}

export function isWithin(words: Uint32Array, number: number, { least, most }: KeyInterval): boolean {
  return compareKey(words, number, least) >= 0 && compareKey(words, number, most) <= 0;
}
