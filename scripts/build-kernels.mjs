// Compiles src/kernels/assembly to build/kernels.wasm. Takes a second or two; needs the npm package assemblyscript alone.
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = fileURLToPath(new URL('..', import.meta.url));
const buildFolder = new URL('../build/', import.meta.url);
await mkdir(buildFolder, { recursive: true });

const messages = asc.createMemoryStream();
const { error } = await asc.main(
  [
    'src/kernels/assembly/index.ts',
    '--baseDir',
    root,
    '--outFile',
    'build/kernels.wasm',
    '--optimizeLevel',
    '3',
    '--shrinkLevel',
    '0',
    '--noAssert',
    '--runtime',
    'stub',
    '--use',
    'abort=',
    '--enable',
    'simd,threads,bulk-memory',
    '--importMemory',
    '--sharedMemory',
    '--initialMemory',
    '1',
    '--maximumMemory',
    '65536',
    ...process.argv.slice(2),
  ],
  { stderr: messages },
);
if (error) {
  console.error(messages.toString() || error.message);
  process.exit(1);
}
