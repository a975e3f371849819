import test from 'ava';
import * as wire from '../../generated/collections.js';
import { type BothDoors, openBothDoors } from './both-doors.ts';

let doors: BothDoors;
test.before(async () => {
  doors = await openBothDoors();
  await doors.rest('PUT', '/collections/c', { vectors: { size: 2, distance: 'Dot' } });
});
test.after.always(() => doors.close());

const COLLECTIONS = '/qdrant.Collections';
const change = { request: wire.ChangeAliases, answer: wire.CollectionOperationResponse };
type Action = wire.AliasOperations['action'];

async function changed(...actions: readonly Action[]): Promise<readonly [number, string]> {
  const fields = { actions: actions.map((action) => ({ action })) };
  const { code, message } = await doors.grpc(`${COLLECTIONS}/UpdateAliases`, change, fields);
  return [code, message];
}

function create(aliasName: string, collectionName = 'c'): Action {
  return { $case: 'createAlias', value: { collectionName, aliasName } };
}

function rename(oldAliasName: string, newAliasName: string): Action {
  return { $case: 'renameAlias', value: { oldAliasName, newAliasName } };
}

async function listed(): Promise<unknown> {
  const ofCollection = { request: wire.ListCollectionAliasesRequest, answer: wire.ListAliasesResponse };
  const all = { request: wire.ListAliasesRequest, answer: wire.ListAliasesResponse };
  const own = await doors.grpc(`${COLLECTIONS}/ListCollectionAliases`, ofCollection, { collectionName: 'c' });
  const every = await doors.grpc(`${COLLECTIONS}/ListAliases`, all, {});
  const { body } = await doors.rest('GET', '/aliases');
  return {
    own: own.answer?.aliases,
    every: every.answer?.aliases,
    rest: (body as { readonly result: unknown }).result,
  };
}

function expected(...aliases: readonly string[]): unknown {
  const described = aliases.map((aliasName) => ({ aliasName, collectionName: 'c' }));
  const rest = { aliases: aliases.map((alias_name) => ({ alias_name, collection_name: 'c' })) };
  return { own: described, every: described, rest };
}

test('aliases are created, renamed and deleted over gRPC, and both doors show them', async (t) => {
  t.deepEqual(await changed(create('b'), create('a')), [0, '']);
  t.deepEqual(await listed(), expected('a', 'b'));
  t.deepEqual(await changed(rename('a', 'z'), { $case: 'deleteAlias', value: { aliasName: 'b' } }), [0, '']);
  t.deepEqual(await listed(), expected('z'));
  const exists = { request: wire.CollectionExistsRequest, answer: wire.CollectionExistsResponse };
  const { answer } = await doors.grpc(`${COLLECTIONS}/CollectionExists`, exists, { collectionName: 'z' });
  t.true(answer?.result?.exists);
  t.deepEqual(await changed(create('x', 'nobody')), [5, "Not found: Collection `nobody` doesn't exist!"]);
  t.deepEqual(await changed(create('c')), [6, 'Wrong input: Collection `c` already exists!']);
  t.deepEqual(await changed(rename('nobody', 'y')), [5, 'Not found: Alias nobody does not exists!']);
  t.deepEqual(await changed(create('a/b')), [
    3,
    'Validation error in body: [actions[0].action.alias_name: collection name cannot contain "/" char]',
  ]);
  t.deepEqual(await changed(rename('z', 'a/b')), [
    3,
    'Validation error in body: [actions[0].action.new_alias_name: collection name cannot contain "/" char]',
  ]);
  t.deepEqual(await listed(), expected('z'));
});
