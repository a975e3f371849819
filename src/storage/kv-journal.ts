import { join } from 'node:path';
import { crc32c } from '../base/crc32c.ts';
import type { Files } from '../base/world.ts';

/**
 * LevelDB recovers its journal leniently: what fails a checksum is skipped, with all that stands in the same 32 KiB,
 * and later records are applied as if nothing were missing. We do not want to miss anything silently, so the journal
 * is verified before LevelDB sees it.
 *
 *   journal = blocks of 32 KiB, of records that do not cross blocks; less than 7 bytes at the end of a block are zeros
 *   record  = checksum (4), length (2), type (1: whole, 2-4: first, middle, last part), data
 *   checksum = CRC-32C of type and data, rotated right by 15 bits, plus 0xa282ead8
 *
 * Source: doc/log_format.md and db/log_reader.cc of LevelDB.
 */
const JOURNAL_BLOCK_BYTES = 32_768;
const RECORD_HEADER_BYTES = 7;
const TYPE_MAX = 4;
const WHOLE = 1;
const FIRST = 2;
const LAST = 4;
/** What a disk writes at once. */
const SECTOR_BYTES = 512;

/** Findings over all journals of a store, with file and byte offset; empty if they are sound or end in a torn write. */
export async function checkJournals(files: Files, directory: string): Promise<readonly string[]> {
  const names = await files.list(directory);
  const findings: string[] = [];
  for (const name of names.filter((each) => /^\d+\.log$/.test(each)).sort()) {
    const path = join(directory, name);
    const damageAt = findDamage(await readWhole(files, path));
    if (damageAt !== undefined)
      findings.push(`${path} at byte ${damageAt}: a record of the journal fails its checksum`);
  }
  return findings;
}

/**
 * Offset of the first record that is not as it was written, unless a crash may have left it: nothing that was begun
 * later stands behind it, and it is cut or has holes. What was never written is missing or reads as zeros.
 */
export function findDamage(journal: Buffer): number | undefined {
  const end = soundEnd(journal);
  if (end === journal.length) return undefined;
  return hasBatchBehind(journal, end + 1) || wasWritten(journal, end) ? end : undefined;
}

/** Where the sound records end. */
function soundEnd(journal: Buffer): number {
  let at = 0;
  while (at < journal.length) {
    const blockEnd = blockEndOf(journal, at);
    if (blockEnd - at < RECORD_HEADER_BYTES) {
      at = blockEnd;
      continue;
    }
    const recordBytes = soundRecordBytes(journal, at, blockEnd);
    if (recordBytes === 0) return at;
    at += recordBytes;
  }
  return at;
}

/** What the sound records at the start say, each put together from its parts. */
export function readJournal(journal: Buffer): readonly Buffer[] {
  const found: Buffer[] = [];
  let parts: Buffer[] = [];
  const end = soundEnd(journal);
  for (let at = 0; at < end;) {
    const blockEnd = blockEndOf(journal, at);
    if (blockEnd - at < RECORD_HEADER_BYTES) {
      at = blockEnd;
      continue;
    }
    const recordEnd = at + soundRecordBytes(journal, at, blockEnd);
    const type = journal[at + 6];
    if (type === WHOLE || type === FIRST) parts = [];
    parts.push(journal.subarray(at + RECORD_HEADER_BYTES, recordEnd));
    if (type === WHOLE || type === LAST) found.push(Buffer.concat(parts));
    at = recordEnd;
  }
  return found;
}

function blockEndOf(journal: Buffer, at: number): number {
  return Math.min(journal.length, at - (at % JOURNAL_BLOCK_BYTES) + JOURNAL_BLOCK_BYTES);
}

/** Whether something begins behind `offset`; further parts of what is broken may be there without its first ones. */
function hasBatchBehind(journal: Buffer, offset: number): boolean {
  for (let at = offset; at + RECORD_HEADER_BYTES <= journal.length; at += 1) {
    const type = journal[at + 6];
    if (type !== WHOLE && type !== FIRST) continue;
    if (soundRecordBytes(journal, at, blockEndOf(journal, at)) > 0) return true;
  }
  return false;
}

/** Whether all of a broken record is there: then it was whole once, and has been damaged since. */
function wasWritten(journal: Buffer, at: number): boolean {
  const blockEnd = blockEndOf(journal, at);
  if (at + RECORD_HEADER_BYTES > blockEnd || hasHole(journal, at, at + RECORD_HEADER_BYTES)) return false;
  const end = at + RECORD_HEADER_BYTES + journal.readUInt16LE(at + 4);
  if (end <= blockEnd) return !hasHole(journal, at, end);
  // Its length may be what is damaged.
  const checksum = maskedChecksum(crc32c(journal.subarray(at + 6, blockEnd)));
  return checksum === journal.readUInt32LE(at) || (blockEnd < journal.length && !hasHole(journal, at, blockEnd));
}

/** Whether a sector's part of a range is nothing but zeros. */
function hasHole(journal: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to;) {
    const end = Math.min(to, at - (at % SECTOR_BYTES) + SECTOR_BYTES);
    if (journal.subarray(at, end).every((byte) => byte === 0)) return true;
    at = end;
  }
  return false;
}

/** Length of the record at an offset, 0 if there is none or it is broken. */
function soundRecordBytes(journal: Buffer, at: number, blockEnd: number): number {
  const dataAt = at + RECORD_HEADER_BYTES;
  if (dataAt > blockEnd) return 0;
  const type = journal[at + 6] ?? 0;
  const end = dataAt + journal.readUInt16LE(at + 4);
  if (type === 0 || type > TYPE_MAX || end > blockEnd) return 0;
  const crc = crc32c(journal.subarray(at + 6, end));
  return maskedChecksum(crc) === journal.readUInt32LE(at) ? end - at : 0;
}

/** A checksum as LevelDB stores it. */
export function maskedChecksum(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** All bytes of a file. */
export async function readWhole(files: Files, path: string): Promise<Buffer> {
  const stat = await files.stat(path);
  const file = await files.open(path, 'read');
  try {
    const journal = Buffer.alloc(stat?.bytes ?? 0);
    const count = await file.read(journal, 0);
    return journal.subarray(0, count);
  } finally {
    await file.close();
  }
}
