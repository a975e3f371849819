import * as wire from '../../../generated/collections.js';
import type {
  FieldIndexInfo,
  FieldParams,
  FieldSchema,
  FieldType,
  Stemmer,
  Stopwords,
  TextParams,
} from '../../core/payload-schema.ts';
import { TOKENIZERS } from '../wire/config-words.ts';
import { memoryNumber, optionalWide, wide } from './config.ts';

const DATA_TYPES: Readonly<Record<FieldType, wire.PayloadSchemaType>> = {
  keyword: wire.PayloadSchemaType.Keyword,
  integer: wire.PayloadSchemaType.Integer,
  float: wire.PayloadSchemaType.Float,
  geo: wire.PayloadSchemaType.Geo,
  text: wire.PayloadSchemaType.Text,
  bool: wire.PayloadSchemaType.Bool,
  datetime: wire.PayloadSchemaType.Datetime,
  uuid: wire.PayloadSchemaType.Uuid,
};

/** `payload_schema` of a collection's info. `params` shows where the user gave them, and then what was in them. */
export function payloadSchemaMessages(indexes: readonly FieldIndexInfo[]): Map<string, wire.PayloadSchemaInfo> {
  return new Map(
    indexes.map(({ path, schema, points }) => [
      path.text,
      {
        dataType: DATA_TYPES[schema.type],
        params: schema.params === undefined ? undefined : { indexParams: paramsMessage(schema.type, schema.params) },
        points: wide(points),
      },
    ]),
  );
}

function paramsMessage(type: FieldSchema['type'], params: FieldParams): wire.PayloadIndexParams['indexParams'] {
  const { isTenant, isPrincipal, lookup, range, prefix } = params;
  const shared = { onDisk: params.onDisk, enableHnsw: params.enableHnsw, memory: memoryNumber(params.memory) };
  switch (type) {
    case 'keyword':
      return { $case: 'keywordIndexParams', value: { isTenant, prefix: prefix === true ? {} : undefined, ...shared } };
    case 'integer':
      return { $case: 'integerIndexParams', value: { lookup, range, isPrincipal, ...shared } };
    case 'float':
      return { $case: 'floatIndexParams', value: { isPrincipal, ...shared } };
    case 'geo':
      return { $case: 'geoIndexParams', value: shared };
    case 'text':
      return { $case: 'textIndexParams', value: { ...textMessage(params.text ?? {}), ...shared } };
    case 'bool':
      return { $case: 'boolIndexParams', value: shared };
    case 'datetime':
      return { $case: 'datetimeIndexParams', value: { isPrincipal, ...shared } };
    case 'uuid':
      return { $case: 'uuidIndexParams', value: { isTenant, ...shared } };
  }
}

function textMessage(text: TextParams): Omit<wire.TextIndexParams, 'onDisk' | 'enableHnsw' | 'memory'> {
  return {
    tokenizer: TOKENIZERS.numbers[text.tokenizer ?? 'word'],
    lowercase: text.lowercase,
    minTokenLen: optionalWide(text.minTokenLen),
    maxTokenLen: optionalWide(text.maxTokenLen),
    stopwords: text.stopwords === undefined ? undefined : stopwordsMessage(text.stopwords),
    phraseMatching: text.phraseMatching,
    stemmer: text.stemmer === undefined ? undefined : { stemmingParams: stemmerMessage(text.stemmer) },
    asciiFolding: text.asciiFolding,
  };
}

function stopwordsMessage(stopwords: Stopwords): wire.StopwordsSet {
  if (stopwords.kind === 'language') return { languages: [stopwords.language], custom: [] };
  return { languages: [...(stopwords.languages ?? [])], custom: [...(stopwords.custom ?? [])] };
}

function stemmerMessage(stemmer: Stemmer): wire.StemmingAlgorithm['stemmingParams'] {
  if (stemmer.kind === 'none') return { $case: 'disabled', value: {} };
  return { $case: 'snowball', value: { language: stemmer.language } };
}
