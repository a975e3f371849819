import test from 'ava';
import * as fc from 'fast-check';
import { VectorizerError } from '../../src/core/errors.ts';
import { ChecksummedFile } from '../../src/storage/checksummed-file.ts';
import { BLOCK_BYTES, FILE_HEADER_BYTES, TRAILER_BYTES } from '../../src/storage/file-format.ts';
import { sweepLeftovers, writeFile } from '../../src/storage/write-file.ts';
import { seededRandom } from '../seeded-random.ts';
import { SimulatedFiles, simulatedWorld } from './simulated-files.ts';

const PATH = '/data/codes.bin';

function makeContent(bytes: number, seed = 1): Uint8Array {
  const random = seededRandom(seed);
  return Uint8Array.from({ length: bytes }, () => Math.floor(random() * 256));
}

function* inChunks(content: Uint8Array, chunkBytes: number): Generator<Uint8Array> {
  for (let start = 0; start < content.length; start += chunkBytes) yield content.slice(start, start + chunkBytes);
}

async function written(content: Uint8Array, chunkBytes = 1 << 20): Promise<SimulatedFiles> {
  const files = new SimulatedFiles();
  await writeFile(simulatedWorld(files), PATH, 'codes', inChunks(content, chunkBytes));
  return files;
}

const open = async (files: SimulatedFiles): Promise<ChecksummedFile> =>
  ChecksummedFile.open(simulatedWorld(files), PATH, 'codes');

test('content of any length, in chunks of any length, is read as it was written', async (t) => {
  const random = seededRandom(5);
  const whole = makeContent(3 * BLOCK_BYTES + 17);
  for (const bytes of [0, 1, 100, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, whole.length]) {
    const content = whole.subarray(0, bytes);
    const file = await open(await written(content, 1 + Math.floor(random() * 300_000)));
    t.is(file.bytes, bytes);
    t.deepEqual(Buffer.from(await file.readAll()).compare(content), 0);
    t.deepEqual(await file.verify(), []);
    await file.close();
  }
});

test('one chunk longer than a write, and chunks that come late, are written', async (t) => {
  const content = makeContent(9 * BLOCK_BYTES + 5);
  const files = new SimulatedFiles();
  async function* late(): AsyncGenerator<Uint8Array> {
    await Promise.resolve();
    yield content;
  }
  await writeFile(simulatedWorld(files), PATH, 'codes', late());
  const file = await open(files);
  t.is(Buffer.compare(await file.readAll(), content), 0);
});

test('any part is read as it was written, verified or not, into shared memory too', async (t) => {
  const content = makeContent(3 * BLOCK_BYTES + 1000);
  const file = await open(await written(content));
  const end = fc.nat({ max: content.length });
  const nearBlock = fc
    .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: -2, max: 2 }))
    .map(([block, delta]) => Math.max(0, block * BLOCK_BYTES + delta));
  await t.notThrowsAsync(
    fc.assert(
      fc.asyncProperty(fc.oneof(end, nearBlock), fc.oneof(end, nearBlock), async (a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const target = new Uint8Array(new SharedArrayBuffer(to - from));
        await file.readInto(target, from);
        const expected = content.subarray(from, to);
        return (
          Buffer.compare(target, expected) === 0 && Buffer.compare(file.readAtSync(from, to - from), expected) === 0
        );
      }),
      { numRuns: 60 },
    ),
  );
  await t.throwsAsync(file.readInto(new Uint8Array(2), content.length - 1), { name: 'InvariantError' });
  t.throws(() => file.readAtSync(content.length, 1), { name: 'InvariantError' });
});

test('single reads of any length start where an array of numbers can', async (t) => {
  const file = await open(await written(makeContent(10_000)));
  for (let length = 1; length < 6000; length += 37) t.is(file.readAtSync(length, length % 4000).byteOffset % 8, 0);
});

test('a flipped bit in any byte is found, and named by file and offset', async (t) => {
  const content = makeContent(60);
  const files = await written(content);
  const fileBytes = files.content(PATH).length;
  t.is(fileBytes, FILE_HEADER_BYTES + 60 + 4 + TRAILER_BYTES);
  for (let offset = 0; offset < fileBytes; offset += 1) {
    files.flipBit(PATH, offset, offset % 8);
    const error = await t.throwsAsync(async () => (await open(files)).readAll(), { instanceOf: VectorizerError });
    t.is(error.kind, 'data_damaged', `byte ${offset}`);
    t.regex(error.message, /^\/data\/codes\.bin at byte \d+: /);
    files.flipBit(PATH, offset, offset % 8);
  }
  t.is((await (await open(files)).readAll()).length, 60);
});

test('verify names every damaged block; sound blocks are still read', async (t) => {
  const content = makeContent(4 * BLOCK_BYTES);
  const files = await written(content);
  files.flipBit(PATH, FILE_HEADER_BYTES + BLOCK_BYTES + 5);
  files.flipBit(PATH, FILE_HEADER_BYTES + 3 * BLOCK_BYTES + 5);
  const file = await open(files);
  const named = (block: number): string =>
    `${PATH} at byte ${FILE_HEADER_BYTES + block * BLOCK_BYTES}: a block of 1 MiB fails its checksum`;
  t.deepEqual(await file.verify(), [named(1), named(3)]);
  const target = new Uint8Array(BLOCK_BYTES);
  await file.readInto(target, 2 * BLOCK_BYTES);
  t.is(Buffer.compare(target, content.subarray(2 * BLOCK_BYTES, 3 * BLOCK_BYTES)), 0);
  await t.throwsAsync(file.readInto(target, BLOCK_BYTES), { message: named(1) });
  await t.throwsAsync(file.readAll(), { message: named(1) });
});

test('a file cut at any byte is refused', async (t) => {
  const whole = (await written(makeContent(50))).content(PATH);
  for (let bytes = 0; bytes < whole.length; bytes += 1) {
    const files = new SimulatedFiles();
    files.put(PATH, whole.subarray(0, bytes));
    const error = await t.throwsAsync(open(files), { instanceOf: VectorizerError });
    t.is(error.kind, 'data_damaged', `cut at ${bytes}`);
    t.is(files.openCount, 0);
  }
});

test('a file that is longer than it says is refused', async (t) => {
  const whole = (await written(makeContent(50))).content(PATH);
  const files = new SimulatedFiles();
  files.put(PATH, Buffer.concat([whole.subarray(0, 60), Buffer.from('more'), whole.subarray(60)]));
  await t.throwsAsync(open(files), { message: `${PATH} at byte 90: 122 bytes long, should be 118` });
});

test('a file that shrinks under an open descriptor is reported, not read as zeros', async (t) => {
  const files = await written(makeContent(1000));
  const file = await open(files);
  const handle = await files.open(PATH, 'write');
  await handle.truncate(FILE_HEADER_BYTES + 500);
  await t.throwsAsync(file.readAll(), {
    message: `${PATH} at byte ${FILE_HEADER_BYTES + 500}: the file ends too early`,
  });
  t.throws(() => file.readAtSync(400, 200), { instanceOf: VectorizerError });
});

test('a missing file, another kind and another version are told apart', async (t) => {
  const files = await written(makeContent(10));
  await t.throwsAsync(ChecksummedFile.open(simulatedWorld(files), '/data/none', 'codes'), {
    message: '/data/none: the file is missing',
  });
  await t.throwsAsync(ChecksummedFile.open(simulatedWorld(files), PATH, 'graph'), {
    message: `${PATH} at byte 16: holds codes, not graph`,
  });
  files.flipBit(PATH, 8, 1);
  await t.throwsAsync(open(files), { message: `${PATH} at byte 0: file version 3, this program reads 1` });
});

test('an error of the disk while reading names the file', async (t) => {
  const files = await written(makeContent(10));
  const file = await open(files);
  files.fail('read', 'EIO');
  const error = await t.throwsAsync(file.readAll(), { instanceOf: VectorizerError });
  t.is(error.kind, 'internal');
  t.regex(error.message, /^\/data\/codes\.bin: EIO/);
});

test('a write that fails anywhere leaves nothing of itself and all that was there before', async (t) => {
  const files = await written(Buffer.from('before'));
  const world = simulatedWorld(files);
  const rewrite = async (): Promise<void> => writeFile(world, PATH, 'codes', [Buffer.from('after')]);
  for (const operation of ['open', 'write', 'sync', 'rename'] as const) {
    files.fail(operation, 'EIO');
    const error = await t.throwsAsync(rewrite(), { instanceOf: VectorizerError });
    t.is(error.kind, 'internal', operation);
    t.deepEqual(files.paths(), [PATH]);
    t.is(Buffer.from(await (await open(files)).readAll()).toString(), 'before');
  }
  files.capacityBytes = files.content(PATH).length + 40;
  const error = await t.throwsAsync(rewrite(), { instanceOf: VectorizerError });
  t.is(error.kind, 'insufficient_storage');
  t.deepEqual(files.paths(), [PATH]);
  files.capacityBytes = Number.POSITIVE_INFINITY;
  await rewrite();
  t.is(Buffer.from(await (await open(files)).readAll()).toString(), 'after');
});

test('what goes wrong while the content is made is passed on, and nothing is left', async (t) => {
  const files = new SimulatedFiles();
  function* broken(): Generator<Uint8Array> {
    yield new Uint8Array(10);
    throw new RangeError('no more');
  }
  await t.throwsAsync(writeFile(simulatedWorld(files), PATH, 'codes', broken()), { instanceOf: RangeError });
  t.deepEqual(files.paths(), []);
  t.is(files.openCount, 0);
});

test('after a power loss the file is there as before or as after, and whole; leftovers are swept', async (t) => {
  const random = seededRandom(11);
  let sweptCount = 0;
  for (let run = 0; run < 60; run += 1) {
    const files = await written(Buffer.from('before'));
    await files.syncDirectory('/data');
    let isDone = false;
    void writeFile(simulatedWorld(files), PATH, 'codes', [Buffer.from('after')]).then(() => (isDone = true));
    for (let turn = 0; turn < run / 6; turn += 1) await files.stat(PATH);
    const later = files.losePower(random);
    const swept = await sweepLeftovers(later, '/data');
    sweptCount += swept.length;
    t.deepEqual(later.paths(), [PATH]);
    const content = Buffer.from(await (await open(later)).readAll()).toString();
    t.true(isDone ? content === 'after' : ['before', 'after'].includes(content));
  }
  t.true(sweptCount > 0, 'some crash came in the middle');
});
