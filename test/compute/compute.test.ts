import test from 'ava';
import { Compute } from '../../src/compute/compute.ts';
import { generateClustered } from '../../scripts/bench/data.ts';
import { DenseField, type DenseFieldOptions } from '../../src/vectors/dense-field.ts';
import type { Hits } from '../../src/vectors/search-task.ts';
import { rowAt } from '../vectors/oracle.ts';

const DIMENSION = 16;
const { base } = generateClustered({ rows: 3000, queries: 1, dimension: DIMENSION, seed: 21 });
const never = new AbortController().signal;
const OPTIONS: DenseFieldOptions = {
  dimension: DIMENSION,
  distance: 'Dot',
  m: 8,
  efConstruct: 32,
  datatype: 'float32',
  quantization: undefined,
  remainders: true,
};
const QUANTIZATION = { ignore: false, rescore: undefined, oversampling: undefined };

function filledField(compute: Compute): DenseField {
  const field = DenseField.open(compute, OPTIONS, undefined);
  field.append(base, 3000);
  return field;
}

function memoryOf({ memory }: DenseField): number {
  return memory.codes + memory.index + memory.originals;
}

function find(field: DenseField, row: number, signal: AbortSignal = never): Promise<Hits> {
  return field.search({
    query: rowAt(base, DIMENSION, row),
    k: 3,
    ef: 32,
    exact: false,
    indexedOnly: false,
    filter: undefined,
    quantization: QUANTIZATION,
    signal,
  });
}

test('many searches at once are all answered, each with its own answer', async (t) => {
  const compute = Compute.open({ searchThreads: 2, backgroundThreads: 1 });
  const fields = [filledField(compute), filledField(compute)] as const;
  const answers = await Promise.all(
    Array.from({ length: 400 }, (_, index) => find(fields[index % 2 === 0 ? 0 : 1], index)),
  );
  t.true(answers.every((hits, index) => hits.rows.length === 3 && hits.rows.includes(index)));
  for (const field of fields) field.close();
  t.true(compute.arenas.usedBytes < 20_000_000);
  await compute.close();
});

test('a cancelled search that has not begun is refused as a timeout; the others are answered', async (t) => {
  const compute = Compute.open({ searchThreads: 1, backgroundThreads: 1 });
  const field = filledField(compute);
  const controller = new AbortController();
  const kept = find(field, 1);
  const cancelled = find(field, 2, controller.signal);
  controller.abort();
  t.is(((await t.throwsAsync(cancelled)) as { kind?: string }).kind, 'timeout');
  t.is((await kept).rows.length, 3);
  await compute.close();
});

test('after close, and while it waits, a search is refused', async (t) => {
  const compute = Compute.open({ searchThreads: 1, backgroundThreads: 1 });
  const field = filledField(compute);
  const waiting = find(field, 1);
  const closing = compute.close();
  t.is(((await t.throwsAsync(waiting)) as { kind?: string }).kind, 'unavailable');
  t.is(((await t.throwsAsync(find(field, 2))) as { kind?: string }).kind, 'unavailable');
  await closing;
});

test('a thread that fails fails its own tasks with a clear error, and the pools go on', async (t) => {
  const compute = Compute.open({ searchThreads: 1, backgroundThreads: 1 });
  const field = filledField(compute);
  t.true((await find(field, 7)).rows.includes(7));
  const arena = compute.arenas.forField();
  const shape = { padded: 16, rowCount: 1, beam: 4, links: 16, top: 4 };
  // An address behind the memory makes the kernel trap.
  const trap = compute.search({ arena, task: 0xfffffff0, shape, signal: never });
  const error = await t.throwsAsync(trap);
  t.is((error as { kind?: string }).kind, 'internal');
  t.regex(error.message, /worker thread failed/);
  const work = { kind: 'insert', field: 0xfffffff0, start: 0, end: 1, rowCount: 1, originals: 0 } as const;
  t.is(((await t.throwsAsync(compute.background({ arena, shape, work }))) as { kind?: string }).kind, 'internal');
  t.true((await find(field, 8)).rows.includes(8));
  await field.buildIndex({ signal: never });
  t.true((await find(field, 9)).rows.includes(9));
  await compute.close();
});

test('building and searching go on together: no search waits, none misses a row, none is torn', async (t) => {
  const compute = Compute.open({ searchThreads: 1, backgroundThreads: 2 });
  const field = DenseField.open(compute, { ...OPTIONS, efConstruct: 64 }, undefined);
  const data = generateClustered({ rows: 12_000, queries: 1, dimension: DIMENSION, seed: 22 });
  field.append(data.base.subarray(0, 6000 * DIMENSION), 6000);
  const progress: number[] = [];
  const build = field.buildIndex({ signal: never, onProgress: (indexed) => progress.push(indexed) });
  let appended = 6000;
  let missed = 0;
  let searches = 0;
  while (field.indexedCount < 12_000) {
    if (appended < 12_000) {
      field.append(data.base.subarray(appended * DIMENSION, (appended + 100) * DIMENSION), 100);
      appended += 100;
    }
    const row = (searches * 7919) % appended;
    const query = rowAt(data.base, DIMENSION, row);
    const hits = await field.search({
      query,
      k: 5,
      ef: 64,
      exact: false,
      indexedOnly: false,
      filter: undefined,
      quantization: QUANTIZATION,
      signal: never,
    });
    searches += 1;
    if (!hits.rows.includes(row)) missed += 1;
    t.is(new Set(hits.rows).size, 5);
    t.true(hits.rows.every((found) => found < appended));
  }
  await build;
  t.is(field.indexedCount, field.rowCount);
  t.true(progress.every((value, index) => index === 0 || value >= (progress[index - 1] ?? 0)));
  t.true(searches > 3 && missed <= searches * 0.03, `${String(missed)} of ${String(searches)} missed`);
  field.close();
  await compute.close();
});

test('an aborted build leaves the tail searchable, and a second one finishes it', async (t) => {
  const compute = Compute.open({ searchThreads: 1, backgroundThreads: 2 });
  const field = filledField(compute);
  const controller = new AbortController();
  const build = field.buildIndex({
    signal: controller.signal,
    onProgress: () => {
      controller.abort();
    },
  });
  t.is(((await t.throwsAsync(build)) as { kind?: string }).kind, 'timeout');
  t.true(field.indexedCount < 3000);
  t.true((await find(field, 2999)).rows.includes(2999));
  await field.buildIndex({ signal: never });
  t.is(field.indexedCount, 3000);
  t.true((await find(field, 2999)).rows.includes(2999));
  await compute.close();
});

test('memory comes back when a field is closed, after the searches that were under way', async (t) => {
  const compute = Compute.open({ searchThreads: 1, backgroundThreads: 1 });
  const field = filledField(compute);
  await find(field, 1);
  const before = compute.arenas.usedBytes;
  t.true(memoryOf(field) > 0 && memoryOf(field) <= before);
  const late = find(field, 5);
  const held = memoryOf(field);
  field.close();
  t.true(compute.arenas.usedBytes >= held);
  t.true((await late).rows.includes(5));
  t.true(compute.arenas.usedBytes < before - held + 100_000);
  await compute.close();
});
