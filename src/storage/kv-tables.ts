import { join } from 'node:path';
import { crc32c } from '../base/crc32c.ts';
import { unsnappy } from '../base/snappy.ts';
import type { Files } from '../base/world.ts';
import { maskedChecksum, readWhole } from './kv-journal.ts';
import { errorCode, storageError } from './storage-error.ts';

/**
 * LevelDB checks no checksum when it reads a table: a flipped bit may hide a key, or end the process where the code does
 * not expect what it reads. Here every block of a table is checked.
 *
 *   table   = blocks, each followed by its type (1: 0 plain, 1 Snappy) and checksum (4), without gaps; footer (48)
 *   footer  = handles of the meta index and of the index, padded to 40 bytes; magic (8)
 *   index   = entries (shared, unshared, value length; key; value: handle of a block), restarts (4 each), their count (4)
 *   handle  = offset, length, both varints
 *
 * Source: doc/table_format.md of LevelDB.
 */
const FOOTER_BYTES = 48;
const TRAILER_BYTES = 5;
const MAGIC = 0xdb4775248b80fb57n;
const SNAPPY = 1;

interface Handle {
  readonly offset: number;
  readonly length: number;
}

/** Findings over tables of a store, by their names, with file and byte offset; empty if they are sound. */
export async function checkTables(
  files: Files,
  directory: string,
  names: readonly string[],
): Promise<readonly string[]> {
  const findings: string[] = [];
  for (const name of names) {
    const path = join(directory, name);
    const table = await readUnlessRemoved(files, path);
    const damageAt = table === undefined ? undefined : findDamage(table);
    if (damageAt !== undefined) findings.push(`${path} at byte ${damageAt}: a block of the table fails its checksum`);
  }
  return findings;
}

/** A compaction may remove a table at any time; whether those are there that must be is told by the manifest. */
async function readUnlessRemoved(files: Files, path: string): Promise<Buffer | undefined> {
  try {
    return await readWhole(files, path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw storageError(error, path);
  }
}

/** Offset of the first block that is not as it was written. */
function findDamage(table: Buffer): number | undefined {
  const footerAt = table.length - FOOTER_BYTES;
  if (footerAt < 0 || table.readBigUInt64LE(table.length - 8) !== MAGIC) return Math.max(footerAt, 0);
  const reader = new HandleReader(table, footerAt);
  const meta = reader.next();
  const index = reader.next();
  // The padding behind the handles is zeros.
  if (table.subarray(reader.at, table.length - 8).some((byte) => byte !== 0)) return footerAt;
  const known: Handle[] = [meta, index];
  for (const block of [meta, index]) {
    const listed = isSound(table, block, footerAt) ? handlesOf(table, block) : undefined;
    if (listed === undefined) return block.offset;
    known.push(...listed);
  }
  let end = 0;
  for (const block of known.toSorted((a, b) => a.offset - b.offset)) {
    if (block.offset !== end || !isSound(table, block, footerAt)) return end;
    end = block.offset + block.length + TRAILER_BYTES;
  }
  return end === footerAt ? undefined : end;
}

function isSound(table: Buffer, { offset, length }: Handle, blocksEnd: number): boolean {
  const end = offset + length + TRAILER_BYTES;
  if (end > blocksEnd) return false;
  return maskedChecksum(crc32c(table.subarray(offset, end - 4))) === table.readUInt32LE(end - 4);
}

/** The handles that an index holds, or undefined where it is none. */
function handlesOf(table: Buffer, { offset, length }: Handle): readonly Handle[] | undefined {
  const stored = table.subarray(offset, offset + length);
  const bytes = table[offset + length] === SNAPPY ? unsnappy(stored) : stored;
  if (bytes === undefined || bytes.length < 4) return undefined;
  const block = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const entriesEnd = block.length - 4 - 4 * block.readUInt32LE(block.length - 4);
  const handles: Handle[] = [];
  const reader = new HandleReader(block, 0);
  while (reader.at < entriesEnd) {
    reader.number();
    const unshared = reader.number();
    const valueBytes = reader.number();
    reader.at += unshared;
    const valueEnd = reader.at + valueBytes;
    handles.push(reader.next());
    if (reader.at !== valueEnd) return undefined;
  }
  return handles;
}

/** Reads varints one after another; behind the end they are 0. */
class HandleReader {
  at: number;
  private readonly bytes: Buffer;

  constructor(bytes: Buffer, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  number(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.bytes[this.at++] ?? 0;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }

  next(): Handle {
    return { offset: this.number(), length: this.number() };
  }
}
