import { rm } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { parseStartSnapshots } from '../../src/cli/start-snapshots.ts';
import { runCommand, temporaryFolder, withServerOn } from '../acceptance/server-process.ts';

test('the last colon of --snapshot divides file and collection', (t) => {
  t.deepEqual(parseStartSnapshots({ snapshot: ['C:\\a.snapshot:books', 'b:films'] }).collections, [
    { path: 'C:\\a.snapshot', collection: 'books' },
    { path: 'b', collection: 'films' },
  ]);
  t.deepEqual(parseStartSnapshots({}), { storage: undefined, collections: [], force: false });
  t.deepEqual(parseStartSnapshots({ storageSnapshot: 'a', forceSnapshot: true }), {
    storage: 'a',
    collections: [],
    force: true,
  });
  for (const snapshot of ['books', ':books', 'file:', ':', '']) {
    t.throws(() => parseStartSnapshots({ snapshot: [snapshot] }), { message: /expected FILE:COLLECTION/ });
  }
  t.throws(() => parseStartSnapshots({ snapshot: ['a:b'], storageSnapshot: 'c' }), { message: /give one of them/ });
  t.throws(() => parseStartSnapshots({ snapshot: ['a:b', 'c:b'] }), { message: /b is named twice/ });
});

test('serve --snapshot onto a collection that is there ends the process, and the collection stays', async (t) => {
  const folder = temporaryFolder();
  t.teardown(() => rm(folder, { recursive: true }));
  const create = (url: string, name: string): Promise<Response> =>
    fetch(`${url}/collections/${name}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: '{"vectors":{"size":4,"distance":"Dot"}}',
    });
  await withServerOn({ folder }, 'SIGTERM', async ({ url }) => t.is((await create(url, 'books')).status, 200));
  const storage = ['--storage', path.join(folder, 'storage'), '--port', '0', '--grpc-port', '0'];
  for (const flag of ['--snapshot', '--collection-snapshot']) {
    const { status, stdout, stderr } = await runCommand(['serve', ...storage, flag, '/none.snapshot:books'], {
      launcher: 'src',
      cwd: folder,
    });
    t.is(status, 1);
    t.is(
      stderr,
      'vectorizer: the collection books is there already: leave --snapshot out, or replace it with --force-snapshot\n',
    );
    t.false(stdout.includes('listening'), 'no door was opened');
  }
  await withServerOn({ folder }, 'SIGTERM', async ({ url }) => t.is((await create(url, 'books')).status, 409));
});
