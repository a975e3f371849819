import test from 'ava';
import fc from 'fast-check';
import { Compute } from '../../src/compute/compute.ts';
import type { Distance } from '../../src/core/collection-config.ts';
import { DenseField } from '../../src/vectors/dense-field.ts';
import type { Hits } from '../../src/vectors/search-task.ts';
import { gaussianSource, generateClustered, uniformSource } from '../../scripts/bench/data.ts';
import { nearest, normalise, score, rowAt } from './oracle.ts';
import { PLAIN, PLAIN_PARAMS } from '../../scripts/bench/engine/plain-field.ts';

const compute = Compute.open({ searchThreads: 2, backgroundThreads: 2 });
test.after.always(() => compute.close());

const { signal } = new AbortController();
const DISTANCES: readonly Distance[] = ['Cosine', 'Dot', 'Euclid', 'Manhattan'];

function openField(distance: Distance, dimension: number, graph?: Uint8Array): DenseField {
  return DenseField.open(compute, { ...PLAIN, dimension, distance, m: 8, efConstruct: 64 }, graph);
}

function randomRows(seed: number, count: number, dimension: number, distance: Distance): Float32Array {
  const gaussian = gaussianSource(seed);
  const rows = Float32Array.from({ length: count * dimension }, () => gaussian());
  return distance === 'Cosine' ? normalise(rows, dimension) : rows;
}

function find(
  field: DenseField,
  query: Float32Array,
  k: number,
  change: { ef?: number; exact?: boolean; indexedOnly?: boolean } = {},
): Promise<Hits> {
  const request = { query, k, ef: 64, exact: false, indexedOnly: false, filter: undefined, quantization: PLAIN_PARAMS };
  return field.search({ ...request, signal, ...change });
}

function allRows(count: number): number[] {
  return Array.from({ length: count }, (_, row) => row);
}

/** Scores within 1e-5 of the oracle's (relative to the largest terms), rows in the same order but for equal scores. */
function sameAnswer(
  hits: Hits,
  expected: readonly { row: number; score: number }[],
  tolerance: number,
): string | undefined {
  if (hits.rows.length !== expected.length) return `got ${String(hits.rows.length)} of ${String(expected.length)}`;
  for (const [at, wanted] of expected.entries()) {
    if (Math.abs((hits.scores[at] ?? NaN) - wanted.score) > tolerance)
      return `score ${String(at)}: ${String(hits.scores[at])} for ${String(wanted.score)}`;
  }
  const unique = new Set(hits.rows);
  return unique.size === hits.rows.length ? undefined : 'a row twice';
}

for (const distance of DISTANCES) {
  test(`${distance}: an exact search gives the oracle's scores in the oracle's order`, async (t) => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 70 }),
        fc.integer({ min: 1, max: 600 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer(),
        fc.constantFrom(0.001, 1, 1000),
        async (dimension, count, k, seed, size) => {
          const rows = randomRows(seed, count, dimension, distance).map((value) =>
            distance === 'Cosine' ? value : value * size,
          );
          const query = randomRows(seed + 1, 1, dimension, distance).map((value) =>
            distance === 'Cosine' ? value : value * size,
          );
          const field = openField(distance, dimension);
          field.append(rows, count);
          const expected = nearest({ distance, dimension, rows, query, candidates: allRows(count), k });
          const hits = await find(field, query, k, { exact: true });
          field.close();
          // Also the query's size: with one small row the distance is as large as the query.
          const largest = Math.max(...rows.map(Math.abs), ...query.map(Math.abs));
          const scale = largest * dimension * (distance === 'Manhattan' ? 1 : Math.max(largest, 1e-3));
          return sameAnswer(hits, expected, 1e-6 * Math.max(scale, 1e-12)) === undefined;
        },
      ),
      { numRuns: 60 },
    );
    t.pass();
  });

  test(`${distance}: the graph finds what the oracle finds, and scores it exactly`, async (t) => {
    const dimension = 48;
    const { base, queries } = generateClustered({ rows: 4000, queries: 50, dimension, seed: 3 });
    const field = openField(distance, dimension);
    field.append(base, 4000);
    await field.buildIndex({ signal });
    t.is(field.indexedCount, 4000);
    let found = 0;
    for (let index = 0; index < 50; index += 1) {
      const query = rowAt(queries, dimension, index);
      const truth = new Set(
        nearest({ distance, dimension, rows: base, query, candidates: allRows(4000), k: 10 }).map((hit) => hit.row),
      );
      const hits = await find(field, query, 10, { ef: 100 });
      t.is(hits.rows.length, 10);
      for (const [at, row] of hits.rows.entries()) {
        if (truth.has(row)) found += 1;
        t.true(Math.abs((hits.scores[at] ?? NaN) - score(distance, query, rowAt(base, dimension, row))) < 1e-5);
      }
    }
    t.true(found / 500 > 0.98, `recall ${String(found / 500)}`);
    field.close();
  });
}

test('rows are found as soon as they are appended, while the graph covers only the first of them', async (t) => {
  const dimension = 24;
  const { base } = generateClustered({ rows: 3000, queries: 1, dimension, seed: 9 });
  const field = openField('Dot', dimension);
  field.append(base.subarray(0, 2000 * dimension), 2000);
  await field.buildIndex({ signal });
  field.append(base.subarray(2000 * dimension), 1000);
  t.deepEqual([field.rowCount, field.indexedCount, field.liveCount], [3000, 2000, 3000]);
  for (const row of [0, 1999, 2000, 2500, 2999]) {
    const hits = await find(field, rowAt(base, dimension, row), 1);
    t.is(hits.rows[0], row);
  }
  const tailLeftOut = await find(field, rowAt(base, dimension, 2500), 20, { indexedOnly: true });
  t.true(tailLeftOut.rows.every((row) => row < 2000));
  field.close();
});

test('a removed row is never returned, and k live rows are, however many are removed', async (t) => {
  const dimension = 24;
  const count = 3000;
  const { base, queries } = generateClustered({ rows: count, queries: 20, dimension, seed: 10 });
  for (const share of [0.1, 0.5, 0.95, 0.999]) {
    const field = openField('Euclid', dimension);
    field.append(base, count);
    await field.buildIndex({ signal });
    const chance = uniformSource(5);
    const live = allRows(count).filter(() => chance() >= share);
    const kept = new Set(live);
    for (const row of allRows(count)) if (!kept.has(row)) field.remove(row);
    t.is(field.liveCount, live.length);
    for (let index = 0; index < 20; index += 1) {
      const query = rowAt(queries, dimension, index);
      const hits = await find(field, query, 10);
      t.is(hits.rows.length, Math.min(10, live.length));
      t.true(hits.rows.every((row) => kept.has(row) && !field.isRemoved(row)));
    }
    field.close();
  }
});

test('a graph that was exported is there again after the same rows are appended, and takes more rows', async (t) => {
  const dimension = 32;
  const { base, queries } = generateClustered({ rows: 3000, queries: 20, dimension, seed: 11 });
  const first = openField('Cosine', dimension);
  first.append(base.subarray(0, 2500 * dimension), 2500);
  await first.buildIndex({ signal });
  const graph = first.exportGraph();
  const bytes = Buffer.concat([...graph.chunks]);
  t.is(bytes.length, graph.byteLength);
  t.is(graph.indexedCount, 2500);
  const second = openField('Cosine', dimension, bytes);
  second.append(base.subarray(0, 1000 * dimension), 1000);
  t.is(second.indexedCount, 1000);
  t.is((await find(second, rowAt(base, dimension, 999), 1)).rows[0], 999);
  second.append(base.subarray(1000 * dimension), 2000);
  t.is(second.indexedCount, 2500);
  for (let index = 0; index < 20; index += 1) {
    const query = rowAt(queries, dimension, index);
    const wanted = await find(first, query, 10, { indexedOnly: true });
    t.deepEqual(await find(second, query, 10, { indexedOnly: true }), wanted);
  }
  await second.buildIndex({ signal });
  t.is(second.indexedCount, 3000);
  first.close();
  second.close();
});

test('bytes that are no graph of this field are refused as damaged', async (t) => {
  const dimension = 8;
  const field = openField('Dot', dimension);
  field.append(randomRows(1, 600, dimension, 'Dot'), 600);
  await field.buildIndex({ signal });
  const bytes = Buffer.concat([...field.exportGraph().chunks]);
  field.close();
  const refuse = (change: (copy: Buffer) => Buffer): void => {
    const error = t.throws(() => openField('Dot', dimension, change(Buffer.from(bytes))));
    t.is((error as { kind?: string }).kind, 'data_damaged');
  };
  refuse((copy) => copy.subarray(0, 16));
  refuse((copy) => copy.subarray(0, copy.length - 4));
  for (const at of [0, 4, 8, 12, 16, 20, 24]) refuse((copy) => (copy.writeUInt32LE(0x7fffffff, at), copy));
  const lists = 32 + 600;
  refuse((copy) => (copy.writeUInt32LE(17, lists), copy));
  refuse((copy) => (copy.writeUInt32LE(600, lists + 4), copy));
  refuse((copy) => (copy.writeUInt8(16, 32), copy));
});

test('compaction keeps the live rows with their graph, and forgets the others', async (t) => {
  const dimension = 32;
  const count = 4000;
  const { base, queries } = generateClustered({ rows: count, queries: 40, dimension, seed: 12 });
  const source = openField('Cosine', dimension);
  source.append(base.subarray(0, 3600 * dimension), 3600);
  await source.buildIndex({ signal });
  source.append(base.subarray(3600 * dimension), 400);
  const kept = allRows(count).filter((row) => row % 3 !== 0);
  for (const row of allRows(count)) if (row % 3 === 0) source.remove(row);
  const target = openField('Cosine', dimension);
  await source.compactInto(target, Uint32Array.from(kept), signal);
  t.deepEqual([target.rowCount, target.indexedCount, target.liveCount], [kept.length, 2400, kept.length]);
  let found = 0;
  for (let index = 0; index < 40; index += 1) {
    const query = rowAt(queries, dimension, index);
    const truth = new Set(
      nearest({ distance: 'Cosine', dimension, rows: base, query, candidates: kept, k: 10 }).map((hit) => hit.row),
    );
    const hits = await find(target, query, 10, { ef: 64 });
    for (const row of hits.rows) if (truth.has(kept[row] ?? -1)) found += 1;
  }
  t.true(found / 400 > 0.97, `recall ${String(found / 400)}`);
  await target.buildIndex({ signal });
  t.is(target.indexedCount, kept.length);
  source.close();
  target.close();
});

test('a long scan is shared by idle threads and gives the same answer, also with most rows removed', async (t) => {
  const dimension = 8;
  const count = 40_000;
  const rows = randomRows(7, count, dimension, 'Euclid');
  const field = openField('Euclid', dimension);
  field.append(rows, count);
  for (const live of [count, 30_000, 7]) {
    for (let row = live; row < count; row += 1) field.remove(row);
    const query = randomRows(8, 1, dimension, 'Euclid');
    const wanted = nearest({ distance: 'Euclid', dimension, rows, query, candidates: allRows(live), k: 10 });
    const hits = await find(field, query, 10);
    t.deepEqual(
      [...hits.rows],
      wanted.map((hit) => hit.row),
    );
    t.is(sameAnswer(hits, wanted, 1e-5), undefined);
  }
  field.close();
});

test('an empty field answers nothing and costs nothing', async (t) => {
  const field = openField('Dot', 4);
  t.is((await find(field, new Float32Array(4), 10)).rows.length, 0);
  await field.buildIndex({ signal });
  t.deepEqual([field.memory, field.exportGraph().byteLength], [{ codes: 0, index: 0, originals: 0 }, 0]);
  field.close();
});
