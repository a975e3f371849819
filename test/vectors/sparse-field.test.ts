import test from 'ava';
import fc from 'fast-check';
import { Compute } from '../../src/compute/compute.ts';
import { SparseField } from '../../src/vectors/sparse-field.ts';
import type { SparseFieldOptions } from '../../src/vectors/sparse-field.ts';
import type { Hits } from '../../src/vectors/search-task.ts';
import type { RowFilter } from '../../src/vectors/row-filter.ts';
import { uniformSource } from '../../scripts/bench/data.ts';
import { appendRows, bestRows, contributions, randomRow, wordsOf } from './sparse-oracle.ts';
import type { SparseRow } from './sparse-oracle.ts';

const compute = Compute.open({ searchThreads: 2, backgroundThreads: 1 });
test.after.always(() => compute.close());
const { signal } = new AbortController();
const DATATYPES: readonly SparseFieldOptions['datatype'][] = ['float32', 'float16', 'uint8'];

function find(field: SparseField, query: SparseRow, k: number, filter?: RowFilter): Promise<Hits> {
  const indices = Uint32Array.from(query.keys());
  const values = Float32Array.from(query.values());
  return field.search({ indices, values, k, filter, signal });
}

/** Compares an answer with brute force over `rows`; undefined rows cannot be returned. */
function difference(
  hits: Hits,
  rows: readonly (SparseRow | undefined)[],
  query: SparseRow,
  k: number,
  datatype: SparseFieldOptions['datatype'],
): string | undefined {
  return differenceFrom(bestRows(rows, query, rows.length), hits, rows, query, k, datatype);
}

/** wanted  all rows that share an index with the query, best first. */
function differenceFrom(
  wanted: readonly { readonly row: number; readonly score: number }[],
  hits: Hits,
  rows: readonly (SparseRow | undefined)[],
  query: SparseRow,
  k: number,
  datatype: SparseFieldOptions['datatype'],
): string | undefined {
  const expected = new Map(wanted.map(({ row, score }) => [row, score]));
  const count = Math.min(k, wanted.length);
  if (hits.rows.length !== count) return `${String(hits.rows.length)} rows for ${String(count)}`;
  if (new Set(hits.rows).size !== count) return 'a row twice';
  for (const [at, row] of hits.rows.entries()) {
    const score = hits.scores[at] ?? NaN;
    const tolerance = errorOf(rows, row, query, datatype);
    if (!(Math.abs(score - (expected.get(row) ?? NaN)) <= tolerance))
      return `row ${String(row)}: ${String(score)} for ${String(expected.get(row))}`;
    const place = wanted[at];
    // Of two sorted lists no place is further apart than the row that is furthest off.
    const isNear = (error: number): boolean => Math.abs(score - (place?.score ?? NaN)) <= error;
    if (!isNear(tolerance) && !isNear(Math.max(...wanted.map((one) => errorOf(rows, one.row, query, datatype)))))
      return `place ${String(at)}: ${String(score)} for ${String(place?.score)}`;
    if (at > 0 && score > (hits.scores[at - 1] ?? NaN)) return 'not best first';
  }
  return undefined;
}

/** How far a score may be off: by the sizes of what is summed up; uint8 by the largest value that a block may hold. */
function errorOf(
  rows: readonly (SparseRow | undefined)[],
  row: number,
  query: SparseRow,
  datatype: SparseFieldOptions['datatype'],
): number {
  if (datatype === 'uint8') return [...query.values()].reduce((sum, weight) => sum + (Math.abs(weight) * 5) / 250, 0);
  return (datatype === 'float32' ? 1e-6 : 1e-3) * contributions(rows[row] ?? new Map<number, number>(), query) + 1e-30;
}

for (const datatype of DATATYPES) {
  test(`${datatype}: answers are those of brute force, through appends, removals and filters`, async (t) => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          seed: fc.integer(),
          count: fc.integer({ min: 1, max: 1500 }),
          terms: fc.constantFrom(1, 3, 20, 300, 5000),
          length: fc.integer({ min: 0, max: 12 }),
          negative: fc.boolean(),
          removed: fc.constantFrom(0, 0.01, 0.5, 0.999),
          admitted: fc.constantFrom(0, 0.002, 0.3, 1),
          k: fc.constantFrom(1, 3, 10, 200, 5000),
        }),
        async ({ seed, count, terms, length, negative, removed, admitted, k }) => {
          const chance = uniformSource(seed);
          const field = SparseField.open(compute, { datatype });
          const rows: (SparseRow | undefined)[] = [];
          const queries = [1, 4, 30].map((size) => randomRow(chance, { terms, length: size, negative }));
          while (rows.length < count) {
            const part = Array.from({ length: Math.min(count - rows.length, 1 + Math.floor(chance() * 900)) }, () =>
              randomRow(chance, { terms, length, negative }),
            );
            appendRows(field, part);
            for (const row of part) rows.push(row);
            for (let row = 0; row < rows.length; row += 1) {
              if (rows[row] === undefined || chance() >= removed) continue;
              field.remove(row);
              field.remove(row);
              rows[row] = undefined;
            }
            for (const query of queries) {
              const wrong = difference(await find(field, query, k), rows, query, k, datatype);
              if (wrong !== undefined) throw new Error(wrong);
            }
          }
          const inside = rows.map(() => chance() < admitted);
          const filter = field.admit(wordsOf(inside), rows.length);
          const admittedRows = rows.map((row, at) => (inside[at] === true ? row : undefined));
          for (const query of queries) {
            const wrong = difference(await find(field, query, k, filter), admittedRows, query, k, datatype);
            if (wrong !== undefined) throw new Error(`filtered: ${wrong}`);
            const indices = Uint32Array.from(query.keys());
            for (const [live, which] of [
              [rows, undefined],
              [admittedRows, filter],
            ] as const) {
              const { rows: filled, frequencies } = field.statistics(indices, which);
              const counted = live.filter((row) => row !== undefined && row.size > 0);
              if (filled !== counted.length) throw new Error(`${String(filled)} rows for ${String(counted.length)}`);
              for (const [at, index] of indices.entries()) {
                const having = counted.filter((row) => row?.has(index) === true).length;
                if (frequencies[at] !== having)
                  throw new Error(`frequency ${String(frequencies[at])}: ${String(having)}`);
              }
            }
          }
          if (field.liveCount !== rows.filter((row) => row !== undefined).length) throw new Error('live rows');
          filter.close();
          field.close();
        },
      ),
      { numRuns: 40, includeErrorInReport: true },
    );
    t.pass();
  });
}

test('searches that run while rows are appended and removed see every row that was there when they began', async (t) => {
  const chance = uniformSource(5);
  const field = SparseField.open(compute, { datatype: 'float32' });
  const rows: (SparseRow | undefined)[] = [];
  const running: Promise<string | undefined>[] = [];
  for (let part = 0; part < 60; part += 1) {
    // Few terms are in nearly every row, so that lists grow and move all the time; many more come up, so that the table does.
    const added = Array.from({ length: 150 }, () =>
      randomRow(chance, { terms: 20 + part * 200, length: 10, negative: false }),
    );
    appendRows(field, added);
    for (const row of added) rows.push(row);
    const query = randomRow(chance, { terms: 30, length: 6, negative: false });
    const then = [...rows];
    running.push(find(field, query, 10).then((hits) => difference(hits, then, query, 10, 'float32')));
    if (part % 10 === 9) {
      for (const wrong of await Promise.all(running.splice(0))) t.is(wrong, undefined);
      const row = Math.floor(chance() * rows.length);
      field.remove(row);
      rows[row] = undefined;
    }
  }
  t.true(field.isRemoved(rows.indexOf(undefined)));
  t.deepEqual([field.rowCount, field.indexedCount], [9000, 9000]);
  t.true(field.postingCount > 9000);
  field.close();
});

test.serial('memory is given back at close, once searches under way are done', async (t) => {
  const chance = uniformSource(6);
  const before = compute.arenas.usedBytes;
  const field = SparseField.open(compute, { datatype: 'float16' });
  t.deepEqual(field.memory, { codes: 0, index: 0, originals: 0 });
  t.is(compute.arenas.usedBytes, before);
  const rows = Array.from({ length: 5000 }, () => randomRow(chance, { terms: 4000, length: 20, negative: true }));
  appendRows(field, rows);
  for (let row = 0; row < 500; row += 1) field.remove(row * 7);
  // Blocks are rounded up to cache lines.
  t.true(Math.abs(field.memory.codes + field.memory.index - (compute.arenas.usedBytes - before)) < 512);
  const query = randomRow(chance, { terms: 50, length: 8, negative: false });
  const live = rows.map((row, at) => (at % 7 === 0 && at < 3500 ? undefined : row));
  const search = find(field, query, 5);
  field.close();
  t.is(difference(await search, live, query, 5, 'float16'), undefined);
  // Each thread's first work makes its workspace, which stays; what is not given back would come on top every time.
  const usedBytes: number[] = [];
  for (let time = 0; time < 6; time++) {
    const again = SparseField.open(compute, { datatype: 'float16' });
    appendRows(again, rows);
    await find(again, query, 5);
    again.close();
    usedBytes.push(compute.arenas.usedBytes);
  }
  t.true(
    usedBytes.some((bytes, time) => time > 0 && bytes <= (usedBytes[time - 1] ?? 0)),
    usedBytes.join(),
  );
});

test.serial('rows that there is no memory for leave nothing behind', async (t) => {
  const chance = uniformSource(7);
  const field = SparseField.open(compute, { datatype: 'float32' });
  const rows: SparseRow[] = [];
  const draw = (count: number): SparseRow[] =>
    Array.from({ length: count }, () => randomRow(chance, { terms: 4000, length: 30, negative: false }));
  const arena = compute.arenas.forField();
  const allocate = arena.allocate.bind(arena);
  for (let allowed = 0; allowed < 14; allowed += 1) {
    let left = allowed;
    arena.allocate = (bytes): number => {
      left -= 1;
      if (left < 0) throw new Error('full');
      return allocate(bytes);
    };
    const more = draw(700);
    const first = field.rowCount;
    try {
      appendRows(field, more);
    } catch (error) {
      t.is((error as Error).message, 'full');
    } finally {
      arena.allocate = allocate;
    }
    rows.push(...more.slice(0, field.rowCount - first));
    t.is(
      field.postingCount,
      rows.reduce((sum, row) => sum + row.size, 0),
    );
  }
  const others = draw(100);
  appendRows(field, others);
  rows.push(...others);
  const query = randomRow(chance, { terms: 4000, length: 40, negative: false });
  t.is(difference(await find(field, query, 500), rows, query, 500, 'float32'), undefined);
  const { frequencies } = field.statistics(Uint32Array.from(query.keys()), undefined);
  t.deepEqual(
    [...frequencies],
    [...query.keys()].map((index) => rows.filter((row) => row.has(index)).length),
  );
  field.close();
});

test('nothing asked for, nothing there, and a search that was cancelled', async (t) => {
  const field = SparseField.open(compute, { datatype: 'uint8' });
  const query = new Map([[7, 1]]);
  t.is((await find(field, query, 3)).rows.length, 0);
  t.deepEqual(field.statistics(Uint32Array.of(7), undefined), { rows: 0, frequencies: Uint32Array.of(0) });
  const none = field.admit(new Uint32Array(1), 0);
  none.close();
  appendRows(field, []);
  appendRows(field, [new Map(), new Map([[7, 2]]), new Map()]);
  t.deepEqual([...(await find(field, query, 3)).rows], [1]);
  t.is((await find(field, new Map(), 3)).rows.length, 0);
  t.is((await find(field, new Map([[8, 1]]), 3)).rows.length, 0);
  t.is((await find(field, query, 0)).rows.length, 0);
  // A weight of zero still names rows.
  t.deepEqual([...(await find(field, new Map([[7, 0]]), 3)).scores], [0]);
  await field.buildIndex();
  field.remove(0);
  t.deepEqual(field.statistics(Uint32Array.of(7, 9), undefined), { rows: 1, frequencies: Uint32Array.of(1, 0) });
  field.remove(1);
  t.deepEqual(field.statistics(Uint32Array.of(7, 9), undefined), { rows: 0, frequencies: Uint32Array.of(0, 0) });
  const cancelled = AbortSignal.abort();
  const indices = Uint32Array.of(7);
  const values = Float32Array.of(1);
  const request = { indices, values, k: 1, filter: undefined };
  await t.throwsAsync(field.search({ ...request, signal: cancelled }));
  field.close();
});

test('rows far apart, values of any size', async (t) => {
  const chance = uniformSource(8);
  for (const datatype of DATATYPES) {
    const field = SparseField.open(compute, { datatype });
    // A list whose blocks are wider than 16 bits of rows.
    const rows: SparseRow[] = Array.from({ length: 90_000 }, (_, row) =>
      row % 600 === 0 ? new Map([[5, 60_000 * chance()]]) : row % 3 === 0 ? new Map([[9, 1e-7 * chance()]]) : new Map(),
    );
    appendRows(field, rows);
    for (const query of [
      new Map([[5, 2]]),
      new Map([[9, 3]]),
      new Map([
        [5, 1e-9],
        [9, 1],
      ]),
    ]) {
      const hits = await find(field, query, 300);
      const wanted = bestRows(rows, query, 300);
      t.is(hits.rows.length, Math.min(300, wanted.length));
      const relative = { float32: 1e-6, float16: 0.3, uint8: 0.05 }[datatype];
      t.true(Math.abs((hits.scores[0] ?? 0) - (wanted[0]?.score ?? 1)) <= relative * (wanted[0]?.score ?? 0));
    }
    t.is(field.statistics(Uint32Array.of(5), undefined).frequencies[0], 150);
    field.close();
  }
});

for (const datatype of DATATYPES) {
  test(`${datatype}: what a search of many rows leaves out could not be among the best`, async (t) => {
    const chance = uniformSource(9);
    const field = SparseField.open(compute, { datatype });
    const count = 20_000;
    // Many rare terms with large values beside frequent ones with small: most lists are only looked up.
    const rows: (SparseRow | undefined)[] = Array.from({ length: count }, () => {
      const row = randomRow(chance, { terms: 400, length: 9, negative: chance() < 0.02 });
      const rare = 1000 + Math.floor(chance() * 2000);
      const entries: [number, number][] = [...row, [rare, Math.fround(5 * chance())]];
      return chance() < 0.3 ? new Map(entries.toSorted(([a], [b]) => a - b)) : row;
    });
    for (let first = 0; first < count; first += 7000) {
      appendRows(
        field,
        rows.slice(first, first + 7000).map((row) => row ?? new Map()),
      );
    }
    for (let row = 3; row < count; row += 11) {
      field.remove(row);
      rows[row] = undefined;
    }
    const inside = rows.map(() => chance() < 0.4);
    const filter = field.admit(wordsOf(inside), count);
    const admitted = rows.map((row, at) => (inside[at] === true ? row : undefined));
    for (let turn = 0; turn < 4; turn += 1) {
      const common = randomRow(chance, { terms: 400, length: 3 + turn * 8, negative: turn === 3 });
      const rare = Array.from({ length: 4 }, () => [1000 + Math.floor(chance() * 2000), 2] as const);
      const query = new Map([...common, ...rare]);
      const wanted = bestRows(rows, query, count);
      const wantedInside = wanted.filter(({ row }) => inside[row] === true);
      for (const k of [1, 10, 150]) {
        t.is(differenceFrom(wanted, await find(field, query, k), rows, query, k, datatype), undefined);
        const filtered = await find(field, query, k, filter);
        t.is(differenceFrom(wantedInside, filtered, admitted, query, k, datatype), undefined);
      }
    }
    filter.close();
    field.close();
  });
}
