import type { JsonTree } from './json-tree.ts';

/** Powers of ten that are exact doubles. */
const POWERS: Float64Array = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

/**
 * Half-width of the interval in which the true value lies around our estimate, relative: each of at most five inexact
 * steps below errs by 2^-53, digits after the 19th by 1e-19. 2^-48 is far above their sum, and the interval still
 * crosses a boundary between two f32 only once in eight million numbers.
 */
const DOUBT = 2 ** -48;
const ABOVE = 1 + DOUBT;
const BELOW = 1 - DOUBT;

/** The least double that rounds to an infinite f32. */
const F32_OVERFLOW = 3.4028235677973366e38;

/** Significant digits that count: the rest changes the value by less than DOUBT. */
const DIGITS_MAX = 19;

/**
 * Reads an array of numbers, whose `[` stands at `at`, straight into `tree.floats`.
 *
 * Every value is the f32 nearest to the double nearest to the digits, as `(value as f64) as f32` gives it, found
 * without building a string: an estimate in double arithmetic is right when both ends of its interval of doubt round
 * to the same f32; else the engine's own Number() decides.
 * Returns the offset after `]`, or -1 where the array holds anything but numbers or is broken: the caller reads it anew,
 * the general way, which finds the error too. An empty array answers -1 as well.
 * Cost    one pass over the bytes, no allocation; about 2 ns a byte.
 */
export function parseFloats(tree: JsonTree, at: number): number {
  const { bytes } = tree;
  let floats = tree.floats;
  let count = tree.floatCount;
  let byte: number | undefined;
  for (;;) {
    byte = bytes[++at];
    while (byte === 32 || byte === 10 || byte === 13 || byte === 9) byte = bytes[++at];
    const start = at;
    const negative = byte === 45;
    if (negative) byte = bytes[++at];
    if (byte === undefined || byte < 48 || byte > 57) return -1;

    let mantissa = byte - 48;
    let exponent = 0;
    // Digits left after this one; a leading zero is not significant.
    let room = mantissa === 0 ? DIGITS_MAX : DIGITS_MAX - 1;
    byte = bytes[++at];
    if (mantissa === 0) {
      if (byte !== undefined && byte >= 48 && byte <= 57) return -1;
    } else {
      while (byte !== undefined && byte >= 48 && byte <= 57) {
        if (room > 0) {
          mantissa = mantissa * 10 + (byte - 48);
          room--;
        } else exponent++;
        byte = bytes[++at];
      }
    }
    if (byte === 46) {
      byte = bytes[++at];
      if (byte === undefined || byte < 48 || byte > 57) return -1;
      do {
        if (room > 0) {
          mantissa = mantissa * 10 + (byte - 48);
          if (mantissa !== 0) room--;
          exponent--;
        }
        byte = bytes[++at];
      } while (byte !== undefined && byte >= 48 && byte <= 57);
    }
    if (byte === 101 || byte === 69) {
      byte = bytes[++at];
      const negativeExponent = byte === 45;
      if (negativeExponent || byte === 43) byte = bytes[++at];
      if (byte === undefined || byte < 48 || byte > 57) return -1;
      let written = 0;
      do {
        if (written < 10_000) written = written * 10 + (byte - 48);
        byte = bytes[++at];
      } while (byte !== undefined && byte >= 48 && byte <= 57);
      exponent += negativeExponent ? -written : written;
    }

    let value: number;
    if (exponent >= -22 && exponent <= 22) {
      value = exponent < 0 ? mantissa / (POWERS[-exponent] ?? 1) : mantissa * (POWERS[exponent] ?? 1);
      if (Math.fround(value * ABOVE) !== Math.fround(value * BELOW))
        value = Number(bytes.toString('latin1', start + (negative ? 1 : 0), at));
    } else {
      value = Number(bytes.toString('latin1', start + (negative ? 1 : 0), at));
      if (value === Infinity) return -1;
    }
    if (value >= F32_OVERFLOW) tree.hasInfinite = true;
    if (count === floats.length) floats = tree.growFloats();
    floats[count++] = negative ? -value : value;

    while (byte === 32 || byte === 10 || byte === 13 || byte === 9) byte = bytes[++at];
    if (byte === 44) continue;
    if (byte !== 93) return -1;
    tree.floatCount = count;
    return at + 1;
  }
}
