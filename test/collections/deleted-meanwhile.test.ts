import test from 'ava';
import { idText } from '../../src/core/ids.ts';
import { configOf, CONTEXT, deleteOf, idOf, queryOf, READ, upsertOf } from './house.ts';
import { denseConfig } from './plain-vectors.ts';
import { collectionOf, withVectors } from './vector-ground.ts';

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
