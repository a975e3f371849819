import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import * as fc from 'fast-check';
import { ChecksummedFile } from '../../src/storage/checksummed-file.ts';
import { frame, FrameCheck } from '../../src/storage/frame.ts';
import { writeFile } from '../../src/storage/write-file.ts';
import { realWorld, removeFolder, temporaryFolder } from '../collections/house.ts';

/** Lengths around the borders of blocks. */
const LENGTHS = [0, 1, 31, 1000, 2 ** 20 - 1, 2 ** 20, 2 ** 20 + 1, 2 ** 21, 2 ** 21 + 5];

function content(bytes: number): Buffer {
  return Buffer.from(Uint8Array.from({ length: bytes }, (_, at) => at * 7));
}

/** Checks a file in pieces. */
function check(file: Buffer, pieceBytes: number): { readonly findings: readonly string[]; readonly content: Buffer } {
  const checking = new FrameCheck('x', file.length);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < file.length; at += pieceBytes) parts.push(checking.add(file.subarray(at, at + pieceBytes)));
  return { findings: checking.finish(), content: Buffer.concat(parts) };
}

test('a frame is byte by byte the file that is written, and is checked in pieces of any length', async (t) => {
  const folder = await temporaryFolder();
  const world = realWorld();
  for (const bytes of LENGTHS) {
    const path = join(folder, `${bytes}`);
    await writeFile(world, path, 'test', [content(bytes)]);
    const framed = frame('test', content(bytes));
    const file = Buffer.concat(framed.parts);
    t.true(file.equals(await readFile(path)), `${bytes}`);
    t.is(file.length, framed.bytes);
    const opened = await ChecksummedFile.open(world, path, 'test');
    await opened.close();
    for (const pieceBytes of [33, 4096, 2 ** 20, 2 ** 22]) {
      if (bytes > 5000 && pieceBytes === 33) continue;
      const checked = check(file, pieceBytes);
      t.deepEqual(checked.findings, [], `${bytes} in ${pieceBytes}`);
      t.true(checked.content.equals(content(bytes)));
    }
    const checking = new FrameCheck('x', file.length);
    checking.add(file);
    t.deepEqual(checking.finish(), []);
    t.is(checking.kind, 'test');
    t.is(checking.checksum, framed.checksum);
  }
  await removeFolder(folder);
});

test('every flipped bit is found, and every other length', (t) => {
  const file = Buffer.concat(frame('test', content(2 ** 20 + 500)).parts);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: file.length - 1 }), fc.integer({ min: 0, max: 7 }), (at, bit) => {
      const bad = Buffer.from(file);
      bad[at] = (bad[at] ?? 0) ^ (1 << bit);
      t.true(check(bad, 2 ** 19).findings.length > 0, `byte ${at} of ${file.length}, bit ${bit}`);
    }),
    {
      numRuns: 60,
      examples: [
        [0, 0],
        [12, 1],
        [20, 3],
        [40, 0],
        [file.length - 1, 0],
        [file.length - 40, 0],
      ],
    },
  );
  for (const cut of [0, 10, 32, 63, 64, 100, 2 ** 20, file.length - 1]) {
    t.true(check(file.subarray(0, cut), 1000).findings.length > 0, `cut at ${cut}`);
  }
  t.true(check(Buffer.concat([file, Buffer.alloc(1)]), 1000).findings.length > 0);
  const short = new FrameCheck('x', file.length);
  short.add(file.subarray(0, 1000));
  t.deepEqual(short.finish(), ['x at byte 1000: the file ends too early']);
});
