import test from 'ava';

import { DEFAULT_OPTIMIZERS } from '../../src/core/collection-config.ts';
import { parseUpdateCollection } from '../../src/rest/parse/collection-diff.ts';
import { parseCreateCollection, parseDeleteCollection } from '../../src/rest/parse/collections.ts';
import { created, DEFAULTS, NO_PLACE } from './collection-words.ts';
import { format, refusal, rule, unserved, wire } from './parsing.ts';

test('a collection of nothing has every default', (t) => {
  t.deepEqual(created({}), DEFAULTS);
  const names =
    'vectors,hnsw_config,optimizers_config,wal_config,quantization_config,sparse_vectors,strict_mode_config,metadata,shard_number,sharding_method,replication_factor,write_consistency_factor,payload,on_disk_payload';
  t.deepEqual(created(Object.fromEntries(names.split(',').map((name) => [name, null]))), DEFAULTS);
  t.deepEqual(created({ vectors: {}, sparse_vectors: {}, sharding_method: 'auto', unknown: [{}] }), DEFAULTS);
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
