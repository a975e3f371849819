import { JSON_NUMBER, JSON_OBJECT } from '../base/json/json-tree.ts';
import { afterValue, findMember, storedKey } from '../base/json/stored-json.ts';
import type { FieldPredicate } from '../core/filter.ts';
import type { IndexLeaf } from './field-index.ts';
import type { FieldValues } from './field-values.ts';
import { type GeoPredicate, geoTest } from './geo.ts';
import { compareCells, coverOf, latCell, lonCell, type Cover } from './geo-cells.ts';
import type { GiveWay } from './give-way.ts';
import { type IndexContent, postingLists } from './index-content.ts';
import { WordList } from './growing-words.ts';
import { readNumber } from './payload-scalars.ts';
import { kindAt, type ValueSpans } from './payload-values.ts';
import { fillChanged, fillRanks, hasMatching } from './posting-queries.ts';
import { Postings } from './postings.ts';
import { WordDictionary } from './word-dictionary.ts';

/** Scratch of `set`. */
const numbers = new WordList();
/** Places tested for an estimate: some 20 microseconds. */
const SAMPLE_LENGTH = 256;
const LON = storedKey('lon');
const LAT = storedKey('lat');

/**
 * Places, each two doubles in the dictionary. In the lists they follow the Morton curve over cells (geo-cells.ts), so
 * that those within a box are a few runs of ranks.
 */
export class GeoValues implements FieldValues {
  readonly order: undefined = undefined;
  readonly facet: undefined = undefined;
  readonly #dictionary: WordDictionary;
  readonly #postings: Postings;
  readonly #probe: Float64Array;
  /** The dictionary's words as doubles: longitude and latitude in turn. */
  #degrees: Float64Array = new Float64Array(0);

  constructor(seed: number) {
    this.#dictionary = new WordDictionary(4, seed);
    this.#probe = new Float64Array(this.#dictionary.probe.buffer);
    this.#postings = new Postings(this.#dictionary, (a, b) =>
      compareCells(this.#x(a), this.#y(a), this.#x(b), this.#y(b)),
    );
  }

  get pointCount(): number {
    return this.#postings.filled.count;
  }

  get memoryBytes(): number {
    return this.#dictionary.memoryBytes + this.#postings.memoryBytes;
  }

  get content(): IndexContent {
    const lists = postingLists(this.#postings, this.#dictionary);
    const restore: typeof lists.restore = (slot, numbers) => {
      this.#followWords();
      lists.restore(slot, numbers);
    };
    return { bits: [], lists: { ...lists, restore } };
  }

  set(slot: number, bytes: Buffer, items: ValueSpans): boolean {
    numbers.length = 0;
    for (let index = 0; index < items.count; index++) {
      if (items.kindOf(index) !== JSON_OBJECT || !this.#read(bytes, items.startOf(index))) continue;
      numbers.push(this.#dictionary.add());
      this.#followWords();
    }
    numbers.sortUnique();
    return this.#postings.set(slot, numbers.words, numbers.length);
  }

  clear(slot: number): boolean {
    return this.#postings.clear(slot);
  }

  leaf(predicate: FieldPredicate): IndexLeaf | undefined {
    const { kind } = predicate;
    return kind === 'geo_box' || kind === 'geo_radius' || kind === 'geo_polygon'
      ? this.#placesLeaf(predicate)
      : undefined;
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

  /** The dictionary's words move when they grow. */
  #followWords(): void {
    const { buffer } = this.#dictionary.words;
    if (this.#degrees.buffer !== buffer) this.#degrees = new Float64Array(buffer);
  }

  #placesLeaf(predicate: GeoPredicate): IndexLeaf {
    const postings = this.#postings;
    const isWithin = geoTest(predicate);
    const matches = (number: number): boolean => isWithin(this.#lon(number), this.#lat(number));
    let found: readonly Cover[] | undefined;
    const covers = (): readonly Cover[] => (found ??= this.#covers(predicate));
    const estimate = (): number => this.#estimate(covers(), matches);
    return {
      // Only when asked for: to test single slots no cover is needed.
      get estimate() {
        return estimate();
      },
      fill: (words) => {
        for (const { first, end, isInside } of covers()) {
          if (isInside) fillRanks(postings, first, end, words);
          else fillMatchingRanks(postings, { first, end }, matches, words);
        }
        fillChanged(postings, matches, words);
      },
      test: (slot) => hasMatching(postings, slot, matches),
    };
  }

  #covers(predicate: GeoPredicate): readonly Cover[] {
    const postings = this.#postings;
    return coverOf(predicate, postings.order.length, (x, y, from, end) =>
      postings.firstRank((number) => compareCells(this.#x(number), this.#y(number), x, y) >= 0, from, end),
    );
  }

  /** By a sample of the places in cells that the shape cuts, and as if changed points were like the others. */
  #estimate(covers: readonly Cover[], matches: (number: number) => boolean): number {
    const { lists, filled, order } = this.#postings;
    if (lists.slots.length === 0) return Math.round(filled.count / 2);
    const unsure = covers.reduce((sum, { first, end, isInside }) => (isInside ? sum : sum + end - first), 0);
    const stride = Math.max(1, Math.floor(unsure / SAMPLE_LENGTH));
    let skipped = stride >>> 1;
    let listed = 0;
    for (const { first, end, isInside } of covers) {
      if (isInside) {
        listed += (lists.starts[end] ?? 0) - (lists.starts[first] ?? 0);
        continue;
      }
      for (; skipped < end - first; skipped += stride) {
        const rank = first + skipped;
        if (matches(order[rank] ?? 0)) listed += stride * ((lists.starts[rank + 1] ?? 0) - (lists.starts[rank] ?? 0));
      }
      skipped -= end - first;
    }
    return Math.round((Math.min(listed, lists.slots.length) / lists.slots.length) * filled.count);
  }

  /** Reads `{"lon": …, "lat": …}` into the dictionary's probe; false where it is no place on earth. */
  #read(bytes: Buffer, start: number): boolean {
    const lon = memberNumber(bytes, findMember(bytes, start, LON));
    const lat = memberNumber(bytes, findMember(bytes, start, LAT));
    if (lon === undefined || lat === undefined || Math.abs(lon) > 180 || Math.abs(lat) > 90) return false;
    // + 0: -0 is 0.
    this.#probe[0] = lon + 0;
    this.#probe[1] = lat + 0;
    return true;
  }

  #lon(number: number): number {
    return this.#degrees[number * 2] ?? 0;
  }

  #lat(number: number): number {
    return this.#degrees[number * 2 + 1] ?? 0;
  }

  #x(number: number): number {
    return lonCell(this.#lon(number));
  }

  #y(number: number): number {
    return latCell(this.#lat(number));
  }
}

function memberNumber(bytes: Buffer, at: number): number | undefined {
  if (at < 0 || kindAt(bytes, at) !== JSON_NUMBER) return undefined;
  return readNumber(bytes, at, afterValue(bytes, at));
}

function fillMatchingRanks(
  postings: Postings,
  { first, end }: { readonly first: number; readonly end: number },
  matches: (number: number) => boolean,
  words: Uint32Array,
): void {
  for (let rank = first; rank < end; rank++) {
    if (matches(postings.order[rank] ?? 0)) fillRanks(postings, rank, rank + 1, words);
  }
}
