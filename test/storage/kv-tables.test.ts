import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { checkTables } from '../../src/storage/kv-tables.ts';
import { Kv } from '../../src/storage/kv.ts';
import { NodeFiles } from '../../src/storage/node-files.ts';
import { realWorld, temporaryFolder } from '../collections/house.ts';

const files = new NodeFiles();

/** A store with tables: compressible values, random ones, and a value over several blocks. */
async function filledStore(): Promise<string> {
  const folder = join(await temporaryFolder(), 'kv');
  const kv = await Kv.open(realWorld(), folder);
  const put = (key: string, value: Uint8Array) => ({ type: 'put', key: Buffer.from(key), value }) as const;
  const operations = Array.from({ length: 3000 }, (_, at) =>
    put(`key ${String(at).padStart(6, '0')}`, Buffer.from(`{"n":${at},"text":"${'word '.repeat(at % 40)}"}`)),
  );
  operations.push(put('z', Buffer.from(Array.from({ length: 20_000 }, () => Math.floor(Math.random() * 256)))));
  await kv.batch(operations, { sync: true });
  await kv.close();
  // What the journal holds becomes a table when the store is opened again.
  await (await Kv.open(realWorld(), folder)).close();
  return folder;
}

test('tables are sound as LevelDB writes them; a flipped bit anywhere in one is found', async (t) => {
  const folder = await filledStore();
  const tables = readdirSync(folder).filter((name) => name.endsWith('.ldb'));
  t.true(tables.length > 0);
  t.deepEqual(await checkTables(files, folder, tables), []);
  for (const name of tables) {
    const path = join(folder, name);
    const bytes = readFileSync(path);
    const places = new Set([0, bytes.length - 1, bytes.length - 9, bytes.length - 47]);
    for (let count = 0; count < 200; count++) places.add(Math.floor(Math.random() * bytes.length));
    for (const place of places) {
      const broken = Buffer.from(bytes);
      broken[place] = (broken[place] ?? 0) ^ (1 << (place % 8));
      writeFileSync(path, broken);
      const findings = await checkTables(files, folder, tables);
      t.is(findings.length, 1, `bit ${place % 8} of byte ${place} of ${bytes.length}`);
      t.regex(findings[0] ?? '', /\.ldb at byte \d+: a block of the table fails its checksum$/);
    }
    for (const length of [0, 10, bytes.length - 1]) {
      writeFileSync(path, bytes.subarray(0, length));
      t.is((await checkTables(files, folder, tables)).length, 1, `cut to ${length} bytes`);
    }
    writeFileSync(path, bytes);
  }
  await rm(folder, { recursive: true });
});
