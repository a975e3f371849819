import { crc32 } from 'node:zlib';
import { invariant } from '../base/invariant.ts';
import type { OpenFile, World } from '../base/world.ts';
import { dataDamaged } from '../core/errors.ts';
import { BLOCK_BYTES, FILE_HEADER_BYTES, TRAILER_BYTES, decodeFileHeader, decodeTrailer } from './file-format.ts';
import { storageError } from './storage-error.ts';

// Eight blocks a read: large enough for a disk's full speed, small enough that the checksum of one read (about 1 ms)
// does not hold up the event loop.
const READ_BYTES = 8 * BLOCK_BYTES;

/**
 * An immutable file with a checksum for each MiB of its content (docs/format-file.md), as `writeFile` made it. All
 * offsets are into the content. The descriptor stays open, so a file that was unlinked can still be read.
 */
export class ChecksummedFile {
  readonly path: string;
  /** Length of the content. */
  readonly bytes: number;
  readonly #file: OpenFile;
  readonly #checksums: Uint32Array;

  private constructor(path: string, file: OpenFile, bytes: number, checksums: Uint32Array) {
    this.path = path;
    this.bytes = bytes;
    this.#file = file;
    this.#checksums = checksums;
  }

  /**
   * Opens a file and verifies its header, footer and length, not its content: two short reads.
   *
   * Throws   data_damaged (file and byte offset named) if they are not as written, or if the file is of another kind.
   */
  static async open(world: World, path: string, kind: string): Promise<ChecksummedFile> {
    let file: OpenFile | undefined;
    try {
      const stat = await world.files.stat(path);
      if (stat === undefined) throw dataDamaged(path, 'the file is missing');
      file = await world.files.open(path, 'read');
      const { bytes, checksums } = await readFrame(file, path, kind, stat.bytes);
      return new ChecksummedFile(path, file, bytes, checksums);
    } catch (error) {
      // Caught to undo, and to add the file's name.
      await file?.close();
      throw storageError(error, path);
    }
  }

  /** The whole content, verified, in memory of its own. For content below 2 GiB. */
  async readAll(): Promise<Uint8Array> {
    const target = Buffer.allocUnsafeSlow(this.bytes);
    await this.readInto(target, 0);
    return target;
  }

  /**
   * Fills `target` (shared memory is fine) with the content from `offset`, verified block by block. Blocks that
   * `target` covers in part are read aside as a whole: offsets in multiples of 1 MiB are cheapest.
   *
   * Throws   data_damaged with the file and the byte offset (in the file) of the first block that is not as written.
   */
  async readInto(target: Uint8Array, offset: number): Promise<void> {
    const end = offset + target.length;
    invariant(offset >= 0 && end <= this.bytes, 'checksummed file: read within the content');
    let position = offset;
    while (position < end) {
      const blockStart = position - (position % BLOCK_BYTES);
      const wholeEnd = end === this.bytes ? end : end - (end % BLOCK_BYTES);
      if (position === blockStart && wholeEnd > position) {
        const run = target.subarray(position - offset, Math.min(wholeEnd, position + READ_BYTES) - offset);
        await this.#readBlocks(run, position);
        position += run.length;
      } else {
        const block = Buffer.allocUnsafeSlow(Math.min(BLOCK_BYTES, this.bytes - blockStart));
        await this.#readBlocks(block, blockStart);
        const part = block.subarray(position - blockStart, Math.min(block.length, end - blockStart));
        target.set(part, position - offset);
        position += part.length;
      }
    }
  }

  /**
   * Content from `offset`, at once and unverified: for single vectors that are most likely in the page cache. Damage
   * there is found by `verify`, not here.
   * The bytes are the caller's own, and start at a multiple of 8 of their buffer: a Float32Array can lie over them.
   *
   * Throws   data_damaged if the file has become shorter.
   */
  readAtSync(offset: number, length: number): Uint8Array {
    const target = Buffer.allocUnsafe(length);
    this.readIntoSync(target, offset);
    return target;
  }

  /** As `readAtSync`, into memory of the caller's, all of it. */
  readIntoSync(target: Uint8Array, offset: number): void {
    const { length } = target;
    invariant(offset >= 0 && offset + length <= this.bytes, 'checksummed file: read within the content');
    const count = this.#file.readSync(target, FILE_HEADER_BYTES + offset);
    if (count < length) throw tooShort(this.path, FILE_HEADER_BYTES + offset + count);
  }

  /** Reads everything and reports all damage, one line each; an empty list means that the file is sound. */
  async verify(): Promise<readonly string[]> {
    const findings: string[] = [];
    const block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
    for (let offset = 0; offset < this.bytes; offset += BLOCK_BYTES) {
      try {
        await this.#readBlocks(block.subarray(0, Math.min(BLOCK_BYTES, this.bytes - offset)), offset);
      } catch (error) {
        // Caught to report all blocks, not the first alone.
        findings.push(error instanceof Error ? error.message : String(error));
      }
    }
    return findings;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  /** `target` starts at a block and ends with one (or with the content). */
  async #readBlocks(target: Uint8Array, offset: number): Promise<void> {
    const position = FILE_HEADER_BYTES + offset;
    let count: number;
    try {
      count = await this.#file.read(target, position);
    } catch (error) {
      throw storageError(error, this.path);
    }
    if (count < target.length) throw tooShort(this.path, position + count);
    for (let start = 0; start < target.length; start += BLOCK_BYTES) {
      const checksum = crc32(target.subarray(start, start + BLOCK_BYTES));
      if (checksum !== this.#checksums[(offset + start) / BLOCK_BYTES]) {
        throw dataDamaged(`${this.path} at byte ${position + start}`, 'a block of 1 MiB fails its checksum');
      }
    }
  }
}

async function readFrame(
  file: OpenFile,
  path: string,
  kind: string,
  fileBytes: number,
): Promise<{ readonly bytes: number; readonly checksums: Uint32Array }> {
  if (fileBytes < FILE_HEADER_BYTES + TRAILER_BYTES) throw tooShort(path, fileBytes);
  const header = Buffer.alloc(FILE_HEADER_BYTES);
  await file.read(header, 0);
  const found = decodeFileHeader(header);
  if (found.finding !== undefined) throw dataDamaged(`${path} at byte 0`, found.finding);
  if (found.kind !== kind) throw dataDamaged(`${path} at byte 16`, `holds ${found.kind}, not ${kind}`);

  const trailerAt = fileBytes - TRAILER_BYTES;
  const trailer = Buffer.alloc(TRAILER_BYTES);
  await file.read(trailer, trailerAt);
  const { finding, contentBytes, footerChecksum } = decodeTrailer(trailer);
  if (finding !== undefined) throw dataDamaged(`${path} at byte ${trailerAt}`, finding);
  const blockCount = Math.ceil(contentBytes / BLOCK_BYTES);
  const tableAt = FILE_HEADER_BYTES + contentBytes;
  const expectedBytes = tableAt + blockCount * 4 + TRAILER_BYTES;
  if (fileBytes !== expectedBytes) {
    throw dataDamaged(`${path} at byte ${trailerAt}`, `${fileBytes} bytes long, should be ${expectedBytes}`);
  }
  const table = Buffer.alloc(blockCount * 4);
  await file.read(table, tableAt);
  if (crc32(table, crc32(header)) !== footerChecksum) {
    throw dataDamaged(`${path} at byte ${tableAt}`, 'the table of checksums fails its own');
  }
  return {
    bytes: contentBytes,
    checksums: Uint32Array.from({ length: blockCount }, (_, at) => table.readUInt32LE(at * 4)),
  };
}

function tooShort(path: string, at: number): Error {
  return dataDamaged(`${path} at byte ${at}`, 'the file ends too early');
}
