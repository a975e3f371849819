import test from 'ava';
import { LeafCache } from '../../src/collections/query/leaf-cache.ts';
import type { FoundPoint } from '../../src/collections/query/found-point.ts';
import type { QueryPoints } from '../../src/core/requests.ts';
import { idColumn } from '../../src/core/ids.ts';
import { configOf, CONTEXT, idOf, PARAMS, queryOf, READ, upsertOf, WAIT } from './house.ts';
import { denseConfig } from './plain-vectors.ts';
import { collectionOf, filterOf, withVectors } from './vector-ground.ts';

test('results are kept from the second time on, until a write, and never beyond their room', async (t) => {
  t.timeout(60_000);
  await withVectors(configOf([denseConfig('', 2, 'Dot')], []), async (ground) => {
    const collection = collectionOf(ground);
    const upsert = (id: number, n: number) =>
      collection.update(CONTEXT, upsertOf('c', [{ id, vectors: { '': [id, 1] }, payload: { n } }]));
    for (const id of [1, 2, 3]) await upsert(id, 0);
    const [segment] = collection.shards[0]?.segments ?? [];
    if (segment === undefined) throw new Error('a segment');
    let searches = 0;
    const search = segment.search.bind(segment);
    segment.search = (...given) => {
      searches++;
      return search(...given);
    };
    const ask = async (changes: Partial<QueryPoints> = {}): Promise<readonly number[]> => {
      const before = searches;
      const queries = [queryOf([1, 0], { filter: filterOf({ n: 0 }), ...changes })];
      const [found = []] = await collection.query(CONTEXT, { collection: 'c', queries, ...READ });
      return [searches - before, ...found.map(({ score }) => score)];
    };
    t.deepEqual(await ask(), [1, 3, 2, 1]);
    t.deepEqual(await ask(), [1, 3, 2, 1]);
    t.deepEqual(await ask(), [0, 3, 2, 1]);
    t.deepEqual(await ask({ limit: 2 }), [1, 3, 2]);
    t.deepEqual(await ask({ filter: filterOf({ n: 1 }) }), [1]);
    // What JSON writes like a threshold that is not there.
    t.deepEqual(await ask({ scoreThreshold: Infinity }), [1]);
    t.deepEqual(await ask(), [0, 3, 2, 1]);
    await upsert(4, 0);
    t.deepEqual(await ask(), [1, 4, 3, 2, 1]);
    t.deepEqual(await ask(), [0, 4, 3, 2, 1]);
    const target = { kind: 'ids', ids: idColumn([idOf(4)]) } as const;
    await collection.update(CONTEXT, { collection: 'c', change: { kind: 'clear_payload', target }, ...WAIT });
    t.deepEqual(await ask(), [1, 3, 2, 1]);
    t.deepEqual(await ask({ params: { ...PARAMS, indexedOnly: true } }), [1, 3, 2, 1]);
    t.deepEqual(await ask({ params: { ...PARAMS, indexedOnly: true } }), [1, 3, 2, 1]);
  });
});

test('the least used go first, others than of this state are not given, and a pause keeps nothing', (t) => {
  const cache = new LeafCache(3000);
  const shard = {};
  const state = { shard, version: 1, config: configOf([], []) };
  const points: readonly FoundPoint[] = [];
  t.false(cache.hasSeen(77));
  t.true(cache.hasSeen(77));
  for (const key of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) cache.put(key, state, points);
  t.is(cache.get('a', state), points);
  cache.put('h', state, points);
  t.is(cache.get('a', state), points);
  t.is(cache.get('b', state), undefined);
  t.true(cache.bytes <= 3000);
  cache.put('x'.repeat(4000), state, points);
  t.is(cache.get('x'.repeat(4000), state), undefined);
  t.is(cache.get('c', { ...state, version: 2 }), undefined);
  t.is(cache.get('c', state), undefined);
  t.is(cache.get('d', { ...state, shard: {} }), undefined);
  t.is(cache.get('e', { ...state, config: configOf([], []) }), undefined);
  cache.pause();
  t.is(cache.bytes, 0);
  t.false(cache.hasSeen(77));
  cache.put('a', state, points);
  t.is(cache.get('a', state), undefined);
  cache.resume();
  cache.put('a', state, points);
  t.is(cache.get('a', state), points);
  cache.put('a', state, points);
  cache.clear();
  t.is(cache.bytes, 0);
});
