import type {
  FieldIndexInfo,
  FieldParams,
  FieldSchema,
  Stemmer,
  Stopwords,
  TextParams,
} from '../../core/payload-schema.ts';

/** JSON.stringify leaves out what is undefined: so what Qdrant omits is undefined here, and what it prints null, null. */
type Json = { readonly [key: string]: unknown };

/** `payload_schema` of a collection's info. `params` shows where the user gave an object, and then what was in it. */
export function payloadSchemaJson(indexes: readonly FieldIndexInfo[]): Json {
  // A null prototype: `__proto__` is a field like any other.
  const fields: Record<string, Json> = Object.create(null) as Record<string, Json>;
  for (const { path, schema, points } of indexes) {
    fields[path.text] = { data_type: schema.type, params: paramsJson(schema), points };
  }
  return fields;
}

function paramsJson({ type, params }: FieldSchema): Json | undefined {
  if (params === undefined) return undefined;
  return { type, ...ownJson(type, params), enable_hnsw: params.enableHnsw, prefix: params.prefix };
}

/** What stands between `type` and `enable_hnsw`, in the order of Qdrant's structs. */
function ownJson(type: FieldSchema['type'], params: FieldParams): Json {
  const { isTenant, isPrincipal, onDisk, memory, lookup, range, text } = params;
  const place = { on_disk: onDisk, memory };
  if (type === 'text') return { ...textJson(text ?? {}), ...place, stemmer: stemmerJson(text?.stemmer) };
  // The one struct that shows what was not given.
  if (type === 'integer') {
    return { lookup: lookup ?? null, range: range ?? null, is_principal: isPrincipal ?? null, ...place };
  }
  return { is_tenant: isTenant, is_principal: isPrincipal, ...place };
}

function textJson(text: TextParams): Json {
  return {
    tokenizer: text.tokenizer ?? 'word',
    min_token_len: text.minTokenLen,
    max_token_len: text.maxTokenLen,
    lowercase: text.lowercase,
    ascii_folding: text.asciiFolding,
    phrase_matching: text.phraseMatching,
    stopwords: stopwordsJson(text.stopwords),
  };
}

function stopwordsJson(stopwords: Stopwords | undefined): unknown {
  if (stopwords?.kind === 'language') return stopwords.language;
  return stopwords === undefined ? undefined : { languages: stopwords.languages, custom: stopwords.custom };
}

function stemmerJson(stemmer: Stemmer | undefined): Json | undefined {
  if (stemmer === undefined) return undefined;
  return stemmer.kind === 'none' ? { type: 'none' } : { type: 'snowball', language: stemmer.language };
}
