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

/** Offset of the first broken record that has a sound one behind it; a broken end is what a crash may leave. */
function findDamage(journal: Buffer): number | undefined {
  let at = 0;
  while (at < journal.length) {
    const blockEnd = Math.min(journal.length, at - (at % JOURNAL_BLOCK_BYTES) + JOURNAL_BLOCK_BYTES);
    if (blockEnd - at < RECORD_HEADER_BYTES) {
      at = blockEnd;
      continue;
    }
    const recordBytes = soundRecordBytes(journal, at, blockEnd);
    if (recordBytes === 0) return hasRecordBehind(journal, at + 1) ? at : undefined;
    at += recordBytes;
  }
  return undefined;
}

function hasRecordBehind(journal: Buffer, offset: number): boolean {
  for (let at = offset; at + RECORD_HEADER_BYTES <= journal.length; at += 1) {
    const blockEnd = Math.min(journal.length, at - (at % JOURNAL_BLOCK_BYTES) + JOURNAL_BLOCK_BYTES);
    if (soundRecordBytes(journal, at, blockEnd) > 0) return true;
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
