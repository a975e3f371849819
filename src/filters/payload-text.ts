import { afterString, hasEscape, storedText } from '../base/json/stored-json.ts';

/**
 * Comparing strings of payload bytes with text that is known beforehand, without making a string.
 * `at` is the opening quote everywhere.
 */

/** Text to look for: as characters, and as UTF-8. */
export interface Needle {
  readonly text: string;
  readonly bytes: Buffer;
}

export function needleOf(text: string): Needle {
  return { text, bytes: Buffer.from(text) };
}

/** Whether the string's characters are the needle's. */
export function equalsText(bytes: Buffer, at: number, needle: Needle): boolean {
  const matched = beginning(bytes, at, needle.bytes);
  if (matched === ESCAPED) return decoded(bytes, at) === needle.text;
  return matched === BEGINS && bytes[at + 1 + needle.bytes.length] === 34;
}

export function startsWithText(bytes: Buffer, at: number, needle: Needle): boolean {
  const matched = beginning(bytes, at, needle.bytes);
  return matched === ESCAPED ? decoded(bytes, at).startsWith(needle.text) : matched === BEGINS;
}

const DIFFERS = 0;
const BEGINS = 1;
const ESCAPED = 2;

/** Whether the string begins with the needle, or has an escape where it would have to. */
function beginning(bytes: Buffer, at: number, needle: Uint8Array): number {
  at++;
  for (let index = 0; index < needle.length; index++) {
    const byte = bytes[at++];
    // An escape may stand for the needle's character; a quote ends the string, whatever the needle has there.
    if (byte === 92) return ESCAPED;
    if (byte === 34 || byte !== needle[index]) return DIFFERS;
  }
  return BEGINS;
}

/** 64: from this length on a view of the string and native searches in it cost less than loops over the bytes. */
const SHORT_STRING = 64;

/** Whether any of the needles is part of the string. */
export function includesText(bytes: Buffer, at: number, needles: readonly Needle[]): boolean {
  const end = afterString(bytes, at);
  const isShort = end - at < SHORT_STRING;
  // A view, since a native search would not stop at the string's end.
  const long = isShort ? bytes : bytes.subarray(at + 1, end - 1);
  if (isShort ? hasEscape(bytes, at, end) : long.includes(92)) {
    const text = storedText(bytes, at, end);
    return needles.some((needle) => text.includes(needle.text));
  }
  for (const needle of needles) {
    if (isShort ? includesBytes(bytes, at + 1, end - 1, needle.bytes) : long.includes(needle.bytes)) return true;
  }
  return false;
}

function includesBytes(bytes: Buffer, start: number, end: number, needle: Uint8Array): boolean {
  const { length } = needle;
  if (length === 0) return true;
  const first = needle[0];
  const last = end - length;
  for (let at = start; at <= last; at++) {
    if (bytes[at] !== first) continue;
    let index = 1;
    while (index < length && bytes[at + index] === needle[index]) index++;
    if (index === length) return true;
  }
  return false;
}

function decoded(bytes: Buffer, at: number): string {
  return storedText(bytes, at, afterString(bytes, at));
}

/** Many texts, for one look-up: a table over the hashes of their bytes. */
export class NeedleSet {
  readonly #texts: ReadonlySet<string>;
  readonly #needles: readonly Uint8Array[];
  /** Index of a needle + 1 by its hash; 0 = free. Never more than half full, so that a search ends. */
  readonly #table: Uint32Array;

  constructor(texts: readonly string[]) {
    this.#texts = new Set(texts);
    this.#needles = [...this.#texts].map((text) => Buffer.from(text));
    this.#table = new Uint32Array(2 ** Math.ceil(Math.log2(this.#needles.length * 2 + 2)));
    this.#needles.forEach((needle, index) => {
      let place = this.#placeOf(hashOf(needle, 0, needle.length));
      while (this.#table[place] !== 0) place = this.#placeOf(place + 1);
      this.#table[place] = index + 1;
    });
  }

  /** Whether the string that opens at `at` is one of them. */
  hasText(bytes: Buffer, at: number): boolean {
    const end = afterString(bytes, at);
    if (hasEscape(bytes, at, end)) return this.#texts.has(storedText(bytes, at, end));
    return this.hasBytes(bytes, at + 1, end - 1);
  }

  hasBytes(bytes: Buffer, start: number, end: number): boolean {
    let place = this.#placeOf(hashOf(bytes, start, end));
    for (;;) {
      const entry = this.#table[place] ?? 0;
      if (entry === 0) return false;
      if (sameBytes(bytes, start, end, this.#needles[entry - 1])) return true;
      place = this.#placeOf(place + 1);
    }
  }

  #placeOf(hash: number): number {
    return hash & (this.#table.length - 1);
  }
}

function sameBytes(bytes: Buffer, start: number, end: number, needle: Uint8Array | undefined): boolean {
  if (needle?.length !== end - start) return false;
  for (let index = 0; index < needle.length; index++) if (bytes[start + index] !== needle[index]) return false;
  return true;
}

/** FNV-1a, its high bits mixed into the low ones, which alone choose the place. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  return hash ^ (hash >>> 15);
}
