import test from 'ava';
import { fork } from 'node:child_process';
import { mkdtemp, rm, writeFile as writePlainFile, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChecksummedFile } from '../../src/storage/checksummed-file.ts';
import { UpdateLog } from '../../src/storage/log.ts';
import { NodeFiles, dropBytes } from '../../src/storage/node-files.ts';
import { sweepLeftovers, writeFile } from '../../src/storage/write-file.ts';
import { append, logOptions, makeEntries, readLog } from './log-harness.ts';
import { simulatedWorld } from './simulated-files.ts';

async function temporaryFolder(t: { teardown: (work: () => Promise<void>) => void }): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'vectorizer-storage-'));
  t.teardown(async () => rm(folder, { recursive: true, force: true }));
  return folder;
}

test('a log on the real disk is written, rotated, truncated, cut and read again', async (t) => {
  const directory = join(await temporaryFolder(t), 'shard', 'log');
  const files = new NodeFiles();
  const options = { ...logOptions(files), directory, segmentBytes: 2000 };
  const { log } = await UpdateLog.open(options);
  const entries = makeEntries(100, 100);
  for (const entry of entries.slice(0, 50)) await append(log, entry);
  await log.idle();
  await Promise.all(entries.slice(50).map((entry) => append(log, entry)));
  t.deepEqual(await readLog(log), entries);
  await log.truncate(40);
  await log.close();
  const names = [...(await files.list(directory))].sort();
  const last = join(directory, names.at(-1) ?? '');
  const content = await readFile(last);
  await writePlainFile(last, content.subarray(0, content.length - 10));
  const again = await UpdateLog.open(options);
  t.is(again.tornTail?.file, last);
  t.is(again.tornTail?.bytes, 114);
  t.deepEqual(await readLog(again.log, 40), entries.slice(40, 99));
  await again.log.close();
});

test('an immutable file on the real disk is written, read into shared memory and unlinked while open', async (t) => {
  const folder = await temporaryFolder(t);
  const files = new NodeFiles();
  const world = simulatedWorld(files);
  const path = join(folder, 'codes.bin');
  const content = Buffer.alloc(5_000_001, 'vector');
  await writeFile(world, path, 'codes', [content.subarray(0, 10), content.subarray(10)]);
  const file = await ChecksummedFile.open(world, path, 'codes');
  const target = new Uint8Array(new SharedArrayBuffer(content.length));
  await file.readInto(target, 0);
  t.is(Buffer.compare(target, content), 0);
  await files.link(path, join(folder, 'snapshot.bin'));
  await files.unlink(path);
  t.is(Buffer.from(file.readAtSync(7, 6)).toString(), 'ectorv');
  await file.close();
  t.deepEqual(await files.list(folder), ['snapshot.bin']);
});

test('files and folders are told apart, absence is no error, and free space is known', async (t) => {
  const folder = await temporaryFolder(t);
  const files = new NodeFiles();
  t.is(await files.stat(join(folder, 'none')), undefined);
  t.deepEqual(await files.list(join(folder, 'none')), []);
  await files.mkdir(join(folder, 'a', 'b'));
  t.is((await files.stat(join(folder, 'a')))?.kind, 'directory');
  await writePlainFile(join(folder, 'half.tmp'), 'half');
  t.like(await files.stat(join(folder, 'half.tmp')), { kind: 'file', bytes: 4 });
  t.deepEqual(await sweepLeftovers(files, folder), [join(folder, 'half.tmp')]);
  await files.remove(join(folder, 'a'));
  await files.remove(join(folder, 'a'));
  t.deepEqual(await files.list(folder), []);
  t.true((await files.freeBytes(folder)) > 0);
  await t.throwsAsync(files.open(join(folder, 'none'), 'read'), { code: 'ENOENT' });
  await writePlainFile(join(folder, 'file'), '');
  await t.throwsAsync(files.list(join(folder, 'file')), { code: 'ENOTDIR' });
});

test('a read behind the end is short', async (t) => {
  const folder = await temporaryFolder(t);
  await writePlainFile(join(folder, 'file'), 'abc');
  const file = await new NodeFiles().open(join(folder, 'file'), 'read');
  const target = new Uint8Array(5);
  t.is(await file.read(target, 1), 2);
  t.is(file.readSync(target, 2), 1);
  t.is(await file.read(target, 9), 0);
  await file.close();
});

test('what a short write left over is what comes next', (t) => {
  const parts = [Buffer.from('abc'), Buffer.from('de'), Buffer.from('f')];
  for (let count = 0; count <= 6; count += 1) {
    t.is(Buffer.concat(dropBytes(parts, count)).toString(), 'abcdef'.slice(count));
  }
});

test('a process killed with SIGKILL while it appends leaves every acknowledged record, once', async (t) => {
  const directory = join(await temporaryFolder(t), 'log');
  let acknowledged = 0;
  for (let round = 0; round < 5; round += 1) {
    const child = fork(join(import.meta.dirname, 'appending-process.ts'), [directory], { stdio: 'inherit' });
    const target = acknowledged + 50 + round * 37;
    await new Promise<void>((resolve, reject) => {
      child.on('message', (sequence: number) => {
        acknowledged = Math.max(acknowledged, sequence);
        if (acknowledged >= target) child.kill('SIGKILL');
      });
      child.on('error', reject);
      child.on('exit', (_code, signal) =>
        signal === 'SIGKILL' ? resolve() : reject(new Error('the child ended by itself')),
      );
    });
    const { log } = await UpdateLog.open({ ...logOptions(new NodeFiles()), directory, segmentBytes: 100_000 });
    const entries = await readLog(log);
    t.true(entries.length >= acknowledged, `${entries.length} of ${acknowledged}`);
    entries.forEach(({ sequence, text }, index) => {
      if (sequence !== index + 1 || text !== `${sequence}:`.padEnd(500, 'x')) t.fail(`record ${sequence} at ${index}`);
    });
    await log.close();
  }
});
