import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  type PointsSelectorSchema,
  type PointsUpdateOperationSchema,
  UpdateMode,
  type UpdatePointVectorsSchema,
} from '@qdrant/js-client-grpc';
import { schema, update } from './canonical.ts';
import { infoStep } from './collections.ts';
import { countStep, scrollStep, upsertStep } from './points.ts';
import { queryStep } from './query.ts';
import { ITEMS, LARGEST, one, points, step } from './step.ts';
import {
  dense,
  enable,
  type Filter,
  hasId,
  id,
  keyword,
  match,
  must,
  named,
  payload,
  rows,
  sparse,
  type Vector,
} from './values.ts';

type Selector = MessageInitShape<typeof PointsSelectorSchema>;

const target = { collectionName: ITEMS, wait: true };
const selected = (...given: readonly (number | bigint)[]): Selector => ({
  pointsSelectorOneOf: one('points', { ids: given.map(id) }),
});
const matching = (filter: Filter): Selector => ({ pointsSelectorOneOf: one('filter', filter) });
const numberIs = (given: bigint): Filter => must(match('number', one('integer', given)));
const cityIs = (given: string): Filter => must(keyword('city', given));
const vectorsOf = (given: number, vectors: Readonly<Record<string, Vector>>) => ({
  id: id(given),
  vectors: named(vectors),
});
const inCity = (given: number, city: string, vector?: readonly number[]) => ({
  id: id(given),
  vectors: named(vector === undefined ? {} : { dense: dense(vector) }),
  payload: payload({ city }),
});

async function payloadSteps(): Promise<void> {
  const set = async (
    name: string,
    given: Parameters<typeof payload>[0],
    pointsSelector: Selector,
    key?: string,
  ): Promise<void> =>
    step(name, async () => {
      const request = { ...target, payload: payload(given), pointsSelector, ...(key === undefined ? {} : { key }) };
      return update((await points.setPayload(request)).result);
    });
  const clear = async (name: string, selector: Selector): Promise<void> =>
    step(name, async () => update((await points.clearPayload({ ...target, points: selector })).result));

  await set('set payload', { city: 'Rome', number: 88n, fresh: [1n, 2, 'three'] }, selected(8, 7));
  await set('set payload under a key', { e: -(2n ** 63n) }, selected(2), 'nested.a');
  await set('set payload by filter', { country: 'France' }, matching(cityIs('Paris')));
  await step('overwrite payload', async () => {
    const given = payload({ city: 'Genève', nothing: null });
    return update((await points.overwritePayload({ ...target, payload: given, pointsSelector: selected(3) })).result);
  });
  await step('delete payload', async () => {
    const request = { ...target, keys: ['mixed', 'nested.a.b[].d'], pointsSelector: selected(1) };
    return update((await points.deletePayload(request)).result);
  });
  await clear('clear payload', matching(numberIs(12n)));
  await clear('clear payload of ids', selected(4));
}

async function vectorSteps(): Promise<void> {
  const change = async (name: string, request: MessageInitShape<typeof UpdatePointVectorsSchema>): Promise<void> =>
    step(name, async () => update((await points.updateVectors({ ...target, ...request })).result));
  const remove = async (name: string, pointsSelector: Selector, ...names: string[]): Promise<void> =>
    step(name, async () =>
      update((await points.deleteVectors({ ...target, pointsSelector, vectors: { names } })).result),
    );

  await change('update vectors', {
    points: [
      vectorsOf(8, { words: sparse([3, 1], [0.5, 0.25]), rows: rows([[0.1, 0.2]]) }),
      vectorsOf(1, { dense: dense([0.25, 0.25, 0.5, 0.5]) }),
    ],
  });
  await change('update vectors with filter', {
    points: [vectorsOf(1, { dense: dense([1, 0, 0, 0]) }), vectorsOf(2, { dense: dense([0, 1, 0, 0]) })],
    updateFilter: numberIs(5n),
  });
  await remove('delete vectors', selected(3), 'words', 'rows');
  await remove('delete vectors by filter', matching(must(hasId(7))), 'rows');
}

async function conditionalUpserts(): Promise<void> {
  await upsertStep('upsert with filter', {
    points: [inCity(1, 'never', [0, 0, 1, 0]), inCity(8, 'Napoli', [0, 0, 0, 1])],
    updateFilter: numberIs(88n),
  });
  await upsertStep('insert only', {
    points: [inCity(1, 'never'), inCity(50, 'Bern', [0.5, 0.5, 0.1, 0.2])],
    updateMode: UpdateMode.InsertOnly,
  });
  await upsertStep('update only', {
    points: [inCity(50, 'Basel', [0.6, 0.1, 0.1, 0.2]), inCity(51, 'never')],
    updateMode: UpdateMode.UpdateOnly,
  });
}

type Operation = NonNullable<MessageInitShape<typeof PointsUpdateOperationSchema>['operation']>;

/** Every kind of operation. */
const operations: readonly Operation[] = [
  one('upsert', {
    points: [
      {
        id: id(60),
        vectors: named({ dense: dense([0.4, 0.3, 0.2, 0.1]) }),
        payload: payload({ city: 'Oslo', number: 60n }),
      },
      inCity(61, 'Bergen'),
    ],
  }),
  one('setPayload', { payload: payload({ price: 6.5, gone: 'soon' }), pointsSelector: selected(60) }),
  one('overwritePayload', { payload: payload({ city: 'Tromsø', inner: { kept: 1n } }), pointsSelector: selected(61) }),
  one('setPayload', { payload: payload({ added: 2n }), pointsSelector: selected(61), key: 'inner' }),
  one('deletePayload', { keys: ['gone'], pointsSelector: selected(60) }),
  one('updateVectors', {
    points: [vectorsOf(61, { dense: dense([0.1, 0.1, 0.7, 0.7]), words: sparse([7], [1.5]) })],
  }),
  one('deleteVectors', { pointsSelector: selected(61), vectors: { names: ['words'] } }),
  one('clearPayload', { points: matching(cityIs('Wien')) }),
  one('deletePoints', { points: selected(6) }),
];

/** Two fields that older clients send. */
const olderOperations: readonly Operation[] = [
  one('clearPayloadDeprecated', selected(50)),
  one('deleteDeprecated', selected(51, 7)),
];

/** Vectors as older clients send them: without the oneof of kinds. */
async function olderVectors(): Promise<void> {
  await upsertStep('upsert of older vectors', {
    points: [
      { id: id(80), vectors: named({ dense: { data: [0.7, 0.1, 0.1, 0.7] } }) },
      { id: id(81), vectors: named({ words: { data: [1.5, 0.5], indices: { data: [9, 2] } } }) },
      { id: id(82), vectors: named({ rows: { data: [0.5, 0.25, 0.125, 1], vectorsCount: 2 } }) },
    ],
  });
}

function document(text: string, options: Parameters<typeof payload>[0] = {}): Vector {
  return { vector: one('document', { text, model: 'qdrant/bm25', options: payload(options) }) };
}

export async function changeSteps(): Promise<void> {
  await payloadSteps();
  await vectorSteps();
  await conditionalUpserts();
  const batch = async (name: string, given: readonly Operation[]): Promise<void> =>
    step(name, async () => {
      const request = { ...target, operations: given.map((operation) => ({ operation })) };
      return (await points.updateBatch(request)).result.map(update);
    });
  await batch('update batch', operations);
  await batch('update batch, older forms', olderOperations);
  await olderVectors();
  await upsertStep('upsert of documents', {
    points: [
      { id: id(91), vectors: named({ words: document('brown foxes jump') }) },
      { id: id(92), vectors: named({ words: document('the lazy dog', { language: 'german', avg_len: 4n }) }) },
    ],
  });
  await upsertStep('upsert without waiting', { points: [inCity(90, 'Riga')], wait: false });
  const remove = async (name: string, selector: Selector): Promise<void> =>
    step(name, async () => update((await points.delete({ ...target, points: selector })).result));
  await remove('delete points', selected(LARGEST, 999));
  await remove('delete points by filter', matching(cityIs('Tromsø')));
  await scrollStep('everything that is left', { limit: 100, withPayload: enable(true), withVectors: enable(true) });
  await queryStep('query: a document', {
    query: { variant: one('nearest', { variant: one('document', { text: 'foxes', model: 'qdrant/bm25' }) }) },
    using: 'words',
    limit: 3n,
  });
  await countStep('count what is left', { exact: true });
  await step('delete index', async () =>
    update((await points.deleteFieldIndex({ ...target, fieldName: 'owner' })).result),
  );
  await infoStep('payload indexes that are left', ITEMS, schema);
}
