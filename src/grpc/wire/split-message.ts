import { BinaryReader, WireFormatError } from '../../../generated/wire.js';

/** A message taken apart: the elements of one repeated field, and all else. */
export interface SplitMessage {
  /** The message without those elements: for the generated decoder, which also finds whatever is wrong with it. */
  readonly rest: Buffer;
  /** Where each element lies in the bytes: begin and end, one after the other. */
  readonly ranges: Uint32Array;
}

const LENGTH_DELIMITED = 2;
const INITIAL_RANGES = 128;

/**
 * Takes the message at `start` … `end` of `bytes` apart without looking into the elements of `field`, a repeated message.
 * Throws WireFormatError or RangeError where the bytes break off.
 */
export function splitMessage(bytes: Buffer, start: number, end: number, field: number): SplitMessage {
  const reader = new BinaryReader(bytes);
  // Not on V8's heap: an element may be two bytes long.
  let ranges = new Uint32Array(INITIAL_RANGES);
  let count = 0;
  const parts: Buffer[] = [];
  let kept = start;
  reader.pos = start;
  while (reader.pos < end) {
    const begin = reader.pos;
    const tag = reader.uint32();
    if (tag === field * 8 + LENGTH_DELIMITED) {
      if (begin > kept) parts.push(bytes.subarray(kept, begin));
      const length = reader.uint32();
      if (count === ranges.length) ranges = doubled(ranges);
      ranges[count++] = reader.pos;
      reader.pos += length;
      ranges[count++] = reader.pos;
      kept = reader.pos;
    } else if (isSkippable(tag)) reader.unknown(tag);
    // The generated decoder says what is wrong with it.
    else break;
  }
  if (reader.pos > reader.len) throw new WireFormatError('buffer underflow');
  if (reader.pos > end) reader.finish(end);
  if (kept < end) parts.push(bytes.subarray(kept, end));
  return { rest: parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts), ranges: ranges.subarray(0, count) };
}

function doubled(ranges: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(ranges.length * 2);
  larger.set(ranges);
  return larger;
}

/** Whether a field can be stepped over: it has a number, and a type that ends by itself. */
function isSkippable(tag: number): boolean {
  const wireType = tag & 7;
  return tag >>> 3 !== 0 && (wireType <= LENGTH_DELIMITED || wireType === 3 || wireType === 5);
}
