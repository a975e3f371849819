import test from 'ava';

import { jsonPath } from '../../src/core/json-path.ts';
import type { FieldParams, FieldSchema, TextParams } from '../../src/core/payload-schema.ts';
import { parseCreateFieldIndex, parseDeleteFieldIndex } from '../../src/rest/parse/fields.ts';
import { payloadSchemaJson } from '../../src/rest/render/payload-schema.ts';
import { format, refusal, rule, wire } from './parsing.ts';

const OPTIONS = { collection: 'c', wait: false, ordering: 'weak', timeoutSeconds: undefined };
const NO_SCHEMA = 'data did not match any variant of untagged enum PayloadFieldSchema';

function create(schema: string): FieldSchema {
  return parseCreateFieldIndex(wire(`{"field_name":"a","field_schema":${schema}}`)).schema;
}

/** What the info of a collection shows of an index, as JSON. */
function shown(schema: FieldSchema): unknown {
  const path = jsonPath('a');
  return path && JSON.parse(JSON.stringify(payloadSchemaJson([{ path, schema, points: 7 }]))).a;
}

test('an index is asked for by the name of its type', (t) => {
  for (const type of ['keyword', 'integer', 'float', 'geo', 'text', 'bool', 'datetime', 'uuid'] as const) {
    t.deepEqual(create(`"${type}"`), { type, params: undefined });
    t.deepEqual(shown({ type, params: undefined }), { data_type: type, points: 7 });
  }
  const request = wire('{"field_type":"keyword","field_name":"a.b[]"}', { query: 'wait=true&timeout=3' });
  t.deepEqual(parseCreateFieldIndex(request), {
    ...OPTIONS,
    wait: true,
    timeoutSeconds: 3,
    path: jsonPath('a.b[]'),
    schema: { type: 'keyword', params: undefined },
  } as never);
});

/** Parameters as they are sent, what they are in the core, and what the info shows besides `type` where it differs. */
const PARAMS: readonly (readonly [FieldSchema['type'], string, FieldParams, object?])[] = [
  ['keyword', '{}', {}],
  ['keyword', '{"is_tenant":null,"unknown":5,"lookup":true}', {}, {}],
  [
    'keyword',
    '{"is_tenant":true,"on_disk":false,"memory":"cached","enable_hnsw":false,"prefix":true}',
    { isTenant: true, onDisk: false, memory: 'cached', enableHnsw: false, prefix: true },
  ],
  ['integer', '{}', {}, { lookup: null, range: null, is_principal: null }],
  [
    'integer',
    '{"lookup":true,"range":false}',
    { lookup: true, range: false },
    { lookup: true, range: false, is_principal: null },
  ],
  [
    'integer',
    '{"lookup":false,"range":null,"is_principal":true,"on_disk":true}',
    { lookup: false, isPrincipal: true, onDisk: true },
    { lookup: false, range: null, is_principal: true, on_disk: true },
  ],
  ['float', '{"is_principal":true}', { isPrincipal: true }],
  ['datetime', '{"is_principal":false,"memory":"cold"}', { isPrincipal: false, memory: 'cold' }],
  ['geo', '{"on_disk":true}', { onDisk: true }],
  ['bool', '{"enable_hnsw":true}', { enableHnsw: true }],
  ['uuid', '{"is_tenant":true,"memory":"pinned"}', { isTenant: true, memory: 'pinned' }],
];

test('an index is asked for with parameters, which the info shows as they were given', (t) => {
  for (const [type, given, params, show] of PARAMS) {
    const text = `{"type":"${type}"${given === '{}' ? '' : `,${given.slice(1, -1)}`}}`;
    const schema = create(text);
    t.is(schema.type, type, text);
    t.deepEqual(JSON.parse(JSON.stringify(schema.params)), params as unknown, text);
    t.deepEqual(
      shown(schema),
      { data_type: type, params: { type, ...((show ?? JSON.parse(given)) as object) }, points: 7 },
      text,
    );
  }
});

/** The same for the parameters of full text. */
const TEXTS: readonly (readonly [string, TextParams, object?])[] = [
  ['{}', {}, { tokenizer: 'word' }],
  ['{"tokenizer":"whitespace","lowercase":false}', { tokenizer: 'whitespace', lowercase: false }],
  [
    '{"tokenizer":"prefix","min_token_len":2,"max_token_len":5}',
    { tokenizer: 'prefix', minTokenLen: 2, maxTokenLen: 5 },
  ],
  [
    '{"tokenizer":"multilingual","ascii_folding":true,"phrase_matching":true}',
    { tokenizer: 'multilingual', asciiFolding: true, phraseMatching: true },
  ],
  [
    '{"tokenizer":"word","stemmer":{"type":"snowball","language":"english"}}',
    { tokenizer: 'word', stemmer: { kind: 'snowball', language: 'english' } },
  ],
  ['{"tokenizer":"word","stemmer":{"type":"none"}}', { tokenizer: 'word', stemmer: { kind: 'none' } }],
  [
    '{"tokenizer":"word","stopwords":{"languages":["english"],"custom":["hello"]}}',
    { tokenizer: 'word', stopwords: { kind: 'set', languages: ['english'], custom: ['hello'] } },
  ],
  [
    '{"tokenizer":"word","stopwords":{"languages":["fr","english","en"],"custom":["b","é","a","b"]}}',
    { tokenizer: 'word', stopwords: { kind: 'set', languages: ['english', 'french'], custom: ['a', 'b', 'é'] } },
    { tokenizer: 'word', stopwords: { languages: ['english', 'french'], custom: ['a', 'b', 'é'] } },
  ],
  [
    '{"tokenizer":"word","stopwords":{"languages":null}}',
    { tokenizer: 'word', stopwords: { kind: 'set' } as never },
    { tokenizer: 'word', stopwords: {} },
  ],
  [
    '{"tokenizer":"word","stopwords":"de"}',
    { tokenizer: 'word', stopwords: { kind: 'language', language: 'german' } },
    { tokenizer: 'word', stopwords: 'german' },
  ],
  ['{"stopwords":null,"stemmer":null,"lowercase":null}', {}, { tokenizer: 'word' }],
];

test('the parameters of full text', (t) => {
  for (const [given, params, show] of TEXTS) {
    const text = `{"type":"text"${given === '{}' ? '' : `,${given.slice(1, -1)}`}}`;
    const schema = create(text);
    t.deepEqual(JSON.parse(JSON.stringify(schema.params?.text)), params as unknown, text);
    const expected = { type: 'text', ...((show ?? JSON.parse(given)) as object) };
    t.deepEqual(shown(schema), { data_type: 'text', params: expected, points: 7 }, text);
  }
});

test('the info keeps the order of Qdrant, and takes any name for a field', (t) => {
  const schema = create(
    '{"enable_hnsw":true,"stemmer":{"type":"none"},"memory":"cold","on_disk":true,"phrase_matching":true,"max_token_len":5,"type":"text"}',
  );
  const path = jsonPath('__proto__');
  t.is(
    JSON.stringify(payloadSchemaJson(path === undefined ? [] : [{ path, schema, points: 1 }])),
    '{"__proto__":{"data_type":"text","params":{"type":"text","tokenizer":"word","max_token_len":5,"phrase_matching":true,"on_disk":true,"memory":"cold","stemmer":{"type":"none"},"enable_hnsw":true},"points":1}}',
  );
});

const REFUSED: readonly (readonly [string, string])[] = [
  ['{"field_schema":"keyword"}', format('missing field `field_name` at line 1 column 26')],
  ['{"field_name":"a"}', "400 Bad request: Can't auto-detect field type, please specify `field_schema` in the request"],
  [
    '{"field_name":"a","field_schema":null}',
    "400 Bad request: Can't auto-detect field type, please specify `field_schema` in the request",
  ],
  ['{"field_name":5}', format('invalid type: integer `5`, expected a string at line 1 column 15')],
  ['{"field_name":"a b"}', format("Invalid json path: 'a b' at line 1 column 20")],
  ['{"field_name":"a b","field_schema":"x"}', format("Invalid json path: 'a b' at line 1 column 19")],
  ['{"field_name":"a","field_schema":"bogus"}', format(`${NO_SCHEMA} at line 1 column 41`)],
  ['{"field_name":"a","field_schema":"x" , "b": 1}', format(`${NO_SCHEMA} at line 1 column 37`)],
  [
    '{"field_name":"a","field_schema":"bool","field_type":"bool"}',
    format('duplicate field `field_schema` at line 1 column 52'),
  ],
  ['{"field_name":"a"', format('EOF while parsing an object at line 1 column 17')],
  ['[]', format('invalid length 0, expected struct CreateFieldIndex with 2 elements at line 1 column 2')],
  [
    '{"field_name":"a","field_schema":{"type":"integer","lookup":false,"range":false}}',
    rule("field_schema.lookup: Validation error: the 'lookup' and 'range' capabilities can't be both disabled [{}]"),
  ],
];

/** Schemas that are none. */
const NONE: readonly string[] = [
  '5',
  '[]',
  '{}',
  '"Keyword"',
  '{"type":"bogus"}',
  '{"type":5}',
  '{"type":"keyword","is_tenant":5}',
  '{"type":"keyword","memory":"hot"}',
  '{"type":"integer","lookup":"x"}',
  '{"type":"text","tokenizer":"nope"}',
  '{"type":"text","tokenizer":null}',
  '{"type":"text","min_token_len":-1}',
  '{"type":"text","stopwords":"klingon"}',
  '{"type":"text","stopwords":5}',
  '{"type":"text","stopwords":{"languages":["klingon"]}}',
  '{"type":"text","stopwords":{"custom":[5]}}',
  '{"type":"text","stemmer":"english"}',
  '{"type":"text","stemmer":{"type":"snowball"}}',
  '{"type":"text","stemmer":{"type":"snowball","language":"basque"}}',
  '{"type":"text","stemmer":{"type":"porter","language":"english"}}',
];

test('what is wrong with an index is said as Qdrant says it', (t) => {
  for (const [body, expected] of REFUSED) t.is(refusal(parseCreateFieldIndex, wire(body)), expected, body);
  for (const schema of NONE) {
    const body = `{"field_name":"a","field_schema":${schema}}`;
    t.is(refusal(parseCreateFieldIndex, wire(body)), format(`${NO_SCHEMA} at line 1 column ${body.length}`), schema);
  }
});

test('an index is deleted by the path of its field', (t) => {
  const request = wire('', { path: ['c', 'country.cities[].name'], query: 'wait=true' });
  t.deepEqual(parseDeleteFieldIndex(request), {
    ...OPTIONS,
    wait: true,
    path: jsonPath('country.cities[].name'),
  } as never);
  t.is(
    refusal(parseDeleteFieldIndex, wire('', { path: ['c', 'a b'] })),
    "400 Deserialize error in path parameters: Invalid json path: 'a b'",
  );
});
