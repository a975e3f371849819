import test from 'ava';
import fc from 'fast-check';
import type { Fusion } from '../../src/core/query.ts';
import { idKey, idText, numberId, parseUuidId, type PointId } from '../../src/core/ids.ts';
import { fuse } from '../../src/query/fuse.ts';
import type { Ranked } from '../../src/query/ranking.ts';

function point(id: number, score = 0): Ranked {
  return { id: numberId(BigInt(id)), score };
}

function check(lists: readonly (readonly Ranked[])[], fusion: Fusion): (readonly [number, number])[] {
  return fuse(lists, fusion).map(({ point, score }) => [Number(idText(point.id)), score] as const);
}

function rrf(k: number, weights?: readonly number[]): Fusion {
  return { kind: 'rrf', k, weights };
}

test('rrf: a point earns 1 / (rank + k) from each list', (t) => {
  // As recorded: ranks 0 and 2 of k 60.
  t.deepEqual(
    check(
      [
        [point(9), point(4)],
        [point(3), point(17), point(9)],
      ],
      rrf(60),
    ),
    [
      [9, Math.fround(0.032795697)],
      [3, Math.fround(0.016666668)],
      [4, Math.fround(0.016393442)],
      [17, Math.fround(0.016393442)],
    ],
  );
});

test('rrf: the weight of a list stretches its ranks; without weight it only names points', (t) => {
  // As recorded: k 10, weights 3 and 1.
  const [first, second] = check([[point(21)], [point(8), point(18), point(21)]], rrf(10, [3, 1]));
  t.deepEqual(first, [21, Math.fround(Math.fround(1 / (1 / 3 + 9)) + Math.fround(1 / 12))]);
  t.deepEqual(second, [8, Math.fround(0.1)]);
  t.deepEqual(check([[point(1)], [point(2)]], rrf(2, [0, -1])), [
    [1, 0],
    [2, 0],
  ]);
});

test('dbsf: one score, or equal ones, count a half; two stand half a sixth of root two apart', (t) => {
  t.deepEqual(check([[point(1, 7)]], { kind: 'dbsf' }), [[1, 0.5]]);
  t.deepEqual(check([[point(1, 0.1), point(2, 0.1), point(3, 0.1)]], { kind: 'dbsf' }), [
    [1, 0.5],
    [2, 0.5],
    [3, 0.5],
  ]);
  const [[, best], [, worst]] = check([[point(1, 3), point(2, 1)]], { kind: 'dbsf' }) as [[0, number], [0, number]];
  t.true(Math.abs(best - (0.5 + Math.SQRT1_2 / 6)) < 1e-6);
  t.true(Math.abs(worst - (0.5 - Math.SQRT1_2 / 6)) < 1e-6);
});

test('dbsf: scores beyond three deviations are not clamped', (t) => {
  const list = [point(0, 1), ...Array.from({ length: 20 }, (_, id) => point(id + 1, 0))];
  t.true((check([list], { kind: 'dbsf' })[0]?.[1] ?? 0) > 1);
});

test('an empty list, and no list at all', (t) => {
  for (const fusion of [rrf(2), { kind: 'dbsf' }] as const) {
    t.deepEqual(check([], fusion), []);
    t.deepEqual(check([[], []], fusion), []);
  }
});

const ids = fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { maxLength: 20 });
const list = fc
  .tuple(ids, fc.infiniteStream(fc.float({ noNaN: true, min: -1000, max: 1000 })))
  .map(([found, scores]) => {
    return found.map((id) => point(id, scores.next().value)).toSorted((a, b) => b.score - a.score);
  });

/** As SEMANTICS.md 3.2 says it, in doubles. */
function plainScore(lists: readonly (readonly Ranked[])[], fusion: Fusion, id: string): number {
  const parts = lists.map((list, index): number => {
    const rank = list.findIndex((point) => idText(point.id) === id);
    if (rank < 0) return 0;
    if (fusion.kind === 'rrf') {
      const weight = fusion.weights?.[index] ?? 1;
      return weight <= 0 ? 0 : 1 / ((rank + 1) / weight + fusion.k - 1);
    }
    const scores = list.map(({ score }) => score);
    const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    const squares = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0);
    const deviation = Math.sqrt(squares / (scores.length - 1));
    if (scores.length === 1 || new Set(scores).size === 1) return 0.5;
    return ((scores[rank] as number) - (mean - 3 * deviation)) / (6 * deviation);
  });
  return parts.reduce((sum, part) => sum + part, 0);
}

test('every point of any list stands there once, in the order of what the definition gives it', (t) => {
  const weights = fc.option(fc.array(fc.float({ noNaN: true, min: -1, max: 5 }), { minLength: 4, maxLength: 4 }));
  const fusions = fc.oneof(
    fc.record({ kind: fc.constant('rrf' as const), k: fc.integer({ min: 1, max: 100 }), weights }).map((fusion) => ({
      ...fusion,
      weights: fusion.weights ?? undefined,
    })),
    fc.constant({ kind: 'dbsf' } as const),
  );
  fc.assert(
    fc.property(fc.array(list, { maxLength: 4 }), fusions, (lists, fusion) => {
      const found = fuse(lists, fusion);
      const named = new Set(lists.flat().map(({ id }) => idText(id)));
      t.deepEqual(found.map(({ point }) => idText(point.id)).toSorted(), [...named].toSorted());
      for (const { point, score } of found) {
        const wanted = plainScore(lists, fusion, idText(point.id));
        // Scores within a few units of f32's last place of each other make no scale worth comparing.
        if (fusion.kind === 'dbsf' && lists.some((list) => isNarrow(list))) continue;
        t.true(Math.abs(score - wanted) <= 1e-3 * Math.max(1e-3, Math.abs(wanted)), `${score} for ${wanted}`);
      }
      t.true(found.every(({ score }, at) => at === 0 || score <= (found[at - 1]?.score ?? 0)));
    }),
  );
});

/** Scores that f32 cannot tell apart well. Near 0 its numbers stand 1.4e-45 apart, however small they are. */
function isNarrow(list: readonly Ranked[]): boolean {
  const scores = list.map(({ score }) => score);
  const spread = Math.max(...scores) - Math.min(...scores);
  return spread !== 0 && spread < Math.max(1e-3 * Math.max(...scores.map(Math.abs)), 1e-40);
}

test('keys of ids are as distinct as their texts', (t) => {
  const texts = ['00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001'];
  const uuids = fc.oneof(fc.uuid(), fc.constantFrom(...texts)).map((text) => parseUuidId(text) as PointId);
  const numbers = fc.oneof(
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    fc.bigInt({ min: 2n ** 53n - 2n, max: 2n ** 53n + 2n }),
  );
  const id = fc.oneof(uuids, numbers.map(numberId));
  fc.assert(fc.property(id, id, (a, b) => t.is(idKey(a) === idKey(b), idText(a) === idText(b))));
});
