import { cp } from 'node:fs/promises';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import type { Collection } from '../../src/collections/collection.ts';
import { VectorizerError } from '../../src/core/errors.ts';
import type { Condition, FieldPredicate, Filter } from '../../src/core/filter.ts';
import { idColumn, idText } from '../../src/core/ids.ts';
import { type JsonPath, jsonPath } from '../../src/core/json-path.ts';
import type { FieldSchema } from '../../src/core/payload-schema.ts';
import type { PointChange } from '../../src/core/requests.ts';
import {
  config,
  CONTEXT,
  deleteOf,
  idOf,
  openHouse,
  queryOf,
  READ,
  removeFolder,
  temporaryFolder,
  type TestHouse,
  type TestPoint,
  upsertOf,
  WAIT,
} from './house.ts';

const SIZE = 16;
const POINTS = 5000;
/** 1 KB of payload. */
const PAD = 'x'.repeat(1000);

function pathOf(text: string): JsonPath {
  const path = jsonPath(text);
  if (path === undefined) throw new Error(`no path: ${text}`);
  return path;
}

function field(name: string, predicate: FieldPredicate): Condition {
  return { kind: 'field', path: pathOf(name), predicates: [predicate] };
}

function must(...conditions: readonly Condition[]): Filter {
  return { must: conditions, should: [], mustNot: [], minShould: undefined };
}

function mustNot(...conditions: readonly Condition[]): Filter {
  return { must: [], should: [], mustNot: conditions, minShould: undefined };
}

/** `n` is the integer. */
function isN(value: number): Condition {
  return field('n', { kind: 'value', value: BigInt(value) });
}

function vectorOf(id: number, version: number): number[] {
  return Array.from({ length: SIZE }, (_, at) => Math.sin((id + 1) * (at + 1) * 0.37 + version * 1.7 + at));
}

function pointOf(id: number, n: number, version: number): TestPoint {
  return { id, vector: vectorOf(id, version), payload: { n, id, pad: PAD } };
}

interface Options {
  readonly count?: number;
  readonly shardNumber?: number;
  readonly indexingThreshold?: number;
}

/** A collection of points 0 … count, whose `n` is the id modulo 10. */
async function withPoints(
  options: Options,
  run: (collection: Collection, house: TestHouse, reopen: () => Promise<Collection>) => Promise<void>,
): Promise<void> {
  const { count = POINTS, shardNumber = 1, indexingThreshold = 0 } = options;
  let house = await openHouse(await temporaryFolder());
  try {
    await house.database.create(
      'c',
      config(SIZE, 'Euclid', { shardNumber, indexingThreshold, vacuumMinVectorNumber: 100 }),
    );
    const collection = house.database.collection('c');
    await upsert(
      collection,
      Array.from({ length: count }, (_, id) => pointOf(id, id % 10, 0)),
    );
    await run(collection, house, async () => {
      await house.close();
      house = await openHouse(house.folder);
      return house.database.collection('c');
    });
  } finally {
    await house.close();
    await removeFolder(house.folder);
  }
}

async function upsert(collection: Collection, points: readonly TestPoint[]): Promise<void> {
  for (let first = 0; first < points.length; first += 500)
    await collection.update(CONTEXT, upsertOf('c', points.slice(first, first + 500)));
}

async function change(collection: Collection, change: PointChange): Promise<void> {
  await collection.update(CONTEXT, { collection: 'c', change, ...WAIT });
}

async function setPayload(collection: Collection, ids: readonly number[], payload: unknown): Promise<void> {
  await change(collection, {
    kind: 'set_payload',
    target: { kind: 'ids', ids: idColumn(ids.map(idOf)) },
    payload: Buffer.from(JSON.stringify(payload)),
    key: undefined,
  });
}

async function createIndex(
  collection: Collection,
  name: string,
  type: FieldSchema['type'],
  wait = true,
): Promise<void> {
  const schema = { type, params: undefined };
  await collection.createFieldIndex(CONTEXT, { collection: 'c', path: pathOf(name), schema, ...WAIT, wait });
}

async function deleteIndex(collection: Collection, name: string): Promise<void> {
  await collection.deleteFieldIndex(CONTEXT, { collection: 'c', path: pathOf(name), ...WAIT });
}

function count(collection: Collection, filter: Filter, signal = CONTEXT.signal): Promise<number> {
  return collection.count({ signal }, { collection: 'c', filter, exact: true, ...READ });
}

async function idsOf(collection: Collection, filter: Filter | undefined, limit = 100_000): Promise<number[]> {
  const page = await collection.scroll(CONTEXT, {
    collection: 'c',
    offset: undefined,
    limit,
    filter,
    orderBy: undefined,
    withPayload: { kind: 'none' },
    withVector: { kind: 'none' },
    ...READ,
  });
  return page.points.map(({ id }) => Number(idText(id)));
}

async function search(
  collection: Collection,
  vector: readonly number[],
  filter: Filter,
  limit: number,
): Promise<number[]> {
  const queries = [queryOf(vector, { filter, limit })];
  const [hits = []] = await collection.query(CONTEXT, { collection: 'c', queries, ...READ });
  return hits.map(({ id }) => Number(idText(id)));
}

async function green(collection: Collection): Promise<void> {
  for (let turn = 0; turn < 1200 && collection.info().status !== 'green'; turn++) await delay(50);
  if (collection.info().status !== 'green') throw new Error(`the collection stays ${collection.info().status}`);
}

/** Every payload as it is, to be filtered by hand. */
async function payloadsOf(collection: Collection): Promise<{ readonly id: number; readonly n: unknown }[]> {
  const page = await collection.scroll(CONTEXT, {
    collection: 'c',
    offset: undefined,
    limit: 100_000,
    filter: undefined,
    orderBy: undefined,
    withPayload: { kind: 'all' },
    withVector: { kind: 'none' },
    ...READ,
  });
  return page.points.map(
    ({ payload }) => JSON.parse(Buffer.from(payload ?? []).toString()) as { id: number; n: unknown },
  );
}

/** Exact at a quiet moment, with and without what was kept. */
async function checkQuiet(t: ExecutionContext, collection: Collection, what: string): Promise<void> {
  const all = await payloadsOf(collection);
  for (let value = 0; value < 10; value++) {
    const expected = all.filter(({ n }) => n === value).map(({ id }) => id);
    t.deepEqual(await idsOf(collection, must(isN(value))), expected, `${what}: n = ${value}`);
    t.deepEqual(
      (await search(collection, vectorOf(3, 0), must(isN(value)), 10_000)).toSorted((a, b) => a - b),
      expected,
      `${what}: search of n = ${value}`,
    );
  }
  const rest = all.filter(({ n }) => n !== 5).map(({ id }) => id);
  t.deepEqual(await idsOf(collection, mustNot(isN(5))), rest, `${what}: n is not 5`);
}

test('without an index: what matches all the time is found, what never does is not, while points change', (t) =>
  withPoints({}, async (collection) => {
    let round = 0;
    const writing = (async () => {
      for (; round < 40; round++) {
        // Points of n = 7 become 5 and 7 again; new ones of 5 come, and go.
        await setPayload(collection, [7, 17, 27, 4007, 4997], { n: round % 2 === 0 ? 5 : 7 });
        await upsert(collection, [pointOf(10_000 + round, 5, 0), pointOf(1, 1, round)]);
        if (round > 3) await collection.update(CONTEXT, deleteOf('c', [10_000 + round - 4]));
      }
    })();
    let asked = 0;
    while (round < 40) {
      const filter = must(
        isN(5),
        field('id', { kind: 'range', bounds: { gt: undefined, lt: undefined, lte: undefined, gte: -asked } }),
      );
      const found = new Set(await idsOf(collection, filter));
      for (let id = 5; id < POINTS; id += 10) if (!found.has(id)) t.fail(`${id} is missing`);
      for (const id of found) {
        if (id < 10_000 && id % 10 !== 5 && ![7, 17, 27, 4007, 4997].includes(id)) t.fail(`${id} does not match`);
      }
      asked++;
    }
    await writing;
    t.true(asked > 1);
    await checkQuiet(t, collection, 'afterwards');
  }));

/** Counts the turns of the event loop while `run` goes on. */
async function countingTurns(run: (turns: () => number) => Promise<void>): Promise<void> {
  let turns = 0;
  let counting = true;
  const counter = (async () => {
    for (; counting; turns++) await nextTurn();
  })();
  try {
    await run(() => turns);
  } finally {
    counting = false;
    await counter;
  }
}

test.serial('a filter without an index lets the event loop turn, and ends where its time is over', (t) =>
  withPoints({}, async (collection) => {
    await countingTurns(async (turns) => {
      t.is(await count(collection, must(isN(5))), POINTS / 10);
      t.true(turns() >= 5, `${turns()} turns`);
      const limit = new AbortController();
      const begun = turns();
      const late = count(collection, must(isN(6)), limit.signal);
      while (turns() < begun + 2) await nextTurn();
      limit.abort();
      const error = await t.throwsAsync(late, { instanceOf: VectorizerError });
      t.is(error.kind, 'timeout');
    });
    t.is(await count(collection, must(isN(6))), POINTS / 10);
  }),
);

test.serial('large payloads read on the main thread do not hold the event loop', async (t) => {
  await withPoints({ count: 0 }, async (collection) => {
    const large = 'y'.repeat(200_000);
    for (let id = 0; id < 400; id++)
      await collection.update(CONTEXT, upsertOf('c', [{ id, payload: { large, n: id % 10 } }]));
    await countingTurns(async (turns) => {
      t.is(await count(collection, must(isN(5))), 40);
      // 80 MB: a hundred milliseconds of reading.
      t.true(turns() >= 20, `${turns()} turns`);
    });
  });
});

test('kept results are right after thousands of changes', (t) =>
  withPoints({}, async (collection) => {
    await checkQuiet(t, collection, 'at first');
    for (const [changed, n] of [
      [300, 5],
      [3000, 6],
      [5000, 7],
    ] as const) {
      await setPayload(
        collection,
        Array.from({ length: changed }, (_, at) => at),
        { n },
      );
      for (let id = 0; id < changed; id += 2)
        await collection.update(CONTEXT, { ...upsertOf('c', [pointOf(id, (id / 2) % 10, 1)]), wait: false });
      await collection.update(CONTEXT, deleteOf('c', [POINTS + changed, changed - 1]));
      await checkQuiet(t, collection, `after ${changed} changes`);
      await upsert(collection, [pointOf(20_000 + changed, 5, 0), pointOf(changed - 1, 9, 0)]);
      await checkQuiet(t, collection, `after ${changed} changes and points in freed places`);
    }
  }));

test('an index that is built while updates go on is what one built at rest is', (t) =>
  withPoints({}, async (collection) => {
    const written = Promise.all([createIndex(collection, 'n', 'integer'), createIndex(collection, 'id', 'integer')]);
    for (let round = 0; round < 30; round++) {
      const at = (round * 163) % POINTS;
      await collection.update(CONTEXT, {
        ...upsertOf('c', [pointOf(at, 5, 1), pointOf(30_000 + round, 3, 0)]),
        wait: false,
      });
      await collection.update(CONTEXT, { ...deleteOf('c', [at + 1, at + 2, 30_000 + round - 2]), wait: false });
      await setPayload(collection, [at, POINTS - 1], { n: round % 3 === 0 ? 'no number' : 6 });
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
    await deleteIndex(collection, 'n');
    await deleteIndex(collection, 'id');
    await checkQuiet(t, collection, 'without an index');
    await createIndex(collection, 'n', 'integer');
    await createIndex(collection, 'id', 'integer');
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

test('searches with a filter: never a point that is deleted or does not match, none missed, while rows are replaced and compacted', (t) =>
  withPoints({ count: 3000, indexingThreshold: 40 }, async (collection, _house, reopen) => {
    const gone = new Set<number>();
    let writes = 0;
    const writing = (async () => {
      for (; writes < 40; writes++) {
        const from = (writes * 230) % 2500;
        await upsert(
          collection,
          Array.from({ length: 300 }, (_, at) => pointOf(from + at, (from + at) % 10, writes)).filter(
            ({ id }) => !gone.has(Number(id)),
          ),
        );
        // Half of those with n = 7 change, so that what is kept has to follow.
        await setPayload(collection, [7, 17, 27, 37], { n: writes % 2 === 0 ? 5 : 7 });
        const deleted = [2600 + writes * 10 + 5, 2600 + writes * 10 + 6];
        await collection.update(CONTEXT, deleteOf('c', deleted));
        for (const id of deleted) gone.add(id);
      }
    })();
    const searching = Promise.all(
      [1, 2, 3].map(async (reader) => {
        let asked = 0;
        for (; writes < 40; asked++) {
          const goneBefore = new Set(gone);
          const found = await search(
            collection,
            vectorOf(asked * 7 + reader, 0),
            must(isN(5)),
            reader === 3 ? 20 : 5000,
          );
          t.is(new Set(found).size, found.length, 'no point twice');
          for (const id of found) {
            if (goneBefore.has(id)) t.fail(`${id} was deleted before`);
            if (id % 10 !== 5 && ![7, 17, 27, 37].includes(id)) t.fail(`${id} does not match`);
          }
          // A point that is deleted while it is being found leaves a gap.
          if (reader === 3) t.true(found.length === 20 || gone.size > goneBefore.size, `${found.length} found`);
          else {
            const seen = new Set(found);
            for (let id = 5; id < 3000; id += 10)
              if (!seen.has(id) && !gone.has(id) && id < 2600) t.fail(`${id} is missing`);
          }
        }
        return asked;
      }),
    );
    await writing;
    t.true((await searching).every((asked) => asked > 1));
    await green(collection);
    await checkQuiet(t, collection, 'at rest');
    await checkQuiet(t, await reopen(), 'after a restart');
  }));

test('more filters than are kept push each other out: answers stay right, and memory does not grow', (t) =>
  withPoints({ count: 2000 }, async (collection, house) => {
    await createIndex(collection, 'id', 'integer');
    const below = (end: number): Filter =>
      must(field('id', { kind: 'range', bounds: { lt: end, gt: undefined, lte: undefined, gte: undefined } }));
    const askAll = async (): Promise<void> => {
      const ends = Array.from({ length: 1800 }, (_, at) => at + 1);
      for (let first = 0; first < ends.length; first += 300) {
        const found = await Promise.all(
          ends.slice(first, first + 300).map((end) => search(collection, vectorOf(end, 0), below(end), 3)),
        );
        found.forEach((ids, at) => {
          const end = first + at + 1;
          t.is(ids.length, Math.min(3, end));
          for (const id of ids) if (id >= end) t.fail(`${id} is not below ${end}`);
        });
      }
    };
    await askAll();
    await nextTurn();
    const used = house.compute.arenas.usedBytes;
    await askAll();
    await upsert(collection, [pointOf(0, 5, 1)]);
    await askAll();
    await nextTurn();
    t.true(house.compute.arenas.usedBytes < used + 500_000, `${used} bytes, then ${house.compute.arenas.usedBytes}`);
  }));

/** The rejections that nobody hears of, from now on. */
function unhandledOf(t: ExecutionContext): readonly unknown[] {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => {
    unhandled.push(reason);
  };
  process.on('unhandledRejection', note);
  t.teardown(() => process.off('unhandledRejection', note));
  return unhandled;
}

test.serial('a collection can be dropped while an index is built and while filters are asked', async (t) => {
  const unhandled = unhandledOf(t);
  await withPoints({}, async (collection, house) => {
    const building = createIndex(collection, 'n', 'integer').catch((error: unknown) => error);
    const asking = [
      ...[1, 2, 3].map((n) => count(collection, must(isN(n)))),
      ...[1, 2, 3].map((n) => search(collection, vectorOf(1, 0), mustNot(isN(n)), 5)),
      ...[1, 2, 3].map((n) => idsOf(collection, must(field('id', { kind: 'value', value: BigInt(n) })))),
    ].map((answer) => (answer as Promise<unknown>).catch((error: unknown) => error));
    await nextTurn();
    t.true(await house.database.delete('c'));
    for (const answer of [await building, ...(await Promise.all(asking))]) {
      if (answer instanceof Error) t.true(answer instanceof VectorizerError, String(answer));
    }
    await house.database.create('c', config(SIZE, 'Euclid'));
    const again = house.database.collection('c');
    t.is(await count(again, must(isN(5))), 0);
    t.deepEqual(again.info().payloadSchema, []);
  });
  await delay(10);
  t.deepEqual(unhandled, []);
});

test.serial('a house can be closed while filters are asked', async (t) => {
  const unhandled = unhandledOf(t);
  await withPoints({}, async (collection, _house, reopen) => {
    const asking = [0, 1, 2, 3, 4, 5, 6].map((n) => count(collection, must(isN(n))).catch((error: unknown) => error));
    await nextTurn();
    const again = await reopen();
    for (const answer of await Promise.all(asking))
      t.true(answer === 500 || answer instanceof VectorizerError, String(answer));
    t.is(await count(again, must(isN(5))), 500);
  });
  await delay(10);
  t.deepEqual(unhandled, []);
});
