import * as fc from 'fast-check';
import * as wire from '../../generated/collections.js';
import type { Value } from '../../generated/json_with_int.js';
import {
  byName,
  flag,
  memory,
  type Pair,
  type Pairs,
  same,
  section,
  type Sections,
  small,
  wide,
  words,
} from './pairs.ts';

/** Random configurations of collections, in both wires at once. */

const storageMemory = words({ cold: wire.Memory.Cold, cached: wire.Memory.Cached });

const hnsw: Pairs<wire.HnswConfigDiff> = section<wire.HnswConfigDiff>({
  m: wide(0n, 64n),
  efConstruct: wide(4n, 500n),
  fullScanThreshold: wide(10n),
  maxIndexingThreads: wide(0n, 8n),
  onDisk: flag,
  payloadM: wide(0n, 64n),
  inlineStorage: flag,
  memory,
});

const threads: Pairs<wire.MaxOptimizationThreads> = fc.oneof(
  wide(0n, 8n).map(({ json, wire: value }): Pair<wire.MaxOptimizationThreads> => {
    return { json, wire: { variant: { $case: 'value', value } } };
  }),
  fc.constant<Pair<wire.MaxOptimizationThreads>>({
    json: 'auto',
    wire: { variant: { $case: 'setting', value: wire.MaxOptimizationThreads_Setting.Auto } },
  }),
);

const optimizers: Pairs<wire.OptimizersConfigDiff> = section<wire.OptimizersConfigDiff>({
  deletedThreshold: same(fc.double({ min: 0, max: 1, noNaN: true })),
  vacuumMinVectorNumber: wide(100n),
  defaultSegmentNumber: wide(0n),
  maxSegmentSize: wide(1n),
  memmapThreshold: wide(0n),
  indexingThreshold: wide(0n),
  flushIntervalSec: wide(0n),
  maxOptimizationThreads: threads,
  preventUnoptimized: flag,
});

const wal = section<wire.WalConfigDiff>({
  walCapacityMb: wide(1n, 64n),
  walSegmentsAhead: wide(0n, 4n),
  walRetainClosed: wide(1n, 4n),
});

const place = { alwaysRam: flag, memory };
type Method = NonNullable<wire.QuantizationConfig['quantization']>;

function method<Case extends Method['$case']>(
  $case: Case,
  pairs: Pairs<Extract<Method, { readonly $case: Case }>['value']>,
): Pairs<wire.QuantizationConfig> {
  const name = $case === 'turboquant' ? 'turbo' : $case;
  return pairs.map(({ json, wire: value }) => ({
    json: { [name]: json },
    wire: { quantization: { $case, value } as Method },
  }));
}

const queryEncoding: Pairs<wire.BinaryQuantizationQueryEncoding> = words({
  default: wire.BinaryQuantizationQueryEncoding_Setting.Default,
  binary: wire.BinaryQuantizationQueryEncoding_Setting.Binary,
  scalar4bits: wire.BinaryQuantizationQueryEncoding_Setting.Scalar4Bits,
  scalar8bits: wire.BinaryQuantizationQueryEncoding_Setting.Scalar8Bits,
}).map(({ json, wire: value }) => ({ json, wire: { variant: { $case: 'setting', value } } }));

const quantization: Pairs<wire.QuantizationConfig> = fc.oneof(
  method(
    'scalar',
    section<wire.ScalarQuantization>(
      {
        type: words({ int8: wire.QuantizationType.Int8 }),
        quantile: same(fc.float({ min: 0.5, max: 1, noNaN: true })),
        ...place,
      },
      ['type'],
    ),
  ),
  method(
    'product',
    section<wire.ProductQuantization>(
      { compression: words(pick(wire.CompressionRatio, ['x4', 'x8', 'x16', 'x32', 'x64'])), ...place },
      ['compression'],
    ),
  ),
  method(
    'binary',
    section<wire.BinaryQuantization>({
      encoding: words({
        one_bit: wire.BinaryQuantizationEncoding.OneBit,
        two_bits: wire.BinaryQuantizationEncoding.TwoBits,
        one_and_half_bits: wire.BinaryQuantizationEncoding.OneAndHalfBits,
      }),
      queryEncoding,
      ...place,
    }),
  ),
  method(
    'turboquant',
    section<wire.TurboQuantization>({
      bits: words({
        bits1: wire.TurboQuantBitSize.Bits1,
        bits1_5: wire.TurboQuantBitSize.Bits1_5,
        bits2: wire.TurboQuantBitSize.Bits2,
        bits4: wire.TurboQuantBitSize.Bits4,
      }),
      ...place,
    }),
  ),
);

function pick<Key extends string, Value>(
  record: Readonly<Record<Key, Value>>,
  keys: readonly Key[],
): Record<Key, Value> {
  return Object.fromEntries(keys.map((key) => [key, record[key]])) as Record<Key, Value>;
}

const multivector: Pairs<wire.MultiVectorConfig> = fc.constant({
  json: { comparator: 'max_sim' },
  wire: { comparator: wire.MultiVectorComparator.MaxSim },
});

const distance = words(pick(wire.Distance, ['Cosine', 'Euclid', 'Dot', 'Manhattan']));
const datatypes = { float32: wire.Datatype.Float32, uint8: wire.Datatype.Uint8, float16: wire.Datatype.Float16 };

const vector = section<wire.VectorParams>(
  {
    size: wide(1n, 65_536n),
    distance,
    hnswConfig: hnsw,
    quantizationConfig: quantization,
    onDisk: flag,
    datatype: words({ ...datatypes, turbo4: wire.Datatype.Turbo4 }),
    multivectorConfig: multivector,
    memory: storageMemory,
  },
  ['size', 'distance'],
);

export const DENSE_NAMES: readonly string[] = ['title', 'größe', '.'];
export const SPARSE_NAMES: readonly string[] = ['words', 'стемы'];

const vectors: Pairs<wire.VectorsConfig> = fc.oneof(
  vector.map(({ json, wire: value }): Pair<wire.VectorsConfig> => ({
    json,
    wire: { config: { $case: 'params', value } },
  })),
  byName(DENSE_NAMES, vector).map(({ json, wire: map }): Pair<wire.VectorsConfig> => ({
    json,
    wire: { config: { $case: 'paramsMap', value: { map } } },
  })),
);

const sparseVector = section<wire.SparseVectorParams>({
  index: section<wire.SparseIndexConfig>({
    fullScanThreshold: wide(0n),
    onDisk: flag,
    datatype: words(datatypes),
    memory,
  }),
  modifier: words({ none: wire.Modifier.None, idf: wire.Modifier.Idf }),
});

function sparseVectors(names: readonly string[]): Pairs<wire.SparseVectorConfig> {
  return byName(names, sparseVector).map(({ json, wire: map }) => ({ json, wire: { map } }));
}

const U32_MAX = 0xffff_ffff;

const limit = <Name extends string>(name: Name): Pairs<Record<Name, bigint>> =>
  section<Record<Name, bigint>>({ [name]: wide(1n) } as unknown as Partial<Sections<Record<Name, bigint>>>);

const strictMode: Pairs<wire.StrictModeConfig> = section<wire.StrictModeConfig>({
  enabled: flag,
  maxQueryLimit: small(1, U32_MAX),
  maxTimeout: small(1, U32_MAX),
  unindexedFilteringRetrieve: flag,
  unindexedFilteringUpdate: flag,
  searchMaxHnswEf: small(0, U32_MAX),
  searchAllowExact: flag,
  // JSON.stringify loses the sign of -0.
  searchMaxOversampling: same(fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)),
  upsertMaxBatchsize: wide(0n),
  searchMaxBatchsize: wide(0n),
  maxCollectionVectorSizeBytes: wide(0n),
  readRateLimit: small(1, U32_MAX),
  writeRateLimit: small(1, U32_MAX),
  maxCollectionPayloadSizeBytes: wide(0n),
  filterMaxConditions: wide(0n),
  conditionMaxSize: wide(0n),
  multivectorConfig: byName(DENSE_NAMES, limit('maxVectors')).map(({ json, wire: multivectorConfig }) => ({
    json,
    wire: { multivectorConfig },
  })),
  sparseConfig: byName(SPARSE_NAMES, limit('maxLength')).map(({ json, wire: sparseConfig }) => ({
    json,
    wire: { sparseConfig },
  })),
  maxPointsCount: wide(1n),
  maxPayloadIndexCount: wide(0n),
  maxResidentMemoryPercent: small(1, 100),
});

const scalar: Pairs<Value> = fc.oneof(
  fc.constant<Pair<Value>>({ json: null, wire: { kind: { $case: 'nullValue', value: 0 } } }),
  fc.boolean().map((value): Pair<Value> => ({ json: value, wire: { kind: { $case: 'boolValue', value } } })),
  fc.string({ unit: 'binary' }).map((value): Pair<Value> => ({
    json: value,
    wire: { kind: { $case: 'stringValue', value } },
  })),
  fc.maxSafeInteger().map((value): Pair<Value> => ({
    json: value === 0 ? 0 : value,
    wire: { kind: { $case: 'integerValue', value: BigInt(value) } },
  })),
);

const value: Pairs<Value> = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 3 }).map((list): Pair<Value> => ({
    json: list.map(({ json }) => json),
    wire: { kind: { $case: 'listValue', value: { values: list.map((one) => one.wire) } } },
  })),
  byName(['x', 'y'], scalar).map(({ json, wire: fields }): Pair<Value> => ({
    json,
    wire: { kind: { $case: 'structValue', value: { fields } } },
  })),
);

/** Never empty: an empty map is none on the wire. */
const metadata: Pairs<Map<string, Value>> = byName(['owner', 'größe'], value).filter(({ wire: map }) => map.size > 0);

const payload: Pairs<wire.PayloadStorageParams> = section<wire.PayloadStorageParams>({ memory: storageMemory });

/** JSON calls two fields by other names. */
function renamed<Message>(pairs: Pairs<Message>): Pairs<Message> {
  return pairs.map(({ json, wire }) => {
    const { vectors_config: vectors, sparse_vectors_config: sparse_vectors, ...rest } = json as Record<string, unknown>;
    return {
      json: {
        ...rest,
        ...(vectors !== undefined && { vectors }),
        ...(sparse_vectors !== undefined && { sparse_vectors }),
      },
      wire,
    };
  });
}

/** Without a name, that REST has in its path. */
export const newCollection: Pairs<wire.CreateCollection> = renamed(
  section<wire.CreateCollection>({
    hnswConfig: hnsw,
    walConfig: wal,
    optimizersConfig: optimizers,
    shardNumber: small(1, 3),
    onDiskPayload: flag,
    vectorsConfig: vectors,
    replicationFactor: small(1, 9),
    writeConsistencyFactor: small(1, 9),
    quantizationConfig: quantization,
    sparseVectorsConfig: sparseVectors(SPARSE_NAMES),
    strictModeConfig: strictMode,
    metadata,
    payload,
  }),
);

const quantizationDiff: Pairs<wire.QuantizationConfigDiff> = fc.oneof(
  quantization,
  fc.constant<Pair<wire.QuantizationConfigDiff>>({
    json: 'Disabled',
    wire: { quantization: { $case: 'disabled', value: {} } },
  }),
);

const vectorDiff = section<wire.VectorParamsDiff>({
  hnswConfig: hnsw,
  quantizationConfig: quantizationDiff,
  onDisk: flag,
  memory: storageMemory,
});

/** A change of a collection that has vectors of these names; '' is the vector without one. */
export function collectionDiff(dense: readonly string[], sparse: readonly string[]): Pairs<wire.UpdateCollection> {
  return renamed(
    section<wire.UpdateCollection>({
      optimizersConfig: optimizers,
      params: section<wire.CollectionParamsDiff>({
        replicationFactor: small(1, 9),
        writeConsistencyFactor: small(1, 9),
        onDiskPayload: flag,
        readFanOutFactor: small(0, 9),
        readFanOutDelayMs: wide(0n),
        payload,
      }),
      hnswConfig: hnsw,
      vectorsConfig: dense.includes('') ? fc.oneof(unnamedDiff, namedDiffs(dense)) : namedDiffs(dense),
      quantizationConfig: quantizationDiff,
      sparseVectorsConfig: sparseVectors(sparse),
      strictModeConfig: strictMode,
      metadata,
    }),
  );
}

const unnamedDiff: Pairs<wire.VectorsConfigDiff> = vectorDiff.map(
  ({ json, wire: value }): Pair<wire.VectorsConfigDiff> => ({
    json: { '': json },
    wire: { config: { $case: 'params', value } },
  }),
);

function namedDiffs(names: readonly string[]): Pairs<wire.VectorsConfigDiff> {
  return byName(names, vectorDiff).map(({ json, wire: map }) => ({
    json,
    wire: { config: { $case: 'paramsMap', value: { map } } },
  }));
}

/** A new collection and a change of it that fits. */
export const changedCollection: fc.Arbitrary<[Pair<wire.CreateCollection>, Pair<wire.UpdateCollection>]> =
  newCollection.chain((created) => {
    const { vectorsConfig, sparseVectorsConfig } = created.wire;
    const config = vectorsConfig?.config;
    const dense = config?.$case === 'paramsMap' ? [...config.value.map.keys()] : config === undefined ? [] : [''];
    return fc.tuple(fc.constant(created), collectionDiff(dense, [...(sparseVectorsConfig?.map.keys() ?? [])]));
  });
