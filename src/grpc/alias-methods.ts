import * as wire from '../../generated/collections.js';
import { changeAliases, listAliases, listCollectionAliases } from '../operations/aliases.ts';
import { message, type Method, unary } from './method.ts';
import { changeAliasesOf } from './parse/aliases.ts';
import { collectionNameOf } from './parse/collections.ts';
import { renderAliases } from './render/aliases.ts';
import { renderDone } from './render/collections.ts';

const SERVICE = '/qdrant.Collections';

/** Other names of collections. */
export function aliasMethods(): readonly Method[] {
  const none = message(wire.ListAliasesRequest, () => undefined);
  const ofCollection = message(wire.ListCollectionAliasesRequest, collectionNameOf);
  return [
    unary(`${SERVICE}/UpdateAliases`, message(wire.ChangeAliases, changeAliasesOf), changeAliases, renderDone),
    unary(`${SERVICE}/ListCollectionAliases`, ofCollection, listCollectionAliases, renderAliases),
    unary(`${SERVICE}/ListAliases`, none, listAliases, renderAliases),
  ];
}
