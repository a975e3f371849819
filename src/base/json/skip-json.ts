import { isUtf8 } from 'node:buffer';

import { JsonSyntaxError } from './json-error.ts';

/** serde_json's limit: the 128th open bracket is refused. */
export const JSON_DEPTH_MAX = 127;

/** The offset of the first byte from `at` on that is not white space. */
export function skipSpace(bytes: Uint8Array, at: number): number {
  let byte = bytes[at];
  while (byte === 32 || byte === 10 || byte === 13 || byte === 9) byte = bytes[++at];
  return at;
}

/** `at` + 1, but never past the end: where serde_json sees a byte that it only looked at. */
function peeked(bytes: Uint8Array, at: number): number {
  return Math.min(bytes.length, at + 1);
}

/**
 * Checks a string that opens at `at` and returns the offset after its closing quote.
 * utf8Known  the whole text is known to be valid UTF-8.
 */
export function skipString(bytes: Uint8Array, at: number, utf8Known: boolean): number {
  const start = at++;
  for (;;) {
    const byte = bytes[at++];
    if (byte === 34) break;
    if (byte === undefined) throw new JsonSyntaxError('eofString', bytes.length);
    if (byte === 92) at = skipEscape(bytes, at);
    else if (byte < 32) throw new JsonSyntaxError('control', at);
  }
  if (!utf8Known && !isUtf8(bytes.subarray(start, at))) throw new JsonSyntaxError('unicode', at);
  return at;
}

function skipEscape(bytes: Uint8Array, at: number): number {
  const byte = bytes[at++];
  switch (byte) {
    case 34: // "
    case 92: // \
    case 47: // /
    case 98: // b
    case 102: // f
    case 110: // n
    case 114: // r
    case 116: // t
      return at;
    case 117: // u
      return skipCodePoint(bytes, at);
    case undefined:
      throw new JsonSyntaxError('eofString', bytes.length);
    default:
      throw new JsonSyntaxError('escape', at);
  }
}

function skipCodePoint(bytes: Uint8Array, at: number): number {
  const unit = hexUnit(bytes, at);
  at += 4;
  if (unit < 0xd800 || unit > 0xdfff) return at;
  if (unit >= 0xdc00) throw new JsonSyntaxError('surrogate', at);
  for (const expected of [92, 117]) {
    if (at >= bytes.length) throw new JsonSyntaxError('eofString', bytes.length);
    if (bytes[at++] !== expected) throw new JsonSyntaxError('hexEnd', at);
  }
  const low = hexUnit(bytes, at);
  at += 4;
  if (low < 0xdc00 || low > 0xdfff) throw new JsonSyntaxError('surrogate', at);
  return at;
}

function hexUnit(bytes: Uint8Array, at: number): number {
  if (at + 4 > bytes.length) throw new JsonSyntaxError('eofString', bytes.length);
  let unit = 0;
  for (let index = at; index < at + 4; index++) {
    const digit = hexDigit(bytes[index] ?? 0);
    if (digit < 0) throw new JsonSyntaxError('escape', at + 4);
    unit = unit * 16 + digit;
  }
  return unit;
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

/** Checks the number that begins at `at` and returns the offset after it. */
export function skipNumber(bytes: Uint8Array, at: number): number {
  const start = at;
  if (bytes[at] === 45) at++;
  let byte = bytes[at];
  if (byte === 48) {
    byte = bytes[++at];
    if (isDigit(byte)) throw new JsonSyntaxError('number', at + 1);
  } else if (isDigit(byte)) {
    at = skipDigits(bytes, at);
    byte = bytes[at];
  } else {
    throw byte === undefined ? new JsonSyntaxError('eofValue', at) : new JsonSyntaxError('number', at + 1);
  }
  if (byte === 46) {
    at++;
    if (!isDigit(bytes[at])) throw new JsonSyntaxError(at < bytes.length ? 'number' : 'eofValue', peeked(bytes, at));
    at = skipDigits(bytes, at);
    byte = bytes[at];
  }
  if (byte === 101 || byte === 69) {
    at++;
    if (bytes[at] === 43 || bytes[at] === 45) at++;
    if (!isDigit(bytes[at])) throw new JsonSyntaxError(at < bytes.length ? 'number' : 'eofValue', peeked(bytes, at));
    at = skipDigits(bytes, at);
    checkRange(bytes, start, at);
  } else if (at - start > 300) {
    checkRange(bytes, start, at);
  }
  return at;
}

/** What does not fit into a double is refused. */
function checkRange(bytes: Uint8Array, start: number, end: number): void {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
  if (!Number.isFinite(Number(text))) throw new JsonSyntaxError('numberRange', end);
}

function skipDigits(bytes: Uint8Array, at: number): number {
  while (isDigit(bytes[at])) at++;
  return at;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 48 && byte <= 57;
}

/** Checks one of `true`, `false`, `null`, whose first letter stands at `at`. */
export function skipWord(bytes: Uint8Array, at: number, word: string): number {
  for (let index = 1; index < word.length; index++) {
    const byte = bytes[at + index];
    if (byte === undefined) throw new JsonSyntaxError('eofValue', bytes.length);
    if (byte !== word.charCodeAt(index)) throw new JsonSyntaxError('ident', at + index + 1);
  }
  return at + word.length;
}

/** Checks any value that begins at `at` (no white space before it) without taking it apart; returns its end. */
export function skipValue(bytes: Uint8Array, at: number, utf8Known: boolean, depth: number): number {
  switch (bytes[at]) {
    case 34:
      return skipString(bytes, at, utf8Known);
    case 123:
      return skipObject(bytes, at, utf8Known, depth + 1);
    case 91:
      return skipArray(bytes, at, utf8Known, depth + 1);
    case 116:
      return skipWord(bytes, at, 'true');
    case 102:
      return skipWord(bytes, at, 'false');
    case 110:
      return skipWord(bytes, at, 'null');
    case undefined:
      throw new JsonSyntaxError('eofValue', bytes.length);
    default:
      if (bytes[at] === 45 || isDigit(bytes[at])) return skipNumber(bytes, at);
      throw new JsonSyntaxError('value', at + 1);
  }
}

function skipObject(bytes: Uint8Array, at: number, utf8Known: boolean, depth: number): number {
  if (depth > JSON_DEPTH_MAX) throw new JsonSyntaxError('depth', at + 1);
  at = skipSpace(bytes, at + 1);
  if (bytes[at] === 125) return at + 1;
  for (;;) {
    expectKey(bytes, at);
    at = skipColon(bytes, skipString(bytes, at, utf8Known));
    at = skipSpace(bytes, skipValue(bytes, at, utf8Known, depth));
    if (bytes[at] === 125) return at + 1;
    at = skipObjectComma(bytes, at);
  }
}

function skipArray(bytes: Uint8Array, at: number, utf8Known: boolean, depth: number): number {
  if (depth > JSON_DEPTH_MAX) throw new JsonSyntaxError('depth', at + 1);
  at = skipSpace(bytes, at + 1);
  if (bytes[at] === 93) return at + 1;
  if (at >= bytes.length) throw new JsonSyntaxError('eofList', bytes.length);
  for (;;) {
    at = skipSpace(bytes, skipValue(bytes, at, utf8Known, depth));
    if (bytes[at] === 93) return at + 1;
    at = skipArrayComma(bytes, at);
  }
}

/** The first key of an object must stand at `at`. */
export function expectKey(bytes: Uint8Array, at: number): void {
  if (bytes[at] === 34) return;
  throw at < bytes.length ? new JsonSyntaxError('keyString', at + 1) : new JsonSyntaxError('eofObject', bytes.length);
}

/** From the end of a key to the first byte of its value. */
export function skipColon(bytes: Uint8Array, at: number): number {
  at = skipSpace(bytes, at);
  if (bytes[at] === 58) return skipSpace(bytes, at + 1);
  throw at < bytes.length ? new JsonSyntaxError('colon', at + 1) : new JsonSyntaxError('eofObject', bytes.length);
}

/** From what follows an object's value, which is no brace, to the next key. */
export function skipObjectComma(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== 44) {
    throw at < bytes.length
      ? new JsonSyntaxError('objectCommaOrEnd', at + 1)
      : new JsonSyntaxError('eofObject', bytes.length);
  }
  at = skipSpace(bytes, at + 1);
  const byte = bytes[at];
  if (byte === 34) return at;
  if (byte === undefined) throw new JsonSyntaxError('eofValue', bytes.length);
  throw new JsonSyntaxError(byte === 125 ? 'trailingComma' : 'keyString', at + 1);
}

/** From what follows an array's element, which is no bracket, to the next element. */
export function skipArrayComma(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== 44) {
    throw at < bytes.length
      ? new JsonSyntaxError('listCommaOrEnd', at + 1)
      : new JsonSyntaxError('eofList', bytes.length);
  }
  at = skipSpace(bytes, at + 1);
  const byte = bytes[at];
  if (byte === undefined) throw new JsonSyntaxError('eofValue', bytes.length);
  if (byte === 93) throw new JsonSyntaxError('trailingComma', at + 1);
  return at;
}
