import test, { type ExecutionContext } from 'ava';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { VectorizerError } from '../../src/core/errors.ts';
import { Kv } from '../../src/storage/kv.ts';
import { realWorld, removeFolder, temporaryFolder } from '../collections/house.ts';

const put = (key: string, value: string) =>
  ({ type: 'put', key: Buffer.from(key), value: Buffer.from(value) }) as const;

/** A store with a table and something in its journal, closed. */
async function storeFolder(t: ExecutionContext): Promise<string> {
  const folder = await temporaryFolder();
  t.teardown(() => removeFolder(folder));
  const directory = join(folder, 'kv');
  for (const round of [1, 2]) {
    const kv = await Kv.open(realWorld(), directory);
    await kv.batch([put(`key ${round}`, 'value'.repeat(2000 * round)), put('last', String(round))], { sync: true });
    await kv.close();
  }
  return directory;
}

async function fileOf(directory: string, pattern: RegExp): Promise<string> {
  const name = (await readdir(directory)).find((each) => pattern.test(each));
  if (name === undefined) throw new Error(`no ${String(pattern)} in ${directory}`);
  return join(directory, name);
}

/** The store is refused with this, and nothing in its folder is changed. */
async function refused(t: ExecutionContext, directory: string, message: RegExp): Promise<void> {
  const before = (await readdir(directory)).toSorted();
  const error = await t.throwsAsync(Kv.open(realWorld(), directory), { instanceOf: VectorizerError });
  t.is(error.kind, 'data_damaged');
  t.regex(error.message, message);
  t.deepEqual((await readdir(directory)).toSorted(), before);
}

test('a file of the store that is missing is named; LevelDB would begin a new store, and remove the rest', async (t) => {
  for (const pattern of [/^CURRENT$/, /^MANIFEST/, /\.ldb$/, /\.log$/]) {
    const directory = await storeFolder(t);
    const path = await fileOf(directory, pattern);
    await rm(path);
    await refused(t, directory, new RegExp(`${path}.*missing`));
  }
});

test('a flipped bit anywhere in the manifest, its last record among them, is refused by name', async (t) => {
  const directory = await storeFolder(t);
  const path = await fileOf(directory, /^MANIFEST/);
  const content = await readFile(path);
  for (let at = 0; at < content.length; at++) {
    const flipped = Buffer.from(content);
    flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
    await writeFile(path, flipped);
    await refused(t, directory, /MANIFEST-\d+ at byte \d+: a record of the manifest fails its checksum/);
  }
});

test('a flipped bit in the last record of the journal is no torn write', async (t) => {
  const directory = await storeFolder(t);
  const path = await fileOf(directory, /\d\.log$/);
  const content = await readFile(path);
  for (let at = 0; at < content.length; at += 17) {
    const flipped = Buffer.from(content);
    flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
    await writeFile(path, flipped);
    await refused(t, directory, /\d\.log at byte 0: a record of the journal fails its checksum/);
  }
});

test('a last write of which sectors are missing, or the end, was never acknowledged: the store opens without it', async (t) => {
  const directory = await storeFolder(t);
  const path = await fileOf(directory, /\d\.log$/);
  const content = await readFile(path);
  for (const tear of [
    (bytes: Buffer) => bytes.subarray(0, bytes.length - 1),
    (bytes: Buffer) => bytes.subarray(0, 3),
    (bytes: Buffer) => bytes.fill(0, 0, 512),
    (bytes: Buffer) => bytes.fill(0, 1024, 1536),
    (bytes: Buffer) => bytes.fill(0, bytes.length - (bytes.length % 512)),
  ]) {
    const folder = `${directory}-${Math.random()}`;
    await mkdir(folder);
    for (const name of await readdir(directory))
      await writeFile(join(folder, name), await readFile(join(directory, name)));
    await writeFile(await fileOf(folder, /\d\.log$/), tear(Buffer.from(content)));
    const kv = await Kv.open(realWorld(), folder);
    t.is((await kv.get(Buffer.from('last')))?.toString(), '1');
    await kv.close();
  }
});

test('a store whose making was interrupted is made anew', async (t) => {
  const directory = await storeFolder(t);
  await removeFolder(directory);
  await mkdir(directory);
  await writeFile(join(directory, 'MANIFEST-000001'), '');
  await writeFile(join(directory, 'CURRENT'), 'MANIFEST-000001\n');
  const kv = await Kv.open(realWorld(), directory);
  await kv.batch([put('key', 'value')], { sync: true });
  await kv.close();
  const again = await Kv.open(realWorld(), directory);
  t.is((await again.get(Buffer.from('key')))?.toString(), 'value');
  await again.close();
});
