/**
 * Requests with and around filters over REST, against Qdrant's rates and the door's own.
 * `npm run bench:requests -- [--rows 50000] [--dims 768] [--rounds 3] [--seconds 1] [--only NAME,…]`
 * Both cores are shared by server and generator; requests are made beforehand, 8 connections. Each round asks the server
 * and an idle door (the same requests, answered at once with as many bytes) in turn.
 */
import { parseArgs } from 'node:util';
import { cachedData } from '../engine/cached-data.ts';
import { median } from '../server/at-recall.ts';
import { BenchServer, COLLECTION } from '../server/bench-server.ts';
import { processorMs } from '../server/processor-time.ts';
import { forDuration, once, runLoad } from '../server/load.ts';
import { IdleDoor } from './idle-door.ts';
import { INDEXES, openLibrary } from './library.ts';
import { requestCases, type RequestCase } from './request-cases.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '50000' },
    dims: { type: 'string', default: '768' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '1' },
    connections: { type: 'string', default: '8' },
    only: { type: 'string', default: '' },
  },
});
/** Of Qdrant's rate, or the share of the idle door's that counts as having reached it. */
const WANTED_RATIO = 3;
const WANTED_SHARE = 0.9;
const WARM_UP_MS = 300;

interface UnderTest {
  readonly port: number;
  readonly pid: number;
}

interface Rate {
  readonly perSecond: number;
  readonly processorUs: number;
}

const rows = Number(values.rows);
const connections = Number(values.connections);

const all = cachedData(100_000, Number(values.dims));
const { dimension, queries } = all;
const data = { ...all, rows, base: all.base.subarray(0, rows * dimension) };
const library = openLibrary(rows);
const cases = requestCases({ rows, queries, dimension, library }).filter(
  ({ name }) => values.only === '' || values.only.split(',').some((part) => name.includes(part)),
);
const sample = library.payload(17);
const server = new BenchServer();
const door = await IdleDoor.start(sample);
try {
  await load();
  const own = cases.map((): Rate[] => []);
  const idle = cases.map((): Rate[] => []);
  for (const [under, one] of [server.running, door].flatMap((under) => cases.map((each) => [under, each] as const))) {
    await rate(under, one, WARM_UP_MS);
  }
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const [index, one] of cases.entries()) {
      own[index]?.push(await rate(server.running, one, Number(values.seconds) * 1000));
      idle[index]?.push(await rate(door, one, Number(values.seconds) * 500));
    }
  }
  report(own, idle);
} finally {
  door.stop();
  await server.discard();
}

async function load(): Promise<void> {
  await server.start();
  await server.createCollection(dimension);
  for (const [field_name, field_schema] of INDEXES) {
    await server.ask('PUT', `/collections/${COLLECTION}/index?wait=true`, { field_name, field_schema });
  }
  await server.upload(data, 0, library.payload);
  await server.untilIndexed(rows);
  const bytes = Array.from({ length: 1000 }, (_, row) => Buffer.byteLength(library.payload(row)));
  console.log(
    `${rows} x ${dimension}, payloads of ${Math.round(median(bytes))} bytes, ${INDEXES.length} payload indexes`,
  );
}

async function rate(under: UnderTest, { requests }: RequestCase, durationMs: number): Promise<Rate> {
  // What the server keeps for a while may be gone since the last round.
  await runLoad({ port: under.port, connections, next: once(requests.slice(-connections)) });
  const before = processorMs(under.pid);
  const result = await runLoad({ port: under.port, connections, next: forDuration(requests, durationMs) });
  const usedMs = processorMs(under.pid) - before;
  return { perSecond: (result.requests * 1000) / result.elapsedMs, processorUs: (usedMs * 1000) / result.requests };
}

function report(own: readonly Rate[][], idle: readonly Rate[][]): void {
  console.log('requests a second, medians; in brackets the processor time of the server for each, µs');
  console.log(`${''.padEnd(30)}             ours  Qdrant  ratio          idle door  share`);
  cases.forEach(({ name, qdrant }, index) => {
    const ours = medianRate(own[index] ?? []);
    const ceiling = medianRate(idle[index] ?? []);
    const ratio = qdrant === undefined ? Number.NaN : ours.perSecond / qdrant;
    const share = ours.perSecond / ceiling.perSecond;
    const isReached = ratio >= WANTED_RATIO || share >= WANTED_SHARE;
    const cells = [
      name.padEnd(30),
      shown(ours).padStart(16),
      (qdrant ?? '').toString().padStart(7),
      (qdrant === undefined ? '' : ratio.toFixed(1)).padStart(6),
      shown(ceiling).padStart(18),
      share.toFixed(2).padStart(6),
      qdrant === undefined ? '' : isReached ? 'reached' : 'missed',
    ];
    console.log(cells.join(' '));
  });
}

function medianRate(rates: readonly Rate[]): Rate {
  return {
    perSecond: median(rates.map(({ perSecond }) => perSecond)),
    processorUs: median(rates.map(({ processorUs }) => processorUs)),
  };
}

function shown({ perSecond, processorUs }: Rate): string {
  return `${Math.round(perSecond)} (${Math.round(processorUs)})`;
}
