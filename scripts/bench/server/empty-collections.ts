/** What an empty collection costs: disk, memory, start. `npm run bench:empty -- [--collections 1000]` */
import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { BenchServer } from './bench-server.ts';

const { values } = parseArgs({ options: { collections: { type: 'string', default: '1000' } } });
const count = Number(values.collections);
const KIBIBYTE = 1024;
const IDLE_MS = 5000;

const server = new BenchServer();
try {
  await server.start();
  await sleep(IDLE_MS);
  const residentBefore = server.residentBytes();
  const diskBefore = diskKilobytes();
  const started = performance.now();
  for (let index = 0; index < count; index += 1) await server.createCollection(768, `empty-${index}`);
  const createMs = (performance.now() - started) / count;
  await sleep(IDLE_MS);
  const memory = (server.residentBytes() - residentBefore) / count / KIBIBYTE;
  const disk = (diskKilobytes() - diskBefore) / count;
  await server.stop();
  const restarted = performance.now();
  await server.start();
  const { collections } = (await server.ask('GET', '/collections')) as { readonly collections: readonly unknown[] };
  const startSeconds = (performance.now() - restarted) / 1000;
  if (collections.length !== count) throw new Error(`${collections.length} collections after a restart`);
  await sleep(IDLE_MS);
  const memoryAfter = (server.residentBytes() - residentBefore) / count / KIBIBYTE;
  console.log(`${count} empty collections, each: ${createMs.toFixed(1)} ms to create (Qdrant 49)`);
  console.log(
    `  ${disk.toFixed(1)} KiB on disk (under 100), ${memory.toFixed(1)} KiB in memory, ${memoryAfter.toFixed(1)} after a restart (under 1024, Qdrant 190)`,
  );
  console.log(`start to the first answer: ${startSeconds.toFixed(2)} s (under 2)`);
} finally {
  await server.discard();
}

function diskKilobytes(): number {
  return Number(execFileSync('du', ['-sk', server.folder], { encoding: 'utf8' }).split('\t')[0]);
}
