import test from 'ava';

import { decodeEntry, encodeEntry } from '../../src/collections/catalogue.ts';
import { changeConfig } from '../../src/collections/change-config.ts';
import {
  type CollectionConfig,
  type CollectionDiff,
  DEFAULT_HNSW,
  DEFAULT_OPTIMIZERS,
  DEFAULT_WAL,
  type DenseVectorConfig,
  type HnswConfigDiff,
  NO_HNSW_DIFF,
  NO_OPTIMIZERS_PATCH,
  type SparseIndexConfig,
} from '../../src/core/collection-config.ts';
import type { QuantizationConfig } from '../../src/core/quantization.ts';
import { NO_DIFF } from './house.ts';
import { denseConfig } from './plain-vectors.ts';

const dense = (name: string, more: Partial<DenseVectorConfig> = {}): DenseVectorConfig =>
  denseConfig(name, 4, 'Dot', more);

const SCALAR: QuantizationConfig = { kind: 'scalar', quantile: 0.99, alwaysRam: true, memory: undefined };
const BINARY: QuantizationConfig = {
  kind: 'binary',
  encoding: undefined,
  queryEncoding: undefined,
  alwaysRam: undefined,
  memory: undefined,
};

const index = (more: Partial<SparseIndexConfig>): SparseIndexConfig => ({
  fullScanThreshold: undefined,
  onDisk: undefined,
  memory: undefined,
  datatype: undefined,
  ...more,
});

const CONFIG: CollectionConfig = {
  params: {
    vectors: [dense(''), dense('b', { hnswConfig: { ...NO_HNSW_DIFF, m: 8 }, quantization: SCALAR })],
    sparseVectors: [
      { name: 's', modifier: undefined, index: undefined },
      { name: 't', modifier: 'idf', index: index({ onDisk: true }) },
    ],
    shardNumber: 2,
    replicationFactor: 1,
    writeConsistencyFactor: 1,
    readFanOutFactor: undefined,
    readFanOutDelayMs: undefined,
    onDiskPayload: true,
    payloadMemory: undefined,
  },
  hnsw: DEFAULT_HNSW,
  optimizers: { ...DEFAULT_OPTIMIZERS, maxOptimizationThreads: 2 },
  wal: DEFAULT_WAL,
  quantization: BINARY,
  strictMode: '{"enabled":true,"max_timeout":5}',
  metadata: '{"big":12345678901234567890,"a":1}',
};

const hnsw = (more: Partial<HnswConfigDiff>): HnswConfigDiff => ({ ...NO_HNSW_DIFF, ...more });

const NO_VECTOR = { hnswConfig: undefined, quantization: undefined, onDisk: undefined, memory: undefined };

/** Each diff, and what of the configuration it makes different. */
const CASES: readonly (readonly [string, Partial<CollectionDiff>, Partial<CollectionConfig>])[] = [
  ['nothing', {}, {}],
  ['hnsw is merged', { hnsw: hnsw({ m: 0 }) }, { hnsw: { ...DEFAULT_HNSW, m: 0 } }],
  [
    'optimizers are merged',
    { optimizers: { ...NO_OPTIMIZERS_PATCH, indexingThreshold: 0 } },
    { optimizers: { ...CONFIG.optimizers, indexingThreshold: 0 } },
  ],
  [
    'threads to auto',
    { optimizers: { ...NO_OPTIMIZERS_PATCH, maxOptimizationThreads: null } },
    { optimizers: DEFAULT_OPTIMIZERS },
  ],
  [
    'threads to none',
    { optimizers: { ...NO_OPTIMIZERS_PATCH, maxOptimizationThreads: 0 } },
    { optimizers: { ...DEFAULT_OPTIMIZERS, maxOptimizationThreads: 0 } },
  ],
  [
    'params are merged',
    {
      params: {
        replicationFactor: 3,
        writeConsistencyFactor: undefined,
        readFanOutFactor: 2,
        readFanOutDelayMs: undefined,
        onDiskPayload: false,
        payloadMemory: 'cached',
      },
    },
    {
      params: {
        ...CONFIG.params,
        replicationFactor: 3,
        readFanOutFactor: 2,
        onDiskPayload: false,
        payloadMemory: 'cached',
      },
    },
  ],
  ['quantisation is replaced', { quantization: SCALAR }, { quantization: SCALAR }],
  ['quantisation is disabled', { quantization: 'disabled' }, { quantization: undefined }],
  [
    'a vector by its name: merged, replaced',
    {
      vectors: new Map([
        ['', { ...NO_VECTOR, onDisk: true, memory: 'cold' }],
        ['b', { ...NO_VECTOR, hnswConfig: hnsw({ efConstruct: 50 }), quantization: BINARY }],
      ]),
    },
    {
      params: {
        ...CONFIG.params,
        vectors: [
          dense('', { onDisk: true, memory: 'cold' }),
          dense('b', { hnswConfig: { ...NO_HNSW_DIFF, m: 8, efConstruct: 50 }, quantization: BINARY }),
        ],
      },
    },
  ],
  [
    'a vector has the quantisation of the collection again',
    { vectors: new Map([['b', { ...NO_VECTOR, quantization: 'disabled' }]]) },
    {
      params: { ...CONFIG.params, vectors: [dense(''), dense('b', { hnswConfig: { ...NO_HNSW_DIFF, m: 8 } })] },
    },
  ],
  [
    'sparse vectors: index merged',
    {
      sparseVectors: new Map([
        ['s', { modifier: 'idf', index: index({ datatype: 'uint8' }) }],
        ['t', { modifier: undefined, index: index({ fullScanThreshold: 9 }) }],
      ]),
    },
    {
      params: {
        ...CONFIG.params,
        sparseVectors: [
          { name: 's', modifier: 'idf', index: index({ datatype: 'uint8' }) },
          { name: 't', modifier: 'idf', index: index({ onDisk: true, fullScanThreshold: 9 }) },
        ],
      },
    },
  ],
  [
    'strict mode field by field, a null takes nothing away',
    { strictMode: '{"max_timeout":null,"enabled":false,"max_query_limit":3}' },
    { strictMode: '{"enabled":false,"max_timeout":5,"max_query_limit":3}' },
  ],
  [
    'metadata key by key, a null deletes; numbers keep their digits',
    { metadata: '{"a":null,"b":[1, 2]}' },
    { metadata: '{"big":12345678901234567890,"b":[1, 2]}' },
  ],
  ['metadata may become empty', { metadata: '{"a":null,"big":null}' }, { metadata: '{}' }],
];

for (const [what, diff, change] of CASES) {
  test(what, (t) => {
    t.deepEqual(changeConfig(CONFIG, { ...NO_DIFF, ...diff }), { ...CONFIG, ...change });
  });
}

test('what was never given is given', (t) => {
  const { strictMode, metadata } = changeConfig(
    { ...CONFIG, strictMode: undefined, metadata: undefined },
    { ...NO_DIFF, strictMode: '{"enabled":true,"max_timeout":null}', metadata: '{}' },
  );
  t.deepEqual([strictMode, metadata], ['{"enabled":true}', '{}']);
});

test('a vector that is unknown changes nothing', (t) => {
  const message = 'Not existing vector name error: nope';
  t.throws(() => changeConfig(CONFIG, { ...NO_DIFF, vectors: new Map([['nope', NO_VECTOR]]) }), { message });
  const sparse = new Map([['nope', { modifier: undefined, index: undefined }]]);
  t.throws(() => changeConfig(CONFIG, { ...NO_DIFF, sparseVectors: sparse }), { message });
});

test('the catalogue keeps a configuration', (t) => {
  const entry = encodeEntry({ number: 7, config: CONFIG });
  const { number, config } = decodeEntry(entry, 'c');
  t.is(number, 7);
  // What is undefined may be absent.
  t.deepEqual(JSON.parse(JSON.stringify(config)), JSON.parse(JSON.stringify(CONFIG)));
  t.deepEqual(encodeEntry({ number, config }), entry);
});

test('an entry of an older version has nothing of what it did not know', (t) => {
  const old = {
    format: 1,
    number: 3,
    config: {
      params: {
        vectors: [{ name: '', size: 4, distance: 'Dot' }],
        shardNumber: 1,
        replicationFactor: 1,
        writeConsistencyFactor: 1,
        onDiskPayload: true,
      },
      hnsw: { m: 16, efConstruct: 100, fullScanThreshold: 10_000, maxIndexingThreads: 0, onDisk: false },
      optimizers: { ...DEFAULT_OPTIMIZERS },
      wal: DEFAULT_WAL,
    },
  };
  const { number, config } = decodeEntry(Buffer.from(JSON.stringify(old)), 'c');
  t.is(number, 3);
  t.like(config, {
    params: { vectors: [dense('')], sparseVectors: [], payloadMemory: undefined, shardNumber: 1 },
    hnsw: DEFAULT_HNSW,
    optimizers: DEFAULT_OPTIMIZERS,
    quantization: undefined,
    strictMode: undefined,
    metadata: undefined,
  });
});

test('what is no entry is refused by name', (t) => {
  t.throws(() => decodeEntry(Buffer.from('{"format":2}'), 'books'), { message: /catalogue, collection books/ });
});
