import { cp } from 'node:fs/promises';
import test from 'ava';
import type { Filter } from '../../src/core/filter.ts';
import { idColumn } from '../../src/core/ids.ts';
import { CONTEXT, deleteOf, idOf, openHouse, READ, removeFolder, temporaryFolder, upsertOf } from './house.ts';
import {
  change,
  checkQuiet,
  count,
  createIndex,
  deleteIndex,
  field,
  idsOf,
  isN,
  must,
  mustNot,
  pathOf,
  pointOf,
  POINTS,
  search,
  setPayload,
  upsert,
  vectorOf,
  withPoints,
} from './filled-collection.ts';

test('an index that is built while updates go on is what one built at rest is', (t) =>
  withPoints({}, async (collection) => {
    const names = ['n', 'id', 'pad'] as const;
    const createAll = (): Promise<unknown> =>
      Promise.all(names.map((name) => createIndex(collection, name, name === 'pad' ? 'text' : 'integer')));
    const written = createAll();
    for (let round = 0; round < 30; round++) {
      // From the end, where the building comes last, and each point once: what it has read before is old by then.
      const at = POINTS - 3 - round * 163;
      await collection.update(CONTEXT, {
        ...upsertOf('c', [pointOf(at, 5, 1), pointOf(30_000 + round, 3, 0)]),
        wait: false,
      });
      await collection.update(CONTEXT, { ...deleteOf('c', [at + 1, at + 2, 30_000 + round - 2]), wait: false });
      await setPayload(collection, [at], { n: round % 3 === 0 ? 'no number' : 6 });
    }
    await written;
    const seen = async (): Promise<unknown> => [
      await collection.facet(CONTEXT, {
        collection: 'c',
        key: pathOf('n'),
        limit: 100,
        filter: undefined,
        exact: true,
        ...READ,
      }),
      await collection.facet(CONTEXT, {
        collection: 'c',
        key: pathOf('n'),
        limit: 100,
        filter: must(
          field('id', { kind: 'range', bounds: { lt: 2500, gt: undefined, lte: undefined, gte: undefined } }),
        ),
        exact: true,
        ...READ,
      }),
      collection.info().payloadSchema,
    ];
    await checkQuiet(t, collection, 'built while updates went on');
    const busy = await seen();
    for (const name of names) await deleteIndex(collection, name);
    await checkQuiet(t, collection, 'without an index');
    await createAll();
    t.deepEqual(busy, await seen());
    await checkQuiet(t, collection, 'built at rest');
  }));

test('an index holds what fits its type, and its info tells how many points that are', (t) =>
  withPoints({ count: 0 }, async (collection, _house, reopen) => {
    const values = [1, 'one', 1.5, true, null, [], [2, 'two', null], { a: 1 }, undefined, 7.0];
    await upsert(
      collection,
      values.map((value, id) => ({ id, payload: { v: value } })),
    );
    const points: Record<string, number> = {};
    for (const type of ['integer', 'float', 'keyword', 'bool', 'text', 'datetime', 'geo', 'uuid'] as const) {
      await createIndex(collection, 'v', type);
      points[type] = collection.info().payloadSchema[0]?.points ?? -1;
    }
    t.deepEqual(points, { integer: 3, float: 4, keyword: 2, bool: 1, text: 2, datetime: 0, geo: 0, uuid: 0 });
    await createIndex(collection, 'v', 'integer');
    const integer = (value: bigint): Filter => must(field('v', { kind: 'value', value }));
    t.deepEqual(await idsOf(collection, integer(2n)), [6]);
    t.deepEqual(await idsOf(collection, integer(7n)), [9]);
    const again = await reopen();
    t.deepEqual(await idsOf(again, integer(7n)), [9]);
    t.is(again.info().payloadSchema[0]?.points, 3);
  }));

test('a write decides by the index that is being built, whatever a read has found meanwhile', (t) =>
  withPoints({}, async (collection, house) => {
    await change(collection, {
      kind: 'overwrite_payload',
      target: { kind: 'ids', ids: idColumn([idOf(7)]) },
      payload: Buffer.from('{"n":77.0}'),
    });
    t.is(await count(collection, must(isN(77))), 0);
    await createIndex(collection, 'n', 'integer', false);
    await count(collection, must(isN(77)));
    await change(collection, { kind: 'delete', target: { kind: 'filter', filter: must(isN(77)) } });
    t.is(collection.pointCount, POINTS - 1, 'only the index knows that 77.0 is 77');
    const folder = await temporaryFolder();
    await cp(house.folder, folder, { recursive: true });
    const crashed = await openHouse(folder);
    t.is(crashed.database.collection('c').pointCount, POINTS - 1, 'the log says the same again');
    await crashed.close();
    await removeFolder(folder);
  }));

test('no read fails because an index comes or goes', (t) =>
  withPoints({ count: 3000, shardNumber: 3 }, async (collection) => {
    let stop = false;
    const reading = Promise.all(
      [0, 1, 2, 3].map(async (value) => {
        while (!stop) {
          const first = await idsOf(collection, mustNot(isN(value)), 10);
          t.deepEqual(
            first,
            Array.from({ length: 20 }, (_, id) => id)
              .filter((id) => id % 10 !== value)
              .slice(0, 10),
          );
          t.is((await search(collection, vectorOf(value, 0), must(isN(value)), 10)).length, 10);
          t.is(await count(collection, must(isN(value))), 300);
        }
      }),
    );
    for (let round = 0; round < 30; round++) {
      await createIndex(collection, 'n', round % 3 === 0 ? 'integer' : 'keyword', round % 2 === 0);
      await upsert(
        collection,
        Array.from({ length: 30 }, (_, at) => pointOf(round * 30 + at, at % 10, 1)),
      );
      await deleteIndex(collection, 'n');
    }
    stop = true;
    await reading;
  }));
