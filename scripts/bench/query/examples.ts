/**
 * Searches by several examples against nearest ones, on the engine's own calls, one thread:
 *   node scripts/bench/query/examples.ts [--rows 100000] [--dimension 768] [--ef 100] [--searches 200] [--rounds 3]
 *     [--share 1] [--only name]
 * Recall@10 against an exact scan of the same field (a row as good as the tenth counts); rates interleaved, medians of
 * rounds. `share`: of the rows that a filter admits, at random.
 */
import { parseArgs } from 'node:util';
import { type SearchTarget, scoreByExamples } from '../../../src/core/example-scoring.ts';
import { uniformSource } from '../data.ts';
import { cachedData } from '../engine/cached-data.ts';
import { median } from '../engine/rates.ts';
import { isWanted } from '../server/load-options.ts';
import { openExampleEngine } from './examples-engine.ts';
import type { EngineAsk } from './examples-engine.ts';
import { exampleCases } from './example-cases.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '100000' },
    dimension: { type: 'string', default: '768' },
    ef: { type: 'string', default: '100' },
    searches: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '3' },
    share: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
  },
});
const K = 10;
/** Searches of a kind that follow each other. */
const TURN = 10;
const data = cachedData(Number(values.rows), Number(values.dimension));
const engine = openExampleEngine(data);
const share = Number(values.share);
const uniform = uniformSource(5);
const words = Uint32Array.from({ length: Math.ceil(data.rows / 32) }, () => {
  let word = 0;
  for (let bit = 0; bit < 32; bit += 1) if (uniform() < share) word |= 1 << bit;
  return word >>> 0;
});
const filter = share === 1 ? undefined : engine.filter(words);
const ask: EngineAsk = { k: K, ef: Number(values.ef), exact: false, filter };
const cases = exampleCases(data, Number(values.searches)).filter(
  ({ name }) => name === 'nearest' || isWanted(name, values.only),
);

/** Milliseconds of every search: their median does not mind other work on the machine. */
const times = new Map<string, number[]>(cases.map(({ name }) => [name, []]));
for (let round = 0; round < Number(values.rounds); round += 1) {
  for (let first = 0; first < Number(values.searches); first += TURN) {
    for (const { name, targets } of cases) {
      for (const target of targets.slice(first, first + TURN)) {
        const start = performance.now();
        engine.search(target, ask);
        times.get(name)?.push(performance.now() - start);
      }
    }
  }
}
const rates = new Map([...times].map(([name, list]) => [name, 1000 / median(list)]));
const plain = rates.get('nearest') ?? Number.NaN;
for (const { name, targets } of cases) {
  const rate = rates.get(name) ?? Number.NaN;
  let distances = 0;
  for (const target of targets) distances += engine.search(target, ask).distances;
  console.log(
    name.padEnd(40),
    `${rate.toFixed(0).padStart(6)}/s`,
    `${(rate / plain).toFixed(2)} of nearest`,
    `recall ${recallOf(targets).toFixed(3)}`,
    `${(distances / targets.length).toFixed(0)} distances`,
  );
}
checkOracle();

/** Share of the answers that are as good as the tenth of an exact scan. */
function recallOf(targets: readonly SearchTarget[]): number {
  let found = 0;
  for (const target of targets) {
    const { scores } = engine.search(target, { ...ask, exact: true }).hits;
    const least = scores[K - 1] ?? Infinity;
    for (const score of engine.search(target, ask).hits.scores) found += score >= least - 1e-6 ? 1 : 0;
  }
  return found / (targets.length * K);
}

/** The exact scan of one search of each kind against plain arithmetic. */
function checkOracle(): void {
  for (const { name, targets } of cases) {
    const [target] = targets;
    if (target?.kind !== 'examples') continue;
    const wanted = Float64Array.from({ length: data.rows }, (_, row) =>
      filter?.has(row) === false ? -Infinity : scoreRow(target, row),
    );
    const best = wanted.toSorted().toReversed().subarray(0, K);
    const { scores, rows } = engine.search(target, { ...ask, exact: true }).hits;
    const off = Math.max(...Array.from(scores, (score, at) => Math.abs(score - (best[at] ?? 0))));
    const own = Math.max(...Array.from(rows, (row, at) => Math.abs((wanted[row] ?? 0) - (scores[at] ?? 0))));
    if (off > 1e-5 || own > 1e-5) console.log(`${name}: exact scores are off by ${String(off)} and ${String(own)}`);
  }
}

function scoreRow(target: Extract<SearchTarget, { kind: 'examples' }>, row: number): number {
  const { dimension, base } = data;
  const raw = target.examples.map((vector) => {
    if (vector.kind !== 'dense') return Number.NaN;
    let sum = 0;
    for (let at = 0; at < dimension; at += 1) sum += (vector.values[at] ?? 0) * (base[row * dimension + at] ?? 0);
    return Math.fround(sum);
  });
  return scoreByExamples(target.scoring, raw);
}
