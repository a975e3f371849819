import { Bitset, hasBit } from '../base/bitset.ts';
import type { World } from '../base/world.ts';
import { dataDamaged } from '../core/errors.ts';
import { ChecksummedFile } from '../storage/checksummed-file.ts';
import type { FieldIndex } from './field-index.ts';
import type { GiveWay } from './give-way.ts';
import { WordList } from './growing-words.ts';
import type { IndexContent, IndexLists } from './index-content.ts';
import { numberRun } from './slot-column.ts';
import { contentOf } from './open-field-index.ts';
import { blockBytes, BlockReader } from './word-blocks.ts';

/**
 * A payload index in a file (docs/format-index.md). Points stand in places 0 … count - 1, whose meaning is the caller's:
 * slots are numbered anew at every start.
 *
 * The file is written while the index goes on changing. It is right for the slots that have not changed since the
 * caller began to watch, and names the places of the others, which loading leaves out.
 */
export const INDEX_KIND = 'index';
/** Raised whenever the layout changes, or what a type makes of a value: another tokenizer, another order of words. */
const FORMAT = 2;
/** Places and values in a block: some 50 microseconds of work, more where points have many values. */
const BLOCK = 1024;
const FOOTER_WORDS = 8;

/** No point stands in the place, or another than the file knows. */
export const NO_SLOT = 0xffffffff;
/** In a column: the numbers follow, as many as the low 31 bits say. */
const LIST = 0x80000000;
/** Stands for itself where numbers are translated. */
const NO_NUMBER = 0xffffffff;

/** Scratch of `loadPlaces`. */
const found = new WordList();

/** Where points stand. */
export interface IndexPlaces {
  readonly count: number;
  /** Fills `slots` with those of the places from `first` on, NO_SLOT where there is none. */
  read(first: number, slots: Uint32Array): void;
}

/** An index as it is being written. */
export interface IndexSource {
  readonly index: FieldIndex;
  readonly places: IndexPlaces;
  /** Whatever the caller needs to know the places again; JSON. */
  readonly origin: unknown;
  /** Slots that have changed since the caller began to watch; it goes on growing. */
  readonly changed: Bitset;
}

/**
 * The content of the file, in pieces between calls of `giveWay`. First the numbers of the slots, then the values: what a
 * slot that does not change has named stays in use until its value is written.
 */
export async function* encodeIndex(source: IndexSource, giveWay: GiveWay): AsyncGenerator<Uint8Array, void, undefined> {
  const { index, places, origin, changed } = source;
  const content = contentOf(index);
  let words = 0;
  const counted = (bytes: Uint8Array): Uint8Array => {
    words += bytes.length / 4;
    return bytes;
  };
  yield counted(encodeHead(index, origin));
  for (const block of placeBlocks(places, (slots, target) => encodePlaces(content, slots, target))) {
    yield counted(block);
    await giveWay();
  }
  const valuesEnd = words;
  for (const block of content.lists === undefined ? [] : valueBlocks(content.lists)) {
    yield counted(block);
    await giveWay();
  }
  const dictionaryEnd = words;
  for (const block of placeBlocks(places, (slots, target) => encodeBits(changed, slots, target))) {
    yield counted(block);
    await giveWay();
  }
  const numberEnd = content.lists?.dictionary.end ?? 0;
  const footer = Uint32Array.of(valuesEnd, dictionaryEnd, words, places.count, numberEnd, content.bits.length, 0, 0);
  yield new Uint8Array(footer.buffer);
}

function encodeHead(index: FieldIndex, origin: unknown): Uint8Array {
  const text = Buffer.from(JSON.stringify({ format: FORMAT, definition: definitionOf(index), origin }));
  const padded = Buffer.alloc(Math.ceil(text.length / 4) * 4, ' ');
  text.copy(padded);
  const head = new Uint8Array(4 + padded.length);
  new DataView(head.buffer).setUint32(0, padded.length / 4, true);
  head.set(padded, 4);
  return head;
}

function definitionOf({ path, schema }: FieldIndex): string {
  return JSON.stringify([path.text, schema]);
}

function* placeBlocks(
  places: IndexPlaces,
  encode: (slots: Uint32Array, target: WordList) => void,
): Generator<Uint8Array, void, undefined> {
  const target = new WordList();
  const all = new Uint32Array(BLOCK);
  for (let first = 0; first < places.count; first += BLOCK) {
    const slots = all.subarray(0, Math.min(BLOCK, places.count - first));
    places.read(first, slots);
    encode(slots, target);
    yield blockBytes(target);
  }
}

function encodePlaces({ bits, lists }: IndexContent, slots: Uint32Array, target: WordList): void {
  for (const members of bits) encodeBits(members, slots, target);
  if (lists === undefined) return;
  const run = numberRun();
  for (const slot of slots) {
    // No slot is as high as NO_SLOT: the column has nothing for it.
    lists.column.read(slot, run);
    const count = run.end - run.start;
    if (count === 1) target.push((run.words[run.start] ?? 0) + 1);
    else target.push(count === 0 ? 0 : LIST + count);
    if (count > 1) for (let at = run.start; at < run.end; at++) target.push(run.words[at] ?? 0);
  }
}

function encodeBits(members: Bitset, slots: Uint32Array, target: WordList): void {
  for (let from = 0; from < slots.length; from += 32) {
    const end = Math.min(slots.length, from + 32);
    let word = 0;
    for (let at = from; at < end; at++) if (members.has(slots[at] ?? 0)) word |= 1 << (at - from);
    target.push(word);
  }
}

/** Numbers and their values: first those that have an order, then the others that are in use. */
function* valueBlocks(lists: IndexLists): Generator<Uint8Array, void, undefined> {
  const { order, dictionary } = lists;
  const target = new WordList();
  const written = new Bitset();
  const write = (number: number): void => {
    if (lists.countOf(number) === 0 || !written.add(number)) return;
    target.push(number);
    dictionary.write(number, target);
  };
  for (let first = 0; first < order.length; first += BLOCK) {
    const end = Math.min(order.length, first + BLOCK);
    for (let rank = first; rank < end; rank++) write(order[rank] ?? 0);
    yield blockBytes(target);
  }
  for (let first = 0; first < dictionary.end; first += BLOCK) {
    const end = Math.min(dictionary.end, first + BLOCK);
    for (let number = first; number < end; number++) write(number);
    yield blockBytes(target);
  }
}

/** The file of an index, to be loaded once. */
export class StoredIndex {
  /** As it was given to `encodeIndex`. */
  readonly origin: unknown;
  readonly #file: ChecksummedFile;
  readonly #definition: unknown;
  readonly #footer: Uint32Array;
  readonly #valuesAt: number;

  private constructor(file: ChecksummedFile, head: IndexHead, footer: Uint32Array, valuesAt: number) {
    this.#file = file;
    this.origin = head.origin;
    this.#definition = head.definition;
    this.#footer = footer;
    this.#valuesAt = valuesAt;
  }

  /** Opens a file, to be closed by the caller. Throws data_damaged, naming it, also where it is of another version. */
  static async open(world: World, path: string): Promise<StoredIndex> {
    const file = await ChecksummedFile.open(world, path, INDEX_KIND);
    try {
      const words = file.bytes / 4;
      if (!Number.isInteger(words) || words <= FOOTER_WORDS) throw dataDamaged(path, 'has no footer');
      const footer = new Uint32Array(FOOTER_WORDS);
      await file.readInto(new Uint8Array(footer.buffer), file.bytes - FOOTER_WORDS * 4);
      const [valuesEnd = 0, dictionaryEnd = 0, end] = footer;
      if (end !== words - FOOTER_WORDS || valuesEnd > dictionaryEnd || dictionaryEnd > end) {
        throw dataDamaged(path, 'its sections do not fit its length');
      }
      const head = await new BlockReader(file, 0, valuesEnd).next();
      if (head === undefined) throw dataDamaged(path, 'has no head');
      return new StoredIndex(file, decodeHead(head, path), footer, head.length + 1);
    } catch (error) {
      // Caught to undo.
      await file.close();
      throw error;
    }
  }

  /** Places that the file knows. */
  get placeCount(): number {
    return this.#footer[3] ?? 0;
  }

  /**
   * Fills an empty index of the same path and schema; the slots that it has now. Slots that `places` does not name, and
   * those that changed while the file was written, are left out. Throws data_damaged, with the index in no known state.
   */
  async load(index: FieldIndex, places: IndexPlaces, giveWay: GiveWay): Promise<Bitset> {
    const { path } = this.#file;
    if (this.#definition !== definitionOf(index)) throw dataDamaged(path, `is not the index of ${definitionOf(index)}`);
    const content = contentOf(index);
    if (places.count !== this.placeCount || content.bits.length !== this.#footer[5]) {
      throw dataDamaged(path, 'holds other places or sets than it should');
    }
    const [valuesEnd = 0, dictionaryEnd = 0, changedEnd = 0] = this.#footer;
    const numbers = await this.#loadValues(
      content.lists,
      new BlockReader(this.#file, valuesEnd, dictionaryEnd),
      giveWay,
    );
    const loaded = new Bitset();
    const blocks = new BlockReader(this.#file, this.#valuesAt, valuesEnd);
    const changed = new BlockReader(this.#file, dictionaryEnd, changedEnd);
    const all = new Uint32Array(BLOCK);
    for (let first = 0; first < places.count; first += BLOCK) {
      const slots = all.subarray(0, Math.min(BLOCK, places.count - first));
      places.read(first, slots);
      leaveOut(slots, await changed.next());
      const block = await blocks.next();
      const isWhole = block !== undefined && loadPlaces(content, slots, block, numbers);
      if (!isWhole) throw dataDamaged(path, `the block of the places from ${first} on is not whole`);
      for (const slot of slots) if (slot !== NO_SLOT) loaded.add(slot);
      await giveWay();
    }
    if (content.lists !== undefined) await releaseUnused(content.lists, giveWay);
    return loaded;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  /** Reads the values into the dictionary; the number of each, plus 1, by its number in the file. */
  async #loadValues(lists: IndexLists | undefined, blocks: BlockReader, giveWay: GiveWay): Promise<Uint32Array> {
    const numbers = new Uint32Array(this.#footer[4] ?? 0);
    if (lists === undefined) return numbers;
    for (let block = await blocks.next(); block !== undefined; block = await blocks.next()) {
      for (let at = 0; at < block.length;) {
        const { number, end } = lists.dictionary.read(block, at + 1);
        numbers[block[at] ?? 0] = number + 1;
        at = end;
      }
      await giveWay();
    }
    return numbers;
  }
}

interface IndexHead {
  readonly definition: unknown;
  readonly origin: unknown;
}

function decodeHead(words: Uint32Array, path: string): IndexHead {
  const text = new TextDecoder().decode(new Uint8Array(words.buffer, words.byteOffset, words.byteLength));
  const head: unknown = JSON.parse(text);
  if (typeof head === 'object' && head !== null && 'format' in head && 'definition' in head && 'origin' in head) {
    if (head.format === FORMAT) return { definition: head.definition, origin: head.origin };
  }
  throw dataDamaged(path, 'is an index of a version that this one does not know');
}

/** Takes out the slots whose bits are set. */
function leaveOut(slots: Uint32Array, bits: Uint32Array | undefined): void {
  if (bits === undefined) slots.fill(NO_SLOT);
  else for (let at = 0; at < slots.length; at++) if (hasBit(bits, at)) slots[at] = NO_SLOT;
}

/** Gives the slots what a block has for them; false if the block is not whole or names a value that is not there. */
function loadPlaces(
  { bits, lists }: IndexContent,
  slots: Uint32Array,
  block: Uint32Array,
  numbers: Uint32Array,
): boolean {
  const setWords = Math.ceil(slots.length / 32);
  bits.forEach((members, set) => {
    const words = block.subarray(set * setWords, (set + 1) * setWords);
    for (let at = 0; at < slots.length; at++) {
      const slot = slots[at] ?? 0;
      if (slot !== NO_SLOT && hasBit(words, at)) members.add(slot);
    }
  });
  let at = bits.length * setWords;
  if (lists === undefined) return at === block.length;
  for (const slot of slots) {
    if (at >= block.length) return false;
    const cell = block[at++] ?? 0;
    const count = cell < LIST ? 0 : cell - LIST;
    if (slot !== NO_SLOT && cell !== 0) {
      found.length = 0;
      let isKnown = count > 0 || addTranslated(cell - 1, numbers);
      for (let word = at; word < at + count; word++) isKnown &&= addTranslated(block[word] ?? 0, numbers);
      if (!isKnown) return false;
      lists.restore(slot, found);
    }
    at += count;
  }
  return at === block.length;
}

/** Adds the number that one of the file has here to `found`; false if there is none. */
function addTranslated(number: number, numbers: Uint32Array): boolean {
  const translated = number === NO_NUMBER ? number + 1 : (numbers[number] ?? 0);
  if (translated === 0) return false;
  found.push(translated - 1);
  return true;
}

/** Values that slots alone have which were left out. */
async function releaseUnused(lists: IndexLists, giveWay: GiveWay): Promise<void> {
  const { dictionary } = lists;
  const { end } = dictionary;
  for (let first = 0; first < end; first += BLOCK) {
    for (let number = first; number < Math.min(end, first + BLOCK); number++) {
      if (lists.countOf(number) === 0) dictionary.release(number);
    }
    await giveWay();
  }
}
