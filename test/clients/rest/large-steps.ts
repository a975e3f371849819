import { ids, type Json, same, update } from './canonical.ts';
import { answers, type Body, reads, type Step } from './step.ts';

/** Megabytes in one message each way, and many calls at once: what a transport may break. */
const COUNT = 3000;
const SIZE = 256;
const CALLS = 100;

/** Spread over [0, 1) without a pattern that would make ties. */
function vectorOf(point: number): readonly number[] {
  return Array.from({ length: SIZE }, (_, at) => ((point * 7919 + at * 104_729 + point * at * 31) % 10_007) / 10_007);
}

const points: Body = Array.from({ length: COUNT }, (_, id) => ({ id, vector: vectorOf(id) }));

/** How many points came, and the sum of all coordinates. */
function summed(result: Json): Json {
  const found = (result as { readonly points: readonly { readonly vector: readonly { readonly rawJSON: string }[] }[] })
    .points;
  let sum = 0;
  for (const { vector } of found) for (const { rawJSON } of vector) sum += Number(rawJSON);
  return { count: found.length, sum };
}

/** Of each call the ids that it found. Over REST one batch stands for calls at once. */
const searches: Body = Array.from({ length: CALLS }, (_, call) => ({
  query: vectorOf(call * 29),
  params: { exact: true },
  limit: 3,
}));
const idsOfEach = (result: Json): Json =>
  (result as readonly { readonly points: Json }[]).map((one) => ids(one.points));

export const largeSteps: readonly Step[] = [
  answers('create large', 'PUT /collections/large', { vectors: { size: SIZE, distance: 'Euclid' } }, same),
  answers('upsert large', 'PUT /collections/large/points?wait=true', { points }, update),
  answers(
    'scroll large',
    'POST /collections/large/points/scroll',
    { limit: COUNT, with_vector: true, with_payload: false },
    summed,
  ),
  answers('many at once', 'POST /collections/large/points/query/batch', { searches }, idsOfEach),
  reads('delete large', 'DELETE /collections/large', same),
];
