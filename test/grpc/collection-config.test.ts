import test, { type ExecutionContext } from 'ava';
import * as fc from 'fast-check';
import * as messages from '../../generated/collections.js';
import type { CollectionInfo } from '../../src/core/answers.ts';
import { updateCollectionOf } from '../../src/grpc/parse/collection-diff.ts';
import { createCollectionOf } from '../../src/grpc/parse/collections.ts';
import { renderCollectionInfo } from '../../src/grpc/render/collections.ts';
import { writer } from '../../src/grpc/wire/proto-writer.ts';
import { parseUpdateCollection } from '../../src/rest/parse/collection-diff.ts';
import { parseCreateCollection } from '../../src/rest/parse/collections.ts';
import { wire } from '../rest/parsing.ts';
import { sent } from './made.ts';
import { changedCollection, collectionDiff, DENSE_NAMES, newCollection, SPARSE_NAMES } from './config-pairs.ts';
import { openBothDoors, type BothDoors } from './both-doors.ts';

const CREATE = { request: messages.CreateCollection, answer: messages.CollectionOperationResponse };
const UPDATE = { request: messages.UpdateCollection, answer: messages.CollectionOperationResponse };
const GET = { request: messages.GetCollectionInfoRequest, answer: messages.GetCollectionInfoResponse };

test('a new collection means the same on both wires', (t) => {
  fc.assert(
    fc.property(newCollection, (pair) => {
      const message = sent(messages.CreateCollection, { ...pair.wire, collectionName: 'c' });
      t.deepEqual(createCollectionOf(message), parseCreateCollection(wire(pair.json)));
    }),
    { numRuns: 300 },
  );
});

test('a change of a collection means the same on both wires', (t) => {
  fc.assert(
    fc.property(collectionDiff(['', ...DENSE_NAMES], SPARSE_NAMES), (pair) => {
      const message = sent(messages.UpdateCollection, { ...pair.wire, collectionName: 'c' });
      t.deepEqual(updateCollectionOf(message), parseUpdateCollection(wire(pair.json)));
    }),
    { numRuns: 300 },
  );
});

test("what is shown of a new collection is what was given, and Qdrant's defaults", (t) => {
  fc.assert(
    fc.property(newCollection, ({ wire }) => {
      const { config } = createCollectionOf(sent(messages.CreateCollection, { ...wire, collectionName: 'c' }));
      writer.reset(0);
      renderCollectionInfo({ ...INFO, config }, 0.5);
      const { result, time } = messages.GetCollectionInfoResponse.decode(writer.take());
      t.is(time, 0.5);
      t.deepEqual(result?.config, sent(messages.CollectionConfig, expectedConfig(wire)));
    }),
    { numRuns: 300 },
  );
});

test('how a collection fares', (t) => {
  const { config } = createCollectionOf(sent(messages.CreateCollection, { collectionName: 'c' }));
  const shown = (changes: Partial<CollectionInfo>): messages.CollectionInfo | undefined => {
    writer.reset(0);
    renderCollectionInfo({ ...INFO, config, ...changes }, 0);
    return messages.GetCollectionInfoResponse.decode(writer.take()).result;
  };
  const { Green, Yellow, Red, Grey } = messages.CollectionStatus;
  t.is(shown({})?.status, Green);
  t.is(shown({ status: 'yellow' })?.status, Yellow);
  t.is(shown({ status: 'grey' })?.status, Grey);
  const { status, optimizerStatus, ...rest } = { ...shown({ status: 'red', optimizerError: 'no space' }) };
  t.deepEqual({ status, optimizerStatus }, { status: Red, optimizerStatus: { ok: false, error: 'no space' } });
  t.deepEqual([rest.indexedVectorsCount, rest.pointsCount, rest.segmentsCount], [1n, 2n, 3n]);
  t.deepEqual(rest.updateQueue, { length: 4n, deferredPoints: undefined });
  t.deepEqual(shown({})?.optimizerStatus, { ok: true, error: '' });
});

const INFO: Omit<CollectionInfo, 'config'> = {
  status: 'green',
  optimizerError: undefined,
  indexedVectorsCount: 1,
  pointsCount: 2,
  segmentsCount: 3,
  updateQueueLength: 4,
  payloadSchema: [],
};

/** Defaults as in SEMANTICS.md 4.1. */
function expectedConfig(given: Partial<messages.CreateCollection>): messages.CollectionConfig {
  const threads = given.optimizersConfig?.maxOptimizationThreads;
  return {
    params: {
      shardNumber: given.shardNumber ?? 1,
      onDiskPayload: given.onDiskPayload ?? true,
      vectorsConfig: given.vectorsConfig ?? { config: { $case: 'paramsMap', value: { map: new Map() } } },
      replicationFactor: given.replicationFactor ?? 1,
      writeConsistencyFactor: given.writeConsistencyFactor ?? 1,
      sparseVectorsConfig: given.sparseVectorsConfig?.map.size === 0 ? undefined : given.sparseVectorsConfig,
      payload: given.payload?.memory === undefined ? undefined : given.payload,
    },
    hnswConfig: {
      m: 16n,
      efConstruct: 100n,
      fullScanThreshold: 10_000n,
      maxIndexingThreads: 0n,
      onDisk: false,
      ...given.hnswConfig,
    },
    optimizerConfig: {
      deletedThreshold: 0.2,
      vacuumMinVectorNumber: 1000n,
      defaultSegmentNumber: 0n,
      indexingThreshold: 10_000n,
      flushIntervalSec: 5n,
      ...given.optimizersConfig,
      deprecatedMaxOptimizationThreads: threads?.variant?.$case === 'value' ? threads.variant.value : undefined,
      maxOptimizationThreads: threads ?? {
        variant: { $case: 'setting', value: messages.MaxOptimizationThreads_Setting.Auto },
      },
    },
    walConfig: { walCapacityMb: 32n, walSegmentsAhead: 0n, walRetainClosed: 1n, ...given.walConfig },
    quantizationConfig: given.quantizationConfig,
    strictModeConfig: given.strictModeConfig,
    metadata: given.metadata ?? new Map(),
  };
}

test('what one door makes and changes, both show, with the same values', async (t) => {
  const doors = await openBothDoors();
  t.teardown(doors.close);
  await fc.assert(
    fc.asyncProperty(changedCollection, async ([created, changed]) => {
      const create = { ...created.wire, collectionName: 'grpc' };
      const update = { ...changed.wire, collectionName: 'grpc' };
      await same(t, doors.rest('PUT', '/collections/rest', created.json), doors.grpc(`${PATH}/Create`, CREATE, create));
      await showAlike(t, doors);
      await same(
        t,
        doors.rest('PATCH', '/collections/rest', changed.json),
        doors.grpc(`${PATH}/Update`, UPDATE, update),
      );
      await showAlike(t, doors);
      for (const name of ['rest', 'grpc']) await doors.rest('DELETE', `/collections/${name}`);
    }),
    { numRuns: 25 },
  );
});

const PATH = '/qdrant.Collections';

/** One answer, or one refusal. */
async function same(
  t: ExecutionContext,
  rest: ReturnType<BothDoors['rest']>,
  grpc: Promise<{
    readonly code: number;
    readonly message: string;
    readonly answer: messages.CollectionOperationResponse | undefined;
  }>,
): Promise<void> {
  const [{ body }, { message, answer }] = await Promise.all([rest, grpc]);
  const { status, result } = body as { readonly status: unknown; readonly result?: boolean };
  if (answer === undefined) t.deepEqual(status, { error: message });
  else t.deepEqual({ status, result }, { status: 'ok', result: answer.result });
}

/** Two collections are alike, whichever door they are seen through. */
async function showAlike(t: ExecutionContext, doors: BothDoors): Promise<void> {
  const [ours, theirs] = await Promise.all([shown(doors, 'grpc'), shown(doors, 'rest')]);
  t.deepEqual(ours, theirs);
}

async function shown(doors: BothDoors, collectionName: string): Promise<unknown> {
  const [rest, grpc] = await Promise.all([
    doors.rest('GET', `/collections/${collectionName}`),
    doors.grpc(`${PATH}/Get`, GET, { collectionName }),
  ]);
  const { result } = rest.body as { readonly result?: { readonly config: unknown } };
  return { status: rest.status, code: grpc.code, rest: result?.config, grpc: grpc.answer?.result?.config };
}
