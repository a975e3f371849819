import { type ArchiveMember, readArchive, writeArchive } from '../../src/storage/archive.ts';
import { frame } from '../../src/storage/frame.ts';

export interface TarFile {
  readonly name: string;
  readonly content: Uint8Array;
}

/** The members of a tar. */
export async function unpack(archive: Uint8Array): Promise<TarFile[]> {
  const files: TarFile[] = [];
  for await (const { name, content } of readArchive(pieces(archive), 'a test')) {
    const parts: Uint8Array[] = [];
    for await (const part of content) parts.push(part);
    files.push({ name, content: Buffer.concat(parts) });
  }
  return files;
}

/** A tar of members. */
export async function pack(files: readonly TarFile[]): Promise<Buffer> {
  const members = async function* (): AsyncGenerator<ArchiveMember> {
    for (const { name, content } of files) yield { name, bytes: content.length, content: [content] };
  };
  const parts: Uint8Array[] = [];
  for await (const part of writeArchive(members(), 0)) parts.push(part);
  return Buffer.concat(parts);
}

/** A member with the JSON in its frame changed, and the frame made anew: what somebody forges. */
export function withJson(file: TarFile, kind: string, change: (value: unknown) => void): TarFile {
  const value = JSON.parse(Buffer.from(file.content.subarray(32, contentEnd(file.content))).toString()) as unknown;
  change(value);
  const { parts } = frame(kind, Buffer.from(JSON.stringify(value)));
  return { name: file.name, content: Buffer.concat(parts) };
}

/** A header block of any type. */
export function header(name: string, type: string, bytes: number, linkName = ''): Buffer {
  const block = Buffer.alloc(512);
  block.write(name, 0);
  block.write('0000644\0', 100);
  block.write('0000000\0', 108);
  block.write('0000000\0', 116);
  block.write(bytes.toString(8).padStart(11, '0'), 124);
  block.write('00000000000', 136);
  block.write('        ', 148);
  block.write(type, 156);
  block.write(linkName, 157);
  block.write('ustar\x0000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function contentEnd(framed: Uint8Array): number {
  const bytes = Buffer.from(framed);
  return 32 + Number(bytes.readBigUInt64LE(bytes.length - 32));
}
