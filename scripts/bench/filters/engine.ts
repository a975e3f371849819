/**
 * Searches under filters by the engine's own WASM calls on one thread:
 *   node scripts/bench/filters/engine.ts [--rows 100000] [--dim 768] [--rounds 5] [--queries 300]
 * For each filter: rate at recall@10 0.98 against the unfiltered rate at the same recall (rounds interleaved, median of the
 * rounds' ratios), and recall, time and work at ef 100. Truth is the engine's exact scan, which its tests hold to an oracle.
 */
import { parseArgs } from 'node:util';
import { NO_ROW } from '../../../src/kernels/layout.ts';
import { recall } from '../data.ts';
import { K, cachedData } from '../engine/cached-data.ts';
import { median, rateAt } from '../engine/rates.ts';
import type { Measurement } from '../engine/rates.ts';
import { isWanted } from '../server/load-options.ts';
import { correlatedKinds, uniformKind } from './filter-kinds.ts';
import type { FilterKind } from './filter-kinds.ts';
import { openFilteredEngine } from './filtered-engine.ts';
import type { FilteredEngine, FilteredRun } from './filtered-engine.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '100000' },
    dim: { type: 'string', default: '768' },
    rounds: { type: 'string', default: '5' },
    queries: { type: 'string', default: '300' },
    only: { type: 'string', default: '' },
  },
});
const WIDTHS = [12, 16, 24, 32, 48, 64, 100, 150];
/** Qdrant's default, and ours. */
const WIDTH_DEFAULT = 100;
const RECALL = 0.98;
/** Filters of a uniform kind: enough that their rows do not all stay in the caches. */
const VARIANTS = 20;
/** Filters made for single queries: each costs a pass over the data. */
const QUERY_VARIANTS = 100;

const rows = Number(values.rows);
const queries = Number(values.queries);
const data = cachedData(rows, Number(values.dim));
const engine = openFilteredEngine(data);
const shares = [0.0001, 0.001, 0.01, 0.02, 0.03, 0.04, 0.05, 0.1, 0.2, 0.5, 0.9, 1];
const kinds = [
  ...shares.map((share) => uniformKind(rows, share, VARIANTS)),
  uniformKind(rows, 0.01, 1),
  uniformKind(rows, 0.1, 1),
  ...correlatedKinds(data, QUERY_VARIANTS),
];
console.log(`${String(rows)} x ${values.dim}, ${String(queries)} queries, times in µs`);
for (const kind of kinds) if (isWanted(kind.name, values.only)) compare(engine, kind);

function compare(engine: FilteredEngine, kind: FilterKind): void {
  const filters = Array.from({ length: kind.variants }, (_, variant) => engine.admit(kind.make(variant)));
  const count = kind.variants === QUERY_VARIANTS ? QUERY_VARIANTS : queries;
  const truth = engine.search({ count, filters, ef: 1, exact: true }).found;
  const freeTruth = data.truth.subarray(0, count * K);
  const ratios: number[] = [];
  const rates: number[] = [];
  let usual: FilteredRun | undefined;
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const filtered: Measurement[] = [];
    const free: Measurement[] = [];
    for (const ef of WIDTHS) {
      const run = engine.search({ count, filters, ef, exact: false });
      if (ef === WIDTH_DEFAULT) usual = run;
      filtered.push({ recall: filteredRecall(run.found, truth), rate: 1e6 / run.micros });
      const without = engine.search({ count, filters: undefined, ef, exact: false });
      free.push({ recall: recall(without.found, freeTruth, K), rate: 1e6 / without.micros });
    }
    rates.push(rateAt(filtered, RECALL));
    ratios.push(rateAt(filtered, RECALL) / rateAt(free, RECALL));
    if (round > 0) continue;
    if (usual === undefined) continue;
    console.log(
      `${kind.name}${kind.variants === 1 ? ' (one filter)' : ''}: at ef ${String(WIDTH_DEFAULT)} recall ` +
        `${filteredRecall(usual.found, truth).toFixed(4)}, ${usual.micros.toFixed(0)} µs, ${usual.distances.toFixed(0)} distances`,
    );
  }
  console.log(
    `  at recall ${String(RECALL)}: ${(1e6 / median(rates)).toFixed(1)} µs, ${median(ratios).toFixed(2)} of the unfiltered rate`,
  );
  for (const filter of filters) filter.close();
}

/** Queries with fewer than K rows have NO_ROW in their places, in truth and answer alike. */
function filteredRecall(found: Uint32Array, truth: Uint32Array): number {
  let wanted = 0;
  let hits = 0;
  for (let start = 0; start < truth.length; start += K) {
    const rows = new Set(truth.subarray(start, start + K).filter((row) => row !== NO_ROW));
    wanted += rows.size;
    for (const row of found.subarray(start, start + K)) if (rows.has(row)) hits += 1;
  }
  return wanted === 0 ? 1 : hits / wanted;
}
