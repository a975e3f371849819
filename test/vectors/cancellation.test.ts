import { setTimeout as delay } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import type { Arena } from '../../src/compute/arenas.ts';
import { Compute } from '../../src/compute/compute.ts';
import type { WorkspaceShape } from '../../src/compute/workspace.ts';
import * as layout from '../../src/kernels/layout.ts';
import * as multiLayout from '../../src/kernels/layout-multi.ts';
import * as sparseLayout from '../../src/kernels/layout-sparse.ts';
import { int8Code } from '../../src/vectors/field-code.ts';
import { FieldMemory } from '../../src/vectors/field-memory.ts';
import { levelOf } from '../../src/vectors/levels.ts';
import { MultiMemory } from '../../src/vectors/multi-memory.ts';
import { planMulti } from '../../src/vectors/multi-plan.ts';
import { MultiTask } from '../../src/vectors/multi-task.ts';
import { RowFilter, filterWords } from '../../src/vectors/row-filter.ts';
import { planSearch } from '../../src/vectors/search-plan.ts';
import type { SearchPlan } from '../../src/vectors/search-plan.ts';
import { SearchTask, searchShape } from '../../src/vectors/search-task.ts';
import { SparseMemory } from '../../src/vectors/sparse-memory.ts';
import { SparseTask, sparseShape } from '../../src/vectors/sparse-task.ts';
import { generateClustered } from '../../scripts/bench/data.ts';
import { PLAIN_PARAMS, PLAIN_SCORING, plainShape } from '../../scripts/bench/engine/plain-field.ts';

/**
 * A search that has begun on a thread ends soon after its signal: told by how much it had scored by then, which no clock
 * tells. Searches are made long by what they are asked for, not by large fields.
 */
const compute = Compute.open({ searchThreads: 1, backgroundThreads: 1 });
test.after.always(() => compute.close());
const arena = compute.arenas.forField();

interface LongSearch {
  readonly task: { readonly address: number; free(): void };
  readonly shape: WorkspaceShape;
  /** Word of the task that counts what was scored. */
  readonly counter: number;
}

/**
 * Cancels a search some time after its beginning, anew where it had not begun yet or was done already; answers what it had
 * scored. Its thread is free then.
 */
async function scoredUntilCancelled(t: ExecutionContext, make: () => LongSearch): Promise<number> {
  let waitMs = 2;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const { task, shape, counter } = make();
    const word = (task.address + counter) / 4;
    arena.u32[word] = 0;
    const controller = new AbortController();
    const done = compute.search({ arena, task: task.address, shape, signal: controller.signal });
    await delay(waitMs);
    controller.abort();
    const [result] = await Promise.allSettled([done]);
    const scored = arena.u32[word] ?? 0;
    task.free();
    if (result.status === 'fulfilled') {
      waitMs /= 2;
    } else if (scored === 0) {
      waitMs *= 1.5;
    } else {
      t.is((result.reason as { kind?: string }).kind, 'timeout');
      t.is(compute.idleSearchThreads, 1);
      return scored;
    }
  }
  t.fail('no search was cancelled while it ran');
  return Infinity;
}

/** A machine that is busy otherwise starts threads and ends waits when it likes. */
const ATTEMPTS_MAX = 40;

const ROWS = 30_000;
const DIMENSION = 16;
const M = 6;
const { base, queries } = generateClustered({ rows: ROWS, queries: 1, dimension: DIMENSION, seed: 4, clusters: 20 });
const memory = new FieldMemory(arena, plainShape({ dimension: DIMENSION, distance: 'Dot', m: M, efConstruct: 12 }));
memory.reserve(ROWS, (row) => levelOf(row, M));
memory.quantise(0, base, ROWS);

test.before(async () => {
  const shape = { padded: memory.padded, rowCount: ROWS, beam: 64, links: 2 * M, top: 1 };
  const work = { kind: 'insert', field: memory.field, start: 0, end: ROWS, rowCount: ROWS } as const;
  await compute.background({ arena, shape, work });
});

/** As long as there are rows, answers cost far more than scores. */
function planOf(change: Partial<SearchPlan> & { readonly admitted?: RowFilter }): SearchPlan {
  const request = { query: queries, k: ROWS, ef: ROWS, exact: true, indexedOnly: false, quantization: PLAIN_PARAMS };
  const rows = { rowCount: ROWS, deadCount: 0, graphRows: ROWS, m: M, scoring: PLAIN_SCORING };
  return { ...planSearch({ ...request, filter: change.admitted }, rows), ...change };
}

function denseSearch(plan: SearchPlan): LongSearch {
  const task = new SearchTask(memory, plan);
  return { task, shape: searchShape(memory, M, plan), counter: layout.SEARCH_DISTANCES };
}

test.serial('a scan of all rows', async (t) => {
  const scored = await scoredUntilCancelled(t, () => denseSearch(planOf({})));
  t.true(scored < ROWS, String(scored));
});

test.serial('a scan of the rows of a filter, and of its list', async (t) => {
  const all = new RowFilter(arena, new Uint32Array(filterWords(ROWS)).fill(-1), ROWS, 0);
  const scanned = await scoredUntilCancelled(t, () => denseSearch(planOf({ admitted: all, listed: false })));
  t.true(scanned < ROWS, String(scanned));
  all.close();
  const bytes = ROWS * 4;
  const list = arena.allocate(bytes);
  for (let row = 0; row < ROWS; row++) arena.u32[list / 4 + row] = row;
  const listed = await scoredUntilCancelled(t, () => {
    const search = denseSearch(planOf({}));
    arena.u32[(search.task.address + layout.SEARCH_LIST) / 4] = list;
    arena.u32[(search.task.address + layout.SEARCH_LIST_COUNT) / 4] = ROWS;
    return search;
  });
  t.true(listed < ROWS, String(listed));
  arena.free(list, bytes);
});

test.serial('a walk, with and without a filter', async (t) => {
  const walk = { ef: ROWS, scanStart: ROWS, scanEnd: ROWS, leastFound: 0, listed: false };
  const walked = await scoredUntilCancelled(t, () => denseSearch(planOf(walk)));
  t.true(walked < ROWS, String(walked));
  const all = new RowFilter(arena, new Uint32Array(filterWords(ROWS)).fill(-1), ROWS, 0);
  const over = { ...walk, admitted: all, through: 0, deep: false, efWide: 0, flat: 0 };
  const filtered = await scoredUntilCancelled(t, () => denseSearch(planOf(over)));
  t.true(filtered < ROWS, String(filtered));
  all.close();
});

test.serial('a sparse search', async (t) => {
  const rowCount = 60_000;
  const repeats = 20_000;
  const sparse = new SparseMemory(arena, sparseLayout.SPARSE_FLOAT32);
  const starts = Uint32Array.from({ length: rowCount + 1 }, (_, row) => row);
  const rows = { starts, indices: new Uint32Array(rowCount), values: new Float32Array(rowCount).fill(1), rowCount };
  sparse.append(0, rows, () => undefined);
  const indices = new Uint32Array(repeats);
  const weights = new Float32Array(repeats).fill(1);
  const plan = { indices, weights, k: 10, rowStart: 0, rowEnd: rowCount, filter: undefined };
  const scored = await scoredUntilCancelled(t, () => {
    const task = new SparseTask(sparse, plan);
    return { task, shape: sparseShape(10), counter: sparseLayout.SPARSE_SEARCH_SCORED };
  });
  t.true(scored < rowCount * repeats, String(scored));
  sparse.close();
});

test.serial('a search of a multi field', async (t) => {
  const points = 100;
  const tokens = 40;
  const listed = 1_000_000;
  const shape = { dimension: DIMENSION, m: 0, efConstruct: 0, remainders: true, code: int8Code(DIMENSION) };
  const multi = new MultiMemory(arena, { ...shape, distance: 'Dot' });
  multi.reserve(points, points * tokens);
  multi.rows.quantise(0, base.subarray(0, points * tokens * DIMENSION), points * tokens);
  for (let point = 0; point <= points; point++) arena.u32[multi.starts.address / 4 + point] = point * tokens;
  const request = { query: base.subarray(0, 8 * DIMENSION), k: 10, ef: 10, exact: true, indexedOnly: false };
  const counts = { rowCount: points, deadCount: 0, innerCount: points * tokens, indexedCount: 0, centroidCount: 0 };
  const plan = planMulti(
    { ...request, quantization: PLAIN_PARAMS, filter: undefined },
    { dimension: DIMENSION, ...counts, scoring: PLAIN_SCORING },
  );
  const list = arena.allocateZeroed(listed * 4);
  const scored = await scoredUntilCancelled(t, () => {
    const task = new MultiTask(multi, plan, DIMENSION, 'Dot');
    arena.u32[(task.address + multiLayout.MULTI_LIST) / 4] = list;
    arena.u32[(task.address + multiLayout.MULTI_LIST_COUNT) / 4] = listed;
    const shape = { padded: DIMENSION, rowCount: 1, beam: 1, links: multiLayout.MULTI_CHUNK, top: 1 };
    return { task, shape, counter: multiLayout.MULTI_SCORED };
  });
  t.true(scored < listed, String(scored));
  arena.free(list, listed * 4);
  multi.close();
});

test.serial(
  'of searches that go out together only the cancelled one fails; what follows finds the workspace as it should be',
  async (t) => {
    const never = new AbortController();
    const gone = new AbortController();
    const searches = [never, gone, never].map(({ signal }) => {
      const { task, shape } = denseSearch(planOf({ k: 10, answers: 10 }));
      return { task, done: compute.search({ arena, task: task.address, shape, signal }) };
    });
    gone.abort();
    const results = await Promise.allSettled(searches.map(({ done }) => done));
    t.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    const [first, , last] = searches.map(({ task }) => (task as SearchTask).hits());
    t.is(first?.rows.length, 10);
    t.deepEqual(first?.rows, last?.rows);
    // A walk after cancelled walks: no row is marked as visited.
    const { task, shape } = denseSearch(planOf({ k: 10, answers: 10, ef: 64, scanStart: ROWS, leastFound: 0 }));
    await compute.search({ arena, task: task.address, shape, signal: never.signal });
    t.is((task as SearchTask).hits()?.rows[0], first?.rows[0]);
  },
);

test.serial('a signal that has aborted before: nothing begins', async (t) => {
  const { task, shape, counter } = denseSearch(planOf({}));
  arena.u32[(task.address + counter) / 4] = 0;
  const done = compute.search({ arena, task: task.address, shape, signal: AbortSignal.abort() });
  t.is(((await t.throwsAsync(done)) as { kind?: string }).kind, 'timeout');
  t.is(arena.u32[(task.address + counter) / 4], 0);
  task.free();
});

/** What the tests above stand on: memories are of the one arena that is searched. */
test('all in one arena', (t) => {
  const arenas: readonly Arena[] = [memory.arena, compute.arenas.forField()];
  t.true(arenas.every((each) => each === arena));
});
