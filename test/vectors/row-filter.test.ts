import test from 'ava';
import fc from 'fast-check';
import { Compute } from '../../src/compute/compute.ts';
import type { Distance } from '../../src/core/collection-config.ts';
import { DenseField } from '../../src/vectors/dense-field.ts';
import type { RowFilter } from '../../src/vectors/row-filter.ts';
import type { Hits } from '../../src/vectors/search-task.ts';
import { gaussianSource, generateClustered, uniformSource } from '../../scripts/bench/data.ts';
import { nearest, normalise, rowAt } from './oracle.ts';
import { PLAIN, PLAIN_PARAMS } from '../../scripts/bench/engine/plain-field.ts';

/** Searches under a filter: never a row outside, never too few, the oracle's answer where they scan. */
const compute = Compute.open({ searchThreads: 2, backgroundThreads: 2 });
test.after.always(() => compute.close());

const { signal } = new AbortController();
const DIMENSION = 12;

function openField(distance: Distance): DenseField {
  return DenseField.open(compute, { ...PLAIN, dimension: DIMENSION, distance, m: 8, efConstruct: 48 }, undefined);
}

function randomRows(seed: number, count: number, distance: Distance): Float32Array {
  const gaussian = gaussianSource(seed);
  const rows = Float32Array.from({ length: count * DIMENSION }, () => gaussian() + 1.5);
  return distance === 'Cosine' ? normalise(rows, DIMENSION) : rows;
}

function bitmap(rows: Iterable<number>, rowEnd: number): Uint32Array {
  const words = new Uint32Array(Math.ceil(rowEnd / 32));
  for (const row of rows) words[row >>> 5] = (words[row >>> 5] ?? 0) | (1 << (row & 31));
  return words;
}

function allRows(count: number): number[] {
  return Array.from({ length: count }, (_, row) => row);
}

function some(seed: number, count: number, share: number): number[] {
  const chance = uniformSource(seed);
  return Array.from({ length: count }, (_, row) => row).filter(() => chance() < share);
}

function find(
  field: DenseField,
  filter: RowFilter,
  query: Float32Array,
  change: { k?: number; ef?: number; exact?: boolean; indexedOnly?: boolean } = {},
): Promise<Hits> {
  const request = { query, k: 10, ef: 100, exact: false, indexedOnly: false, filter, quantization: PLAIN_PARAMS };
  return field.search({ ...request, signal, ...change });
}

for (const distance of ['Cosine', 'Dot', 'Euclid', 'Manhattan'] as const) {
  test(`${distance}: an exact search under a filter gives the oracle's rows, whatever is indexed or removed`, async (t) => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 1500 }),
        fc.integer({ min: 0, max: 300 }),
        fc.constantFrom(0, 0.002, 0.02, 0.3, 0.9, 1),
        fc.constantFrom(0, 0.1, 0.9),
        fc.boolean(),
        fc.integer(),
        async (count, later, share, removed, indexed, seed) => {
          const field = openField(distance);
          const rows = randomRows(seed, count + later, distance);
          field.append(rows.subarray(0, count * DIMENSION), count);
          if (indexed) await field.buildIndex({ signal });
          const gone = new Set(some(seed + 1, count, removed));
          const [early, late] = [[...gone].filter((row) => row % 2 === 0), [...gone].filter((row) => row % 2 === 1)];
          for (const row of early) field.remove(row);
          const admitted = some(seed + 2, count, share);
          const filter = field.admit(bitmap(admitted, count + 40), count);
          for (const row of late) field.remove(row);
          if (later > 0) field.append(rows.subarray(count * DIMENSION), later);
          const query = randomRows(seed + 3, 1, distance);
          const candidates = admitted.filter((row) => !gone.has(row));
          const wanted = nearest({ distance, dimension: DIMENSION, rows, query, candidates, k: 10 });
          const hits = await find(field, filter, query, { exact: true });
          filter.close();
          field.close();
          return (
            hits.rows.length === wanted.length &&
            wanted.every(({ score }, at) => Math.abs((hits.scores[at] ?? NaN) - score) <= 1e-5 * Math.max(1, -score))
          );
        },
      ),
      { numRuns: 40 },
    );
    t.pass();
  });
}

/** A field of clustered rows, all in the graph, and queries drawn alike. */
async function clusteredField(
  count: number,
): Promise<{ field: DenseField; base: Float32Array; queries: Float32Array }> {
  const { base, queries } = generateClustered({
    rows: count,
    queries: 30,
    dimension: DIMENSION,
    seed: 4,
    clusters: 40,
  });
  const field = openField('Cosine');
  field.append(base, count);
  await field.buildIndex({ signal });
  return { field, base, queries };
}

const COUNT = 12_000;

/** Rows that a filter admits to a query, from the rows in the order of their scores. */
const kinds: Readonly<Record<string, (ranked: readonly number[], seed: number) => readonly number[]>> = {
  '0.01 %': (ranked, seed) => ranked.filter((_, at) => (at * 7919 + seed) % 10_000 === 0),
  '0.1 %': (_, seed) => some(seed, COUNT, 0.001),
  '1 %': (_, seed) => some(seed, COUNT, 0.01),
  '5 %': (_, seed) => some(seed, COUNT, 0.05),
  '20 %': (_, seed) => some(seed, COUNT, 0.2),
  '50 %': (_, seed) => some(seed, COUNT, 0.5),
  '90 %': (_, seed) => some(seed, COUNT, 0.9),
  '100 %': (ranked) => ranked,
  'nearest tenth': (ranked) => ranked.slice(0, COUNT / 10),
  'nearest half': (ranked) => ranked.slice(0, COUNT / 2),
  'farthest tenth': (ranked) => ranked.slice(-COUNT / 10),
  'farthest half': (ranked) => ranked.slice(-COUNT / 2),
  'all but the nearest fifth': (ranked) => ranked.slice(COUNT / 5),
  'a shell in the middle': (ranked) => ranked.slice(COUNT / 4, COUNT / 2),
};

test('recall under a filter is at least 0.95 at every selectivity, also where the filter has to do with the query', async (t) => {
  const { field, base, queries } = await clusteredField(COUNT);
  for (const [name, admit] of Object.entries(kinds)) {
    let found = 0;
    let wantedCount = 0;
    for (let index = 0; index < 30; index += 1) {
      const query = rowAt(queries, DIMENSION, index);
      const all = { distance: 'Cosine', dimension: DIMENSION, rows: base, query, k: COUNT } as const;
      const ranked = nearest({ ...all, candidates: allRows(COUNT) }).map((hit) => hit.row);
      const admitted = new Set(admit(ranked, index + 1));
      const wanted = new Set(ranked.filter((row) => admitted.has(row)).slice(0, 10));
      const filter = field.admit(bitmap(admitted, COUNT), COUNT);
      t.is(filter.admitted, admitted.size);
      const hits = await find(field, filter, query);
      filter.close();
      t.is(hits.rows.length, wanted.size, name);
      t.true(
        hits.rows.every((row) => admitted.has(row)),
        name,
      );
      found += hits.rows.filter((row) => wanted.has(row)).length;
      wantedCount += wanted.size;
    }
    t.true(found >= wantedCount * 0.95, `${name}: ${String(found / wantedCount)}`);
  }
  field.close();
});

test('a filter stands while its field grows, is centred, loses rows and is closed', async (t) => {
  const count = 900;
  const rows = randomRows(21, 2500, 'Cosine');
  const query = randomRows(22, 1, 'Cosine');
  const field = openField('Cosine');
  field.append(rows.subarray(0, count * DIMENSION), count);
  const admitted = some(23, count, 0.5);
  const filter = field.admit(bitmap(admitted, count), count);
  const check = async (candidates: readonly number[]): Promise<void> => {
    const wanted = nearest({ distance: 'Cosine', dimension: DIMENSION, rows, query, candidates, k: 10 });
    const hits = await find(field, filter, query);
    t.deepEqual(
      [...hits.rows],
      wanted.map((hit) => hit.row),
    );
  };
  await check(admitted);
  // Centred at 1,024 rows: the codes move to another memory.
  field.append(rows.subarray(count * DIMENSION), 2500 - count);
  await check(admitted);
  await field.buildIndex({ signal });
  await check(admitted);
  for (const row of admitted.slice(0, 100)) field.remove(row);
  await check(admitted.slice(100));
  const last = find(field, filter, query);
  filter.close();
  filter.close();
  t.true(filter.isClosed);
  field.close();
  t.is((await last).rows.length, 10);
  await t.throwsAsync(() => find(field, filter, query));
});

test('a filter without rows answers nothing; one on an empty field stays empty', async (t) => {
  const field = openField('Dot');
  const early = field.admit(Uint32Array.of(0xffffffff), 32);
  const rows = randomRows(1, 40, 'Dot');
  field.append(rows, 40);
  const none = field.admit(new Uint32Array(0), 40);
  const beyond = field.admit(Uint32Array.of(0, 0xffffffff, 0xffffffff), 4_000);
  t.deepEqual([early.admitted, none.admitted, beyond.admitted, beyond.rowEnd], [0, 0, 8, 40]);
  t.is((await find(field, early, rowAt(rows, DIMENSION, 0))).rows.length, 0);
  t.is((await find(field, none, rowAt(rows, DIMENSION, 0))).rows.length, 0);
  t.is((await find(field, beyond, rowAt(rows, DIMENSION, 0))).rows.length, 8);
  for (const filter of [early, none, beyond]) filter.close();
  field.close();
});

test('a walk under a filter leaves out the rows removed since, and those appended since', async (t) => {
  const { field, base, queries } = await clusteredField(COUNT);
  const admitted = some(5, COUNT, 0.5);
  const filter = field.admit(bitmap(admitted, COUNT), COUNT);
  for (let index = 0; index < 10; index += 1) {
    const query = rowAt(queries, DIMENSION, index);
    const before = await find(field, filter, query);
    for (const row of before.rows) field.remove(row);
    // The nearest rows of all, but too late for the filter; more than the last word of its bitmap has bits for.
    for (let copy = 0; copy < 40; copy += 1) field.append(query, 1);
    const after = await find(field, filter, query);
    t.is(after.rows.length, 10);
    t.true(after.rows.every((row) => row < COUNT && !field.isRemoved(row)));
  }
  await field.buildIndex({ signal });
  const gone = new Set(allRows(COUNT).filter((row) => field.isRemoved(row)));
  let found = 0;
  for (let index = 0; index < 30; index += 1) {
    const query = rowAt(queries, DIMENSION, index);
    const candidates = admitted.filter((row) => !gone.has(row));
    const wanted = nearest({ distance: 'Cosine', dimension: DIMENSION, rows: base, query, candidates, k: 10 });
    const hits = await find(field, filter, query);
    t.true(hits.rows.every((row) => row < COUNT && !gone.has(row)));
    found += wanted.filter(({ row }) => hits.rows.includes(row)).length;
  }
  t.true(found >= 300 * 0.95, `recall ${String(found / 300)}`);
  filter.close();
  field.close();
});
