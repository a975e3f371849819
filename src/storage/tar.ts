/**
 * Headers of POSIX tar (ustar), as far as an archive of plain files with short names needs them. Reading takes nothing
 * else either: links, folders, long names and extended headers are how archives attack whoever unpacks them, and no
 * archive of ours has any.
 *
 *   0      100   108   116   124   136    148       156   157       257    263
 *   ├──────┼─────┼─────┼─────┼─────┼──────┼─────────┼─────┼─────────┼──────┼─ … 512
 *   │ name │ mode│ uid │ gid │ size│ time │ checksum│ type│ link    │ magic│ zeros
 */
export const TAR_BLOCK_BYTES = 512;
/** An archive ends with two empty blocks. */
export const TAR_END_BYTES = 1024;

const NAME_BYTES_MAX = 100;
const SIZE_AT = 124;
const TIME_AT = 136;
const CHECKSUM_AT = 148;
const TYPE_AT = 156;
const MAGIC_AT = 257;
const PREFIX_AT = 345;
const PREFIX_BYTES = 155;
/** What eleven octal digits can say. */
const OCTAL_MAX = 8 ** 11;

export interface TarHeader {
  readonly name: string;
  readonly bytes: number;
  /** '0' or '\0' is a plain file. */
  readonly type: string;
}

/** bytes up to 2^53; name up to 100 bytes. */
export function encodeTarHeader({ name, bytes }: Omit<TarHeader, 'type'>, modifiedMs: number): Buffer {
  const header = Buffer.alloc(TAR_BLOCK_BYTES);
  if (Buffer.byteLength(name) > NAME_BYTES_MAX) throw new RangeError(`${name}: too long a name for a tar`);
  header.write(name, 0);
  header.write('0000644\0', 100, 'latin1');
  header.write('0000000\0', 108, 'latin1');
  header.write('0000000\0', 116, 'latin1');
  if (bytes < OCTAL_MAX) header.write(octal(bytes, 11), SIZE_AT, 'latin1');
  else {
    // GNU's way for 8 GiB and more, which all programs read: binary, with the first bit set.
    header[SIZE_AT] = 0x80;
    header.writeBigUInt64BE(BigInt(bytes), SIZE_AT + 4);
  }
  header.write(octal(Math.floor(modifiedMs / 1000), 11), TIME_AT, 'latin1');
  header.write('0', TYPE_AT, 'latin1');
  header.write('ustar\x0000', MAGIC_AT, 'latin1');
  header.write(`${octal(checksumOf(header), 6)}\0 `, CHECKSUM_AT, 'latin1');
  return header;
}

/** undefined: the block is no header, or its checksum is another. */
export function decodeTarHeader(block: Buffer): TarHeader | undefined {
  const told = octalAt(block, CHECKSUM_AT, 8);
  const bytes = sizeOf(block);
  if (told !== checksumOf(block) || bytes === undefined) return undefined;
  const prefix =
    block.toString('latin1', MAGIC_AT, MAGIC_AT + 6) === 'ustar\0' ? textAt(block, PREFIX_AT, PREFIX_BYTES) : '';
  const name = textAt(block, 0, NAME_BYTES_MAX);
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    bytes,
    type: String.fromCharCode(block[TYPE_AT] ?? 0),
  };
}

/** Zeros behind a member of so many bytes. */
export function tarPadding(bytes: number): number {
  return (TAR_BLOCK_BYTES - (bytes % TAR_BLOCK_BYTES)) % TAR_BLOCK_BYTES;
}

/** The sum of all bytes, those of the checksum itself as blanks. */
function checksumOf(block: Buffer): number {
  let sum = 8 * 0x20;
  for (let at = 0; at < TAR_BLOCK_BYTES; at++) {
    if (at < CHECKSUM_AT || at >= CHECKSUM_AT + 8) sum += block[at] ?? 0;
  }
  return sum;
}

function sizeOf(block: Buffer): number | undefined {
  if (block[SIZE_AT] !== 0x80) return octalAt(block, SIZE_AT, 12);
  const bytes = Number(block.readBigUInt64BE(SIZE_AT + 4));
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}

function octalAt(block: Buffer, at: number, length: number): number | undefined {
  const text = textAt(block, at, length).trim();
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : undefined;
}

function textAt(block: Buffer, at: number, length: number): string {
  const end = block.indexOf(0, at);
  return block.toString('utf8', at, end < 0 || end > at + length ? at + length : end);
}
