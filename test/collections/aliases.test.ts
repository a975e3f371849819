import { setImmediate as nextTurn } from 'node:timers/promises';
import test from 'ava';
import * as fc from 'fast-check';
import { VectorizerError } from '../../src/core/errors.ts';
import type { AliasAction } from '../../src/core/requests.ts';
import {
  config,
  CONTEXT,
  NO_DIFF,
  openHouse,
  READ,
  removeFolder,
  temporaryFolder,
  type TestHouse,
  upsertOf,
} from './house.ts';

async function withHouse(use: (house: TestHouse) => Promise<void>): Promise<void> {
  const folder = await temporaryFolder();
  const house = await openHouse(folder);
  try {
    await use(house);
  } finally {
    await house.close();
    await removeFolder(folder);
  }
}

const COLLECTIONS = ['c', 'd'];
const name = fc.constantFrom('x', 'y', 'z', 'c', 'd', 'nobody');
const action: fc.Arbitrary<AliasAction> = fc.oneof(
  fc.record({ kind: fc.constant('create' as const), collection: name, alias: name }),
  fc.record({ kind: fc.constant('delete' as const), alias: name }),
  fc.record({ kind: fc.constant('rename' as const), alias: name, newAlias: name }),
);

/** What an action does to a plain map; the kind of its error. */
function applied(model: Map<string, string>, action: AliasAction): string | undefined {
  const { alias } = action;
  switch (action.kind) {
    case 'create':
      if (!COLLECTIONS.includes(action.collection)) return 'not_found';
      if (COLLECTIONS.includes(alias)) return 'already_exists';
      model.set(alias, action.collection);
      return undefined;
    case 'delete':
      model.delete(alias);
      return undefined;
    case 'rename': {
      const collection = model.get(alias);
      if (collection === undefined) return 'not_found';
      model.delete(alias);
      model.set(action.newAlias, collection);
      return undefined;
    }
  }
}

test('an alias that is switched by one request always stands for one of its collections', async (t) => {
  await withHouse(async ({ database }) => {
    for (const collection of COLLECTIONS) await database.create(collection, config(2, 'Dot', {}));
    await database.changeAliases([{ kind: 'create', collection: 'c', alias: 'x' }]);
    let isOver = false;
    const switching = database
      .changeAliases([
        { kind: 'delete', alias: 'x' },
        { kind: 'create', collection: 'd', alias: 'x' },
      ])
      .then(() => (isOver = true));
    for (; !isOver; await nextTurn()) t.not(database.find('x'), undefined);
    await switching;
    t.is(database.find('x'), database.find('d'));
  });
});

test('lists of actions do what a map does, up to the first that fails, and are there after a restart', async (t) => {
  const folder = await temporaryFolder();
  const { database, close } = await openHouse(folder);
  for (const collection of COLLECTIONS) await database.create(collection, config(2, 'Dot', {}));
  const model = new Map<string, string>();
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 4 }), async (actions) => {
      let expected: string | undefined;
      for (const each of actions) if ((expected ??= applied(model, each)) !== undefined) break;
      const failure = await database.changeAliases(actions).then(
        () => undefined,
        (error: unknown) => (error instanceof VectorizerError ? error.kind : 'bug'),
      );
      t.is(failure, expected);
      const listed = [...model].map(([alias, collection]) => ({ alias, collection }));
      t.deepEqual(
        database.listAliases(undefined),
        listed.toSorted((a, b) => (a.alias < b.alias ? -1 : 1)),
      );
    }),
    { numRuns: 200 },
  );
  await database.changeAliases([{ kind: 'create', collection: 'd', alias: 'kept' }]);
  const before = database.listAliases(undefined);
  await close();
  const again = await openHouse(folder);
  t.deepEqual(again.database.listAliases(undefined), before);
  t.deepEqual(
    again.database.listAliases('d'),
    before.filter(({ collection }) => collection === 'd'),
  );
  await again.close();
  await removeFolder(folder);
});

test('an alias stands wherever a collection does, but where one is deleted', async (t) => {
  await withHouse(async ({ database }) => {
    await database.create('c', config(2, 'Dot', {}));
    await database.changeAliases([{ kind: 'create', collection: 'c', alias: 'x' }]);
    await database.collection('x').update(CONTEXT, upsertOf('x', [{ id: 1, vector: [1, 2] }]));
    t.is(
      await database.collection('c').count(CONTEXT, { collection: 'c', filter: undefined, exact: true, ...READ }),
      1,
    );
    t.true(database.has('x'));
    t.deepEqual(database.names(), ['c']);
    await t.throwsAsync(database.create('x', config(2, 'Dot', {})), {
      message: "Can't create collection with name x. Alias with the same name already exists",
    });
    t.false(await database.delete('x'));
    t.true(await database.delete('c'));
    t.deepEqual(database.listAliases(undefined), []);
    t.false(database.has('x'));
  });
});

test('a change of the configuration by an alias is a change of the collection, also after a restart', async (t) => {
  const folder = await temporaryFolder();
  const first = await openHouse(folder);
  await first.database.create('c', config(2, 'Dot', {}));
  await first.database.changeAliases([{ kind: 'create', collection: 'c', alias: 'x' }]);
  await first.database.update('x', { ...NO_DIFF, metadata: '{"a":1}' });
  await first.close();
  const second = await openHouse(folder);
  t.deepEqual(second.database.names(), ['c']);
  t.is(second.database.collection('x').config.metadata, '{"a":1}');
  await second.close();
  await removeFolder(folder);
});
