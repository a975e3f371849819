import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { findPython } from '../crash/python-client.ts';
import { withServer } from './server-process.ts';

const run = promisify(execFile);

test("Python's official client: queries of every kind, compared with its own engine", async (t) => {
  t.timeout(60_000);
  const python = await findPython();
  if (python === undefined) {
    t.log("left out: Python's qdrant-client is not installed (npm run python:client)");
    t.pass();
    return;
  }
  await withServer({ launcher: 'src' }, async ({ url }) => {
    const { stdout } = await run(python, [path.join(import.meta.dirname, 'python-queries.py'), url]);
    t.is(stdout, 'all as promised\n');
  });
});
