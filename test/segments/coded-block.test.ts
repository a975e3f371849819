import test from 'ava';
import type { ExecutionContext } from 'ava';
import { Compute } from '../../src/compute/compute.ts';
import { VectorizerError } from '../../src/core/errors.ts';
import type { Distance } from '../../src/core/collection-config.ts';
import { ColumnBuilder } from '../../src/core/vector-columns.ts';
import type { DenseSpec } from '../../src/segments/field-spec.ts';
import { Segment } from '../../src/segments/segment.ts';
import { diverseRows, nearestRows, type VectorRow } from '../../src/segments/vector-block.ts';
import { diversify, nearestPairs, type PairHits, type VectorBlock } from '../../src/vectors/vector-block.ts';
import { QUANTISATIONS } from '../../scripts/bench/vectors/kinds.ts';
import { uniformSource } from '../../scripts/bench/data.ts';
import { denseSpec, drawer } from './example-ground.ts';

/** Rows compared by what is in memory, against the same rows read as they were given. */
const compute = Compute.open({ searchThreads: 2, backgroundThreads: 2 });
test.after.always(() => compute.close());
const { signal } = new AbortController();

const DISTANCES: readonly Distance[] = ['Cosine', 'Dot', 'Euclid', 'Manhattan'];
/** More than a field decides by whether to centre its codes. */
const ROWS = 1300;

/** Every 17th row is removed. */
function fill(changes: Partial<DenseSpec>, { common = 0, rows = ROWS, seed = 3, on = compute } = {}): Segment {
  const spec = denseSpec(changes);
  const segment = new Segment(seed, { compute: on, fields: [spec], seed });
  const draw = drawer(spec, seed);
  const builder = new ColumnBuilder(spec.name, 'dense');
  for (let row = 0; row < rows; row += 1) {
    const vector = draw();
    if (vector.kind === 'dense' && common !== 0)
      vector.values.forEach((value, at) => (vector.values[at] = value + common));
    builder.push(vector);
  }
  const words = Uint32Array.from({ length: rows * 4 }, (_, at) => (at % 4 === 3 ? at : 0));
  const columns = { flags: new Uint8Array(rows), words, first: 0, rowCount: rows, versions: 1 };
  segment.append({ ...columns, vectors: [builder.column()] }, ({ word3 }) => word3);
  for (let row = 5; row < rows; row += 17) fieldOf(segment).remove(row);
  return segment;
}

function fieldOf(segment: Segment): NonNullable<ReturnType<Segment['fieldNamed']>> {
  const field = segment.fieldNamed('');
  if (field === undefined) throw new Error('no field');
  return field;
}

/** Rows that are there, in no order, one of them twice. */
function drawRows(segment: Segment, count: number): VectorRow[] {
  const uniform = uniformSource(11);
  const rows: number[] = [];
  while (rows.length < count - 1) {
    const row = Math.floor(uniform() * fieldOf(segment).rows.placeCount);
    if (row % 17 !== 5) rows.push(row);
  }
  return [...rows, rows[0] ?? 0].map((row) => ({ segment, row }));
}

function readBlock(rows: readonly VectorRow[]): VectorBlock {
  const [first] = rows;
  const spec = first === undefined ? undefined : fieldOf(first.segment).spec;
  if (spec?.kind !== 'dense') throw new Error('no dense field');
  const vectors = rows.map(({ segment, row }) => fieldOf(segment).vectorAt(row));
  const { dimension, distance, datatype } = spec;
  const numbers = vectors.flatMap((vector) => (vector?.kind === 'dense' ? Array.from(vector.values) : []));
  return { kind: { dimension, distance, datatype }, vectors: Float32Array.from(numbers) };
}

function isInMemory(rows: readonly VectorRow[]): boolean {
  const [first] = rows;
  return first !== undefined && fieldOf(first.segment).exactBlock(rows.map(({ row }) => row)) !== undefined;
}

/**
 * What a score's error goes by besides the score itself: coordinates are exact to 24 bits of a row's largest, so products
 * of lengths count, and of distances the lengths, of which little is left between near rows.
 */
function sizeOf({ kind, vectors }: VectorBlock): (row: number, column: number, score: number) => number {
  const { dimension, distance, datatype } = kind;
  const lengths = Array.from({ length: vectors.length / dimension }, (_, row) => {
    const values = vectors.subarray(row * dimension, (row + 1) * dimension);
    return distance === 'Manhattan'
      ? values.reduce((sum, value) => sum + Math.abs(value), 0)
      : Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  });
  return (row, column, score) => {
    if (datatype === 'uint8' && distance === 'Cosine') return 1;
    const a = lengths[row] ?? 0;
    const b = lengths[column] ?? 0;
    if (distance === 'Manhattan') return a + b;
    return distance === 'Euclid' ? Math.sqrt(-score) * (a + b) : a * b;
  };
}

function sameHits(t: ExecutionContext, found: PairHits, wanted: PairHits, block: VectorBlock): void {
  t.deepEqual(found.rows, wanted.rows);
  const size = sizeOf(block);
  let swapped = 0;
  for (const [at, score] of wanted.scores.entries()) {
    const row = wanted.rows[at] ?? 0;
    const column = wanted.columns[at] ?? 0;
    const other = found.scores[at] ?? Number.NaN;
    const slack = 1e-6 * Math.max(Math.abs(score), size(row, column, score));
    if (!(Math.abs(other - score) <= slack)) t.fail(`${row}, ${column}: ${other} instead of ${score}`);
    if (found.columns[at] !== column) swapped += 1;
  }
  t.true(swapped <= wanted.rows.length / 500, `${swapped} of ${wanted.rows.length} in another order`);
}

const RELEVANCE = (count: number): Float32Array => {
  const uniform = uniformSource(5);
  return Float32Array.from({ length: count }, () => uniform());
};

async function compare(t: ExecutionContext, rows: readonly VectorRow[]): Promise<void> {
  const block = readBlock(rows);
  const compared = { rows, name: '', signal, weigh: undefined };
  sameHits(t, await nearestRows(compute, compared, 7), await nearestPairs(compute, block, 7, signal), block);
  const relevance = RELEVANCE(rows.length);
  for (const lambda of [0, 0.5, 0.9]) {
    const chosen = await diverseRows(compute, compared, { relevance, lambda, limit: 40 });
    t.deepEqual(chosen, await diversify(compute, block, relevance, lambda, 40, signal));
  }
}

interface Kind {
  readonly name: string;
  readonly spec: Partial<DenseSpec>;
  readonly common?: number;
}

const KINDS: readonly Kind[] = [
  { name: 'float32', spec: { dimension: 37 } },
  { name: 'float32 of 3 dimensions', spec: { dimension: 3 } },
  { name: 'float32, centred', spec: { dimension: 40 }, common: 5 },
  { name: 'float16', spec: { dimension: 24, datatype: 'float16' } },
  { name: 'uint8', spec: { dimension: 21, datatype: 'uint8' } },
  { name: 'uint8 in binary codes', spec: { datatype: 'uint8', quantization: QUANTISATIONS['binary'] ?? null } },
  { name: 'turbo4', spec: { dimension: 150, datatype: 'turbo4' } },
  { name: 'float32 in scalar codes', spec: { quantization: QUANTISATIONS['scalar'] ?? null }, common: 2 },
  { name: 'float32 in binary codes', spec: { quantization: QUANTISATIONS['binary1.5'] ?? null }, common: 1 },
  { name: 'float32 in turbo codes', spec: { dimension: 70, quantization: QUANTISATIONS['turbo2'] ?? null } },
  { name: 'float32 before product codes', spec: { quantization: QUANTISATIONS['product x8'] ?? null } },
];

for (const { name, spec, common = 0 } of KINDS) {
  for (const distance of DISTANCES) {
    test(`${distance}, ${name}: compared in memory as read`, async (t) => {
      const segment = fill({ ...spec, distance }, { common });
      const rows = drawRows(segment, 150);
      t.true(isInMemory(rows));
      await compare(t, rows);
      await segment.close();
    });
  }
}

test('rows in product codes', async (t) => {
  const segment = fill({ quantization: QUANTISATIONS['product x16'] ?? null }, { rows: 4500 });
  await fieldOf(segment).settled();
  const rows = drawRows(segment, 100);
  t.true(isInMemory(rows));
  await compare(t, rows);
  await segment.close();
});

test('what no memory holds exactly is read', async (t) => {
  const halves = fill({ dimension: 8, datatype: 'float16' });
  const stored = fill({ onDisk: true }, { common: 4 });
  const bits = fill({ datatype: 'turbo4', quantization: QUANTISATIONS['binary'] ?? null });
  const dropped = fill({}, { common: 4 });
  fieldOf(dropped).dropRemainders();
  const removed = fill({}, { common: 4 });
  const rows = drawRows(removed, 60);
  fieldOf(removed).remove(rows[20]?.row ?? 0);
  const lists = [drawRows(halves, 60), drawRows(stored, 60), drawRows(bits, 60), drawRows(dropped, 60), rows];
  for (const [index, list] of lists.entries()) {
    t.false(isInMemory(list), String(index));
    await compare(t, list);
  }
  const two = [...drawRows(fill({}, { seed: 4 }), 30), ...drawRows(fill({}, { seed: 5 }), 30)];
  await compare(t, two);
});

test('memory stays until the work is done, whatever happens to the field', async (t) => {
  // Of its own: other tests take memory meanwhile.
  const on = Compute.open({ searchThreads: 2, backgroundThreads: 1 });
  for (const change of ['drop', 'remove', 'close'] as const) {
    const segment = fill({ dimension: 64, distance: 'Euclid' }, { common: 3, on });
    const rows = drawRows(segment, 400);
    const block = readBlock(rows);
    const { arenas } = on;
    const pairs = nearestRows(on, { rows, name: '', signal, weigh: undefined }, 9);
    const before = arenas.usedBytes;
    const field = fieldOf(segment);
    if (change === 'drop') field.dropRemainders();
    else if (change === 'close') field.field.close();
    else for (const { row } of rows) field.remove(row);
    if (change === 'drop') t.is(field.exactBlock([0]), undefined);
    sameHits(t, await pairs, await nearestPairs(compute, block, 9, signal), block);
    if (change !== 'remove') t.true(arenas.usedBytes < before);
    await segment.close();
  }
  await on.close();
});

test('more rows than one task decodes', async (t) => {
  const segment = fill({ dimension: 40_000, distance: 'Dot', datatype: 'turbo4', m: 0 }, { rows: 120 });
  const rows = drawRows(segment, 110);
  t.true(isInMemory(rows));
  await compare(t, rows);
  await segment.close();
});

test('work on rows in memory is cancelled as a timeout, and gives its memory back', async (t) => {
  const on = Compute.open({ searchThreads: 1, backgroundThreads: 1 });
  const segment = fill({ dimension: 200 }, { common: 2, on });
  const rows = drawRows(segment, 1000);
  const relevance = RELEVANCE(rows.length);
  const { arenas } = on;
  await nearestRows(on, { rows: rows.slice(0, 100), name: '', signal, weigh: undefined }, 3);
  const before = arenas.usedBytes;
  const controller = new AbortController();
  const compared = { rows, name: '', signal: controller.signal };
  const works = [
    nearestRows(on, { ...compared, weigh: undefined }, 10),
    diverseRows(on, compared, { relevance, lambda: 0.5, limit: 1000 }),
  ];
  controller.abort();
  for (const work of works) t.is(((await t.throwsAsync<Error>(work)) as { kind?: string }).kind, 'timeout');
  t.is(arenas.usedBytes, before);
  await segment.close();
  await on.close();
});

test('where the arena of the field is full, the rows are read', async (t) => {
  const on = Compute.open({ searchThreads: 1, backgroundThreads: 1 });
  const segment = fill({ dimension: 32, distance: 'Manhattan' }, { on });
  const rows = drawRows(segment, 100);
  const { arena } = fieldOf(segment).exactBlock([0])?.memory ?? {};
  if (arena === undefined) return t.fail('no memory');
  const allocate = arena.allocate.bind(arena);
  let refused = 0;
  arena.allocate = (bytes) => {
    if (bytes < 100 * 32 * 4 || refused > 0) return allocate(bytes);
    refused += 1;
    throw new VectorizerError('insufficient_storage', 'full');
  };
  const wanted = readBlock(rows);
  const found = await nearestRows(on, { rows, name: '', signal, weigh: undefined }, 5);
  t.is(refused, 1);
  t.deepEqual(found, await nearestPairs(on, wanted, 5, signal));
  await segment.close();
  await on.close();
});
