import { afterString, afterValue, asBuffer, storedText } from '../../base/json/stored-json.ts';
import { varintBytes, withLength } from '../wire/lengths.ts';
import { writer } from '../wire/proto-writer.ts';

const SPACE = 32;
const QUOTE = 34;
const COMMA = 44;
const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const NINE = 57;
const OPEN_BRACKET = 91;
const BACKSLASH = 92;
const CLOSE_BRACKET = 93;
const LETTER_F = 102;
const LETTER_N = 110;
const LETTER_T = 116;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const CONTINUED = 0x80;

/** Tags of an entry of a map, and of a `Value`. */
const KEY_TAG = 10;
const VALUE_TAG = 18;
const NULL_TAG = 8;
const DOUBLE_TAG = 17;
const INTEGER_TAG = 24;
const STRING_TAG = 34;
const BOOL_TAG = 40;
const STRUCT_TAG = 50;
const LIST_TAG = 58;
/** Of `Struct.fields` and `ListValue.values`. */
const ELEMENT_TAG = 10;

/** So many digits are exact as a double. */
const EXACT_DIGITS_MAX = 15;
const INTEGER_MIN = -(2n ** 63n);
const INTEGER_MAX = 2n ** 63n - 1n;
/** Powers of ten that are exact as doubles. */
const POWERS_OF_TEN: Float64Array = Float64Array.from({ length: EXACT_DIGITS_MAX + 1 }, (_, power) => 10 ** power);

const NO_BYTES = new Uint8Array(0);
const INITIAL_BYTES = 16_384;
/** An array that one payload made larger than this is not kept for the next. */
const KEPT_BYTES_MAX = 1 << 20;
/** Up to this length a string is copied byte by byte: a call costs more. */
const SHORT_TEXT_MAX = 32;

/**
 * Writes a payload, raw JSON of an object that was checked when it came in, as the entries of a `map<string, Value>`:
 * integers that fit into 64 bits with a sign as such, all other numbers as doubles. No JavaScript object in between.
 */
export function writePayload(field: number, payload: Uint8Array): void {
  transcoder.write(field, payload);
}

/** Some bytes of an array. */
interface Span {
  source: Uint8Array;
  start: number;
  end: number;
}

/**
 * Texts are written with their lengths at once. A list, an object or another value gets a byte for its length when it
 * begins, and is moved when it ends longer than that can tell.
 */
class JsonTranscoder {
  #in: Uint8Array = NO_BYTES;
  #from = 0;
  /** The same bytes, where they are needed; and the first backslash behind which none has been looked for. */
  #buffer: Buffer | undefined = undefined;
  #backslash = -1;
  #out: Buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  #at = 0;
  readonly #text: Span = { source: NO_BYTES, start: 0, end: 0 };

  write(field: number, payload: Uint8Array): void {
    this.#in = payload;
    this.#from = 0;
    this.#buffer = undefined;
    this.#backslash = -1;
    this.#at = 0;
    this.#space();
    this.#members(field * 8 + 2);
    writer.raw(this.#out.subarray(0, this.#at));
    // Of the payload nothing is kept alive.
    this.#in = NO_BYTES;
    this.#buffer = undefined;
    this.#text.source = NO_BYTES;
    if (this.#out.length > KEPT_BYTES_MAX) this.#out = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  }

  /** From the opening brace of an object to behind the closing one. tag: of the entries. */
  #members(tag: number): void {
    let isMore = this.#open();
    while (isMore) {
      this.#readText();
      const { source, start, end } = this.#text;
      this.#space();
      this.#from++;
      this.#space();
      this.#reserve(end - start + 32);
      this.#out[this.#at++] = tag;
      if (this.#in[this.#from] === QUOTE) {
        this.#readText();
        const keyBytes = withLength(end - start);
        const valueBytes = 1 + withLength(this.#text.end - this.#text.start);
        this.#length(keyBytes + withLength(valueBytes) + 2);
        this.#key(source, start, end);
        this.#textValue();
      } else {
        const entry = this.#at++;
        this.#key(source, start, end);
        this.#value();
        this.#end(entry);
      }
      isMore = this.#next();
    }
  }

  #key(source: Uint8Array, start: number, end: number): void {
    this.#out[this.#at++] = KEY_TAG;
    this.#length(end - start);
    this.#copy(source, start, end);
    this.#out[this.#at++] = VALUE_TAG;
  }

  /** The length of a `Value`, and then the value. */
  #value(): void {
    const first = this.#in[this.#from] as number;
    if (first === QUOTE) {
      this.#readText();
      this.#textValue();
      return;
    }
    this.#reserve(16);
    const start = this.#at++;
    switch (first) {
      case OPEN_BRACE: {
        this.#out[this.#at++] = STRUCT_TAG;
        const struct = this.#at++;
        this.#members(ELEMENT_TAG);
        this.#end(struct);
        break;
      }
      case OPEN_BRACKET: {
        this.#out[this.#at++] = LIST_TAG;
        const list = this.#at++;
        this.#elements();
        this.#end(list);
        break;
      }
      case LETTER_T:
        this.#word(BOOL_TAG, 1, 'true'.length);
        break;
      case LETTER_F:
        this.#word(BOOL_TAG, 0, 'false'.length);
        break;
      case LETTER_N:
        this.#word(NULL_TAG, 0, 'null'.length);
        break;
      default:
        this.#number();
    }
    this.#end(start);
  }

  /** From the opening bracket to behind the closing one. */
  #elements(): void {
    let isMore = this.#open();
    while (isMore) {
      this.#reserve(1);
      this.#out[this.#at++] = ELEMENT_TAG;
      this.#value();
      isMore = this.#next();
    }
  }

  /** From an opening bracket to the first member, or behind the closing one: false. */
  #open(): boolean {
    this.#from++;
    this.#space();
    const first = this.#in[this.#from];
    if (first !== CLOSE_BRACE && first !== CLOSE_BRACKET && first !== undefined) return true;
    this.#from++;
    return false;
  }

  /** From the end of a member to the next one, or behind the closing bracket: false. */
  #next(): boolean {
    this.#space();
    const isMore = this.#in[this.#from++] === COMMA;
    if (isMore) this.#space();
    return isMore;
  }

  #space(): void {
    const bytes = this.#in;
    let byte = bytes[this.#from];
    while (byte === SPACE || byte === 10 || byte === 13 || byte === 9) byte = bytes[++this.#from];
  }

  #word(tag: number, value: number, length: number): void {
    this.#out[this.#at++] = tag;
    this.#out[this.#at++] = value;
    this.#from += length;
  }

  /** The text that was read last as a `Value`, its length before it. */
  #textValue(): void {
    const { source, start, end } = this.#text;
    this.#reserve(end - start + 32);
    this.#length(1 + withLength(end - start));
    this.#out[this.#at++] = STRING_TAG;
    this.#length(end - start);
    this.#copy(source, start, end);
  }

  /** Reads a string from its opening quote to behind the closing one. */
  #readText(): void {
    const bytes = this.#in;
    const start = this.#from + 1;
    const shortEnd = Math.min(bytes.length, start + SHORT_TEXT_MAX);
    let at = start;
    while (at < shortEnd && bytes[at] !== QUOTE && bytes[at] !== BACKSLASH) at++;
    const end = bytes[at] === QUOTE ? at : this.#longTextEnd(at);
    if (end < 0) {
      this.#readEscaped(start);
      return;
    }
    this.#text.source = bytes;
    this.#text.start = start;
    this.#text.end = end;
    this.#from = end + 1;
  }

  /** Where a string ends that has neither a quote nor an escape before `at`; -1 where it has an escape. */
  #longTextEnd(at: number): number {
    const buffer = (this.#buffer ??= asBuffer(this.#in));
    const quote = buffer.indexOf(QUOTE, at);
    if (this.#backslash < at) {
      const found = buffer.indexOf(BACKSLASH, at);
      this.#backslash = found < 0 ? buffer.length : found;
    }
    return this.#backslash < quote ? -1 : quote;
  }

  #readEscaped(start: number): void {
    const buffer = (this.#buffer ??= asBuffer(this.#in));
    const end = afterString(buffer, start - 1);
    const source = Buffer.from(storedText(buffer, start - 1, end));
    this.#text.source = source;
    this.#text.start = 0;
    this.#text.end = source.length;
    this.#from = end;
  }

  #number(): void {
    const bytes = this.#in;
    const start = this.#from;
    const isNegative = bytes[start] === MINUS;
    let at = isNegative ? start + 1 : start;
    let digits = -at;
    let mantissa = 0;
    let byte = bytes[at] as number;
    for (; byte >= ZERO && byte <= NINE; byte = bytes[++at] as number) mantissa = mantissa * 10 + byte - ZERO;
    digits += at;
    if (byte === POINT) {
      const point = at;
      byte = bytes[++at] as number;
      for (; byte >= ZERO && byte <= NINE; byte = bytes[++at] as number) mantissa = mantissa * 10 + byte - ZERO;
      const decimals = at - point - 1;
      if (digits + decimals <= EXACT_DIGITS_MAX && !isExponent(byte)) {
        this.#from = at;
        // Both are exact, so that the quotient is the nearest double.
        const value = mantissa / (POWERS_OF_TEN[decimals] as number);
        this.#double(isNegative ? -value : value);
        return;
      }
    } else if (digits <= EXACT_DIGITS_MAX && !isExponent(byte)) {
      this.#from = at;
      this.#integer(mantissa, isNegative);
      return;
    }
    this.#longNumber();
  }

  /** mantissa  of at most 15 digits. */
  #integer(mantissa: number, isNegative: boolean): void {
    const out = this.#out;
    let at = this.#at;
    if (!isNegative) {
      out[at++] = INTEGER_TAG;
      let rest = mantissa;
      while (rest >= CONTINUED) {
        out[at++] = (rest % CONTINUED) | CONTINUED;
        rest = Math.floor(rest / CONTINUED);
      }
      out[at++] = rest;
    } else if (mantissa === 0) {
      // As serde_json has it: no integer is less than zero and zero.
      this.#double(-0);
      return;
    } else {
      out[at++] = INTEGER_TAG;
      // The complement of the number before, in seven bits a byte.
      let rest = mantissa - 1;
      for (let byte = 0; byte < 9; byte++) {
        out[at++] = 127 - (rest % CONTINUED) + CONTINUED;
        rest = Math.floor(rest / CONTINUED);
      }
      out[at++] = 1;
    }
    this.#at = at;
  }

  /** A number of many digits, or with an exponent. */
  #longNumber(): void {
    const buffer = (this.#buffer ??= asBuffer(this.#in));
    const end = afterValue(buffer, this.#from);
    const text = buffer.toString('latin1', this.#from, end);
    this.#from = end;
    const integer = INTEGER.test(text) ? BigInt(text) : undefined;
    if (integer === undefined || integer < INTEGER_MIN || integer > INTEGER_MAX) {
      this.#double(Number(text));
      return;
    }
    this.#out[this.#at++] = INTEGER_TAG;
    let rest = BigInt.asUintN(64, integer);
    for (; rest >= 128n; rest >>= 7n) this.#out[this.#at++] = Number(rest & 127n) | CONTINUED;
    this.#out[this.#at++] = Number(rest);
  }

  #double(value: number): void {
    this.#out[this.#at++] = DOUBLE_TAG;
    this.#at = this.#out.writeDoubleLE(value, this.#at);
  }

  #copy(source: Uint8Array, start: number, end: number): void {
    const out = this.#out;
    if (end - start > SHORT_TEXT_MAX) {
      out.set(source.subarray(start, end), this.#at);
      this.#at += end - start;
    } else for (let from = start; from < end; from++) out[this.#at++] = source[from] as number;
  }

  /** Room for it has been made. */
  #length(value: number): void {
    let rest = value;
    for (; rest >= CONTINUED; rest = Math.floor(rest / CONTINUED))
      this.#out[this.#at++] = (rest % CONTINUED) | CONTINUED;
    this.#out[this.#at++] = rest;
  }

  /** Fills in the length of what began behind the byte at `start`. */
  #end(start: number): void {
    const length = this.#at - start - 1;
    if (length < CONTINUED) {
      this.#out[start] = length;
      return;
    }
    const more = varintBytes(length) - 1;
    this.#reserve(more);
    this.#out.copyWithin(start + 1 + more, start + 1, this.#at);
    this.#at = start;
    this.#length(length);
    this.#at += length;
  }

  #reserve(count: number): void {
    const needed = this.#at + count;
    if (needed <= this.#out.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#out.length * 2));
    this.#out.copy(larger, 0, 0, this.#at);
    this.#out = larger;
  }
}

function isExponent(byte: number): boolean {
  return (byte | 32) === 101;
}

const INTEGER = /^-?[0-9]+$/;

// Rendering is synchronous, so one is enough for a thread.
const transcoder = new JsonTranscoder();
