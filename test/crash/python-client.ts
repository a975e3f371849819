import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const INSTALLED = path.join(import.meta.dirname, '../../node_modules/.cache/python/bin/python');

/**
 * A Python that has qdrant-client: the one of `npm run python:client`, else the system's; undefined where neither has.
 * With REQUIRE_PYTHON_CLIENT (as in .ci/run) its absence is an error.
 */
export async function findPython(): Promise<string | undefined> {
  for (const python of [INSTALLED, 'python3']) {
    const works = await run(python, ['-c', 'import qdrant_client']).then(
      () => true,
      () => false,
    );
    if (works) return python;
  }
  if (process.env['REQUIRE_PYTHON_CLIENT'] === undefined) return undefined;
  throw new Error('no Python with qdrant-client: run `npm run python:client`');
}
