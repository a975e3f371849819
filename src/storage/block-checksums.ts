import { crc32 } from 'node:zlib';
import { BLOCK_BYTES, encodeTrailer } from './file-format.ts';

export interface Footer {
  readonly table: Uint8Array;
  readonly trailer: Uint8Array;
  /** Of header and table together: it stands for the whole content. */
  readonly checksum: number;
}

/** CRC-32 of each block of a stream that comes in pieces of any length. */
export class BlockChecksums {
  readonly #finished: number[] = [];
  #checksum = 0;
  #filled = 0;

  add(part: Uint8Array): void {
    let rest = part;
    while (rest.length > 0) {
      const piece = rest.subarray(0, BLOCK_BYTES - this.#filled);
      this.#checksum = crc32(piece, this.#checksum);
      this.#filled += piece.length;
      if (this.#filled === BLOCK_BYTES) this.#finish();
      rest = rest.subarray(piece.length);
    }
  }

  /** The table as it stands in the file; ends the last block. */
  table(): Buffer {
    if (this.#filled > 0) this.#finish();
    const table = Buffer.alloc(this.#finished.length * 4);
    this.#finished.forEach((checksum, index) => table.writeUInt32LE(checksum, index * 4));
    return table;
  }

  /** What stands behind the header and a content of so many bytes; ends the last block. */
  footer(header: Uint8Array, contentBytes: number): Footer {
    const table = this.table();
    const checksum = crc32(table, crc32(header));
    return { table, trailer: encodeTrailer(contentBytes, checksum), checksum };
  }

  #finish(): void {
    this.#finished.push(this.#checksum);
    this.#checksum = 0;
    this.#filled = 0;
  }
}
