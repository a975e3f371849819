/** Numbers as Rust writes them. */

/** A double as serde_json prints it: shortest digits, always with a point or an exponent. What it cannot print as Display does. */
export function ryuText(value: number): string {
  if (!Number.isFinite(value)) return plainText(value);
  const size = Math.abs(value);
  // Between these JavaScript writes the same digits, and no exponent either.
  if (size >= 1e-5 && size < 1e16) return Number.isInteger(value) ? `${value}.0` : String(value);
  const [digits, exponent] = shortestDigits(value);
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const point = digits.length + exponent;
  if (exponent >= 0 && point <= 16) return `${sign}${digits}${'0'.repeat(exponent)}.0`;
  if (point > 0 && point <= 16) return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
  if (point > -5 && point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
  return `${sign}${digits.slice(0, 1)}${fraction}e${point - 1}`;
}

/** A double as Rust's Display prints it: shortest digits, never an exponent, no point where it is whole. */
export function plainText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  if (!Number.isFinite(value)) return `${sign}inf`;
  const [digits, exponent] = shortestDigits(value);
  const point = digits.length + exponent;
  if (exponent >= 0) return `${sign}${digits}${'0'.repeat(exponent)}`;
  if (point > 0) return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
  return `${sign}0.${'0'.repeat(-point)}${digits}`;
}

/** The double whose shortest digits are those of the 32-bit float nearest to `value`. */
export function floatDigits(value: number): number {
  const float = Math.fround(value);
  for (let precision = 6; precision < 9; precision++) {
    const shorter = Number(float.toPrecision(precision));
    if (Math.fround(shorter) === float) return shorter;
  }
  return Number(float.toPrecision(9));
}

/** Digits without leading or trailing zeros, and the power of ten of the last one. */
function shortestDigits(value: number): [string, number] {
  if (value === 0) return ['0', 0];
  const [mantissa = '0', power = '0'] = Math.abs(value).toExponential().split('e');
  const digits = mantissa.replace('.', '');
  return [digits, Number(power) - digits.length + 1];
}
