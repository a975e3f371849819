import { Bitset, countBits } from '../base/bitset.ts';
import { JSON_FALSE, JSON_TRUE } from '../base/json/json-tree.ts';
import type { FieldPredicate } from '../core/filter.ts';
import type { Facet, FacetCount } from './facet.ts';
import type { IndexLeaf } from './field-index.ts';
import type { FieldValues } from './field-values.ts';
import type { IndexContent } from './index-content.ts';
import type { ValueSpans } from './payload-values.ts';

/** Booleans: two bitmaps, which no refresh can make quicker. */
export class BoolValues implements FieldValues {
  readonly order: undefined = undefined;
  readonly facet: Facet;
  readonly staleCount = 0;
  readonly refreshIsDue = false;
  readonly #false = new Bitset();
  readonly #true = new Bitset();
  readonly #filled = new Bitset();

  constructor() {
    this.facet = {
      counts: (words) => this.#counts(words),
      top: (words, limit) =>
        this.#counts(words)
          .sort((a, b) => b.count - a.count || Number(a.value) - Number(b.value))
          .slice(0, limit),
    };
  }

  get pointCount(): number {
    return this.#filled.count;
  }

  get memoryBytes(): number {
    return this.#false.words.byteLength + this.#true.words.byteLength + this.#filled.words.byteLength;
  }

  get content(): IndexContent {
    return { bits: [this.#false, this.#true, this.#filled], lists: undefined };
  }

  set(slot: number, _bytes: Buffer, items: ValueSpans): boolean {
    let hasFalse = false;
    let hasTrue = false;
    for (let index = 0; index < items.count; index++) {
      const kind = items.kindOf(index);
      if (kind === JSON_FALSE) hasFalse = true;
      if (kind === JSON_TRUE) hasTrue = true;
    }
    return this.#put(slot, hasFalse, hasTrue);
  }

  clear(slot: number): boolean {
    return this.#put(slot, false, false);
  }

  leaf(predicate: FieldPredicate): IndexLeaf | undefined {
    if (predicate.kind !== 'value' || typeof predicate.value !== 'boolean') return undefined;
    const members = predicate.value ? this.#true : this.#false;
    return {
      estimate: members.count,
      fill: (words) => {
        const source = members.words;
        const length = Math.min(words.length, source.length);
        for (let at = 0; at < length; at++) words[at] = (words[at] ?? 0) | (source[at] ?? 0);
      },
      test: (slot) => members.has(slot),
    };
  }

  refresh(): Promise<void> {
    return Promise.resolve();
  }

  #put(slot: number, hasFalse: boolean, hasTrue: boolean): boolean {
    const falseChanged = hasFalse ? this.#false.add(slot) : this.#false.delete(slot);
    const trueChanged = hasTrue ? this.#true.add(slot) : this.#true.delete(slot);
    if (hasFalse || hasTrue) this.#filled.add(slot);
    else this.#filled.delete(slot);
    return falseChanged || trueChanged;
  }

  #counts(words: Uint32Array | undefined): FacetCount[] {
    const counts = [
      { value: false, count: countCommon(this.#false, words) },
      { value: true, count: countCommon(this.#true, words) },
    ];
    return counts.filter(({ count }) => count > 0);
  }
}

function countCommon(members: Bitset, words: Uint32Array | undefined): number {
  if (words === undefined) return members.count;
  return countBits(members.words.map((word, at) => word & (words[at] ?? 0)));
}
