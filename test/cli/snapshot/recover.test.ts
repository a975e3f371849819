import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { events, fakeWorld, snapshot } from './run.ts';

test('a file is recovered under the name that is given', async (t) => {
  const { fake, folder } = await fakeWorld(t, ['films']);
  const file = path.join(folder, 'a.snapshot');
  writeFileSync(file, 'content');
  const words = ['recover', file, '--collection', 'books', '--url', fake.url];
  const { status, stdout, stderr } = await snapshot([...words, '--json']);
  t.is(status, 0, stderr);
  t.deepEqual(events(stdout), [{ event: 'recovered', collection: 'books', location: file }]);
  t.is(fake.uploads[0]?.content.toString(), 'content');

  const kept = await snapshot([...words, '--no-replace']);
  t.is(kept.status, 1);
  t.is(
    kept.stderr,
    'vectorizer: the collection books is there: leave --no-replace out, or recover beside it with --collection NAME\n',
  );
  t.is(fake.uploads.length, 1);
  const again = await snapshot(words);
  t.is(again.status, 0, 'as over the API: a collection that is there is replaced');
  t.is(again.stdout, `books: recovered from ${file}\n`);
  t.is(fake.uploads.length, 2);
});

test('a URL is given to the server, and --source-api-key with it; the key of the environment opens our door', async (t) => {
  const { fake } = await fakeWorld(t, []);
  const url = 'https://other:6333/collections/a/snapshots/b.snapshot';
  const words = ['recover', url, '--collection', 'a', '--url', fake.url, '--source-api-key', 'theirs'];
  const { status, stdout, stderr } = await snapshot(words, { QDRANT__SERVICE__API_KEY: 'ours' });
  t.is(status, 0, stderr);
  t.is(stdout, `a: recovered from ${url}\n`);
  t.deepEqual(
    fake.requests.map(({ apiKey }) => apiKey),
    ['ours'],
  );
  t.like(fake.recoveries[0]?.body, { location: url, api_key: 'theirs' });
});

test('what cannot be recovered is refused before a server is asked', async (t) => {
  const { fake, folder } = await fakeWorld(t, []);
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [[path.join(folder, 'none')], /none: there is no such file\n/],
    [[folder], /there is no such file\n/],
    [['http://other/a'], /--collection NAME is needed: a URL does not say what is behind it/],
    [['ftp://other/a', '--collection', 'a'], /expected a file, or a URL with http, https or file/],
    [['http://other/a', '--collection', 'a', '--checksum', 'abc'], /--checksum: expected a SHA-256 in 64 hex.*"abc"/],
  ];
  for (const [words, expected] of cases) {
    const { status, stderr } = await snapshot(['recover', ...words, '--url', fake.url]);
    t.is(status, 1);
    t.regex(stderr, expected);
  }
  t.deepEqual(fake.requests, []);
});
