/**
 * Quantised vectors whose originals are on disk, over REST: resident memory, and searches a second at recall@10 0.95
 * with rescore against the same server unquantised, whose vectors are in memory, in one run.
 * `npm run bench:memory -- [--rows 100000] [--dims 768] [--rounds 3] [--seconds 1.5] [--kinds scalar,binary,turbo,product]`
 * A server for each kind. Upload and memory: both cores; searches: servers on core 0, generator on core 1, in turn.
 */
import { parseArgs } from 'node:util';
import { cachedData } from '../engine/cached-data.ts';
import { median } from '../server/at-recall.ts';
import { MEBIBYTE, pinSelf, type BenchServer } from '../server/bench-server.ts';
import type { SearchWords } from '../server/bodies.ts';
import { describe } from '../server/describe.ts';
import { loadOptions } from '../server/load-options.ts';
import { measureRate, measureRecall } from '../server/measure-search.ts';
import { processorMs } from '../server/processor-time.ts';
import { loadServer, residentEmpty, restart, restartOnCore } from './loaded-server.ts';

const { values } = parseArgs({
  options: {
    ...loadOptions({ rows: '100000', rounds: '3', seconds: '1.5' }),
    kinds: { type: 'string', default: 'scalar,binary,turbo,product' },
  },
});

interface Kind {
  readonly name: string;
  /** undefined: not quantised, vectors in memory. */
  readonly quantization: object | undefined;
  /** Of the vectors' own size, above an empty server. */
  readonly memoryAtMost: number;
  /** Of the unquantised rate. */
  readonly rateAtLeast: number;
  readonly recallAtLeast?: number;
}

const UNQUANTISED: Kind = { name: 'unquantised', quantization: undefined, memoryAtMost: 1.3, rateAtLeast: 1 };
const KINDS: readonly Kind[] = [
  { name: 'scalar', quantization: { scalar: { type: 'int8' } }, memoryAtMost: 0.45, rateAtLeast: 0.9 },
  { name: 'binary', quantization: { binary: {} }, memoryAtMost: 0.2, rateAtLeast: 0.8 },
  { name: 'turbo', quantization: { turbo: { bits: 'bits4' } }, memoryAtMost: 0.3, rateAtLeast: 0.8 },
  {
    name: 'product',
    quantization: { product: { compression: 'x16' } },
    memoryAtMost: 0.25,
    rateAtLeast: 0,
    recallAtLeast: 0.9,
  },
];
const SERVER_CORE = 0;
const CLIENT_CORE = 1;
const WANTED_RECALL = 0.95;
const RECALL_EF = 128;
const EFS = [10, 12, 16, 20, 24, 32, 40, 48, 64, 96, 128, 192];
/** undefined: as many candidates as are likely to matter. */
const OVERSAMPLINGS = [undefined, 1.5, 2, 2.5, 3, 4, 6, 8];
const PILOT_MS = 800;
/** What is better than it was wanted by more than this is no measurement at the wanted recall, if there is another. */
const RECALL_EXCESS = 0.02;

/** A way of searching, with the recall that it has. */
interface Setting {
  readonly ef: number;
  readonly oversampling: number | undefined;
  readonly recall: number;
}

/** The settings on both sides of the wanted recall; the same one twice where the least beam is better already. */
type Bracket = readonly [low: Setting, high: Setting];

interface Rate {
  readonly perSecond: number;
  /** Of the server, for each search: less shaken by whatever else runs on the machine. */
  readonly processorUs: number;
}

interface UnderTest {
  readonly kind: Kind;
  readonly server: BenchServer;
}

const durationMs = Number(values.seconds) * 1000;
const connections = Number(values.connections);
const data = cachedData(Number(values.rows), Number(values.dims));
const vectorBytes = data.base.byteLength;
const wantedKinds = new Set(values.kinds.split(','));
const kinds = [UNQUANTISED, ...KINDS.filter(({ name }) => wantedKinds.has(name))];
console.log(describe(data));
const under: UnderTest[] = [];
try {
  await measureMemory(await residentEmpty());
  pinSelf(CLIENT_CORE);
  for (const { server } of under) await restartOnCore(server, SERVER_CORE);
  await measureSearches();
} finally {
  for (const { server } of under) await server.discard();
}

async function measureMemory(emptyBytes: number): Promise<void> {
  console.log(`an empty server takes ${Math.round(emptyBytes / MEBIBYTE)} MiB`);
  const share = (bytes: number): string => ((bytes - emptyBytes) / vectorBytes).toFixed(3);
  for (const kind of kinds) {
    const { name, quantization, memoryAtMost } = kind;
    const vectors = { size: data.dimension, distance: 'Cosine', on_disk: quantization !== undefined };
    const { server, uploadSeconds, afterUpload } = await loadServer(
      quantization === undefined ? { vectors } : { vectors, quantization_config: quantization },
      data,
    );
    under.push({ kind, server });
    const { resident, startSeconds } = await restart(server);
    console.log(
      `${name}: memory ${share(afterUpload)} of the vectors' own after upload, ${share(resident)} after a restart ` +
        `(at most ${memoryAtMost}); green after ${uploadSeconds.toFixed(1)} s, starts in ${startSeconds.toFixed(2)} s`,
    );
    await server.stop();
  }
}

async function measureSearches(): Promise<void> {
  const brackets: Bracket[] = [];
  for (const one of under) {
    if (one.kind !== UNQUANTISED) await reportRecall(one);
    brackets.push(await chooseBracket(one));
  }
  const rounds: Rate[][] = [];
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const rates: Rate[] = [];
    for (const [index, one] of under.entries()) rates.push(await rateAt(one, brackets[index] as Bracket, durationMs));
    rounds.push(rates);
  }
  under.forEach(({ kind }, index) => {
    const [low, high] = brackets[index] as Bracket;
    const own = rounds.map((rates) => rates[index] as Rate);
    const ratios = rounds.map(([first], round) => (own[round] as Rate).perSecond / (first as Rate).perSecond);
    console.log(
      `${kind.name}: ${Math.round(median(own.map(({ perSecond }) => perSecond)))}/s at recall ${WANTED_RECALL} ` +
        `(${shown(low)}, ${shown(high)}), ratio ${median(ratios).toFixed(2)} ` +
        `(rounds ${ratios.map((ratio) => ratio.toFixed(2)).join(', ')}; at least ${kind.rateAtLeast}), ` +
        `${Math.round(median(own.map(({ processorUs }) => processorUs)))} µs of processor time each`,
    );
  });
}

async function reportRecall({ kind, server }: UnderTest): Promise<void> {
  const recall = (quantization: object): Promise<number> =>
    measureRecall({ port: server.port, data, ef: RECALL_EF, quantization });
  const plain = await recall({ rescore: false });
  const again = await recall({ rescore: true });
  const twice = await recall({ rescore: true, oversampling: 2 });
  const four = await recall({ rescore: true, oversampling: 4 });
  const floor = kind.recallAtLeast === undefined ? '' : ` (at least ${kind.recallAtLeast} with rescore)`;
  console.log(
    `${kind.name}: recall at ef ${RECALL_EF} ${plain.toFixed(3)} without rescore, ${again.toFixed(3)} with, ` +
      `${twice.toFixed(3)} and ${four.toFixed(3)} oversampled 2 and 4 times${floor}`,
  );
}

/** Of all oversamplings that reach the wanted recall the cheapest, by a short look at each. */
async function chooseBracket(one: UnderTest): Promise<Bracket> {
  let best: { readonly bracket: Bracket; readonly processorUs: number } | undefined;
  for (const oversampling of one.kind === UNQUANTISED ? [undefined] : OVERSAMPLINGS) {
    const bracket = await bracketOf(one, oversampling);
    if (bracket === undefined) continue;
    if (best !== undefined && bracket[0].recall > WANTED_RECALL + RECALL_EXCESS) break;
    await rateAt(one, bracket, PILOT_MS); // warms up what this way needs
    const { processorUs } = await rateAt(one, bracket, PILOT_MS);
    console.log(`  ${one.kind.name}: ${shown(bracket[0])}, ${shown(bracket[1])}: about ${Math.round(processorUs)} µs`);
    if (best === undefined || processorUs < best.processorUs) best = { bracket, processorUs };
    // More than enough already: what scores still more rows again costs more.
    if (oversampling !== undefined && bracket[0] === bracket[1]) break;
  }
  if (best === undefined) throw new Error(`${one.kind.name} does not reach recall ${WANTED_RECALL}`);
  return best.bracket;
}

async function bracketOf({ kind, server }: UnderTest, oversampling: number | undefined): Promise<Bracket | undefined> {
  let low: Setting | undefined;
  for (const ef of EFS) {
    if (ef < 10 * (oversampling ?? 1)) continue;
    const recall = await measureRecall({ port: server.port, data, ...words(kind, { ef, oversampling }) });
    const high = { ef, oversampling, recall };
    if (recall >= WANTED_RECALL) return [low ?? high, high];
    low = high;
  }
  return undefined;
}

/** At exactly the wanted recall, interpolated. */
async function rateAt(one: UnderTest, [low, high]: Bracket, ms: number): Promise<Rate> {
  const below = await rateOf(one, low, ms);
  if (low === high) return below;
  const above = await rateOf(one, high, ms);
  const share = (WANTED_RECALL - low.recall) / (high.recall - low.recall);
  return {
    perSecond: below.perSecond + share * (above.perSecond - below.perSecond),
    processorUs: below.processorUs + share * (above.processorUs - below.processorUs),
  };
}

async function rateOf({ kind, server }: UnderTest, setting: Setting, ms: number): Promise<Rate> {
  const { pid } = server.running;
  const before = processorMs(pid);
  const started = performance.now();
  const options = { port: server.port, data, connections, durationMs: ms, ...words(kind, setting) };
  const perSecond = await measureRate(options);
  const seconds = (performance.now() - started) / 1000;
  return { perSecond, processorUs: ((processorMs(pid) - before) * 1000) / (perSecond * seconds) };
}

function words(kind: Kind, { ef, oversampling }: Omit<Setting, 'recall'>): SearchWords {
  if (kind === UNQUANTISED) return { ef };
  return { ef, quantization: { rescore: true, ...(oversampling === undefined ? {} : { oversampling }) } };
}

function shown({ ef, oversampling, recall }: Setting): string {
  return `ef ${ef}${oversampling === undefined ? '' : ` x ${oversampling}`} @ ${recall.toFixed(3)}`;
}
