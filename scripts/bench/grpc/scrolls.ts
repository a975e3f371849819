import { openLibrary } from '../filters/library.ts';
import { loadPayloads } from '../filters/payload-points.ts';
import { BenchServer, COLLECTION, pinSelf } from '../server/bench-server.ts';
import { median } from '../server/at-recall.ts';
import { grpcOf, untilQuiet } from './grpc-server.ts';
import type { GrpcLoad, GrpcRate } from './load-program.ts';
import { CLIENT_CORE, inTurn, SERVER_CORE, shownRatio, times, type Bench, type SeenRate } from './part.ts';
import { scrollMessage } from './point-messages.ts';

const SCROLL = '/qdrant.Points/Scroll';
const SCROLL_STREAM = '/vectorizer.v1.Streams/ScrollStream';
const PAGE_POINTS = 1000;
const OF_PAGES_MIN = 1.5;
/** One that uses the points does so while the server makes the next ones, or while the server waits for it. */
const CLIENTS = [
  { name: 'a client that decodes them as the official one for Go', decodes: true, floor: OF_PAGES_MIN },
  { name: 'a client that only counts them', decodes: false, floor: undefined },
];

/** All points of a collection with their payloads: by one call that streams, and page by page. */
export async function scrolls(bench: Bench, rows: number): Promise<void> {
  const server = new BenchServer();
  try {
    await server.start();
    await loadPayloads(server, rows, openLibrary(rows).payload);
    await untilQuiet(server);
    await server.stop();
    await server.start({ core: SERVER_CORE });
    pinSelf(CLIENT_CORE);
    const messages = bench.folder.write('scroll', [scrollMessage(COLLECTION, PAGE_POINTS)]);
    const requests = { messages, stampAt: undefined, count: 1 };
    const read = async (method: string, mode: GrpcLoad['mode'], decodes: boolean): Promise<GrpcRate> => {
      const load: GrpcLoad = { mode, connections: 1, streams: 1, seconds: 0, decodes };
      const rate = await bench.program.measure(grpcOf(server), { ...requests, method }, load);
      if (rate.told.points !== rows) throw new Error(`${method}: ${rate.told.points} points of ${rows}`);
      return rate;
    };
    console.log(`Scroll of ${rows} points with payload, messages of ${PAGE_POINTS}, the whole server on one core`);
    for (const { name, decodes, floor } of CLIENTS) {
      const { stream, pages } = await inTurn(bench.rounds, {
        stream: () => read(SCROLL_STREAM, 'server-stream', decodes),
        pages: () => read(SCROLL, 'pages', decodes),
      });
      console.log(`  ${name}: ScrollStream ${shownScroll(stream)}; pages ${shownScroll(pages)}`);
      console.log(`    ${shownRatio(stream.map(perPoint), pages.map(perPoint), floor)}`);
    }
  } finally {
    await server.discard();
  }
}

function perPoint({ told, perSecond, processorUs }: GrpcRate): SeenRate {
  return times({ perSecond, processorUs, busy: told.busy }, told.points / told.calls);
}

function shownScroll(rates: readonly GrpcRate[]): string {
  const seconds = median(rates.map(({ told }) => told.seconds));
  const bytes = rates[0]?.told.answerBytes ?? Number.NaN;
  const us = median(rates.map((rate) => perPoint(rate).processorUs));
  const busy = median(rates.map(({ told }) => told.busy));
  return `${seconds.toFixed(2)} s for ${(bytes / 1e6).toFixed(1)} MB, ${us.toFixed(1)} µs a point, generator ${Math.round(busy * 100)} %`;
}
