import {
  JSON_ARRAY,
  JSON_FALSE,
  JSON_NULL,
  JSON_NUMBER,
  JSON_OBJECT,
  JSON_STRING,
  JSON_TRUE,
} from '../base/json/json-tree.ts';
import {
  afterValue,
  asBuffer,
  findElement,
  findMember,
  firstMember,
  nextMember,
  type StoredKey,
  storedKey,
} from '../base/json/stored-json.ts';
import type { PathStep } from '../core/json-path.ts';

/** A path made ready for payload bytes. */
export type PayloadPath = readonly PayloadStep[];

export type PayloadStep =
  | { readonly kind: 'key'; readonly key: StoredKey }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'each' };

export function payloadPath(steps: readonly PathStep[]): PayloadPath {
  return steps.map((step) => (step.kind === 'key' ? { kind: 'key', key: storedKey(step.key) } : step));
}

/**
 * Values within payload bytes, none of them taken apart.
 * kinds         JSON_NULL … JSON_OBJECT of base/json/json-tree.ts (arrays are all JSON_ARRAY).
 * starts, ends  the value's bytes, quotes and brackets included.
 *
 * Scratch: the next collection overwrites it, and its arrays are exchanged as it grows.
 */
export class ValueSpans {
  count = 0;
  kinds: Uint8Array = new Uint8Array(16);
  starts: Int32Array = new Int32Array(16);
  ends: Int32Array = new Int32Array(16);

  /** Appends the value that begins at `start`. */
  add(bytes: Buffer, start: number): void {
    const at = this.count;
    if (at === this.kinds.length) this.#grow();
    this.kinds[at] = kindAt(bytes, start);
    this.starts[at] = start;
    this.ends[at] = afterValue(bytes, start);
    this.count = at + 1;
  }

  kindOf(index: number): number {
    return this.kinds[index] ?? JSON_NULL;
  }

  startOf(index: number): number {
    return this.starts[index] ?? 0;
  }

  endOf(index: number): number {
    return this.ends[index] ?? 0;
  }

  #grow(): void {
    const length = this.kinds.length * 2;
    const kinds = new Uint8Array(length);
    kinds.set(this.kinds);
    this.kinds = kinds;
    const starts = new Int32Array(length);
    starts.set(this.starts);
    this.starts = starts;
    const ends = new Int32Array(length);
    ends.set(this.ends);
    this.ends = ends;
  }
}

/** The kind of the value whose first byte stands at `at`. */
export function kindAt(bytes: Uint8Array, at: number): number {
  switch (bytes[at] ?? 0) {
    case 34:
      return JSON_STRING;
    case 91:
      return JSON_ARRAY;
    case 123:
      return JSON_OBJECT;
    case 102:
      return JSON_FALSE;
    case 116:
      return JSON_TRUE;
    case 110:
      return JSON_NULL;
    default:
      return JSON_NUMBER;
  }
}

/**
 * Finds the values at a path. `.key` goes through objects alone, `[N]` and `[]` through arrays alone; of keys that stand
 * twice in an object the last one counts.
 *
 * payload     bytes that hold a payload at `start` … `end`; start = end: no payload.
 * found       gets the values in the order of the text, in place of what it held. An array is one value.
 * Source      SEMANTICS.md 2.2.
 */
export function collectValues(
  payload: Uint8Array,
  start: number,
  end: number,
  path: PayloadPath,
  found: ValueSpans,
): void {
  found.count = 0;
  if (start < end) collectFrom(asBuffer(payload), start, path, 0, found);
}

/** The same with every array replaced by its elements, one level: what a predicate is tested on. */
export function collectItems(
  payload: Uint8Array,
  start: number,
  end: number,
  path: PayloadPath,
  found: ValueSpans,
): void {
  const bytes = asBuffer(payload);
  collectValues(bytes, start, end, path, found);
  const values = found.count;
  let arrays = 0;
  for (let index = 0; index < values; index++) if (found.kinds[index] === JSON_ARRAY) arrays++;
  if (arrays === 0) return;
  // Elements go behind the values, then all move to the front: the order among values does not matter to a predicate,
  // but the elements of one array stay together.
  for (let index = 0; index < values; index++) {
    const start = found.startOf(index);
    if (found.kinds[index] === JSON_ARRAY) appendElements(bytes, start, found);
    else found.add(bytes, start);
  }
  found.kinds.copyWithin(0, values, found.count);
  found.starts.copyWithin(0, values, found.count);
  found.ends.copyWithin(0, values, found.count);
  found.count -= values;
}

function appendElements(bytes: Buffer, start: number, found: ValueSpans): void {
  for (let at = firstMember(bytes, start); at >= 0; at = nextMember(bytes, found.endOf(found.count - 1))) {
    found.add(bytes, at);
  }
}

function collectFrom(bytes: Buffer, at: number, path: PayloadPath, from: number, found: ValueSpans): void {
  for (let index = from; index < path.length; index++) {
    const step = path[index];
    if (step?.kind === 'each') {
      if (bytes[at] !== 91) return;
      for (let element = firstMember(bytes, at); element >= 0;) {
        collectFrom(bytes, element, path, index + 1, found);
        element = nextMember(bytes, afterValue(bytes, element));
      }
      return;
    }
    if (step !== undefined) at = stepInto(bytes, at, step);
    if (at < 0) return;
  }
  found.add(bytes, at);
}

/** The first byte of the one value that a step leads to from the value at `at`, or -1. */
export function stepInto(bytes: Buffer, at: number, step: Exclude<PayloadStep, { readonly kind: 'each' }>): number {
  if (step.kind === 'key') return bytes[at] === 123 ? findMember(bytes, at, step.key) : -1;
  return bytes[at] === 91 ? findElement(bytes, at, step.index) : -1;
}
