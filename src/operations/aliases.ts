import type { Alias } from '../core/answers.ts';
import type { ChangeAliases, CollectionName } from '../core/requests.ts';
import type { Operation } from './operation.ts';

/** Creates, renames and deletes aliases, in order; the first action that fails ends the list. */
export const changeAliases: Operation<ChangeAliases, boolean> = {
  name: 'change_aliases',
  access: 'manage',
  run: (house, _context, request) => house.database.changeAliases(request.actions),
};

export const listAliases: Operation<undefined, readonly Alias[]> = {
  name: 'list_aliases',
  access: 'read',
  run: async (house) => house.database.listAliases(undefined),
};

/** Of one collection, as it is called itself. */
export const listCollectionAliases: Operation<CollectionName, readonly Alias[]> = {
  name: 'list_collection_aliases',
  access: 'read',
  run: async (house, _context, request) => house.database.listAliases(request.collection),
};
