import test, { type ExecutionContext } from 'ava';
import * as messages from '../../generated/collections.js';
import { failureStatus } from '../../src/grpc/status.ts';
import { updateCollectionOf } from '../../src/grpc/parse/collection-diff.ts';
import { collectionNameOf, createCollectionOf, deleteCollectionOf } from '../../src/grpc/parse/collections.ts';

const INVALID_ARGUMENT = 3;

/** Code and text of a refusal; undefined where there is none. */
function refusal(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    const { code, message } = failureStatus(error);
    return code === INVALID_ARGUMENT ? message : `${code}: ${message}`;
  }
}

type Create = Partial<messages.CreateCollection>;
type Update = Partial<messages.UpdateCollection>;

function created(changes: Create): () => unknown {
  return () => createCollectionOf({ collectionName: 'c', metadata: new Map(), ...changes });
}

function updated(changes: Update): () => unknown {
  return () => updateCollectionOf({ collectionName: 'c', metadata: new Map(), ...changes });
}

/** An enum's number that nothing stands for. */
function unknown(value: number): never {
  return value as never;
}

const { Cosine } = messages.Distance;

function vector(changes: Partial<messages.VectorParams>): Create {
  return { vectorsConfig: { config: { $case: 'params', value: { size: 4n, distance: Cosine, ...changes } } } };
}

function named(vectors: Readonly<Record<string, Partial<messages.VectorParams>>>): Create {
  const entries = Object.entries(vectors).map(([name, changes]): [string, messages.VectorParams] => [
    name,
    { size: 4n, distance: Cosine, ...changes },
  ]);
  return { vectorsConfig: { config: { $case: 'paramsMap', value: { map: new Map(entries) } } } };
}

function sparse(vectors: Readonly<Record<string, messages.SparseVectorParams>>): Create {
  return { sparseVectorsConfig: { map: new Map(Object.entries(vectors)) } };
}

function sparseNames(count: number): Create {
  return sparse(Object.fromEntries(Array.from({ length: count }, (_, index) => [`s${index}`, {}])));
}

type Quantization = NonNullable<messages.QuantizationConfig['quantization']>;

function quantized(quantization: Quantization | undefined): Create {
  return { quantizationConfig: { quantization } };
}

const scalar = (changes: Partial<messages.ScalarQuantization>): Quantization => ({
  $case: 'scalar',
  value: { type: messages.QuantizationType.Int8, ...changes },
});

/** What is told of each broken rule, after `Validation error in body: [` and before `]`. */
const BROKEN: readonly (readonly [Create, string])[] = [
  [{ collectionName: '' }, 'collection_name: value "" invalid, must be from 1 to 255 characters'],
  [{ collectionName: 'a:b' }, 'collection_name: collection name cannot contain ":" char'],
  [{ shardNumber: 0 }, 'shard_number: value 0 invalid, must be 1 or larger'],
  [{ replicationFactor: 0 }, 'replication_factor: value 0 invalid, must be 1 or larger'],
  [{ writeConsistencyFactor: 0 }, 'write_consistency_factor: value 0 invalid, must be 1 or larger'],
  [vector({ size: 0n }), 'vectors_config.config.size: value 0 invalid, must be from 1 to 65536'],
  [vector({ size: 65_537n }), 'vectors_config.config.size: value 65537 invalid, must be from 1 to 65536'],
  [
    vector({ size: 2n ** 64n - 1n }),
    'vectors_config.config.size: value 18446744073709551615 invalid, must be from 1 to 65536',
  ],
  [named({ a: {}, b: { size: 0n } }), 'vectors_config.config.map.[].size: value 0 invalid, must be from 1 to 65536'],
  [
    vector({ hnswConfig: { efConstruct: 3n } }),
    'vectors_config.config.hnsw_config.ef_construct: value 3 invalid, must be 4 or larger',
  ],
  [
    vector(quantized(scalar({ quantile: 2 }))),
    'vectors_config.config.quantization_config.quantization.quantile: value 2.0 invalid, must be from 0.5 to 1.0',
  ],
  [
    vector({ memory: messages.Memory.Pinned }),
    'vectors_config.config.memory: `pinned` is not supported for dense vector storage',
  ],
  [{ payload: { memory: messages.Memory.Pinned } }, 'payload.memory: `pinned` is not supported for payload storage'],
  [
    sparse({ s: { index: { datatype: messages.Datatype.Turbo4 } } }),
    'sparse_vectors_config.map.[].index.datatype: sparse vectors do not support the turbo4 datatype',
  ],
  [{ hnswConfig: { efConstruct: 0n } }, 'hnsw_config.ef_construct: value 0 invalid, must be 4 or larger'],
  [{ walConfig: { walCapacityMb: 0n } }, 'wal_config.wal_capacity_mb: value 0 invalid, must be 1 or larger'],
  [{ walConfig: { walRetainClosed: 0n } }, 'wal_config.wal_retain_closed: value 0 invalid, must be 1 or larger'],
  [
    { optimizersConfig: { deletedThreshold: 1.5 } },
    'optimizers_config.deleted_threshold: value 1.5 invalid, must be from 0.0 to 1.0',
  ],
  [
    { optimizersConfig: { deletedThreshold: NaN } },
    'optimizers_config.deleted_threshold: value NaN invalid, must be from 0.0 to 1.0',
  ],
  [
    { optimizersConfig: { vacuumMinVectorNumber: 99n } },
    'optimizers_config.vacuum_min_vector_number: value 99 invalid, must be 100 or larger',
  ],
  [
    { optimizersConfig: { maxSegmentSize: 0n } },
    'optimizers_config.max_segment_size: value 0 invalid, must be 1 or larger',
  ],
  [
    quantized(scalar({ quantile: Infinity })),
    'quantization_config.quantization.quantile: value inf invalid, must be from 0.5 to 1.0',
  ],
  [
    quantized(scalar({ quantile: 0.25 })),
    'quantization_config.quantization.quantile: value 0.25 invalid, must be from 0.5 to 1.0',
  ],
  [
    { strictModeConfig: { maxQueryLimit: 0 } },
    'strict_mode_config.max_query_limit: value 0 invalid, must be 1 or larger',
  ],
  [{ strictModeConfig: { maxTimeout: 0 } }, 'strict_mode_config.max_timeout: value 0 invalid, must be 1 or larger'],
  [
    { strictModeConfig: { readRateLimit: 0 } },
    'strict_mode_config.read_rate_limit: value 0 invalid, must be 1 or larger',
  ],
  [
    { strictModeConfig: { writeRateLimit: 0 } },
    'strict_mode_config.write_rate_limit: value 0 invalid, must be 1 or larger',
  ],
  [
    { strictModeConfig: { maxPointsCount: 0n } },
    'strict_mode_config.max_points_count: value 0 invalid, must be 1 or larger',
  ],
  [
    { strictModeConfig: { maxResidentMemoryPercent: 101 } },
    'strict_mode_config.max_resident_memory_percent: value 101 invalid, must be from 1 to 100',
  ],
  [
    { strictModeConfig: { multivectorConfig: { multivectorConfig: new Map([['a', { maxVectors: 0n }]]) } } },
    'strict_mode_config.multivector_config.multivector_config.[].max_vectors: value 0 invalid, must be 1 or larger',
  ],
  [
    { strictModeConfig: { sparseConfig: { sparseConfig: new Map([['a', { maxLength: 0n }]]) } } },
    'strict_mode_config.sparse_config.sparse_config.[].max_length: value 0 invalid, must be 1 or larger',
  ],
  [
    { shardNumber: 0, replicationFactor: 0 },
    'shard_number: value 0 invalid, must be 1 or larger; replication_factor: value 0 invalid, must be 1 or larger',
  ],
];

test('a rule that a new collection breaks is told by the path of its field', (t) => {
  for (const [changes, rule] of BROKEN) refuses(t, created(changes), `Validation error in body: [${rule}]`);
});

function refuses(t: ExecutionContext, read: () => unknown, text: string | undefined): void {
  t.is(refusal(read), text);
}

const UNCONVERTIBLE: readonly (readonly [Create, string])[] = [
  [vector({ distance: messages.Distance.UnknownDistance }), 'Malformed distance parameter: UnknownDistance'],
  [vector({ distance: unknown(9) }), 'Malformed distance parameter, unexpected value: 9'],
  [vector({ datatype: unknown(9) }), 'Unknown datatype: 9'],
  [vector({ multivectorConfig: { comparator: unknown(1) } }), 'Unknown multi vector comparator: 1'],
  [vector({ memory: unknown(7) }), 'Unknown memory placement: 7'],
  [vector({ memory: messages.Memory.MemoryUnknown }), 'Unknown memory placement: 0'],
  [sparse({ s: { modifier: unknown(5) } }), 'Unknown sparse vector modifier: 5'],
  [quantized(undefined), 'Unable to convert quantization config'],
  [quantized(scalar({ type: messages.QuantizationType.UnknownQuantization })), 'Unknown quantization type'],
  [quantized(scalar({ type: unknown(3) })), 'Unknown quantization type: 3'],
  [quantized({ $case: 'product', value: { compression: unknown(5) } }), 'Unknown compression ratio: 5'],
  [quantized({ $case: 'binary', value: { encoding: unknown(3) } }), 'Unknown binary quantization encoding: 3'],
  [
    quantized({ $case: 'binary', value: { queryEncoding: { variant: { $case: 'setting', value: unknown(4) } } } }),
    'Unknown binary quantization query encoding: 4',
  ],
  [quantized({ $case: 'turboquant', value: { bits: unknown(4) } }), 'Unknown turbo quantization bit size: 4'],
  [{ optimizersConfig: { maxOptimizationThreads: { variant: undefined } } }, 'Malformed max optimization threads'],
  [
    { optimizersConfig: { maxOptimizationThreads: { variant: { $case: 'setting', value: unknown(1) } } } },
    'Unknown max optimization threads setting: 1',
  ],
  [{ shardingMethod: unknown(2) }, 'Unknown sharding method: 2'],
  [
    { shardingMethod: messages.ShardingMethod.Custom },
    'Bad request: sharding_method custom is not supported by this version of Vectorizer yet',
  ],
  [
    { strictModeConfig: { searchMaxOversampling: Infinity } },
    'Wrong input: strict_mode_config.search_max_oversampling is out of range: expected a number that fits into 32-bit floating point',
  ],
  [named({ 'a/b': {} }), 'Wrong input: Invalid dense vector name `a/b`: vector name cannot contain "/" char'],
  [sparse({ '': {} }), 'Wrong input: Sparse vector name cannot be empty'],
  [sparse({ '?': {} }), 'Wrong input: Invalid sparse vector name `?`: vector name cannot contain "?" char'],
  [
    { ...named({ a: {} }), ...sparse({ a: {} }) },
    "Wrong input: Dense and sparse vector names must be unique - duplicate found with 'a'",
  ],
  [
    { shardNumber: 1001 },
    'Wrong input: shard_number: value 1001 invalid, must be 1000 or smaller in this version of Vectorizer',
  ],
  [
    { ...named({ a: {} }), ...sparseNames(1000) },
    'Wrong input: vectors: number of vectors: value 1001 invalid, must be 1000 or smaller in this version of Vectorizer',
  ],
  [
    { ...sparseNames(11), shardNumber: 1000 },
    'Wrong input: vectors: number of vectors times shard_number: value 11000 invalid, must be 10000 or smaller in this version of Vectorizer',
  ],
  [
    vector({ hnswConfig: { m: 2n ** 64n - 1n } }),
    'Wrong input: vectors_config.hnsw_config.m: value 9007199254740991 invalid, must be 1000 or smaller in this version of Vectorizer',
  ],
  // What is validated is told before what cannot be converted.
  [
    { ...vector({ distance: messages.Distance.UnknownDistance }), shardNumber: 0 },
    'Validation error in body: [shard_number: value 0 invalid, must be 1 or larger]',
  ],
];

test('what cannot be converted is refused in bare words', (t) => {
  for (const [changes, text] of UNCONVERTIBLE) refuses(t, created(changes), text);
});

test('what Qdrant lets pass over gRPC is let pass', (t) => {
  const passing: readonly Create[] = [
    {},
    { timeout: 0n },
    { collectionName: 'ä'.repeat(255) },
    { shardingMethod: messages.ShardingMethod.Auto },
    { vectorsConfig: { config: undefined } },
    sparseNames(1000),
    { hnswConfig: { fullScanThreshold: 0n } },
    vector({ datatype: messages.Datatype.Default }),
    named({ '.': {}, '..': {}, '': {} }),
    quantized({ $case: 'binary', value: { queryEncoding: { variant: undefined } } }),
  ];
  for (const changes of passing) refuses(t, created(changes), undefined);
});

test('the rules of an update', (t) => {
  const vectorDiff = (value: messages.VectorParamsDiff): Update => ({
    vectorsConfig: { config: { $case: 'params', value } },
  });
  const cases: readonly (readonly [Update, string | undefined])[] = [
    [{}, undefined],
    [{ timeout: 1n }, undefined],
    [{ vectorsConfig: { config: undefined } }, undefined],
    // The older rule for names.
    [{ collectionName: 'a:b' }, undefined],
    [{ timeout: 0n }, 'timeout: value 0 invalid, must be 1 or larger'],
    [{ collectionName: 'a/b' }, 'collection_name: collection name cannot contain "/" char'],
    [{ params: { replicationFactor: 0 } }, 'params.replication_factor: value 0 invalid, must be 1 or larger'],
    [
      { params: { writeConsistencyFactor: 0 } },
      'params.write_consistency_factor: value 0 invalid, must be 1 or larger',
    ],
    [
      { params: { payload: { memory: messages.Memory.Pinned } } },
      'params.payload.memory: `pinned` is not supported for payload storage',
    ],
    [
      vectorDiff({ hnswConfig: { efConstruct: 1n } }),
      'vectors_config.config.hnsw_config.ef_construct: value 1 invalid, must be 4 or larger',
    ],
    [
      { vectorsConfig: { config: { $case: 'paramsMap', value: { map: new Map([['a', { memory: 3 }]]) } } } },
      'vectors_config.config.map.[].memory: `pinned` is not supported for dense vector storage',
    ],
    [
      vectorDiff({ quantizationConfig: { quantization: scalar({ quantile: 0 }) } }),
      'vectors_config.config.quantization_config.quantization.quantile: value 0.0 invalid, must be from 0.5 to 1.0',
    ],
  ];
  for (const [changes, rule] of cases) {
    refuses(t, updated(changes), rule === undefined ? undefined : `Validation error in body: [${rule}]`);
  }
  refuses(t, updated({ quantizationConfig: { quantization: undefined } }), 'Quantization type is not specified');
  refuses(
    t,
    updated({ hnswConfig: { m: 1001n } }),
    'Wrong input: hnsw_config.m: value 1001 invalid, must be 1000 or smaller in this version of Vectorizer',
  );
});

test('the older field of optimizer threads counts where the newer one is not given', (t) => {
  const threads = (optimizersConfig: messages.OptimizersConfigDiff): unknown =>
    updateCollectionOf({ collectionName: 'c', metadata: new Map(), optimizersConfig }).diff.optimizers
      ?.maxOptimizationThreads;
  const auto: messages.MaxOptimizationThreads = { variant: { $case: 'setting', value: 0 } };
  t.is(threads({}), undefined);
  t.is(threads({ deprecatedMaxOptimizationThreads: 3n }), 3);
  t.is(threads({ deprecatedMaxOptimizationThreads: 3n, maxOptimizationThreads: auto }), null);
  t.is(threads({ maxOptimizationThreads: { variant: { $case: 'value', value: 2n } } }), 2);
});

test('requests that name a collection', (t) => {
  const rule = 'Validation error in body: [collection_name: collection name cannot contain "/" char]';
  refuses(t, () => collectionNameOf({ collectionName: 'a/b' }), rule);
  refuses(t, () => deleteCollectionOf({ collectionName: 'a/b' }), rule);
  refuses(
    t,
    () => deleteCollectionOf({ collectionName: 'c', timeout: 0n }),
    'Validation error in body: [timeout: value 0 invalid, must be 1 or larger]',
  );
  t.deepEqual(deleteCollectionOf({ collectionName: 'c', timeout: 1n }), { collection: 'c' });
});
