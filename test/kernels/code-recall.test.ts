import test from 'ava';
import { bruteForce, gaussianSource, generateClustered } from '../../scripts/bench/data.ts';
import * as layout from '../../src/kernels/layout.ts';
import { subspaceOf } from '../../src/vectors/product-training.ts';
import { trainProduct } from './train-product.ts';
import { CodedField } from './coded-field.ts';

const DIMENSION = 128;
const ROWS = 2000;
const QUERIES = 40;
const K = 10;
const data = generateClustered({ rows: ROWS, queries: QUERIES, dimension: DIMENSION, seed: 11 });
const truth = bruteForce(data, K);
const rows = Array.from({ length: ROWS }, (_, row) => data.base.subarray(row * DIMENSION, (row + 1) * DIMENSION));

/** Share of the ten true neighbours among the first `kept` rows by codes: what is left to a rescoring. */
function recalls(
  options: { code: number; subspace: number; queryBits: number; metric: number },
  kept: readonly number[],
): number[] {
  const field = new CodedField({ ...options, dimension: DIMENSION, rows });
  const found = kept.map(() => 0);
  for (let query = 0; query < QUERIES; query += 1) {
    field.query(data.queries.subarray(query * DIMENSION, (query + 1) * DIMENSION));
    const scores = field.scores([...rows.keys()]);
    const order = [...rows.keys()].sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
    const wanted = new Set(truth.subarray(query * K, (query + 1) * K));
    for (const [index, count] of kept.entries()) {
      found[index] = (found[index] ?? 0) + order.slice(0, count).filter((row) => wanted.has(row)).length;
    }
  }
  field.close();
  return found.map((sum) => sum / (QUERIES * K));
}

/** Kind, bits of the query, and the least recall among the first 10 and the first 40 rows by codes. */
const CASES: readonly (readonly [string, number, number, number, number, number])[] = [
  ['turbo 4', layout.CODE_TURBO4, 0, 4, 0.92, 1],
  ['turbo 2', layout.CODE_TURBO2, 0, 4, 0.84, 0.995],
  ['turbo 1.5', layout.CODE_TURBO1_5, 0, 4, 0.75, 0.99],
  ['turbo 1', layout.CODE_TURBO1, 0, 4, 0.69, 0.98],
  ['binary 1', layout.CODE_BINARY1, 0, 4, 0.69, 0.98],
  ['binary 1, signs alone', layout.CODE_BINARY1, 0, 1, 0.54, 0.91],
  ['binary 1.5', layout.CODE_BINARY1_5, 0, 8, 0.74, 0.99],
  ['binary 2', layout.CODE_BINARY2, 0, 4, 0.81, 0.995],
  ['product x4', layout.CODE_PRODUCT, 1, 0, 0.95, 1],
  ['product x8', layout.CODE_PRODUCT, 2, 0, 0.95, 1],
  ['product x16', layout.CODE_PRODUCT, 4, 0, 0.86, 1],
  ['product x32', layout.CODE_PRODUCT, 8, 0, 0.78, 0.995],
  ['product x64', layout.CODE_PRODUCT, 16, 0, 0.62, 0.97],
];

for (const [name, code, subspace, queryBits, direct, rescored] of CASES) {
  test(`${name}: codes of clustered rows name the neighbours`, (t) => {
    for (const metric of [layout.METRIC_DOT, layout.METRIC_EUCLID]) {
      const [first = 0, second = 0] = recalls({ code, subspace, queryBits, metric }, [K, 4 * K]);
      t.log(name, first, second);
      t.true(first >= direct, `${String(first)} of the first ${String(K)}`);
      t.true(second >= rescored, `${String(second)} of the first ${String(4 * K)}`);
    }
  });
}

test('more bits name more neighbours, and finer queries do too', (t) => {
  const first = (code: number, queryBits: number): number =>
    recalls({ code, subspace: 0, queryBits, metric: layout.METRIC_DOT }, [K])[0] ?? 0;
  const turbo = [layout.CODE_TURBO1, layout.CODE_TURBO1_5, layout.CODE_TURBO2, layout.CODE_TURBO4].map((code) =>
    first(code, 8),
  );
  t.deepEqual(
    turbo,
    [...turbo].sort((a, b) => a - b),
  );
  t.true(first(layout.CODE_BINARY1, 4) > first(layout.CODE_BINARY1, 1));
});

test('centroids of well parted heaps are their middles, and the same samples make the same tables', (t) => {
  const gaussian = gaussianSource(5);
  const heaps = Array.from({ length: 40 }, () => Float32Array.from({ length: 8 }, () => gaussian() * 10));
  const samples = Array.from({ length: 400 }, (_, index) =>
    Float32Array.from(heaps[index % 40] ?? [], (value) => value + gaussian() * 0.01),
  );
  const options = {
    code: layout.CODE_PRODUCT,
    subspace: 8,
    dimension: 8,
    metric: layout.METRIC_DOT,
    queryBits: 0,
    rows: samples,
  };
  const fields = [new CodedField(options), new CodedField(options)];
  const decoded = fields.map((field) => samples.map((_, row) => field.decode(row)));
  t.deepEqual(decoded[0], decoded[1]);
  for (const [row, values] of samples.entries()) {
    const gap = Math.hypot(...values.map((value, index) => value - (decoded[0]?.[row]?.[index] ?? 0)));
    t.true(gap < 0.1);
  }
  for (const field of fields) field.close();
});

test('training yields often, and gives its memory back where it is stopped', (t) => {
  const field = new CodedField({
    code: layout.CODE_PRODUCT,
    subspace: subspaceOf('x64'),
    dimension: 32,
    metric: layout.METRIC_DOT,
    queryBits: 0,
    rows: [new Float32Array(32)],
  });
  const { arena } = field;
  const used = arena.usedBytes;
  const tables = arena.allocateZeroed(65_536);
  const samples = new Float32Array(32 * 10).fill(1);
  const training = trainProduct({ arena, tables, dimension: 32, subspace: 16, samples });
  training.next();
  training.return();
  t.is([...trainProduct({ arena, tables, dimension: 32, subspace: 16, samples })].length, 16);
  arena.free(tables, 65_536);
  t.is(arena.usedBytes, used);
  field.close();
});
