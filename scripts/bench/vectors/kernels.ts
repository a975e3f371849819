/**
 * What a row costs to score, by every datatype and code, against f32 and int8: with all rows in the first caches, and rows
 * from all over 100,000. The kernels that walks call, 32 rows a call; kinds in turn, lower quartile of the rounds.
 *
 *   node scripts/bench/vectors/kernels.ts [--dimension 768] [--rows 100000]
 */
import { parseArgs } from 'node:util';
import { Arenas } from '../../../src/compute/arenas.ts';
import type { Arena } from '../../../src/compute/arenas.ts';
import { Workspace } from '../../../src/compute/workspace.ts';
import type { QuantizationConfig } from '../../../src/core/quantization.ts';
import type { VectorDatatype } from '../../../src/core/vectors.ts';
import * as layout from '../../../src/kernels/layout.ts';
import { compileKernels } from '../../../src/kernels/load.ts';
import { chooseCode } from '../../../src/vectors/field-code.ts';
import { FieldMemory } from '../../../src/vectors/field-memory.ts';
import { trainProduct } from '../../../test/kernels/train-product.ts';
import { gaussianSource } from '../data.ts';
import { floatKernel } from './float-kernel.ts';

const { values } = parseArgs({
  options: { dimension: { type: 'string', default: '768' }, rows: { type: 'string', default: '100000' } },
});
const dimension = Number(values.dimension);
const rowCount = Math.floor(Number(values.rows) / 32) * 32;

const BATCH = 32;
const HOT_ROWS = 64;
/** Different rows that are coded, again and again: what a row holds does not change what it costs. */
const SAMPLE = 2048;
const ROUNDS = 31;
const CALLS = 250;

/** One way to score rows: batches begin in a list of rows in the arena. */
interface Subject {
  readonly name: string;
  readonly rowBytes: number;
  readonly encodeMicros: number;
  score(rows: number): void;
  prepare(): void;
}

interface Setting {
  readonly name: string;
  readonly datatype?: VectorDatatype;
  readonly quantization?: QuantizationConfig;
  /** By all 24 bits. */
  readonly wide?: boolean;
}

const ram = { alwaysRam: undefined, memory: undefined } as const;
const binary = (
  encoding: 'one_bit' | 'two_bits' | 'one_and_half_bits',
  queryEncoding: 'binary' | 'scalar4bits' | 'scalar8bits',
) => ({ kind: 'binary', encoding, queryEncoding, ...ram }) as const;
const SETTINGS: readonly Setting[] = [
  { name: 'float32, float16: int8' },
  { name: 'float32, float16: 24 bits', wide: true },
  { name: 'uint8', datatype: 'uint8' },
  { name: 'turbo4 (datatype), turbo 4 bits', quantization: { kind: 'turbo', bits: 'bits4', ...ram } },
  { name: 'turbo 2 bits', quantization: { kind: 'turbo', bits: 'bits2', ...ram } },
  { name: 'turbo 1.5 bits', quantization: { kind: 'turbo', bits: 'bits1_5', ...ram } },
  { name: 'turbo 1 bit', quantization: { kind: 'turbo', bits: 'bits1', ...ram } },
  { name: 'binary 1 bit', quantization: binary('one_bit', 'scalar4bits') },
  { name: 'binary 1 bit, query 1 bit', quantization: binary('one_bit', 'binary') },
  { name: 'binary 1 bit, query 8 bits', quantization: binary('one_bit', 'scalar8bits') },
  { name: 'binary 1.5 bits', quantization: binary('one_and_half_bits', 'scalar4bits') },
  { name: 'binary 2 bits', quantization: binary('two_bits', 'scalar4bits') },
  ...(['x4', 'x8', 'x16', 'x32', 'x64'] as const).map((compression) => ({
    name: `product ${compression}`,
    quantization: { kind: 'product', compression, ...ram } as const,
  })),
];

const gaussian = gaussianSource(3);
const sample = Float32Array.from({ length: SAMPLE * dimension }, gaussian);
const bytes = sample.map((value) => Math.min(Math.max(Math.round(128 + 40 * value), 0), 255));
const arenas = new Arenas(compileKernels());
const arena = arenas.forField();
const lists = listRows(arena);
const scores = arena.allocate((BATCH + 8) * 4);

const floats = await floatSubject();
const times = new Map([[floats.name, measure([floats])]]);
const results: [Subject, Times][] = [[floats, times.get(floats.name)?.[0] ?? noTimes()]];
for (const setting of SETTINGS) {
  // Beside the f32 kernel each time: the machine's mood is the same for both.
  const { subject, free } = codedSubject(setting);
  const [own = noTimes(), other = noTimes()] = measure([subject, floats]);
  results.push([subject, { ...own, floatHot: other.hot, floatCold: other.cold }]);
  free();
}
print(results);

interface Times {
  readonly hot: number;
  readonly cold: number;
  readonly prepare: number;
  readonly floatHot: number;
  readonly floatCold: number;
}

function noTimes(): Times {
  return { hot: Number.NaN, cold: Number.NaN, prepare: Number.NaN, floatHot: Number.NaN, floatCold: Number.NaN };
}

/** u32 lists: 32 of few rows, then all rows in random order. */
function listRows(target: Arena): { readonly hot: number; readonly cold: number } {
  const hot = target.allocate((BATCH + 8) * 4);
  const cold = target.allocate((rowCount + 8) * 4);
  for (let index = 0; index < BATCH; index += 1) target.u32[hot / 4 + index] = (index * 37) % HOT_ROWS;
  const order = Uint32Array.from({ length: rowCount }, (_, row) => row);
  let state = 12_345;
  for (let index = rowCount - 1; index > 0; index -= 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    const other = state % (index + 1);
    [order[index], order[other]] = [order[other] ?? 0, order[index] ?? 0];
  }
  target.u32.set(order, cold / 4);
  return { hot, cold };
}

async function floatSubject(): Promise<Subject> {
  const padded = Math.ceil(dimension / 4) * 4;
  // An arena of its own: 300 MB and more.
  const own = new Arenas(compileKernels()).forField();
  const { scoreFloats } = await floatKernel(own);
  const base = own.allocateZeroed(rowCount * padded * 4);
  for (let row = 0; row < rowCount; row += 1) {
    const from = (row % SAMPLE) * dimension;
    own.f32.set(sample.subarray(from, from + dimension), base / 4 + row * padded);
  }
  const ownLists = listRows(own);
  const query = own.allocateZeroed(padded * 4);
  own.f32.set(sample.subarray(0, dimension), query / 4);
  const target = own.allocate((BATCH + 8) * 4);
  return {
    name: 'f32',
    rowBytes: padded * 4,
    encodeMicros: Number.NaN,
    prepare: () => undefined,
    score: (rows) => {
      const place = rows === lists.hot ? ownLists.hot : ownLists.cold + (rows - lists.cold);
      scoreFloats(base, padded * 4, query, padded, place, BATCH, target);
    },
  };
}

function codedSubject(setting: Setting): { readonly subject: Subject; free(): void } {
  const { datatype = 'float32', quantization, wide = false } = setting;
  const code = chooseCode(dimension, datatype, quantization);
  const memory = new FieldMemory(arena, { dimension, distance: 'Dot', m: 0, efConstruct: 0, code, remainders: wide });
  memory.reserve(rowCount, () => 0);
  const rows = datatype === 'uint8' ? bytes : sample;
  if (code.kind === layout.CODE_PRODUCT) {
    const { subspace } = code;
    for (const _ of trainProduct({ arena, tables: memory.tables, dimension, subspace, samples: rows }));
  }
  const start = process.cpuUsage().user;
  for (let row = 0; row < rowCount; row += SAMPLE) memory.quantise(row, rows, Math.min(SAMPLE, rowCount - row));
  const encodeMicros = (process.cpuUsage().user - start) / rowCount;
  const { padded } = memory;
  const space = new Workspace(arena, { padded, rowCount: 64, beam: 8, links: 64, top: 8, queryBytes: code.queryBytes });
  const source = arena.allocateZeroed(padded * 4);
  arena.f32.set(rows.subarray(0, dimension), source / 4);
  const way = wide ? layout.WAY_WIDE : code.kind === layout.CODE_INT8 ? layout.WAY_INT8 : layout.WAY_CODES;
  arena.u32[(space.address + layout.SPACE_WAY) / 4] = way;
  const prepare = (): void => {
    arena.kernels.prepareQuery(memory.field, space.address, source);
  };
  prepare();
  return {
    subject: {
      name: setting.name,
      rowBytes: code.codeBytes + layout.ROW_TAIL_BYTES + (wide ? padded * 2 + layout.ROW_TAIL_BYTES : 0),
      encodeMicros,
      prepare,
      score: (list) => {
        arena.kernels.scoreRows(memory.field, space.address, list, BATCH, scores);
      },
    },
    free: () => {
      memory.close();
      space.free();
      arena.free(source, padded * 4);
    },
  };
}

function measure(subjects: readonly Subject[]): Times[] {
  const samples = subjects.map(() => ({ hot: [] as number[], cold: [] as number[], prepare: [] as number[] }));
  const batches = rowCount / BATCH;
  let next = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, subject] of subjects.entries()) {
      const own = samples[index];
      if (own === undefined) continue;
      subject.score(lists.hot);
      own.hot.push(
        nanosOf(() => {
          for (let call = 0; call < CALLS; call += 1) subject.score(lists.hot);
        }) /
          (CALLS * BATCH),
      );
      own.prepare.push(
        nanosOf(() => {
          for (let call = 0; call < 20; call += 1) subject.prepare();
        }) / 20_000,
      );
      own.cold.push(
        nanosOf(() => {
          for (let call = 0; call < CALLS; call += 1) subject.score(lists.cold + ((next + call) % batches) * BATCH * 4);
        }) /
          (CALLS * BATCH),
      );
    }
    next += CALLS;
  }
  return samples.map(({ hot, cold, prepare }) => ({
    ...noTimes(),
    hot: quartile(hot),
    cold: quartile(cold),
    prepare: quartile(prepare),
  }));
}

function nanosOf(work: () => void): number {
  const start = performance.now();
  work();
  return (performance.now() - start) * 1e6;
}

function quartile(numbers: number[]): number {
  return numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 4)] ?? Number.NaN;
}

function print(rows: readonly (readonly [Subject, Times])[]): void {
  const int8 = rows[1]?.[1];
  console.log(
    `${String(rowCount)} rows x ${String(dimension)}; ns a row; f32 and int8: how many times as fast as that kernel`,
  );
  console.log(
    '| kernel | bytes a row | in cache | of f32 | of int8 | out of cache | of f32 | of int8 | query µs | coding µs |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const [{ name, rowBytes, encodeMicros }, { hot, cold, prepare, floatHot, floatCold }] of rows) {
    const figures = [
      hot,
      floatHot / hot,
      (int8?.hot ?? 0) / hot,
      cold,
      floatCold / cold,
      (int8?.cold ?? 0) / cold,
      prepare,
      encodeMicros,
    ];
    const cells = figures.map((figure) => (Number.isFinite(figure) ? figure.toFixed(figure < 10 ? 2 : 0) : ''));
    console.log(`| ${[name, String(rowBytes), ...cells].join(' | ')} |`);
  }
}
