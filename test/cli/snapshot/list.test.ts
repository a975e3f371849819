import test from 'ava';
import { fakeWorld, snapshot } from './run.ts';

const BOOKS = '/collections/books/snapshots/books-0-2026-11-22-03-10-01.snapshot';
const FULL = '/snapshots/full-snapshot-2026-11-22-03-10-02.snapshot';

test('list shows everything that is kept, as a table or as one JSON array', async (t) => {
  const { fake } = await fakeWorld(t, ['films', 'books']);
  const none = await snapshot(['list', '--url', fake.url]);
  t.is(none.stdout, 'there are no snapshots\n');

  fake.kept.set(BOOKS, Buffer.from('books'));
  fake.kept.set(FULL, Buffer.alloc(3 * 2 ** 20));
  const { status, stdout, stderr } = await snapshot(['list', '--url', fake.url]);
  t.is(status, 0, stderr);
  t.is(
    stdout,
    `OF             NAME                                        SIZE     CREATED                  SHA256
books          books-0-2026-11-22-03-10-01.snapshot        5 B      2026-11-22 03:10:00 UTC  6e317bcd6839
full snapshot  full-snapshot-2026-11-22-03-10-02.snapshot  3.0 MiB  2026-11-22 03:10:00 UTC  bbd05cf6097a
`,
  );
  const json = await snapshot(['list', 'books', '--url', fake.url, '--json']);
  t.like(JSON.parse(json.stdout), [{ collection: 'books', size: 5, creation_time: '2026-11-22T03:10:00' }]);
  const full = await snapshot(['list', '--full', '--url', fake.url, '--json']);
  t.like(JSON.parse(full.stdout), [{ collection: null, size: 3 * 2 ** 20 }]);
});

test('delete deletes one snapshot, of a collection or of all', async (t) => {
  const { fake } = await fakeWorld(t, ['books']);
  fake.kept.set(BOOKS, Buffer.from('books'));
  fake.kept.set(FULL, Buffer.from('full'));
  const name = BOOKS.split('/').at(-1) ?? '';
  const { status, stdout } = await snapshot(['delete', 'books', name, '--url', fake.url]);
  t.is(status, 0);
  t.is(stdout, `deleted ${name}\n`);
  t.deepEqual([...fake.kept.keys()], [FULL]);
  t.is((await snapshot(['delete', '--full', FULL.split('/').at(-1) ?? '', '--url', fake.url])).status, 0);
  t.is(fake.kept.size, 0);

  const missing = await snapshot(['delete', 'books', name, '--url', fake.url]);
  t.is(missing.status, 1);
  t.is(
    missing.stderr,
    `vectorizer: Not found: Snapshot ${name} not found; what there is: \`vectorizer snapshot list\`\n`,
  );
  for (const words of [['books'], ['a', 'b', 'c'], ['--full', 'a', 'b']]) {
    const { stderr } = await snapshot(['delete', ...words, '--url', fake.url]);
    t.regex(stderr, /expected COLLECTION NAME, or --full NAME/);
  }
});
