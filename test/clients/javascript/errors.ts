import { Distance, Fusion } from '@qdrant/js-client-grpc';
import { update } from './canonical.ts';
import { infoStep } from './collections.ts';
import { countStep, facetStep, getStep, scrollStep, upsertStep } from './points.ts';
import { near, nearDense, queryGroupsStep, queryStep } from './query.ts';
import { recommendStep } from './search.ts';
import { collections, ITEMS, one, points, step } from './step.ts';
import { byPoint, byVector, dense, id, match, must, named, payload, type Vector } from './values.ts';

const collectionName = ITEMS;

async function collectionErrors(): Promise<void> {
  await countStep('error: no such collection', { collectionName: 'nothing' });
  await infoStep('error: info of no such collection', 'nothing');
  await step('error: update of no such collection', async () => {
    const { result } = await collections.update({ collectionName: 'nothing', hnswConfig: { m: 8n } });
    return result;
  });
  await step('error: bad collection name', async () => {
    const vectorsConfig = { config: one('params', { size: 1n, distance: Distance.Dot }) };
    return (await collections.create({ collectionName: 'a:b', vectorsConfig })).result;
  });
  const sent = (name: string, vectors: Readonly<Record<string, Vector>>): Promise<void> =>
    upsertStep(`error: ${name}`, { points: [{ id: id(70), vectors: named(vectors) }] });
  await sent('wrong dimension', { dense: dense([1, 2, 3]) });
  await sent('unknown vector in a point', { unknown: dense([1, 2, 3]) });
}

async function queryErrors(): Promise<void> {
  const byId = (given: number) => ({ variant: one('nearest', byPoint(given)) });
  const rrf = { variant: one('fusion', Fusion.RRF) };
  await queryStep('error: unknown vector in a query', { query: near, using: 'unknown' });
  await queryStep('error: wrong dimension of a query', {
    query: { variant: one('nearest', byVector([1, 2])) },
    using: 'dense',
  });
  await queryStep('error: dense query of sparse vectors', { query: near, using: 'words' });
  await queryStep('error: limit 0', { query: near, using: 'dense', limit: 0n });
  await queryStep('error: ef 0', { query: near, using: 'dense', params: { hnswEf: 0n } });
  await scrollStep('error: scroll with limit 0', { limit: 0 });
  await queryStep('error: no such point', { query: byId(999), using: 'dense' });
  await step('error: payload of no such point', async () => {
    const pointsSelector = { pointsSelectorOneOf: one('points', { ids: [id(999)] }) };
    const request = { collectionName, wait: true, payload: payload({ a: 1n }), pointsSelector };
    return update((await points.setPayload(request)).result);
  });
  await queryStep('error: no index to order by', { query: { variant: one('orderBy', { key: 'tiny' }) } });
  await facetStep('error: no index for a facet', { key: 'tags' });
  await queryStep('error: fusion without prefetches', { query: rrf });
  await queryStep('error: prefetches without a query', { prefetch: [nearDense] });
  await queryStep('error: threshold without a query', { scoreThreshold: 0.5 });
  await recommendStep('error: average of nothing', { negative: [id(1)], using: 'dense', limit: 3n });
  await queryStep('error: lookup in no such collection', {
    query: byId(1),
    using: 'dense',
    lookupFrom: { collectionName: 'nothing' },
  });
}

export async function errorSteps(): Promise<void> {
  await collectionErrors();
  await queryErrors();
  await queryStep('error: unknown shard key', {
    query: near,
    using: 'dense',
    shardKeySelector: { shardKeys: [{ key: one('keyword', 'key') }] },
  });
  await queryStep('error: no inference service', {
    query: { variant: one('nearest', { variant: one('document', { text: 'foxes', model: 'other/model' }) }) },
    using: 'dense',
  });
  await getStep('error: bad UUID', { ids: [id('no-uuid')] });
  await getStep('error: empty point id', { ids: [{}] });
  await step('error: no selector', async () => update((await points.delete({ collectionName, wait: true })).result));
  await step('error: not a number in a payload', async () => {
    const pointsSelector = { pointsSelectorOneOf: one('points', { ids: [id(1)] }) };
    const request = { collectionName, wait: true, payload: payload({ a: Number.NaN }), pointsSelector };
    return update((await points.setPayload(request)).result);
  });
  await scrollStep('error: bad path', { filter: must(match('a[', one('integer', 1n))) });
  await queryStep('error: timeout 0', { query: near, using: 'dense', timeout: 0n });
  await step('error: empty batch', async () => (await points.updateBatch({ collectionName })).result.map(update));
  await queryGroupsStep('error: no key to group by', { query: near, using: 'dense' });
}
