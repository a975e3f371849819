import path from 'node:path';
import test from 'ava';
import { checkLayers, vagueNames } from '../../scripts/lint/check-layers.ts';
import { importsOf, readImportGraph } from '../../scripts/lint/import-graph.ts';

const SRC = path.join(import.meta.dirname, '../../src');

/** The breaches of a house of two files: `text` planted as `file`, and one target for relative imports. */
function check(file: string, text: string, target = 'core/errors.ts'): readonly string[] {
  return checkLayers({ files: [file, target], imports: importsOf(file, text) });
}

test('the house as it stands breaks no rule, and the check has seen its imports', async (t) => {
  const graph = await readImportGraph(SRC, ['kernels/assembly']);
  t.true(graph.imports.length > 20);
  t.deepEqual(checkLayers(graph), []);
});

test('a check that sees no imports fails', (t) => {
  t.deepEqual(checkLayers({ files: ['core/ids.ts'], imports: [] }), ['no imports seen: the check is blind']);
});

const PLANTED = {
  'a lower room imports a higher one': ['core/a.ts', `import { x } from '../rest/b.ts';`, 'rest/b.ts'],
  'a type import counts': ['query/a.ts', `import type { X } from '../storage/b.ts';`, 'storage/b.ts'],
  'an inline type import counts': ['query/a.ts', `let x: import('../storage/b.ts').X;`, 'storage/b.ts'],
  'a re-export counts': ['core/a.ts', `export { x } from '../rest/b.ts';`, 'rest/b.ts'],
  'a star re-export counts': ['core/a.ts', `export * from '../rest/b.ts';`, 'rest/b.ts'],
  'a dynamic import counts': ['core/a.ts', `await import('../rest/b.ts');`, 'rest/b.ts'],
  'a require counts': ['core/a.ts', `require('../rest/b.ts');`, 'rest/b.ts'],
  'a worker file counts': ['core/a.ts', `new URL('../rest/b.ts', import.meta.url);`, 'rest/b.ts'],
  'an import that nobody can follow': ['core/a.ts', `await import(name);`, 'core/b.ts'],
  'a file that is not there': ['core/a.ts', `import { x } from './gone.ts';`, 'core/b.ts'],
  'a way out of src': ['core/a.ts', `import { x } from '../../test/b.ts';`, 'core/b.ts'],
  'messages of the wire below the door': ['core/a.ts', `import { x } from '../../generated/points.js';`, 'core/b.ts'],
  'a room that is not in the table': ['attic/a.ts', `import { x } from '../core/b.ts';`, 'core/b.ts'],
  'files opened outside storage': ['rest/a.ts', `import { readFile } from 'node:fs/promises';`, 'core/b.ts'],
  'the whole of fs where one name is allowed': ['compute/a.ts', `import fs from 'node:fs';`, 'core/b.ts'],
  'the key-value store outside its file': [
    'storage/a.ts',
    `import { ClassicLevel } from 'classic-level';`,
    'core/b.ts',
  ],
  'Koa below the door': ['operations/a.ts', `import Koa from 'koa';`, 'core/b.ts'],
  'a package that nobody gave a reason for': ['base/a.ts', `import _ from 'lodash';`, 'core/b.ts'],
} as const;

for (const [name, [file, text, target]] of Object.entries(PLANTED)) {
  test(`planted breach is seen: ${name}`, (t) => t.is(check(file, text, target).length, 1));
}

const ALLOWED = {
  'a room below': ['rest/a.ts', `import { x } from '../core/errors.ts';`],
  'messages of the wire at the door': ['grpc/parse/a.ts', `import { x } from '../../../generated/points.js';`],
  'the same room': ['core/a.ts', `import { x } from './errors.ts';`],
  'files in storage': ['storage/a.ts', `import fs from 'node:fs';`],
  'one name of fs where it is allowed': ['observe/thread-priority.ts', `import { readlinkSync } from 'node:fs';`],
  "Node's own modules": ['base/a.ts', `import { crc32 } from 'node:zlib';`],
  'a file of data beside the code': [
    'kernels/load.ts',
    `import 'node:url'; new URL('../../build/kernels.wasm', import.meta.url);`,
  ],
} as const;

for (const [name, [file, text]] of Object.entries(ALLOWED)) {
  test(`allowed: ${name}`, (t) => t.deepEqual(check(file, text), []));
}

test('names that say nothing are refused, words that contain them are not', (t) => {
  const names = [
    'src/rest/utils.ts',
    'src/base/string-helper.ts',
    'src/common/a.ts',
    'src/core/uncommon.ts',
    'src/a/serviced.ts',
  ];
  t.is(vagueNames(names).length, 3);
});
