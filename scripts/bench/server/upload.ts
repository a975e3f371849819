/**
 * Upload over REST until all points are indexed, searching meanwhile, memory, and start time.
 * `npm run bench:upload -- [--rows 100000] [--dims 768] [--baseline-seconds 74.5]`
 * Both cores are shared by server and generator. hnswlib-node builds on the same data in the same run, one thread,
 * unless its seconds are given.
 */
import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { Baseline } from './baseline.ts';
import { BenchServer, COLLECTION, MEBIBYTE } from './bench-server.ts';
import { searchRequests } from './bodies.ts';
import { cachedData, K, type BenchData } from '../engine/cached-data.ts';
import { describe } from './describe.ts';
import { forDuration, quantile, runLoad } from './load.ts';
import { idsOf } from './measure-search.ts';
import { RawConnection } from './raw-connection.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '100000' },
    dims: { type: 'string', default: '768' },
    'baseline-seconds': { type: 'string' },
  },
});
const STEADY_MS = 5000;
const IDLE_MS = 10_000;

const data = cachedData(Number(values.rows), Number(values.dims));
const vectorBytes = data.base.byteLength;
console.log(describe(data));
const server = new BenchServer();
try {
  await server.start();
  await server.createCollection(data.dimension);
  const uploadSeconds = await timeUpload(server, data, 0);
  const afterUpload = await residentWhenIdle(server);
  await server.stop();

  const startSeconds = await timeStart(server, data);
  const afterRestart = await residentWhenIdle(server);
  const tail = await searchWhileUploading(server, data);
  const buildSeconds = await baselineSeconds(data);

  console.log(
    `upload until indexed: ${uploadSeconds.toFixed(1)} s, hnswlib-node builds in ${buildSeconds.toFixed(1)} s`,
  );
  console.log(`  ratio ${(uploadSeconds / buildSeconds).toFixed(2)} (at most 0.35, Qdrant 1.03)`);
  console.log(
    `search p95 on one connection: steady ${tail.steady.toFixed(2)} ms, during upload ${tail.busy.toFixed(2)} ms`,
  );
  console.log(`  ratio ${(tail.busy / tail.steady).toFixed(1)} (at most 8, Qdrant 46)`);
  console.log(
    `resident after upload: ${ofVectors(afterUpload)}; after restart: ${ofVectors(afterRestart)} (at most 1.3, Qdrant 1.5)`,
  );
  console.log(`start to the first right answer: ${startSeconds.toFixed(2)} s (under 1, Qdrant 0.6)`);
} finally {
  await server.discard();
}

async function timeUpload(target: BenchServer, rows: BenchData, firstId: number): Promise<number> {
  const { elapsedMs } = await target.upload(rows, firstId);
  const acknowledged = performance.now();
  await target.untilIndexed(firstId + rows.rows);
  const seconds = (elapsedMs + performance.now() - acknowledged) / 1000;
  const perSecond = Math.round((rows.rows * 1000) / elapsedMs);
  console.log(
    `acknowledged after ${(elapsedMs / 1000).toFixed(1)} s (${perSecond} points/s), indexed after ${seconds.toFixed(1)} s`,
  );
  return seconds;
}

async function residentWhenIdle(target: BenchServer): Promise<number> {
  await sleep(IDLE_MS); // idle worker threads end and give their memory back
  return target.residentBytes();
}

/** From starting the process to the answer that has the true nearest point first. */
async function timeStart(target: BenchServer, rows: BenchData): Promise<number> {
  const [request] = searchRequests({ collection: COLLECTION, ...firstQuery(rows), ef: 128, limit: K });
  const started = performance.now();
  await target.start();
  const connection = await RawConnection.open(target.port);
  const { body } = await connection.ask(request ?? Buffer.alloc(0));
  const seconds = (performance.now() - started) / 1000;
  if (idsOf(body)[0] !== rows.truth[0]) throw new Error(`the first answer is wrong: ${body.toString()}`);
  connection.close();
  return seconds;
}

function firstQuery({ queries, dimension }: BenchData): { readonly queries: Float32Array; readonly dimension: number } {
  return { queries: queries.subarray(0, dimension), dimension };
}

/** p95 in milliseconds of searches on one connection, alone and while as many points again are loaded. */
async function searchWhileUploading(
  target: BenchServer,
  rows: BenchData,
): Promise<{ readonly steady: number; readonly busy: number }> {
  const { queries, dimension } = rows;
  const requests = searchRequests({ collection: COLLECTION, queries, dimension, ef: 64, limit: K });
  const port = target.port;
  await runLoad({ port, connections: 1, next: forDuration(requests, STEADY_MS / 5) }); // warms the code up
  const steady = await runLoad({ port, connections: 1, next: forDuration(requests, STEADY_MS) });
  let isLoading = true;
  let at = 0;
  const next = (): Buffer | undefined => {
    at = (at + 1) % requests.length;
    return isLoading ? requests[at] : undefined;
  };
  const searching = runLoad({ port, connections: 1, next });
  await timeUpload(target, rows, rows.rows).finally(() => (isLoading = false));
  const busy = await searching;
  console.log(`${busy.requests} searches meanwhile, p50 ${quantile(busy.latenciesMs, 0.5).toFixed(2)} ms`);
  return { steady: quantile(steady.latenciesMs, 0.95), busy: quantile(busy.latenciesMs, 0.95) };
}

async function baselineSeconds({ rows, dimension }: BenchData): Promise<number> {
  if (values['baseline-seconds'] !== undefined) return Number(values['baseline-seconds']);
  await server.stop();
  const baseline = new Baseline(0);
  try {
    return await baseline.buildSeconds(rows, dimension);
  } finally {
    baseline.close();
  }
}

function ofVectors(bytes: number): string {
  return `${Math.round(bytes / MEBIBYTE)} MiB = ${(bytes / vectorBytes).toFixed(2)} of the vectors' own`;
}
