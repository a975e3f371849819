import { Bitset } from '../base/bitset.ts';
import { JSON_NUMBER, JSON_STRING } from '../base/json/json-tree.ts';
import type { MatchValue } from '../core/filter.ts';
import type { FieldType } from '../core/payload-schema.ts';
import { type Facet, PostingFacet, type SlotValues } from './facet.ts';
import type { ValueSpans } from './payload-values.ts';

/** Whether an index of a type holds a value just as it stands in a payload: `start` … `end` are its bytes. */
type Holds = (bytes: Buffer, kind: number, start: number, end: number) => boolean;

/**
 * Of which slots an index holds every value that their payloads have at its path, so that these can be told without the
 * payloads. Others may have values beside those of the index; so may all slots that it has from a file, until they are
 * looked at.
 */
export class KnownValues {
  readonly #whole = new Bitset();
  readonly #values: SlotValues;
  readonly #holds: Holds;

  constructor(values: SlotValues, holds: Holds) {
    this.#values = values;
    this.#holds = holds;
  }

  get memoryBytes(): number {
    return this.#whole.words.byteLength;
  }

  /** All values of a slot, each once, arrays taken apart; undefined where only the payload can tell. */
  of(slot: number): MatchValue[] | undefined {
    return this.#whole.has(slot) ? this.#values.valuesOf(slot) : undefined;
  }

  /** items: the values of the slot's payload, arrays replaced by their elements. */
  set(slot: number, bytes: Buffer, items: ValueSpans): void {
    for (let index = 0; index < items.count; index++) {
      if (this.#holds(bytes, items.kindOf(index), items.startOf(index), items.endOf(index))) continue;
      this.#whole.delete(slot);
      return;
    }
    this.#whole.add(slot);
  }

  clear(slot: number): void {
    this.#whole.delete(slot);
  }
}

/** undefined: an index of the type does not keep values as they stand there. */
export function openKnownValues(type: FieldType, facet: Facet | undefined): KnownValues | undefined {
  if (!(facet instanceof PostingFacet)) return undefined;
  if (type === 'keyword') return new KnownValues(facet, (_, kind) => kind === JSON_STRING);
  return type === 'integer' ? new KnownValues(facet, isShortInteger) : undefined;
}

/** 15 digits: within any integer, and written as one; `-0` is a float. */
function isShortInteger(bytes: Buffer, kind: number, start: number, end: number): boolean {
  if (kind !== JSON_NUMBER || end - start > 15) return false;
  const isNegative = bytes[start] === 45;
  for (let at = isNegative ? start + 1 : start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte < 48 || byte > 57) return false;
  }
  return !(isNegative && bytes[start + 1] === 48);
}
