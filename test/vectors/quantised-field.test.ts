import test from 'ava';
import type { ExecutionContext } from 'ava';
import { Compute } from '../../src/compute/compute.ts';
import type { QuantizationConfig } from '../../src/core/quantization.ts';
import { DenseField } from '../../src/vectors/dense-field.ts';
import { rescore, scanOriginals } from '../../src/vectors/rescore.ts';
import type { Hits } from '../../src/vectors/search-task.ts';
import { generateClustered } from '../../scripts/bench/data.ts';
import { PLAIN_PARAMS } from '../../scripts/bench/engine/plain-field.ts';
import { QUANTISATIONS } from '../../scripts/bench/vectors/kinds.ts';
import { nearest, rowAt } from './oracle.ts';

/** Fields of every quantisation through a life: appended, trained, indexed, searched, compacted, opened again. */
const compute = Compute.open({ searchThreads: 2, backgroundThreads: 2 });
test.after.always(() => compute.close());

const { signal } = new AbortController();
const DIMENSION = 64;
const ROWS = 4608;
/** Rows of which a product code is trained, and some more. */
const FIRST = 4200;
const QUERIES = 12;
const K = 10;
const data = generateClustered({ rows: ROWS, queries: QUERIES, dimension: DIMENSION, seed: 11 });

function read(numbers: Uint32Array, rows: Float32Array): Float32Array {
  const out = new Float32Array(numbers.length * DIMENSION);
  numbers.forEach((row, at) => out.set(rowAt(rows, DIMENSION, row), at * DIMENSION));
  return out;
}

function open(quantization: QuantizationConfig | undefined, remainders: boolean, graph?: Uint8Array): DenseField {
  const options = { dimension: DIMENSION, distance: 'Cosine', m: 12, efConstruct: 80, datatype: 'float32' } as const;
  return DenseField.open(compute, { ...options, quantization, remainders }, graph);
}

async function search(field: DenseField, query: Float32Array, rows: Float32Array, doesRescore = true): Promise<Hits> {
  const quantization = { ...PLAIN_PARAMS, rescore: doesRescore };
  const common = { query, k: K, indexedOnly: false, filter: undefined, signal };
  const hits = await field.search({ ...common, ef: 100, exact: false, quantization });
  return hits.approximate ? rescore(field, query, hits, K, (numbers) => read(numbers, rows)) : hits;
}

/** Recall of all queries over the rows that are not removed; every score must be that of the originals. */
async function checkRecall(t: ExecutionContext, field: DenseField, rows: Float32Array, least: number): Promise<void> {
  const candidates = Array.from({ length: rows.length / DIMENSION }, (_, row) => row).filter(
    (row) => !field.isRemoved(row),
  );
  let found = 0;
  for (let index = 0; index < QUERIES; index += 1) {
    const query = rowAt(data.queries, DIMENSION, index);
    const wanted = nearest({ distance: 'Cosine', dimension: DIMENSION, rows, query, candidates, k: K });
    const hits = await search(field, query, rows);
    const scores = new Map(wanted.map(({ row, score }) => [row, score]));
    t.is(hits.rows.length, K);
    hits.rows.forEach((row, at) => {
      const score = scores.get(row);
      if (score === undefined) return;
      found += 1;
      t.true(Math.abs((hits.scores[at] ?? NaN) - score) < 1e-5);
    });
  }
  const recall = found / (QUERIES * K);
  t.true(recall >= least, `recall ${String(recall)}`);
}

/** Codes of 64 dimensions are short: 4 to 8 bytes of one bit or of x32 and x64 leave much to the rescoring. */
const LEAST: Readonly<Record<string, number>> = { 'product x32': 0.8, 'product x64': 0.5 };

for (const [name, quantization] of Object.entries(QUANTISATIONS)) {
  for (const remainders of [true, false]) {
    const where = remainders ? 'with remainders' : 'with its originals elsewhere';
    const least = LEAST[name] ?? 0.9;
    test(`${name}, ${where}: found and scored exactly, through removals, compaction and a restart`, async (t) => {
      const field = open(quantization, remainders);
      field.append(data.base.subarray(0, FIRST * DIMENSION), FIRST);
      await checkRecall(t, field, data.base.subarray(0, FIRST * DIMENSION), least);
      await field.settled();
      field.append(data.base.subarray(FIRST * DIMENSION), ROWS - FIRST);
      await field.buildIndex({ signal });
      t.is(field.indexedCount, ROWS);
      await checkRecall(t, field, data.base, least);
      for (let row = 0; row < ROWS; row += 3) field.remove(row);
      await checkRecall(t, field, data.base, least);
      const live = Uint32Array.from({ length: ROWS }, (_, row) => row).filter((row) => row % 3 !== 0);
      const rows = read(live, data.base);
      const copy = open(quantization, remainders);
      await field.compactInto(copy, live, signal);
      t.deepEqual([copy.rowCount, copy.indexedCount], [live.length, live.length]);
      await checkRecall(t, copy, rows, least);
      const again = open(quantization, remainders, Buffer.concat([...field.exportGraph().chunks]));
      again.append(data.base, ROWS);
      await again.settled();
      t.is(again.indexedCount, ROWS);
      await checkRecall(t, again, data.base, least);
      for (const each of [field, copy, again]) each.close();
    });
  }
}

test('codes take the memory that they are named for, and nothing else is there without remainders', (t) => {
  for (const [name, bytes] of [
    ['scalar', 64],
    ['turbo4', 32],
    ['turbo2', 16],
    ['binary', 8],
  ] as const) {
    const field = open(QUANTISATIONS[name], false);
    field.append(data.base, ROWS);
    const { codes, originals } = field.memory;
    t.true(codes <= ROWS * (bytes + 16) + 4096, `${name}: ${String(codes)}`);
    t.is(originals, 0);
    field.close();
  }
});

test('without rescoring a search answers scores by codes, k of them', async (t) => {
  for (const remainders of [true, false]) {
    const field = open(QUANTISATIONS['binary'], remainders);
    field.append(data.base, ROWS);
    const query = rowAt(data.base, DIMENSION, 17);
    const rough = await search(field, query, data.base, false);
    const exact = await search(field, query, data.base, true);
    t.is(rough.rows.length, K);
    t.false(rough.approximate);
    t.is(exact.rows[0], 17);
    t.true(Math.abs((exact.scores[0] ?? NaN) - 1) < 1e-5);
    t.true(rough.scores.some((score, at) => Math.abs(score - (exact.scores[at] ?? NaN)) > 1e-3));
    field.close();
  }
});

test('an exact search of codes that give no bounds reads every original', async (t) => {
  const field = open(QUANTISATIONS['binary'], false);
  field.append(data.base, ROWS);
  t.true(field.needsFullRead);
  const query = rowAt(data.queries, DIMENSION, 1);
  const candidates = Array.from({ length: ROWS }, (_, row) => row);
  const wanted = nearest({ distance: 'Cosine', dimension: DIMENSION, rows: data.base, query, candidates, k: K });
  const scan = { query, k: K, indexedOnly: false, filter: undefined, signal };
  const hits = await scanOriginals(field, scan, (numbers) => read(numbers, data.base));
  t.deepEqual(
    [...hits.rows],
    wanted.map((hit) => hit.row),
  );
  field.close();
});

test.serial('a field that is closed while its codes are trained gives all of its memory back', async (t) => {
  const used = compute.arenas.usedBytes;
  const field = open(QUANTISATIONS['product x16'], false);
  field.append(data.base, ROWS);
  const settled = field.settled();
  field.close();
  await settled;
  t.true(compute.arenas.usedBytes <= used + 2 ** 22);
});
