import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { sha256 } from './fake-server.ts';
import { events, fakeWorld, snapshot } from './run.ts';

test('every collection gets a snapshot, and the command says what it is and where it lies', async (t) => {
  const { fake } = await fakeWorld(t, ['films', 'books']);
  const { status, stdout, stderr } = await snapshot(['create', '--url', fake.url]);
  t.is(stderr, '');
  t.is(status, 0);
  const [first = ''] = [...fake.kept.keys()];
  t.true(first.startsWith('/collections/books/snapshots/books-'), first);
  t.is(fake.kept.size, 2);
  const content = fake.kept.get(first) ?? Buffer.alloc(0);
  t.true(
    stdout.startsWith(
      `books: ${path.posix.basename(first)}, 293 KiB\n  at      ${fake.url}${first}\n  sha256  ${sha256(content)}\n`,
    ),
    stdout,
  );
  t.true(fake.requests.some(({ line }) => line === 'POST /collections/films/snapshots?wait=true'));
});

test('--out writes the snapshot of each collection into a folder, whole, and --move keeps none on the server', async (t) => {
  const { fake, folder } = await fakeWorld(t, ['books']);
  const out = path.join(folder, 'backup/');
  const { status, stdout, stderr } = await snapshot(['create', 'books', '--url', fake.url, '--out', out, '--json']);
  t.is(stderr, '');
  t.is(status, 0);
  const [created] = events(stdout);
  const [file = ''] = readdirSync(out);
  const content = readFileSync(path.join(out, file));
  t.deepEqual(created, {
    event: 'created',
    collection: 'books',
    name: file,
    creation_time: '2026-11-22T03:10:00',
    size: content.length,
    checksum: sha256(content),
    location: path.join(out, file),
  });
  t.deepEqual(content, fake.kept.get(`/collections/books/snapshots/${file}`));

  const moved = path.join(folder, 'one.snapshot');
  const second = await snapshot(['create', '--full', '--url', fake.url, '--out', moved, '--move']);
  t.is(second.status, 0, second.stderr);
  t.is(readFileSync(moved).length, 300_002);
  t.false([...fake.kept.keys()].some((kept) => kept.startsWith('/snapshots/')));
  t.deepEqual(readdirSync(folder).toSorted(), ['backup', 'one.snapshot']);
});

test('a file at --out is replaced only by what is whole', async (t) => {
  const { fake, folder } = await fakeWorld(t, ['books']);
  const out = path.join(folder, 'books.snapshot');
  writeFileSync(out, 'yesterday');
  const cases: readonly (readonly [keyof typeof fake.faults, RegExp])[] = [
    [
      'torn',
      /^vectorizer: http:\S+: the connection broke before the end .*: look at the server's log, and try again\n$/,
    ],
    ['wrongChecksum', /^vectorizer: books-\S+: checksum mismatch: expected 0{64}, got [0-9a-f]{64}; /],
  ];
  for (const [fault, expected] of cases) {
    Object.assign(fake.faults, { torn: false, wrongChecksum: false, [fault]: true });
    const { status, stderr } = await snapshot(['create', 'books', '--url', fake.url, '--out', out]);
    t.is(status, 1);
    t.regex(stderr, expected);
    t.is(readFileSync(out, 'utf8'), 'yesterday');
    t.deepEqual(readdirSync(folder), ['books.snapshot']);
  }
});

test('a snapshot whose name leads out of the folder is refused', async (t) => {
  const { fake, folder } = await fakeWorld(t, ['books']);
  fake.faults.name = '../../evil.snapshot';
  mkdirSync(path.join(folder, 'a/b'), { recursive: true });
  const { status, stderr } = await snapshot(['create', 'books', '--url', fake.url, '--out', path.join(folder, 'a/b')]);
  t.is(status, 1);
  t.regex(stderr, /a snapshot named "\.\.\/\.\.\/evil\.snapshot"/);
  t.false(existsSync(path.join(folder, 'evil.snapshot')));
});

test('where one of several fails the others are made, and the exit status is 1', async (t) => {
  const { fake, folder } = await fakeWorld(t, ['a', 'b', 'c']);
  fake.faults.broken = 'b';
  const { status, stdout, stderr } = await snapshot(['create', '--url', fake.url, '--out', folder, '--json']);
  t.is(status, 1);
  t.is(stderr, 'vectorizer: b: Service internal error: disk on fire\n');
  t.deepEqual(
    events(stdout).map(({ event, collection, message }) => [event, collection ?? message]),
    [
      ['created', 'a'],
      ['error', 'b: Service internal error: disk on fire'],
      ['created', 'c'],
    ],
  );
  t.is(readdirSync(folder).length, 2);
});

test('arguments that do not fit are refused before anything is made', async (t) => {
  const { fake, folder } = await fakeWorld(t, ['a', 'b']);
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [
      ['--out', path.join(folder, 'one')],
      /--out .*one: 2 collections need a folder: one that is there, or one that ends in \//,
    ],
    [['a', '--out', path.join(folder, 'no/one')], /there is no folder .*no\n/],
    [['a', '--full'], /--full is of all collections: it takes no names/],
    [['--move'], /--move needs --out/],
    [['--storage', folder], /--url and --storage: give one of them/],
    [['--snapshots', folder], /--snapshots goes with --storage/],
  ];
  for (const [words, expected] of cases) {
    const { status, stderr } = await snapshot(['create', '--url', fake.url, ...words]);
    t.is(status, 1);
    t.regex(stderr, expected);
  }
  t.is(fake.kept.size, 0);
  t.deepEqual(readdirSync(folder), []);
});
