import { Bitset } from '../base/bitset.ts';
import { JSON_ARRAY, JSON_NULL } from '../base/json/json-tree.ts';
import { firstMember } from '../base/json/stored-json.ts';
import type { IndexLeaf } from './field-index.ts';
import type { ValueSpans } from './payload-values.ts';

/** Whether the field of each point has anything in it, and a null. Every index keeps this beside its values. */
export class Presence {
  readonly #known = new Bitset();
  readonly #empty = new Bitset();
  readonly #null = new Bitset();

  /** What a file keeps: known, empty, null. */
  get bits(): readonly Bitset[] {
    return [this.#known, this.#empty, this.#null];
  }

  get memoryBytes(): number {
    return this.#known.words.byteLength + this.#empty.words.byteLength + this.#null.words.byteLength;
  }

  /**
   * values  what the path leads to; empty where all are null or `[]`.
   * items   the same with arrays replaced by their elements: `[null]` counts as null here.
   * Returns false if that was known.
   */
  set(slot: number, bytes: Buffer, values: ValueSpans, items: ValueSpans): boolean {
    const isNew = this.#known.add(slot);
    const emptyChanged = put(this.#empty, slot, areEmpty(bytes, values));
    const nullChanged = put(this.#null, slot, haveNull(items));
    return isNew || emptyChanged || nullChanged;
  }

  clear(slot: number): boolean {
    this.#empty.delete(slot);
    this.#null.delete(slot);
    return this.#known.delete(slot);
  }

  isEmpty(value: boolean): IndexLeaf {
    return this.#leaf(this.#empty, value);
  }

  isNull(value: boolean): IndexLeaf {
    return this.#leaf(this.#null, value);
  }

  #leaf(members: Bitset, value: boolean): IndexLeaf {
    const known = this.#known;
    if (value) {
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
    return {
      estimate: known.count - members.count,
      fill: (words) => {
        const all = known.words;
        const source = members.words;
        const length = Math.min(words.length, all.length);
        for (let at = 0; at < length; at++) words[at] = (words[at] ?? 0) | ((all[at] ?? 0) & ~(source[at] ?? 0));
      },
      test: (slot) => known.has(slot) && !members.has(slot),
    };
  }
}

function put(members: Bitset, slot: number, isMember: boolean): boolean {
  return isMember ? members.add(slot) : members.delete(slot);
}

function areEmpty(bytes: Buffer, values: ValueSpans): boolean {
  for (let index = 0; index < values.count; index++) {
    const kind = values.kindOf(index);
    if (kind === JSON_NULL) continue;
    if (kind !== JSON_ARRAY || firstMember(bytes, values.startOf(index)) >= 0) return false;
  }
  return true;
}

function haveNull(items: ValueSpans): boolean {
  for (let index = 0; index < items.count; index++) if (items.kindOf(index) === JSON_NULL) return true;
  return false;
}
