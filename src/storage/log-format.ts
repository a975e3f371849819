import { crc32 } from 'node:zlib';

/**
 * The bytes of an update log, as docs/format-log.md pictures them. All numbers are little-endian.
 *
 *   segment file = segment header (40 bytes), then records end to end
 *   record       = record header (24 bytes), then the payload
 *
 * The checksum of a record's header starts from the segment's salt, so bytes of a log that somebody stores inside a
 * record (or an old file under new data) never pass for records of this segment.
 */
export const SEGMENT_HEADER_BYTES = 40;
export const RECORD_HEADER_BYTES = 24;

const SEGMENT_MAGIC = Buffer.from('VZLOG\r\n\x1a', 'latin1');
/** Version 1 did not mark where groups begin. */
export const SEGMENT_VERSION = 2;

/** The highest bit of a record's sequence, in its last byte. Sequences have 53 bits. */
const GROUP_BIT = 0x80;
const SEQUENCE_HIGH = 0x7fff_ffff;

/** Four bytes before each record, to find the next one behind damage without trying each offset. */
export const RECORD_MARKER: Buffer = Buffer.from([0xf5, 0x56, 0x5a, 0xc1]);
const RECORD_MARKER_WORD = RECORD_MARKER.readUInt32LE(0);

/** `previous` is the last sequence of the segment before this one, 0 if there was none. */
export interface SegmentHeader {
  readonly version: number;
  readonly generation: number;
  readonly first: number;
  readonly previous: number;
  readonly salt: number;
}

/** `payloadBytes` long payload follows; `payloadChecksum` is its plain CRC-32. */
export interface RecordHeader {
  /** The first record of a write: all that stands before it was durable when it was written. */
  readonly beginsGroup: boolean;
  readonly sequence: number;
  readonly payloadBytes: number;
  readonly payloadChecksum: number;
}

export function encodeSegmentHeader(header: SegmentHeader): Uint8Array {
  const bytes = Buffer.alloc(SEGMENT_HEADER_BYTES);
  SEGMENT_MAGIC.copy(bytes, 0);
  bytes.writeUInt32LE(header.version, 8);
  bytes.writeUInt32LE(header.generation, 12);
  writeSequence(bytes, header.first, 16);
  writeSequence(bytes, header.previous, 24);
  bytes.writeUInt32LE(header.salt, 32);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 36)), 36);
  return bytes;
}

/** The header, or in words what is wrong with it. `bytes` holds SEGMENT_HEADER_BYTES. */
export function decodeSegmentHeader(bytes: Buffer): SegmentHeader | string {
  if (!bytes.subarray(0, 8).equals(SEGMENT_MAGIC)) return 'not the start of an update log';
  if (bytes.readUInt32LE(36) !== crc32(bytes.subarray(0, 36))) return 'segment header fails its checksum';
  return {
    version: bytes.readUInt32LE(8),
    generation: bytes.readUInt32LE(12),
    first: readSequence(bytes, 16),
    previous: readSequence(bytes, 24),
    salt: bytes.readUInt32LE(32),
  };
}

/** Writes a record's header at `offset` of `target`, for a segment with `salt`. */
export function encodeRecordHeader(target: Buffer, offset: number, salt: number, header: RecordHeader): void {
  target.writeUInt32LE(RECORD_MARKER_WORD, offset);
  target.writeUInt32LE(header.payloadBytes, offset + 4);
  writeSequence(target, header.sequence, offset + 8);
  if (header.beginsGroup) target[offset + 15] = (target[offset + 15] ?? 0) | GROUP_BIT;
  target.writeUInt32LE(header.payloadChecksum, offset + 16);
  target.writeUInt32LE(crc32(target.subarray(offset, offset + 20), salt), offset + 20);
}

/** The header at `offset`, or undefined if these bytes are none. RECORD_HEADER_BYTES must be there. */
export function decodeRecordHeader(bytes: Buffer, offset: number, salt: number): RecordHeader | undefined {
  if (bytes.readUInt32LE(offset) !== RECORD_MARKER_WORD) return undefined;
  if (bytes.readUInt32LE(offset + 20) !== crc32(bytes.subarray(offset, offset + 20), salt)) return undefined;
  return {
    beginsGroup: ((bytes[offset + 15] ?? 0) & GROUP_BIT) !== 0,
    payloadBytes: bytes.readUInt32LE(offset + 4),
    sequence: readSequence(bytes, offset + 8),
    payloadChecksum: bytes.readUInt32LE(offset + 16),
  };
}

/** `00000001-0000000000000042.log`: generation and first sequence, in digits that sort like the numbers. */
export function segmentName(generation: number, first: number): string {
  return `${String(generation).padStart(8, '0')}-${String(first).padStart(16, '0')}.log`;
}

const SEGMENT_NAME = /^(\d{8,10})-(\d{16})\.log$/;

/** Generation and first sequence of a segment's name, or undefined if it is not one. */
export function parseSegmentName(name: string): { readonly generation: number; readonly first: number } | undefined {
  const match = SEGMENT_NAME.exec(name);
  return match === null ? undefined : { generation: Number(match[1]), first: Number(match[2]) };
}

function writeSequence(target: Buffer, sequence: number, offset: number): void {
  target.writeUInt32LE(sequence >>> 0, offset);
  target.writeUInt32LE(Math.floor(sequence / 0x1_0000_0000), offset + 4);
}

function readSequence(bytes: Buffer, offset: number): number {
  return bytes.readUInt32LE(offset) + (bytes.readUInt32LE(offset + 4) & SEQUENCE_HIGH) * 0x1_0000_0000;
}
