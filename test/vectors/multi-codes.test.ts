import test from 'ava';
import { Compute } from '../../src/compute/compute.ts';
import type { QuantizationConfig } from '../../src/core/quantization.ts';
import { chooseCode } from '../../src/vectors/field-code.ts';
import { FieldMemory } from '../../src/vectors/field-memory.ts';
import { maxSim, rescoreMulti } from '../../src/vectors/multi-rescore.ts';
import { generateTokens } from '../../scripts/bench/vectors/multi-tokens.ts';
import { AS_USUAL, DISTANCES, Model, find, openField } from './multi-model.ts';

const compute = Compute.open({ searchThreads: 2, backgroundThreads: 2 });
test.after.always(() => compute.close());

const { signal } = new AbortController();

test('recall at usual settings is 0.97 and more, and ef trades it', async (t) => {
  const shape = { documents: 3000, tokens: 12, dimension: 32, queries: 40, queryTokens: 8 };
  const data = generateTokens({ ...shape, seed: 3, topics: 400, spread: 0.6 });
  const field = openField(compute, { dimension: 32, distance: 'Cosine' });
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

for (const distance of DISTANCES) {
  test(`${distance}: without remainders, exact answers come after rescoring`, async (t) => {
    const model = new Model(distance, 20, false, 8);
    const field = openField(compute, { dimension: 20, distance, remainders: false });
    model.append(field, 800, 5);
    t.is(field.memory.originals, 0);
    for (let round = 0; round < 10; round += 1) {
      const query = model.draw(5);
      const hits = await find(field, query, { k: 10, exact: true });
      t.true(hits.approximate);
      const rescored = await rescoreMulti(field, query, hits, 10, (row) => model.points[row] ?? query);
      t.is(model.fault(rescored, model.nearest(query, model.live(), 10)), undefined);
    }
    field.close();
  });
}

test('whole numbers in codes of few bits are compared by their directions', async (t) => {
  const model = new Model('Cosine', 128, true, 8);
  const quantization = { kind: 'turbo', bits: undefined, alwaysRam: undefined, memory: undefined } as const;
  const options = { dimension: 128, distance: 'Cosine', datatype: 'uint8', quantization, remainders: false } as const;
  const field = openField(compute, options);
  model.append(field, 300, 5);
  for (const exact of [true, false]) {
    const query = model.draw(4);
    const hits = await find(field, query, { exact, quantization: { ...AS_USUAL, rescore: true } });
    const rescored = await rescoreMulti(field, query, hits, 5, (row) => model.points[row] ?? query);
    t.is(model.fault(rescored, model.nearest(query, model.live(), 5)), undefined);
  }
  field.close();
});

test('remainders can be given back under way', async (t) => {
  const model = new Model('Cosine', 20, false, 8);
  const field = openField(compute, { dimension: 20, distance: 'Cosine' });
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
  t.is(model.fault(await rescoreMulti(field, query, hits, 5, (row) => model.points[row] ?? query), wanted), undefined);
  field.close();
});

const QUANTIZATIONS: readonly QuantizationConfig[] = [
  { kind: 'scalar', quantile: undefined, alwaysRam: undefined, memory: undefined },
  { kind: 'binary', encoding: undefined, queryEncoding: undefined, alwaysRam: undefined, memory: undefined },
  { kind: 'product', compression: 'x16', alwaysRam: undefined, memory: undefined },
  { kind: 'turbo', bits: undefined, alwaysRam: undefined, memory: undefined },
];

for (const quantization of QUANTIZATIONS) {
  test(`${quantization.kind} quantisation: most of the nearest are found after rescoring`, async (t) => {
    const shape = { documents: 1500, tokens: 8, dimension: 128, queries: 20, queryTokens: 6 };
    const data = generateTokens({ ...shape, seed: 9, topics: 200, spread: 0.6 });
    const original = (row: number): Float32Array => data.base.subarray(row * 8 * 128, (row + 1) * 8 * 128);
    const field = openField(compute, { dimension: 128, distance: 'Cosine', quantization, remainders: false });
    field.append(
      Uint32Array.from({ length: shape.documents + 1 }, (_, row) => row * 8),
      data.base,
      shape.documents,
    );
    await field.settled();
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
      const hits = await rescoreMulti(field, query, await find(field, query, asked), 10, original);
      for (const row of hits.rows) if (truth.has(row)) found += 1;
    }
    t.true(found >= 0.9 * shape.queries * 10, String(found));
    // An exact search finds them all, whatever the code.
    const query = data.queries.slice(0, 6 * 128);
    const all = await find(field, query, { k: 10, exact: true });
    const rescored = await rescoreMulti(field, query, all, 10, original);
    const best = Array.from({ length: shape.documents }, (_, row) => maxSim(field.options, query, original(row)));
    const wanted = best.toSorted((a, b) => b - a).slice(0, 10);
    t.deepEqual([...rescored.scores], wanted.map(Math.fround));
    field.close();
  });
}

for (const distance of DISTANCES) {
  test(`${distance}, turbo4 as a datatype: scores are those of what the codes stand for`, async (t) => {
    const model = new Model(distance, 40, false, 13);
    const coded = new FieldMemory(compute.arenas.forField(), {
      dimension: 40,
      distance,
      m: 0,
      efConstruct: 0,
      remainders: false,
      code: chooseCode(40, 'turbo4', undefined),
    });
    const field = openField(compute, { dimension: 40, distance, datatype: 'turbo4' });
    model.append(field, 300, 4);
    // What is stored, and what a caller would read back.
    for (const [at, point] of model.points.entries()) {
      const rows = point.length / 40;
      coded.reserve(rows, () => 0);
      coded.quantise(0, point, rows);
      const stored = new Float32Array(point.length);
      for (let row = 0; row < rows; row += 1) stored.set(coded.dequantise(row), row * 40);
      model.points[at] = stored;
    }
    await field.buildIndex({ signal });
    for (const exact of [true, false]) {
      const query = model.draw(3);
      const hits = await find(field, query, { exact, ef: 100 });
      t.false(hits.approximate);
      const wanted = model.nearest(query, model.live(), 5);
      t.is(hits.rows.length, 5);
      for (const [at, row] of hits.rows.entries()) {
        const expected = model.similarity(query, model.points[row] ?? query);
        t.true(Math.abs((hits.scores[at] ?? NaN) - expected) < 1e-4 * Math.max(1, Math.abs(expected)));
      }
      t.is(hits.rows[0], wanted[0]?.row);
    }
    coded.close();
    field.close();
  });
}
