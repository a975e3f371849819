import test from 'ava';
import fc from 'fast-check';
import { Compute } from '../../src/compute/compute.ts';
import type { MultiField } from '../../src/vectors/multi-field.ts';
import { DISTANCES, Model, bitmapOf, find, openField } from './multi-model.ts';

const compute = Compute.open({ searchThreads: 2, backgroundThreads: 2 });
test.after.always(() => compute.close());

const { signal } = new AbortController();

for (const distance of DISTANCES) {
  for (const datatype of ['float32', 'uint8'] as const) {
    test(`${distance}, ${datatype}: an exact search gives the oracle's scores in the oracle's order`, async (t) => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 70 }),
          fc.integer({ min: 1, max: 120 }),
          fc.integer({ min: 1, max: 9 }),
          fc.integer({ min: 1, max: 7 }),
          fc.integer({ min: 1, max: 20 }),
          fc.integer(),
          async (dimension, count, rowsMax, queryRows, k, seed) => {
            const model = new Model(distance, dimension, datatype === 'uint8', seed);
            const field = openField(compute, { dimension, distance, datatype });
            model.append(field, count, rowsMax);
            const query = model.draw(queryRows);
            const hits = await find(field, query, { k, exact: true });
            field.close();
            const fault = model.fault(hits, model.nearest(query, model.live(), k));
            if (fault !== undefined || hits.approximate) throw new Error(fault ?? 'approximate');
          },
        ),
        { numRuns: 25 },
      );
      t.pass();
    });
  }
}

type Step =
  | { readonly kind: 'append'; readonly count: number; readonly rowsMax: number }
  | { readonly kind: 'remove'; readonly rows: readonly number[] }
  | { readonly kind: 'build' };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('append' as const),
        count: fc.integer({ min: 1, max: 300 }),
        rowsMax: fc.integer({ min: 1, max: 12 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('remove' as const), rows: fc.array(fc.nat(), { maxLength: 100 }) }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('build' as const) }) },
  ),
  { minLength: 2, maxLength: 10 },
);

async function take(field: MultiField, model: Model, step: Step): Promise<void> {
  if (step.kind === 'append') {
    model.append(field, step.count, step.rowsMax);
  } else if (step.kind === 'remove') {
    for (const number of step.rows) {
      if (model.points.length === 0) continue;
      field.remove(number % model.points.length);
      model.removed.add(number % model.points.length);
    }
  } else {
    await field.buildIndex({ signal });
  }
}

/** What is wrong with searches of a field, with and without a filter, or undefined. */
async function faultOf(field: MultiField, model: Model): Promise<string | undefined> {
  const live = model.live();
  if (field.liveCount !== live.length || field.rowCount !== model.points.length) return 'counts';
  const query = model.draw(1 + Math.floor(model.chance() * 20));
  const share = [0, 0.01, 0.2, 0.6, 1][Math.floor(model.chance() * 5)] ?? 1;
  const chosen = new Set([...model.points.keys()].filter(() => model.chance() < share));
  const filter = field.admit(bitmapOf(chosen, model.points.length), model.points.length);
  try {
    for (const [asked, candidates] of [
      [{}, live],
      [{ filter }, live.filter((row) => chosen.has(row))],
    ] as const) {
      const wanted = model.nearest(query, candidates, 5);
      const exact = model.fault(await find(field, query, { ...asked, exact: true }), wanted);
      if (exact !== undefined) return `exact: ${exact}`;
      const allowed = new Set(candidates);
      const hits = await find(field, query, { ...asked, ef: 8 });
      if (hits.rows.length !== wanted.length) return `${String(hits.rows.length)} of ${String(wanted.length)} rows`;
      for (const [at, row] of hits.rows.entries()) {
        if (!allowed.has(row)) return `row ${String(row)} may not be there`;
        const expected = model.similarity(query, model.points[row] ?? query);
        if (Math.abs((hits.scores[at] ?? NaN) - expected) > 1e-5 * Math.max(1, Math.abs(expected))) return 'a score';
      }
    }
    return undefined;
  } finally {
    filter.close();
  }
}

for (const distance of DISTANCES) {
  test(`${distance}: after any steps exact searches equal the oracle, and no search is short or names a dead row`, async (t) => {
    await fc.assert(
      fc.asyncProperty(steps, fc.integer(), fc.boolean(), async (taken, seed, whole) => {
        const model = new Model(distance, 12, whole, seed);
        const field = openField(compute, { dimension: 12, distance, datatype: whole ? 'uint8' : 'float32' });
        for (const step of taken) {
          await take(field, model, step);
          const fault = await faultOf(field, model);
          if (fault !== undefined) throw new Error(`${step.kind}: ${fault}`);
        }
        field.close();
      }),
      { numRuns: 12 },
    );
    t.pass();
  });
}

test('points of one and of two thousand inner rows stand side by side', async (t) => {
  for (const distance of DISTANCES) {
    const model = new Model(distance, 24, false, 5);
    const field = openField(compute, { dimension: 24, distance });
    model.append(field, 200, 1);
    model.append(field, 3, 2000);
    model.append(field, 200, 3);
    for (const queryRows of [1, 70, 300]) {
      const query = model.draw(queryRows);
      const wanted = model.nearest(query, model.live(), 5);
      t.is(model.fault(await find(field, query, { exact: true }), wanted), undefined);
      await field.buildIndex({ signal });
      const hits = await find(field, query, { ef: 100 });
      t.is(hits.rows.length, 5);
      t.is(hits.rows[0], wanted[0]?.row);
    }
    field.close();
  }
});

test('rows are found while others are appended and the index is built', async (t) => {
  const model = new Model('Cosine', 16, false, 11);
  const field = openField(compute, { dimension: 16, distance: 'Cosine' });
  model.append(field, 500, 6);
  const building = field.buildIndex({ signal });
  const again = field.buildIndex({ signal });
  for (let round = 0; round < 30; round += 1) {
    const query = model.draw(4);
    const wanted = model.nearest(query, model.live(), 5);
    const searching = find(field, query, { exact: true });
    model.append(field, 100, 6);
    t.is(model.fault(await searching, wanted), undefined);
  }
  await building;
  await again;
  await field.buildIndex({ signal });
  t.is(field.indexedCount, field.rowCount);
  const query = model.draw(4);
  t.is(model.fault(await find(field, query, { ef: 4000 }), model.nearest(query, model.live(), 5)), undefined);
  field.close();
});

test('an index is not asked for rows that came after it, where only indexed ones are wanted', async (t) => {
  const model = new Model('Dot', 8, false, 2);
  const field = openField(compute, { dimension: 8, distance: 'Dot' });
  model.append(field, 50, 3);
  await field.buildIndex({ signal });
  model.append(field, 50, 3);
  const query = model.draw(3);
  const hits = await find(field, query, { k: 100, indexedOnly: true });
  t.deepEqual(
    [...hits.rows].sort((a, b) => a - b),
    Array.from({ length: 50 }, (_, row) => row),
  );
  field.close();
});

test('without an index every search goes through all rows', async (t) => {
  const model = new Model('Euclid', 8, false, 4);
  const field = openField(compute, { dimension: 8, distance: 'Euclid', indexed: false });
  model.append(field, 400, 4);
  await field.buildIndex({ signal });
  t.is(field.indexedCount, 0);
  const query = model.draw(6);
  t.is(model.fault(await find(field, query, { ef: 1 }), model.nearest(query, model.live(), 5)), undefined);
  field.close();
});

test('an aborted build leaves the rows in the scanned tail', async (t) => {
  const model = new Model('Cosine', 8, false, 4);
  const field = openField(compute, { dimension: 8, distance: 'Cosine' });
  model.append(field, 400, 4);
  await t.throwsAsync(() => field.buildIndex({ signal: AbortSignal.abort() }), { message: /cancelled/ });
  t.is(field.indexedCount, 0);
  const query = model.draw(6);
  t.is(model.fault(await find(field, query), model.nearest(query, model.live(), 5)), undefined);
  field.close();
});

test.serial('a closed field gives all of its memory back', async (t) => {
  const use = async (): Promise<void> => {
    const model = new Model('Cosine', 16, false, 21);
    const field = openField(compute, { dimension: 16, distance: 'Cosine' });
    model.append(field, 600, 6);
    await field.buildIndex({ signal });
    model.append(field, 3000, 6);
    await field.buildIndex({ signal });
    const filter = field.admit(bitmapOf([1, 2, 3], 600), 600);
    const late = find(field, model.draw(9), { filter });
    field.close();
    t.is((await late).rows.length, 3);
    filter.close();
  };
  // Each thread's first work makes its workspace, which stays; what is not given back would come on top every time.
  const usedBytes: number[] = [];
  for (let time = 0; time < 6; time++) {
    await use();
    usedBytes.push(compute.arenas.usedBytes);
  }
  t.true(
    usedBytes.some((bytes, time) => time > 0 && bytes <= (usedBytes[time - 1] ?? 0)),
    usedBytes.join(),
  );
});

test('an empty field answers nothing', async (t) => {
  const field = openField(compute, { dimension: 4, distance: 'Dot' });
  await field.buildIndex({ signal });
  t.is((await find(field, new Float32Array(4))).rows.length, 0);
  t.deepEqual(field.memory, { codes: 0, index: 0, originals: 0 });
  field.close();
});
