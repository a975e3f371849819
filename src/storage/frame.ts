import { setImmediate as nextTurn } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { BlockChecksums } from './block-checksums.ts';
import {
  BLOCK_BYTES,
  decodeFileHeader,
  decodeTrailer,
  encodeFileHeader,
  FILE_HEADER_BYTES,
  TRAILER_BYTES,
} from './file-format.ts';

const TABLE_ENTRY_BYTES = 4;

/** Content in the frame of an immutable file (docs/format-file.md), for what is sent instead of written. */
export interface Frame {
  /** The whole file: header, content, table, trailer. */
  readonly parts: readonly Uint8Array[];
  readonly bytes: number;
  /** Stands for the whole content: CRC-32 of header and table. */
  readonly checksum: number;
}

/** `content` is not copied. */
export function frame(kind: string, content: Uint8Array): Frame {
  const header = encodeFileHeader(kind);
  const checksums = new BlockChecksums();
  checksums.add(content);
  const { table, trailer, checksum } = checksums.footer(header, content.length);
  const parts = [header, content, table, trailer];
  return { parts, bytes: parts.reduce((sum, part) => sum + part.length, 0), checksum };
}

/**
 * Checks a file of this frame that comes piece by piece, its length known beforehand.
 *
 *   const check = new FrameCheck('0/0/segments/1-rows-0-8.bin', bytes);
 *   for await (const piece of pieces) keep(check.add(piece));
 *   const findings = check.finish();          what is wrong, a line each
 */
export class FrameCheck {
  /** What the file is called in findings. */
  readonly place: string;
  readonly #bytes: number;
  readonly #contentEnd: number;
  readonly #checksums = new BlockChecksums();
  readonly #header = Buffer.alloc(FILE_HEADER_BYTES);
  /** Table and trailer. */
  readonly #footer: Buffer;
  #position = 0;

  constructor(place: string, bytes: number) {
    this.place = place;
    this.#bytes = bytes;
    const rest = Math.max(bytes - FILE_HEADER_BYTES - TRAILER_BYTES, 0);
    const contentBytes = rest - TABLE_ENTRY_BYTES * Math.ceil(rest / (BLOCK_BYTES + TABLE_ENTRY_BYTES));
    this.#contentEnd = FILE_HEADER_BYTES + contentBytes;
    this.#footer = Buffer.alloc(Math.max(bytes - this.#contentEnd, 0));
  }

  /** What the header says that the content is; known once 32 bytes have come. */
  get kind(): string {
    return decodeFileHeader(this.#header).kind;
  }

  /** Of the content, if the file is sound. */
  get contentBytes(): number {
    return this.#contentEnd - FILE_HEADER_BYTES;
  }

  /** See `Frame.checksum`; known once everything has come. */
  get checksum(): number {
    return decodeTrailer(this.#trailer).footerChecksum;
  }

  /** Takes the next piece; the part of it that is content. */
  add(piece: Uint8Array): Uint8Array {
    const start = this.#position;
    const end = start + piece.length;
    this.#position = end;
    if (start < FILE_HEADER_BYTES) this.#header.set(piece.subarray(0, FILE_HEADER_BYTES - start), start);
    const from = Math.max(FILE_HEADER_BYTES - start, 0);
    const to = Math.max(Math.min(this.#contentEnd, end) - start, from);
    const content = piece.subarray(from, to);
    this.#checksums.add(content);
    const behind = Math.max(this.#contentEnd - start, 0);
    if (behind < piece.length && end <= this.#bytes) {
      this.#footer.set(piece.subarray(behind), start + behind - this.#contentEnd);
    }
    return content;
  }

  /** To be called once, when nothing more comes. Everything that is wrong, in words; empty = the file is sound. */
  finish(): readonly string[] {
    if (this.#position !== this.#bytes || this.#bytes < FILE_HEADER_BYTES + TRAILER_BYTES) {
      return [this.#at(this.#position, 'the file ends too early')];
    }
    const { finding } = decodeFileHeader(this.#header);
    if (finding !== undefined) return [this.#at(0, finding)];
    const trailer = decodeTrailer(this.#trailer);
    const trailerAt = this.#bytes - TRAILER_BYTES;
    if (trailer.finding !== undefined) return [this.#at(trailerAt, trailer.finding)];
    const table = this.#footer.subarray(0, -TRAILER_BYTES);
    if (trailer.contentBytes !== this.contentBytes || table.length % TABLE_ENTRY_BYTES !== 0) {
      return [this.#at(trailerAt, `${this.#bytes} bytes long, which is not what its end says`)];
    }
    if (crc32(table, crc32(this.#header)) !== trailer.footerChecksum) {
      return [this.#at(this.#contentEnd, 'the table of checksums fails its own')];
    }
    return this.#brokenBlocks(table);
  }

  #brokenBlocks(table: Buffer): readonly string[] {
    const found = this.#checksums.table();
    const findings: string[] = [];
    for (let at = 0; at < table.length; at += TABLE_ENTRY_BYTES) {
      if (found.readUInt32LE(at) === table.readUInt32LE(at)) continue;
      const position = FILE_HEADER_BYTES + (at / TABLE_ENTRY_BYTES) * BLOCK_BYTES;
      findings.push(this.#at(position, 'a block of 1 MiB fails its checksum'));
    }
    return findings;
  }

  get #trailer(): Buffer {
    return this.#footer.length < TRAILER_BYTES ? Buffer.alloc(TRAILER_BYTES) : this.#footer.subarray(-TRAILER_BYTES);
  }

  #at(position: number, finding: string): string {
    return `${this.place} at byte ${position}: ${finding}`;
  }
}

/** The pieces of a file, each checked while the caller works on it. `check.finish` tells what was found. */
export async function* checkedPieces(
  pieces: AsyncIterable<Uint8Array>,
  check: FrameCheck,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const piece of pieces) {
    // In the next turn: the piece is then on its way to where it goes already.
    const checked = nextTurn().then(() => check.add(piece));
    yield piece;
    await checked;
  }
}
