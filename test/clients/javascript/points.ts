import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  type CountPointsSchema,
  type CreateFieldIndexCollectionSchema,
  Direction,
  type FacetCountsSchema,
  FieldType,
  type GetPointsSchema,
  ReadConsistencyType,
  type ScrollPointsSchema,
  TokenizerType,
  type UpsertPointsSchema,
  WriteOrderingType,
} from '@qdrant/js-client-grpc';
import { integer } from '../rest/canonical.ts';
import { facet, ids, offsets, page, pairs, points as canonicalPoints, schema, update } from './canonical.ts';
import { infoStep } from './collections.ts';
import { filters } from './filters.ts';
import { BIG, ITEMS, LARGEST, one, points, skip, step, UUID } from './step.ts';
import {
  enable,
  exclude,
  field,
  type Filter,
  hasId,
  id,
  include,
  includeVectors,
  itemPoints,
  must,
  plainPoints,
} from './values.ts';

export const cheap: Filter = must(field('price', { range: { lt: 10 } }));

export async function upsertStep(name: string, request: MessageInitShape<typeof UpsertPointsSchema>): Promise<void> {
  await step(name, async () => update((await points.upsert({ collectionName: ITEMS, wait: true, ...request })).result));
}

type Index = Pick<MessageInitShape<typeof CreateFieldIndexCollectionSchema>, 'fieldType' | 'fieldIndexParams'>;

const indexes: Readonly<Record<string, Index>> = {
  city: {
    fieldType: FieldType.FieldTypeKeyword,
    fieldIndexParams: { indexParams: one('keywordIndexParams', { isTenant: true, onDisk: false }) },
  },
  number: {
    fieldType: FieldType.FieldTypeInteger,
    fieldIndexParams: {
      indexParams: one('integerIndexParams', { lookup: true, range: true, isPrincipal: true, onDisk: false }),
    },
  },
  price: {
    fieldType: FieldType.FieldTypeFloat,
    fieldIndexParams: { indexParams: one('floatIndexParams', { isPrincipal: false, onDisk: true }) },
  },
  place: {
    fieldType: FieldType.FieldTypeGeo,
    fieldIndexParams: { indexParams: one('geoIndexParams', { onDisk: false }) },
  },
  text: {
    fieldType: FieldType.FieldTypeText,
    fieldIndexParams: {
      indexParams: one('textIndexParams', {
        tokenizer: TokenizerType.Word,
        lowercase: true,
        minTokenLen: 2n,
        maxTokenLen: 20n,
        phraseMatching: true,
        asciiFolding: true,
        stopwords: { languages: ['english'], custom: ['zzz'] },
        stemmer: { stemmingParams: one('snowball', { language: 'english' }) },
        onDisk: false,
      }),
    },
  },
  flag: {
    fieldType: FieldType.FieldTypeBool,
    fieldIndexParams: { indexParams: one('boolIndexParams', { onDisk: false }) },
  },
  when: {
    fieldType: FieldType.FieldTypeDatetime,
    fieldIndexParams: { indexParams: one('datetimeIndexParams', { isPrincipal: false, onDisk: false }) },
  },
  reference: {
    fieldType: FieldType.FieldTypeUuid,
    fieldIndexParams: { indexParams: one('uuidIndexParams', { isTenant: false, onDisk: false }) },
  },
  owner: { fieldType: FieldType.FieldTypeInteger },
};

export async function writeSteps(): Promise<void> {
  await upsertStep('upsert items', { points: [...itemPoints], ordering: { type: WriteOrderingType.Strong } });
  await upsertStep('upsert plain', { collectionName: 'plain', points: [...plainPoints] });
  for (const [fieldName, index] of Object.entries(indexes)) {
    const request = { collectionName: ITEMS, wait: true, fieldName, ...index };
    await step(`index ${fieldName}`, async () => update((await points.createFieldIndex(request)).result));
  }
  await infoStep('payload indexes', ITEMS, schema);
}

export async function getStep(name: string, request: MessageInitShape<typeof GetPointsSchema>): Promise<void> {
  await step(name, async () => canonicalPoints((await points.get({ collectionName: ITEMS, ...request })).result));
}

export async function scrollStep(name: string, request: MessageInitShape<typeof ScrollPointsSchema>): Promise<void> {
  await step(name, async () => page(await points.scroll({ collectionName: ITEMS, ...request })));
}

export async function countStep(name: string, request: MessageInitShape<typeof CountPointsSchema>): Promise<void> {
  await step(name, async () => {
    const { result } = await points.count({ collectionName: ITEMS, ...request });
    return integer(String(result?.count));
  });
}

export async function facetStep(name: string, request: MessageInitShape<typeof FacetCountsSchema>): Promise<void> {
  await step(name, async () => facet((await points.facet({ collectionName: ITEMS, ...request })).hits));
}

const everything = { withPayload: enable(true), withVectors: enable(true) };

async function getAndScrollSteps(): Promise<void> {
  await getStep('get', { ids: [id(1), id(BIG), id(UUID), id(999)], ...everything });
  await getStep('get with parts of payload and vectors', {
    ids: [id(2), id(4)],
    withPayload: include('city', 'nested.a'),
    withVectors: includeVectors('dense', 'words'),
    readConsistency: { value: one('type', ReadConsistencyType.Majority) },
  });
  await getStep('get without parts of the payload', {
    ids: [id(3)],
    withPayload: exclude('nested', 'text'),
    timeout: 5n,
  });
  await getStep('get of default vectors', { collectionName: 'plain', ids: [id(2), id(1)], ...everything });
  await scrollStep('scroll, first page', { limit: 5, ...everything });
  await scrollStep('scroll, next page', { limit: 5, offset: id(6), withPayload: include('city') });
  await scrollStep('scroll, last page', { limit: 5, offset: id(LARGEST), withPayload: enable(false) });
  await scrollStep('scroll by price', {
    limit: 6,
    orderBy: { key: 'price', direction: Direction.Desc },
    filter: { mustNot: [hasId(1)] },
    withPayload: include('price'),
  });
  await scrollStep('scroll by number', {
    limit: 20,
    orderBy: { key: 'number', direction: Direction.Asc, startFrom: { value: one('integer', 5n) } },
    withPayload: enable(false),
  });
  await scrollStep('scroll by time', {
    limit: 3,
    orderBy: { key: 'when', startFrom: { value: one('timestamp', { seconds: 1_609_459_200n }) } },
    withPayload: include('when'),
  });
}

export async function readSteps(): Promise<void> {
  await getAndScrollSteps();
  for (const [name, filter] of Object.entries(filters)) {
    if (filter === undefined) skip(`filter: ${name}`, '@qdrant/js-client-grpc 1.18 has no such condition');
    else
      await step(`filter: ${name}`, async () => {
        const request = { collectionName: ITEMS, filter, limit: 100, withPayload: enable(false) };
        return ids((await points.scroll(request)).result);
      });
  }
  await countStep('count', {});
  await countStep('count with filter', { filter: cheap, exact: true });
  await facetStep('facet', { key: 'city', exact: true, limit: 20n });
  await facetStep('facet with filter', { key: 'number', exact: true, limit: 20n, filter: cheap, timeout: 5n });
  await facetStep('facet of bools', { key: 'flag', exact: true });
  const matrix = { collectionName: ITEMS, sample: 100n, limit: 2n, using: 'dense' };
  await step('matrix of pairs', async () => pairs((await points.searchMatrixPairs(matrix)).result));
  await step('matrix of offsets', async () =>
    offsets((await points.searchMatrixOffsets({ ...matrix, filter: cheap, timeout: 5n })).result),
  );
}
