import test from 'ava';
import * as messages from '../../generated/collections.js';
import * as points from '../../generated/points.js';
import * as snapshots from '../../generated/snapshots_service.js';
import { type BothDoors, openBothDoors, type Outcome } from './both-doors.ts';
import type { Codec } from './made.ts';

const { CollectionOperationResponse: Done } = messages;
const COLLECTIONS = '/qdrant.Collections';
const CREATE = { request: messages.CreateCollection, answer: Done };
const UPDATE = { request: messages.UpdateCollection, answer: Done };
const DELETE = { request: messages.DeleteCollection, answer: Done };
const GET = { request: messages.GetCollectionInfoRequest, answer: messages.GetCollectionInfoResponse };
const LIST = { request: messages.ListCollectionsRequest, answer: messages.ListCollectionsResponse };
const EXISTS = { request: messages.CollectionExistsRequest, answer: messages.CollectionExistsResponse };
const CREATE_VECTOR = { request: points.CreateVectorNameRequest, answer: points.PointsOperationResponse };
const DELETE_VECTOR = { request: points.DeleteVectorNameRequest, answer: points.PointsOperationResponse };

async function infoOf(doors: BothDoors, collectionName: string): Promise<messages.CollectionInfo> {
  const { answer } = await doors.grpc(`${COLLECTIONS}/Get`, GET, { collectionName });
  if (answer?.result === undefined) throw new Error('no info');
  return answer.result;
}

function failed(code: number, message: string): Outcome<never> {
  return { code, message, answer: undefined };
}

test('a collection from its first call to its last', async (t) => {
  const doors = await openBothDoors();
  t.teardown(doors.close);
  const exists = async (): Promise<unknown> => {
    const { answer } = await doors.grpc(`${COLLECTIONS}/CollectionExists`, EXISTS, { collectionName: 'books' });
    t.is(typeof answer?.time, 'number');
    return answer?.result?.exists;
  };
  const names = async (): Promise<unknown> =>
    (await doors.grpc(`${COLLECTIONS}/List`, LIST, {})).answer?.collections.map(({ name }) => name);
  const collectionName = 'books';
  t.is(await exists(), false);
  t.deepEqual(await names(), []);
  const missing = failed(5, "Not found: Collection `books` doesn't exist!");
  t.deepEqual(await doors.grpc(`${COLLECTIONS}/Get`, GET, { collectionName }), missing);
  t.deepEqual(await doors.grpc(`${COLLECTIONS}/Update`, UPDATE, { collectionName }), missing);

  t.true((await doors.grpc(`${COLLECTIONS}/Create`, CREATE, { collectionName })).answer?.result);
  t.deepEqual(
    await doors.grpc(`${COLLECTIONS}/Create`, CREATE, { collectionName }),
    failed(6, 'Wrong input: Collection `books` already exists!'),
  );
  t.true((await doors.grpc(`${COLLECTIONS}/Create`, CREATE, { collectionName: 'art' })).answer?.result);
  t.is(await exists(), true);
  t.deepEqual(await names(), ['art', 'books']);

  const hnswConfig = { m: 8n };
  t.true((await doors.grpc(`${COLLECTIONS}/Update`, UPDATE, { collectionName, hnswConfig })).answer?.result);
  t.is((await infoOf(doors, 'books')).config?.hnswConfig?.m, 8n);

  t.true((await doors.grpc(`${COLLECTIONS}/Delete`, DELETE, { collectionName })).answer?.result);
  // Not an error, over there either.
  const again = await doors.grpc(`${COLLECTIONS}/Delete`, DELETE, { collectionName });
  t.deepEqual([again.code, again.answer?.result], [0, false]);
  t.is(await exists(), false);
});

test('the info of a collection tells what it holds', async (t) => {
  const doors = await openBothDoors();
  t.teardown(doors.close);
  await doors.rest('PUT', '/collections/c', { vectors: { size: 2, distance: 'Dot' } });
  await doors.rest('PUT', '/collections/c/points?wait=true', { points: [{ id: 1, vector: [1, 2] }] });
  const { config, ...info } = await infoOf(doors, 'c');
  t.is(config?.params?.shardNumber, 1);
  t.deepEqual(info, {
    status: messages.CollectionStatus.Green,
    optimizerStatus: { ok: true, error: '' },
    segmentsCount: 1n,
    payloadSchema: new Map(),
    pointsCount: 1n,
    indexedVectorsCount: 0n,
    warnings: [],
    updateQueue: { length: 0n, deferredPoints: undefined },
  });
});

test('numbers that REST took keep their digits as far as the wire has room', async (t) => {
  const doors = await openBothDoors();
  t.teardown(doors.close);
  const body = `{
    "metadata": {"id": 9223372036854775807, "share": 1.0},
    "strict_mode_config": {
      "max_query_limit": 18446744073709551615,
      "max_points_count": 18446744073709551615,
      "search_max_oversampling": 1e300,
      "sparse_config": {"s": {"max_length": 18446744073709551614}}
    },
    "optimizers_config": {"memmap_threshold": 18446744073709551615}
  }`;
  await doors.rest('PUT', '/collections/c', body);
  const { config } = await infoOf(doors, 'c');
  t.is(config?.strictModeConfig?.maxQueryLimit, 2 ** 32 - 1);
  t.is(config?.strictModeConfig?.maxPointsCount, 2n ** 64n - 1n);
  t.is(config?.strictModeConfig?.searchMaxOversampling, Infinity);
  t.is(config?.strictModeConfig?.sparseConfig?.sparseConfig.get('s')?.maxLength, 2n ** 64n - 2n);
  t.is(config?.optimizerConfig?.memmapThreshold, 2n ** 64n - 1n);
  t.deepEqual(config?.metadata.get('id')?.kind, { $case: 'integerValue', value: 2n ** 63n - 1n });
  t.deepEqual(config?.metadata.get('share')?.kind, { $case: 'doubleValue', value: 1 });
});

test('metadata keeps integers and doubles apart on its way to REST', async (t) => {
  const doors = await openBothDoors();
  t.teardown(doors.close);
  const metadata = new Map([
    ['whole', { kind: { $case: 'integerValue', value: 2n ** 63n - 1n } as const }],
    ['nothing', { kind: undefined }],
  ]);
  await doors.grpc(`${COLLECTIONS}/Create`, CREATE, { collectionName: 'c', metadata });
  t.is(doors.house.database.collection('c').config.metadata, '{"whole":9223372036854775807,"nothing":null}');
  // An empty map is none; a null takes its key away.
  await doors.grpc(`${COLLECTIONS}/Update`, UPDATE, { collectionName: 'c', metadata: new Map() });
  t.is((await infoOf(doors, 'c')).config?.metadata.size, 2);
  const gone = new Map([['whole', { kind: { $case: 'nullValue', value: 0 } as const }]]);
  await doors.grpc(`${COLLECTIONS}/Update`, UPDATE, { collectionName: 'c', metadata: gone });
  t.deepEqual([...((await infoOf(doors, 'c')).config?.metadata.keys() ?? [])], ['nothing']);
});

test('vector names come and go, as over REST', async (t) => {
  const doors = await openBothDoors();
  t.teardown(doors.close);
  for (const name of ['rest', 'grpc']) await doors.rest('PUT', `/collections/${name}`, {});
  const cases = [
    {
      name: 'dense',
      json: {
        dense: { size: 3, distance: 'Manhattan', datatype: 'float16', multivector_config: { comparator: 'max_sim' } },
      },
      config: {
        $case: 'denseConfig',
        value: {
          size: 3n,
          distance: messages.Distance.Manhattan,
          datatype: messages.Datatype.Float16,
          multivectorConfig: { comparator: messages.MultiVectorComparator.MaxSim },
        },
      },
    },
    {
      name: 'sparse',
      json: { sparse: { modifier: 'idf', datatype: 'uint8' } },
      config: {
        $case: 'sparseConfig',
        value: { modifier: messages.Modifier.Idf, datatype: messages.Datatype.Uint8 },
      },
    },
    { name: 'plain', json: { sparse: {} }, config: { $case: 'sparseConfig', value: {} } },
  ] as const;
  for (const { name: vectorName, json, config: vectorConfig } of cases) {
    await doors.rest('PUT', `/collections/rest/vectors/${vectorName}?wait=true`, json);
    const request = { collectionName: 'grpc', wait: true, vectorName, vectorConfig };
    const { answer, message } = await doors.grpc('/qdrant.Points/CreateVectorName', CREATE_VECTOR, request);
    t.is(answer?.result?.status, points.UpdateStatus.Completed, message);
    t.deepEqual((await infoOf(doors, 'grpc')).config, (await infoOf(doors, 'rest')).config);
  }
  const request = { collectionName: 'grpc', wait: true, vectorName: 'sparse' };
  const { answer } = await doors.grpc('/qdrant.Points/DeleteVectorName', DELETE_VECTOR, request);
  t.is(answer?.result?.status, points.UpdateStatus.Completed);
  const { config } = await infoOf(doors, 'grpc');
  t.deepEqual([...(config?.params?.sparseVectorsConfig?.map.keys() ?? [])], ['plain']);
});

test('what cannot be a vector name or its configuration', async (t) => {
  const doors = await openBothDoors();
  t.teardown(doors.close);
  await doors.rest('PUT', '/collections/c', {});
  const dense = { $case: 'denseConfig', value: { size: 2n, distance: messages.Distance.Dot } } as const;
  const { Turbo4 } = messages.Datatype;
  const cases: readonly (readonly [Partial<points.CreateVectorNameRequest>, string])[] = [
    [{ vectorConfig: undefined }, 'vector_config is required (dense_config or sparse_config)'],
    [
      { vectorConfig: { $case: 'denseConfig', value: { ...dense.value, size: 0n } } },
      'Validation error in body: [vector_config.size: value 0 invalid, must be from 1 to 65536]',
    ],
    [
      { vectorConfig: { $case: 'denseConfig', value: { ...dense.value, distance: 0 } } },
      'Malformed distance parameter: UnknownDistance',
    ],
    [
      { vectorConfig: { $case: 'sparseConfig', value: { datatype: Turbo4 } } },
      'Validation error in body: [vector_config.datatype: sparse vectors do not support the turbo4 datatype]',
    ],
    [
      { vectorName: '', vectorConfig: { $case: 'sparseConfig', value: {} } },
      'Wrong input: Sparse vector name cannot be empty',
    ],
    [{ vectorName: 'a|b' }, 'Validation error in body: [vector_name: vector name cannot contain "|" char]'],
    [
      { collectionName: '' },
      'Validation error in body: [collection_name: value "" invalid, must be from 1 to 255 characters]',
    ],
  ];
  for (const [changes, text] of cases) {
    const request = { collectionName: 'c', vectorName: 'v', vectorConfig: dense, ...changes };
    t.deepEqual(await doors.grpc('/qdrant.Points/CreateVectorName', CREATE_VECTOR, request), failed(3, text));
  }
  t.deepEqual(
    await doors.grpc('/qdrant.Points/DeleteVectorName', DELETE_VECTOR, { collectionName: 'c', vectorName: 'a|b' }),
    failed(3, 'Validation error in body: [vector_name: vector name cannot contain "|" char]'),
  );
});

const NOT_YET = 'is not supported by this version of Vectorizer yet';
const UNNAMED = 'Validation error in body: [collection_name: value "" invalid, must be from 1 to 255 characters]';
const UNNAMED_SNAPSHOT = 'Validation error in body: [snapshot_name: value "" invalid, must be at least 1 characters]';
const TIMELESS = 'Validation error in body: [timeout: value 0 invalid, must be 1 or larger]';
const STANDALONE = 'Qdrant is running in standalone mode';

/** A call that is refused with a code and a text. */
interface Refused {
  readonly path: string;
  readonly call: (doors: BothDoors) => Promise<Outcome<unknown>>;
  readonly code: number;
  readonly text: string;
}

function refused<Request extends object>(
  path: string,
  request: Codec<Request>,
  fields: Partial<Request>,
  [code, text]: readonly [number, string],
): Refused {
  return { path, call: (doors) => doors.grpc(path, { request, answer: Done }, fields), code, text };
}

const alias: messages.AliasOperations = { action: { $case: 'deleteAlias', value: { aliasName: 'a' } } };
const shardKey: messages.ShardKey = { key: { $case: 'number', value: 1n } };
const dropReplica: messages.UpdateCollectionClusterSetupRequest['operation'] = {
  $case: 'dropReplica',
  value: { shardId: 0, peerId: 1n },
};
const SNAPSHOTS = '/qdrant.Snapshots';
const SETUP = `${COLLECTIONS}/UpdateCollectionClusterSetup`;
const { UpdateCollectionClusterSetupRequest: Setup } = messages;
const named = { collectionName: 'c' };

const REFUSED: readonly Refused[] = [
  refused(`${COLLECTIONS}/UpdateAliases`, messages.ChangeAliases, { timeout: 0n }, [3, TIMELESS]),
  refused(`${COLLECTIONS}/UpdateAliases`, messages.ChangeAliases, { actions: [alias, { action: undefined }] }, [
    3,
    'Malformed AliasOperation type',
  ]),
  refused(`${COLLECTIONS}/ListCollectionAliases`, messages.ListCollectionAliasesRequest, {}, [3, UNNAMED]),
  refused(`${COLLECTIONS}/CollectionClusterInfo`, messages.CollectionClusterInfoRequest, named, [
    12,
    `Cluster mode ${NOT_YET}`,
  ]),
  refused(`${COLLECTIONS}/ListShardKeys`, messages.ListShardKeysRequest, named, [12, `A shard key ${NOT_YET}`]),
  refused(SETUP, Setup, { ...named, operation: dropReplica }, [12, STANDALONE]),
  refused(SETUP, Setup, named, [3, 'empty operation']),
  refused(SETUP, Setup, { ...named, operation: dropReplica, timeout: 0n }, [3, TIMELESS]),
  refused(
    `${COLLECTIONS}/CreateShardKey`,
    messages.CreateShardKeyRequest,
    { ...named, request: { shardKey, placement: [] } },
    [12, STANDALONE],
  ),
  refused(`${COLLECTIONS}/CreateShardKey`, messages.CreateShardKeyRequest, named, [3, 'empty request']),
  refused(`${COLLECTIONS}/DeleteShardKey`, messages.DeleteShardKeyRequest, { ...named, request: { shardKey } }, [
    12,
    STANDALONE,
  ]),
  refused(
    `${COLLECTIONS}/DeleteShardKey`,
    messages.DeleteShardKeyRequest,
    { ...named, request: { shardKey: undefined } },
    [3, 'empty request'],
  ),
  refused(`${SNAPSHOTS}/Create`, snapshots.CreateSnapshotRequest, {}, [3, UNNAMED]),
  refused(`${SNAPSHOTS}/List`, snapshots.ListSnapshotsRequest, {}, [3, UNNAMED]),
  refused(`${SNAPSHOTS}/Delete`, snapshots.DeleteSnapshotRequest, named, [3, UNNAMED_SNAPSHOT]),
  refused(`${SNAPSHOTS}/DeleteFull`, snapshots.DeleteFullSnapshotRequest, {}, [3, UNNAMED_SNAPSHOT]),
];

test('what later versions bring is refused, once it has been read', async (t) => {
  const doors = await openBothDoors();
  t.teardown(doors.close);
  for (const { path, call, code, text } of REFUSED) t.deepEqual(await call(doors), failed(code, text), path);
});
