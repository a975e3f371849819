/**
 * Numbers of 64 bits as two unsigned words, the high one first, that compare as the numbers do: signed integers with
 * their sign bit turned, doubles with the sign bit turned where they are positive and all bits where they are negative.
 */
const doubles = new Float64Array(1);
const doubleWords = new Uint32Array(doubles.buffer);
/** Where the low word of a double stands in memory. */
const LOW_AT = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 0 : 1;
const HIGH_AT = 1 - LOW_AT;

/** Writes an integer within i64. */
export function putInteger(value: bigint, words: Uint32Array): void {
  words[0] = Number((value >> 32n) & 0xffffffffn) ^ 0x80000000;
  words[1] = Number(value & 0xffffffffn);
}

/** Writes a whole number that is exact as a double. */
export function putWholeNumber(value: number, words: Uint32Array): void {
  words[0] = Math.floor(value / 0x100000000) ^ 0x80000000;
  // By ToInt32, which takes the low 32 bits of negative numbers too.
  words[1] = value | 0;
}

export function takeInteger(high: number, low: number): bigint {
  return (BigInt(high ^ 0x80000000) << 32n) | BigInt(low);
}

/** Writes a double that is a number; -0 as 0. */
export function putDouble(value: number, words: Uint32Array): void {
  doubles[0] = value + 0;
  const high = doubleWords[HIGH_AT] ?? 0;
  const low = doubleWords[LOW_AT] ?? 0;
  const isNegative = high >>> 31 === 1;
  words[0] = isNegative ? ~high : high ^ 0x80000000;
  words[1] = isNegative ? ~low : low;
}

/** The same as the nearest double. */
export function takeWholeNumber(high: number, low: number): number {
  return (high ^ 0x80000000) * 0x100000000 + low;
}

export function takeDouble(high: number, low: number): number {
  const isNegative = high >>> 31 === 0;
  doubleWords[HIGH_AT] = isNegative ? ~high : high ^ 0x80000000;
  doubleWords[LOW_AT] = isNegative ? ~low : low;
  return doubles[0] ?? 0;
}

/** Such a number. */
export interface SortableKey {
  readonly high: number;
  readonly low: number;
}

/** Keys from `least` to `most`, both included. */
export interface KeyInterval {
  readonly least: SortableKey;
  readonly most: SortableKey;
}

export const LEAST_KEY: SortableKey = { high: 0, low: 0 };
export const GREATEST_KEY: SortableKey = { high: 0xffffffff, low: 0xffffffff };

export function integerKey(value: bigint): SortableKey {
  const words = new Uint32Array(2);
  putInteger(value, words);
  return { high: words[0] ?? 0, low: words[1] ?? 0 };
}

export function doubleKey(value: number): SortableKey {
  const words = new Uint32Array(2);
  putDouble(value, words);
  return { high: words[0] ?? 0, low: words[1] ?? 0 };
}

/** The key that follows; no number has the last one. */
export function keyAfter({ high, low }: SortableKey): SortableKey {
  return low === 0xffffffff ? { high: high + 1, low: 0 } : { high, low: low + 1 };
}

/** The key before; no number has the first one. */
export function keyBefore({ high, low }: SortableKey): SortableKey {
  return low === 0 ? { high: high - 1, low: 0xffffffff } : { high, low: low - 1 };
}
