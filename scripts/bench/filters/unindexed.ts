/**
 * Filters without an index over payloads of 1 KB: the time of one count, the longest stop of the event loop meanwhile,
 * and whether a limit of time is kept.
 * `npm run bench:unindexed -- [--rows 100000] [--repeats 5] [--more 300000]`
 * Both cores. Every count has a value of its own. `--more`: points added for the run that a limit of one second ends.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { median } from '../server/at-recall.ts';
import { BenchServer, COLLECTION, MEBIBYTE } from '../server/bench-server.ts';
import { processorMs } from '../server/processor-time.ts';
import { ServerProbe } from '../server/server-probe.ts';
import { machineDocuments } from './machine-text.ts';
import { loadPayloads } from './payload-points.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '100000' },
    repeats: { type: 'string', default: '5' },
    more: { type: 'string', default: '300000' },
  },
});
const rows = Number(values.rows);
const repeats = Number(values.repeats);
const more = Number(values.more);
const PAYLOAD_BYTES = 1024;
const DOCUMENT_WORDS = 60;
const SETTLE_MS = 6000;

const documents = machineDocuments(Math.ceil(rows / 2), DOCUMENT_WORDS);
const FILTERS: Readonly<Record<string, (value: number) => object>> = {
  keyword: (value) => ({ key: 'shelf', match: { value: `s${value}` } }),
  range: (value) => ({ key: 'number', range: { gte: value * 10, lt: value * 10 + 100 } }),
  'path into objects': (value) => ({ key: 'origin.place.code', match: { value } }),
  'part of a text': (value) => ({ key: 'text', match: { text: `${documents[value]?.slice(20, 40)}` } }),
};

const server = new BenchServer();
const probe = new ServerProbe(server);
try {
  await server.start();
  await loadPayloads(server, rows, payload);
  // From the store, not from what is held in memory until a checkpoint.
  await server.stop();
  await server.start({ environment: probe.environment });
  await sleep(SETTLE_MS);
  console.log(`${rows} points of ${Math.round(payload(1).length)} bytes, nothing indexed`);
  await probe.ask();
  for (const [name, condition] of Object.entries(FILTERS)) await measure(name, condition);
  console.log(`resident memory ${Math.round(server.residentBytes() / MEBIBYTE)} MiB`);
  if (more > 0) await measureLimit();
} finally {
  await server.discard();
}

function payload(row: number): string {
  const text = documents[row % documents.length];
  const head = JSON.stringify({
    shelf: `s${row % 1000}`,
    number: (row * 7919) % 100_003,
    origin: { place: { code: row % 997, name: `n${row % 31}` }, lists: [row % 3, row % 5] },
    text,
  });
  const missing = PAYLOAD_BYTES - Buffer.byteLength(head) - 11;
  return missing > 0 ? `${head.slice(0, -1)},"rest":"${'x'.repeat(missing)}"}` : head;
}

async function measure(name: string, condition: (value: number) => object): Promise<void> {
  const timesMs: number[] = [];
  const usedMs: number[] = [];
  const stopsMs: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    const before = processorMs(server.running.pid);
    const started = performance.now();
    await count(condition(repeat * 37 + 5), 60);
    timesMs.push(performance.now() - started);
    usedMs.push(processorMs(server.running.pid) - before);
    stopsMs.push((await probe.ask()).longestStopMs);
  }
  const [first = Number.NaN, ...others] = timesMs;
  const processor = `processor time ${usedMs[0]} ms, then ${median(usedMs.slice(1))} ms`;
  console.log(
    `${name}: first ${Math.round(first)} ms, then ${Math.round(median(others))} ms (under 500), ${processor}; longest stop ${stopsMs[0]?.toFixed(1)} ms, then ${Math.max(...stopsMs.slice(1)).toFixed(1)} ms (under 20)`,
  );
}

/** Other requests go on being answered while a walk is under way, and the walk ends when its time is over. */
async function measureLimit(): Promise<void> {
  await server.ask('DELETE', `/collections/${COLLECTION}`);
  await loadPayloads(server, rows + more, payload);
  await sleep(SETTLE_MS);
  await probe.ask();
  const slow = { must: Object.values(FILTERS).map((condition) => condition(3)), must_not: [FILTERS['keyword']?.(4)] };
  const started = performance.now();
  const answer = await fetch(`${server.running.url}/collections/${COLLECTION}/points/count?timeout=1`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ filter: { should: [slow, FILTERS['part of a text']?.(9)] } }),
  });
  const elapsedMs = performance.now() - started;
  const text = await answer.text();
  console.log(`${rows + more} points, timeout=1: ${answer.status} after ${Math.round(elapsedMs)} ms: ${text}`);
  console.log(`  longest stop ${(await probe.ask()).longestStopMs.toFixed(1)} ms`);
}

async function count(condition: object, timeoutSeconds: number): Promise<unknown> {
  return server.ask('POST', `/collections/${COLLECTION}/points/count?timeout=${timeoutSeconds}`, {
    filter: { must: [condition] },
  });
}
