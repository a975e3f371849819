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
import { ServerProbe } from '../server/server-probe.ts';
import { loadPayloads } from './payload-points.ts';

const { values } = parseArgs({
  options: { rows: { type: 'string', default: '1000000' }, keywords: { type: 'string', default: '10000' } },
});
const rows = Number(values.rows);
const keywords = Number(values.keywords);
/** Then buffers of the build are gone and idle threads have ended. */
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
  await sleep(SETTLE_MS);
  await probe.ask();
  const before = server.residentBytes();
  const started = performance.now();
  await server.ask('PUT', `/collections/${COLLECTION}/index?wait=true`, { field_name: field, field_schema: field });
  const seconds = (performance.now() - started) / 1000;
  const { longestStopMs } = await probe.ask();
  await check(field);
  await sleep(SETTLE_MS);
  await probe.ask();
  const bytes = server.residentBytes() - before;
  console.log(`${field} in the server: ${seconds.toFixed(2)} s (under 5)`);
  console.log(
    `  resident memory ${Math.round(before / MEBIBYTE)} MiB and ${(bytes / rows).toFixed(1)} bytes a point more (under 40)`,
  );
  console.log(`  longest stop of the event loop ${longestStopMs.toFixed(1)} ms`);
  await server.ask('DELETE', `/collections/${COLLECTION}/index/${field}?wait=true`);
}

/** That the index is there and holds all points. */
async function check(field: Field): Promise<void> {
  const info = (await server.ask('GET', `/collections/${COLLECTION}`)) as {
    readonly payload_schema: Readonly<Record<string, { readonly points: number }>>;
  };
  if (info.payload_schema[field]?.points !== rows) throw new Error(JSON.stringify(info.payload_schema));
}
