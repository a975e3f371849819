import test from 'ava';
import { hydrate } from '../../src/collections/hydrate.ts';
import { idText } from '../../src/core/ids.ts';
import { Segment } from '../../src/segments/segment.ts';
import { configOf, CONTEXT, deleteOf, idOf, queryOf, READ, upsertOf } from './house.ts';
import { denseConfig, sparseConfig } from './plain-vectors.ts';
import { answerOf, collectionOf, filterOf, withVectors } from './vector-ground.ts';

/** Points that are deleted between being found and being read. */

test('a point that is gone before its payload is read is in no answer, rather than without its payload', async (t) => {
  t.timeout(60_000);
  await withVectors(configOf([denseConfig('', 2, 'Dot')], []), async (ground) => {
    const collection = collectionOf(ground);
    // So many that their payloads are read on another thread.
    const ids = Array.from({ length: 60 }, (_, index) => index + 1);
    const points = ids.map((id) => ({ id, vectors: { '': [id, 1] }, payload: { g: id % 2 } }));
    await collection.update(CONTEXT, upsertOf('c', points));
    const [shard] = collection.shards;
    if (shard === undefined) throw new Error('a shard');
    const { payloads } = shard;
    const getMany = payloads.getMany.bind(payloads);
    payloads.getMany = async (wanted) => {
      // 60 is deleted while the others are read.
      await collection.update(CONTEXT, deleteOf('c', [60]));
      return getMany(wanted);
    };
    const withPayload = { kind: 'all' } as const;
    const [found = []] = await collection.query(CONTEXT, {
      collection: 'c',
      queries: [queryOf([1, 0], { limit: 60, withPayload })],
      ...READ,
    });
    t.deepEqual(
      found.map(({ id }) => Number(idText(id))),
      ids.slice(0, 59).toReversed(),
    );
    t.true(found.every(({ payload }) => Buffer.from(payload ?? []).includes('"g"')));
    await collection.update(CONTEXT, upsertOf('c', points));
    const retrieved = await collection.retrieve(CONTEXT, {
      collection: 'c',
      ids: ids.map(idOf),
      withPayload,
      withVector: { kind: 'none' },
      ...READ,
    });
    t.is(retrieved.length, 59);
  });
});

test('a read that the deletion of its collection overtakes answers that there is none', async (t) => {
  t.timeout(60_000);
  await withVectors(configOf([denseConfig('', 2, 'Dot')], [sparseConfig('s')]), async (ground) => {
    const collection = collectionOf(ground);
    const points = Array.from({ length: 2000 }, (_, id) => ({ id, vectors: { '': [id, 1] }, payload: { g: id % 2 } }));
    await collection.update(CONTEXT, upsertOf('c', points));
    // A text that takes a while on a thread, and a filter that does.
    const object = {
      kind: 'text',
      text: 'whales and ships '.repeat(40_000),
      model: 'bm25',
      options: undefined,
    } as const;
    const text = { kind: 'nearest', example: { kind: 'inference', object }, mmr: undefined } as const;
    const [shard] = collection.shards;
    const [segment] = shard?.segments ?? [];
    const reads = [
      collection.query(CONTEXT, { collection: 'c', queries: [{ ...queryOf([]), query: text, using: 's' }], ...READ }),
      collection.query(CONTEXT, {
        collection: 'c',
        queries: [queryOf([1, 0], { filter: filterOf({ n: 1 }) })],
        ...READ,
      }),
      collection.count(CONTEXT, { collection: 'c', filter: filterOf({ n: 1 }), exact: true, ...READ }),
    ];
    const refusals = Promise.all(reads.map((read) => answerOf(read)));
    t.true(await ground.house.database.delete('c'));
    t.deepEqual(new Set(await refusals), new Set(["not_found: Collection `c` doesn't exist!"]));
    t.deepEqual(shard?.segments, []);
    t.throws(() => segment?.retain(), { message: 'the segment is closed' });
  });
});

test('a point whose segment was closed since it was found is read where it stands now', async (t) => {
  t.timeout(60_000);
  await withVectors(configOf([denseConfig('', 2, 'Dot')], []), async (ground) => {
    const points = [1, 2].map((id) => ({ id, vectors: { '': [id, 1] }, payload: { g: id } }));
    await collectionOf(ground).update(CONTEXT, upsertOf('c', points));
    const [shard] = collectionOf(ground).shards;
    const place = shard?.find(idOf(2));
    if (shard === undefined || place === undefined) throw new Error('a point');
    const segment = new Segment(99, { compute: ground.house.compute, fields: [], seed: 1 });
    await segment.close();
    const found = [
      { id: idOf(2), shard, segment, row: 0 },
      { id: idOf(3), shard, segment, row: 1 },
    ];
    const { signal } = CONTEXT;
    const hydrated = await hydrate(found, { kind: 'all' }, { kind: 'all' }, signal);
    t.deepEqual(
      hydrated.map(({ record }) => [idText(record.id), String(Buffer.from(record.payload ?? []))]),
      [['2', '{"g":2}']],
    );
    t.deepEqual(hydrated[0]?.record.vectors, place.segment.vectorsAt(place.row));
  });
});
