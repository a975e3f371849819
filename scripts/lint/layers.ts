/** Checks the layer table over the import graph of src/, and file names everywhere. `npm run layers`. */
import { globSync } from 'node:fs';
import path from 'node:path';
import { checkLayers, vagueNames } from './check-layers.ts';
import { readImportGraph } from './import-graph.ts';

const root = path.join(import.meta.dirname, '../..');
const graph = await readImportGraph(path.join(root, 'src'), ['kernels/assembly']);
const names = globSync('{src,test,scripts}/**/*.{ts,mjs}', { cwd: root, exclude: ['**/node_modules/**'] });
const breaches = [...checkLayers(graph), ...vagueNames(names)];
for (const breach of breaches) console.error(breach);
console.log(`layers: ${graph.files.length} files, ${graph.imports.length} imports, ${breaches.length} breaches`);
process.exitCode = breaches.length === 0 ? 0 : 1;
