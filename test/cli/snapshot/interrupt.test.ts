import { readdirSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { ended, startCommand } from '../../acceptance/server-process.ts';
import { fakeWorld } from './run.ts';

test('Ctrl-C during a download leaves no .part, says that the snapshot stays on the server, and exits with 130', async (t) => {
  const { fake, folder } = await fakeWorld(t, ['books']);
  fake.faults.stuck = true;
  const stuck = fake.untilStuck();
  const words = ['snapshot', 'create', 'books', '--url', fake.url, '--out', path.join(folder, 'books.snapshot')];
  const child = startCommand(words, { launcher: 'src' });
  const end = ended(child);
  await stuck;
  t.deepEqual(readdirSync(folder), ['books.snapshot.part'], 'the download is under way');
  child.kill('SIGINT');
  const { status, stdout, stderr } = await end;
  t.is(status, 130);
  t.is(stdout, '');
  t.is(
    stderr,
    'vectorizer: SIGINT: given up, nothing is left half; the snapshot itself stays on the server (`vectorizer snapshot list`)\n',
  );
  t.deepEqual(readdirSync(folder), []);
});

test('SIGTERM while the server makes the snapshot says that it may still appear, and exits with 143', async (t) => {
  const { fake, folder } = await fakeWorld(t, ['books']);
  fake.faults.neverMade = true;
  const stuck = fake.untilStuck();
  const words = ['snapshot', 'create', '--url', fake.url, '--out', `${folder}/`, '--json'];
  const child = startCommand(words, { launcher: 'src' });
  const end = ended(child);
  await stuck;
  child.kill('SIGTERM');
  const { status, stdout, stderr } = await end;
  t.is(status, 143);
  t.regex(stderr, /^vectorizer: SIGTERM: given up, .*still making may appear in its list \(.*\)\n$/);
  t.regex(stdout, /\{"event":"error","message":"SIGTERM: given up, [^\n]*\}\n$/);
  t.deepEqual(readdirSync(folder), []);
});
