import type { VectorDatatype } from './vectors.ts';

/**
 * Numbers as a datatype keeps them (SEMANTICS.md 1.3). float16: IEEE half, to the nearest, ties to even; what is too
 * large becomes infinite. uint8: towards zero, cut to 0 … 255, NaN is 0.
 */

const word = new Uint32Array(1);
const real = new Float32Array(word.buffer);

/** The bits of a half. */
export function toFloat16(value: number): number {
  real[0] = value;
  const bits = word[0] as number;
  const sign = (bits >>> 16) & 0x8000;
  const exponent = (bits >>> 23) & 0xff;
  const mantissa = bits & 0x7fffff;
  if (exponent === 0xff) return sign | 0x7c00 | (mantissa === 0 ? 0 : 0x200);
  const shifted = exponent - 112;
  if (shifted >= 31) return sign | 0x7c00;
  if (shifted <= 0) {
    if (shifted < -10) return sign;
    // A subnormal half: the leading one becomes part of the mantissa.
    return sign | roundedShift(mantissa | 0x800000, 14 - shifted);
  }
  // Rounding up may carry into the exponent, which is then right.
  return sign | roundedShift((shifted << 23) | mantissa, 13);
}

export function fromFloat16(bits: number): number {
  const sign = (bits & 0x8000) === 0 ? 1 : -1;
  const exponent = (bits >>> 10) & 31;
  const mantissa = bits & 0x3ff;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 31) return mantissa === 0 ? sign * Infinity : NaN;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

/** Makes each value what a datatype keeps of it, in place. turbo4 keeps codes of whole vectors: not here. */
export function roundToDatatype(values: Float32Array, datatype: VectorDatatype | undefined): void {
  if (datatype === 'float16') {
    for (let at = 0; at < values.length; at++) values[at] = fromFloat16(toFloat16(values[at] as number));
  } else if (datatype === 'uint8') {
    for (let at = 0; at < values.length; at++) values[at] = toUint8(values[at] as number);
  }
}

/** Rust's `as u8`. */
function toUint8(value: number): number {
  return Number.isNaN(value) ? 0 : Math.min(Math.max(Math.trunc(value), 0), 255);
}

/** value >> shift, to the nearest, ties to even. */
function roundedShift(value: number, shift: number): number {
  const whole = value >>> shift;
  const rest = value & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return rest > half || (rest === half && (whole & 1) === 1) ? whole + 1 : whole;
}
