import { JSON_STRING } from '../base/json/json-tree.ts';
import { hasEscape } from '../base/json/stored-json.ts';
import type { FieldPredicate } from '../core/filter.ts';
import { ByteDictionary } from './byte-dictionary.ts';
import { NO_NUMBER } from './dictionary.ts';
import { type Facet, PostingFacet } from './facet.ts';
import type { IndexLeaf } from './field-index.ts';
import type { FieldValues } from './field-values.ts';
import type { GiveWay } from './give-way.ts';
import { type IndexContent, postingLists } from './index-content.ts';
import { WordList } from './growing-words.ts';
import { anyLeaf, exceptLeaf, ranksLeaf } from './leaves.ts';
import { readText } from './payload-scalars.ts';
import type { ValueSpans } from './payload-values.ts';
import { hasMatching } from './posting-queries.ts';
import { Postings } from './postings.ts';

/** Scratch of `set`. */
const numbers = new WordList();

/** Strings, matched as a whole or by their beginning. */
export class KeywordValues implements FieldValues {
  readonly order: undefined = undefined;
  readonly facet: Facet;
  readonly #dictionary: ByteDictionary;
  readonly #postings: Postings;
  readonly #isSorted: boolean;

  /** `sorted`: the values are kept in order, so that those with a common beginning are found at once. */
  constructor(sorted: boolean, seed: number) {
    const dictionary = new ByteDictionary(seed);
    this.#dictionary = dictionary;
    this.#isSorted = sorted;
    const compare = (a: number, b: number): number => dictionary.compare(a, b);
    this.#postings = new Postings(dictionary, sorted ? compare : undefined);
    this.facet = new PostingFacet(this.#postings, (number) => dictionary.text(number), compare);
  }

  get pointCount(): number {
    return this.#postings.filled.count;
  }

  get memoryBytes(): number {
    return this.#dictionary.memoryBytes + this.#postings.memoryBytes;
  }

  get content(): IndexContent {
    return { bits: [], lists: postingLists(this.#postings, this.#dictionary) };
  }

  set(slot: number, bytes: Buffer, items: ValueSpans): boolean {
    numbers.length = 0;
    for (let index = 0; index < items.count; index++) {
      if (items.kindOf(index) !== JSON_STRING) continue;
      numbers.push(this.#add(bytes, items.startOf(index), items.endOf(index)));
    }
    numbers.sortUnique();
    return this.#postings.set(slot, numbers.words, numbers.length);
  }

  clear(slot: number): boolean {
    return this.#postings.clear(slot);
  }

  leaf(predicate: FieldPredicate): IndexLeaf | undefined {
    if (predicate.kind === 'prefix') return this.#prefixLeaf(Buffer.from(predicate.text));
    if (predicate.kind === 'value') {
      return typeof predicate.value === 'string' ? anyLeaf(this.#postings, this.#find([predicate.value])) : undefined;
    }
    if (predicate.kind !== 'any' && predicate.kind !== 'except') return undefined;
    if (predicate.values.type !== 'strings') return undefined;
    const found = this.#find(predicate.values.values);
    return predicate.kind === 'any' ? anyLeaf(this.#postings, found) : exceptLeaf(this.#postings, found);
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

  #add(bytes: Buffer, start: number, end: number): number {
    if (!hasEscape(bytes, start, end)) return this.#dictionary.add(bytes, start + 1, end - 1);
    const text = Buffer.from(readText(bytes, start, end));
    return this.#dictionary.add(text, 0, text.length);
  }

  #find(texts: readonly string[]): number[] {
    const found: number[] = [];
    for (const text of texts) {
      const bytes = Buffer.from(text);
      const number = this.#dictionary.find(bytes, 0, bytes.length);
      if (number !== NO_NUMBER) found.push(number);
    }
    return found;
  }

  #prefixLeaf(prefix: Uint8Array): IndexLeaf {
    const dictionary = this.#dictionary;
    const postings = this.#postings;
    const isMatch = (number: number): boolean => dictionary.startsWith(number, prefix);
    if (this.#isSorted) {
      const first = postings.firstRank((number) => dictionary.compareTo(number, prefix, 0, prefix.length) >= 0);
      return ranksLeaf(postings, { first, end: postings.firstRank((number) => !isMatch(number), first) }, isMatch);
    }
    let found: IndexLeaf | undefined;
    const any = (): IndexLeaf => (found ??= anyLeaf(postings, this.#startingWith(prefix)));
    return {
      // Only when asked for: it looks at all values.
      get estimate() {
        return any().estimate;
      },
      fill: (words) => any().fill(words),
      test: (slot) => hasMatching(postings, slot, isMatch),
    };
  }

  #startingWith(prefix: Uint8Array): number[] {
    const found: number[] = [];
    for (let number = 0; number < this.#dictionary.end; number++) {
      if (this.#postings.countOf(number) > 0 && this.#dictionary.startsWith(number, prefix)) found.push(number);
    }
    return found;
  }
}
