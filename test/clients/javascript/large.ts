/** Megabytes in one message each way, and many calls at once. */
import { Distance } from '@qdrant/js-client-grpc';
import type { Json } from '../rest/canonical.ts';
import { ids } from './canonical.ts';
import { upsertStep } from './points.ts';
import { collections, one, points, step } from './step.ts';
import { byVector, dense, enable, id, unnamed } from './values.ts';

const collectionName = 'large';
const COUNT = 3000;
const SIZE = 256;
const CALLS = 100;

function vectorOf(point: number): readonly number[] {
  return Array.from({ length: SIZE }, (_, at) => ((point * 7919 + at * 104_729 + point * at * 31) % 10_007) / 10_007);
}

async function search(call: number): Promise<Json> {
  const query = { variant: one('nearest', byVector(vectorOf(call * 29))) };
  return ids((await points.query({ collectionName, query, params: { exact: true }, limit: 3n })).result);
}

export async function largeSteps(): Promise<void> {
  await step('create large', async () => {
    const vectorsConfig = { config: one('params', { size: BigInt(SIZE), distance: Distance.Euclid }) };
    return (await collections.create({ collectionName, vectorsConfig })).result;
  });
  const all = Array.from({ length: COUNT }, (_, at) => ({ id: id(at), vectors: unnamed(dense(vectorOf(at))) }));
  await upsertStep('upsert large', { collectionName, points: all });
  await step('scroll large', async () => {
    const { result } = await points.scroll({
      collectionName,
      limit: COUNT,
      withVectors: enable(true),
      withPayload: enable(false),
    });
    let sum = 0;
    for (const { vectors } of result) {
      if (vectors?.vectorsOptions.case !== 'vector') continue;
      const { vector } = vectors.vectorsOptions.value;
      if (vector.case === 'dense') for (const value of vector.value.data) sum += value;
    }
    return { count: result.length, sum };
  });
  await step('many at once', async () => Promise.all(Array.from({ length: CALLS }, (_, call) => search(call))));
  await step('delete large', async () => (await collections.delete({ collectionName })).result);
}
