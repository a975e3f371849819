import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  BinaryQuantizationEncoding,
  BinaryQuantizationQueryEncoding_Setting,
  type CollectionInfo,
  CompressionRatio,
  type CreateCollectionSchema,
  Datatype,
  Distance,
  Modifier,
  MultiVectorComparator,
  QuantizationType,
  type UpdateCollectionSchema,
} from '@qdrant/js-client-grpc';
import type { Json } from '../rest/canonical.ts';
import { aliases, info, update } from './canonical.ts';
import { snapshotSteps } from './snapshots.ts';
import { BIG, client, collections, ITEMS, one, points, skip, step } from './step.ts';
import { payload } from './values.ts';

const multivectorConfig = { comparator: MultiVectorComparator.MaxSim };

const items: MessageInitShape<typeof CreateCollectionSchema> = {
  collectionName: ITEMS,
  vectorsConfig: {
    config: one('paramsMap', {
      map: {
        dense: { size: 4n, distance: Distance.Cosine },
        rows: { size: 2n, distance: Distance.Dot, multivectorConfig },
      },
    }),
  },
  sparseVectorsConfig: { map: { words: { modifier: Modifier.Idf } } },
};

/** Every section of a collection's configuration. */
const configured: MessageInitShape<typeof CreateCollectionSchema> = {
  collectionName: 'configured',
  timeout: 30n,
  vectorsConfig: {
    config: one('paramsMap', {
      map: {
        scalar: {
          size: 8n,
          distance: Distance.Cosine,
          hnswConfig: { m: 8n, efConstruct: 32n, fullScanThreshold: 100n, maxIndexingThreads: 1n, onDisk: false },
          quantizationConfig: {
            quantization: one('scalar', { type: QuantizationType.Int8, quantile: 0.99, alwaysRam: true }),
          },
          onDisk: true,
          datatype: Datatype.Float16,
        },
        product: {
          size: 8n,
          distance: Distance.Manhattan,
          quantizationConfig: { quantization: one('product', { compression: CompressionRatio.x8, alwaysRam: false }) },
        },
        binary: {
          size: 8n,
          distance: Distance.Dot,
          quantizationConfig: {
            quantization: one('binary', {
              alwaysRam: true,
              encoding: BinaryQuantizationEncoding.TwoBits,
              queryEncoding: { variant: one('setting', BinaryQuantizationQueryEncoding_Setting.Scalar8Bits) },
            }),
          },
        },
        multi: { size: 3n, distance: Distance.Euclid, datatype: Datatype.Uint8, multivectorConfig },
      },
    }),
  },
  sparseVectorsConfig: {
    map: {
      sparse: {
        index: { fullScanThreshold: 100n, onDisk: false, datatype: Datatype.Float16 },
        modifier: Modifier.Idf,
      },
    },
  },
  shardNumber: 1,
  replicationFactor: 1,
  writeConsistencyFactor: 1,
  onDiskPayload: true,
  hnswConfig: {
    m: 24n,
    efConstruct: 64n,
    fullScanThreshold: 5000n,
    maxIndexingThreads: 1n,
    onDisk: false,
    payloadM: 8n,
  },
  walConfig: { walCapacityMb: 16n, walSegmentsAhead: 1n, walRetainClosed: 2n },
  optimizersConfig: {
    deletedThreshold: 0.25,
    vacuumMinVectorNumber: 2000n,
    defaultSegmentNumber: 2n,
    maxSegmentSize: 50_000n,
    memmapThreshold: 60_000n,
    indexingThreshold: 15_000n,
    flushIntervalSec: 7n,
    maxOptimizationThreads: { variant: one('value', 2n) },
  },
  quantizationConfig: {
    quantization: one('scalar', { type: QuantizationType.Int8, quantile: 0.95, alwaysRam: false }),
  },
  strictModeConfig: {
    enabled: true,
    maxQueryLimit: 50,
    maxTimeout: 60,
    unindexedFilteringRetrieve: true,
    unindexedFilteringUpdate: false,
    searchMaxHnswEf: 256,
    searchAllowExact: true,
    searchMaxOversampling: 4.5,
    upsertMaxBatchsize: 100n,
    maxCollectionVectorSizeBytes: 1_000_000n,
    readRateLimit: 10_000,
    writeRateLimit: 10_000,
    maxCollectionPayloadSizeBytes: 2_000_000n,
    maxPointsCount: 5000n,
    filterMaxConditions: 30n,
    conditionMaxSize: 40n,
    maxPayloadIndexCount: 9n,
    multivectorConfig: { multivectorConfig: { multi: { maxVectors: 16n } } },
    sparseConfig: { sparseConfig: { sparse: { maxLength: 64n } } },
  },
  metadata: payload({
    owner: 'team Ω',
    count: BIG,
    ratio: 0.5,
    nested: { list: [1n, null, true], empty: {} },
  }),
};

/** Everything that may be changed of a collection. */
const changed: MessageInitShape<typeof UpdateCollectionSchema> = {
  collectionName: 'configured',
  timeout: 30n,
  vectorsConfig: {
    config: one('paramsMap', {
      map: {
        scalar: { hnswConfig: { m: 12n }, quantizationConfig: { quantization: one('disabled', {}) }, onDisk: false },
        product: { quantizationConfig: { quantization: one('binary', { alwaysRam: true }) } },
      },
    }),
  },
  sparseVectorsConfig: { map: { sparse: { index: { fullScanThreshold: 200n } } } },
  params: { replicationFactor: 1, writeConsistencyFactor: 1, readFanOutFactor: 2, onDiskPayload: false },
  hnswConfig: { efConstruct: 80n },
  optimizersConfig: { indexingThreshold: 12_000n, flushIntervalSec: 9n },
  quantizationConfig: { quantization: one('product', { compression: CompressionRatio.x16, alwaysRam: true }) },
  strictModeConfig: { maxQueryLimit: 40 },
  metadata: payload({ owner: null, added: 'later' }),
};

export async function infoStep(
  name: string,
  collectionName: string,
  canonical: (found: CollectionInfo) => Json = info,
): Promise<void> {
  await step(name, async () => {
    const { result } = await collections.get({ collectionName });
    return result === undefined ? null : canonical(result);
  });
}

async function names(): Promise<Json> {
  return (await collections.list({})).collections.map(({ name }) => name);
}

async function exists(collectionName: string): Promise<Json> {
  return (await collections.collectionExists({ collectionName })).result?.exists ?? null;
}

export async function firstSteps(): Promise<void> {
  await step('health check', async () => {
    const { title, version } = await client.api('service').healthCheck({});
    return { title, version };
  });
  await step('list collections: none', names);
  await step('create items', async () => (await collections.create(items)).result);
  await step('create plain', async () => {
    const vectorsConfig = { config: one('params', { size: 3n, distance: Distance.Euclid }) };
    return (await collections.create({ collectionName: 'plain', vectorsConfig })).result;
  });
  await step('create configured', async () => (await collections.create(configured)).result);
  await step('create items again', async () => (await collections.create(items)).result);
  await step('list collections', names);
  await step('items exists', () => exists(ITEMS));
  await step('nothing exists', () => exists('nothing'));
  await infoStep('info of configured', 'configured');
  await step('update configured', async () => (await collections.update(changed)).result);
  await infoStep('info of configured, updated', 'configured');
  await infoStep('info of plain, empty', 'plain');
}

/** What takes a cluster, which the server does not have: the code alone counts. */
async function missingSteps(): Promise<void> {
  const collectionName = ITEMS;
  const shardKey = { key: one('keyword', 'key') };
  const calls: Readonly<Record<string, () => Promise<unknown>>> = {
    'cluster info': () => collections.collectionClusterInfo({ collectionName }),
    'update cluster setup': () =>
      collections.updateCollectionClusterSetup({
        collectionName,
        operation: one('dropReplica', { shardId: 0, peerId: 1n }),
      }),
    'create shard key': () => collections.createShardKey({ collectionName, request: { shardKey } }),
    'delete shard key': () => collections.deleteShardKey({ collectionName, request: { shardKey } }),
    'list shard keys': () => collections.listShardKeys({ collectionName }),
  };
  for (const [name, call] of Object.entries(calls))
    await step(name, async () => {
      await call();
      return 'answered';
    });
}

export async function lastSteps(): Promise<void> {
  await missingSteps();
  await snapshotSteps();
  const plain = { collectionName: 'plain', wait: true };
  await step('create vector name, dense', async () => {
    const vectorConfig = one('denseConfig', { size: 5n, distance: Distance.Dot });
    return update((await points.createVectorName({ ...plain, vectorName: 'extra', vectorConfig })).result);
  });
  await step('create vector name, sparse', async () => {
    const vectorConfig = one('sparseConfig', { modifier: Modifier.Idf });
    return update((await points.createVectorName({ ...plain, vectorName: 'terms', vectorConfig })).result);
  });
  await step('delete vector name', async () =>
    update((await points.deleteVectorName({ ...plain, vectorName: 'terms' })).result),
  );
  for (const name of ['create newest', 'info of newest', 'delete newest'])
    skip(name, '@qdrant/js-client-grpc 1.18 has no placement in memory');
  const remove = async (collectionName: string): Promise<Json> => (await collections.delete({ collectionName })).result;
  await step('delete configured', async () => {
    const { result } = await collections.delete({ collectionName: 'configured', timeout: 30n });
    return result;
  });
  await step('delete plain', () => remove('plain'));
  await step('list aliases: gone with their collection', async () => aliases(await collections.listAliases({})));
  await step('delete what is not there', () => remove('nothing'));
  await step('list collections: items', names);
}
