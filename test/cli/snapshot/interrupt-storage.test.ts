import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { QdrantClient } from '@qdrant/js-client-rest';
import { ended, startCommand, temporaryFolder, withServerOn } from '../../acceptance/server-process.ts';
import { snapshot } from './run.ts';

const POINTS = 48;

/** A stopped server's folder with 48 MB of payloads: pieces enough to be interrupted between. */
async function filledFolder(t: ExecutionContext): Promise<string> {
  const folder = temporaryFolder();
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  await withServerOn({ folder }, 'SIGTERM', async ({ url }) => {
    const client = new QdrantClient({ url });
    await client.createCollection('books', { vectors: { size: 2, distance: 'Dot' } });
    for (let id = 0; id < POINTS; id++) {
      const payload = { text: `${id} `.repeat(2 ** 20 / 3) };
      await client.upsert('books', { wait: true, points: [{ id, vector: [id, 1], payload }] });
    }
  });
  return folder;
}

function places(folder: string): readonly string[] {
  return ['--storage', path.join(folder, 'storage'), '--snapshots', path.join(folder, 'snapshots')];
}

function names(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => !name.startsWith('storage/kv') && !/-\d+\.log$/.test(name))
    .toSorted();
}

test('Ctrl-C in the folder of a stopped server leaves it as it was, or the work done', async (t) => {
  t.timeout(120_000);
  const folder = await filledFolder(t);
  const file = path.join(folder, 'books.snapshot');
  t.is((await snapshot(['create', 'books', '--out', file, '--move', ...places(folder)])).status, 0);
  const before = names(folder);
  const ends = new Set<string>();
  for (let round = 0; round < 3; round++) {
    for (const words of [
      ['create', 'books'],
      ['recover', file, '--collection', 'again'],
    ]) {
      const known = names(folder);
      const child = startCommand(['snapshot', ...words, ...places(folder), '--json'], { launcher: 'src' });
      const end = ended(child);
      // Work is under way once something new is there.
      while (child.exitCode === null && names(folder).every((name) => known.includes(name))) await delay(2);
      await delay(round * 15);
      child.kill('SIGINT');
      const { status, signal, stderr } = await end;
      ends.add(`${signal ?? status}`);
      if (status === 130) t.regex(stderr, /given up, nothing is left half/);
      // What a second start finds: the same, but for a snapshot or a collection that was whole before the signal came.
      const kept = await snapshot(['list', ...places(folder), '--json']);
      t.is(kept.status, 0, kept.stderr);
      for (const { name } of JSON.parse(kept.stdout) as readonly { readonly name: string }[]) {
        t.is((await snapshot(['verify', path.join(folder, 'snapshots/books', name)])).status, 0);
        t.is((await snapshot(['delete', 'books', name, ...places(folder)])).status, 0);
      }
      const left = names(folder).filter((name) => !before.includes(name));
      t.deepEqual(
        left.filter((name) => /part|snapshots_temp\/./.test(name)),
        [],
      );
    }
  }
  t.log(`ended by ${[...ends].join(', ')}`);
  t.true(ends.has('130'), 'some were interrupted in their work');
  await withServerOn({ folder }, 'SIGTERM', async ({ url }) => {
    const client = new QdrantClient({ url });
    for (const { name } of (await client.getCollections()).collections) {
      t.is((await client.count(name, { exact: true })).count, POINTS, name);
    }
  });
});
