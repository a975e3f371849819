import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import type { World } from '../../src/base/world.ts';
import type { VectorizerError } from '../../src/core/errors.ts';
import { readStream } from '../../src/storage/file-stream.ts';
import { saveStream, sweepParts } from '../../src/storage/save-stream.ts';
import { FileSha256 } from '../../src/storage/sha256.ts';
import { readText, writeText } from '../../src/storage/text-file.ts';
import { realWorld, removeFolder, temporaryFolder } from '../collections/house.ts';
import { SimulatedFiles } from './simulated-files.ts';

async function withFolder(use: (folder: string, world: World) => Promise<void>): Promise<void> {
  const folder = await temporaryFolder();
  try {
    await use(folder, realWorld());
  } finally {
    await removeFolder(folder);
  }
}

/** Pieces that all lie in the same memory. */
async function* pieces(content: Buffer, pieceBytes: number): AsyncGenerator<Uint8Array> {
  const memory = new Uint8Array(pieceBytes);
  for (let at = 0; at < content.length; at += pieceBytes) {
    const piece = content.subarray(at, at + pieceBytes);
    memory.set(piece);
    yield memory.subarray(0, piece.length);
  }
}

const CONTENT = Buffer.from(Uint8Array.from({ length: 3_000_001 }, (_, at) => at * 31));
/** So long that a thread digests it. */
const LARGE = Buffer.concat(Array.from({ length: 8 }, () => CONTENT));

test('a stream is saved, digested here or by a thread, and has no name before it is given one', async (t) => {
  await withFolder(async (folder, world) => {
    for (const [content, pieceBytes] of [
      [CONTENT, 100_000],
      [LARGE, 1_000_000],
      [LARGE, 20_000_000],
      [Buffer.alloc(0), 1],
    ] as const) {
      const path = join(folder, 'x');
      const saved = await saveStream(world, path, pieces(content, pieceBytes));
      t.is(saved.bytes, content.length);
      t.is(saved.sha256, createHash('sha256').update(content).digest('hex'));
      t.deepEqual(
        (await readdir(folder)).map((name) => name.replace(/[0-9a-f]{8}$/, '')),
        ['x.part-'],
      );
      await saved.name(path);
      t.true((await readFile(path)).equals(content));
      await (await saveStream(world, path, pieces(CONTENT, 5000))).discard();
      t.deepEqual(await readdir(folder), ['x']);
      await world.files.unlink(path);
    }
  });
});

test('a file that the digesting thread cannot read has no digest', async (t) => {
  await withFolder(async (folder) => {
    const path = join(folder, 'x');
    for (const expected of [/ENOENT/, /x ends at byte 1000, and 24000008 were written/]) {
      const hash = new FileSha256(path);
      hash.wrote(LARGE);
      await t.throwsAsync(hash.digest(), { message: expected });
      await hash.close();
      await writeFile(path, CONTENT.subarray(0, 1000));
    }
  });
});

test('a stream that breaks off, or a disk that fills up or fails, leaves nothing', async (t) => {
  await withFolder(async (folder, world) => {
    const torn = async function* (): AsyncGenerator<Uint8Array> {
      yield CONTENT.subarray(0, 1000);
      throw new Error('torn');
    };
    await t.throwsAsync(saveStream(world, join(folder, 'x'), torn()), { message: 'torn' });
    const full = {
      ...world,
      files: Object.assign(Object.create(world.files) as typeof world.files, { freeBytes: async () => 1000 }),
    };
    const refused = await t.throwsAsync(saveStream(full, join(folder, 'x'), pieces(CONTENT, 1000)));
    t.is((refused as VectorizerError).kind, 'insufficient_storage');
    t.deepEqual(await readdir(folder), []);
  });
  for (const [operation, code, kind] of [
    ['write', 'ENOSPC', 'insufficient_storage'],
    ['write', 'EIO', 'internal'],
    ['sync', 'EIO', 'internal'],
    ['open', 'EACCES', 'internal'],
  ] as const) {
    const files = new SimulatedFiles();
    files.fail(operation, code);
    const world = { ...realWorld(), files };
    const error = await t.throwsAsync(saveStream(world, 'f/x', pieces(CONTENT, 1_000_000)));
    t.is((error as VectorizerError).kind, kind, `${operation} ${code}`);
    t.deepEqual(files.paths(), [], `${operation} ${code}`);
    t.is(files.openCount, 0);
  }
});

test('what a crash left is swept away, and nothing else', async (t) => {
  await withFolder(async (folder, world) => {
    const names = ['a.part-0123abcd', 'b.snapshot.part-ffffffff', 'c.part', 'd.part-123', 'e.snapshot'];
    for (const name of names) await writeText(world, join(folder, name), name);
    await sweepParts(world, folder);
    t.deepEqual((await readdir(folder)).toSorted(), ['c.part', 'd.part-123', 'e.snapshot']);
    await sweepParts(world, join(folder, 'none'));
  });
});

test('a file is streamed from anywhere to anywhere, in memory of its own or used again', async (t) => {
  await withFolder(async (folder, world) => {
    const path = join(folder, 'x');
    const content = Buffer.concat([CONTENT, CONTENT, CONTENT]);
    await (await saveStream(world, path, pieces(content, 500_000))).name(path);
    for (const memory of ['own', 'reused'] as const) {
      for (const [start, end] of [
        [0, content.length],
        [0, 0],
        [5, 6],
        [4_000_000, 8_500_000],
      ] as const) {
        const parts: Uint8Array[] = [];
        for await (const piece of readStream(world, path, { start, end, memory })) {
          parts.push(memory === 'own' ? piece : Buffer.from(piece));
        }
        t.true(Buffer.concat(parts).equals(content.subarray(start, end)), `${memory} ${start}-${end}`);
      }
    }
    const beyond = async (): Promise<void> => {
      for await (const _ of readStream(world, path, { start: 0, end: content.length + 1, memory: 'own' }));
    };
    await t.throwsAsync(beyond, { message: /ends too early/ });
    const missing = async (): Promise<void> => {
      for await (const _ of readStream(world, join(folder, 'none'), { start: 0, end: 1, memory: 'own' }));
    };
    await t.throwsAsync(missing, { message: /none: ENOENT/ });
  });
});

test('a short text is read as it was written; what is none is not', async (t) => {
  await withFolder(async (folder, world) => {
    const path = join(folder, 'x');
    t.is(await readText(world, path), undefined);
    await writeText(world, path, 'first and longer');
    await writeText(world, path, 'second');
    t.is(await readText(world, path), 'second');
    await writeText(world, path, 'x'.repeat(10_000));
    t.is(await readText(world, path), undefined, 'too long to be one');
    t.is(await readText(world, folder), undefined);
  });
  const files = new SimulatedFiles();
  files.fail('sync', 'EIO');
  await t.throwsAsync(writeText({ ...realWorld(), files }, 'f/x', 'x'), { message: /^f\/x: / });
  t.is(files.openCount, 0);
});
