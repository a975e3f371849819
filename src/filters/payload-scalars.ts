import { storedText } from '../base/json/stored-json.ts';

/**
 * Reading single values of payload bytes; `start` and `end` are those of the value's span, quotes included.
 */

/** The characters of a string, escapes resolved. */
export function readText(bytes: Buffer, start: number, end: number): string {
  return storedText(bytes, start, end);
}

const POWERS: Float64Array = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

/** A number as the nearest double. */
export function readNumber(bytes: Buffer, start: number, end: number): number {
  const isNegative = bytes[start] === 45;
  let at = isNegative ? start + 1 : start;
  // 15 digits and a point: mantissa and power of ten are exact doubles, so their quotient is the nearest one.
  if (end - at <= 16) {
    let mantissa = 0;
    let decimals = -1;
    for (; at < end; at++) {
      const byte = bytes[at] ?? 0;
      if (byte >= 48 && byte <= 57) {
        mantissa = mantissa * 10 + (byte - 48);
        if (decimals >= 0) decimals++;
      } else if (byte === 46) decimals = 0;
      else break;
    }
    if (at === end && mantissa < 2 ** 53) {
      const size = decimals > 0 ? mantissa / (POWERS[decimals] ?? 1) : mantissa;
      return isNegative ? -size : size;
    }
  }
  return Number(bytes.toString('latin1', start, end));
}

const I64_MIN = -(2n ** 63n);
const U64_MAX = 2n ** 64n - 1n;

/** Whether a number is written as an integer is: serde_json makes a float of `1.0`, `1e0` and `-0`. */
function isIntegerText(bytes: Buffer, start: number, end: number): boolean {
  const isNegative = bytes[start] === 45;
  for (let at = isNegative ? start + 1 : start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte < 48 || byte > 57) return false;
  }
  return !(isNegative && bytes[start + 1] === 48);
}

/** The value of a JSON integer within i64 or u64; undefined for any other number. */
export function readInteger(bytes: Buffer, start: number, end: number): bigint | undefined {
  // 20: digits of u64, or of i64 with its sign.
  if (end - start > 20 || !isIntegerText(bytes, start, end)) return undefined;
  if (end - start <= 15) return BigInt(readNumber(bytes, start, end));
  const value = BigInt(bytes.toString('latin1', start, end));
  return value < I64_MIN || value > U64_MAX ? undefined : value;
}
