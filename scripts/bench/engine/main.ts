/**
 * The engine against hnswlib-node, one thread each, same m and ef_construct, same data:
 *   node scripts/bench/engine/main.ts [--rows 100000] [--dims 768,128] [--rounds 5] [--quick] [--rebuild]
 * Recall from exact brute force; QPS interpolated at the recall asked for; rounds of both interleaved, ratios of a round
 * compared pairwise and their median printed.
 */
import { parseArgs } from 'node:util';
import { lid100, recall } from '../data.ts';
import { K, cachedData } from './cached-data.ts';
import { openHnswlib } from './hnswlib.ts';
import { openOwnEngine } from './own-engine.ts';
import { median, rateAt } from './rates.ts';
import type { Measurement } from './rates.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '100000' },
    dims: { type: 'string', default: '768,128' },
    rounds: { type: 'string', default: '5' },
    quick: { type: 'boolean', default: false },
    rebuild: { type: 'boolean', default: false },
  },
});
const WIDTHS = [16, 24, 32, 48, 64, 96, 128, 192];
const RECALLS = [0.95, 0.98, 0.99];

interface Searcher {
  search(ef: number): { readonly found: Uint32Array; readonly seconds: number; readonly distances?: number };
}

for (const dimension of values.dims.split(',').map(Number)) {
  compare(values.quick ? 20_000 : Number(values.rows), dimension, values.quick ? 2 : Number(values.rounds));
}

function compare(rows: number, dimension: number, rounds: number): void {
  const data = cachedData(rows, dimension);
  console.log(`\n${String(rows)} x ${String(dimension)}, LID100 ${lid100(data, 50).toFixed(1)}`);
  const yardstick = openHnswlib(data, values.rebuild);
  const own = openOwnEngine(data, 'chosen');
  console.log(
    `build: hnswlib-node ${yardstick.buildSeconds.toFixed(1)} s, own ${own.buildSeconds.toFixed(1)} s, ` +
      `ratio ${(yardstick.buildSeconds / own.buildSeconds).toFixed(2)}`,
  );
  const ratios = RECALLS.map((): number[] => []);
  const rates = RECALLS.map((): [number[], number[]] => [[], []]);
  for (let round = 0; round < rounds; round += 1) {
    const theirs: Measurement[] = [];
    const ours: Measurement[] = [];
    for (const ef of WIDTHS) {
      theirs.push(measure(yardstick, data.truth, ef));
      ours.push(measure(own, data.truth, ef));
    }
    for (const [index, wanted] of RECALLS.entries()) {
      const mine = rateAt(ours, wanted);
      const other = rateAt(theirs, wanted);
      ratios[index]?.push(mine / other);
      rates[index]?.[0].push(mine);
      rates[index]?.[1].push(other);
    }
    if (round === 0) {
      for (const [index, ef] of WIDTHS.entries()) {
        const [a, b] = [theirs[index], ours[index]];
        if (a === undefined || b === undefined) continue;
        console.log(
          `  ef ${String(ef)}: hnswlib-node ${show(a)}, own ${show(b)}, ${own.search(ef).distances.toFixed(0)} distances`,
        );
      }
    }
  }
  for (const [index, wanted] of RECALLS.entries()) {
    const [mine = [], other = []] = rates[index] ?? [];
    console.log(
      `QPS at recall ${String(wanted)}: hnswlib-node ${median(other).toFixed(0)}, own ${median(mine).toFixed(0)}, ` +
        `ratio ${median(ratios[index] ?? []).toFixed(2)}`,
    );
  }
}

function measure(searcher: Searcher, truth: Uint32Array, ef: number): Measurement {
  const { found, seconds } = searcher.search(ef);
  return { recall: recall(found, truth, K), rate: found.length / K / seconds };
}

function show(measurement: Measurement): string {
  return `${measurement.rate.toFixed(0)}/s @ ${measurement.recall.toFixed(4)}`;
}
