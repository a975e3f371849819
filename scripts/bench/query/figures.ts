/**
 * Query API over REST: every kind of query as a share of what it is made of, in the same run.
 * `npm run bench:queries -- [--rows 100000] [--rounds 5] [--seconds 1] [--only NAME,…] [--leaf-cache-bytes N]`
 * The whole server is pinned to core 0, the generator to core 1. Measurements take turns, shares are medians of the
 * rounds' own. No request is sent twice, so that nothing is answered by what the server keeps of earlier ones.
 */
import { parseArgs } from 'node:util';
import { forMs } from '../server/against-idle.ts';
import { median } from '../server/at-recall.ts';
import { BenchServer, pinSelf } from '../server/bench-server.ts';
import { describe } from '../server/describe.ts';
import { isWanted, loadOptions } from '../server/load-options.ts';
import { measureLoad, medianRate, shownRate, type Rate } from '../server/rates.ts';
import { recallAgainstExact } from './exact-recall.ts';
import { leafCacheOf } from './leaf-cache.ts';
import { libraryPoints, loadLibrary } from './library-points.ts';
import { queryBodies } from './query-bodies.ts';
import { queryCases, servedCases } from './query-cases.ts';

const { values } = parseArgs({
  options: {
    ...loadOptions({ rows: '100000', rounds: '5', seconds: '1' }),
    only: { type: 'string', default: '' },
    'leaf-cache-bytes': { type: 'string' },
  },
});
const SERVER_CORE = 0;
const CLIENT_CORE = 1;
const WARM_UP_MS = 2000;
const MATRIX = 'matrix 1000 x 10';
const MATRIX_SECONDS_MAX = 0.5;

/** The rate of `name` has to be at least `floor` of the rate of `of`, whose requests are worth a `times`th of its own. */
interface Figure {
  readonly name: string;
  /** The same as `name`: for the time it takes. */
  readonly of: string;
  readonly times: number;
  /** undefined = for information. */
  readonly floor: number | undefined;
  readonly connections: number;
}

const many = Number(values.connections);
const FIGURES: readonly Figure[] = [
  { name: 'nearest, limit 100', of: 'nearest', times: 1, floor: undefined, connections: many },
  { name: 'hybrid', of: 'nearest, limit 100', times: 1, floor: 0.4, connections: many },
  // One by one: each is asked when the one before is answered.
  { name: 'batch of 100', of: 'nearest', times: 100, floor: 2, connections: 1 },
  { name: 'batch of 100', of: 'nearest', times: 100, floor: undefined, connections: many },
  { name: 'recommend', of: 'nearest', times: 1, floor: 0.25, connections: many },
  { name: 'discover', of: 'nearest', times: 1, floor: 0.25, connections: many },
  { name: 'mmr of 100', of: 'nearest', times: 1, floor: 0.25, connections: many },
  { name: 'groups 10 x 3', of: 'nearest', times: 1, floor: 0.3, connections: many },
  { name: 'formula over 100', of: 'nearest, limit 100', times: 1, floor: undefined, connections: many },
  { name: 'explain hybrid', of: 'hybrid', times: 1, floor: undefined, connections: many },
  { name: MATRIX, of: MATRIX, times: 1, floor: undefined, connections: 1 },
];

const durationMs = Number(values.seconds) * 1000;
const points = libraryPoints(Number(values.rows), Number(values.dims));
console.log(describe(points.dense));
const bodies = queryBodies(points);
const make = queryCases(bodies);
const server = new BenchServer();
try {
  const { environment, shown } = leafCacheOf(values['leaf-cache-bytes']);
  await server.start({ environment });
  await loadLibrary(server, points);
  await server.stop();
  await server.start({ core: SERVER_CORE, environment });
  pinSelf(CLIENT_CORE);
  console.log(`server on one core; ${shown}, no request twice`);
  const wanted = FIGURES.filter(({ name }) => isWanted(name, values.only));
  const names = new Set(wanted.flatMap(({ name, of }) => [name, of]));
  const cases = await servedCases(
    server,
    [...names].flatMap((name) => make[name]?.() ?? []),
  );
  const served = new Map(cases.map(({ name, requests }) => [name, () => requests.next()]));
  const figures = wanted.filter(({ name, of }) => served.has(name) && served.has(of));
  report(figures, await measure(figures, served));
  for (const kind of ['recommend', 'discover'] as const) {
    if (served.has(kind)) console.log(await recallAgainstExact(server, bodies, kind));
  }
} finally {
  await server.discard();
}

/** Rates by `keyOf`, round by round. */
async function measure(
  figures: readonly Figure[],
  served: ReadonlyMap<string, () => Uint8Array>,
): Promise<ReadonlyMap<string, readonly Rate[]>> {
  const rates = new Map<string, Rate[]>();
  const sides = new Map(
    figures.flatMap(({ name, of, connections }) =>
      [name, of].map((each) => [keyOf(each, connections), { name: each, connections }] as const),
    ),
  );
  const rate = ({ name, connections }: { readonly name: string; readonly connections: number }, ms: number) =>
    measureLoad(server.running, connections, forMs(served.get(name) ?? (() => Buffer.alloc(0)), ms));
  for (const side of sides.values()) await rate(side, WARM_UP_MS);
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const [key, side] of sides) {
      const known = rates.get(key) ?? [];
      known.push(await rate(side, durationMs));
      rates.set(key, known);
    }
  }
  return rates;
}

function report(figures: readonly Figure[], rates: ReadonlyMap<string, readonly Rate[]>): void {
  console.log('requests a second, medians; in brackets the processor time of the server for each, µs');
  const baseline = rates.get(keyOf('nearest', many));
  if (baseline !== undefined) console.log(`nearest: ${shownRate(medianRate(baseline))}`);
  for (const figure of figures) {
    const { name, of, floor, connections } = figure;
    const own = rates.get(keyOf(name, connections)) ?? [];
    const where = connections === many ? name : `${name}, ${connections} connection`;
    if (of === name) {
      const seconds = 1 / medianRate(own).perSecond;
      const judged = seconds < MATRIX_SECONDS_MAX ? 'reached' : 'missed';
      console.log(`${where}: ${seconds.toFixed(3)} s (under ${MATRIX_SECONDS_MAX}: ${judged})`);
      continue;
    }
    const { share, processor } = sharesOf(figure, own, rates.get(keyOf(of, connections)) ?? []);
    const judged = floor === undefined ? '' : ` (at least ${floor}: ${share >= floor ? 'reached' : 'missed'})`;
    const shares = `${share.toFixed(2)} of ${of}${judged}; by processor time ${processor.toFixed(2)}`;
    console.log(`${where}: ${shownRate(medianRate(own))}, ${shares}`);
  }
}

/** Medians of the rounds' own. What else runs on the machine weighs less on processor time. */
function sharesOf(
  { times }: Figure,
  own: readonly Rate[],
  theirs: readonly Rate[],
): { readonly share: number; readonly processor: number } {
  const each = own.map((rate, at) => {
    const { perSecond, processorUs } = theirs[at] ?? { perSecond: Number.NaN, processorUs: Number.NaN };
    return { share: (rate.perSecond * times) / perSecond, processor: (processorUs * times) / rate.processorUs };
  });
  return { share: median(each.map(({ share }) => share)), processor: median(each.map(({ processor }) => processor)) };
}

function keyOf(name: string, connections: number): string {
  return `${name} ${connections}`;
}
