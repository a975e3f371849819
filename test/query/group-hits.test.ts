import test from 'ava';
import fc from 'fast-check';
import { idText, numberId } from '../../src/core/ids.ts';
import { GroupHits, type GroupKey } from '../../src/query/group-hits.ts';

interface Given {
  readonly score: number;
  readonly keys: readonly GroupKey[];
}

const KEYS: readonly GroupKey[] = ['a', 'b', '1', 1n, -4n, 2n ** 64n - 1n];

const given = fc.array(fc.record({ score: fc.integer({ min: -5, max: 5 }), keys: fc.subarray([...KEYS]) }), {
  maxLength: 40,
});
const options = fc.record({
  limit: fc.integer({ min: 1, max: 8 }),
  groupSize: fc.integer({ min: 1, max: 4 }),
  largerFirst: fc.boolean(),
});

test('in whatever order points come, the best of each group stay, and the best groups', (t) => {
  fc.assert(
    fc.property(given, options, (points: readonly Given[], wanted) => {
      const hits = new GroupHits(wanted);
      points.forEach(({ score, keys }, index) => {
        const point = { id: numberId(BigInt(index)), score };
        t.false(hits.hasSeen(point));
        hits.add(point, keys);
        t.true(hits.hasSeen(point));
      });
      const sign = wanted.largerFirst ? 1 : -1;
      // Sorting is stable: of equal scores the first stays first.
      const ranked = [...points.entries()].toSorted(([, a], [, b]) => sign * (b.score - a.score));
      const groups = new Map<GroupKey, number[]>();
      for (const [index, { keys }] of ranked)
        for (const key of keys) groups.set(key, [...(groups.get(key) ?? []), index]);
      const expected = Array.from(groups, ([key, members]) => ({ key, members: members.slice(0, wanted.groupSize) }));
      // A point in several groups leaves their order open: by their best scores it is not.
      const best = hits.best();
      t.is(best.length, Math.min(wanted.limit, expected.length));
      const scoreOf = (id: number): number => points[id]?.score ?? NaN;
      t.deepEqual(
        best.map(({ hits: [first] }) => first?.score),
        expected.slice(0, wanted.limit).map(({ members: [first = -1] }) => scoreOf(first)),
      );
      for (const { key, hits: members } of best)
        t.deepEqual(
          members.map(({ id }) => Number(idText(id))),
          expected.find((group) => group.key === key)?.members,
        );
      const full = expected.filter(({ members }) => members.length === wanted.groupSize).map(({ key }) => key);
      t.is(hits.full().length, full.length);
      t.true(hits.full().every(({ key }) => full.includes(key)));
      t.is(hits.full().length + hits.unfilled().length, hits.groupCount);
      t.true(hits.unfilledBest().every(({ key }) => best.some((group) => group.key === key) && !full.includes(key)));
    }),
  );
});
