import { dataDamaged } from '../core/errors.ts';
import type { ChecksummedFile } from '../storage/checksummed-file.ts';

/**
 * A rows file holds consecutive rows of a segment for good: which point each is (docs/format-segment.md). Their vectors
 * stand in files of their own (vectors-file.ts). Little-endian:
 *
 *   | firstRow u32 | rowCount u32 | flags: rowCount bytes, padded to 8 | ids: 16 bytes a row | versions: f64 a row |
 */
export interface RowBlock {
  readonly firstRow: number;
  readonly rowCount: number;
  readonly flags: Uint8Array;
  readonly words: Uint32Array;
  readonly versions: Float64Array;
}

export const ROWS_KIND = 'rows';
const HEADER_BYTES = 8;

/** The bytes of a rows file, in order. */
export function* encodeRows({ firstRow, rowCount, flags, words, versions }: RowBlock): Iterable<Uint8Array> {
  const head = new Uint8Array(HEADER_BYTES + align8(rowCount));
  new Uint32Array(head.buffer, 0, 2).set([firstRow, rowCount]);
  head.set(flags.subarray(0, rowCount), HEADER_BYTES);
  yield head;
  yield new Uint8Array(words.buffer, words.byteOffset, rowCount * 16);
  yield new Uint8Array(versions.buffer, versions.byteOffset, rowCount * 8);
}

/** Reads a rows file and verifies it. Throws data_damaged, naming the file. */
export async function readRows(file: ChecksummedFile): Promise<RowBlock> {
  if (file.bytes < HEADER_BYTES) throw dataDamaged(file.path, 'shorter than its header');
  const buffer = new ArrayBuffer(file.bytes);
  await file.readInto(new Uint8Array(buffer), 0);
  const [firstRow = 0, rowCount = 0] = new Uint32Array(buffer, 0, 2);
  const wordsAt = HEADER_BYTES + align8(rowCount);
  if (wordsAt + rowCount * 24 !== file.bytes) throw dataDamaged(file.path, 'its length does not fit its row count');
  return {
    firstRow,
    rowCount,
    flags: new Uint8Array(buffer, HEADER_BYTES, rowCount),
    words: new Uint32Array(buffer, wordsAt, rowCount * 4),
    versions: new Float64Array(buffer, wordsAt + rowCount * 16, rowCount),
  };
}

export function align8(length: number): number {
  return (length + 7) & ~7;
}
