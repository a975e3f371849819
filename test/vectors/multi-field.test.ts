import test from 'ava';
import fc from 'fast-check';
import { Compute } from '../../src/compute/compute.ts';
import type { Distance } from '../../src/core/collection-config.ts';
import type { QuantizationConfig, QuantizationParams } from '../../src/core/quantization.ts';
import { MultiField } from '../../src/vectors/multi-field.ts';
import type { MultiFieldOptions } from '../../src/vectors/multi-field.ts';
import { maxSim, rescoreMulti } from '../../src/vectors/multi-rescore.ts';
import type { RowFilter } from '../../src/vectors/row-filter.ts';
import type { DenseHits } from '../../src/vectors/search-task.ts';
import { gaussianSource, uniformSource } from '../../scripts/bench/data.ts';
import { generateTokens } from '../../scripts/bench/vectors/multi-tokens.ts';
import { normalise, score } from './oracle.ts';

const compute = Compute.open({ searchThreads: 2, backgroundThreads: 2 });
test.after.always(() => compute.close());

const { signal } = new AbortController();
const DISTANCES: readonly Distance[] = ['Cosine', 'Dot', 'Euclid', 'Manhattan'];
const AS_USUAL: QuantizationParams = { ignore: false, rescore: undefined, oversampling: undefined };

function openField(options: Partial<MultiFieldOptions> & { dimension: number; distance: Distance }): MultiField {
  return MultiField.open(compute, {
    datatype: 'float32',
    quantization: undefined,
    remainders: true,
    indexed: true,
    ...options,
  });
}

interface Asked {
  readonly k?: number;
  readonly ef?: number;
  readonly exact?: boolean;
  readonly indexedOnly?: boolean;
  readonly filter?: RowFilter;
  readonly quantization?: QuantizationParams;
}

function find(field: MultiField, query: Float32Array, asked: Asked = {}): Promise<DenseHits> {
  return field.search({
    query,
    k: 5,
    ef: 64,
    exact: false,
    indexedOnly: false,
    quantization: AS_USUAL,
    filter: undefined,
    signal,
    ...asked,
  });
}

/** Random multivectors, and the oracle over them. */
class Model {
  readonly dimension: number;
  readonly distance: Distance;
  readonly whole: boolean;
  readonly points: Float32Array[] = [];
  readonly removed = new Set<number>();
  readonly gaussian: () => number;
  readonly chance: () => number;

  constructor(distance: Distance, dimension: number, whole: boolean, seed: number) {
    this.distance = distance;
    this.dimension = dimension;
    this.whole = whole;
    this.gaussian = gaussianSource(seed);
    this.chance = uniformSource(seed);
  }

  draw(rows: number): Float32Array {
    const values = Float32Array.from({ length: rows * this.dimension }, () =>
      this.whole ? Math.floor(this.chance() * 256) : this.gaussian(),
    );
    return this.distance === 'Cosine' && !this.whole ? normalise(values, this.dimension) : values;
  }

  append(field: MultiField, count: number, rowsMax: number): void {
    const points = Array.from({ length: count }, () => this.draw(1 + Math.floor(this.chance() * rowsMax)));
    const starts = new Uint32Array(count + 1);
    for (const [at, point] of points.entries()) starts[at + 1] = (starts[at] ?? 0) + point.length / this.dimension;
    const values = new Float32Array((starts[count] ?? 0) * this.dimension);
    for (const [at, point] of points.entries()) values.set(point, (starts[at] ?? 0) * this.dimension);
    field.append(starts, values, count);
    this.points.push(...points);
  }

  live(): number[] {
    return [...this.points.keys()].filter((row) => !this.removed.has(row));
  }

  /** Raw MaxSim, in doubles and by nothing but the oracle's own score. */
  similarity(query: Float32Array, point: Float32Array): number {
    let sum = 0;
    for (let asked = 0; asked < query.length; asked += this.dimension) {
      const row = query.subarray(asked, asked + this.dimension);
      let best = -Infinity;
      for (let start = 0; start < point.length; start += this.dimension) {
        const other = point.subarray(start, start + this.dimension);
        let value = score(this.distance, row, other);
        if (this.distance === 'Cosine' && this.whole) {
          const norms = score('Dot', row, row) * score('Dot', other, other);
          value = norms === 0 ? 0 : value / Math.sqrt(norms);
        }
        best = Math.max(best, value);
      }
      sum += best;
    }
    return sum;
  }

  nearest(query: Float32Array, candidates: readonly number[], k: number): { row: number; score: number }[] {
    return candidates
      .map((row) => ({ row, score: this.similarity(query, this.points[row] ?? new Float32Array(0)) }))
      .sort((a, b) => b.score - a.score || a.row - b.row)
      .slice(0, k);
  }

  /** What is wrong with an answer that should be exact, or undefined. */
  fault(hits: { rows: Uint32Array; scores: Float32Array }, wanted: readonly { score: number }[]): string | undefined {
    if (hits.rows.length !== wanted.length) return `${String(hits.rows.length)} of ${String(wanted.length)} rows`;
    if (new Set(hits.rows).size !== hits.rows.length) return 'a row twice';
    for (const [at, { score: expected }] of wanted.entries()) {
      const gap = Math.abs((hits.scores[at] ?? NaN) - expected);
      if (!(gap <= 1e-5 * Math.max(1, Math.abs(expected)))) {
        return `score ${String(at)}: ${String(hits.scores[at])} for ${String(expected)}`;
      }
    }
    return undefined;
  }
}

function bitmapOf(rows: Iterable<number>, rowCount: number): Uint32Array {
  const words = new Uint32Array((rowCount >>> 5) + 1);
  for (const row of rows) words[row >>> 5] = (words[row >>> 5] ?? 0) | (1 << (row & 31));
  return words;
}

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
            const field = openField({ dimension, distance, datatype });
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
        const field = openField({ dimension: 12, distance, datatype: whole ? 'uint8' : 'float32' });
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
    const field = openField({ dimension: 24, distance });
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

test('recall at usual settings is 0.97 and more, and ef trades it', async (t) => {
  const shape = { documents: 3000, tokens: 12, dimension: 32, queries: 40, queryTokens: 8 };
  const data = generateTokens({ ...shape, seed: 3, topics: 400, spread: 0.6 });
  const field = openField({ dimension: 32, distance: 'Cosine' });
  field.append(
    Uint32Array.from({ length: shape.documents + 1 }, (_, row) => row * shape.tokens),
    data.base,
    shape.documents,
  );
  await field.buildIndex({ signal });
  t.is(field.indexedCount, shape.documents);
  const recallAt = async (ef: number): Promise<number> => {
    let found = 0;
    for (let at = 0; at < shape.queries; at += 1) {
      const size = shape.queryTokens * 32;
      const query = data.queries.slice(at * size, (at + 1) * size);
      const truth = new Set((await find(field, query, { k: 10, exact: true })).rows);
      for (const row of (await find(field, query, { k: 10, ef })).rows) if (truth.has(row)) found += 1;
    }
    return found / shape.queries / 10;
  };
  const [few, usual] = [await recallAt(10), await recallAt(100)];
  t.true(usual >= 0.97, String(usual));
  t.true(few < usual, `${String(few)} ${String(usual)}`);
  field.close();
});

test('rows are found while others are appended and the index is built', async (t) => {
  const model = new Model('Cosine', 16, false, 11);
  const field = openField({ dimension: 16, distance: 'Cosine' });
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
  const field = openField({ dimension: 8, distance: 'Dot' });
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
  const field = openField({ dimension: 8, distance: 'Euclid', indexed: false });
  model.append(field, 400, 4);
  await field.buildIndex({ signal });
  t.is(field.indexedCount, 0);
  const query = model.draw(6);
  t.is(model.fault(await find(field, query, { ef: 1 }), model.nearest(query, model.live(), 5)), undefined);
  field.close();
});

test('an aborted build leaves the rows in the scanned tail', async (t) => {
  const model = new Model('Cosine', 8, false, 4);
  const field = openField({ dimension: 8, distance: 'Cosine' });
  model.append(field, 400, 4);
  await t.throwsAsync(() => field.buildIndex({ signal: AbortSignal.abort() }), { message: /cancelled/ });
  t.is(field.indexedCount, 0);
  const query = model.draw(6);
  t.is(model.fault(await find(field, query), model.nearest(query, model.live(), 5)), undefined);
  field.close();
});

for (const distance of DISTANCES) {
  test(`${distance}: without remainders, exact answers come after rescoring`, async (t) => {
    const model = new Model(distance, 20, false, 8);
    const field = openField({ dimension: 20, distance, remainders: false });
    model.append(field, 800, 5);
    t.is(field.memory.originals, 0);
    for (let round = 0; round < 10; round += 1) {
      const query = model.draw(5);
      const hits = await find(field, query, { k: 10, exact: true });
      t.true(hits.approximate);
      const rescored = rescoreMulti(field, query, hits, 10, (row) => model.points[row] ?? query);
      t.is(model.fault(rescored, model.nearest(query, model.live(), 10)), undefined);
    }
    field.close();
  });
}

test('remainders can be given back under way', async (t) => {
  const model = new Model('Cosine', 20, false, 8);
  const field = openField({ dimension: 20, distance: 'Cosine' });
  model.append(field, 500, 5);
  await field.buildIndex({ signal });
  t.true(field.memory.originals > 0);
  const query = model.draw(5);
  const before = find(field, query, { exact: true });
  field.dropRemainders();
  const wanted = model.nearest(query, model.live(), 5);
  t.is(model.fault(await before, wanted), undefined);
  t.is(field.memory.originals, 0);
  const hits = await find(field, query, { exact: true });
  t.is(
    model.fault(
      rescoreMulti(field, query, hits, 5, (row) => model.points[row] ?? query),
      wanted,
    ),
    undefined,
  );
  field.close();
});

const QUANTIZATIONS: readonly QuantizationConfig[] = [
  { kind: 'scalar', quantile: undefined, alwaysRam: undefined, memory: undefined },
  { kind: 'binary', encoding: undefined, queryEncoding: undefined, alwaysRam: undefined, memory: undefined },
  { kind: 'turbo', bits: undefined, alwaysRam: undefined, memory: undefined },
];

for (const quantization of QUANTIZATIONS) {
  test(`${quantization.kind} quantisation: most of the nearest are found after rescoring`, async (t) => {
    const shape = { documents: 1500, tokens: 8, dimension: 128, queries: 20, queryTokens: 6 };
    const data = generateTokens({ ...shape, seed: 9, topics: 200, spread: 0.6 });
    const original = (row: number): Float32Array => data.base.subarray(row * 8 * 128, (row + 1) * 8 * 128);
    const field = openField({ dimension: 128, distance: 'Cosine', quantization, remainders: false });
    field.append(
      Uint32Array.from({ length: shape.documents + 1 }, (_, row) => row * 8),
      data.base,
      shape.documents,
    );
    await field.buildIndex({ signal });
    let found = 0;
    for (let at = 0; at < shape.queries; at += 1) {
      const query = data.queries.slice(at * 6 * 128, (at + 1) * 6 * 128);
      const scores = Array.from({ length: shape.documents }, (_, row) => ({
        row,
        score: maxSim(field.options, query, original(row)),
      }));
      const truth = new Set(
        scores
          .sort((a, b) => b.score - a.score)
          .slice(0, 10)
          .map(({ row }) => row),
      );
      const asked = { k: 10, ef: 100, quantization: { ...AS_USUAL, rescore: true } };
      const hits = rescoreMulti(field, query, await find(field, query, asked), 10, original);
      for (const row of hits.rows) if (truth.has(row)) found += 1;
    }
    t.true(found >= 0.9 * shape.queries * 10, String(found));
    field.close();
  });
}

test('a closed field gives all of its memory back', async (t) => {
  const use = async (): Promise<void> => {
    const model = new Model('Cosine', 16, false, 21);
    const field = openField({ dimension: 16, distance: 'Cosine' });
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
  // The first time makes the workspaces of the threads, which stay.
  await use();
  const usedBytes = compute.arenas.usedBytes;
  await use();
  t.true(compute.arenas.usedBytes <= usedBytes, `${String(compute.arenas.usedBytes)} after ${String(usedBytes)}`);
});

test('an empty field answers nothing', async (t) => {
  const field = openField({ dimension: 4, distance: 'Dot' });
  await field.buildIndex({ signal });
  t.is((await find(field, new Float32Array(4))).rows.length, 0);
  t.deepEqual(field.memory, { codes: 0, index: 0, originals: 0 });
  field.close();
});
