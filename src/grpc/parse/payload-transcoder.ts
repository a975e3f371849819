import { isUtf8 } from 'node:buffer';
import { type BinaryReader, WireFormatError } from '../../../generated/wire.js';
import { MemberKeys } from './member-keys.ts';
import { doubleJson } from './payload-json.ts';
import { NOT_ASCII, TextScan, TO_ESCAPE } from './text-scan.ts';

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const OPEN_BRACKET = 91;
const BACKSLASH = 92;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const SPACE = 32;

/** The generated decoders refuse a message that lies in so many others. */
const DEPTH_MAX = 100;
/** Up to this length a loop over the bytes is faster than a look at words and a copy. */
const SHORT_TEXT_MAX = 48;
const INITIAL_BYTES = 65_536;
/** An array that one message made larger than this is not kept for the next. */
const KEPT_BYTES_MAX = 1 << 20;

// A transcoder's work is synchronous from its first byte to `take`: the thread needs one array.
let kept: Buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);

/**
 * `map<string, Value>` of the wire → JSON bytes, with no JavaScript object in between. As strict as the generated decoders:
 * the same bytes are refused. Of a key that stands there twice the last counts: the member that was written before is
 * overwritten with spaces.
 *
 * One object at a time: `begin`, `entry` for each entry of the map in the order of the wire, `end`. Objects lie end to end.
 */
export class PayloadTranscoder {
  readonly #bytes: Buffer;
  readonly #reader: BinaryReader;
  readonly #scan: TextScan;
  readonly #keys: MemberKeys = new MemberKeys();
  #out: Buffer = kept;
  #at = 0;
  /** Of the text that was written last. */
  #hash = 0;
  #fault: Error | undefined = undefined;

  /** reader  reads `bytes`. */
  constructor(bytes: Buffer, reader: BinaryReader) {
    this.#bytes = bytes;
    this.#reader = reader;
    this.#scan = new TextScan(bytes);
  }

  /** Bytes written. */
  get length(): number {
    return this.#at;
  }

  /** The first of what is no JSON; null stands for it. */
  get fault(): Error | undefined {
    return this.#fault;
  }

  begin(): void {
    this.#byte(OPEN_BRACE);
    this.#keys.begin();
  }

  /**
   * One entry of the map, from the reader's place to `end`.
   * depth  how many messages the entry lies in.
   */
  entry(end: number, depth: number): void {
    const reader = this.#reader;
    requireShallow(depth);
    let keyStart = end;
    let keyEnd = end;
    let valueStart = -1;
    let valueEnd = -1;
    while (reader.pos < end) {
      const tag = reader.uint32();
      if (tag === 10) {
        if (keyStart < keyEnd) this.#requireText(keyStart, keyEnd);
        keyEnd = this.#span(reader.uint32());
        keyStart = this.#spanStart;
      } else if (tag === 18) {
        // Only the last value counts, but each must be one.
        if (valueStart >= 0) this.#discard(valueStart, valueEnd, depth + 1);
        valueEnd = this.#span(reader.uint32());
        valueStart = this.#spanStart;
      } else if (tag >>> 3 === 1) throw reader.wrongType(tag, 10, 'PayloadEntry.key');
      else if (tag >>> 3 === 2) throw reader.wrongType(tag, 18, 'PayloadEntry.value');
      else reader.unknown(tag);
    }
    reader.finish(end);
    this.#key(keyStart, keyEnd);
    if (valueStart < 0) this.#ascii('null');
    else {
      reader.pos = valueStart;
      this.#value(valueEnd, depth + 1);
      reader.pos = end;
    }
    this.#byte(COMMA);
  }

  end(): void {
    this.#keys.end();
    this.#close(CLOSE_BRACE);
  }

  /** All that was written, in an array of its own; the transcoder has done its work then. */
  take(): Uint8Array {
    const all = new Uint8Array(this.#out.subarray(0, this.#at));
    if (this.#out.length <= KEPT_BYTES_MAX) kept = this.#out;
    return all;
  }

  #spanStart = 0;

  /** Steps over `length` bytes; where they begin is in #spanStart. Returns where they end. */
  #span(length: number): number {
    const reader = this.#reader;
    this.#spanStart = reader.pos;
    reader.pos += length;
    if (reader.pos > reader.len) throw new WireFormatError('buffer underflow');
    return reader.pos;
  }

  #key(start: number, end: number): void {
    const keyAt = this.#at;
    this.#text(start, end);
    const twin = this.#keys.add(this.#out, { start: keyAt, end: this.#at, hash: this.#hash });
    // A member ends where the next one begins.
    if (twin >= 0) this.#out.fill(SPACE, this.#keys.startOf(twin), this.#keys.startOf(twin + 1));
    this.#byte(COLON);
  }

  /** A `Value`, from the reader's place to `end`. */
  #value(end: number, depth: number): void {
    const reader = this.#reader;
    requireShallow(depth);
    const from = this.#at;
    while (reader.pos < end) {
      const tag = reader.uint32();
      switch (tag >>> 3) {
        case 1:
          if (tag !== 8) throw reader.wrongType(tag, 8, 'Value.kind');
          this.#at = from;
          reader.int32();
          this.#ascii('null');
          continue;
        case 2:
          if (tag !== 17) throw reader.wrongType(tag, 17, 'Value.kind');
          this.#at = from;
          this.#double();
          continue;
        case 3:
          if (tag !== 24) throw reader.wrongType(tag, 24, 'Value.kind');
          this.#at = from;
          this.#integer();
          continue;
        case 4: {
          if (tag !== 34) throw reader.wrongType(tag, 34, 'Value.kind');
          this.#at = from;
          const textEnd = this.#span(reader.uint32());
          this.#text(this.#spanStart, textEnd);
          continue;
        }
        case 5:
          if (tag !== 40) throw reader.wrongType(tag, 40, 'Value.kind');
          this.#at = from;
          this.#ascii(reader.bool() ? 'true' : 'false');
          continue;
        case 6:
          if (tag !== 50) throw reader.wrongType(tag, 50, 'Value.kind');
          this.#at = from;
          this.#struct(depth + 1);
          continue;
        case 7:
          if (tag !== 58) throw reader.wrongType(tag, 58, 'Value.kind');
          this.#at = from;
          this.#list(depth + 1);
          continue;
      }
      reader.unknown(tag);
    }
    reader.finish(end);
    if (this.#at === from) this.#ascii('null');
  }

  #struct(depth: number): void {
    const reader = this.#reader;
    requireShallow(depth);
    const length = reader.uint32();
    const end = reader.pos + length;
    this.begin();
    while (reader.pos < end) {
      const tag = reader.uint32();
      if (tag === 10) {
        const entryLength = reader.uint32();
        this.entry(reader.pos + entryLength, depth + 1);
      } else if (tag >>> 3 === 1) throw reader.wrongType(tag, 10, 'Struct.fields');
      else reader.unknown(tag);
    }
    reader.finish(end);
    this.end();
  }

  #list(depth: number): void {
    const reader = this.#reader;
    requireShallow(depth);
    const length = reader.uint32();
    const end = reader.pos + length;
    this.#byte(OPEN_BRACKET);
    while (reader.pos < end) {
      const tag = reader.uint32();
      if (tag === 10) {
        const valueLength = reader.uint32();
        this.#value(reader.pos + valueLength, depth + 1);
        this.#byte(COMMA);
      } else if (tag >>> 3 === 1) throw reader.wrongType(tag, 10, 'ListValue.values');
      else reader.unknown(tag);
    }
    reader.finish(end);
    this.#close(CLOSE_BRACKET);
  }

  /** Reads a value whose bytes must make sense, though another one takes its place. */
  #discard(start: number, end: number, depth: number): void {
    const reader = this.#reader;
    const { pos } = reader;
    const at = this.#at;
    reader.pos = start;
    this.#value(end, depth);
    reader.pos = pos;
    this.#at = at;
  }

  #double(): void {
    const value = this.#reader.double();
    if (Number.isFinite(value)) {
      this.#ascii(doubleJson(value));
      return;
    }
    try {
      doubleJson(value);
    } catch (error) {
      // To keep: what is wrong with the bytes counts before what is wrong with the numbers in them.
      this.#fault ??= error as Error;
    }
    this.#ascii('null');
  }

  #integer(): void {
    const bytes = this.#bytes;
    const reader = this.#reader;
    let { pos } = reader;
    let value = 0;
    // Four bytes hold 28 bits, which nearly every integer fits into.
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = bytes[pos++] as number;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        reader.pos = pos;
        this.#digits(value);
        return;
      }
    }
    this.#ascii(String(reader.int64()));
  }

  /** value  an unsigned integer of 31 bits. */
  #digits(value: number): void {
    this.#reserve(10);
    const out = this.#out;
    let count = 1;
    for (let bound = 10; value >= bound; bound *= 10) count++;
    let rest = value;
    for (let at = this.#at + count - 1; at >= this.#at; at--) {
      const tenth = Math.floor(rest / 10);
      out[at] = 48 + rest - tenth * 10;
      rest = tenth;
    }
    this.#at += count;
  }

  /** Bytes of UTF-8 as a JSON string. Throws WireFormatError where they are none. */
  #text(start: number, end: number): void {
    this.#reserve(end - start + 2);
    if (end - start > SHORT_TEXT_MAX) {
      this.#longText(start, end);
      return;
    }
    const bytes = this.#bytes;
    const out = this.#out;
    let at = this.#at;
    let any = 0;
    let hash = 0;
    out[at++] = QUOTE;
    for (let from = start; from < end; from++) {
      const byte = bytes[from] as number;
      if (byte < SPACE || byte === QUOTE || byte === BACKSLASH) {
        this.#escapedText(start, end);
        return;
      }
      out[at++] = byte;
      any |= byte;
      hash = (Math.imul(hash, 31) + byte) | 0;
    }
    if (any > 0x7f) this.#requireText(start, end);
    out[at++] = QUOTE;
    this.#at = at;
    this.#hash = hash;
  }

  #longText(start: number, end: number): void {
    const found = this.#scan.found(start, end);
    if ((found & TO_ESCAPE) !== 0) {
      this.#escapedText(start, end);
      return;
    }
    if ((found & NOT_ASCII) !== 0) this.#requireText(start, end);
    this.#out[this.#at++] = QUOTE;
    this.#at += this.#bytes.copy(this.#out, this.#at, start, end);
    this.#out[this.#at++] = QUOTE;
    this.#hash = end - start;
  }

  #escapedText(start: number, end: number): void {
    this.#requireText(start, end);
    const text = JSON.stringify(this.#bytes.toString('utf8', start, end));
    // Three bytes a UTF-16 unit, at most.
    this.#reserve(text.length * 3);
    this.#at += this.#out.write(text, this.#at, 'utf8');
    this.#hash = text.length;
  }

  #requireText(start: number, end: number): void {
    if (isUtf8(this.#bytes.subarray(start, end))) return;
    throw new WireFormatError('invalid string value: data is not UTF-8 encoded');
  }

  #ascii(text: string): void {
    this.#reserve(text.length);
    const out = this.#out;
    for (let index = 0; index < text.length; index++) out[this.#at++] = text.charCodeAt(index);
  }

  #byte(byte: number): void {
    this.#reserve(1);
    this.#out[this.#at++] = byte;
  }

  /** Ends an object or array: in the place of the comma behind its last member, if it has one. */
  #close(byte: number): void {
    if (this.#out[this.#at - 1] === COMMA) this.#at--;
    this.#byte(byte);
  }

  #reserve(count: number): void {
    const needed = this.#at + count;
    if (needed <= this.#out.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#out.length * 2));
    this.#out.copy(larger, 0, 0, this.#at);
    this.#out = larger;
  }
}

function requireShallow(depth: number): void {
  if (depth >= DEPTH_MAX) throw new WireFormatError('recursion limit reached');
}
