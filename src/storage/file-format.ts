import { crc32 } from 'node:zlib';
import { invariant } from '../base/invariant.ts';

/**
 * The bytes of an immutable file, as docs/format-file.md pictures them. All numbers are little-endian.
 *
 *   header (32) | content | table: one CRC-32 for each MiB of content (4 each) | trailer (32)
 */
export const FILE_HEADER_BYTES = 32;
export const TRAILER_BYTES = 32;
/** Content that shares one checksum; the last block may be shorter. */
export const BLOCK_BYTES: number = 1 << 20;

const FILE_MAGIC = Buffer.from('VZFILE\r\n', 'latin1');
const END_MAGIC = Buffer.from('VZ-END\r\n', 'latin1');
const FILE_VERSION = 1;
const KIND_OFFSET = 16;
const KIND_BYTES_MAX = FILE_HEADER_BYTES - KIND_OFFSET;

export interface FileHeader {
  readonly kind: string;
  /** What is wrong, in words. */
  readonly finding: string | undefined;
}

export interface Trailer {
  readonly contentBytes: number;
  /** CRC-32 of header and table together. */
  readonly footerChecksum: number;
  readonly finding: string | undefined;
}

/** `kind` says what the content is: 1 to 16 characters of a-z, 0-9 and `-`. */
export function encodeFileHeader(kind: string): Buffer {
  invariant(/^[a-z0-9-]+$/.test(kind) && kind.length <= KIND_BYTES_MAX, 'checksummed file: a kind is a short word');
  const bytes = Buffer.alloc(FILE_HEADER_BYTES);
  FILE_MAGIC.copy(bytes, 0);
  bytes.writeUInt32LE(FILE_VERSION, 8);
  bytes.writeUInt32LE(BLOCK_BYTES, 12);
  bytes.write(kind, KIND_OFFSET, 'latin1');
  return bytes;
}

export function decodeFileHeader(bytes: Buffer): FileHeader {
  const kindEnd = bytes.indexOf(0, KIND_OFFSET);
  const kind = bytes.toString('latin1', KIND_OFFSET, kindEnd === -1 ? FILE_HEADER_BYTES : kindEnd);
  return { kind, finding: headerFinding(bytes) };
}

function headerFinding(bytes: Buffer): string | undefined {
  if (!bytes.subarray(0, 8).equals(FILE_MAGIC)) return 'not a data file of Vectorizer';
  const version = bytes.readUInt32LE(8);
  if (version !== FILE_VERSION) return `file version ${version}, this program reads ${FILE_VERSION}`;
  const blockBytes = bytes.readUInt32LE(12);
  return blockBytes === BLOCK_BYTES ? undefined : `blocks of ${blockBytes} bytes, this program reads ${BLOCK_BYTES}`;
}

export function encodeTrailer(contentBytes: number, footerChecksum: number): Buffer {
  const bytes = Buffer.alloc(TRAILER_BYTES);
  bytes.writeBigUInt64LE(BigInt(contentBytes), 0);
  bytes.writeUInt32LE(footerChecksum, 8);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 20)), 20);
  END_MAGIC.copy(bytes, 24);
  return bytes;
}

export function decodeTrailer(bytes: Buffer): Trailer {
  return {
    contentBytes: Number(bytes.readBigUInt64LE(0)),
    footerChecksum: bytes.readUInt32LE(8),
    finding: trailerFinding(bytes),
  };
}

function trailerFinding(bytes: Buffer): string | undefined {
  if (!bytes.subarray(24).equals(END_MAGIC)) return 'the end of the file is missing';
  return bytes.readUInt32LE(20) === crc32(bytes.subarray(0, 20)) ? undefined : 'the trailer fails its checksum';
}
