import test from 'ava';
import fc from 'fast-check';
import { Arenas } from '../../src/compute/arenas.ts';
import { compileKernels } from '../../src/kernels/load.ts';
import { RowFilter, filterWords } from '../../src/vectors/row-filter.ts';
import { planSearch, splitPlan } from '../../src/vectors/search-plan.ts';
import type { SearchRequest } from '../../src/vectors/search-plan.ts';
import { PLAIN_PARAMS, PLAIN_SCORING } from '../../scripts/bench/engine/plain-field.ts';

const arena = new Arenas(compileKernels()).forField();

const request: SearchRequest = {
  query: new Float32Array(4),
  k: 10,
  ef: 100,
  exact: false,
  indexedOnly: false,
  filter: undefined,
  quantization: PLAIN_PARAMS,
};

/** A filter of every `step`-th row. */
function every(step: number, rowCount: number): RowFilter {
  const words = new Uint32Array(filterWords(rowCount));
  for (let row = 0; row < rowCount; row += step) words[row >>> 5] = (words[row >>> 5] ?? 0) | (1 << (row & 31));
  return new RowFilter(arena, words, rowCount, 0);
}

test('the parts of a split scan cover it once, and the first part alone walks', (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_000_000 }),
      fc.nat({ max: 1_000_000 }),
      fc.integer({ min: 1, max: 9 }),
      (rowCount, indexed, threads) => {
        const rows = { rowCount, deadCount: 0, graphRows: Math.min(indexed, rowCount), m: 16, scoring: PLAIN_SCORING };
        const plan = planSearch(request, rows);
        const parts = splitPlan(plan, threads);
        return (
          parts.length <= threads &&
          parts[0]?.scanStart === plan.scanStart &&
          parts.at(-1)?.scanEnd === plan.scanEnd &&
          parts.every((part, at) => at === 0 || (part.ef === 0 && part.scanStart === parts[at - 1]?.scanEnd))
        );
      },
    ),
  );
  t.pass();
});

test('a filter is scanned by its list, by its bitmap, or walked, and never beyond the rows that it knows', (t) => {
  const rows = { rowCount: 120_000, deadCount: 0, graphRows: 110_000, m: 16, scoring: PLAIN_SCORING };
  const few = every(1000, 100_000);
  const many = every(4, 100_000);
  const short = planSearch({ ...request, filter: few }, rows);
  t.deepEqual([short.ef, short.listed, short.scanStart, short.scanEnd], [0, true, 0, few.admitted]);
  const walk = planSearch({ ...request, filter: many }, rows);
  t.deepEqual([walk.ef, walk.listed, walk.scanEnd, walk.leastFound], [100, false, 100_000, 10]);
  const exact = planSearch({ ...request, exact: true, filter: many }, rows);
  t.deepEqual([exact.ef, exact.listed, exact.scanStart, exact.scanEnd], [0, false, 0, 100_000]);
  const indexed = planSearch({ ...request, indexedOnly: true, filter: few }, { ...rows, graphRows: 50_000 });
  t.deepEqual([indexed.ef, indexed.listed, indexed.scanEnd], [0, false, 50_000]);
  t.is(planSearch({ ...request, k: 5000, filter: few }, rows).k, few.admitted);
  few.close();
  many.close();
});

test('a filter counts its rows, lists them where they are few, and has seeds from all of it', (t) => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat({ max: 4999 }), { maxLength: 2000 }), (members) => {
      const sorted = members.toSorted((a, b) => a - b);
      const words = new Uint32Array(filterWords(5000));
      for (const row of sorted) words[row >>> 5] = (words[row >>> 5] ?? 0) | (1 << (row & 31));
      const filter = new RowFilter(arena, words, 5000, 0);
      const read = (address: number, count: number): number[] => [
        ...arena.u32.subarray(address / 4, address / 4 + count),
      ];
      const list = filter.list === undefined ? undefined : read(filter.list, filter.admitted);
      const seeds = read(filter.seeds, filter.seedCount);
      filter.close();
      return (
        filter.admitted === sorted.length &&
        (list === undefined) === sorted.length * 32 > 5000 &&
        (list === undefined || list.every((row, at) => row === sorted[at])) &&
        seeds.length === Math.min(16, sorted.length) &&
        seeds.every((row, at) => row === sorted[Math.floor(((at + 0.5) * sorted.length) / seeds.length)])
      );
    }),
  );
  t.pass();
});

test.serial('a filter gives its memory back once it is closed and nobody uses it', async (t) => {
  const used = arena.usedBytes;
  const filter = every(100, 64_000);
  t.true(filter.bytes >= 64_000 / 8 && filter.bytes <= 64_000 / 4 + 128);
  t.true(arena.usedBytes - used >= filter.bytes);
  const { promise, resolve } = Promise.withResolvers<string>();
  const work = filter.using(promise);
  filter.close();
  t.true(arena.usedBytes > used);
  resolve('done');
  t.is(await work, 'done');
  t.is(arena.usedBytes, used);
  filter.close();
  t.is(arena.usedBytes, used);
});
