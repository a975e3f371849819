/**
 * A million points: V8 heap after load, longest stop of the event loop while searching, and searches a second at
 * recall 0.98 against a tenth of the points. `npm run bench:million -- [--rows 1000000] [--dims 128]`
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { atRecall, type Measured } from './at-recall.ts';
import { BenchServer, MEBIBYTE } from './bench-server.ts';
import { cachedData, type BenchData } from '../engine/cached-data.ts';
import { describe } from './describe.ts';
import { measureSearch } from './measure-search.ts';

const { values } = parseArgs({
  options: { rows: { type: 'string', default: '1000000' }, dims: { type: 'string', default: '128' } },
});
const EFS = [10, 16, 24, 32, 48, 64, 96, 128, 192, 256];
/** After this the flush that follows indexing is over: its stops are printed for themselves. */
const SETTLE_MS = 5000;
const PROBE = path.join(import.meta.dirname, 'probe.mjs');
const WANTED_RECALL = 0.98;

interface Probe {
  readonly heapUsed: number;
  readonly longestStopMs: number;
}

const rows = Number(values.rows);
const dimension = Number(values.dims);
const small = await run(cachedData(rows / 10, dimension));
const large = await run(cachedData(rows, dimension));
console.log(`V8 heap after load: ${(large.heapUsed / MEBIBYTE).toFixed(0)} MiB (under 150)`);
console.log(`longest stop of the event loop while searching: ${large.longestStopMs.toFixed(1)} ms (under 30)`);
console.log(
  `at recall ${WANTED_RECALL}: ${Math.round(large.perSecond)}/s of ${rows}, ${Math.round(small.perSecond)}/s of ${rows / 10}`,
);
console.log(`ratio ${(large.perSecond / small.perSecond).toFixed(2)} (at least 0.5)`);

async function run(data: BenchData): Promise<Probe & { readonly perSecond: number }> {
  console.log(describe(data));
  const server = new BenchServer();
  const file = path.join(server.folder, 'probe.json');
  try {
    await server.start({ environment: { NODE_OPTIONS: `--import=${PROBE}`, VECTORIZER_PROBE_FILE: file } });
    await server.createCollection(dimension);
    const { elapsedMs } = await server.upload(data, 0);
    const acknowledged = performance.now();
    await server.untilIndexed(data.rows);
    const seconds = (elapsedMs + performance.now() - acknowledged) / 1000;
    await sleep(SETTLE_MS);
    const { heapUsed, longestStopMs: busyStopMs } = await probe(server, file);
    console.log(`longest stop of the event loop while loading, indexing and flushing: ${busyStopMs.toFixed(1)} ms`);
    console.log(
      `uploaded in ${(elapsedMs / 1000).toFixed(1)} s, indexed after ${seconds.toFixed(1)} s; resident ${Math.round(server.residentBytes() / MEBIBYTE)} MiB`,
    );
    const search = { port: server.port, data, connections: 8, durationMs: 2000 };
    await measureSearch({ ...search, ef: 64 }); // warms the code up
    const measurements: Measured[] = [];
    for (const ef of EFS) measurements.push(await measureSearch({ ...search, ef }));
    const { longestStopMs } = await probe(server, file);
    console.log(
      measurements.map((one) => `${Math.round(one.perSecond)} @ ${one.recall.toFixed(3)} (ef ${one.ef})`).join(', '),
    );
    return { heapUsed, longestStopMs, perSecond: atRecall(measurements, WANTED_RECALL) };
  } finally {
    await server.discard();
  }
}

async function probe(server: BenchServer, file: string): Promise<Probe> {
  rmSync(file, { force: true });
  server.running.signal('SIGUSR2');
  while (!existsSync(file)) await sleep(20);
  return JSON.parse(readFileSync(file, 'utf8')) as Probe;
}
