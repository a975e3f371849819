import { crc32 } from 'node:zlib';
import type { OpenFile } from '../base/world.ts';
import {
  RECORD_HEADER_BYTES,
  SEGMENT_HEADER_BYTES,
  SEGMENT_VERSION,
  decodeRecordHeader,
  decodeSegmentHeader,
  type RecordHeader,
  type SegmentHeader,
} from './log-format.ts';

export interface LogRecord {
  readonly sequence: number;
  readonly record: Uint8Array;
}

/** Something in a segment is not as it was written. `offset` is the first byte that cannot be believed. */
export class SegmentBreach extends Error {
  override readonly name = 'SegmentBreach';
  readonly offset: number;
  /** The last sequence before the breach, 0 if there is none. */
  readonly lastSequence: number;

  constructor(offset: number, lastSequence: number, finding: string) {
    super(finding);
    this.offset = offset;
    this.lastSequence = lastSequence;
  }
}

// 1 MiB: reads are then sequential at the disk's full speed, and a reader costs little memory.
export const CHUNK_BYTES: number = 1 << 20;

/** Reads a segment's header. Throws SegmentBreach, at 0 if the header is cut or overwritten. `bytes` is the length of the file. */
export async function readSegmentHeader(file: OpenFile, bytes: number): Promise<SegmentHeader> {
  const buffer = Buffer.alloc(SEGMENT_HEADER_BYTES);
  const count = bytes < SEGMENT_HEADER_BYTES ? 0 : await file.read(buffer, 0);
  if (count < SEGMENT_HEADER_BYTES) throw new SegmentBreach(0, 0, 'segment header is cut short');
  const header = decodeSegmentHeader(buffer);
  if (typeof header === 'string') throw new SegmentBreach(0, 0, header);
  if (header.version < 1 || header.version > SEGMENT_VERSION) {
    // Not at 0: a header that another version wrote is whole, and must never be taken for a torn one and cut off.
    throw new SegmentBreach(8, 0, `update log version ${header.version}, this program reads 1 to ${SEGMENT_VERSION}`);
  }
  return header;
}

/**
 * Reads all records of a segment in order and verifies each; whole chunks of them at once, since an `await` for each
 * record would cost more than its checksum.
 *
 * bytes     where the segment ends: nothing behind it is looked at, so a reader never meets a half-written group.
 * Throws    SegmentBreach at the first byte that is not as written, after all records before it were handed out.
 * Memory    one chunk, or one record if that is longer. Records stay valid as long as they are held.
 */
export async function* readRecords(
  file: OpenFile,
  header: SegmentHeader,
  bytes: number,
): AsyncGenerator<readonly LogRecord[], void, undefined> {
  let position = SEGMENT_HEADER_BYTES;
  let lastSequence = 0;
  let wantedBytes = CHUNK_BYTES;
  while (position < bytes) {
    const chunk = Buffer.allocUnsafeSlow(Math.min(wantedBytes, bytes - position));
    const count = await file.read(chunk, position);
    if (count < chunk.length) throw new SegmentBreach(position + count, lastSequence, 'the file ends too early');
    const { records, consumed, finding, recordBytes } = parseRecords(chunk, header, lastSequence, bytes - position);
    lastSequence = records.at(-1)?.sequence ?? lastSequence;
    if (records.length > 0) yield records;
    position += consumed;
    if (finding !== undefined) throw new SegmentBreach(position, lastSequence, finding);
    // What the chunk cut is read again from its start: simpler than carrying it over, and at most one record.
    wantedBytes = Math.max(CHUNK_BYTES, recordBytes);
  }
}

interface Parsed {
  readonly records: readonly LogRecord[];
  /** Bytes of whole, valid records. */
  readonly consumed: number;
  readonly finding: string | undefined;
  /** Length of the record that the chunk cut, if its header is known. */
  readonly recordBytes: number;
}

function parseRecords(chunk: Buffer, segment: SegmentHeader, after: number, restBytes: number): Parsed {
  const records: LogRecord[] = [];
  let consumed = 0;
  let lastSequence = after;
  let finding: string | undefined;
  let recordBytes = 0;
  while (consumed < chunk.length) {
    if (consumed + RECORD_HEADER_BYTES > chunk.length) {
      if (consumed + RECORD_HEADER_BYTES > restBytes) finding = 'record header is cut short';
      break;
    }
    const header = decodeRecordHeader(chunk, consumed, segment.salt);
    finding = headerFinding(header, segment, lastSequence);
    if (header === undefined || finding !== undefined) break;
    recordBytes = RECORD_HEADER_BYTES + header.payloadBytes;
    if (consumed + recordBytes > chunk.length) {
      if (consumed + recordBytes > restBytes) finding = `record ${header.sequence} is cut short`;
      break;
    }
    const record = chunk.subarray(consumed + RECORD_HEADER_BYTES, consumed + recordBytes);
    if (crc32(record) !== header.payloadChecksum) {
      finding = `record ${header.sequence} fails its checksum`;
      break;
    }
    records.push({ sequence: header.sequence, record });
    lastSequence = header.sequence;
    consumed += recordBytes;
  }
  return { records, consumed, finding, recordBytes };
}

function headerFinding(header: RecordHeader | undefined, segment: SegmentHeader, after: number): string | undefined {
  if (header === undefined) return 'record header fails its checksum';
  if (after === 0 && header.sequence !== segment.first) {
    return `first record is ${header.sequence}, the segment header promises ${segment.first}`;
  }
  if (header.sequence <= after) return `record ${header.sequence} follows record ${after}`;
  return undefined;
}
