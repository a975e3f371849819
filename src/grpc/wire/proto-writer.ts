import { varintBytes } from './lengths.ts';

const INITIAL_BYTES = 4096;
/** A buffer that one answer made larger than this is not kept for the next. */
const KEPT_BYTES_MAX = 1 << 20;
const CONTINUED = 0x80;

/** Wire types of protobuf. */
const VARINT = 0;
const FIXED_64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

/**
 * Writes one protobuf message into one buffer, in one pass. A submessage gets a byte for its length when it begins; when it
 * ends longer than 127 bytes, it is moved to make room for the rest (a copy within the cache).
 *
 * Fields are written whether or not they have their type's default value: the caller knows what proto3 leaves out.
 * `reset` begins a message; the bytes that `take` gives are the caller's own.
 */
export class ProtoWriter {
  #bytes: Buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  #at = 0;

  get length(): number {
    return this.#at;
  }

  /** Begins anew, with `room` bytes before the message that its owner fills in. */
  reset(room: number): void {
    this.#at = 0;
    if (this.#bytes.length > KEPT_BYTES_MAX) this.#bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES);
    this.#reserve(room);
    this.#at = room;
  }

  /** A copy of all that was written. */
  take(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#at));
  }

  bool(field: number, value: boolean): void {
    this.tag(field, VARINT);
    this.#reserve(1);
    this.#bytes[this.#at++] = value ? 1 : 0;
  }

  /** An unsigned integer up to 2^53, or any within 64 bits; negative ones in two's complement, as int64 and enums are. */
  varint(field: number, value: number | bigint): void {
    this.tag(field, VARINT);
    this.rawVarint(value);
  }

  double(field: number, value: number): void {
    this.tag(field, FIXED_64);
    this.#reserve(8);
    this.#at = this.#bytes.writeDoubleLE(value, this.#at);
  }

  float(field: number, value: number): void {
    this.tag(field, FIXED_32);
    this.#reserve(4);
    this.#at = this.#bytes.writeFloatLE(value, this.#at);
  }

  /** `repeated float`, packed. */
  floats(field: number, values: Float32Array): void {
    this.bytes(field, Buffer.from(values.buffer, values.byteOffset, values.byteLength));
  }

  /** `repeated uint32` or `uint64`, packed. */
  varints(field: number, values: Uint32Array): void {
    const start = this.begin(field);
    for (const value of values) this.rawVarint(value);
    this.end(start);
  }

  string(field: number, value: string): void {
    const start = this.begin(field);
    // Three bytes a UTF-16 unit, at most.
    this.#reserve(value.length * 3);
    this.#at += this.#bytes.write(value, this.#at, 'utf8');
    this.end(start);
  }

  bytes(field: number, value: Uint8Array): void {
    this.tag(field, LENGTH_DELIMITED);
    this.rawVarint(value.length);
    this.raw(value);
  }

  /** Begins a submessage; what comes back goes to `end`. */
  begin(field: number): number {
    this.tag(field, LENGTH_DELIMITED);
    this.#reserve(1);
    return this.#at++;
  }

  end(start: number): void {
    const length = this.#at - start - 1;
    if (length < CONTINUED) {
      this.#bytes[start] = length;
      return;
    }
    const more = varintBytes(length) - 1;
    this.#reserve(more);
    this.#bytes.copyWithin(start + 1 + more, start + 1, this.#at);
    const end = this.#at + more;
    this.#at = start;
    this.rawVarint(length);
    this.#at = end;
  }

  tag(field: number, wireType: number): void {
    this.rawVarint(field * 8 + wireType);
  }

  rawVarint(value: number | bigint): void {
    this.#reserve(10);
    const bytes = this.#bytes;
    let at = this.#at;
    if (typeof value === 'number') {
      let rest = value;
      while (rest >= 0x1000_0000) {
        bytes[at++] = (rest % CONTINUED) | CONTINUED;
        rest = Math.floor(rest / CONTINUED);
      }
      while (rest >= CONTINUED) {
        bytes[at++] = (rest & 127) | CONTINUED;
        rest >>>= 7;
      }
      bytes[at++] = rest;
    } else {
      let rest = BigInt.asUintN(64, value);
      while (rest >= 128n) {
        bytes[at++] = Number(rest & 127n) | CONTINUED;
        rest >>= 7n;
      }
      bytes[at++] = Number(rest);
    }
    this.#at = at;
  }

  /** Bytes as they are: fields that somebody else has written. */
  raw(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
  }

  #reserve(count: number): void {
    const needed = this.#at + count;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}

/** The writer of this thread's answers: rendering is synchronous, so one is enough. */
export const writer: ProtoWriter = new ProtoWriter();
