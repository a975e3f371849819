import { rm } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { temporaryFolder, withServer, withServerOn } from '../../acceptance/server-process.ts';
import { snapshot } from './run.ts';

test('the folder of a running server is refused, with what to do', async (t) => {
  await withServer({}, async (_server, folder) => {
    const { status, stderr } = await snapshot(['list', '--storage', path.join(folder, 'storage')]);
    t.is(status, 1);
    t.regex(
      stderr,
      /^vectorizer: \S+ is in use by another process; a running server holds it: ask that with --url instead of --storage, or stop it first\n$/,
    );
  });
});

test('a folder that is no storage is refused, and none is made', async (t) => {
  const folder = temporaryFolder();
  t.teardown(() => rm(folder, { recursive: true }));
  for (const words of [['create'], ['list'], ['delete', 'a', 'b']]) {
    const { status, stderr } = await snapshot([...words, '--storage', path.join(folder, 'none')]);
    t.is(status, 1);
    t.regex(stderr, /^vectorizer: --storage \S+none: there is no storage in \S+none\n$/);
  }
});

test('the storage of a stopped server is opened without doors', async (t) => {
  const folder = temporaryFolder();
  t.teardown(() => rm(folder, { recursive: true }));
  await withServerOn({ folder }, 'SIGTERM', async () => undefined);
  const storage = ['--storage', path.join(folder, 'storage'), '--snapshots', path.join(folder, 'snapshots')];
  const { status, stdout, stderr } = await snapshot(['create', ...storage]);
  t.is(stderr, '');
  t.is(status, 0);
  t.is(stdout, 'there are no collections\n');
});
