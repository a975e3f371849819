import { JSON_STRING } from '../base/json/json-tree.ts';
import type { FieldPredicate } from '../core/filter.ts';
import { ID_UUID, idText, parseUuidId, type PointId } from '../core/ids.ts';
import { NO_NUMBER } from './dictionary.ts';
import { type Facet, PostingFacet } from './facet.ts';
import type { IndexLeaf } from './field-index.ts';
import type { FieldValues } from './field-values.ts';
import type { GiveWay } from './give-way.ts';
import { type IndexContent, postingLists } from './index-content.ts';
import { WordList } from './growing-words.ts';
import { anyLeaf, exceptLeaf } from './leaves.ts';
import { readText } from './payload-scalars.ts';
import type { ValueSpans } from './payload-values.ts';
import { Postings } from './postings.ts';
import { WordDictionary } from './word-dictionary.ts';

/** Scratch of `set`. */
const numbers = new WordList();
/** `urn:uuid:` and 36 characters, between quotes; as an escape each takes six bytes. */
const TEXT_BYTES_MAX = 2 + 45 * 6;

/** Strings that are UUIDs in any form; all forms of one are the same value. */
export class UuidValues implements FieldValues {
  readonly order: undefined = undefined;
  readonly facet: Facet;
  readonly #dictionary: WordDictionary;
  readonly #postings: Postings;

  constructor(seed: number) {
    const dictionary = new WordDictionary(4, seed);
    this.#dictionary = dictionary;
    this.#postings = new Postings(dictionary, undefined);
    this.facet = new PostingFacet(
      this.#postings,
      (number) => idText(uuidAt(dictionary.words, number)),
      (a, b) => compareUuids(dictionary.words, a, b),
    );
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
      const start = items.startOf(index);
      const end = items.endOf(index);
      if (items.kindOf(index) !== JSON_STRING || end - start > TEXT_BYTES_MAX) continue;
      const uuid = parseUuidId(readText(bytes, start, end));
      if (uuid === undefined) continue;
      this.#probe(uuid);
      numbers.push(this.#dictionary.add());
    }
    numbers.sortUnique();
    return this.#postings.set(slot, numbers.words, numbers.length);
  }

  clear(slot: number): boolean {
    return this.#postings.clear(slot);
  }

  /** A text that is no UUID is not served: payloads hold it perhaps. */
  leaf(predicate: FieldPredicate): IndexLeaf | undefined {
    if (predicate.kind === 'value') {
      const found = typeof predicate.value === 'string' ? this.#find([predicate.value]) : undefined;
      return found === undefined ? undefined : anyLeaf(this.#postings, found);
    }
    if (predicate.kind !== 'any' && predicate.kind !== 'except') return undefined;
    const found = predicate.values.type === 'strings' ? this.#find(predicate.values.values) : undefined;
    if (found === undefined) return undefined;
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

  /** The numbers of those that points have; undefined if one is no UUID. */
  #find(texts: readonly string[]): number[] | undefined {
    const found: number[] = [];
    for (const text of texts) {
      const uuid = parseUuidId(text);
      if (uuid === undefined) return undefined;
      this.#probe(uuid);
      const number = this.#dictionary.find();
      if (number !== NO_NUMBER) found.push(number);
    }
    return found;
  }

  #probe({ word0, word1, word2, word3 }: PointId): void {
    const { probe } = this.#dictionary;
    probe[0] = word0;
    probe[1] = word1;
    probe[2] = word2;
    probe[3] = word3;
  }
}

function uuidAt(words: Uint32Array, number: number): PointId {
  const from = number * 4;
  return {
    kind: ID_UUID,
    word0: words[from] ?? 0,
    word1: words[from + 1] ?? 0,
    word2: words[from + 2] ?? 0,
    word3: words[from + 3] ?? 0,
  };
}

function compareUuids(words: Uint32Array, a: number, b: number): number {
  for (let at = 0; at < 4; at++) {
    const difference = (words[a * 4 + at] ?? 0) - (words[b * 4 + at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
