import type { MessageInitShape } from '@bufbuild/protobuf';
import { type AliasOperationsSchema, Distance } from '@qdrant/js-client-grpc';
import { aliases } from './canonical.ts';
import { infoStep } from './collections.ts';
import { countStep } from './points.ts';
import { collections, ITEMS, one, step } from './step.ts';

type Action = MessageInitShape<typeof AliasOperationsSchema>;

const create = (aliasName: string, collectionName: string): Action => ({
  action: one('createAlias', { aliasName, collectionName }),
});
const rename = (oldAliasName: string, newAliasName: string): Action => ({
  action: one('renameAlias', { oldAliasName, newAliasName }),
});
const remove = (aliasName: string): Action => ({ action: one('deleteAlias', { aliasName }) });

async function changed(name: string, ...actions: Action[]): Promise<void> {
  await step(name, async () => (await collections.updateAliases({ actions })).result);
}

async function ofItems(): Promise<readonly (readonly [string, string])[]> {
  return aliases(await collections.listCollectionAliases({ collectionName: ITEMS }));
}

async function aliasesStep(name: string): Promise<void> {
  await step(name, async () => aliases(await collections.listAliases({})));
}

async function usedSteps(): Promise<void> {
  await changed('create two aliases', create('today', ITEMS), create('best', ITEMS));
  await step('list aliases of a collection', ofItems);
  await aliasesStep('list aliases');
  await countStep('count through an alias', { collectionName: 'today' });
  await infoStep('info through an alias', 'best', ({ pointsCount }) => String(pointsCount));
  await step(
    'alias exists',
    async () => (await collections.collectionExists({ collectionName: 'today' })).result?.exists ?? null,
  );
  await changed('rename an alias', rename('today', 'yesterday'));
  await changed('create over an alias', create('best', 'plain'));
  await step('names of the aliases of a collection', async () => (await ofItems()).map(([alias]) => alias));
  await aliasesStep('list aliases, changed');
  await countStep('count through a changed alias', { collectionName: 'best' });
  await countStep('error: count through an old name', { collectionName: 'today' });
  await changed('delete an alias and an unknown one', remove('best'), remove('unknown'));
}

export async function aliasSteps(): Promise<void> {
  await usedSteps();
  await changed('error: alias of no such collection', create('best', 'nothing'));
  await changed('error: alias of an alias', create('best', 'yesterday'));
  await changed("error: alias with a collection's name", create('plain', ITEMS));
  await changed('error: rename of an unknown alias', rename('unknown', 'best'));
  await step("error: collection with an alias's name", async () => {
    const vectorsConfig = { config: one('params', { size: 1n, distance: Distance.Dot }) };
    return (await collections.create({ collectionName: 'yesterday', vectorsConfig })).result;
  });
  await step('delete a collection by its alias', async () => {
    const { result } = await collections.delete({ collectionName: 'yesterday' });
    return result;
  });
  await changed(
    'error: the second of three actions',
    create('kept', 'plain'),
    create('lost', 'nothing'),
    remove('kept'),
  );
  await aliasesStep('list aliases, after an error');
  await changed('delete an alias', remove('yesterday'));
  await step('list aliases of a collection: none', ofItems);
}
