import test from 'ava';

import {
  type CollectionConfig,
  DEFAULT_HNSW,
  DEFAULT_OPTIMIZERS,
  DEFAULT_WAL,
  NO_HNSW_DIFF,
} from '../../src/core/collection-config.ts';
import type { QuantizationConfig } from '../../src/core/quantization.ts';
import { parseUpdateCollection } from '../../src/rest/parse/collection-diff.ts';
import { parseCreateCollection, parseDeleteCollection } from '../../src/rest/parse/collections.ts';
import { parseCreateVectorField, parseDeleteVectorField } from '../../src/rest/parse/vector-fields.ts';
import { format, refusal, rule, unserved, wire } from './parsing.ts';

const DEFAULTS: CollectionConfig = {
  params: {
    vectors: [],
    sparseVectors: [],
    shardNumber: 1,
    replicationFactor: 1,
    writeConsistencyFactor: 1,
    readFanOutFactor: undefined,
    readFanOutDelayMs: undefined,
    onDiskPayload: true,
    payloadMemory: undefined,
  },
  hnsw: DEFAULT_HNSW,
  optimizers: DEFAULT_OPTIMIZERS,
  wal: DEFAULT_WAL,
  quantization: undefined,
  strictMode: undefined,
  metadata: undefined,
};
const PLAIN = {
  name: '',
  hnswConfig: undefined,
  quantization: undefined,
  onDisk: undefined,
  memory: undefined,
  datatype: undefined,
  multivector: false,
};
const NO_PLACE = { alwaysRam: undefined, memory: undefined };

function created(body: unknown): CollectionConfig {
  return parseCreateCollection(wire(body)).config;
}

function withVectors(...vectors: CollectionConfig['params']['vectors']): CollectionConfig {
  return { ...DEFAULTS, params: { ...DEFAULTS.params, vectors } };
}

test('a collection of nothing has every default', (t) => {
  t.deepEqual(created({}), DEFAULTS);
  const names =
    'vectors,hnsw_config,optimizers_config,wal_config,quantization_config,sparse_vectors,strict_mode_config,metadata,shard_number,sharding_method,replication_factor,write_consistency_factor,payload,on_disk_payload';
  t.deepEqual(created(Object.fromEntries(names.split(',').map((name) => [name, null]))), DEFAULTS);
  t.deepEqual(created({ vectors: {}, sparse_vectors: {}, sharding_method: 'auto', unknown: [{}] }), DEFAULTS);
});

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

test('strict mode is kept as it was given, in the order of the answer and without what is unknown', (t) => {
  const given =
    '{"max_timeout":18446744073709551615,"enabled":true,"search_max_oversampling":2,"unknown":{},"max_query_limit":null,"sparse_config":{"s":{"max_length":3}},"multivector_config":{"m\\"":{"max_vectors":1},"n":{}},"max_resident_memory_percent":100}';
  const kept =
    '{"enabled":true,"max_timeout":18446744073709551615,"search_max_oversampling":2.0,"multivector_config":{"m\\"":{"max_vectors":1},"n":{}},"sparse_config":{"s":{"max_length":3}},"max_resident_memory_percent":100}';
  t.is(created(`{"strict_mode_config":${given}}`).strictMode, kept);
  t.is(parseUpdateCollection(wire(`{"strict_mode_config":${given}}`)).diff.strictMode, kept);
  t.is(created('{"strict_mode_config":{}}').strictMode, '{}');
});

test('every setting of a collection is read', (t) => {
  const body =
    '{"shard_number":2,"replication_factor":3,"write_consistency_factor":2,"on_disk_payload":false,"metadata":{"a": 1.0000000000000000001},' +
    '"hnsw_config":{"m":0,"ef_construct":4,"full_scan_threshold":10,"max_indexing_threads":1,"on_disk":true,"memory":"cold","payload_m":8,"inline_storage":false},"payload":{"memory":"cached"},"quantization_config":{"turbo":{}},' +
    '"wal_config":{"wal_capacity_mb":1,"wal_segments_ahead":2,"wal_retain_closed":3},' +
    '"optimizers_config":{"deleted_threshold":0.5,"vacuum_min_vector_number":100,"default_segment_number":4,"max_segment_size":5,"memmap_threshold":6,"indexing_threshold":7,"flush_interval_sec":8,"max_optimization_threads":9,"prevent_unoptimized":true}}';
  t.deepEqual(created(body), {
    params: {
      ...DEFAULTS.params,
      shardNumber: 2,
      replicationFactor: 3,
      writeConsistencyFactor: 2,
      onDiskPayload: false,
      payloadMemory: 'cached',
    },
    hnsw: {
      m: 0,
      efConstruct: 4,
      fullScanThreshold: 10,
      maxIndexingThreads: 1,
      onDisk: true,
      memory: 'cold',
      payloadM: 8,
      inlineStorage: false,
    },
    optimizers: {
      deletedThreshold: 0.5,
      vacuumMinVectorNumber: 100,
      defaultSegmentNumber: 4,
      maxSegmentSize: 5,
      memmapThreshold: 6,
      indexingThreshold: 7,
      flushIntervalSeconds: 8,
      maxOptimizationThreads: 9,
      preventUnoptimized: true,
    },
    wal: { walCapacityMb: 1, walSegmentsAhead: 2, walRetainClosed: 3 },
    quantization: { kind: 'turbo', bits: undefined, ...NO_PLACE },
    strictMode: undefined,
    metadata: '{"a": 1.0000000000000000001}',
  });
});

test('the other spellings mean the same', (t) => {
  const config = created({
    hnsw_config: { full_scan_threshold_kb: 11 },
    optimizer_config: {
      max_segment_size_kb: 5,
      memmap_threshold_kb: 6,
      indexing_threshold_kb: 0,
      max_optimization_threads: 'auto',
    },
  });
  t.is(config.hnsw.fullScanThreshold, 11);
  t.deepEqual(config.optimizers, {
    ...DEFAULT_OPTIMIZERS,
    maxSegmentSize: 5,
    memmapThreshold: 6,
    indexingThreshold: 0,
  });
  t.deepEqual(created({ optimizers_config: { max_optimization_threads: null } }).optimizers, DEFAULT_OPTIMIZERS);
});

test('the name of a new collection follows the stricter rule', (t) => {
  for (const character of ['<', '>', ':', '"', '/', '\\', '|', '?', '*', '\0', '\u001f']) {
    const words = `collection_name: collection name cannot contain "${character}" char`;
    const request = wire({}, { path: [`a${character}b`] });
    t.is(refusal(parseCreateCollection, request), `422 Validation error in path parameters: [${words}]`);
  }
  t.is(refusal(parseUpdateCollection, wire({}, { path: ['a<b'] })), 'accepted');
});

test('the timeout of these operations is a second at least', (t) => {
  for (const parse of [parseCreateCollection, parseUpdateCollection, parseDeleteCollection]) {
    const zero = 'timeout: value 0 invalid, must be 1 or larger';
    t.is(refusal(parse, wire({}, { query: 'timeout=0' })), `422 Validation error in query parameters: [${zero}]`);
    const words = 'invalid digit found in string';
    t.is(refusal(parse, wire({}, { query: 'timeout=x' })), `400 Deserialize error in query parameters: ${words}`);
    t.is(refusal(parse, wire({}, { query: 'timeout=1' })), 'accepted');
  }
  t.deepEqual(parseDeleteCollection(wire('')), { collection: 'c' });
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

const REFUSED: readonly (readonly [string, string])[] = [
  ['[]', format('invalid type: sequence, expected struct CreateCollection at line 1 column 0')],
  [
    '{"optimizers_config":5}',
    format('invalid type: integer `5`, expected struct OptimizersConfigDiff at line 1 column 22'),
  ],
  [
    '{"optimizers_config":{"max_optimization_threads":"all"}}',
    format('data did not match any variant of untagged enum MaxOptimizationThreads at line 1 column 55'),
  ],
  [
    '{"optimizers_config":{"max_optimization_threads":-1}}',
    format('data did not match any variant of untagged enum MaxOptimizationThreads at line 1 column 52'),
  ],
  [
    '{"optimizers_config":{"deleted_threshold":-0.5}}',
    rule('optimizers_config.deleted_threshold: value -0.5 invalid, must be from 0.0 to 1.0'),
  ],
  [
    '{"optimizers_config":{"deleted_threshold":"x"}}',
    format('invalid type: string "x", expected f64 at line 1 column 45'),
  ],
  [
    '{"optimizers_config":{"vacuum_min_vector_number":99,"max_segment_size":0}}',
    rule(
      'optimizers_config.vacuum_min_vector_number: value 99 invalid, must be 100 or larger',
      'optimizers_config.max_segment_size: value 0 invalid, must be 1 or larger',
    ),
  ],
  [
    '{"optimizers_config":{"flush_interval_sec":-1}}',
    format('invalid value: integer `-1`, expected u64 at line 1 column 45'),
  ],
  ['{"hnsw_config":[]}', format('invalid type: sequence, expected struct HnswConfigDiff at line 1 column 15')],
  ['{"hnsw_config":{"m":true}}', format('invalid type: boolean `true`, expected usize at line 1 column 24')],
  [
    '{"hnsw_config":{"full_scan_threshold":9}}',
    rule('hnsw_config.full_scan_threshold: value 9 invalid, must be 10 or larger'),
  ],
  ['{"hnsw_config":{"memory":{}}}', format('invalid type: map, expected string or map at line 1 column 25')],
  [
    '{"hnsw_config":{"memory":"x"}}',
    format('unknown variant `x`, expected one of `cold`, `cached`, `pinned` at line 1 column 28'),
  ],
  ['{"hnsw_config":{"m":1,"m":2}}', format('duplicate field `m` at line 1 column 25')],
  ['{"wal_config":{"wal_capacity_mb":0}}', rule('wal_config.wal_capacity_mb: value 0 invalid, must be 1 or larger')],
  ['{"shard_number":4294967296}', format('invalid value: integer `4294967296`, expected u32 at line 1 column 26')],
  ['{"shard_number":1000}', 'accepted'],
  [
    '{"shard_number":4294967295}',
    '400 Wrong input: shard_number: value 4294967295 invalid, must be 1000 or smaller in this version of Vectorizer',
  ],
  [
    '{"hnsw_config":{"m":1001}}',
    '400 Wrong input: hnsw_config.m: value 1001 invalid, must be 1000 or smaller in this version of Vectorizer',
  ],
  ['{"shard_number":"x"}', format('invalid type: string "x", expected u32 at line 1 column 19')],
  [
    '{"replication_factor":0,"write_consistency_factor":0}',
    rule(
      'replication_factor: value 0 invalid, must be 1 or larger',
      'write_consistency_factor: value 0 invalid, must be 1 or larger',
    ),
  ],
  ['{"sharding_method":"custom"}', unserved('sharding_method custom')],
  ['{"sharding_method":"bogus"}', format('unknown variant `bogus`, expected `auto` or `custom` at line 1 column 26')],
  ['{"sharding_method":5}', format('invalid type: integer `5`, expected string or map at line 1 column 20')],
  ['{"sparse_vectors":{"":{}}}', '400 Wrong input: Sparse vector name cannot be empty'],
  [
    '{"sparse_vectors":{"a?":{}}}',
    '400 Wrong input: Invalid sparse vector name `a?`: vector name cannot contain "?" char',
  ],
  [
    '{"sparse_vectors":{"s":{}},"vectors":{"s":{"size":1,"distance":"Dot"}}}',
    "400 Wrong input: Dense and sparse vector names must be unique - duplicate found with 's'",
  ],
  [
    '{"sparse_vectors":{"s":5}}',
    format('invalid type: integer `5`, expected struct SparseVectorParams at line 1 column 24'),
  ],
  [
    '{"sparse_vectors":{"s":{"modifier":"x"}}}',
    format('unknown variant `x`, expected `none` or `idf` at line 1 column 38'),
  ],
  [
    '{"sparse_vectors":{"s":{"index":{"datatype":"x"}}}}',
    format('unknown variant `x`, expected one of `float32`, `uint8`, `float16`, `turbo4` at line 1 column 47'),
  ],
  [
    '{"sparse_vectors":{"s":{"index":{"datatype":"turbo4"}}}}',
    rule('sparse_vectors.?.index.datatype: sparse vectors do not support the turbo4 datatype'),
  ],
  ['{"sparse_vectors":{"s":{}', format('EOF while parsing an object at line 1 column 25')],
  ['{"sparse_vectors":[]}', format('invalid type: sequence, expected a map at line 1 column 18')],
  [
    '{"strict_mode_config":{"enabled":true,"max_query_limit":0,"max_timeout":0}}',
    rule(
      'strict_mode_config.max_query_limit: value 0 invalid, must be 1 or larger',
      'strict_mode_config.max_timeout: value 0 invalid, must be 1 or larger',
    ),
  ],
  [
    '{"strict_mode_config":{"max_resident_memory_percent":0,"sparse_config":{"s":{"max_length":0}},"read_rate_limit":0}}',
    rule(
      'strict_mode_config.max_resident_memory_percent: value 0 invalid, must be from 1 to 100',
      'strict_mode_config.sparse_config.?.max_length: value 0 invalid, must be 1 or larger',
      'strict_mode_config.read_rate_limit: value 0 invalid, must be 1 or larger',
    ),
  ],
  [
    '{"strict_mode_config":{"max_resident_memory_percent":256}}',
    format('invalid value: integer `256`, expected u8 at line 1 column 56'),
  ],
  ['{"strict_mode_config":{"enabled":5}}', format('invalid type: integer `5`, expected a boolean at line 1 column 34')],
  ['{"payload":{"x":1}}', 'accepted'],
  ['{"payload":5}', format('invalid type: integer `5`, expected struct PayloadStorageParams at line 1 column 12')],
  ['{"payload":{"memory":"pinned"}}', rule('payload.memory: `pinned` is not supported for payload storage')],
  ['{"metadata":5}', format('invalid type: integer `5`, expected a map at line 1 column 13')],
  ['{"metadata":[1]}', format('invalid type: sequence, expected a map at line 1 column 12')],
  ['{"metadata":{"a":1}', format('EOF while parsing an object at line 1 column 19')],
  ['{"metadata":{"a":', format('EOF while parsing a value at line 1 column 17')],
  ['{"unknown":[1,{"a":tru}]}', format('expected ident at line 1 column 23')],
  ['{"vectors":{"size":4,', format('EOF while parsing a value at line 1 column 21')],
  ['{"shard_number":1', format('EOF while parsing an object at line 1 column 17')],
  // What comes first in the text is said first.
  ['{"shard_number":"x",}', format('invalid type: string "x", expected u32 at line 1 column 19')],
  ['{"payload":{"x":1},"shard_number":0}', rule('shard_number: value 0 invalid, must be 1 or larger')],
];

test('what is wrong with a new collection, or not served, is said', (t) => {
  for (const [body, expected] of REFUSED) t.is(refusal(parseCreateCollection, wire(body)), expected, body);
});

test('a change of a collection holds what is given and no more', (t) => {
  const nothing = {
    vectors: new Map(),
    sparseVectors: new Map(),
    hnsw: undefined,
    optimizers: undefined,
    quantization: undefined,
    params: undefined,
    strictMode: undefined,
    metadata: undefined,
  };
  t.deepEqual(parseUpdateCollection(wire({})).diff, nothing);
  const body =
    '{"vectors":{"":{"hnsw_config":{"m":4},"on_disk":true,"quantization_config":"Disabled","memory":null},"a":{"memory":"cold","quantization_config":{"turbo":{}}}},' +
    '"optimizers_config":{"max_optimization_threads":3},"hnsw_config":{"m":1},"quantization_config":"Disabled","sparse_vectors":{"s":{"modifier":"idf"}},"strict_mode_config":{"enabled":true},' +
    '"params":{"replication_factor":2,"write_consistency_factor":3,"read_fan_out_factor":4,"read_fan_out_delay_ms":5,"on_disk_payload":true,"payload":{"memory":"cold"}},"metadata":{"a":null}}';
  const { optimizers, ...diff } = parseUpdateCollection(wire(body)).diff;
  t.like(optimizers, { maxOptimizationThreads: 3, deletedThreshold: undefined, indexingThreshold: undefined });
  t.deepEqual(diff, {
    vectors: new Map([
      ['', { hnswConfig: { ...NO_HNSW_DIFF, m: 4 }, quantization: 'disabled', onDisk: true, memory: undefined }],
      [
        'a',
        {
          hnswConfig: undefined,
          quantization: { kind: 'turbo', bits: undefined, ...NO_PLACE },
          onDisk: undefined,
          memory: 'cold',
        },
      ],
    ]),
    sparseVectors: new Map([['s', { modifier: 'idf', index: undefined }]]),
    hnsw: { ...NO_HNSW_DIFF, m: 1 },
    quantization: 'disabled',
    strictMode: '{"enabled":true}',
    params: {
      replicationFactor: 2,
      writeConsistencyFactor: 3,
      readFanOutFactor: 4,
      readFanOutDelayMs: 5,
      onDiskPayload: true,
      payloadMemory: 'cold',
    },
    metadata: '{"a":null}',
  });
});

test('the threads of an update may be taken away', (t) => {
  const threads = (text: string): unknown =>
    parseUpdateCollection(wire(`{"optimizers_config":{"max_optimization_threads":${text}}}`)).diff.optimizers
      ?.maxOptimizationThreads;
  t.is(threads('"auto"'), null);
  t.is(threads('null'), undefined);
  t.is(threads('0'), 0);
});

const REFUSED_CHANGES: readonly (readonly [string, string])[] = [
  ['5', format('invalid type: integer `5`, expected struct UpdateCollection at line 1 column 1')],
  ['{"vectors":5}', format('invalid type: integer `5`, expected a map at line 1 column 12')],
  ['{"vectors":{"":5}}', format('invalid type: integer `5`, expected struct VectorParamsDiff at line 1 column 16')],
  ['{"vectors":{"":{"on_disk":5}}}', format('invalid type: integer `5`, expected a boolean at line 1 column 27')],
  ['{"vectors":{"":{"on_disk":true', format('EOF while parsing an object at line 1 column 30')],
  ['{"vectors":{"', format('EOF while parsing a string at line 1 column 13')],
  ['{"vectors":{"":{"memory":1}}}', format('invalid type: integer `1`, expected string or map at line 1 column 26')],
  [
    '{"vectors":{"":{"memory":"pinned"}}}',
    rule('vectors.?.memory: `pinned` is not supported for dense vector storage'),
  ],
  ['{"vectors":{"":{"quantization_config":5}}}', format(`${NO_QUANTIZATION}Diff at line 1 column 40`)],
  [
    '{"vectors":{"":{"hnsw_config":{"ef_construct":3}}}}',
    rule('vectors.?.hnsw_config.ef_construct: value 3 invalid, must be 4 or larger'),
  ],
  ['{"params":{"replication_factor":0}}', rule('params.replication_factor: value 0 invalid, must be 1 or larger')],
  [
    '{"params":{"payload":{"memory":"pinned"}}}',
    rule('params.payload.memory: `pinned` is not supported for payload storage'),
  ],
  ['{"params":5}', format('invalid type: integer `5`, expected struct CollectionParamsDiff at line 1 column 11')],
  ['{"quantization_config":{"bogus":{}}}', format(`${NO_QUANTIZATION}Diff at line 1 column 36`)],
  [
    '{"strict_mode_config":{"max_points_count":0}}',
    rule('strict_mode_config.max_points_count: value 0 invalid, must be 1 or larger'),
  ],
  ['{"metadata":"x"}', format('invalid type: string "x", expected a map at line 1 column 15')],
];

test('what is wrong with a change, or not served, is said', (t) => {
  for (const [body, expected] of REFUSED_CHANGES) t.is(refusal(parseUpdateCollection, wire(body)), expected, body);
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
