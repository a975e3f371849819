import * as fc from 'fast-check';
import * as wire from '../../generated/collections.js';
import { FieldType } from '../../generated/points.js';
import { flag, memory, type Pair, type Pairs, section, wide, words } from './pairs.ts';

/** Random schemas of payload indexes, in both wires at once. */

export interface WireSchema {
  readonly fieldType: FieldType;
  readonly fieldIndexParams?: wire.PayloadIndexParams;
}

const shared = { onDisk: flag, enableHnsw: flag, memory };

const prefix: Pairs<wire.KeywordPrefixParams> = fc.constant({ json: true, wire: {} });

/** Qdrant keeps them as ordered sets. */
const stopwords: Pairs<wire.StopwordsSet> = fc
  .record({
    languages: fc.subarray(['danish', 'english', 'hinglish'], { minLength: 1 }),
    custom: fc.subarray(['a', 'und', 'и'], { minLength: 1 }),
  })
  .map((set) => ({ json: set, wire: set }));

const stemmer: Pairs<wire.StemmingAlgorithm> = fc.constantFrom<Pair<wire.StemmingAlgorithm>>(
  { json: { type: 'none' }, wire: { stemmingParams: { $case: 'disabled', value: {} } } },
  {
    json: { type: 'snowball', language: 'english' },
    wire: { stemmingParams: { $case: 'snowball', value: { language: 'english' } } },
  },
);

const text = section<wire.TextIndexParams>(
  {
    tokenizer: words({
      prefix: wire.TokenizerType.Prefix,
      whitespace: wire.TokenizerType.Whitespace,
      word: wire.TokenizerType.Word,
      multilingual: wire.TokenizerType.Multilingual,
    }),
    lowercase: flag,
    minTokenLen: wide(0n, 100n),
    maxTokenLen: wide(1n, 100n),
    stopwords,
    phraseMatching: flag,
    stemmer,
    asciiFolding: flag,
    ...shared,
  },
  ['tokenizer'],
);

const integer = section<wire.IntegerIndexParams>({ lookup: flag, range: flag, isPrincipal: flag, ...shared }).filter(
  ({ wire: { lookup, range } }) => lookup !== false || range !== false,
);

type IndexParams = NonNullable<wire.PayloadIndexParams['indexParams']>;

/** The name of a type alone, or its parameters. */
function typed<Case extends IndexParams['$case']>(
  type: string,
  given: { readonly fieldType: FieldType; readonly $case: Case },
  params: Pairs<Extract<IndexParams, { readonly $case: Case }>['value']>,
): Pairs<WireSchema> {
  const { fieldType, $case } = given;
  return fc.oneof(
    fc.constant({ json: type, wire: { fieldType } }),
    params.map(({ json, wire: value }) => ({
      json: { type, ...(json as object) },
      wire: { fieldType, fieldIndexParams: { indexParams: { $case, value } as IndexParams } },
    })),
  );
}

export const fieldSchema: Pairs<WireSchema> = fc.oneof(
  typed(
    'keyword',
    { fieldType: FieldType.FieldTypeKeyword, $case: 'keywordIndexParams' },
    section<wire.KeywordIndexParams>({ isTenant: flag, prefix, ...shared }),
  ),
  typed('integer', { fieldType: FieldType.FieldTypeInteger, $case: 'integerIndexParams' }, integer),
  typed(
    'float',
    { fieldType: FieldType.FieldTypeFloat, $case: 'floatIndexParams' },
    section<wire.FloatIndexParams>({ isPrincipal: flag, ...shared }),
  ),
  typed('geo', { fieldType: FieldType.FieldTypeGeo, $case: 'geoIndexParams' }, section<wire.GeoIndexParams>(shared)),
  typed('text', { fieldType: FieldType.FieldTypeText, $case: 'textIndexParams' }, text),
  typed(
    'bool',
    { fieldType: FieldType.FieldTypeBool, $case: 'boolIndexParams' },
    section<wire.BoolIndexParams>(shared),
  ),
  typed(
    'datetime',
    { fieldType: FieldType.FieldTypeDatetime, $case: 'datetimeIndexParams' },
    section<wire.DatetimeIndexParams>({ isPrincipal: flag, ...shared }),
  ),
  typed(
    'uuid',
    { fieldType: FieldType.FieldTypeUuid, $case: 'uuidIndexParams' },
    section<wire.UuidIndexParams>({ isTenant: flag, ...shared }),
  ),
);
