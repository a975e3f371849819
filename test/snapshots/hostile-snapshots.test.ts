import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import test from 'ava';
import { verifySnapshot } from '../../src/collections/snapshot/verify-snapshot.ts';
import { config, CONTEXT, realWorld, temporaryFolder, type TestHouse, upsertOf } from '../collections/house.ts';
import { seededRandom } from '../seeded-random.ts';
import {
  contentOf,
  createSnapshot,
  ofCollection,
  readSnapshot,
  recover,
  refusalOf,
  SILENT,
  storedPath,
  upload,
  withHouse,
} from './ground.ts';
import { header, pack, type TarFile, unpack, withJson } from './tar-files.ts';

const BOOKS = ofCollection('books');

async function filled(house: TestHouse): Promise<Buffer> {
  await house.database.create('books', config(2, 'Dot'));
  const points = Array.from({ length: 40 }, (_, id) => ({
    id,
    vector: [id, 1],
    payload: { id, text: 'x'.repeat(50) },
  }));
  await house.database.collection('books').update(CONTEXT, upsertOf('books', points));
  const { name } = await createSnapshot(house, BOOKS);
  return readSnapshot(house, BOOKS, name);
}

/** The names of everything below a folder. */
async function everything(folder: string): Promise<readonly string[]> {
  return (await readdir(folder, { recursive: true })).filter((name) => !name.startsWith('kv')).toSorted();
}

/** Refused, with everything as it was: the points, and the names of all files. */
async function refused(house: TestHouse, file: Uint8Array): Promise<string> {
  const before = [await contentOf(house.database.collection('books')), await everything(house.folder)];
  const refusal = (await refusalOf(recover(house, BOOKS, upload(file)))) ?? 'taken';
  const after = [await contentOf(house.database.collection('books')), await everything(house.folder)];
  return JSON.stringify(before) === JSON.stringify(after) ? refusal : `${refusal}, and something is changed`;
}

async function verified(file: Uint8Array): Promise<readonly string[]> {
  const path = join(await temporaryFolder(), 'x.snapshot');
  await writeFile(path, file);
  const options = { signal: CONTEXT.signal, onProgress: SILENT };
  return (await verifySnapshot(realWorld(), path, options)).findings.map((line) => line.replaceAll(path, 'FILE'));
}

test('a snapshot that is cut anywhere is refused, and nothing is changed', async (t) => {
  await withHouse(async (house) => {
    const file = await filled(house);
    t.deepEqual(await verified(file), []);
    const cuts = [
      0,
      1,
      511,
      512,
      600,
      1024,
      2000,
      file.length - 1,
      file.length - 512,
      file.length - 1024,
      file.length - 1536,
    ];
    for (let cut = 3000; cut < file.length; cut += 1777) cuts.push(cut);
    for (const cut of cuts) {
      const part = file.subarray(0, cut);
      t.regex(await refused(house, part), /^bad_input: .*(damaged|no snapshot).*$/, `cut at ${cut}`);
    }
    t.regex(await refused(house, Buffer.concat([file, Buffer.from('more')])), /goes on behind its end/);
  });
});

test('a flipped bit is refused and named by verify, wherever it matters', async (t) => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
  t.log(`SEED=${seed}`);
  const random = seededRandom(seed);
  await withHouse(async (house) => {
    const file = await filled(house);
    const before = await contentOf(house.database.collection('books'));
    for (let round = 0; round < 120; round++) {
      const at = Math.floor(random() * file.length);
      const bad = Buffer.from(file);
      bad[at] = (bad[at] ?? 0) ^ (1 << Math.floor(random() * 8));
      const refusal = await refusalOf(recover(house, BOOKS, upload(bad)));
      const findings = await verified(bad).catch((error: unknown) => [String(error)]);
      t.is(refusal === undefined, findings.length === 0, `byte ${at}: ${refusal} / ${findings.join()}`);
      // What changes nothing (padding, the time in a header) may be taken, if it is taken rightly.
      t.deepEqual(await contentOf(house.database.collection('books')), before, `byte ${at}`);
    }
  });
});

test('members that are left out, exchanged, added or renamed are noticed', async (t) => {
  await withHouse(async (house) => {
    const files = await unpack(await filled(house));
    const names = files.map(({ name }) => name);
    t.is(names[0], 'head.bin');
    t.is(names.at(-1), 'end.bin');
    for (const index of files.keys()) {
      const without = await pack(files.toSpliced(index, 1));
      t.regex(await refused(house, without), /^bad_input: /, `without ${names[index]}`);
      const twice = await pack(files.toSpliced(index, 0, files[index] as TarFile));
      t.regex(await refused(house, twice), /^bad_input: /, `twice ${names[index]}`);
      const renamed = await pack(files.with(index, { ...(files[index] as TarFile), name: '0/0/segments/x.bin' }));
      t.regex(await refused(house, renamed), /^bad_input: /, `renamed ${names[index]}`);
    }
    const swapped = await pack([files[0] as TarFile, ...files.slice(1, -1).toReversed(), ...files.slice(-1)]);
    t.regex(await refused(house, swapped), /members are not those that it was made of/);
  });
});

test('paths, links and devices inside a tar are refused, and nothing is written outside', async (t) => {
  await withHouse(async (house) => {
    const files = await unpack(await filled(house));
    const head = await pack(files.slice(0, 1));
    const begun = head.subarray(0, -1024);
    const names = [
      '../../evil',
      '/tmp/evil',
      '0/0/segments/../../../evil',
      '0/0/segments/',
      '0/0/segments/.x',
      '0/7/segments/a',
    ];
    for (const name of names) {
      const evil = await pack([files[0] as TarFile, { name, content: Buffer.from('evil') }]);
      t.regex(await refused(house, evil), /^bad_input: .*does not belong there/, name);
    }
    for (const type of ['1', '2', '3', '5', '6', 'x', 'g', 'L', 'S']) {
      const evil = Buffer.concat([begun, header('0/0/segments/x.bin', type, 0, '/etc/passwd'), Buffer.alloc(1024)]);
      t.regex(await refused(house, evil), /^bad_input: .*is no plain file/, type);
    }
    const bomb = Buffer.concat([begun, header('0/0/payloads/0.bin', '0', 8 ** 11 - 1), Buffer.alloc(4096)]);
    t.regex(await refused(house, bomb), /^bad_input: .*(too many|too early)/);
    const extended = Buffer.concat([header('head.bin', 'x', 8 ** 11 - 1), Buffer.alloc(4096)]);
    t.regex(await refused(house, extended), /^bad_input: /);
  });
});

test('a head that lies is refused', async (t) => {
  await withHouse(async (house) => {
    const [head, ...others] = (await unpack(await filled(house))) as [TarFile, ...TarFile[]];
    interface Head {
      format: number;
      kind: string;
      collections: {
        name: string;
        config: { params: { shardNumber: number; vectors: { size: number }[] } };
        shards: { shard: number; manifest: { segments: { rows: { name: string }[] }[] } }[];
      }[];
    }
    const forge = async (change: (head: Head) => void): Promise<string> => {
      return refused(house, await pack([withJson(head, 'snapshot', (value) => change(value as Head)), ...others]));
    };
    t.regex(await forge((value) => void (value.format = 2)), /is a snapshot of format 2, .* use a newer one/);
    t.regex(
      await forge((value) => void (value.kind = 'full')),
      /is a snapshot of a whole storage, not of a collection/,
    );
    t.regex(await forge((value) => void (value.kind = 'x')), /its head is none: the kind/);
    t.regex(await forge((value) => void (value.collections = [])), /its head is none/);
    const collection = (change: (found: Head['collections'][number]) => void): Promise<string> =>
      forge((value) => change(value.collections[0] as Head['collections'][number]));
    t.regex(await collection((found) => void (found.name = 'a/b')), /the name of a collection/);
    t.regex(await collection((found) => void (found.config.params.shardNumber = 1e9)), /the configuration/);
    t.regex(await collection((found) => void (found.config.params.shardNumber = 2)), /the shards of a collection/);
    t.regex(await collection((found) => void (found.shards[0] as { shard: number }).shard++), /the shards/);
    const rows = (name: string): Promise<string> =>
      collection((found) => {
        const [row] = found.shards[0]?.manifest.segments[0]?.rows ?? [];
        (row as { name: string }).name = name;
      });
    t.regex(await rows('../../../evil'), /the files of a shard/);
    t.regex(await rows('/etc/passwd'), /the files of a shard/);
    t.regex(await rows('other.bin'), /^bad_input: /);
    const grown = await collection((found) => void ((found.config.params.vectors[0] as { size: number }).size = 3));
    t.regex(
      grown,
      /^bad_request: Snapshot is not compatible with existing collection: its vectors are \{"": 3 x float32, Dot\}/,
    );
  });
});

test("foreign files are refused: no tar, an empty file, gzip; and Qdrant's own with the way to move", async (t) => {
  await withHouse(async (house) => {
    await filled(house);
    for (const file of [
      Buffer.alloc(0),
      Buffer.from('hello'),
      Buffer.from('1f8b0800', 'hex'),
      Buffer.alloc(1024),
      Buffer.alloc(9000, 7),
    ]) {
      t.regex(await refused(house, file), /^bad_input: up\.snapshot is no snapshot of Vectorizer/);
    }
    const foreign = await pack([{ name: 'photo.jpg', content: Buffer.from('x') }]);
    t.regex(await refused(house, foreign), /is no snapshot of Vectorizer/);
    for (const name of [
      'config.json',
      '0/segments/5a5ce1ae.tar',
      './0/wal/open-1',
      'shard_config.json',
      'segments/x.tar',
    ]) {
      const qdrant = await pack([{ name, content: Buffer.from('{}') }]);
      t.regex(await refused(house, qdrant), /is a snapshot of Qdrant.*vectorizer migrate from-qdrant/, name);
    }
    const folder = Buffer.concat([header('0/', '5', 0), Buffer.alloc(1024)]);
    t.regex(await refused(house, folder), /is a snapshot of Qdrant/);
  });
});

test('a wrong checksum is refused in the words of Qdrant, and the file is not kept', async (t) => {
  await withHouse(async (house) => {
    const file = await filled(house);
    const [{ checksum = '', name } = { name: '' }] = await house.snapshots.list(BOOKS);
    const wrong = '0'.repeat(64);
    t.is(
      await refusalOf(recover(house, BOOKS, upload(file), wrong)),
      `checksum_mismatch: expected ${checksum}, actual ${wrong}`,
    );
    const url = pathToFileURL(storedPath(house, BOOKS, name));
    const stored = { kind: 'url', url, apiKey: undefined } as const;
    t.is(
      await refusalOf(recover(house, BOOKS, stored, wrong)),
      `bad_input: Snapshot checksum mismatch: expected ${wrong}, got ${checksum}`,
    );
    t.true(await recover(house, BOOKS, stored, checksum.toUpperCase()));
    t.true(await recover(house, BOOKS, upload(file), checksum));
    t.is((await house.snapshots.list(BOOKS)).length, 2);
  });
});

test('files outside the snapshots folder, by path or by link, are forbidden; other URLs are refused', async (t) => {
  await withHouse(async (house) => {
    const file = await filled(house);
    const outside = join(await temporaryFolder(), 'x.snapshot');
    await writeFile(outside, file);
    await mkdir(join(house.folder, 'snapshots/books'), { recursive: true });
    await symlink(outside, join(house.folder, 'snapshots/books/link.snapshot'));
    const from = (url: string): Promise<string | undefined> =>
      refusalOf(recover(house, BOOKS, { kind: 'url', url: new URL(url), apiKey: undefined }));
    const inside = `bad_input: `;
    t.truthy(inside);
    const forbidden = `forbidden: Snapshot file path must be inside the snapshots directory "${house.folder}/snapshots"`;
    t.is(await from(pathToFileURL(outside).href), forbidden);
    t.is(await from(`file://${house.folder}/snapshots/books/link.snapshot`), forbidden);
    t.is(await from(`file://${house.folder}/snapshots/../kv/CURRENT`), forbidden);
    t.is(
      await from('file:///nonexistent/x.snapshot'),
      'bad_request: Snapshot file "/nonexistent/x.snapshot" does not exist',
    );
    t.is(
      await from(`file://${house.folder}/snapshots`),
      `bad_request: Snapshot file "${house.folder}/snapshots" does not exist`,
    );
    t.regex((await from('file://elsewhere/x')) ?? '', /^bad_request: /);
    t.is(await from('ftp://x/y'), 'bad_request: URL ftp://x/y with scheme ftp is not supported');
    const shard = { kind: 'shard', collection: 'books', shard: 0 } as const;
    const ofShard = recover(house, shard, { kind: 'url', url: new URL('file:///x'), apiKey: undefined });
    t.is(
      await refusalOf(ofShard),
      'bad_input: Invalid snapshot URL file:///x: URLs with file scheme are not supported',
    );
  });
});

test('a collection whose name leads out of the folder can have no snapshots', async (t) => {
  await withHouse(async (house) => {
    await house.database.create('..', config(2, 'Dot'));
    t.regex((await refusalOf(createSnapshot(house, ofCollection('..')))) ?? '', /^bad_input: .* can have no snapshots/);
    t.regex((await refusalOf(recover(house, ofCollection('.'), upload(Buffer.alloc(5))))) ?? '', /^bad_input: /);
    t.regex(
      (await refusalOf(recover(house, ofCollection('a/b'), upload(Buffer.alloc(5))))) ?? '',
      /^bad_input: collection name cannot/,
    );
  });
});
