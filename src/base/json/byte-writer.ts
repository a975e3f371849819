const FIRST_BYTES = 4096;
/** A writer keeps its array between answers up to this size. */
const KEPT_BYTES_MAX = 1 << 20;

/** Exact doubles: 10^0 … 10^22. */
const POWERS: Float64Array = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

/**
 * JSON written straight into bytes, for answers of many numbers: no string per number. The array grows as needed and is
 * used again after `take`.
 */
export class ByteWriter {
  private bytes: Buffer = Buffer.allocUnsafe(FIRST_BYTES);
  private length = 0;

  /** Text of ASCII characters alone. */
  ascii(text: string): void {
    const { length } = text;
    this.reserve(length);
    const { bytes } = this;
    let at = this.length;
    // A short loop beats the call into the runtime.
    if (length > 40) bytes.write(text, at, 'latin1');
    else for (let index = 0; index < length; index++) bytes[at++] = text.charCodeAt(index);
    this.length += length;
  }

  /** Any text, as UTF-8. */
  utf8(text: string): void {
    this.reserve(text.length * 3);
    this.length += this.bytes.write(text, this.length, 'utf8');
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  /** Bytes that are JSON already. */
  raw(source: Uint8Array): void {
    this.reserve(source.length);
    this.bytes.set(source, this.length);
    this.length += source.length;
  }

  /** `[…]` of 32-bit floats. */
  floats(values: Float32Array): void {
    // 16: the longest float is `-1.17549435e-38` and a comma.
    this.reserve(values.length * 17 + 2);
    const { bytes } = this;
    let at = this.length;
    bytes[at++] = 91;
    for (let index = 0; index < values.length; index++) {
      if (index > 0) bytes[at++] = 44;
      at = writeFloat(bytes, at, values[index] ?? 0);
    }
    bytes[at++] = 93;
    this.length = at;
  }

  /** One 32-bit float: the shortest digits that read back as the same float, as serde_json prints them. */
  float(value: number): void {
    this.reserve(17);
    this.length = writeFloat(this.bytes, this.length, value);
  }

  /** What has been written, in an array of its own; the writer is empty again. */
  take(): Buffer {
    const taken = Buffer.from(this.bytes.subarray(0, this.length));
    this.clear();
    return taken;
  }

  /**
   * What has been written, each byte as one character (`latin1`); the writer is empty again. Node sends a short string
   * together with the head in one write.
   */
  takeLatin1(): string {
    const text = this.bytes.toString('latin1', 0, this.length);
    this.clear();
    return text;
  }

  get byteLength(): number {
    return this.length;
  }

  private clear(): void {
    this.length = 0;
    if (this.bytes.length > KEPT_BYTES_MAX) this.bytes = Buffer.allocUnsafe(FIRST_BYTES);
  }

  private reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.bytes.length * 2));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }
}

/** Between these the search for digits needs no powers beyond the table and no digits beyond an int32. */
const NEAR_MIN = 1e-6;
const NEAR_MAX = 1e6;

/**
 * Writes a 32-bit float at `at` and returns the offset after it; JSON has no word for what is not finite: `null`.
 *
 * Six digits always tell apart what six digits wrote, nine tell apart all floats: so the first precision from six on
 * that reads back is the shortest once its trailing zeros are gone.
 */
function writeFloat(bytes: Buffer, at: number, value: number): number {
  const size = Math.abs(value);
  if (value < 0 || Object.is(value, -0)) bytes[at++] = 45;
  if (size === 0) return writeDigits(bytes, at, 0, 0);
  if (!Number.isFinite(size)) return at - (value < 0 ? 1 : 0) + bytes.write('null', at - (value < 0 ? 1 : 0), 'latin1');
  if (size < NEAR_MIN || size >= NEAR_MAX) return writeFar(bytes, at, size);
  // Decimals at which six significant digits are kept: 10^(5 - scale) ≤ size < 10^(6 - scale).
  let scale = 5;
  if (size >= 1) while (size >= (POWERS[6 - scale] ?? 0)) scale--;
  else while (size * (POWERS[scale - 5] ?? 0) < 1) scale++;
  for (const last = scale + 3; scale <= last; scale++) {
    const power = POWERS[scale] ?? 1;
    // At most ten digits: below 2^31.
    const digits = Math.floor(size * power + 0.5) | 0;
    if (Math.fround(digits / power) === size) return writeDigits(bytes, at, digits, -scale);
  }
  return writeFar(bytes, at, size);
}

/** The same for very large and very small values, by way of text. */
function writeFar(bytes: Buffer, at: number, size: number): number {
  let text = '';
  for (let precision = 1; precision <= 9; precision++) {
    text = size.toExponential(precision - 1);
    if (Math.fround(Number(text)) === size) break;
  }
  const [mantissa = '0', power = '0'] = text.split('e');
  const digits = mantissa.replace('.', '');
  return writeDigits(bytes, at, Number(digits), Number(power) - digits.length + 1);
}

/** Writes digits × 10^exponent as ryu prints 32-bit floats: `1.0`, `0.0625`, `1e-7`. */
function writeDigits(bytes: Buffer, at: number, digits: number, exponent: number): number {
  while (digits !== 0 && digits % 10 === 0) {
    digits = (digits / 10) | 0;
    exponent++;
  }
  let count = 1;
  for (let limit = 10; digits >= limit; limit *= 10) count++;
  // Where the point stands, counted from the first digit.
  const point = count + exponent;
  if (exponent >= 0 && point <= 13) {
    at = writeInteger(bytes, at, digits, count);
    for (let zeros = exponent; zeros > 0; zeros--) bytes[at++] = 48;
    bytes[at++] = 46;
    bytes[at++] = 48;
    return at;
  }
  if (point > 0 && point <= 13) {
    const end = writeInteger(bytes, at + 1, digits, count);
    for (let index = 0; index < point; index++) bytes[at + index] = bytes[at + index + 1] ?? 0;
    bytes[at + point] = 46;
    return end;
  }
  if (point > -6 && point <= 0) {
    bytes[at++] = 48;
    bytes[at++] = 46;
    for (let zeros = -point; zeros > 0; zeros--) bytes[at++] = 48;
    return writeInteger(bytes, at, digits, count);
  }
  const end = writeInteger(bytes, at + 1, digits, count);
  bytes[at] = bytes[at + 1] ?? 0;
  if (count > 1) {
    bytes[at + 1] = 46;
    at = end;
  } else at++;
  return at + bytes.write(`e${point - 1}`, at, 'latin1');
}

function writeInteger(bytes: Buffer, at: number, digits: number, count: number): number {
  const end = at + count;
  let rest = digits;
  for (let index = end - 1; index >= at; index--) {
    const tenth = (rest / 10) | 0;
    bytes[index] = 48 + (rest - tenth * 10);
    rest = tenth;
  }
  return end;
}
