/**
 * REST searches a second at recall 0.98 against hnswlib-node's engine, in the same hour on the same data.
 * `npm run bench:search -- [--rows 100000] [--dims 768] [--rounds 3] [--seconds 2] [--connections 8]`
 * The whole server is pinned to core 0, the generator to core 1; hnswlib-node runs one thread on core 0 in turn.
 */
import { parseArgs } from 'node:util';
import { atRecall, median, type Measured } from './at-recall.ts';
import { Baseline } from './baseline.ts';
import { BenchServer, pinSelf } from './bench-server.ts';
import { cachedData, type BenchData } from '../engine/cached-data.ts';
import { describe } from './describe.ts';
import { loadOptions } from './load-options.ts';
import { measureSearch } from './measure-search.ts';

const { values } = parseArgs({
  options: {
    ...loadOptions({ rows: '100000', rounds: '3', seconds: '2' }),
    efs: { type: 'string', default: '16,24,32,48,64,96,128' },
  },
});
const SERVER_CORE = 0;
const CLIENT_CORE = 1;
const WANTED_RECALL = 0.98;
const durationMs = Number(values.seconds) * 1000;
const connections = Number(values.connections);
const efs = values.efs.split(',').map(Number);

const data = cachedData(Number(values.rows), Number(values.dims));
console.log(describe(data));
const server = new BenchServer();
const baseline = new Baseline(SERVER_CORE);
try {
  await load(server, data);
  await measureSearch({ port: server.port, data, ef: 64, connections, durationMs }); // warms the code up
  const ours: Measured[][] = [];
  const theirs: Measured[][] = [];
  for (let round = 0; round < Number(values.rounds); round += 1) {
    ours.push(await sweep((ef) => measureSearch({ port: server.port, data, ef, connections, durationMs })));
    theirs.push(await sweep((ef) => baseline.search(data.rows, data.dimension, ef, durationMs)));
  }
  report(ours, theirs);
} finally {
  baseline.close();
  await server.discard();
}

/** Uploads with both cores, then starts the server again on its own core: a restart does not rebuild the graph. */
async function load(target: BenchServer, { rows, dimension }: BenchData): Promise<void> {
  await target.start();
  await target.createCollection(dimension);
  await target.upload(data, 0);
  await target.untilIndexed(rows);
  await target.stop();
  await target.start({ core: SERVER_CORE });
  pinSelf(CLIENT_CORE);
}

async function sweep(one: (ef: number) => Promise<Measured>): Promise<Measured[]> {
  const measurements: Measured[] = [];
  for (const ef of efs) measurements.push(await one(ef));
  return measurements;
}

function report(ours: readonly Measured[][], theirs: readonly Measured[][]): void {
  for (const [name, rounds] of [
    ['vectorizer, REST', ours],
    ['hnswlib-node engine', theirs],
  ] as const) {
    const line = efs.map((ef, at) => {
      const each = rounds.map((round) => round[at]?.perSecond ?? Number.NaN);
      return `${Math.round(median(each))} @ ${(rounds[0]?.[at]?.recall ?? Number.NaN).toFixed(3)} (ef ${ef})`;
    });
    console.log(`${name}: ${line.join(', ')}`);
  }
  const ratios = ours.map(
    (round, index) => atRecall(round, WANTED_RECALL) / atRecall(theirs[index] ?? [], WANTED_RECALL),
  );
  const server = median(ours.map((round) => atRecall(round, WANTED_RECALL)));
  const engine = median(theirs.map((round) => atRecall(round, WANTED_RECALL)));
  console.log(`at recall ${WANTED_RECALL}: ${Math.round(server)}/s over REST, ${Math.round(engine)}/s hnswlib-node`);
  console.log(
    `ratio ${median(ratios).toFixed(2)} (rounds: ${ratios.map((ratio) => ratio.toFixed(2)).join(', ')}; floor 1.4, Qdrant 0.49)`,
  );
}
