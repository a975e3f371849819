/**
 * Filtered searches over REST, against the same server's own unfiltered searches at the same recall, in one run.
 * `npm run bench:filters -- [--rows 100000] [--dims 768] [--rounds 3] [--seconds 1.5] [--queries 200] [--only NAME,…]`
 * The whole server is pinned to core 0, the generator to core 1. Every query has a filter of its own value, so that each
 * filter is met again only after all others of its kind.
 */
import { parseArgs } from 'node:util';
import { cachedData, K, type BenchData } from '../engine/cached-data.ts';
import { atRecall, median, type Measured } from '../server/at-recall.ts';
import { BenchServer, COLLECTION, pinSelf } from '../server/bench-server.ts';
import { describe } from '../server/describe.ts';
import { loadOptions } from '../server/load-options.ts';
import { measureSearch } from '../server/measure-search.ts';
import { filterCases, payloadJson, type FilterCase } from './cases.ts';

const { values } = parseArgs({
  options: {
    ...loadOptions({ rows: '100000', rounds: '3', seconds: '1.5' }),
    queries: { type: 'string', default: '200' },
    efs: { type: 'string', default: '16,24,32,48,64,96,128,192' },
    only: { type: 'string', default: '' },
  },
});
const SERVER_CORE = 0;
const CLIENT_CORE = 1;
const WANTED_RECALL = 0.98;
const durationMs = Number(values.seconds) * 1000;
const connections = Number(values.connections);
const efs = values.efs.split(',').map(Number);

const all = cachedData(Number(values.rows), Number(values.dims));
console.log(describe(all));
const data = firstQueries(all, Number(values.queries));
const cases = filterCases(data).filter(({ name }) => values.only === '' || values.only.split(',').includes(name));
const server = new BenchServer();
try {
  await load();
  const own: Measured[][] = [];
  const filtered = cases.map((): Measured[][] => []);
  for (let round = 0; round < Number(values.rounds); round += 1) {
    own.push(await sweep(undefined));
    for (const [index, one] of cases.entries()) filtered[index]?.push(await sweep(one));
  }
  report(own, filtered);
} finally {
  await server.discard();
}

async function load(): Promise<void> {
  await server.start();
  await server.createCollection(data.dimension);
  await server.upload(data, 0, payloadJson);
  for (const [field_name, field_schema] of [
    ['n', 'integer'],
    ['p', 'integer'],
    ['k10', 'keyword'],
    ['k100', 'keyword'],
    ['k1000', 'keyword'],
  ]) {
    await server.ask('PUT', `/collections/${COLLECTION}/index?wait=true`, { field_name, field_schema });
  }
  await server.untilIndexed(data.rows);
  await server.stop();
  await server.start({ core: SERVER_CORE });
  pinSelf(CLIENT_CORE);
}

function firstQueries(source: BenchData, count: number): BenchData {
  const { queries, truth, dimension } = source;
  return { ...source, queries: queries.subarray(0, count * dimension), truth: truth.subarray(0, count * K) };
}

async function sweep(one: FilterCase | undefined): Promise<Measured[]> {
  const measured: Measured[] = [];
  const searched = one === undefined ? data : { ...data, truth: one.truth };
  for (const ef of efs) {
    const options = { port: server.port, data: searched, ef, connections, durationMs };
    const last = await measureSearch(one === undefined ? options : { ...options, filter: one.filter });
    measured.push(last);
    // What is exact at once does not get better.
    if (last.recall > 0.998) break;
  }
  return measured;
}

/** Searches a second at the wanted recall, or at the smallest beam where that is better already. */
function rate(measured: readonly Measured[]): number {
  const [first] = measured;
  return first !== undefined && first.recall >= WANTED_RECALL ? first.perSecond : atRecall(measured, WANTED_RECALL);
}

function report(own: readonly Measured[][], filtered: readonly Measured[][][]): void {
  console.log(`without a filter: ${Math.round(median(own.map(rate)))}/s at recall ${WANTED_RECALL}`);
  cases.forEach(({ name, floor, qdrant }, index) => {
    const rounds = filtered[index] ?? [];
    const ratios = rounds.map((round, at) => rate(round) / rate(own[at] ?? []));
    const sweeps = (rounds[0] ?? []).map(
      ({ ef, recall, perSecond }) => `${Math.round(perSecond)} @ ${recall.toFixed(3)} (ef ${ef})`,
    );
    const against = qdrant === undefined ? '' : `, Qdrant ${qdrant}/s`;
    console.log(
      `${name}: ${Math.round(median(rounds.map(rate)))}/s${against}; ratio ${median(ratios).toFixed(2)} (floor ${floor}); first round ${sweeps.join(', ')}`,
    );
  });
}
