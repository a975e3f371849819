import { Bitset } from '../base/bitset.ts';
import type { FieldPredicate } from '../core/filter.ts';
import { NO_NUMBER } from './dictionary.ts';
import { type Facet, PostingFacet } from './facet.ts';
import type { IndexLeaf } from './field-index.ts';
import { type FieldOrder, PostingOrder } from './field-order.ts';
import type { FieldValues } from './field-values.ts';
import type { GiveWay } from './give-way.ts';
import { type IndexContent, postingLists } from './index-content.ts';
import { WordList } from './growing-words.ts';
import { anyLeaf, exceptLeaf, NOTHING_LEAF, ranksLeaf } from './leaves.ts';
import { compareKey, compareWords, isWithin } from './key-order.ts';
import type { NumberKind } from './number-kinds.ts';
import type { ValueSpans } from './payload-values.ts';
import { Postings } from './postings.ts';
import { type KeyInterval, putInteger } from './sortable-values.ts';
import { WordDictionary } from './word-dictionary.ts';

/** Scratch of `set`. */
const numbers = new WordList();

/** What an index over numbers serves. */
export interface NumberUses {
  /** Matching of integers, and counting the points of each. */
  readonly lookup: boolean;
  /** Ranges and orders. */
  readonly range: boolean;
}

/** Integers, floats or datetimes. */
export class NumberValues implements FieldValues {
  readonly facet: Facet | undefined;
  readonly order: FieldOrder | undefined;
  readonly #kind: NumberKind;
  readonly #uses: NumberUses;
  readonly #dictionary: WordDictionary;
  readonly #postings: Postings;
  /** Slots that have one value more than once: postings know it once. */
  readonly #repeated: Bitset = new Bitset();

  constructor(kind: NumberKind, uses: NumberUses, seed: number) {
    this.#kind = kind;
    this.#uses = uses;
    const dictionary = new WordDictionary(2, seed);
    this.#dictionary = dictionary;
    const compare = (a: number, b: number): number => compareWords(dictionary.words, a, b);
    const valueOf = (number: number): bigint | number =>
      kind.valueOf(dictionary.words[number * 2] ?? 0, dictionary.words[number * 2 + 1] ?? 0);
    this.#postings = new Postings(dictionary, uses.range ? compare : undefined);
    this.facet = uses.lookup
      ? new PostingFacet(this.#postings, (number) => BigInt(valueOf(number)), compare)
      : undefined;
    this.order = uses.range
      ? new PostingOrder({ postings: this.#postings, repeated: this.#repeated, dictionary, kind, compare, valueOf })
      : undefined;
  }

  get pointCount(): number {
    return this.#postings.filled.count;
  }

  get memoryBytes(): number {
    return this.#dictionary.memoryBytes + this.#postings.memoryBytes + this.#repeated.words.byteLength;
  }

  get content(): IndexContent {
    return { bits: [this.#repeated], lists: postingLists(this.#postings, this.#dictionary) };
  }

  set(slot: number, bytes: Buffer, items: ValueSpans): boolean {
    numbers.length = 0;
    const dictionary = this.#dictionary;
    for (let index = 0; index < items.count; index++) {
      const isOne = this.#kind.read(
        dictionary.probe,
        items.kindOf(index),
        bytes,
        items.startOf(index),
        items.endOf(index),
      );
      if (isOne) numbers.push(dictionary.add());
    }
    const count = numbers.length;
    numbers.sortUnique();
    const isRepeated = numbers.length === 1 && count > 1;
    const repetitionChanged = isRepeated ? this.#repeated.add(slot) : this.#repeated.delete(slot);
    return this.#postings.set(slot, numbers.words, numbers.length) || repetitionChanged;
  }

  clear(slot: number): boolean {
    this.#repeated.delete(slot);
    return this.#postings.clear(slot);
  }

  leaf(predicate: FieldPredicate): IndexLeaf | undefined {
    if (predicate.kind === 'value' || predicate.kind === 'any' || predicate.kind === 'except') {
      return this.#uses.lookup ? this.#matchLeaf(predicate) : undefined;
    }
    const interval = this.#uses.range ? this.#kind.interval(predicate) : undefined;
    return interval === 'none' ? NOTHING_LEAF : interval && this.#rangeLeaf(interval);
  }

  get staleCount(): number {
    return this.#postings.changed.count;
  }

  get refreshIsDue(): boolean {
    return this.#postings.refreshIsDue;
  }

  refresh(giveWay: GiveWay): Promise<void> {
    return this.#postings.refresh(giveWay);
  }

  #matchLeaf(predicate: FieldPredicate & { readonly kind: 'value' | 'any' | 'except' }): IndexLeaf | undefined {
    if (predicate.kind === 'value') {
      return typeof predicate.value === 'bigint' ? anyLeaf(this.#postings, this.#find([predicate.value])) : undefined;
    }
    if (predicate.values.type !== 'integers') return undefined;
    const found = this.#find(predicate.values.values);
    return predicate.kind === 'any' ? anyLeaf(this.#postings, found) : exceptLeaf(this.#postings, found);
  }

  #find(values: readonly bigint[]): number[] {
    const found: number[] = [];
    for (const value of values) {
      putInteger(value, this.#dictionary.probe);
      const number = this.#dictionary.find();
      if (number !== NO_NUMBER) found.push(number);
    }
    return found;
  }

  #rangeLeaf(interval: KeyInterval): IndexLeaf {
    const { words } = this.#dictionary;
    const first = this.#postings.firstRank((number) => compareKey(words, number, interval.least) >= 0);
    const end = this.#postings.firstRank((number) => compareKey(words, number, interval.most) > 0, first);
    return ranksLeaf(this.#postings, { first, end }, (number) => isWithin(words, number, interval));
  }
}
