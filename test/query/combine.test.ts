import test from 'ava';
import fc from 'fast-check';
import { idText, numberId } from '../../src/core/ids.ts';
import type { Distance } from '../../src/core/collection-config.ts';
import { combine, type Hit } from '../../src/query/combine.ts';
import { nearestRanking } from '../../src/query/ranking.ts';

function hit(id: number, raw: number): Hit {
  return { id: numberId(BigInt(id)), raw };
}

function check(
  hits: readonly Hit[],
  changes: { distance?: Distance; limit?: number; threshold?: number },
): (readonly [string, number])[] {
  const { distance = 'Dot', limit = 10, threshold } = changes;
  return combine(
    hits,
    { ranking: nearestRanking(distance), limit, threshold },
    ({ id }, score) => [idText(id), score] as const,
  );
}

test('best first; limit cuts', (t) => {
  const hits = [hit(1, 0.5), hit(2, 0.9), hit(3, 0.7), hit(4, 0.1)];
  t.deepEqual(check(hits, { limit: 2 }), [
    ['2', 0.9],
    ['3', 0.7],
  ]);
});

test('equal scores: the larger id first where larger is better, else the smaller', (t) => {
  t.deepEqual(
    check([hit(1, 1), hit(2, 1)], {}).map(([id]) => id),
    ['2', '1'],
  );
  t.deepEqual(check([hit(1, -4), hit(2, -4)], { distance: 'Euclid' }), [
    ['1', 2],
    ['2', 2],
  ]);
});

test('the threshold is exclusive', (t) => {
  t.deepEqual(check([hit(1, 0.5), hit(2, 0.6)], { threshold: 0.5 }), [['2', 0.6]]);
  t.deepEqual(check([hit(1, -9), hit(2, -4)], { distance: 'Euclid', threshold: 3 }), [['2', 2]]);
  t.deepEqual(check([hit(1, -3), hit(2, -2)], { distance: 'Manhattan', threshold: 2 }), []);
});

test('any hits: the same as sorting and cutting', (t) => {
  const property = fc.property(
    fc.uniqueArray(fc.tuple(fc.nat(50), fc.integer({ min: -5, max: 5 })), { selector: ([id]) => id }),
    fc.nat(5),
    (pairs, limit) => {
      const expected = pairs
        .toSorted((a, b) => b[1] - a[1] || b[0] - a[0])
        .slice(0, limit)
        .map(([id, raw]) => [String(id), raw] as const);
      t.deepEqual(
        check(
          pairs.map(([id, raw]) => hit(id, raw)),
          { limit },
        ),
        expected,
      );
    },
  );
  fc.assert(property);
});
