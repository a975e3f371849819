import { createHash } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { QdrantClient } from '@qdrant/js-client-rest';
import { runCommand, ServerProcess, temporaryFolder, withServerOn, type Ended } from './server-process.ts';

/** A user's way, on real servers, with an official client and the command line. */

function folderOf(t: ExecutionContext): string {
  const folder = temporaryFolder();
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function snapshot(...words: readonly string[]): Promise<Ended> {
  return runCommand(['snapshot', ...words], { launcher: 'src' });
}

async function fill(url: string, name: string, count: number): Promise<QdrantClient> {
  const client = new QdrantClient({ url });
  await client.createCollection(name, { vectors: { size: 2, distance: 'Dot' }, shard_number: 2 });
  await add(client, name, 0, count);
  return client;
}

async function add(client: QdrantClient, name: string, from: number, to: number): Promise<void> {
  const points = Array.from({ length: to - from }, (_, index) => {
    return { id: from + index, vector: [from + index, 1], payload: { id: from + index } };
  });
  await client.upsert(name, { wait: true, points });
}

async function count(client: QdrantClient, name: string): Promise<number> {
  return (await client.count(name, { exact: true })).count;
}

test('the official client makes, lists, downloads, recovers and deletes snapshots', async (t) => {
  const folder = folderOf(t);
  await withServerOn({ folder, launcher: 'src' }, 'SIGTERM', async ({ url }) => {
    const client = await fill(url, 'books', 100);
    const made = await client.createSnapshot('books');
    t.truthy(made);
    t.deepEqual(await client.listSnapshots('books'), [made as never]);
    const { name = '', checksum = '' } = made as { readonly name?: string; readonly checksum?: string };
    const answer = await fetch(`${url}/collections/books/snapshots/${name}`);
    const bytes = Buffer.from(await answer.arrayBuffer());
    t.is(createHash('sha256').update(bytes).digest('hex'), checksum);
    await add(client, 'books', 100, 150);
    const location = pathToFileURL(path.join(folder, 'snapshots/books', name)).href;
    t.true(await client.recoverSnapshot('books', { location, checksum }));
    t.is(await count(client, 'books'), 100);
    // From itself, over HTTP, under another name.
    const overHttp = `${url}/collections/books/snapshots/${name}`;
    t.true(await client.recoverSnapshot('copy', { location: overHttp, priority: 'snapshot' }));
    t.is(await count(client, 'copy'), 100);
    const form = new FormData();
    form.append('snapshot', new Blob([bytes]), 'mine.snapshot');
    const uploaded = await fetch(`${url}/collections/third/snapshots/upload?wait=true&checksum=${checksum}`, {
      method: 'POST',
      body: form,
    });
    t.is(uploaded.status, 200, await uploaded.text());
    t.is(await count(client, 'third'), 100);
    t.true(await client.deleteSnapshot('books', name));
    t.deepEqual(await client.listSnapshots('books'), []);
    const full = await client.createFullSnapshot();
    t.regex((full as { readonly name: string }).name, /^full-snapshot-/);
    t.is((await client.listFullSnapshots()).length, 1);
  });
});

test('the command line backs up a running server, verifies, and recovers into a folder and into a new start', async (t) => {
  const folder = folderOf(t);
  const backup = path.join(folder, 'backup');
  const full = path.join(folder, 'all.snapshot');
  await withServerOn({ folder, launcher: 'src' }, 'SIGTERM', async ({ url }) => {
    const client = await fill(url, 'books', 60);
    await fill(url, 'films', 20);
    await client.updateCollectionAliases({
      actions: [{ create_alias: { collection_name: 'films', alias_name: 'movies' } }],
    });
    const made = await snapshot('create', '--url', url, '--out', `${backup}/`, '--move');
    t.is(made.status, 0, made.stderr);
    t.is((await snapshot('create', '--full', '--url', url, '--out', full)).status, 0);
    t.is((await readdir(backup)).length, 2);
    t.deepEqual(await client.listSnapshots('books'), [], '--move leaves none behind');
    const books = (await readdir(backup)).find((name) => name.startsWith('books')) ?? '';
    await client.deleteCollection('books');
    const recovered = await snapshot('recover', path.join(backup, books), '--url', url);
    t.is(recovered.status, 0, recovered.stderr);
    t.is(await count(client, 'books'), 60);
  });

  const verified = await snapshot('verify', full);
  t.is(verified.status, 0, verified.stderr);
  t.regex(verified.stdout, /books: 60 points, 2 shards\n.*films: 20 points.*\n.*a full snapshot.*no damage found/);
  const bad = await readFile(full);
  bad[Math.floor(bad.length / 2)] = (bad[Math.floor(bad.length / 2)] ?? 0) ^ 1;
  await writeFile(`${full}.bad`, bad);
  t.is((await snapshot('verify', `${full}.bad`)).status, 1);

  const other = path.join(folder, 'other');
  const places = ['--storage', path.join(other, 'storage'), '--snapshots', path.join(other, 'snapshots')];
  t.is((await snapshot('recover', `${full}.bad`, ...places)).status, 1);
  const mistaken = await snapshot('recover', full, '--checksum', '0'.repeat(64), ...places);
  t.is(mistaken.status, 1);
  t.regex(mistaken.stderr, /checksum mismatch: expected 0{64}, got [0-9a-f]{64}/);
  const checksum = createHash('sha256')
    .update(await readFile(full))
    .digest('hex');
  const recovered = await snapshot('recover', full, '--checksum', checksum, ...places);
  t.is(recovered.status, 0, recovered.stderr);
  t.is((await snapshot('create', '--full', ...places)).status, 0);
  const listed = await snapshot('list', ...places, '--json');
  t.is((JSON.parse(listed.stdout) as readonly unknown[]).length, 1);
  await withServerOn({ folder: other, launcher: 'src' }, 'SIGTERM', async ({ url }) => {
    const client = new QdrantClient({ url });
    t.is(await count(client, 'books'), 60);
    t.is(await count(client, 'movies'), 20, 'aliases come along');
  });
  t.is((await runCommand(['check', '--storage', path.join(other, 'storage')], { launcher: 'src' })).status, 0);
});

test('serve recovers what its flags name, and does not start where that would replace something unasked', async (t) => {
  const folder = folderOf(t);
  const full = path.join(folder, 'all.snapshot');
  const books = path.join(folder, 'books.snapshot');
  await withServerOn({ folder }, 'SIGTERM', async ({ url }) => {
    await fill(url, 'books', 30);
    t.is((await snapshot('create', 'books', '--url', url, '--out', books)).status, 0);
    t.is((await snapshot('create', '--full', '--url', url, '--out', full)).status, 0);
  });
  const other = path.join(folder, 'other');
  const start = (...flags: readonly string[]): Promise<ServerProcess> =>
    ServerProcess.start({ folder: other, flags, launcher: 'src' });
  let server = await start('--snapshot', `${books}:one`, '--snapshot', `${books}:two`);
  const client = new QdrantClient({ url: server.url });
  t.is(await count(client, 'one'), 30);
  t.is(await count(client, 'two'), 30);
  await add(client, 'one', 30, 40);
  await server.stop();
  await t.throwsAsync(start('--snapshot', `${books}:one`), { message: /collection one is there already/ });
  server = await start('--snapshot', `${books}:one`, '--force-snapshot');
  t.is(await count(new QdrantClient({ url: server.url }), 'one'), 30);
  await server.stop();
  server = await start('--storage-snapshot', full);
  t.is(await count(new QdrantClient({ url: server.url }), 'books'), 30);
  await server.stop();
  await t.throwsAsync(start('--storage-snapshot', full), { message: /already exists.*--force-snapshot/ });
  await t.throwsAsync(start('--storage-snapshot', path.join(folder, 'none')), { message: /does not exist/ });
});
