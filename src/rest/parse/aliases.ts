import { JSON_OBJECT } from '../../base/json/json-tree.ts';
import { collectionNameFault } from '../../core/names.ts';
import type { AliasAction, ChangeAliases } from '../../core/requests.ts';
import { type Decode, decodeBody, type Decoding, directStruct } from './decoding.ts';
import { missingField, noVariant, wrongType } from './format-error.ts';
import { checkMetaTimeout } from './query-text.ts';
import { decodeString } from './scalars.ts';
import { fieldsOf } from './struct-fields.ts';
import { attempt, untaggedList } from './untagged.ts';
import { parseTree, type Wire } from './wire.ts';

/** `POST /collections/aliases`. */
export function parseChangeAliases(wire: Wire): ChangeAliases {
  checkMetaTimeout(wire.query);
  return decodeBody(parseTree(wire.body), decodeActions);
}

function decodeActions(decoding: Decoding, root: number): ChangeAliases {
  const actions: AliasAction[] = [];
  const each: Decode<void> = (decoding, node) => void actions.push(decodeAction(decoding, node, actions.length));
  const fields = { actions: { direct: untaggedList('AliasOperations', 'a sequence', each) } };
  directStruct(decoding, root, 'struct ChangeAliasesOperation', { fields, required: ['actions'], first: 'a sequence' });
  return { actions };
}

/** `{create_alias: …}`, `{delete_alias: …}` or `{rename_alias: …}`: an untagged enum, whatever is wrong inside. */
function decodeAction(decoding: Decoding, node: number, index: number): AliasAction {
  const { tree } = decoding;
  const fields = tree.kindOf(node) === JSON_OBJECT ? fieldsOf(tree, node) : undefined;
  const path = `actions[${index}]`;
  for (const [name, decode] of Object.entries(FORMS)) {
    const value = fields?.get(name);
    const found = value === undefined ? undefined : attempt(() => decode(decoding, value, `${path}.${name}`));
    if (found !== undefined) return found;
  }
  throw noVariant('AliasOperations');
}

type DecodeAction = (decoding: Decoding, node: number, path: string) => AliasAction;

/** In the order in which Qdrant tries them. */
const FORMS: Readonly<Record<string, DecodeAction>> = {
  create_alias: (decoding, node, path) => {
    const [collection, alias] = texts(decoding, node, ['collection_name', 'alias_name']);
    checkName(decoding, alias, `${path}.alias_name`);
    return { kind: 'create', collection, alias };
  },
  delete_alias: (decoding, node) => {
    const [alias] = texts(decoding, node, ['alias_name']);
    return { kind: 'delete', alias };
  },
  rename_alias: (decoding, node, path) => {
    const [alias, newAlias] = texts(decoding, node, ['old_alias_name', 'new_alias_name']);
    checkName(decoding, newAlias, `${path}.new_alias_name`);
    return { kind: 'rename', alias, newAlias };
  },
};

/** The fields of an object that are texts, all of which must be there. */
function texts<const Names extends readonly string[]>(
  decoding: Decoding,
  node: number,
  names: Names,
): { readonly [Index in keyof Names]: string } {
  const { tree } = decoding;
  if (tree.kindOf(node) !== JSON_OBJECT) throw wrongType(tree, node, 'a map');
  const fields = fieldsOf(tree, node);
  const found = names.map((name) => {
    const value = fields.get(name);
    if (value === undefined) throw missingField(name);
    return decodeString(decoding, value);
  });
  return found as { readonly [Index in keyof Names]: string };
}

/** An alias stands in paths where a collection's name does. */
function checkName(decoding: Decoding, name: string, path: string): void {
  const fault = collectionNameFault(name, 'any');
  if (fault !== undefined) decoding.violate(`${path}: ${fault}`);
}
