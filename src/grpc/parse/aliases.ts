import type * as wire from '../../../generated/collections.js';
import type { AliasAction, ChangeAliases } from '../../core/requests.ts';
import { collectionNameFault } from '../../core/names.ts';
import { invalidArgument } from '../grpc-error.ts';
import { Violations } from './violations.ts';

/** `ChangeAliases`. Throws INVALID_ARGUMENT for a broken rule, or an action of no kind. */
export function changeAliasesOf({ actions, timeout }: wire.ChangeAliases): ChangeAliases {
  const violations = new Violations();
  violations.atLeast('timeout', timeout, 1);
  actions.forEach(({ action }, index) => {
    const path = `actions[${index}].action`;
    if (action?.$case === 'createAlias') checkName(violations, action.value.aliasName, `${path}.alias_name`);
    if (action?.$case === 'renameAlias') checkName(violations, action.value.newAliasName, `${path}.new_alias_name`);
  });
  violations.finish();
  return { actions: actions.map(actionOf) };
}

function actionOf({ action }: wire.AliasOperations): AliasAction {
  switch (action?.$case) {
    case 'createAlias':
      return { kind: 'create', collection: action.value.collectionName, alias: action.value.aliasName };
    case 'renameAlias':
      return { kind: 'rename', alias: action.value.oldAliasName, newAlias: action.value.newAliasName };
    case 'deleteAlias':
      return { kind: 'delete', alias: action.value.aliasName };
    case undefined:
      throw invalidArgument('Malformed AliasOperation type');
  }
}

/** An alias stands where a collection's name does. */
function checkName(violations: Violations, name: string, path: string): void {
  const fault = collectionNameFault(name, 'any');
  if (fault !== undefined) violations.add(path, fault);
}
