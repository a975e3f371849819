import { createHash } from 'node:crypto';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import test from 'ava';
import type { OpenFile, OpenMode } from '../../src/base/world.ts';
import { NodeFiles } from '../../src/storage/node-files.ts';
import type { TestPoint } from '../collections/house.ts';
import {
  config,
  CONTEXT,
  configOf,
  deleteOf,
  openHouse,
  realWorld,
  removeFolder,
  temporaryFolder,
  type TestHouse,
  upsertOf,
  WAIT,
} from '../collections/house.ts';
import { pathOf } from '../collections/filled-collection.ts';
import { denseConfig } from '../collections/plain-vectors.ts';
import {
  contentOf,
  createSnapshot,
  nearest,
  ofCollection,
  readSnapshot,
  storedPath,
  recover,
  refusalOf,
  SILENT,
  upload,
  withHouse,
} from './ground.ts';

const FULL = { kind: 'full' } as const;
const YEAR = { path: pathOf('year'), schema: { type: 'integer', params: undefined } } as const;

function points(from: number, to: number, mark = 'a'): TestPoint[] {
  return Array.from({ length: to - from }, (_, index) => {
    const id = from + index;
    return { id, vector: [id, 1], payload: { id, mark } };
  });
}

async function filled(house: TestHouse, name: string, count: number, shardNumber = 1): Promise<void> {
  await house.database.create(name, config(2, 'Dot', { shardNumber }));
  await house.database.collection(name).update(CONTEXT, upsertOf(name, points(0, count)));
}

const content = ({ database }: TestHouse, name: string): Promise<readonly string[]> =>
  contentOf(database.collection(name));

test('one point makes a snapshot of less than 50 KB, described as its file is', async (t) => {
  await withHouse(async (house) => {
    await filled(house, 'books', 1);
    const made = await createSnapshot(house, ofCollection('books'));
    t.regex(made.name, /^books-[1-9]\d{0,15}-\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d\.snapshot$/);
    const bytes = await readSnapshot(house, ofCollection('books'), made.name);
    t.is(bytes.length, made.bytes);
    t.true(made.bytes < 50_000, `${made.bytes} bytes`);
    t.is(made.checksum, createHash('sha256').update(bytes).digest('hex'));
    t.deepEqual(await house.snapshots.list(ofCollection('books')), [made]);
    t.deepEqual(await readdir(join(house.folder, 'snapshots_temp/captures')), [], 'nothing of the capture is left');
  });
});

test('a snapshot that is recovered brings back what there was, also after a restart, and nothing that came later', async (t) => {
  const folder = await temporaryFolder();
  let house = await openHouse(folder);
  try {
    await filled(house, 'books', 300, 2);
    const before = await content(house, 'books');
    const { name } = await createSnapshot(house, ofCollection('books'));
    const books = house.database.collection('books');
    await books.update(CONTEXT, upsertOf('books', points(200, 400, 'b')));
    await books.update(CONTEXT, deleteOf('books', [1, 2, 3]));
    t.notDeepEqual(await content(house, 'books'), before);
    const url = pathToFileURL(storedPath(house, ofCollection('books'), name));
    t.true(await recover(house, ofCollection('books'), { kind: 'url', url, apiKey: undefined }));
    t.deepEqual(await content(house, 'books'), before);
    t.deepEqual(
      await nearest(house.database.collection('books'), [1, 0]),
      Array.from({ length: 10 }, (_, index) => String(299 - index)),
    );
    await house.database.collection('books').update(CONTEXT, upsertOf('books', points(300, 310, 'c')));
    const after = await content(house, 'books');
    await house.close();
    house = await openHouse(folder);
    t.deepEqual(await content(house, 'books'), after);
    t.is((await readdir(join(folder, 'collections'))).length, 1, 'the old folder is gone');
  } finally {
    await house.close();
    await removeFolder(folder);
  }
});

test('an upload makes a collection that is not there, with its configuration and payload indexes, and is kept', async (t) => {
  await withHouse(async (house) => {
    await house.database.create('books', configOf([denseConfig('title', 3, 'Cosine')], []));
    const books = house.database.collection('books');
    await books.createFieldIndex(CONTEXT, { collection: 'books', ...YEAR, ...WAIT });
    await books.update(CONTEXT, upsertOf('books', [{ id: 7, vectors: { title: [1, 2, 3] }, payload: { year: 1984 } }]));
    const { name } = await createSnapshot(house, ofCollection('books'));
    const bytes = await readSnapshot(house, ofCollection('books'), name);
    t.true(await recover(house, ofCollection('copy'), upload(bytes, '../../x/y.snapshot')));
    t.deepEqual(await content(house, 'copy'), await content(house, 'books'));
    const copy = house.database.collection('copy');
    t.is(JSON.stringify(copy.config), JSON.stringify(books.config));
    t.deepEqual(
      copy.info().payloadSchema.map(({ schema, points: count }) => [schema.type, count]),
      [['integer', 1]],
    );
    t.deepEqual(
      (await house.snapshots.list(ofCollection('copy'))).map((kept) => kept.name),
      ['_.._x_y.snapshot'],
    );
  });
});

test('an upload may be called anything', async (t) => {
  await withHouse(async (house) => {
    await filled(house, 'books', 1);
    const { name } = await createSnapshot(house, ofCollection('books'));
    const bytes = await readSnapshot(house, ofCollection('books'), name);
    await house.snapshots.delete({ scope: ofCollection('books'), name });
    const names = [
      '..',
      '/etc/passwd',
      '\0\n',
      '\u4e66'.repeat(300),
      '.hidden.snapshot',
      'x.snapshot.checksum',
      'shards',
    ];
    for (const fileName of names) t.true(await recover(house, ofCollection('books'), upload(bytes, fileName)));
    const kept = await readdir(join(house.folder, 'snapshots/books'));
    t.true(
      kept.every((each) => Buffer.byteLength(each) <= 255 && !each.includes('.part-')),
      kept.join(),
    );
    t.is((await readdir(join(house.folder, 'snapshots'))).join(), 'books');
  });
});

test('a snapshot holds what was acknowledged before it, while writes go on', async (t) => {
  await withHouse(async (house) => {
    await filled(house, 'books', 100, 3);
    const books = house.database.collection('books');
    let isOver = false;
    let acknowledged = 0;
    const writing = (async () => {
      for (let id = 1000; !isOver; id += 10) {
        await books.update(CONTEXT, { ...upsertOf('books', points(id, id + 10)), ...WAIT, wait: false });
        acknowledged = id + 10;
        // On a slow disk it would write millions meanwhile, all of which are compared.
        await delay(1);
      }
    })();
    for (let round = 0; round < 5; round++) {
      const atLeast = acknowledged;
      const { name } = await createSnapshot(house, ofCollection('books'));
      const bytes = await readSnapshot(house, ofCollection('books'), name);
      const copy = `copy${round}`;
      await recover(house, ofCollection(copy), upload(bytes));
      const ids = new Set((await content(house, copy)).map((line) => Number(line.split(' ')[0])));
      const missing = Array.from({ length: Math.max(atLeast - 1000, 0) }, (_, index) => 1000 + index).filter(
        (id) => !ids.has(id),
      );
      t.deepEqual(missing, [], `round ${round}`);
    }
    isOver = true;
    await writing;
  });
});

test('one shard is recovered, and the others stay as they are; a shard that does not fit is refused', async (t) => {
  const folder = await temporaryFolder();
  let house = await openHouse(folder);
  try {
    await filled(house, 'books', 200, 2);
    const before = await content(house, 'books');
    const scope = { kind: 'shard', collection: 'books', shard: 1 } as const;
    const { name } = await createSnapshot(house, scope);
    t.regex(name, /^books-shard-1-/);
    const bytes = await readSnapshot(house, scope, name);
    await house.database.collection('books').update(CONTEXT, upsertOf('books', points(0, 200, 'b')));
    const later = await content(house, 'books');
    t.true(await recover(house, scope, { kind: 'stored', name }));
    const mixed = await content(house, 'books');
    const fromSnapshot = mixed.filter((line) => before.includes(line));
    t.true(fromSnapshot.length > 0 && fromSnapshot.length < 200);
    t.deepEqual(mixed.filter((line) => later.includes(line)).length, 200 - fromSnapshot.length);
    t.regex(
      (await refusalOf(recover(house, { ...scope, shard: 0 }, upload(bytes)))) ?? '',
      /^bad_request: Snapshot is not compatible .* holds shard 1, not shard 0$/,
    );
    await house.close();
    house = await openHouse(folder);
    t.deepEqual(await content(house, 'books'), mixed);
    // Two numbers now: a shard of one and a shard of the other.
    t.deepEqual((await readdir(join(folder, 'collections'))).length, 2);
    await house.database.delete('books');
    t.deepEqual(await readdir(join(folder, 'collections')), []);
  } finally {
    await house.close();
    await removeFolder(folder);
  }
});

test('a full snapshot holds all collections and aliases, and is recovered in one step', async (t) => {
  await withHouse(async (house) => {
    await filled(house, 'books', 50);
    await filled(house, 'films', 20, 2);
    await house.database.create('empty', config(4, 'Cosine'));
    await house.database.changeAliases([{ kind: 'create', collection: 'films', alias: 'movies' }]);
    const { name } = await createSnapshot(house, FULL);
    t.regex(name, /^full-snapshot-\d{4}-/);
    const path = storedPath(house, FULL, name);
    const [books, films] = [await content(house, 'books'), await content(house, 'films')];
    await withHouse(async (other) => {
      await filled(other, 'kept', 5);
      await other.snapshots.recoverStorage(CONTEXT, { path, force: false, checksum: undefined, onProgress: SILENT });
      t.deepEqual(other.database.names(), ['books', 'empty', 'films', 'kept']);
      t.deepEqual(await content(other, 'books'), books);
      t.deepEqual(await content(other, 'movies'), films);
      const again = other.snapshots.recoverStorage(CONTEXT, {
        path,
        force: false,
        checksum: undefined,
        onProgress: SILENT,
      });
      t.regex((await refusalOf(again)) ?? '', /^already_exists: Collection `books` already exists!/);
      await other.database.collection('books').update(CONTEXT, upsertOf('books', points(0, 90, 'z')));
      await other.snapshots.recoverStorage(CONTEXT, { path, force: true, checksum: undefined, onProgress: SILENT });
      t.deepEqual(await content(other, 'books'), books);
    });
  });
});

test("a start sweeps away what a crash has left, and nothing that is somebody's", async (t) => {
  const folder = await temporaryFolder();
  let house = await openHouse(folder);
  try {
    await filled(house, 'books', 5);
    await filled(house, 'gone', 1);
    await house.database.delete('gone');
    const kept = [await createSnapshot(house, FULL), await createSnapshot(house, ofCollection('books'))];
    const shard = { kind: 'shard', collection: 'books', shard: 0 } as const;
    await createSnapshot(house, shard);
    const before = (await readdir(join(folder, 'snapshots'), { recursive: true })).toSorted();
    await house.close();
    const left = [
      'snapshots/full-x.snapshot.part-0123abcd',
      'snapshots/books/y.snapshot.part-00000000',
      'snapshots/books/shards/0/z.snapshot.part-ffffffff',
      'snapshots/books/gone.snapshot.checksum',
      'snapshots_temp/download.part-12345678',
      'snapshots_temp/captures/1/0/0/1-rows-0-5.bin',
      'collections/2/0/segments/1-rows-0-5.bin',
      'collections/1/1/segments/1-rows-0-5.bin',
    ];
    for (const name of left) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), 'x');
    }
    await writeFile(join(folder, 'snapshots/notes.txt'), 'of the user');
    house = await openHouse(folder);
    t.deepEqual(
      (await readdir(join(folder, 'snapshots'), { recursive: true })).toSorted(),
      [...before, 'notes.txt'].toSorted(),
    );
    t.deepEqual(await readdir(join(folder, 'snapshots_temp')), []);
    t.deepEqual(await readdir(join(folder, 'collections')), ['1']);
    t.deepEqual(await readdir(join(folder, 'collections/1')), ['0']);
    t.deepEqual([...(await house.snapshots.list(FULL)), ...(await house.snapshots.list(ofCollection('books')))], kept);
    t.is((await content(house, 'books')).length, 5);
  } finally {
    await house.close();
    await removeFolder(folder);
  }
});

test('a full snapshot that replaces a collection of other vectors brings its own', async (t) => {
  await withHouse(async (house) => {
    await filled(house, 'books', 10);
    const { name } = await createSnapshot(house, FULL);
    const before = await content(house, 'books');
    await withHouse(async (other) => {
      await other.database.create('books', config(3, 'Cosine'));
      const path = storedPath(house, FULL, name);
      await other.snapshots.recoverStorage(CONTEXT, { path, force: true, checksum: undefined, onProgress: SILENT });
      t.is(other.database.collection('books').config.params.vectors[0]?.size, 2);
      await other.database.collection('books').update(CONTEXT, deleteOf('books', [99]));
      t.deepEqual(await content(other, 'books'), before);
    });
  });
});

test('names: no path, no checksum file, no folder; what is missing is not found', async (t) => {
  await withHouse(async (house) => {
    await filled(house, 'books', 1);
    const scope = ofCollection('books');
    const { name } = await createSnapshot(house, scope);
    await createSnapshot(house, { kind: 'shard', collection: 'books', shard: 0 });
    const names = [
      'nope',
      '..',
      '.',
      '',
      'shards',
      `${name}.checksum`,
      `../books/${name}`,
      '../../kv/CURRENT',
      'x'.repeat(300),
    ];
    for (const wrong of names) {
      t.is(await refusalOf(house.snapshots.read({ scope, name: wrong })), `not_found: Snapshot ${wrong} not found`);
      t.is(await refusalOf(house.snapshots.delete({ scope, name: wrong })), `not_found: Snapshot ${wrong} not found`);
    }
    const missing = await refusalOf(house.snapshots.list(ofCollection('none')));
    t.is(missing, "not_found: Collection `none` doesn't exist!");
    const shard = { kind: 'shard', collection: 'books', shard: 9 } as const;
    t.is(await refusalOf(house.snapshots.list(shard)), 'not_found: shard 9 not found');
    t.true(await house.snapshots.delete({ scope, name }));
    t.deepEqual(await house.snapshots.list(scope), []);
    t.deepEqual((await readdir(join(house.folder, 'snapshots/books'))).toSorted(), ['shards']);
  });
});

test('a snapshot that goes while it is listed is not listed, and fails no list', async (t) => {
  const folder = await temporaryFolder();
  let going: string | undefined;
  class ForgetfulFiles extends NodeFiles {
    override async open(path: string, mode: OpenMode): Promise<OpenFile> {
      if (going !== undefined && path === `${going}.checksum`) {
        await rm(going);
        await rm(path);
      }
      return super.open(path, mode);
    }
  }
  const house = await openHouse(folder, { ...realWorld(), files: new ForgetfulFiles() });
  try {
    await filled(house, 'books', 1);
    const scope = ofCollection('books');
    const { name } = await createSnapshot(house, scope);
    const kept = await createSnapshot(house, FULL);
    going = storedPath(house, scope, name);
    t.deepEqual(await house.snapshots.list(scope), []);
    t.deepEqual(await house.snapshots.list(FULL), [kept]);
  } finally {
    await house.close();
    await removeFolder(folder);
  }
});

test('a member that is longer than what is read at once comes back as it was', async (t) => {
  await withHouse(async (house) => {
    await house.database.create('books', config(2, 'Dot'));
    const books = house.database.collection('books');
    // 30 MB of payloads: members of 8 MiB, pieces of 4 MiB, one payload that is longer than both.
    const text = (id: number): string => `${id} `.repeat(id === 7 ? 5_000_000 : 100_000);
    for (let id = 0; id < 40; id++) {
      await books.update(CONTEXT, upsertOf('books', [{ id, vector: [id, 1], payload: { text: text(id) } }]));
    }
    const before = await content(house, 'books');
    const { name } = await createSnapshot(house, ofCollection('books'));
    const url = pathToFileURL(storedPath(house, ofCollection('books'), name));
    await books.update(CONTEXT, deleteOf('books', [1, 7, 20]));
    await recover(house, ofCollection('books'), { kind: 'url', url, apiKey: undefined });
    t.true((await content(house, 'books')).every((line, index) => line === before[index]));
  });
});

test('an alias stands for its collection', async (t) => {
  await withHouse(async (house) => {
    await filled(house, 'books', 3);
    await house.database.changeAliases([{ kind: 'create', collection: 'books', alias: 'works' }]);
    const { name } = await createSnapshot(house, ofCollection('works'));
    t.regex(name, /^books-/);
    t.is((await house.snapshots.list(ofCollection('works'))).length, 1);
    await house.database.collection('books').update(CONTEXT, deleteOf('books', [0]));
    const bytes = await readSnapshot(house, ofCollection('books'), name);
    await recover(house, ofCollection('works'), upload(bytes));
    t.is((await content(house, 'books')).length, 3);
  });
});

test('a shard is streamed without being kept', async (t) => {
  await withHouse(async (house) => {
    await filled(house, 'books', 30);
    const scope = { kind: 'shard', collection: 'books', shard: 0 } as const;
    const { content: stream } = await house.snapshots.stream(CONTEXT, scope);
    const pieces: Uint8Array[] = [];
    for await (const piece of stream) pieces.push(piece);
    t.deepEqual(await house.snapshots.list(scope), []);
    await house.database.collection('books').update(CONTEXT, deleteOf('books', [0, 1]));
    await recover(house, scope, upload(Buffer.concat(pieces)));
    t.is((await content(house, 'books')).length, 30);
    await t.throwsAsync(stat(join(house.folder, 'snapshots_temp/captures/1')));
  });
});
