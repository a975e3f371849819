import test from 'ava';
import fc from 'fast-check';
import { Compute } from '../../src/compute/compute.ts';
import * as layout from '../../src/kernels/layout.ts';
import { centroidCount } from '../../src/vectors/multi-centroids.ts';
import { planMulti, splitMulti } from '../../src/vectors/multi-plan.ts';
import type { MultiPlan, MultiRequest, MultiRows } from '../../src/vectors/multi-plan.ts';
import { AS_USUAL, Model, bitmapOf, find, openField } from './multi-model.ts';

const compute = Compute.open({ searchThreads: 2, backgroundThreads: 1 });
test.after.always(() => compute.close());

const ROWS: MultiRows = {
  dimension: 128,
  rowCount: 20_000,
  deadCount: 0,
  innerCount: 640_000,
  indexedCount: 19_000,
  centroidCount: 8192,
  scoring: { code: layout.CODE_INT8, whole: false, remainders: true, wide: false, quantization: undefined },
};

function plan(change: Partial<MultiRequest>, rows: MultiRows = ROWS): MultiPlan {
  const request = { query: new Float32Array(16 * 128), k: 10, ef: 100, exact: false, indexedOnly: false };
  return planMulti({ ...request, quantization: AS_USUAL, filter: undefined, ...change }, rows);
}

test('a large field is sifted, its tail is scanned, and candidates follow ef', (t) => {
  const usual = plan({});
  t.deepEqual([usual.indexEnd, usual.scanStart, usual.scanEnd], [19_000, 19_000, 20_000]);
  t.is(plan({ ef: 200 }).candidates, usual.candidates * 2);
  t.is(plan({ indexedOnly: true }).scanEnd, 19_000);
});

test('exact searches, small fields and wide beams go through all rows', (t) => {
  const small = { ...ROWS, rowCount: 200, innerCount: 6400, indexedCount: 200, centroidCount: 1280 };
  for (const scan of [plan({ exact: true }), plan({}, small), plan({ ef: 100_000 })]) {
    t.is(scan.candidates, 0);
    t.deepEqual([scan.indexEnd, scan.scanStart], [0, 0]);
  }
});

test('parts of a search cover each point once', (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 8 }),
      fc.boolean(),
      fc.integer({ min: 1, max: 30_000 }),
      (threads, exact, k) => {
        const whole = plan({ exact, k });
        const parts = splitMulti(whole, threads);
        let [sifted, scanned] = [whole.indexStart, whole.scanStart];
        for (const part of parts) {
          if (part.indexStart !== sifted || part.scanStart !== scanned) return false;
          [sifted, scanned] = [part.indexEnd, part.scanEnd];
          if (whole.candidates > 0 && part.candidates < Math.min(whole.candidates / parts.length, whole.k))
            return false;
        }
        return sifted === whole.indexEnd && scanned === whole.scanEnd && parts.length <= threads;
      },
    ),
  );
  t.pass();
});

test('centroids grow with the root of the rows, and have names of 16 bits', (t) => {
  t.is(centroidCount(1), 1);
  t.is(centroidCount(10_000), 1600);
  t.is(centroidCount(640_000), 8192);
  t.is(centroidCount(900_000_000), 65_536);
});

test('a search on two threads answers as on one', async (t) => {
  const model = new Model('Cosine', 32, false, 3);
  const field = openField(compute, { dimension: 32, distance: 'Cosine' });
  model.append(field, 4000, 15);
  const query = model.draw(24);
  // Both threads are idle only once they have been started.
  await find(field, query);
  const chosen = [...model.points.keys()].filter((row) => row % 3 === 0);
  const few = chosen.slice(0, 100);
  for (const rows of [[...model.points.keys()], chosen, few]) {
    const filter = field.admit(bitmapOf(rows, 4000), 4000);
    t.is(model.fault(await find(field, query, { exact: true, filter }), model.nearest(query, rows, 5)), undefined);
    filter.close();
  }
  field.close();
});
