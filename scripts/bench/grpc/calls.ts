import { HealthCheckReply } from '../../../generated/qdrant.js';
import { IdleDoor } from '../filters/idle-door.ts';
import { forMs } from '../server/against-idle.ts';
import { pin, pinSelf } from '../server/bench-server.ts';
import type { UnderTest } from '../server/rates.ts';
import type { BenchData } from '../engine/cached-data.ts';
import { distinctSearches } from './distinct-searches.ts';
import { GrpcBenchServer } from './grpc-server.ts';
import { IdleGrpcDoor } from './idle-door.ts';
import { IDLE_METHOD, IdleGrpcJs } from './idle-grpc-js.ts';
import type { GrpcRequests } from './load-program.ts';
import { readAnswers } from './message-file.ts';
import { CLIENT_CORE, inTurn, measureRest, perSecondOf, seen, SERVER_CORE, shownRatio, shownSeen, warmUp } from './part.ts';
import type { Bench, SeenRate } from './part.ts';
import { QUERY, queryMessages } from './point-messages.ts';
import { COLLECTION } from '../server/bench-server.ts';

const STREAMS_MANY = 16;
/** Of a Query of 768 numbers, and of its answer. */
const QUERY_BYTES = 3100;
const QUERY_ANSWER_BYTES = 300;
/** The `ef` of these queries: nothing is searched. */
const EF = 64;

/** Calls that do nothing over ours and over grpc-js's server, with little and with as many bytes as a Query. */
export async function healthChecks(bench: Bench): Promise<void> {
  const server = new GrpcBenchServer();
  await server.start({ core: SERVER_CORE });
  const requests = healthRequests(bench);
  const answers = bench.folder.path('health.answers');
  await bench.program.collect(server.grpc, requests.empty, answers);
  const [reply = Buffer.alloc(0)] = readAnswers(answers);
  const { title, version } = HealthCheckReply.decode(reply);
  console.log(`HealthCheck (${title}, ${version}), ${reply.length} bytes; the same bytes by grpc-js's server`);
  const peer = await IdleGrpcJs.start(reply.length);
  try {
    for (const under of [server.grpc, peer]) pin(under.pid, SERVER_CORE);
    pinSelf(CLIENT_CORE);
    for (const [name, one, streams] of [
      ['empty', requests.empty, 1],
      [`empty, ${STREAMS_MANY} calls at a time on each`, requests.empty, STREAMS_MANY],
      [`${QUERY_BYTES} bytes in`, requests.large, 1],
    ] as const) {
      const ask = (under: UnderTest, streams: number) => (): Promise<SeenRate> => callRate(bench, under, one, streams);
      const sides = { ours: ask(server.grpc, streams), theirs: ask(peer, streams) };
      await warmUp([sides.ours, sides.theirs]);
      const { ours, theirs } = await inTurn(bench.rounds, sides);
      console.log(`  ${name}: ours ${shownSeen(ours)}; grpc-js ${shownSeen(theirs)}`);
      console.log(`    ratio ${shownRatio(perSecondOf(ours), perSecondOf(theirs), undefined)}`);
    }
  } finally {
    peer.stop();
    await server.discard();
  }
}

/**
 * A Query of 768 numbers over both doors with nothing to search behind them, and over grpc-js's server, which decodes
 * nothing either: the doors' ceilings, and whether a generator stands in the way.
 */
export async function idleDoors(bench: Bench, data: BenchData): Promise<void> {
  const grpc = await IdleGrpcDoor.start();
  const rest = await IdleDoor.start('{}');
  const peer = await IdleGrpcJs.start(QUERY_ANSWER_BYTES);
  try {
    for (const { pid } of [grpc, rest, peer]) pin(pid, SERVER_CORE);
    pinSelf(CLIENT_CORE);
    const { queries, dimension } = data;
    const { messages, stampAt } = queryMessages({ collection: COLLECTION, queries, dimension, ef: EF });
    const file = bench.folder.write('idle-queries', messages);
    const query: GrpcRequests = { method: QUERY, messages: file, stampAt, count: messages.length };
    const bodies = distinctSearches(data, EF);
    const restMs = (seconds: number) => measureRest(rest, bench.connections, forMs(() => bodies.next(), seconds * 1000));
    const sides = {
      grpc: () => callRate(bench, grpc, query, 1),
      rest: () => restMs(bench.seconds),
      peer: () => callRate(bench, peer, healthRequests(bench).large, 1),
    };
    await warmUp([sides.grpc, restMs, sides.peer]);
    const rates = await inTurn(bench.rounds, sides);
    console.log('Query of 768 numbers, answered at once:');
    console.log(`  gRPC ${shownSeen(rates.grpc)}`);
    console.log(`  REST ${shownSeen(rates.rest)}`);
    console.log(`  grpc-js, nothing decoded ${shownSeen(rates.peer)}`);
    console.log(`  gRPC / REST ${shownRatio(perSecondOf(rates.grpc), perSecondOf(rates.rest), undefined)}`);
    console.log(`  gRPC / grpc-js ${shownRatio(perSecondOf(rates.grpc), perSecondOf(rates.peer), undefined)}`);
  } finally {
    for (const door of [grpc, rest, peer]) door.stop();
  }
}
