import type { BenchData } from '../engine/cached-data.ts';
import { IdleDoor } from '../filters/idle-door.ts';
import { forMs } from '../server/against-idle.ts';
import { COLLECTION, pin, pinSelf } from '../server/bench-server.ts';
import { distinctSearches } from './distinct-searches.ts';
import { largeHealthRequests } from './health-requests.ts';
import { IdleProcess } from './idle-process.ts';
import {
  CLIENT_CORE,
  inTurn,
  measureCalls,
  measureRest,
  SERVER_CORE,
  shownRates,
  shownRatio,
  type Bench,
} from './part.ts';
import { queryRequests } from './point-messages.ts';

/** Of a Query that found ten points. */
const ANSWER_BYTES = 300;
/** Nothing is searched. */
const EF = 64;

/**
 * A Query over both doors with nothing to search behind them, and over grpc-js's server, which decodes nothing: the
 * ceilings of the doors, and whether a generator stands in the way.
 */
export async function idleDoors(bench: Bench, data: BenchData): Promise<void> {
  const grpc = await IdleProcess.start('idle-door.ts', []);
  const rest = await IdleDoor.start('{}');
  const peer = await IdleProcess.start('idle-grpc-js.ts', [String(ANSWER_BYTES)]);
  try {
    for (const { pid } of [grpc, rest, peer]) pin(pid, SERVER_CORE);
    pinSelf(CLIENT_CORE);
    const query = queryRequests(bench.folder, { collection: COLLECTION, data, ef: EF });
    const large = largeHealthRequests(bench.folder);
    const bodies = distinctSearches(data, EF);
    const rates = await inTurn(bench.rounds, {
      grpc: () => measureCalls(bench, grpc, query),
      rest: () =>
        measureRest(
          rest,
          bench.connections,
          forMs(() => bodies.next(), bench.seconds * 1000),
        ),
      peer: () => measureCalls(bench, peer, large),
    });
    console.log(`Query of ${data.dimension} numbers, answered at once, ${bench.connections} connections`);
    console.log(`  gRPC: ${shownRates(rates.grpc)}`);
    console.log(`  REST: ${shownRates(rates.rest)}; gRPC to it ${shownRatio(rates.grpc, rates.rest, undefined)}`);
    console.log(
      `  grpc-js, as many bytes, not decoded: ${shownRates(rates.peer)}; gRPC to it ${shownRatio(rates.grpc, rates.peer, undefined)}`,
    );
  } finally {
    for (const door of [grpc, rest, peer]) door.stop();
  }
}
