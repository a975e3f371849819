import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { ended, runCommand } from '../acceptance/server-process.ts';

const LAUNCHER = path.join(import.meta.dirname, '../../bin/vectorizer');
const run = promisify(execFile);

test('the launcher runs what the build made', async (t) => {
  const { status, stdout } = await runCommand(['--version']);
  t.is(status, 0);
  t.regex(stdout, /^\d+\.\d+\.\d+\n$/);
});

test('on an older Node the launcher says which version it needs and how to get it, exit status 1', async (t) => {
  // The process calls itself older than it is: what is under test is the launcher's first look.
  const pretend = `Object.defineProperty(process.versions, 'node', { value: '20.20.2' });`;
  const args = ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`, LAUNCHER, '--version'];
  const error = await t.throwsAsync<Error & { code: number; stderr: string; stdout: string }>(
    run(process.execPath, args),
  );
  t.is(error?.code, 1);
  t.is(error?.stdout, '');
  t.regex(error?.stderr ?? '', /needs Node\.js 22\.20 or later; this is 20\.20\.2/);
  t.regex(error?.stderr ?? '', /How to get it/);
});

test("the machine's own Node, where it is older, gets the same answer", async (t) => {
  const system = '/usr/bin/node';
  if (!existsSync(system)) return t.pass('no Node but ours on this machine');
  const { stdout } = await run(system, ['--version']);
  const [major = 0, minor = 0] = stdout.slice(1).split('.').map(Number);
  const isOld = major < 22 || (major === 22 && minor < 20);
  const { status } = await ended(spawn(system, [LAUNCHER, '--version']));
  return t.is(status, isOld ? 1 : 0);
});
