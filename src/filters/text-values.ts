import { Bitset } from '../base/bitset.ts';
import { JSON_STRING } from '../base/json/json-tree.ts';
import type { FieldPredicate } from '../core/filter.ts';
import { ByteDictionary } from './byte-dictionary.ts';
import { NO_NUMBER } from './dictionary.ts';
import type { IndexLeaf } from './field-index.ts';
import type { FieldValues } from './field-values.ts';
import type { GiveWay } from './give-way.ts';
import type { IndexContent } from './index-content.ts';
import { WordList } from './growing-words.ts';
import { anyLeaf, NOTHING_LEAF } from './leaves.ts';
import { readText } from './payload-scalars.ts';
import type { ValueSpans } from './payload-values.ts';
import { Postings } from './postings.ts';
import { SlotColumn } from './slot-column.ts';
import { allLeaf, phraseLeaf } from './text-leaves.ts';
import type { Analyser } from './text/analyser.ts';

/** Between the tokens of two elements of an array: no token has this number. */
const BREAK = 0xffffffff;
/** Scratch of `set`. */
const numbers = new WordList();
const sequence = new WordList();

/** The tokens of strings; where phrases are to be found, their order too. */
export class TextValues implements FieldValues {
  readonly order: undefined = undefined;
  readonly facet: undefined = undefined;
  readonly #analyser: Analyser;
  readonly #dictionary: ByteDictionary;
  readonly #postings: Postings;
  /** Slots with a string, be it without a token. */
  readonly #filled = new Bitset();
  /** Tokens in the order of the text, repeats and breaks included; undefined: phrases match nothing. */
  readonly #sequences: SlotColumn | undefined;
  /** A token's bytes. */
  #bytes: Uint8Array = new Uint8Array(256);

  constructor(analyser: Analyser, findsPhrases: boolean, seed: number) {
    this.#analyser = analyser;
    this.#dictionary = new ByteDictionary(seed);
    this.#postings = new Postings(this.#dictionary, undefined);
    this.#sequences = findsPhrases ? new SlotColumn() : undefined;
  }

  get pointCount(): number {
    return this.#filled.count;
  }

  get memoryBytes(): number {
    return (
      this.#filled.words.byteLength +
      this.#dictionary.memoryBytes +
      this.#postings.memoryBytes +
      (this.#sequences?.memoryBytes ?? 0)
    );
  }

  get content(): IndexContent {
    const postings = this.#postings;
    const lists = {
      // A sequence tells the tokens too.
      column: this.#sequences ?? postings.column,
      dictionary: this.#dictionary,
      order: postings.order,
      countOf: (number: number) => postings.countOf(number),
      restore: (slot: number, numbers: WordList) => this.#restore(slot, numbers),
    };
    return { bits: [this.#filled], lists };
  }

  set(slot: number, bytes: Buffer, items: ValueSpans): boolean {
    numbers.length = 0;
    sequence.length = 0;
    let hasText = false;
    for (let index = 0; index < items.count; index++) {
      if (items.kindOf(index) !== JSON_STRING) continue;
      hasText = true;
      const tokens = this.#analyser.documentTokens(readText(bytes, items.startOf(index), items.endOf(index)));
      if (sequence.length > 0 && tokens.length > 0) sequence.push(BREAK);
      for (const token of tokens) {
        const number = this.#dictionary.add(this.#bytes, 0, this.#encode(token));
        numbers.push(number);
        sequence.push(number);
      }
    }
    numbers.sortUnique();
    const textChanged = hasText ? this.#filled.add(slot) : this.#filled.delete(slot);
    const setChanged = this.#postings.set(slot, numbers.words, numbers.length);
    return this.#setSequence(slot) || setChanged || textChanged;
  }

  clear(slot: number): boolean {
    sequence.length = 0;
    this.#setSequence(slot);
    this.#postings.clear(slot);
    return this.#filled.delete(slot);
  }

  leaf(predicate: FieldPredicate): IndexLeaf | undefined {
    if (predicate.kind === 'text') return this.#allLeaf(this.#analyser.queryTokens(predicate.text));
    if (predicate.kind === 'phrase') return this.#phraseLeaf(this.#analyser.documentTokens(predicate.text));
    if (predicate.kind !== 'text_any') return undefined;
    return anyLeaf(this.#postings, this.#find(this.#analyser.queryTokens(predicate.text)).known);
  }

  get staleCount(): number {
    return this.#postings.changed.count;
  }

  get refreshIsDue(): boolean {
    return this.#postings.refreshIsDue;
  }

  async refresh(giveWay: GiveWay): Promise<void> {
    await this.#postings.refresh(giveWay);
    await this.#sequences?.compact(giveWay);
  }

  #allLeaf(tokens: readonly string[]): IndexLeaf {
    const { known, isComplete } = this.#find(tokens);
    return isComplete && known.length > 0 ? allLeaf(this.#postings, known) : NOTHING_LEAF;
  }

  #phraseLeaf(tokens: readonly string[]): IndexLeaf {
    const { known, isComplete } = this.#find(tokens);
    if (this.#sequences === undefined || !isComplete || known.length === 0) return NOTHING_LEAF;
    return phraseLeaf(this.#postings, this.#sequences, known);
  }

  /** Numbers of the tokens that points have, in the order of the tokens. */
  #find(tokens: readonly string[]): { readonly known: readonly number[]; readonly isComplete: boolean } {
    const known: number[] = [];
    for (const token of tokens) {
      const number = this.#dictionary.find(this.#bytes, 0, this.#encode(token));
      if (number !== NO_NUMBER) known.push(number);
    }
    return { known, isComplete: known.length === tokens.length };
  }

  #restore(slot: number, numbers: WordList): void {
    this.#sequences?.set(slot, numbers.words, numbers.length);
    numbers.sortUnique();
    // The last one now, if there are any.
    if (numbers.words[numbers.length - 1] === BREAK) numbers.length--;
    this.#postings.set(slot, numbers.words, numbers.length);
  }

  #setSequence(slot: number): boolean {
    const sequences = this.#sequences;
    if (sequences === undefined || sequences.equals(slot, sequence.words, sequence.length)) return false;
    sequences.set(slot, sequence.words, sequence.length);
    return true;
  }

  /** Writes a token in UTF-8 into `#bytes`; returns its length. */
  #encode(token: string): number {
    // Three bytes a UTF-16 unit at most.
    if (token.length * 3 > this.#bytes.length) this.#bytes = new Uint8Array(token.length * 3);
    const bytes = this.#bytes;
    for (let at = 0; at < token.length; at++) {
      const unit = token.charCodeAt(at);
      if (unit > 127) return Buffer.from(bytes.buffer).write(token);
      bytes[at] = unit;
    }
    return token.length;
  }
}
