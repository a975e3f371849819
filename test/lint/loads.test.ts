import { globSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';

const SRC = path.join(import.meta.dirname, '../../src');

// Workers are started by their pool: loaded elsewhere they would find no thread to talk to.
const files = globSync('**/*.ts', { cwd: SRC, exclude: ['kernels/assembly/**', '**/*worker.ts'] });

test('every file of src/ can be loaded by itself, and loading it does nothing that ends or fails', async (t) => {
  t.true(files.length > 20);
  for (const file of files) await t.notThrowsAsync(() => import(path.join(SRC, file)), file);
});
