import { HealthCheckReply } from '../../../generated/qdrant.js';
import { BenchServer, pin, pinSelf } from '../server/bench-server.ts';
import { grpcOf } from './grpc-server.ts';
import { healthRequests, LARGE_BYTES, largeHealthRequests } from './health-requests.ts';
import { IdleProcess } from './idle-process.ts';
import { readAnswers } from './message-file.ts';
import { CLIENT_CORE, inTurn, measureCalls, SERVER_CORE, shownRates, shownRatio, type Bench } from './part.ts';

const STREAMS_MANY = 16;

/** Calls that do nothing, over our server and over grpc-js's, with little and with as many bytes as a Query. */
export async function healthChecks(bench: Bench): Promise<void> {
  const server = new BenchServer();
  await server.start({ core: SERVER_CORE });
  const empty = healthRequests(bench.folder);
  const large = largeHealthRequests(bench.folder);
  const answers = bench.folder.path('health.answers');
  await bench.program.collect(grpcOf(server), empty, answers);
  const [reply = Buffer.alloc(0)] = readAnswers(answers);
  const { title, version } = HealthCheckReply.decode(reply);
  const peer = await IdleProcess.start('idle-grpc-js.ts', [String(reply.length)]);
  try {
    pin(peer.pid, SERVER_CORE);
    pinSelf(CLIENT_CORE);
    console.log(`HealthCheck ("${title}", ${version}), ${bench.connections} connections`);
    for (const { name, requests, streams } of [
      { name: 'one call at a time on each', requests: empty, streams: 1 },
      { name: `${STREAMS_MANY} calls at a time on each`, requests: empty, streams: STREAMS_MANY },
      { name: `one at a time, ${LARGE_BYTES} bytes`, requests: large, streams: 1 },
    ]) {
      const { ours, theirs } = await inTurn(bench.rounds, {
        ours: () => measureCalls(bench, grpcOf(server), requests, streams),
        theirs: () => measureCalls(bench, peer, requests, streams),
      });
      console.log(`  ${name}: ${shownRates(ours)}`);
      console.log(`    grpc-js, as many bytes: ${shownRates(theirs)}; ratio ${shownRatio(ours, theirs, undefined)}`);
    }
  } finally {
    peer.stop();
    await server.discard();
  }
}
