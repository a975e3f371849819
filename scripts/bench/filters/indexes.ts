/**
 * Payload indexes over a million integers and a million keywords, through the whole server and alone.
 * `npm run bench:indexes -- [--rows 1000000] [--keywords 10000]`
 * The server is started again before an index is made, so that nothing is left of the upload in its memory. Both cores.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { jsonPath } from '../../../src/core/json-path.ts';
import { openFieldIndex } from '../../../src/filters/open-field-index.ts';
import { BenchServer, COLLECTION, MEBIBYTE } from '../server/bench-server.ts';
import { processorMs } from '../server/processor-time.ts';
import { ServerProbe } from '../server/server-probe.ts';
import { loadPayloads } from './payload-points.ts';

const { values } = parseArgs({
  options: { rows: { type: 'string', default: '1000000' }, keywords: { type: 'string', default: '10000' } },
});
const rows = Number(values.rows);
const keywords = Number(values.keywords);
const SETTLE_MS = 6000;
const FIELDS = ['integer', 'keyword'] as const;
type Field = (typeof FIELDS)[number];

const encoder = new TextEncoder();
for (const field of FIELDS) await buildAlone(field);
const server = new BenchServer();
const probe = new ServerProbe(server);
try {
  await server.start();
  const { elapsedMs } = await loadPayloads(server, rows, payload);
  console.log(`${rows} points without vectors uploaded in ${(elapsedMs / 1000).toFixed(1)} s`);
  for (const field of FIELDS) await buildInServer(field);
} finally {
  await server.discard();
}

/** All integers are distinct, in no order; a keyword has a hundredth of a percent of the points. */
function payload(row: number): string {
  const number = (row * 7_368_787) % 1_000_003;
  return `{"integer":${number},"keyword":"keyword-${number % keywords}"}`;
}

async function buildAlone(field: Field): Promise<void> {
  const path = jsonPath(field);
  if (path === undefined) throw new Error(field);
  const payloads = Array.from({ length: rows }, (_, row) => encoder.encode(payload(row)));
  const index = openFieldIndex(path, { type: field, params: undefined }, 7);
  const started = performance.now();
  payloads.forEach((bytes, slot) => index.set(slot, bytes));
  const setMs = performance.now() - started;
  await index.refresh(() => Promise.resolve());
  const seconds = (performance.now() - started) / 1000;
  console.log(
    `${field} alone: ${seconds.toFixed(2)} s, of it ${(setMs / 1000).toFixed(2)} s until all values are set; ${(index.memoryBytes / rows).toFixed(1)} bytes a point`,
  );
}

async function buildInServer(field: Field): Promise<void> {
  await server.stop();
  await server.start({ environment: probe.environment });
  const atStart = await residentBytes();
  // An index over a field that no point has leaves nothing but what reading all payloads leaves.
  await createIndex('nothing');
  await server.ask('DELETE', `/collections/${COLLECTION}/index/nothing?wait=true`);
  const before = await residentBytes();
  const usedBefore = processorMs(server.running.pid);
  const started = performance.now();
  await createIndex(field);
  const seconds = (performance.now() - started) / 1000;
  const usedSeconds = (processorMs(server.running.pid) - usedBefore) / 1000;
  const { longestStopMs } = await probe.ask();
  await check(field);
  const after = await residentBytes();
  console.log(
    `${field} in the server: ${seconds.toFixed(2)} s (under 5), processor time ${usedSeconds.toFixed(2)} s; longest stop of the event loop ${longestStopMs.toFixed(1)} ms`,
  );
  console.log(
    `  resident memory ${shown(atStart)} at the start, ${shown(before)} once all payloads were read, ${shown(after)} with the index: ${((after - before) / rows).toFixed(1)} bytes a point (under 40)`,
  );
  await server.ask('DELETE', `/collections/${COLLECTION}/index/${field}?wait=true`);
}

async function createIndex(field: string): Promise<void> {
  const type = field === 'nothing' ? 'keyword' : field;
  await server.ask('PUT', `/collections/${COLLECTION}/index?wait=true`, { field_name: field, field_schema: type });
}

/** Once buffers are gone and idle threads have ended. */
async function residentBytes(): Promise<number> {
  await sleep(SETTLE_MS);
  await probe.ask();
  return server.residentBytes();
}

function shown(bytes: number): string {
  return `${Math.round(bytes / MEBIBYTE)} MiB`;
}

/** That the index is there and holds all points. */
async function check(field: Field): Promise<void> {
  const info = (await server.ask('GET', `/collections/${COLLECTION}`)) as {
    readonly payload_schema: Readonly<Record<string, { readonly points: number }>>;
  };
  if (info.payload_schema[field]?.points !== rows) throw new Error(JSON.stringify(info.payload_schema));
}
