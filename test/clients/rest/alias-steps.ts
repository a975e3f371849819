import { aliases, aliasNames, count, exists, pointsCount, same } from './canonical.ts';
import { answers, type Body, reads, type Step } from './step.ts';

const changed = (name: string, ...actions: readonly Body[]): Step =>
  answers(name, 'POST /collections/aliases', { actions }, same);
const create = (alias: string, collection: string): Body => ({
  create_alias: { alias_name: alias, collection_name: collection },
});
const remove = (alias: string): Body => ({ delete_alias: { alias_name: alias } });
const rename = (from: string, to: string): Body => ({ rename_alias: { old_alias_name: from, new_alias_name: to } });

/** SEMANTICS.md 4.4. One alias is left behind, of `plain`: it goes with its collection. */
export const aliasSteps: readonly Step[] = [
  changed('create two aliases', create('today', 'items'), create('best', 'items')),
  reads('list aliases of a collection', 'GET /collections/items/aliases', aliases),
  reads('list aliases', 'GET /aliases', aliases),
  answers('count through an alias', 'POST /collections/today/points/count', {}, count),
  reads('info through an alias', 'GET /collections/best', pointsCount),
  reads('alias exists', 'GET /collections/today/exists', exists),
  changed('rename an alias', rename('today', 'yesterday')),
  changed('create over an alias', create('best', 'plain')),
  reads('names of the aliases of a collection', 'GET /collections/items/aliases', aliasNames),
  reads('list aliases, changed', 'GET /aliases', aliases),
  answers('count through a changed alias', 'POST /collections/best/points/count', {}, count),
  answers('error: count through an old name', 'POST /collections/today/points/count', {}, count),
  changed('delete an alias and an unknown one', remove('best'), remove('unknown')),
  changed('error: alias of no such collection', create('best', 'nothing')),
  changed('error: alias of an alias', create('best', 'yesterday')),
  changed("error: alias with a collection's name", create('plain', 'items')),
  changed('error: rename of an unknown alias', rename('unknown', 'best')),
  answers(
    "error: collection with an alias's name",
    'PUT /collections/yesterday',
    { vectors: { size: 1, distance: 'Dot' } },
    same,
  ),
  reads('delete a collection by its alias', 'DELETE /collections/yesterday', same),
  changed('error: the second of three actions', create('kept', 'plain'), create('lost', 'nothing'), remove('kept')),
  reads('list aliases, after an error', 'GET /aliases', aliases),
  changed('delete an alias', remove('yesterday')),
  reads('list aliases of a collection: none', 'GET /collections/items/aliases', aliases),
];
