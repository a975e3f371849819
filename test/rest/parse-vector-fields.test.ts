import test from 'ava';

import { parseUpdateCollection } from '../../src/rest/parse/collection-diff.ts';
import { parseCreateCollection } from '../../src/rest/parse/collections.ts';
import { parseCreateVectorField, parseDeleteVectorField } from '../../src/rest/parse/vector-fields.ts';
import { NO_HNSW_DIFF } from '../../src/core/collection-config.ts';
import type { QuantizationConfig } from '../../src/core/quantization.ts';
import { created, NO_PLACE, PLAIN, withVectors } from './collection-words.ts';
import { format, refusal, rule, wire } from './parsing.ts';

test('a vector field takes its parameters', (t) => {
  for (const distance of ['Cosine', 'Euclid', 'Dot', 'Manhattan'] as const) {
    const expected = withVectors({ ...PLAIN, size: 65_536, distance });
    t.deepEqual(created({ vectors: { size: 65_536, distance } }), expected);
    t.deepEqual(created({ vectors: { '': { size: 65_536, distance } } }), expected);
  }
  const all =
    '{"size":4,"distance":"Dot","on_disk":true,"hnsw_config":{"m":4,"memory":"pinned"},"datatype":"float16","quantization_config":{"binary":{}},"multivector_config":{"comparator":"max_sim"},"memory":"cached","unknown":5}';
  const expected = {
    name: '',
    size: 4,
    distance: 'Dot' as const,
    hnswConfig: { ...NO_HNSW_DIFF, m: 4, memory: 'pinned' as const },
    quantization: { kind: 'binary' as const, encoding: undefined, queryEncoding: undefined, ...NO_PLACE },
    onDisk: true,
    memory: 'cached' as const,
    datatype: 'float16' as const,
    multivector: true,
  };
  t.deepEqual(created(`{"vectors":${all}}`), withVectors(expected));
  t.deepEqual(
    created(`{"vectors":{"b":${all},"a":${all}}}`),
    withVectors({ ...expected, name: 'b' }, { ...expected, name: 'a' }),
  );
  const nulls =
    '{"size":4,"distance":"Dot","on_disk":null,"hnsw_config":null,"datatype":null,"quantization_config":null,"multivector_config":null,"memory":null}';
  t.deepEqual(created(`{"vectors":${nulls}}`), withVectors({ ...PLAIN, size: 4, distance: 'Dot' }));
});

test('sparse vectors take their parameters', (t) => {
  const body =
    '{"sparse_vectors":{"a":{},"b":{"modifier":"idf","index":{"full_scan_threshold":5,"on_disk":true,"memory":"cold","datatype":"uint8","unknown":1}},"c":{"modifier":"none","index":{}},"d":{"modifier":null,"index":null}}}';
  const none = { fullScanThreshold: undefined, onDisk: undefined, memory: undefined, datatype: undefined };
  t.deepEqual(created(body).params.sparseVectors, [
    { name: 'a', modifier: undefined, index: undefined },
    {
      name: 'b',
      modifier: 'idf',
      index: { fullScanThreshold: 5, onDisk: true, memory: 'cold', datatype: 'uint8' },
    },
    { name: 'c', modifier: 'none', index: none },
    { name: 'd', modifier: undefined, index: undefined },
  ]);
});

/** Quantisations that are accepted. */
const QUANTIZED: readonly (readonly [string, QuantizationConfig])[] = [
  [
    '{"scalar":{"type":"int8","quantile":0.9,"always_ram":true,"memory":"pinned"}}',
    { kind: 'scalar', quantile: Math.fround(0.9), alwaysRam: true, memory: 'pinned' },
  ],
  ['{"scalar":{"type":"int8","quantile":null}}', { kind: 'scalar', quantile: undefined, ...NO_PLACE }],
  ['{"product":{"compression":"x64"}}', { kind: 'product', compression: 'x64', ...NO_PLACE }],
  [
    '{"binary":{"encoding":"two_bits","query_encoding":"scalar4bits","memory":null}}',
    { kind: 'binary', encoding: 'two_bits', queryEncoding: 'scalar4bits', ...NO_PLACE },
  ],
  ['{"turbo":{"bits":"bits1_5"}}', { kind: 'turbo', bits: 'bits1_5', ...NO_PLACE }],
  ['{"turbo":{},"unknown":1}', { kind: 'turbo', bits: undefined, ...NO_PLACE }],
  // The first method that is sound counts.
  ['{"scalar":{"type":"x"},"turbo":{}}', { kind: 'turbo', bits: undefined, ...NO_PLACE }],
];

test('quantisations are read in every form, also in updates', (t) => {
  for (const [text, expected] of QUANTIZED) {
    t.deepEqual(created(`{"quantization_config":${text}}`).quantization, expected, text);
    t.deepEqual(created(`{"quantization":${text}}`).quantization, expected, text);
    t.deepEqual(parseUpdateCollection(wire(`{"quantization_config":${text}}`)).diff.quantization, expected, text);
  }
});
const NO_VECTORS = 'data did not match any variant of untagged enum VectorsConfig';
const NO_QUANTIZATION = 'data did not match any variant of untagged enum QuantizationConfig';

/** A vector field and its refusal; a format error is reported at the end of the body. */
const VECTORS: readonly (readonly [string, string])[] = [
  ['5', NO_VECTORS],
  ['{"a":5}', NO_VECTORS],
  ['{"a":{"size":4}}', NO_VECTORS],
  ['{"size":1.5,"distance":"Dot"}', NO_VECTORS],
  ['{"size":"4","distance":"Dot"}', NO_VECTORS],
  ['{"size":4,"distance":5}', NO_VECTORS],
  ['{"size":4,"distance":"dot"}', NO_VECTORS],
  ['{"size":4,"distance":"Dot","on_disk":"x"}', NO_VECTORS],
  ['{"size":4,"distance":"Dot","hnsw_config":5}', NO_VECTORS],
  ['{"size":4,"distance":"Dot","datatype":"x"}', NO_VECTORS],
  ['{"size":4,"distance":"Dot","datatype":5}', NO_VECTORS],
  ['{"size":4,"distance":"Dot","multivector_config":5}', NO_VECTORS],
  ['{"size":4,"distance":"Dot","quantization_config":{"scalar":{"type":"x"}}}', NO_VECTORS],
  [
    '{"size":4,"distance":"Dot","hnsw_config":{"ef_construct":1}}',
    rule('vectors.hnsw_config.ef_construct: value 1 invalid, must be 4 or larger'),
  ],
  ['{"size":65537,"distance":"Dot"}', rule('vectors.size: value 65537 invalid, must be from 1 to 65536')],
  ['{"":{"size":65537,"distance":"Dot"}}', rule('vectors.?.size: value 65537 invalid, must be from 1 to 65536')],
  ['{"a":{"size":65537,"distance":"Dot"}}', rule('vectors.?.size: value 65537 invalid, must be from 1 to 65536')],
  ['{"a":{"size":0,"distance":"Dot"}}', NO_VECTORS],
  ['{"size":4,"distance":"Dot","datatype":"turbo4"}', 'accepted'],
  ['{"size":4,"distance":"Dot","memory":{}}', NO_VECTORS],
  ['{"size":4,"distance":"Dot","memory":"warm"}', NO_VECTORS],
  [
    '{"size":4,"distance":"Dot","memory":"pinned"}',
    rule('vectors.memory: `pinned` is not supported for dense vector storage'),
  ],
  ['{"size":4,"distance":"Dot","multivector_config":{}}', NO_VECTORS],
  ['{"size":4,"distance":"Dot","multivector_config":{"comparator":5}}', NO_VECTORS],
  ['{"size":4,"distance":"Dot","quantization_config":{"scalar":{"type":"int8","always_ram":5}}}', NO_VECTORS],
  [
    '{"a":{"size":4,"distance":"Dot","quantization_config":{"scalar":{"type":"int8","quantile":0.1}}}}',
    rule(`vectors.?.quantization_config.scalar.quantile: value ${Math.fround(0.1)} invalid, must be from 0.5 to 1.0`),
  ],
  [`{"${'é'.repeat(100)}":{"size":4,"distance":"Dot"}}`, 'accepted'],
  [
    `{"${'é'.repeat(100)}a":{"size":4,"distance":"Dot"}}`,
    `400 Wrong input: Invalid dense vector name \`${'é'.repeat(100)}a\`: vector name must be at most 200 bytes long`,
  ],
  [
    '{"a/b":{"size":4,"distance":"Dot"}}',
    '400 Wrong input: Invalid dense vector name `a/b`: vector name cannot contain "/" char',
  ],
];

/** A quantisation and its refusal. */
const QUANTIZATIONS: readonly (readonly [string, string])[] = [
  [
    '{"scalar":{"type":"int8","quantile":1.5}}',
    rule('quantization_config.scalar.quantile: value 1.5 invalid, must be from 0.5 to 1.0'),
  ],
  ['{"scalar":{}}', NO_QUANTIZATION],
  ['{"scalar":5}', NO_QUANTIZATION],
  ['{"binary":{"encoding":"bogus"}}', NO_QUANTIZATION],
  ['{"product":{}}', NO_QUANTIZATION],
  ['{"product":{"compression":"x5"}}', NO_QUANTIZATION],
  ['{"turbo":{"bits":"bits3"}}', NO_QUANTIZATION],
  ['{"turbo":{"memory":"x"}}', NO_QUANTIZATION],
  ['{"binary":{"encoding":5}}', NO_QUANTIZATION],
  ['{"bogus":{}}', NO_QUANTIZATION],
  ['"Disabled"', NO_QUANTIZATION],
];

test('what is wrong with vectors and quantisation is said', (t) => {
  const check = (name: string, value: string, expected: string): void => {
    const body = `{"${name}":${value}}`;
    const isComplete = /^(4\d\d |accepted)/.test(expected);
    const full = isComplete ? expected : format(`${expected} at line 1 column ${body.length}`);
    t.is(refusal(parseCreateCollection, wire(body)), full, body);
  };
  for (const [vectors, expected] of VECTORS) check('vectors', vectors, expected);
  for (const [quantization, expected] of QUANTIZATIONS) {
    check('quantization_config', quantization, expected);
    check('quantization', quantization, expected);
  }
});
test('a vector field is added with what cannot be changed later', (t) => {
  const request = wire('{"dense":{"size":0.5,"distance":"Dot"},"sparse":{"modifier":"idf","datatype":"float16"}}', {
    path: ['c', 'a b'],
    query: 'wait=true&ordering=strong',
  });
  t.deepEqual(parseCreateVectorField(request), {
    collection: 'c',
    wait: true,
    ordering: 'strong',
    timeoutSeconds: undefined,
    field: {
      kind: 'sparse',
      name: 'a b',
      modifier: 'idf',
      index: { fullScanThreshold: undefined, onDisk: undefined, memory: undefined, datatype: 'float16' },
    },
  });
  const field = (body: string): unknown => parseCreateVectorField(wire(body, { path: ['c', 'n'] })).field;
  t.deepEqual(field('{"sparse":{}}'), { kind: 'sparse', name: 'n', modifier: undefined, index: undefined });
  t.deepEqual(field('{"dense":{"size":2,"distance":"Euclid"}}'), {
    kind: 'dense',
    ...PLAIN,
    name: 'n',
    size: 2,
    distance: 'Euclid',
  });
  t.deepEqual(
    field(
      '{"dense":{"size":3,"distance":"Dot","datatype":"uint8","multivector_config":{"comparator":"max_sim"},"on_disk":true}}',
    ),
    { kind: 'dense', ...PLAIN, name: 'n', size: 3, distance: 'Dot', datatype: 'uint8', multivector: true },
  );
  t.deepEqual(parseDeleteVectorField(wire('', { path: ['c', 'n'], query: 'wait=true' })), {
    collection: 'c',
    wait: true,
    ordering: 'weak',
    timeoutSeconds: undefined,
    name: 'n',
  });
});

const NO_FIELD = format('data did not match any variant of untagged enum VectorNameConfig');

/** Bodies of a new vector field, and their refusals. */
const REFUSED_FIELDS: readonly (readonly [string, string])[] = [
  ['{}', NO_FIELD],
  ['[]', NO_FIELD],
  ['5', NO_FIELD],
  ['{"dense":5}', NO_FIELD],
  ['{"dense":{"size":1}}', NO_FIELD],
  ['{"dense":{"size":-1,"distance":"Dot"}}', NO_FIELD],
  ['{"sparse":5}', NO_FIELD],
  ['{"sparse":{"modifier":"x"}}', NO_FIELD],
  ['{"dense":{"size":1,"distance":"Dot"}', format('EOF while parsing an object at line 1 column 36')],
  ['{"dense":{"size":0,"distance":"Dot"}}', rule('dense.size: value 0 invalid, must be from 1 to 65536')],
  ['{"dense":{"size":65537,"distance":"Dot"}}', rule('dense.size: value 65537 invalid, must be from 1 to 65536')],
  ['{"sparse":{"datatype":"turbo4"}}', rule('sparse.datatype: sparse vectors do not support the turbo4 datatype')],
];

test('what is wrong with a new vector field is said', (t) => {
  const path = ['c', 'n'];
  for (const [body, expected] of REFUSED_FIELDS)
    t.is(refusal(parseCreateVectorField, wire(body, { path })), expected, body);
  const name = `422 Validation error in path parameters: [vector_name: vector name cannot contain "<" char]`;
  t.is(refusal(parseCreateVectorField, wire('{"sparse":{}}', { path: ['c', 'a<'] })), name);
});

test('a collection has as many vectors as its memory may bear', (t) => {
  const body = (count: number, shards: number): string => {
    const fields = Array.from({ length: count }, (_, at) => `"v${at}":{}`);
    return `{"sparse_vectors":{${fields.join(',')}},"vectors":{"size":4,"distance":"Dot"},"shard_number":${shards}}`;
  };
  const create = (count: number, shards: number): string => refusal(parseCreateCollection, wire(body(count, shards)));
  t.is(create(999, 10), 'accepted');
  t.is(
    create(1000, 1),
    '400 Wrong input: vectors: number of vectors: value 1001 invalid, must be 1000 or smaller in this version of Vectorizer',
  );
  t.is(
    create(99, 101),
    '400 Wrong input: vectors: number of vectors times shard_number: value 10100 invalid, must be 10000 or smaller in this version of Vectorizer',
  );
});
