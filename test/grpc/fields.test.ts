import test from 'ava';
import * as fc from 'fast-check';
import * as messages from '../../generated/collections.js';
import * as points from '../../generated/points.js';
import { present } from '../../src/base/invariant.ts';
import { jsonPath } from '../../src/core/json-path.ts';
import type { FieldSchema, Stopwords } from '../../src/core/payload-schema.ts';
import type { CreateFieldIndex } from '../../src/core/requests.ts';
import { fieldSchemaOf } from '../../src/grpc/parse/field-schema.ts';
import { createFieldIndexOf, deleteFieldIndexOf } from '../../src/grpc/parse/fields.ts';
import { payloadSchemaMessages } from '../../src/grpc/render/payload-schema.ts';
import { failureStatus } from '../../src/grpc/status.ts';
import { parseCreateFieldIndex } from '../../src/rest/parse/fields.ts';
import { wire } from '../rest/parsing.ts';
import { openBothDoors } from './both-doors.ts';
import { fieldSchema } from './field-pairs.ts';
import { sent } from './made.ts';

const CREATE = { request: points.CreateFieldIndexCollection, answer: points.PointsOperationResponse };
const DELETE = { request: points.DeleteFieldIndexCollection, answer: points.PointsOperationResponse };
const GET = { request: messages.GetCollectionInfoRequest, answer: messages.GetCollectionInfoResponse };

test('an index means the same on both wires', (t) => {
  fc.assert(
    fc.property(fieldSchema, ({ json, wire: given }) => {
      const message = sent(points.CreateFieldIndexCollection, { collectionName: 'c', fieldName: 'a.b[]', ...given });
      const body = { field_name: 'a.b[]', field_schema: json };
      // Schemas are compared as text where an index is created again.
      const plain = ({ schema, ...rest }: CreateFieldIndex): unknown => ({ ...rest, schema: JSON.stringify(schema) });
      t.deepEqual(plain(createFieldIndexOf(message)), plain(parseCreateFieldIndex(wire(body))));
    }),
    { numRuns: 400 },
  );
});

test('what is shown of an index is what was given', (t) => {
  fc.assert(
    fc.property(fieldSchema, ({ wire: { fieldType, fieldIndexParams } }) => {
      const schema = fieldSchemaOf(fieldType, fieldIndexParams);
      const expected = { dataType: fieldType + 1, params: fieldIndexParams, points: 3n };
      t.deepEqual(shownOf(schema), sent(messages.PayloadSchemaInfo, expected as messages.PayloadSchemaInfo));
    }),
    { numRuns: 300 },
  );
});

test('a language of stop words alone, and none but its own words, which REST can say', (t) => {
  const shown = (stopwords: Stopwords): messages.StopwordsSet | undefined => {
    const params = shownOf({ type: 'text', params: { text: { stopwords } } }).params?.indexParams;
    return params?.$case === 'textIndexParams' ? params.value.stopwords : undefined;
  };
  t.deepEqual(shown({ kind: 'language', language: 'danish' }), { languages: ['danish'], custom: [] });
  t.deepEqual(shown({ kind: 'set', languages: undefined, custom: ['a'] }), { languages: [], custom: ['a'] });
  t.deepEqual(shown({ kind: 'set', languages: ['danish'], custom: undefined }), { languages: ['danish'], custom: [] });
});

/** As a client reads it. */
function shownOf(schema: FieldSchema): messages.PayloadSchemaInfo {
  const path = present(jsonPath('f'), 'a path');
  const message = payloadSchemaMessages([{ path, schema, points: 3 }]).get('f');
  return sent(messages.PayloadSchemaInfo, present(message, 'an index'));
}

test('an index that one door makes, both show, with the same values', async (t) => {
  const doors = await openBothDoors();
  t.teardown(doors.close);
  for (const name of ['rest', 'grpc']) await doors.rest('PUT', `/collections/${name}`, {});
  await fc.assert(
    fc.asyncProperty(fieldSchema, async ({ json, wire: given }) => {
      const [rest, grpc] = await Promise.all([
        doors.rest('PUT', '/collections/rest/index?wait=true', { field_name: 'f', field_schema: json }),
        doors.grpc('/qdrant.Points/CreateFieldIndex', CREATE, {
          collectionName: 'grpc',
          wait: true,
          fieldName: 'f',
          ...given,
        }),
      ]);
      t.is(rest.status, 200);
      t.is(grpc.answer?.result?.status, points.UpdateStatus.Completed);
      const shown = await Promise.all(
        ['rest', 'grpc'].map(async (collectionName) => {
          const { answer } = await doors.grpc('/qdrant.Collections/Get', GET, { collectionName });
          const { body } = await doors.rest('GET', `/collections/${collectionName}`);
          const { result } = body as { readonly result: { readonly payload_schema: unknown } };
          return { rest: result.payload_schema, grpc: answer?.result?.payloadSchema };
        }),
      );
      t.deepEqual(shown[0], shown[1]);
      t.is(shown[1]?.grpc?.size, 1);
    }),
    { numRuns: 25 },
  );
  const gone = await doors.grpc('/qdrant.Points/DeleteFieldIndex', DELETE, {
    collectionName: 'grpc',
    wait: true,
    fieldName: 'f',
  });
  t.is(gone.answer?.result?.status, points.UpdateStatus.Completed);
  const { answer } = await doors.grpc('/qdrant.Collections/Get', GET, { collectionName: 'grpc' });
  t.is(answer?.result?.payloadSchema.size, 0);
});

test('without wait an index is acknowledged', async (t) => {
  const doors = await openBothDoors();
  t.teardown(doors.close);
  await doors.rest('PUT', '/collections/c', {});
  const request = { collectionName: 'c', fieldName: 'f', fieldType: points.FieldType.FieldTypeBool };
  const { answer } = await doors.grpc('/qdrant.Points/CreateFieldIndex', CREATE, request);
  t.is(answer?.result?.status, points.UpdateStatus.Acknowledged);
  t.is(typeof answer?.result?.operationId, 'bigint');
  t.is(answer?.usage, undefined);
});

type Create = Partial<points.CreateFieldIndexCollection>;

function params(indexParams: messages.PayloadIndexParams['indexParams']): Create {
  return { fieldIndexParams: { indexParams } };
}

const TEXT: messages.TextIndexParams = { tokenizer: messages.TokenizerType.Word };
const { FieldTypeInteger, FieldTypeKeyword, FieldTypeText } = points.FieldType;

const REFUSED: readonly (readonly [Create, string])[] = [
  [
    { collectionName: '' },
    'Validation error in body: [collection_name: value "" invalid, must be from 1 to 255 characters]',
  ],
  [{ fieldName: '' }, 'Validation error in body: [field_name: value "" invalid, must be at least 1 characters]'],
  [{ fieldName: 'a[' }, "Invalid json path: 'a['"],
  [{ fieldType: undefined }, 'cannot convert field_type'],
  [{ fieldType: 8 as points.FieldType }, 'Unknown field_type: 8'],
  [
    { fieldType: FieldTypeKeyword, ...params({ $case: 'boolIndexParams', value: {} }) },
    'field_type (Keyword) and field_index_params do not match',
  ],
  [
    {
      fieldType: FieldTypeInteger,
      ...params({ $case: 'integerIndexParams', value: { lookup: false, range: false } }),
    },
    "Validation error in body: [field_index_params.index_params.lookup: Validation error: the 'lookup' and 'range' capabilities can't be both disabled [{}]]",
  ],
  [
    {
      fieldType: FieldTypeText,
      ...params({ $case: 'textIndexParams', value: { tokenizer: 9 as messages.TokenizerType } }),
    },
    'Unknown tokenizer type: 9',
  ],
  [
    {
      fieldType: FieldTypeText,
      ...params({ $case: 'textIndexParams', value: { ...TEXT, stopwords: { languages: ['latin'], custom: [] } } }),
    },
    'unknown language: latin',
  ],
  [
    {
      fieldType: FieldTypeText,
      ...params({
        $case: 'textIndexParams',
        value: { ...TEXT, stemmer: { stemmingParams: { $case: 'snowball', value: { language: 'latin' } } } },
      }),
    },
    'unknown language: latin',
  ],
  [
    {
      fieldType: FieldTypeText,
      ...params({ $case: 'textIndexParams', value: { ...TEXT, stemmer: { stemmingParams: undefined } } }),
    },
    'Malformed stemming algorithm',
  ],
];

test("what cannot be an index is refused in Qdrant's words", (t) => {
  for (const [changes, text] of REFUSED) {
    const message = { collectionName: 'c', fieldName: 'f', fieldType: FieldTypeKeyword, ...changes };
    const { message: told, code } = failureStatus(t.throws(() => createFieldIndexOf(message)));
    t.deepEqual([code, told], [3, text]);
  }
  for (const [fieldName, text] of [
    ['', 'Validation error in body: [field_name: value "" invalid, must be at least 1 characters]'],
    ['[', "Invalid json path: '['"],
  ] as const) {
    t.is(failureStatus(t.throws(() => deleteFieldIndexOf({ collectionName: 'c', fieldName }))).message, text);
  }
});

test('a text index without a tokenizer has the usual one', (t) => {
  const value = { tokenizer: messages.TokenizerType.Unknown };
  const message = {
    collectionName: 'c',
    fieldName: 'f',
    fieldType: FieldTypeText,
    ...params({ $case: 'textIndexParams', value }),
  };
  t.is(createFieldIndexOf(message).schema.params?.text?.tokenizer, undefined);
});
