import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchData } from '../engine/cached-data.ts';
import { openLibrary } from '../filters/library.ts';
import { BenchServer, pinSelf } from '../server/bench-server.ts';
import { uploadRequests } from '../server/bodies.ts';
import { median } from '../server/at-recall.ts';
import { once } from '../server/load.ts';
import { grpcOf, untilQuiet } from './grpc-server.ts';
import type { GrpcLoad } from './load-program.ts';
import {
  CLIENT_CORE,
  inTurn,
  judged,
  measureGrpc,
  measureRest,
  SERVER_CORE,
  shownRates,
  shownRatio,
  times,
  type Bench,
  type SeenRate,
} from './part.ts';
import { upsertMessages } from './point-messages.ts';

const UPSERT = '/qdrant.Points/Upsert';
const UPSERT_STREAM = '/vectorizer.v1.Streams/UpsertStream';
const BATCH_ROWS = 256;
const CONNECTIONS = 2;
const OF_REST_MIN = 1.5;
/** Acknowledged over gRPC (DESIGN.md section 8). */
const QDRANT_PER_SECOND = 37_000;
const APPLY_MS_MAX = 30_000;
/** One collection after the other has this name: nothing says which, and requests are made once. */
const COLLECTION = 'uploaded';

/** Upserts until all are acknowledged, over gRPC, over REST and in one call on each connection, with and without payload. */
export async function upserts(bench: Bench, data: BenchData): Promise<void> {
  const server = new BenchServer();
  try {
    await server.start({ core: SERVER_CORE });
    pinSelf(CLIENT_CORE);
    console.log(
      `Upsert of ${data.rows} points in batches of ${BATCH_ROWS}, wait=false, ${CONNECTIONS} connections, the whole server on one core; points`,
    );
    await compare(bench, server, data, undefined);
    await compare(bench, server, data, openLibrary(data.rows).payload);
  } finally {
    await server.discard();
  }
}

async function compare(
  bench: Bench,
  server: BenchServer,
  { base: vectors, dimension, rows }: BenchData,
  payload: ((row: number) => string) | undefined,
): Promise<void> {
  const made = { collection: COLLECTION, vectors, dimension, batchRows: BATCH_ROWS };
  const messages = bench.folder.write('upserts', upsertMessages({ ...made, payload }));
  const bodies = [
    ...uploadRequests({ ...made, firstId: 0, wait: false, ...(payload === undefined ? {} : { payload }) }),
  ];
  const count = bodies.length;
  const load: GrpcLoad = { mode: 'unary', connections: CONNECTIONS, streams: 1, seconds: 0, decodes: false };
  const fresh = (upload: () => Promise<SeenRate>) => () => onFresh(server, dimension, rows, upload);
  const requests = { messages, stampAt: undefined, count };
  const { grpc, rest, stream } = await inTurn(bench.rounds, {
    grpc: fresh(async () => {
      const rate = await measureGrpc(bench, grpcOf(server), { ...requests, method: UPSERT }, load);
      return times(rate, rows / count);
    }),
    rest: fresh(async () => times(await measureRest(server.running, CONNECTIONS, once(bodies)), rows / count)),
    stream: fresh(async () => {
      const streaming = { ...requests, method: UPSERT_STREAM };
      const rate = await measureGrpc(bench, grpcOf(server), streaming, { ...load, mode: 'client-stream' });
      return times(rate, rows / CONNECTIONS);
    }),
  });
  const name = payload === undefined ? 'vectors alone' : 'with payloads';
  console.log(`  ${name}: gRPC ${shownRates(grpc)}; REST ${shownRates(rest)}; UpsertStream ${shownRates(stream)}`);
  console.log(`    gRPC to REST ${shownRatio(grpc, rest, OF_REST_MIN)}`);
  console.log(`    UpsertStream to Upsert ${shownRatio(stream, grpc, undefined)}`);
  if (payload !== undefined) return;
  const ofQdrant = median(grpc.map(({ perSecond }) => perSecond)) / QDRANT_PER_SECOND;
  console.log(`    gRPC to Qdrant's ${QDRANT_PER_SECOND}/s ${judged(ofQdrant, 1)}`);
}

/** Uploads to an empty collection, which goes again; nothing of the last one is still under way. */
async function onFresh(
  server: BenchServer,
  dimension: number,
  rows: number,
  upload: () => Promise<SeenRate>,
): Promise<SeenRate> {
  await server.createCollection(dimension, COLLECTION);
  await untilQuiet(server);
  const rate = await upload();
  await untilCounted(server, rows);
  await server.ask('DELETE', `/collections/${COLLECTION}`);
  return rate;
}

/** What is acknowledged is there; `wait: false` lets it be seen a little later. */
async function untilCounted(server: BenchServer, rows: number): Promise<void> {
  for (const end = performance.now() + APPLY_MS_MAX; performance.now() < end; await sleep(50)) {
    const counted = await server.ask('POST', `/collections/${COLLECTION}/points/count`, { exact: true });
    if ((counted as { readonly count: number }).count === rows) return;
  }
  throw new Error(`fewer than ${rows} points, ${APPLY_MS_MAX} ms after all were acknowledged`);
}
