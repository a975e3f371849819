import test from 'ava';
import { Arenas } from '../../src/compute/arenas.ts';
import { Workspace } from '../../src/compute/workspace.ts';
import * as layout from '../../src/kernels/layout.ts';
import { compileKernels } from '../../src/kernels/load.ts';
import { FieldMemory } from '../../src/vectors/field-memory.ts';
import { levelOf } from '../../src/vectors/levels.ts';
import { RowFilter, filterWords } from '../../src/vectors/row-filter.ts';
import { planSearch } from '../../src/vectors/search-plan.ts';
import type { SearchPlan } from '../../src/vectors/search-plan.ts';
import { SearchTask, searchShape } from '../../src/vectors/search-task.ts';
import { generateClustered, uniformSource } from '../../scripts/bench/data.ts';
import { nearest, rowAt } from '../vectors/oracle.ts';
import { PLAIN_PARAMS, PLAIN_SCORING, plainShape } from '../../scripts/bench/engine/plain-field.ts';

/** The ways of a walk that a field chooses only among hundreds of thousands of rows, here with plans made by hand. */
const arena = new Arenas(compileKernels()).forField();
const ROWS = 10_000;
const DIMENSION = 16;
const QUERIES = 40;
const M = 12;
const { base, queries } = generateClustered({
  rows: ROWS,
  queries: QUERIES,
  dimension: DIMENSION,
  seed: 8,
  clusters: 30,
});
const memory = new FieldMemory(arena, plainShape({ dimension: DIMENSION, distance: 'Dot', m: M, efConstruct: 64 }));
const space = new Workspace(arena, { padded: memory.padded, rowCount: ROWS, beam: 4000, links: 2 * M, top: 10 });
memory.reserve(ROWS, (row) => levelOf(row, M));
memory.quantise(0, base, ROWS);
arena.kernels.insertRows(memory.field, space.address, 0, ROWS, ROWS);

const PLAIN = { through: 0, deep: false, efWide: 0, flat: 0 };

interface Outcome {
  readonly recall: number;
  /** Distances of one search. */
  readonly distances: number;
}

/** Searches all queries by `change`d plans of a walk under a filter, and checks that nothing outside comes back. */
function walkAll(
  admits: (row: number, ranked: ReadonlyMap<number, number>) => boolean,
  change: Partial<SearchPlan>,
): Outcome {
  let found = 0;
  let wantedCount = 0;
  let distances = 0;
  for (let index = 0; index < QUERIES; index += 1) {
    const query = rowAt(queries, DIMENSION, index);
    const candidates = Array.from({ length: ROWS }, (_, row) => row);
    const all = nearest({ distance: 'Dot', dimension: DIMENSION, rows: base, query, candidates, k: ROWS });
    const ranked = new Map(all.map(({ row }, rank) => [row, rank]));
    const words = new Uint32Array(filterWords(ROWS));
    for (const row of candidates)
      if (admits(row, ranked)) words[row >>> 5] = (words[row >>> 5] ?? 0) | (1 << (row & 31));
    const filter = new RowFilter(arena, words, ROWS, 0);
    const wanted = all.filter(({ row }) => admits(row, ranked)).slice(0, 10);
    const request = { query, k: 10, ef: 32, exact: false, indexedOnly: false, filter, quantization: PLAIN_PARAMS };
    const planned = planSearch(request, {
      rowCount: ROWS,
      deadCount: 0,
      graphRows: ROWS,
      m: M,
      scoring: PLAIN_SCORING,
    });
    const walk = { ef: 32, listed: false, scanStart: ROWS, scanEnd: ROWS, leastFound: 0, ...PLAIN };
    const plan = { ...planned, ...walk, ...change };
    if (searchShape(memory, M, plan).beam > 4000) throw new Error('the workspace of this test is too small');
    const task = new SearchTask(memory, plan);
    arena.kernels.search(task.address, space.address);
    const hits = task.hits();
    if (hits === undefined) throw new Error('an answer was expected');
    distances += arena.u32[(task.address + layout.SEARCH_DISTANCES) / 4] ?? 0;
    task.free();
    filter.close();
    if (!hits.rows.every((row) => admits(row, ranked))) throw new Error('a row outside of the filter');
    found += wanted.filter(({ row }) => hits.rows.includes(row)).length;
    wantedCount += wanted.length;
  }
  return { recall: found / wantedCount, distances: distances / QUERIES };
}

const chance = uniformSource(3);
const chances = Float64Array.from({ length: ROWS }, () => chance());

test('under a sparse filter, looking one row further finds what two hops miss, without scoring many more', (t) => {
  const sparse = (row: number): boolean => (chances[row] ?? 1) < 0.015;
  const near = walkAll(sparse, { deep: false, efWide: 32 });
  const deep = walkAll(sparse, { deep: true, efWide: 32 });
  t.true(deep.recall >= 0.95, `recall ${String(deep.recall)}`);
  t.true(deep.recall > near.recall + 0.02, `${String(near.recall)} → ${String(deep.recall)}`);
  t.true(deep.distances < 150 + 60, `${String(deep.distances)} distances`);
});

test('a filter that keeps away the rows around the query is noticed, and searched wider', (t) => {
  // The nearest fifth is outside, of the others every second row.
  const far = (row: number, ranked: ReadonlyMap<number, number>): boolean =>
    (ranked.get(row) ?? 0) >= ROWS / 5 && row % 2 === 0;
  const narrow = walkAll(far, { efWide: 32 });
  const wide = walkAll(far, { efWide: 1000 });
  t.true(wide.recall > narrow.recall + 0.1, `${String(narrow.recall)} → ${String(wide.recall)}`);
  t.true(wide.distances > narrow.distances);
});

test('an ordinary filter is not searched wider', (t) => {
  for (const share of [0.2, 0.5, 1]) {
    const admits = (row: number): boolean => (chances[row] ?? 1) < share;
    const narrow = walkAll(admits, { efWide: 32 });
    const wide = walkAll(admits, { efWide: 1000, flat: 0.033 * Math.log(3.2) });
    t.true(narrow.recall >= 0.95, `recall ${String(narrow.recall)}`);
    t.true(wide.distances < narrow.distances * 1.3, `${String(narrow.distances)} → ${String(wide.distances)}`);
  }
});

test('a hole of seen rows around the query is crossed: all but the nearest hundred keep their recall', (t) => {
  const unseen = (row: number, ranked: ReadonlyMap<number, number>): boolean => (ranked.get(row) ?? 0) >= 100;
  const over = walkAll(unseen, { through: 0 });
  const through = walkAll(unseen, { through: 200 });
  t.true(through.recall >= 0.97, `recall ${String(through.recall)}`);
  t.true(through.recall > over.recall, `${String(over.recall)} → ${String(through.recall)}`);
});

test('a hole too large to be crossed is gone round', (t) => {
  const far = (row: number, ranked: ReadonlyMap<number, number>): boolean => (ranked.get(row) ?? 0) >= ROWS / 4;
  const outcome = walkAll(far, { through: 200, efWide: 1000 });
  t.true(outcome.recall >= 0.8, `recall ${String(outcome.recall)}`);
});
