import { recall } from '../data.ts';
import { QueryResponse } from '../../../generated/points.js';
import { K, type BenchData } from '../engine/cached-data.ts';
import { forMs } from '../server/against-idle.ts';
import { atRecall, median, type Measured } from '../server/at-recall.ts';
import { Baseline } from '../server/baseline.ts';
import { BenchServer, COLLECTION, pinSelf } from '../server/bench-server.ts';
import { measureRecall } from '../server/measure-search.ts';
import { distinctSearches } from './distinct-searches.ts';
import { grpcOf } from './grpc-server.ts';
import { readAnswers } from './message-file.ts';
import type { GrpcRequests } from './load-program.ts';
import {
  CLIENT_CORE,
  inTurn,
  judged,
  measureCalls,
  measureRest,
  SERVER_CORE,
  shownRates,
  shownRatio,
  type Bench,
  type SeenRate,
} from './part.ts';
import { queryRequests } from './point-messages.ts';

const WANTED_RECALL = 0.98;
const OF_REST_MIN = 1.1;
/** Qdrant's gRPC rate on one core, of hnswlib-node's engine (DESIGN.md section 8), and how much of it is wanted. */
const QDRANT_SHARE = 0.49;
const OF_QDRANT_MIN = 2.8;

/** Both doors at one `ef`. */
interface Sweep {
  readonly ef: number;
  readonly recall: number;
  readonly grpc: readonly SeenRate[];
  readonly rest: readonly SeenRate[];
  readonly engine: readonly Measured[];
}

/** Query over gRPC and REST in the same rounds, the whole server on one core, beside hnswlib-node's engine on that core. */
export async function queries(bench: Bench, data: BenchData, efs: readonly number[]): Promise<void> {
  const server = new BenchServer();
  const baseline = new Baseline(SERVER_CORE);
  try {
    await server.start();
    await server.createCollection(data.dimension);
    await server.upload(data, 0);
    await server.untilIndexed(data.rows);
    await server.stop();
    await server.start({ core: SERVER_CORE });
    pinSelf(CLIENT_CORE);
    console.log(`Query k=${K}, ${bench.connections} connections, the whole server on one core`);
    const sweeps: Sweep[] = [];
    for (const ef of efs) sweeps.push(await sweep(bench, server, baseline, data, ef));
    reportAtRecall(bench.rounds, sweeps);
  } finally {
    baseline.close();
    await server.discard();
  }
}

async function sweep(
  bench: Bench,
  server: BenchServer,
  baseline: Baseline,
  data: BenchData,
  ef: number,
): Promise<Sweep> {
  const query = queryRequests(bench.folder, { collection: COLLECTION, data, ef });
  const own = await recallOf(bench, server, query, data);
  const other = await measureRecall({ port: server.port, data, ef });
  const bodies = distinctSearches(data, ef);
  const measured = await inTurn(bench.rounds, {
    grpc: () => measureCalls(bench, grpcOf(server), query),
    rest: () =>
      measureRest(
        server.running,
        bench.connections,
        forMs(() => bodies.next(), bench.seconds * 1000),
      ),
    engine: () => baseline.search(data.rows, data.dimension, ef, bench.seconds * 1000),
  });
  const { grpc, rest } = measured;
  console.log(`  ef ${ef}, recall@${K} ${own.toFixed(4)} over gRPC, ${other.toFixed(4)} over REST`);
  console.log(`    gRPC: ${shownRates(grpc)}; REST: ${shownRates(rest)}`);
  console.log(`    gRPC to REST ${shownRatio(grpc, rest, OF_REST_MIN)}`);
  return { ef, recall: own, ...measured };
}

async function recallOf(
  { program, folder }: Bench,
  server: BenchServer,
  query: GrpcRequests,
  data: BenchData,
): Promise<number> {
  const answers = folder.path('query.answers');
  await program.collect(grpcOf(server), query, answers);
  const found = new Uint32Array(query.count * K);
  for (const [index, answer] of readAnswers(answers).entries()) {
    const ids = QueryResponse.decode(answer).result.map(({ id }) => id?.pointIdOptions);
    found.set(
      ids.map((id) => (id?.$case === 'num' ? Number(id.value) : Number.NaN)),
      index * K,
    );
  }
  return recall(found, data.truth, K);
}

function reportAtRecall(rounds: number, sweeps: readonly Sweep[]): void {
  const at = (round: number, side: 'grpc' | 'rest'): number =>
    atRecall(
      sweeps.map(({ ef, recall, [side]: rates }) => ({ ef, recall, perSecond: rates[round]?.perSecond ?? Number.NaN })),
      WANTED_RECALL,
    );
  const engineAt = (round: number): number =>
    atRecall(
      sweeps.flatMap(({ engine }) => engine[round] ?? []),
      WANTED_RECALL,
    );
  const each = Array.from({ length: rounds }, (_, round) => round);
  const middle = (of: (round: number) => number): number => median(each.map(of));
  const shown = (of: (round: number) => number): string => Math.round(middle(of)).toLocaleString('en');
  const [grpc, rest] = (['grpc', 'rest'] as const).map((side) => (round: number) => at(round, side));
  if (grpc === undefined || rest === undefined) return;
  console.log(
    `  at recall ${WANTED_RECALL}: gRPC ${shown(grpc)}/s, REST ${shown(rest)}/s, hnswlib-node ${shown(engineAt)}/s`,
  );
  console.log(
    `    gRPC to REST ${judged(
      middle((round) => grpc(round) / rest(round)),
      OF_REST_MIN,
    )}`,
  );
  const ofEngine = middle((round) => grpc(round) / engineAt(round));
  const ofQdrant = judged(ofEngine / QDRANT_SHARE, OF_QDRANT_MIN);
  console.log(`    gRPC to hnswlib-node ${ofEngine.toFixed(2)}, to Qdrant's ${QDRANT_SHARE} of it ${ofQdrant}`);
}
