/**
 * The machine that Snowball programs run on: a word, a cursor in it, and the limits between which it may move.
 *
 * Offsets are UTF-16 code units on character boundaries. The tables of a program hold no character outside the basic
 * plane, so that comparing code units orders as the original's bytes do.
 *
 * Source: src/snowball/snowball_env.rs of rust-stemmers 1.2.0 (MIT or BSD-3-Clause; below), kept step by step, its quirks too:
 * the words in an index must be those that Qdrant's own stemmer makes.
 */

/**
 * One entry of a sorted table of strings: the text, the index of the longest entry that is a proper prefix (backwards:
 * suffix) of it or -1, the result that tells the entry from others, and a condition of its own.
 */
export type Among = readonly [text: string, shorter: number, result: number, condition?: () => boolean];

export class SnowballWord {
  current = '';
  cursor = 0;
  limit = 0;
  limitBackward = 0;
  /** The slice that `sliceFrom` replaces: from `bra` up to `ket`. */
  bra = 0;
  ket = 0;

  set(text: string): void {
    this.current = text;
    this.cursor = 0;
    this.limit = text.length;
    this.limitBackward = 0;
    this.bra = 0;
    this.ket = text.length;
  }

  characterCount(): number {
    let count = 0;
    for (let at = 0; at < this.current.length; at += 1) {
      if (!isSecondHalf(this.current.charCodeAt(at))) count += 1;
    }
    return count;
  }

  /** Whether `text` stands behind the cursor; then the cursor passes it. */
  eqS(text: string): boolean {
    if (this.cursor >= this.limit) return false;
    if (!this.current.startsWith(text, this.cursor)) return false;
    this.cursor += text.length;
    return true;
  }

  /** The same before the cursor, backwards. */
  eqSB(text: string): boolean {
    const start = this.cursor - text.length;
    if (start < this.limitBackward) return false;
    if (!this.current.startsWith(text, start)) return false;
    this.cursor = start;
    return true;
  }

  nextChar(): void {
    this.cursor += 1;
    while (isSecondHalf(this.current.charCodeAt(this.cursor))) this.cursor += 1;
  }

  previousChar(): void {
    this.cursor -= 1;
    while (isSecondHalf(this.current.charCodeAt(this.cursor))) this.cursor -= 1;
  }

  /** The offset `count` characters from the cursor, which may lie outside the word. */
  hop(count: number): number {
    let at = this.cursor;
    for (let left = Math.abs(count); left > 0; left -= 1) {
      at += Math.sign(count);
      while (isSecondHalf(this.current.charCodeAt(at))) at += Math.sign(count);
    }
    return at;
  }

  // A group of characters is a bitmap over the codes from `min` to `max`, lowest bit first.

  inGrouping(group: Uint8Array, min: number, max: number): boolean {
    if (this.cursor >= this.limit) return false;
    if (!isInGroup(this.#codePointAt(this.cursor), group, min, max)) return false;
    this.nextChar();
    return true;
  }

  inGroupingB(group: Uint8Array, min: number, max: number): boolean {
    if (this.cursor <= this.limitBackward) return false;
    const before = this.cursor;
    this.previousChar();
    if (isInGroup(this.#codePointAt(this.cursor), group, min, max)) return true;
    this.cursor = before;
    return false;
  }

  outGrouping(group: Uint8Array, min: number, max: number): boolean {
    if (this.cursor >= this.limit) return false;
    if (isInGroup(this.#codePointAt(this.cursor), group, min, max)) return false;
    this.nextChar();
    return true;
  }

  outGroupingB(group: Uint8Array, min: number, max: number): boolean {
    if (this.cursor <= this.limitBackward) return false;
    const before = this.cursor;
    this.previousChar();
    if (!isInGroup(this.#codePointAt(this.cursor), group, min, max)) return true;
    this.cursor = before;
    return false;
  }

  sliceDel(): void {
    this.#replace(this.bra, this.ket, '');
  }

  sliceFrom(text: string): void {
    this.#replace(this.bra, this.ket, text);
  }

  sliceTo(): string {
    return this.current.substring(this.bra, this.ket);
  }

  /** Inserts at the cursor. */
  insert(text: string): void {
    const at = this.cursor;
    this.#replace(at, at, text);
    if (at <= this.bra) this.bra += text.length;
    if (at <= this.ket) this.ket += text.length;
  }

  /** The result of the longest entry of `table` behind the cursor, which passes it; 0 = none. */
  findAmong(table: readonly Among[]): number {
    const { current, cursor, limit } = this;
    let low = 0;
    let high = table.length;
    let lowCommon = 0;
    let highCommon = 0;
    let firstInspected = false;
    for (;;) {
      const middle = low + ((high - low) >> 1);
      const text = table[middle]?.[0] ?? '';
      let common = Math.min(lowCommon, highCommon);
      let difference = 0;
      while (common < text.length) {
        if (cursor + common === limit) difference = -1;
        else difference = current.charCodeAt(cursor + common) - text.charCodeAt(common);
        if (difference !== 0) break;
        common += 1;
      }
      if (difference < 0) {
        high = middle;
        highCommon = common;
      } else {
        low = middle;
        lowCommon = common;
      }
      if (high - low <= 1) {
        if (low > 0 || high === low || firstInspected) break;
        firstInspected = true;
      }
    }
    return this.#longest(table, low, lowCommon, 1);
  }

  /** The same before the cursor, backwards. */
  findAmongB(table: readonly Among[]): number {
    const { current, cursor, limitBackward } = this;
    let low = 0;
    let high = table.length;
    let lowCommon = 0;
    let highCommon = 0;
    let firstInspected = false;
    for (;;) {
      const middle = low + ((high - low) >> 1);
      const text = table[middle]?.[0] ?? '';
      let common = Math.min(lowCommon, highCommon);
      let difference = 0;
      while (common < text.length) {
        if (cursor - common === limitBackward) difference = -1;
        else difference = current.charCodeAt(cursor - common - 1) - text.charCodeAt(text.length - common - 1);
        if (difference !== 0) break;
        common += 1;
      }
      if (difference < 0) {
        high = middle;
        highCommon = common;
      } else {
        low = middle;
        lowCommon = common;
      }
      if (high - low <= 1) {
        if (low > 0 || high === low || firstInspected) break;
        firstInspected = true;
      }
    }
    return this.#longest(table, low, lowCommon, -1);
  }

  /** From the entry that the search ended at to ever shorter ones, until one is whole and its condition holds. */
  #longest(table: readonly Among[], index: number, common: number, direction: 1 | -1): number {
    const start = this.cursor;
    for (let at = index; at >= 0;) {
      const entry = table[at];
      if (entry === undefined) return 0;
      const [text, shorter, result, condition] = entry;
      if (common >= text.length) {
        this.cursor = start + direction * text.length;
        if (condition === undefined) return result;
        const holds = condition();
        this.cursor = start + direction * text.length;
        if (holds) return result;
      }
      at = shorter;
    }
    return 0;
  }

  #replace(from: number, to: number, text: string): void {
    const growth = text.length - (to - from);
    this.current = this.current.substring(0, from) + text + this.current.substring(to);
    this.limit += growth;
    if (this.cursor >= to) this.cursor += growth;
    else if (this.cursor > from) this.cursor = from;
  }

  #codePointAt(at: number): number {
    const code = this.current.charCodeAt(at);
    return code >= 0xd800 && code < 0xdc00 ? (this.current.codePointAt(at) ?? code) : code;
  }
}

/** Of a pair of UTF-16 code units; NaN, beyond the end of the word, is none. */
function isSecondHalf(code: number): boolean {
  return code >= 0xdc00 && code < 0xe000;
}

function isInGroup(code: number, group: Uint8Array, min: number, max: number): boolean {
  if (code < min || code > max) return false;
  const bit = code - min;
  return ((group[bit >> 3] ?? 0) & (1 << (bit & 7))) !== 0;
}

/*
 * The licence of Snowball (BSD-3-Clause), which holds for this file and for all of generated/:
 *
 * Copyright (c) 2001, Dr Martin Porter
 * Copyright (c) 2004,2005, Richard Boulton
 * All rights reserved.
 *
 * Redistribution and use in source and binary forms, with or without
 * modification, are permitted provided that the following conditions
 * are met:
 *
 *   1. Redistributions of source code must retain the above copyright notice,
 *      this list of conditions and the following disclaimer.
 *   2. Redistributions in binary form must reproduce the above copyright notice,
 *      this list of conditions and the following disclaimer in the documentation
 *      and/or other materials provided with the distribution.
 *   3. Neither the name of the Snowball project nor the names of its contributors
 *      may be used to endorse or promote products derived from this software
 *      without specific prior written permission.
 *
 * THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND
 * ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED
 * WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE
 * DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT OWNER OR CONTRIBUTORS BE LIABLE FOR
 * ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES
 * (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES;
 * LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON
 * ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT
 * (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE OF THIS
 * SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
 */
