/**
 * Reading and printing the JSON of vectors, beside the engine's own JSON in the same run.
 *
 *     node scripts/bench/json.ts [--dimension 768] [--points 256] [--rounds 5]
 *
 * Reading: an upsert's body to columns (rest/parse/points.ts) against Buffer.toString + JSON.parse, which leaves the
 * numbers in JavaScript arrays. Printing: vectors with ByteWriter against JSON.stringify of the same doubles (longer
 * text: it knows no 32-bit floats). Median of the rounds, in MB of JSON a second of processor time: what else runs on the
 * machine counts for little.
 */
import { parseArgs } from 'node:util';

import { ByteWriter } from '../../src/base/json/byte-writer.ts';
import { parseChanges } from '../../src/rest/parse/change-body.ts';

const { values } = parseArgs({
  options: {
    dimension: { type: 'string', default: '768' },
    points: { type: 'string', default: '256' },
    rounds: { type: 'string', default: '5' },
  },
});
const dimension = Number(values.dimension);
const pointCount = Number(values.points);
const REPEATS = 5;

/** The same numbers in every run (mulberry32). */
function generator(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** An upsert whose vectors `vector` writes. */
function upsertBody(
  vector: (numbers: (count: number) => string) => string,
  print: (component: number) => string = String,
): Buffer {
  const random = generator(7);
  const numbers = (count: number): string => Array.from({ length: count }, () => print((random() - 0.5) / 5)).join(',');
  const points = Array.from(
    { length: pointCount },
    (_, id) => `{"id":${id},"vector":${vector(numbers)},"payload":{"city":"Berlin","rank":${id}}}`,
  );
  return Buffer.from(`{"points":[${points.join(',')}]}`);
}

/** Median over the rounds of the MB that `run`, which handles `byteCount` bytes, takes a second of processor time for. */
function rate(byteCount: number, run: () => void): number {
  const rates: number[] = [];
  run();
  for (let round = 0; round < Number(values.rounds); round++) {
    const started = process.cpuUsage();
    for (let repeat = 0; repeat < REPEATS; repeat++) run();
    const { user, system } = process.cpuUsage(started);
    rates.push((byteCount * REPEATS) / (user + system));
  }
  return rates.sort((a, b) => a - b)[rates.length >> 1] ?? 0;
}

function report(name: string, byteCount: number, ours: number, engine: number): void {
  const size = `${(byteCount / 1e6).toFixed(1)} MB`;
  console.log(
    `${name.padEnd(34)} ${size.padStart(8)}  ${ours.toFixed(0).padStart(5)} MB/s, V8 ${engine.toFixed(0).padStart(5)} MB/s, ratio ${(ours / engine).toFixed(2)}`,
  );
}

const decimals = (component: number): string => component.toFixed(4);
const floats = (component: number): string => String(Number(Math.fround(component).toPrecision(8)));
const half = dimension / 2;
/** Indices as hashes of words are: of up to ten digits, ascending. */
const indices = Array.from({ length: half }, (_, at) => Math.floor((at * 4e9) / half)).join(',');

const BODIES: Readonly<Record<string, Buffer>> = {
  'read, 17 digits (doubles)': upsertBody((numbers) => `[${numbers(dimension)}]`),
  'read, 8 digits (floats)': upsertBody((numbers) => `[${numbers(dimension)}]`, floats),
  'read, 4 decimals': upsertBody((numbers) => `[${numbers(dimension)}]`, decimals),
  'read, 4 decimals, two by name': upsertBody(
    (numbers) => `{"image":[${numbers(half)}],"text":[${numbers(half)}]}`,
    decimals,
  ),
  'read, 4 decimals, rows of 96': upsertBody((numbers) => {
    const rows = Array.from({ length: Math.ceil(dimension / 96) }, () => `[${numbers(96)}]`);
    return `[${rows.join(',')}]`;
  }, decimals),
  'read, 4 decimals, sparse': upsertBody(
    (numbers) => `{"words":{"indices":[${indices}],"values":[${numbers(half)}]}}`,
    decimals,
  ),
};
for (const [name, body] of Object.entries(BODIES)) {
  const ours = rate(body.length, () => void parseChanges('upsert', body));
  const engine = rate(body.length, () => void JSON.parse(body.toString()));
  report(name, body.length, ours, engine);
}

const random = generator(11);
const vector = Float32Array.from({ length: dimension * pointCount }, () => (random() - 0.5) / 5);
const doubles = [...vector];
const writer = new ByteWriter();
writer.floats(vector);
const printed = writer.take();
const ours = rate(printed.length, () => {
  writer.floats(vector);
  writer.take();
});
const text = JSON.stringify(doubles);
report(
  'print, shortest 32-bit floats',
  printed.length,
  ours,
  rate(text.length, () => void JSON.stringify(doubles)),
);
console.log(`${((printed.length / ours / vector.length) * 1000).toFixed(0)} ns a printed float`);
