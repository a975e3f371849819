import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { runCommand, temporaryFolder, type CommandOptions } from '../acceptance/server-process.ts';

const ROOT = path.join(import.meta.dirname, '../..');

function run(args: readonly string[], options: CommandOptions = {}): ReturnType<typeof runCommand> {
  return runCommand(args, { launcher: 'src', ...options });
}

test('--version is the version of package.json', async (t) => {
  const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { version: string };
  t.like(await run(['--version']), { status: 0, stdout: `${version}\n` });
});

test('--help shows commands and examples', async (t) => {
  const words = ['', 'serve', 'check', 'snapshot', 'snapshot create', 'snapshot recover'];
  for (const args of words.map((command) => [...command.split(' ').filter(Boolean), '--help'])) {
    const { status, stdout } = await run(args);
    t.is(status, 0);
    t.regex(stdout, /Examples:\n {2}vectorizer /);
  }
});

test('no command at all shows the help and fails', async (t) => {
  const { status, stderr } = await run([]);
  t.is(status, 1);
  t.regex(stderr, /Usage: vectorizer/);
});

test('an unknown command is named, with the one that was meant', async (t) => {
  const { status, stderr } = await run(['serv']);
  t.is(status, 1);
  t.regex(stderr, /unknown command 'serv'\n\(Did you mean serve\?\)/);
});

test('a flag that does not fit is named with what would fit, without a stack', async (t) => {
  const { status, stderr } = await run(['serve', '--port', 'http']);
  t.is(status, 1);
  t.is(stderr, 'vectorizer: service.http_port (--port): expected a whole number from 0 to 65535, got "http"\n');
});

test('a variable that does not fit is named', async (t) => {
  const { status, stderr } = await run(['serve'], { environment: { QDRANT__SERVICE__ENABLE_CORS: 'perhaps' } });
  t.is(status, 1);
  t.regex(stderr, /^vectorizer: service\.enable_cors \(environment variable QDRANT__SERVICE__ENABLE_CORS\)/);
});

test('a configuration file that was asked for must be there', async (t) => {
  const { status, stderr } = await run(['serve', '--config', '/nowhere/config.yaml']);
  t.is(status, 1);
  t.regex(stderr, /^vectorizer: --config \/nowhere\/config\.yaml: cannot be read: ENOENT/);
});

test('a configuration file is read, and named where it is wrong', async (t) => {
  const folder = temporaryFolder();
  t.teardown(() => rm(folder, { recursive: true }));
  const file = path.join(folder, 'a.yaml');
  await writeFile(file, 'service: { http_port: none }');
  const { status, stderr } = await run(['serve', '--config', file]);
  t.is(status, 1);
  t.true(stderr.startsWith(`vectorizer: service.http_port (${file}): expected`), stderr);
});
