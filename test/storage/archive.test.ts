import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import * as fc from 'fast-check';
import { type ArchiveMember, readArchive, writeArchive } from '../../src/storage/archive.ts';
import { decodeTarHeader, encodeTarHeader } from '../../src/storage/tar.ts';

interface File {
  readonly name: string;
  readonly content: Buffer;
}

async function* one<Item>(...items: readonly Item[]): AsyncGenerator<Item> {
  yield* items;
}

async function written(files: readonly File[]): Promise<Buffer> {
  const members = files.map(({ name, content }): ArchiveMember => ({
    name,
    bytes: content.length,
    content: [content],
  }));
  const parts: Uint8Array[] = [];
  for await (const part of writeArchive(one(...members), 1_700_000_000_000)) parts.push(part);
  return Buffer.concat(parts);
}

/** The members of an archive that comes in pieces of `pieceBytes`, which all lie in the same memory. */
async function read(archive: Buffer, pieceBytes: number): Promise<File[]> {
  const source = async function* (): AsyncGenerator<Uint8Array> {
    const memory = Buffer.alloc(pieceBytes);
    for (let at = 0; at < archive.length; at += pieceBytes) {
      const count = archive.copy(memory, 0, at, at + pieceBytes);
      yield memory.subarray(0, count);
    }
  };
  const files: File[] = [];
  for await (const { name, isFile, content } of readArchive(source(), 'x')) {
    const parts: Uint8Array[] = [];
    for await (const part of content) parts.push(Buffer.from(part));
    if (!isFile) throw new Error(`${name} is no file`);
    files.push({ name, content: Buffer.concat(parts) });
  }
  return files;
}

const name = fc.stringMatching(/^[a-z0-9][a-z0-9./-]{0,99}$/);
const file = fc.record({ name, content: fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes)) });

test('what is written is read again, in pieces of any length whose memory is used again', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(file, { maxLength: 6 }), fc.integer({ min: 1, max: 5000 }), async (files, pieceBytes) => {
      t.deepEqual(await read(await written(files), pieceBytes), files);
    }),
    { numRuns: 100 },
  );
});

test('the tar of the system reads what is written, and what it writes itself is read', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'vectorizer-tar-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const files = [
    { name: 'a.bin', content: Buffer.alloc(0) },
    { name: 'b.bin', content: Buffer.from('x'.repeat(511)) },
    { name: 'c.bin', content: Buffer.alloc(512, 1) },
    { name: 'd.bin', content: Buffer.alloc(70_000, 2) },
  ];
  writeFileSync(join(folder, 'ours.tar'), await written(files));
  execFileSync('tar', ['xf', 'ours.tar'], { cwd: folder });
  for (const { name, content } of files) t.deepEqual(readFileSync(join(folder, name)), content);
  const names = readdirSync(folder).filter((each) => each.endsWith('.bin'));
  for (const format of ['ustar', 'gnu']) {
    execFileSync('tar', ['cf', 'theirs.tar', `--format=${format}`, ...names.toSorted()], { cwd: folder });
    t.deepEqual(await read(readFileSync(join(folder, 'theirs.tar')), 10_000), files, format);
  }
});

test('lengths above 8 GiB are written as GNU does, and read', (t) => {
  for (const bytes of [0, 8 ** 11 - 1, 8 ** 11, 10 ** 13, Number.MAX_SAFE_INTEGER]) {
    t.is(decodeTarHeader(encodeTarHeader({ name: 'x', bytes }, 0))?.bytes, bytes);
  }
  const beyond = encodeTarHeader({ name: 'x', bytes: 8 ** 11 }, 0);
  beyond.writeBigUInt64BE(2n ** 60n, 128);
  t.is(decodeTarHeader(beyond), undefined);
  t.throws(() => encodeTarHeader({ name: 'x'.repeat(101), bytes: 0 }, 0), { instanceOf: RangeError });
});

test('an archive that is cut anywhere, or whose header is damaged, is refused by its place', async (t) => {
  const archive = await written([
    { name: 'a', content: Buffer.alloc(700, 1) },
    { name: 'b', content: Buffer.alloc(10, 2) },
  ]);
  for (let cut = 0; cut < archive.length; cut += 37) {
    await t.throwsAsync(read(archive.subarray(0, cut), 100), { message: /^x at byte \d+: the file ends too early/ });
  }
  for (const at of [0, 100, 124, 148, 156, 257]) {
    const bad = Buffer.from(archive);
    bad[at] = (bad[at] ?? 0) ^ 2;
    await t.throwsAsync(read(bad, 1000), { message: 'x at byte 0: no header of a tar' });
  }
  const half = Buffer.concat([archive.subarray(0, -512), Buffer.alloc(512, 1)]);
  await t.throwsAsync(read(half, 1000), { message: /half an end of a tar/ });
  await t.throwsAsync(read(Buffer.concat([archive, Buffer.from('x')]), 1000), { message: /goes on behind its end/ });
  t.is((await read(Buffer.concat([archive, Buffer.alloc(9000)]), 1000)).length, 2, 'tapes are filled up with zeros');
});

test('a member that gives other bytes than it said fails', async (t) => {
  const member = { name: 'a', bytes: 5, content: [Buffer.alloc(4)] };
  await t.throwsAsync(
    async () => {
      for await (const _ of writeArchive(one(member), 0));
    },
    { message: 'a: gave 4 bytes instead of 5' },
  );
});
