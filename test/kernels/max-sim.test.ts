import test from 'ava';
import { Compute } from '../../src/compute/compute.ts';
import { Workspace } from '../../src/compute/workspace.ts';
import * as layout from '../../src/kernels/layout.ts';
import { int8Code } from '../../src/vectors/field-code.ts';
import { assignRows, centroidCount, trainCentroids } from '../../src/vectors/multi-centroids.ts';
import { MultiMemory } from '../../src/vectors/multi-memory.ts';
import type { CentroidIndex } from '../../src/vectors/multi-memory.ts';
import { planMulti } from '../../src/vectors/multi-plan.ts';
import type { MultiPlan } from '../../src/vectors/multi-plan.ts';
import { MultiTask } from '../../src/vectors/multi-task.ts';
import { gaussianSource } from '../../scripts/bench/data.ts';
import { generateTokens } from '../../scripts/bench/vectors/multi-tokens.ts';
import { rowAt, score } from '../vectors/oracle.ts';
import { coarse, quantise } from './scalar-twins.ts';

const compute = Compute.open({ searchThreads: 1, backgroundThreads: 2 });
test.after.always(() => compute.close());

const { signal } = new AbortController();
const DIMENSION = 32;
const SHAPE = { dimension: DIMENSION, m: 0, efConstruct: 0, remainders: true, code: int8Code(DIMENSION) } as const;

/** Points of `tokens` rows each. */
function fill(base: Float32Array, tokens: number, distance: 'Dot' | 'Euclid'): MultiMemory {
  const rows = base.length / DIMENSION;
  const memory = new MultiMemory(compute.arenas.forField(), { ...SHAPE, distance });
  memory.reserve(rows / tokens, rows);
  memory.rows.quantise(0, base, rows);
  const starts = memory.starts.address / 4;
  for (let point = 0; point <= rows / tokens; point += 1) memory.arena.u32[starts + point] = point * tokens;
  return memory;
}

function search(memory: MultiMemory, plan: MultiPlan): { task: MultiTask; free: () => void } {
  const space = new Workspace(memory.arena, { padded: DIMENSION, rowCount: 1, beam: 1, links: 64, top: 1 });
  const task = new MultiTask(memory, plan, DIMENSION, 'Dot');
  memory.arena.kernels.search(task.address, space.address);
  const free = (): void => {
    task.free();
    space.free();
  };
  return { task, free };
}

function planFor(
  query: Float32Array,
  points: number,
  tokens: number,
  change: { exact?: boolean; ef?: number; index?: CentroidIndex },
): MultiPlan {
  const { exact = false, ef = 10, index } = change;
  const quantization = { ignore: false, rescore: undefined, oversampling: undefined };
  const request = { query, k: 10, ef, exact, indexedOnly: false, quantization, filter: undefined };
  const scoring = { code: layout.CODE_INT8, whole: false, remainders: true, wide: false, quantization: undefined };
  return planMulti(request, {
    dimension: DIMENSION,
    rowCount: points,
    deadCount: 0,
    innerCount: points * tokens,
    indexedCount: index === undefined ? 0 : points,
    centroidCount: index?.count ?? 0,
    scoring,
  });
}

for (const distance of ['Dot', 'Euclid'] as const) {
  test(`${distance}: scores by codes are those of the scalar twin`, (t) => {
    const gaussian = gaussianSource(17);
    const base = Float32Array.from({ length: 60 * 3 * DIMENSION }, () => gaussian());
    const query = Float32Array.from({ length: 7 * DIMENSION }, () => gaussian());
    const memory = fill(base, 3, distance);
    const plan = { ...planFor(query, 60, 3, { exact: true }), rescore: layout.RESCORE_NONE };
    const { task, free } = search(memory, plan);
    const hits = task.hits();
    t.is(hits?.rows.length, 10);
    for (const [at, point] of (hits?.rows ?? []).entries()) {
      let sum = 0;
      for (let asked = 0; asked < 7; asked += 1) {
        const scores = [0, 1, 2].map((row) =>
          score(distance, rowAt(query, DIMENSION, asked), coarse(quantise(rowAt(base, DIMENSION, point * 3 + row)))),
        );
        sum += Math.max(...scores);
      }
      t.true(Math.abs((hits?.scores[at] ?? NaN) - sum) < 2e-3 * Math.max(1, Math.abs(sum)), String(sum));
    }
    free();
    memory.close();
  });
}

async function index(memory: MultiMemory, rows: number, count: number): Promise<CentroidIndex> {
  const build = { compute, memory, shape: { ...SHAPE, distance: 'Dot' as const }, unit: false, signal };
  const made = await trainCentroids(build, rows, count);
  made.assigned.reserve(rows);
  await assignRows(build, made, 0, rows);
  return made;
}

/** Share of the rows whose centroid is as near as any, within `slack` of the distance. */
function nearestShare(memory: MultiMemory, made: CentroidIndex, base: Float32Array, slack: number): number {
  const centroids = Array.from({ length: made.count }, (_, centroid) => made.near.dequantise(centroid));
  const names = new Uint16Array(memory.arena.memory.buffer, made.assigned.address, base.length / DIMENSION);
  let right = 0;
  let looked = 0;
  for (let row = 0; row < names.length; row += 37) {
    const scores = centroids.map((centroid) => score('Euclid', rowAt(base, DIMENSION, row), centroid));
    if ((scores[names[row] ?? 0] ?? -Infinity) >= Math.max(...scores) * (1 + slack)) right += 1;
    looked += 1;
  }
  return right / looked;
}

test('rows get the nearest of few centroids, and nearly always the nearest of many', async (t) => {
  const shape = { documents: 1500, tokens: 8, dimension: DIMENSION, queries: 1, queryTokens: 1 };
  const { base } = generateTokens({ ...shape, seed: 5, topics: 300, spread: 0.6 });
  const memory = fill(base, 8, 'Dot');
  const few = await index(memory, 12_000, 100);
  t.true(nearestShare(memory, few, base, 0.001) >= 0.995);
  few.free();
  const many = await index(memory, 12_000, 1000);
  t.not(many.groups, undefined);
  const share = nearestShare(memory, many, base, 0.001);
  t.true(share >= 0.9, String(share));
  many.free();
  memory.close();
});

test('as many points as ef asks for come through the sieve, and few of them get exact scores', async (t) => {
  const shape = { documents: 2000, tokens: 8, dimension: DIMENSION, queries: 5, queryTokens: 6 };
  const { base, queries } = generateTokens({ ...shape, seed: 6, topics: 200, spread: 0.6 });
  const memory = fill(base, 8, 'Dot');
  const made = await index(memory, 16_000, centroidCount(2000));
  memory.setCentroids(made);
  const size = 6 * DIMENSION;
  for (let at = 0; at < 5; at += 1) {
    const query = queries.slice(at * size, (at + 1) * size);
    for (const ef of [20, 80]) {
      const plan = planFor(query, 2000, 8, { ef, index: made });
      t.true(plan.candidates > 0);
      const { task, free } = search(memory, plan);
      const { scored, settled } = task.counts();
      t.is(scored, plan.candidates);
      t.true(settled >= 10 && settled <= 40, String(settled));
      free();
    }
    const { task, free } = search(memory, planFor(query, 2000, 8, { exact: true }));
    t.is(task.counts().scored, 2000);
    t.true(task.counts().settled <= 200, String(task.counts().settled));
    free();
  }
  memory.close();
});
