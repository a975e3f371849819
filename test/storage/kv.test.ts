import test from 'ava';
import * as fc from 'fast-check';
import { execFile, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Files } from '../../src/base/world.ts';
import { VectorizerError } from '../../src/core/errors.ts';
import { Kv, type KvOperation } from '../../src/storage/kv.ts';
import { NodeFiles } from '../../src/storage/node-files.ts';
import { simulatedWorld } from './simulated-files.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const text = (value: Uint8Array | undefined): string | undefined =>
  value === undefined ? undefined : Buffer.from(value).toString('latin1');
const put = (key: string, value: string): KvOperation => ({ type: 'put', key: bytes(key), value: bytes(value) });
const del = (key: string): KvOperation => ({ type: 'del', key: bytes(key) });

interface Teardown {
  readonly teardown: (work: () => Promise<void>) => void;
}

async function makeFolder(t: Teardown): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'vectorizer-kv-'));
  t.teardown(async () => rm(folder, { recursive: true, force: true }));
  return join(folder, 'kv');
}

async function openKv(directory: string, files: Files = new NodeFiles()): Promise<Kv> {
  return Kv.open(simulatedWorld(files), directory);
}

async function readAll(kv: Kv, iteration: Parameters<Kv['iterate']>[0] = {}): Promise<string[]> {
  const entries: string[] = [];
  for await (const { key, value } of kv.iterate(iteration)) entries.push(`${text(key)}=${text(value)}`);
  return entries;
}

test('batches, reads, ranges and reopening do what a sorted Map does', async (t) => {
  const directory = await makeFolder(t);
  let kv = await openKv(directory);
  const model = new Map<string, string>();
  const key = fc.string({ unit: fc.constantFrom('a', 'b', '\0', '\xff'), minLength: 1, maxLength: 3 });
  const operation = fc.oneof(
    fc.tuple(key, fc.string({ maxLength: 5 })).map(([k, v]) => put(k, v)),
    key.map(del),
  );
  const step = fc.record({
    operations: fc.array(operation, { maxLength: 6 }),
    sync: fc.boolean(),
    reopen: fc.nat({ max: 9 }),
    gte: key,
    lt: key,
    limit: fc.nat({ max: 4 }),
    clear: fc.nat({ max: 9 }),
  });
  await fc.assert(
    fc.asyncProperty(step, async ({ operations, sync, reopen, gte, lt, limit, clear }) => {
      await kv.batch(operations, { sync });
      for (const each of operations) {
        if (each.type === 'put') model.set(text(each.key) ?? '', text(each.value) ?? '');
        else model.delete(text(each.key) ?? '');
      }
      if (clear === 0) {
        await kv.clear({ gte: bytes(gte), lt: bytes(lt) });
        for (const each of model.keys()) if (each >= gte && each < lt) model.delete(each);
      }
      if (reopen === 0) {
        await kv.close();
        kv = await openKv(directory);
      }
      const sorted = [...model].sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => `${k}=${v}`);
      const inRange = sorted.filter(
        (entry) => entry.slice(0, entry.lastIndexOf('=')) >= gte && entry.slice(0, entry.lastIndexOf('=')) < lt,
      );
      t.deepEqual(await readAll(kv), sorted);
      t.deepEqual(await readAll(kv, { reverse: true }), sorted.toReversed());
      t.is(
        (await readAll(kv, { gte: bytes(gte), lt: bytes(lt) })).length,
        [...model.keys()].filter((k) => k >= gte && k < lt).length,
      );
      t.deepEqual((await readAll(kv, { limit })).length, Math.min(limit, sorted.length));
      t.true(inRange.length <= sorted.length);
      t.is(text(kv.getSync(bytes(gte))), model.get(gte));
      t.is(text(await kv.get(bytes(lt))), model.get(lt));
      t.deepEqual((await kv.getMany([bytes(gte), bytes(lt)])).map(text), [model.get(gte), model.get(lt)]);
    }),
    { numRuns: 60 },
  );
  await kv.close();
});

test('writes take effect in the order of the calls, large ones and cleared ranges among them', async (t) => {
  const kv = await openKv(await makeFolder(t));
  const large = Array.from({ length: 3000 }, (_, index) => put(`large-${index}`, 'old'));
  const writes = [
    kv.batch([...large, put('key', '1')], { sync: false }),
    kv.batch([put('key', '2')], { sync: true }),
    kv.clear({ gte: bytes('key'), lt: bytes('kez') }),
    kv.batch([put('key', '3'), put('other', '3')], { sync: false }),
    kv.batch([del('other'), ...large.slice(0, 10).map(({ key }) => ({ type: 'del' as const, key }))], { sync: false }),
  ];
  await Promise.all(writes);
  t.is(text(await kv.get(bytes('key'))), '3');
  t.is(await kv.get(bytes('other')), undefined);
  t.is((await readAll(kv, { gte: bytes('large-'), lt: bytes('large.') })).length, 2990);
  await kv.close();
});

test('close waits for writes under way; later calls say that the store is closed', async (t) => {
  const directory = await makeFolder(t);
  const kv = await openKv(directory);
  const write = kv.batch([put('key', 'value')], { sync: false });
  await kv.close();
  await t.notThrowsAsync(write);
  for (const call of [
    () => kv.getSync(bytes('key')),
    () => kv.get(bytes('key')),
    () => kv.batch([put('a', 'b')], { sync: false }),
  ]) {
    const error = await t.throwsAsync(async () => call(), { instanceOf: VectorizerError });
    t.is(error.kind, 'unavailable');
  }
  const again = await openKv(directory);
  t.is(text(again.getSync(bytes('key'))), 'value');
  await again.close();
});

test('a second opener is told who stands in its way', async (t) => {
  const directory = await makeFolder(t);
  const kv = await openKv(directory);
  const error = await t.throwsAsync(openKv(directory), { instanceOf: VectorizerError });
  t.is(error.kind, 'unavailable');
  t.is(error.message, `${directory} is in use by another process`);
  await kv.close();
});

/** Opens, changes one byte of the file that matches, and opens again. */
async function damage(directory: string, name: RegExp, at: (content: Buffer) => number): Promise<string> {
  const found =
    (await readdir(directory))
      .filter((each) => name.test(each))
      .sort()
      .at(-1) ?? 'none';
  const path = join(directory, found);
  const content = await readFile(path);
  const offset = at(content);
  content[offset] = (content[offset] ?? 0) ^ 4;
  await writeFile(path, content);
  return path;
}

test('damage in the journal is refused with file and offset, and stays there to be seen', async (t) => {
  const directory = await makeFolder(t);
  const kv = await openKv(directory);
  for (let index = 0; index < 300; index += 1) await kv.batch([put(`key-${index}`, 'x'.repeat(300))], { sync: false });
  await kv.close();
  const path = await damage(directory, /\.log$/, () => 40_000);
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const error = await t.throwsAsync(openKv(directory), { instanceOf: VectorizerError });
    t.is(error.kind, 'data_damaged');
    t.true(error.message.startsWith(`${path} at byte `), error.message);
  }
});

test('a journal that ends in a torn write is no damage', async (t) => {
  const directory = await makeFolder(t);
  const kv = await openKv(directory);
  for (let index = 0; index < 300; index += 1) await kv.batch([put(`key-${index}`, 'x'.repeat(300))], { sync: false });
  await kv.close();
  const name = (await readdir(directory)).find((each) => each.endsWith('.log')) ?? '';
  const content = await readFile(join(directory, name));
  await writeFile(join(directory, name), content.subarray(0, content.length - 9));
  const again = await openKv(directory);
  t.is((await readAll(again)).length, 299);
  await again.close();
});

test('a damaged value is refused by every way of reading it', async (t) => {
  const directory = await makeFolder(t);
  const kv = await openKv(directory);
  const value = Array.from({ length: 200 }, (_, index) => String.fromCharCode((index * 73) % 256)).join('');
  await kv.batch([put('key', value)], { sync: true });
  await kv.close();
  const again = await openKv(directory);
  await damage(directory, /\.ldb$/, (content) => content.indexOf(bytes(value.slice(0, 20))) + 10);
  const reads = [
    async () => again.getSync(bytes('key')),
    async () => again.get(bytes('key')),
    async () => again.getMany([bytes('key')]),
    async () => readAll(again),
  ];
  for (const read of reads) {
    const error = await t.throwsAsync(read, { instanceOf: VectorizerError });
    t.is(error.kind, 'data_damaged');
    t.is(error.message, `${directory}: the value of key 6b6579 fails its checksum`);
  }
  const findings = await again.check();
  t.is(findings.length, 1);
  t.regex(findings[0] ?? '', /\.ldb at byte 0: a block of the table fails its checksum$/);
  await again.close();
  await t.throwsAsync(openKv(directory), { instanceOf: VectorizerError, message: findings[0] ?? '' });
});

test('a table that LevelDB cannot read is damage', async (t) => {
  const directory = await makeFolder(t);
  const kv = await openKv(directory);
  await kv.batch([put('key', 'x'.repeat(2000))], { sync: true });
  t.deepEqual(await kv.check(), []);
  await kv.close();
  const again = await openKv(directory);
  // The first byte of a compressed block is its length.
  await damage(directory, /\.ldb$/, () => 0);
  const error = await t.throwsAsync(async () => again.getSync(bytes('key')), { instanceOf: VectorizerError });
  t.is(error.kind, 'data_damaged');
  t.true(error.message.includes(directory));
  t.is((await again.check()).length, 1, 'the table; LevelDB does not read it any more');
  await again.close();
});

test('a value too short for its checksum is damage', async (t) => {
  const directory = await makeFolder(t);
  const { ClassicLevel } = await import('classic-level');
  const level = new ClassicLevel<string, string>(directory);
  await level.put('key', 'abc');
  await level.close();
  const kv = await openKv(directory);
  t.throws(() => kv.getSync(bytes('key')), { message: /fails its checksum/ });
  await kv.close();
});

test('records of the journal that end just before the end of a block are sound', async (t) => {
  const directory = await makeFolder(t);
  const kv = await openKv(directory);
  // 43 bytes each in the journal: 762 of them leave 2 of the 32,768 bytes of a block.
  for (let index = 0; index < 1600; index += 1) {
    await kv.batch([put(String(index).padStart(4, '0'), 'x'.repeat(13))], { sync: false });
  }
  await kv.close();
  const again = await openKv(directory);
  t.is((await readAll(again)).length, 1600);
  await again.close();
});

test('a damaged manifest is refused', async (t) => {
  const directory = await makeFolder(t);
  const kv = await openKv(directory);
  await kv.batch([put('key', 'value')], { sync: true });
  await kv.close();
  await damage(directory, /^MANIFEST/, () => 12);
  const error = await t.throwsAsync(openKv(directory), { instanceOf: VectorizerError });
  t.is(error.kind, 'data_damaged');
  t.true(error.message.includes(directory));
});

test('an almost full disk refuses writes, goes on with reads and takes writes once there is room', async (t) => {
  class NarrowFiles extends NodeFiles {
    free = 1e12;
    override freeBytes(): Promise<number> {
      return Promise.resolve(this.free);
    }
  }
  const files = new NarrowFiles();
  const kv = await openKv(await makeFolder(t), files);
  await kv.batch([put('key', 'before')], { sync: true });
  files.free = 1e6;
  const error = await t.throwsAsync(kv.batch([put('key', 'during')], { sync: true }), { instanceOf: VectorizerError });
  t.is(error.kind, 'insufficient_storage');
  t.is(text(kv.getSync(bytes('key'))), 'before');
  files.free = 1e12;
  await kv.batch([put('key', 'after')], { sync: true });
  t.is(text(kv.getSync(bytes('key'))), 'after');
  await kv.close();
});

/** Of util-linux: changes the limits of a running process. */
const LIMIT_COMMAND = 'prlimit';
const canLimit = process.platform === 'linux' && spawnSync(LIMIT_COMMAND, ['--version']).status === 0;

interface FullDisk {
  readonly limitBytes: number;
  /** Attempts to write while the limit holds; each must fail. */
  readonly attempts: number;
}

// A limit on the length of files stands in for a disk that fills up in the middle of a write: the system's error comes
// from the same call, and needs no mount.
const fullDisks: readonly (FullDisk & { readonly title: string })[] = [
  { title: 'one write that fails half way', limitBytes: 50_000, attempts: 1 },
  { title: 'writes that fail again in a new journal', limitBytes: 50_000, attempts: 2 },
  // By then more than that is in memory, and the table that is written from it fails as well.
  { title: 'a table that cannot be written', limitBytes: 100_000, attempts: 2 },
];

for (const { title, ...fullDisk } of fullDisks) {
  (canLimit ? test : test.skip)(`${title}: nothing is lost, before it or after it`, async (t) => {
    const directory = await makeFolder(t);
    const count = await fillDisk(directory, fullDisk, (answer, expected) => t.is(answer, expected));
    const kv = await openKv(directory);
    t.is(text(kv.getSync(bytes('count'))), String(count));
    for (let index = 1; index <= count; index += 1)
      t.is(kv.getSync(bytes(`value-${index}`))?.length, 2000, `value ${index}`);
    await kv.close();
  });
}

/** Returns how many values a process wrote before, while and after its disk was full; then it was killed. */
async function fillDisk(
  directory: string,
  { limitBytes, attempts }: FullDisk,
  check: (answer: unknown, expected: string) => void,
): Promise<number> {
  const child = fork(join(import.meta.dirname, 'kv-filling-process.ts'), [directory]);
  const ask = async (question: string): Promise<unknown> => {
    child.send(question);
    return (await once(child, 'message'))[0];
  };
  const limit = async (value: string): Promise<void> => {
    await promisify(execFile)(LIMIT_COMMAND, ['--pid', String(child.pid), `--fsize=${value}:`]);
  };
  try {
    await once(child, 'message');
    if (limitBytes > 50_000) check(await ask('write'), 'written');
    await limit(String(limitBytes));
    for (let attempt = 0; attempt < attempts; attempt += 1) check(await ask('write'), 'insufficient_storage');
    check(await ask('read'), 'sound');
    await limit('unlimited');
    check(await ask('write'), 'written');
    check(await ask('read'), 'sound');
    return Number(await ask('count'));
  } finally {
    child.kill('SIGKILL');
    // Until then it holds the lock.
    await once(child, 'exit');
  }
}
