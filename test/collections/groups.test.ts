import test, { type ExecutionContext } from 'ava';
import type { PointGroup } from '../../src/core/answers.ts';
import { idText, numberId, parseUuidId } from '../../src/core/ids.ts';
import type { Fusion, QueryStep } from '../../src/core/query.ts';
import type { QueryGroups, QueryPoints } from '../../src/core/requests.ts';
import { seededRandom } from '../seeded-random.ts';
import { createIndex, field, must, mustNot, pathOf } from './filled-collection.ts';
import {
  config,
  CONTEXT,
  openHouse,
  queryOf,
  READ,
  removeFolder,
  temporaryFolder,
  type TestPoint,
  upsertOf,
} from './house.ts';
import { configWith, type ListGround, randomRow, upsert, withCollection } from './list-ground.ts';
import { answerOf } from './vector-ground.ts';

/** Groups of a real collection against what grouping all points by hand gives. */

const QUERY = [0.3, -0.2, 0.9, 0.1, -0.5, 0.4];

interface Given extends TestPoint {
  readonly vector: readonly number[];
  readonly payload: Readonly<Record<string, unknown>>;
}

function groups(
  { collection }: ListGround,
  changes: Partial<Omit<QueryGroups, 'groupBy'>> & { readonly groupBy?: string },
): Promise<readonly PointGroup[]> {
  const { groupBy = 'key', ...others } = changes;
  return collection.queryGroups(CONTEXT, {
    collection: 'c',
    query: queryOf(QUERY),
    groupBy: pathOf(groupBy),
    groupSize: 2,
    limit: 3,
    withLookup: undefined,
    ...READ,
    ...others,
  });
}

type Plain = readonly { readonly id: unknown; readonly hits: readonly number[] }[];

function plain(found: readonly PointGroup[]): Plain {
  return found.map(({ id, hits }) => ({ id, hits: hits.map(({ id }) => Number(idText(id))) }));
}

/** What a value groups a point by; undefined: it belongs to no group. */
function keysOf(value: unknown): readonly (string | bigint)[] {
  const keys = (Array.isArray(value) ? value : value === undefined ? [] : [value]).map((one: unknown) => {
    if (typeof one === 'string') return one;
    return typeof one === 'number' && Number.isInteger(one) ? BigInt(one) : undefined;
  });
  if (keys.includes(undefined)) return [];
  const order = (key: string | bigint): string => `${typeof key} ${key}`;
  return [...new Set(keys as (string | bigint)[])].toSorted((a, b) => (order(a) < order(b) ? -1 : 1));
}

/** All points best first, each put into its groups. */
function expected(
  points: readonly Given[],
  {
    limit,
    groupSize,
    score,
    key = 'key',
  }: { limit: number; groupSize: number; score: (point: Given) => number; key?: string },
): Plain {
  const ranked = points.toSorted((a, b) => score(b) - score(a));
  const found = new Map<string | bigint, number[]>();
  for (const { id, payload } of ranked)
    for (const group of keysOf(payload[key])) found.set(group, [...(found.get(group) ?? []), Number(id)]);
  return Array.from(found, ([id, hits]) => ({ id, hits: hits.slice(0, groupSize) })).slice(0, limit);
}

function dot({ vector }: Given): number {
  return vector.reduce((sum, value, at) => sum + value * (QUERY[at] ?? 0), 0);
}

function distance({ vector }: Given): number {
  return -vector.reduce((sum, value, at) => sum + (value - (QUERY[at] ?? 0)) ** 2, 0);
}

/** Keys of every type, some of them in crowds: one group has half of the points. */
const VALUES: readonly ((at: number) => unknown)[] = [
  (at) => (at % 2 === 0 ? 'crowd' : `rare ${at % 17}`),
  (at) => at % 9,
  (at) => (at % 3 === 0 ? [`a${at % 4}`, `b${at % 5}`, `a${at % 4}`] : [-7, at % 6]),
  (at) => [undefined, null, [], 1.5, true, { a: 1 }, [null], ['x', 2.5], 'y', 12][at % 10],
];

function pointsOf(valueOf: (at: number) => unknown, count = 300): Given[] {
  const random = seededRandom(count);
  return Array.from({ length: count }, (_, id) => {
    const value = valueOf(id);
    return { id, vector: randomRow(random), payload: value === undefined ? { n: id } : { n: id, key: value } };
  });
}

for (const [index, valueOf] of VALUES.entries()) {
  for (const indexed of [undefined, 'keyword', 'integer'] as const) {
    test(`the best points of each value: values ${index}, index ${indexed}`, async (t) => {
      // Where an index of one type meets values of another, values of the other type are not told apart.
      const isOfType =
        indexed === undefined || (index === 0 && indexed === 'keyword') || (index === 1 && indexed === 'integer');
      if (!isOfType) return void t.pass();
      for (const [metric, score] of [
        ['Dot', dot],
        ['Euclid', distance],
      ] as const) {
        await withCollection(configWith(metric, 2), async (ground) => {
          const points = pointsOf(valueOf);
          await upsert(ground, points);
          if (indexed !== undefined) await createIndex(ground.collection, 'key', indexed);
          for (const [limit, groupSize] of [
            [1, 1],
            [3, 2],
            [5, 4],
            [12, 3],
            [40, 1],
          ] as const) {
            const wanted = expected(points, { limit, groupSize, score });
            const found = plain(await groups(ground, { limit, groupSize }));
            t.deepEqual(found, wanted, `${metric}: ${limit} groups of ${groupSize}`);
          }
        });
      }
    });
  }
}

/** Found by the oracle, seed 434412: later rounds asked for no more than the points that they knew to be in no group. */
test('points whose value is null, however many come first, do not keep groups from being found', async (t) => {
  for (const isIndexed of [false, true]) {
    await withCollection(config(2, 'Dot'), async (ground) => {
      const nulls = Array.from({ length: 300 }, (_, id) => ({ id, vector: [2, id / 1000], payload: { key: null } }));
      const others = [7, 7, 8].map((key, at) => ({ id: 1000 + at, vector: [1, -at], payload: { key } }));
      await upsert(ground, [...nulls, ...others]);
      if (isIndexed) await createIndex(ground.collection, 'key', 'integer');
      const found = await groups(ground, { query: queryOf([1, 1]), limit: 1, groupSize: 1 });
      t.deepEqual(plain(found), [{ id: 7n, hits: [1000] }], `indexed: ${isIndexed}`);
    });
  }
});

test('fewer points than a round asks for fill the groups all the same', async (t) => {
  await withCollection(configWith('Dot', 1), async (ground) => {
    const points = pointsOf((at) => `k${at % 10}`, 30);
    await upsert(ground, points);
    for (const [limit, groupSize] of [
      [5, 7],
      [6, 3],
      [9, 100],
    ] as const)
      t.deepEqual(
        plain(await groups(ground, { limit, groupSize })),
        expected(points, { limit, groupSize, score: dot }),
      );
  });
});

test('values beside those that an index holds count as they stand in the payloads, also after a restart', async (t) => {
  const values = ['a', 'b', 7, ['a', 7], ['b', 2.5], ['a', null], ['c', 'a'], 2.5, true, null, [], 7.0, ['b', 'b']];
  for (const type of ['keyword', 'integer'] as const) {
    let house = await openHouse(await temporaryFolder());
    try {
      await house.database.create('c', configWith('Dot', 1));
      const ground = (): ListGround => ({ collection: house.database.collection('c'), compute: house.compute });
      const points = pointsOf((at) => values[at % values.length], 39);
      await createIndex(ground().collection, 'key', type);
      await upsert(ground(), points);
      // One round asks for more points than there are: no filter goes by the index.
      const [limit, groupSize] = [10, 6];
      const wanted = expected(points, { limit, groupSize, score: dot });
      t.deepEqual(plain(await groups(ground(), { limit, groupSize })), wanted, type);
      await house.close();
      house = await openHouse(house.folder);
      for (let round = 0; round < 2; round += 1)
        t.deepEqual(plain(await groups(ground(), { limit, groupSize })), wanted, `${type}, round ${round}`);
    } finally {
      await house.close();
      await removeFolder(house.folder);
    }
  }
});

test('groups with a filter, a threshold, payloads and vectors; offset and limit of the query mean nothing', async (t) => {
  await withCollection(configWith('Dot', 1), async (ground) => {
    const points = pointsOf((at) => `k${at % 7}`);
    await upsert(ground, points);
    const filter = must(
      field('n', { kind: 'range', bounds: { lt: undefined, gt: undefined, gte: 100, lte: undefined } }),
    );
    const query = queryOf(QUERY, {
      filter,
      scoreThreshold: 0.5,
      limit: 1,
      offset: 5,
      withPayload: { kind: 'include', paths: ['key'] },
      withVector: { kind: 'all' },
    });
    const among = points.filter((point) => Number(point.id) >= 100 && dot(point) > 0.5);
    const found = await groups(ground, { query, limit: 4, groupSize: 3 });
    t.deepEqual(plain(found), expected(among, { limit: 4, groupSize: 3, score: dot }));
    for (const { id, hits, lookup } of found) {
      t.is(lookup, undefined);
      for (const { payload, vectors, score, version, id: point } of hits) {
        t.deepEqual(JSON.parse(Buffer.from(payload ?? []).toString()), { key: id });
        t.is(vectors?.length, 1);
        t.is(version, 1);
        t.true(Math.abs(score - dot(points[Number(idText(point))] as Given)) < 1e-5);
      }
    }
    t.deepEqual(await groups(ground, { groupBy: 'missing' }), []);
    t.is(
      await answerOf(groups(ground, { query: queryOf(QUERY, { withVector: { kind: 'names', names: ['x'] } }) })),
      'bad_input: Not existing vector name error: x',
    );
  });
});

function stepOf(vector: readonly number[], limit: number, changes: Partial<QueryStep> = {}): QueryPoints {
  return queryOf(vector, { limit, ...changes });
}

const OTHER = [-0.1, 0.8, 0.2, 0.4, 0.3, -0.9];

function otherDot({ vector }: Given): number {
  return vector.reduce((sum, value, at) => sum + value * (OTHER[at] ?? 0), 0);
}

test('prefetches are asked for group_size times as many points; later rounds go behind what was found', async (t) => {
  await withCollection(configWith('Dot', 1), async (ground) => {
    const points = pointsOf((at) => `k${at % 5}`, 200);
    await upsert(ground, points);
    const query = queryOf(QUERY, { prefetch: [stepOf(OTHER, 4)] });
    const [first] = await groups(ground, { query, limit: 1, groupSize: 3 });
    // Of the 4 x 3 best by the prefetch the best is the best of all that a first round sees.
    const seen = points.toSorted((a, b) => otherDot(b) - otherDot(a)).slice(0, 12);
    const [best] = expected(seen, { limit: 1, groupSize: 3, score: dot });
    t.is(first?.id, best?.id as string);
    t.is(first?.hits.length, 3);
    // In the end every group is full, whatever the prefetch is limited to.
    const all = await groups(ground, { query, limit: 5, groupSize: 3 });
    t.deepEqual(all.map(({ id }) => String(id)).toSorted(), ['k0', 'k1', 'k2', 'k3', 'k4']);
    t.true(all.every(({ hits }) => hits.length === 3));
    t.true(all.every(({ hits }) => hits.every(({ score }, at) => at === 0 || score <= (hits[at - 1]?.score ?? 0))));
  });
});

async function checkFusion(t: ExecutionContext, fusion: Fusion): Promise<void> {
  await withCollection(configWith('Dot', 1), async (ground) => {
    const points = pointsOf((at) => (at % 11 === 0 ? undefined : `k${at % 8}`), 120);
    await upsert(ground, points);
    const [limit, groupSize] = [4, 2];
    const prefetch = [stepOf(QUERY, 20), stepOf(OTHER, 20)];
    const found = await groups(ground, {
      query: queryOf(QUERY, { query: { kind: 'fusion', fusion }, prefetch }),
      limit,
      groupSize,
    });
    // One list of all that the prefetches find among points that have a value, grouped.
    const filter = mustNot({ kind: 'is_empty', path: pathOf('key') });
    const one = queryOf(QUERY, {
      query: { kind: 'fusion', fusion },
      prefetch: prefetch.map((step) => ({ ...step, limit: step.limit * groupSize })),
      filter,
      limit: 1000,
    });
    const [list = []] = await ground.collection.query(CONTEXT, { collection: 'c', queries: [one], ...READ });
    const scores = new Map(list.map(({ id, score }) => [Number(idText(id)), score]));
    const ranked = list.map(({ id }) => points[Number(idText(id))] as Given);
    const score = ({ id }: Given): number => scores.get(Number(id)) ?? 0;
    t.deepEqual(plain(found), expected(ranked, { limit, groupSize, score }));
    t.deepEqual(
      found.flatMap(({ hits }) => hits.map(({ id, score }) => [Number(idText(id)), score])),
      plain(found).flatMap(({ hits }) => hits.map((id) => [id, scores.get(id)])),
    );
  });
}

test('rrf gives the points of groups the scores of one list', (t) =>
  checkFusion(t, { kind: 'rrf', k: 2, weights: undefined }));
test('dbsf gives the points of groups the scores of one list', (t) => checkFusion(t, { kind: 'dbsf' }));

test('points by id and in the order of a field, in groups', async (t) => {
  await withCollection(configWith('Dot', 1), async (ground) => {
    const points = pointsOf((at) => `k${at % 6}`, 100);
    await upsert(ground, points);
    await createIndex(ground.collection, 'n', 'integer');
    const byId = await groups(ground, { query: queryOf(QUERY, { query: undefined }), limit: 2 });
    t.deepEqual(plain(byId), [
      { id: 'k0', hits: [0, 6] },
      { id: 'k1', hits: [1, 7] },
    ]);
    const orderBy = { path: pathOf('n'), direction: 'desc', startFrom: undefined } as const;
    const ordered = await groups(ground, { query: queryOf(QUERY, { query: { kind: 'order_by', orderBy } }), limit: 2 });
    t.deepEqual(plain(ordered), [
      { id: 'k3', hits: [99, 93] },
      { id: 'k2', hits: [98, 92] },
    ]);
    t.is(ordered[0]?.hits[0]?.orderValue, 99n);
    const sampled = await groups(ground, { query: queryOf(QUERY, { query: { kind: 'sample' } }), limit: 6 });
    t.deepEqual(sampled.map(({ id }) => String(id)).toSorted(), ['k0', 'k1', 'k2', 'k3', 'k4', 'k5']);
    t.true(sampled.every(({ hits }) => hits.length === 2));
  });
});

test('each group with the point whose id its value is', async (t) => {
  const house = await openHouse(await temporaryFolder());
  try {
    const uuid = '0f3c1bd4-6f09-4d17-8d2a-1c6e4c0a2b11';
    await house.database.create('c', configWith('Dot', 1));
    await house.database.create('other', config(2, 'Dot', { shardNumber: 2 }));
    const values = [3, 4, -4, uuid, uuid.toUpperCase(), 'no id', '3'];
    const ground = { collection: house.database.collection('c'), compute: house.compute };
    await upsert(
      ground,
      pointsOf((at) => values[at % values.length], 70),
    );
    await house.database.collection('other').update(
      CONTEXT,
      upsertOf('other', [
        { id: 3, vector: [1, 2], payload: { title: 'three', more: 1 } },
        { id: uuid, vector: [3, 4], payload: { title: 'uuid', more: 2 } },
      ]),
    );
    const withLookup = {
      collection: 'other',
      withPayload: { kind: 'include', paths: ['title'] },
      withVector: { kind: 'all' },
    } as const;
    const found = await groups(ground, { limit: 10, groupSize: 1, withLookup });
    t.is(found.length, values.length);
    const lookups = new Map(found.map(({ id, lookup }) => [id, lookup]));
    t.deepEqual(lookups.get(3n)?.id, numberId(3n));
    t.is(Buffer.from(lookups.get(3n)?.payload ?? []).toString(), '{"title":"three"}');
    t.is(lookups.get(3n)?.vectors?.length, 1);
    for (const text of [uuid, uuid.toUpperCase()]) t.deepEqual(lookups.get(text)?.id, parseUuidId(uuid));
    for (const id of [4n, -4n, 'no id', '3']) t.is(lookups.get(id), undefined, String(id));
    t.is(
      await answerOf(groups(ground, { withLookup: { ...withLookup, collection: 'nope' } })),
      'not_found: Collection nope not found',
    );
  } finally {
    await house.close();
    await removeFolder(house.folder);
  }
});
