import test from 'ava';
import type { ExecutionContext } from 'ava';
import { Compute } from '../../src/compute/compute.ts';
import { scoreByExamples } from '../../src/core/example-scoring.ts';
import type { SegmentField } from '../../src/segments/segment-field.ts';
import { QUANTISATIONS } from '../../scripts/bench/vectors/kinds.ts';
import {
  append,
  denseSpec,
  drawer,
  fillField,
  multiSpec,
  rawScore,
  search,
  sparseSpec,
  targets,
} from './example-ground.ts';
import type { Examples } from './example-ground.ts';

/** Searches by several examples of every kind of field, against plain arithmetic over the vectors as they are kept. */
const compute = Compute.open({ searchThreads: 2, backgroundThreads: 2 });
test.after.always(() => compute.close());

const ROWS = 2600;
/** Multivectors: every search goes through all of them. */
const POINTS = 500;
const K = 10;

/** Scores of all rows that may be returned. */
function oracle(field: SegmentField, target: Examples, admitted: (row: number) => boolean): Map<number, number> {
  const scores = new Map<number, number>();
  for (let row = 0; row < field.rows.placeCount; row += 1) {
    const vector = field.vectorAt(row);
    const isRemoved = row % 17 === 5;
    if (vector === undefined || isRemoved || !admitted(row)) continue;
    const raw = target.examples.map((example) => Math.fround(rawScore(field.spec, example, vector)));
    scores.set(row, scoreByExamples(target.scoring, raw));
  }
  return scores;
}

interface Wanted {
  readonly recall: number;
  /** Scores are those of the vectors. */
  readonly exactScores: boolean;
  readonly slack: number;
}

async function check(
  t: ExecutionContext,
  field: SegmentField,
  target: Examples,
  asked: Parameters<typeof search>[2] & { readonly share?: number },
  wanted: Wanted,
): Promise<void> {
  const { share = 1, ...plan } = asked;
  const isIn = (row: number): boolean => share === 1 || (row * 7919) % 1000 < share * 1000;
  const words = new Uint32Array(Math.ceil(ROWS / 32) + 1);
  for (let row = 0; row < ROWS; row += 1) if (isIn(row)) words[row >>> 5] = (words[row >>> 5] ?? 0) | (1 << (row & 31));
  const filter = share === 1 ? undefined : field.admit(words);
  try {
    const hits = await search(field, target, plan, filter);
    const scores = oracle(field, target, isIn);
    const best = [...scores.values()].sort((a, b) => b - a);
    const name = `${target.scoring.kind} of ${String(target.examples.length)}, ${JSON.stringify(asked)}`;
    t.is(hits.rows.length, Math.min(plan.k ?? K, best.length), name);
    t.is(new Set(hits.rows).size, hits.rows.length, name);
    const least = best[hits.rows.length - 1] ?? 0;
    let found = 0;
    hits.rows.forEach((row, at) => {
      const own = scores.get(row);
      t.not(own, undefined, `${name}: row ${String(row)}`);
      const slack = wanted.slack * Math.max(1, Math.abs(own ?? 0));
      if ((own ?? 0) >= least - slack) found += 1;
      if (wanted.exactScores) t.true(Math.abs((own ?? 0) - (hits.scores[at] ?? 0)) <= slack, `${name}: ${String(own)}`);
      if (at > 0) t.true((hits.scores[at] ?? 0) <= (hits.scores[at - 1] ?? 0), name);
    });
    t.true(found >= wanted.recall * hits.rows.length, `${name}: ${String(found)} of ${String(hits.rows.length)}`);
  } finally {
    filter?.close();
  }
}

async function checkAll(t: ExecutionContext, field: SegmentField, least: number): Promise<void> {
  // Codes that are the vectors themselves are compared with a query of 16 bits.
  const slack = field.spec.kind !== 'sparse' && field.spec.datatype === 'turbo4' ? 1e-3 : 2e-5;
  for (const target of targets(field.spec, 77)) {
    await check(t, field, target, { exact: true }, { recall: 1, exactScores: true, slack });
    await check(t, field, target, { exact: true, share: 0.3 }, { recall: 1, exactScores: true, slack });
    await check(t, field, target, { exact: true, share: 0.01 }, { recall: 1, exactScores: true, slack });
    const quantization = { ignore: false, rescore: true, oversampling: 20 };
    await check(t, field, target, { ef: 250, quantization }, { recall: least, exactScores: true, slack });
    await check(t, field, target, { ef: 250, quantization, share: 0.6 }, { recall: least, exactScores: true, slack });
    await check(t, field, target, { ef: 250, quantization, share: 0.2 }, { recall: least, exactScores: true, slack });
  }
}

for (const distance of ['Cosine', 'Dot', 'Euclid', 'Manhattan'] as const) {
  for (const datatype of ['float32', 'float16', 'uint8', 'turbo4'] as const) {
    test(`dense, ${distance}, ${datatype}`, async (t) => {
      const field = await fillField(compute, denseSpec({ distance, datatype }), ROWS);
      await checkAll(t, field, 0.7);
      await field.close();
    });
  }
  test(`dense, ${distance}, originals elsewhere`, async (t) => {
    const field = await fillField(compute, denseSpec({ distance, onDisk: true }), ROWS);
    await checkAll(t, field, 0.7);
    await field.close();
  });
  for (const datatype of ['float32', 'uint8', 'turbo4'] as const) {
    for (const onDisk of [false, true]) {
      test(`multi, ${distance}, ${datatype}, on disk ${String(onDisk)}`, async (t) => {
        const field = await fillField(compute, multiSpec({ distance, datatype, onDisk }), POINTS);
        await checkAll(t, field, 0.9);
        await field.close();
      });
    }
  }
}

for (const [name, quantization] of Object.entries(QUANTISATIONS)) {
  if (!['scalar', 'turbo4', 'turbo1.5', 'binary', 'binary2', 'product x4'].includes(name)) continue;
  for (const onDisk of [false, true]) {
    test(`dense, ${name}, on disk ${String(onDisk)}`, async (t) => {
      const field = await fillField(compute, denseSpec({ quantization, onDisk }), ROWS);
      await checkAll(t, field, 0.5);
      await field.close();
    });
  }
}

test('scores by codes, where they are not to be made exact', async (t) => {
  const quantization = QUANTISATIONS['scalar'];
  const field = await fillField(compute, denseSpec({ quantization: quantization ?? null }), ROWS);
  for (const target of targets(field.spec, 4)) {
    const asked = { quantization: { ignore: false, rescore: false, oversampling: undefined } };
    if (target.scoring.kind === 'discover') {
      // Codes may turn the sign of a pair around, here and there.
      const scores = oracle(field, target, () => true);
      const hits = await search(field, target, asked);
      const right = hits.scores.filter((score, at) => Math.abs(score - (scores.get(hits.rows[at] ?? 0) ?? 0)) < 0.02);
      t.true(right.length >= 7);
      continue;
    }
    await check(t, field, target, asked, { recall: 0.7, exactScores: true, slack: 0.02 });
    await check(t, field, target, { ...asked, share: 0.01 }, { recall: 0.7, exactScores: true, slack: 0.02 });
  }
  await field.close();
});

for (const datatype of ['float32', 'float16', 'uint8'] as const) {
  test(`sparse, ${datatype}: rows that share nothing with an example count`, async (t) => {
    const field = await fillField(compute, sparseSpec(datatype), ROWS);
    const exactScores = datatype === 'float32';
    const wanted = { recall: exactScores ? 1 : 0, exactScores, slack: 2e-5 };
    for (const target of targets(field.spec, 5)) {
      for (const share of [1, 0.3, 0.01]) await check(t, field, target, { share }, wanted);
      await check(t, field, target, { k: 700 }, wanted);
    }
    await field.close();
  });
}

test('rows that come and go while searches run: none that is removed before, all that were there', async (t) => {
  const spec = denseSpec({ distance: 'Euclid' });
  const field = await fillField(compute, spec, 1000);
  const draw = drawer(spec, 91);
  const [target] = targets(spec, 12);
  if (target === undefined) throw new Error('a target');
  for (let round = 0; round < 30; round += 1) {
    const before = field.rows.placeCount;
    const removed = new Set<number>();
    for (let row = round; row < before; row += 101) {
      field.remove(row);
      removed.add(row);
    }
    const found = search(field, target, { exact: round % 2 === 0 });
    append(field, draw, before, 40);
    const { rows, scores } = await found;
    t.is(rows.length, K);
    for (const [at, row] of rows.entries()) {
      t.false(removed.has(row));
      const vector = field.vectorAt(row);
      const raw = target.examples.map((example) => rawScore(spec, example, vector ?? example));
      t.true(Math.abs(scoreByExamples(target.scoring, raw) - (scores[at] ?? 0)) < 1e-5);
    }
  }
  await field.close();
});

test('an empty field, and more results than there are rows', async (t) => {
  for (const spec of [denseSpec({}), multiSpec({}), sparseSpec('float32')]) {
    const empty = await fillField(compute, spec, 0);
    const few = await fillField(compute, spec, 20);
    for (const target of targets(spec, 2)) {
      t.is((await search(empty, target, {})).rows.length, 0);
      t.is((await search(few, target, { k: 50 })).rows.length, 19);
    }
    await empty.close();
    await few.close();
  }
});
