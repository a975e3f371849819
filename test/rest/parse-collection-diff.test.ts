import test from 'ava';

import { NO_HNSW_DIFF } from '../../src/core/collection-config.ts';
import { parseUpdateCollection } from '../../src/rest/parse/collection-diff.ts';
import { NO_PLACE } from './collection-words.ts';
import { format, refusal, rule, wire } from './parsing.ts';

const NO_QUANTIZATION = 'data did not match any variant of untagged enum QuantizationConfig';

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
