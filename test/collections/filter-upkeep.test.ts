import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { VectorizerError } from '../../src/core/errors.ts';
import type { Filter } from '../../src/core/filter.ts';
import { config, CONTEXT, deleteOf, upsertOf } from './house.ts';
import {
  checkQuiet,
  count,
  createIndex,
  field,
  green,
  idsOf,
  isN,
  must,
  mustNot,
  pointOf,
  POINTS,
  search,
  setPayload,
  SIZE,
  upsert,
  vectorOf,
  withPoints,
} from './filled-collection.ts';

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
    // What the payloads kept for walks say of these is old.
    await setPayload(collection, [7, 17, 27, 4007, 4997], { n: 3 });
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
      const late = count(collection, must(isN(6)), limit.signal);
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

test('searches with a filter: never a point that is deleted or does not match, none missed, while rows are replaced and compacted', (t) =>
  withPoints({ count: 3000, indexingThreshold: 40 }, async (collection, _house, reopen) => {
    const gone = new Set<number>();
    let deletions = 0;
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
        deletions += 2;
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
          // One that is deleted while it is being found leaves no gap.
          if (reader === 3) t.is(found.length, 20);
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
    for (const answer of await Promise.all(asking)) t.true(answer === 500 || answer instanceof Error, String(answer));
    t.is(await count(again, must(isN(5))), 500);
  });
  await delay(10);
  t.deepEqual(unhandled, []);
});
