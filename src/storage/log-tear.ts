import { crc32 } from 'node:zlib';
import type { OpenFile } from '../base/world.ts';
import {
  RECORD_HEADER_BYTES,
  RECORD_MARKER,
  decodeRecordHeader,
  type RecordHeader,
  type SegmentHeader,
} from './log-format.ts';
import { CHUNK_BYTES } from './log-reader.ts';

/** What a disk writes at once. */
const SECTOR_BYTES = 512;

/**
 * Whether what is broken at `offset` is the torn end of the last write, which was never acknowledged, and no damage:
 *
 *   behind it begins no other group    all that stands before a group was durable when the group was written
 *   it is not wholly there             it is cut, or has a hole: what was never written is missing or reads as zeros
 *
 * Further records of the same group may be there: a disk writes in any order.
 */
export async function isTorn(file: OpenFile, segment: SegmentHeader, offset: number, bytes: number): Promise<boolean> {
  if (await hasGroupBehind(file, segment, offset, bytes)) return false;
  return !(await isWritten(file, segment, offset, bytes));
}

async function hasGroupBehind(file: OpenFile, segment: SegmentHeader, offset: number, bytes: number): Promise<boolean> {
  const marksGroups = segment.version > 1;
  const headerBytes = Buffer.alloc(RECORD_HEADER_BYTES);
  for (let position = offset + 1; position + RECORD_HEADER_BYTES <= bytes; position += CHUNK_BYTES) {
    // Chunks overlap by what a marker across their border needs.
    const chunk = Buffer.alloc(Math.min(CHUNK_BYTES + RECORD_MARKER.length - 1, bytes - position));
    await file.read(chunk, position);
    for (let at = chunk.indexOf(RECORD_MARKER); at !== -1; at = chunk.indexOf(RECORD_MARKER, at + 1)) {
      const start = position + at;
      if (start + RECORD_HEADER_BYTES > bytes) return false;
      await file.read(headerBytes, start);
      const header = decodeRecordHeader(headerBytes, 0, segment.salt);
      if (header === undefined || (marksGroups && !header.beginsGroup)) continue;
      if (await isWhole(file, header, start + RECORD_HEADER_BYTES, bytes)) return true;
    }
  }
  return false;
}

async function isWhole(file: OpenFile, header: RecordHeader, start: number, bytes: number): Promise<boolean> {
  if (start + header.payloadBytes > bytes) return false;
  const payload = Buffer.allocUnsafeSlow(header.payloadBytes);
  await file.read(payload, start);
  return crc32(payload) === header.payloadChecksum;
}

/** Whether all of a broken record is there: then it was whole once. One that ends in zeros cannot be told from a torn one. */
async function isWritten(file: OpenFile, segment: SegmentHeader, offset: number, bytes: number): Promise<boolean> {
  if (offset + RECORD_HEADER_BYTES > bytes) return false;
  const headerBytes = Buffer.alloc(RECORD_HEADER_BYTES);
  await file.read(headerBytes, offset);
  const header = decodeRecordHeader(headerBytes, 0, segment.salt);
  const end = offset + RECORD_HEADER_BYTES + (header?.payloadBytes ?? 0);
  return end <= bytes && !(await hasHole(file, offset, end));
}

/** Whether a sector's part of a range is nothing but zeros, or the range ends with one. */
async function hasHole(file: OpenFile, from: number, to: number): Promise<boolean> {
  for (let position = from; position < to;) {
    // Whole sectors at a time.
    const end = Math.min(to, position - (position % SECTOR_BYTES) + CHUNK_BYTES);
    const chunk = Buffer.alloc(end - position);
    await file.read(chunk, position);
    if (end === to && chunk.at(-1) === 0) return true;
    for (let at = 0; at < chunk.length;) {
      const sectorEnd = at + SECTOR_BYTES - ((position + at) % SECTOR_BYTES);
      if (chunk.subarray(at, sectorEnd).every((byte) => byte === 0)) return true;
      at = sectorEnd;
    }
    position = end;
  }
  return false;
}
