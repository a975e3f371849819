/**
 * Quantised fields with their originals in a file, against an unquantised field in memory, one thread, recall@10:
 *   node scripts/bench/vectors/quantised.ts [--rows 100000] [--dimension 768] [--rounds 3] [--only binary,turbo4] [--rebuild]
 * Rates interpolated at recall 0.95, rounds interleaved, ratios of a round compared pairwise and their median printed.
 * What is read per search comes from the cache of files. Seconds are of processor time.
 */
import { parseArgs } from 'node:util';
import { recall } from '../data.ts';
import { K, cachedData } from '../engine/cached-data.ts';
import { median, rateAt } from '../engine/rates.ts';
import type { Measurement } from '../engine/rates.ts';
import { QUANTISATIONS } from './kinds.ts';
import { openQuantised } from './quantised-engine.ts';
import type { QuantisedEngine } from './quantised-engine.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '100000' },
    dimension: { type: 'string', default: '768' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: 'scalar,turbo4,binary,product x16' },
    oversampling: { type: 'string' },
    rebuild: { type: 'boolean', default: false },
  },
});
const WIDTHS = [16, 24, 32, 48, 64, 96, 128, 192, 256];
const WANTED = 0.95;

const data = cachedData(Number(values.rows), Number(values.dimension));
const rawMegabytes = (data.rows * data.dimension * 4) / 2 ** 20;
const oversampling = values.oversampling === undefined ? undefined : Number(values.oversampling);
const params = { ignore: false, rescore: true, oversampling };
const plain = openQuantised(data, { name: 'plain', quantization: undefined, originals: undefined }, values.rebuild);
const names = values.only.split(',');
console.log(`${values.rows} x ${values.dimension}: f32 ${rawMegabytes.toFixed(0)} MB, unquantised ${megabytes(plain)}`);

for (const name of names) {
  const quantization = QUANTISATIONS[name];
  const engine = openQuantised(data, { name, quantization, originals: `${data.prefix}.base` }, values.rebuild);
  const ratios: number[] = [];
  const rates: number[] = [];
  console.log(`\n${name}: codes and graph ${megabytes(engine)}, built in ${engine.buildSeconds.toFixed(1)} s`);
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const theirs: Measurement[] = [];
    const ours: Measurement[] = [];
    for (const ef of WIDTHS) {
      theirs.push(measure(plain, ef, false));
      ours.push(measure(engine, ef, round === 0));
    }
    rates.push(rateAt(ours, WANTED));
    ratios.push(rateAt(ours, WANTED) / rateAt(theirs, WANTED));
  }
  console.log(
    `  ${median(rates).toFixed(0)}/s at recall ${String(WANTED)}, ${median(ratios).toFixed(2)} of unquantised`,
  );
}

function measure(engine: QuantisedEngine, ef: number, shown: boolean): Measurement {
  const { found, seconds, distances, reads } = engine.search(ef, params);
  const measurement = { recall: recall(found, data.truth, K), rate: found.length / K / seconds };
  if (shown) {
    const counts = `${distances.toFixed(0)} distances, ${reads.toFixed(1)} read`;
    console.log(`  ef ${String(ef)}: ${measurement.rate.toFixed(0)}/s @ ${measurement.recall.toFixed(4)}, ${counts}`);
  }
  return measurement;
}

function megabytes(engine: QuantisedEngine): string {
  const size = engine.bytes / 2 ** 20;
  return `${size.toFixed(1)} MB (${(size / rawMegabytes).toFixed(3)} of f32)`;
}
