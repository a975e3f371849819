import test from 'ava';
import { acceptChange } from '../../src/collections/accept.ts';
import { applyRecord } from '../../src/collections/apply.ts';
import { fieldSpecs } from '../../src/collections/field-specs.ts';
import { Payloads } from '../../src/collections/payloads.ts';
import { ShardPoints } from '../../src/collections/shard-points.ts';
import { ShardVectorFields } from '../../src/collections/shard-vector-fields.ts';
import type { ShardState } from '../../src/collections/shard-state.ts';
import { Compute } from '../../src/compute/compute.ts';
import { VectorizerError } from '../../src/core/errors.ts';
import type { PointChange } from '../../src/core/requests.ts';
import { SILENT_LOGGER } from '../../src/observe/logger.ts';
import { Segment } from '../../src/segments/segment.ts';
import { columns, configOf, idOf, openHouse, removeFolder, temporaryFolder, type TestPoint } from './house.ts';
import { denseConfig, type PlainVectors, sparseConfig, toPlainVectors } from './plain-vectors.ts';

const CONFIG = configOf([denseConfig('', 2, 'Dot'), denseConfig('b', 3, 'Dot')], [sparseConfig('s')]);

type State = ShardState & { segments: Segment[] };

async function withState(run: (state: State) => Promise<void>): Promise<void> {
  const house = await openHouse(await temporaryFolder());
  const compute = Compute.open({ searchThreads: 1, backgroundThreads: 1 });
  try {
    const segments: Segment[] = [];
    const startSegment = (): Segment => {
      const segment = new Segment(segments.length + 1, { compute, fields: fieldSpecs(CONFIG), seed: 1 });
      segments.push(segment);
      return segment;
    };
    const payloads = new Payloads(house.kv, 1, 0);
    const points = new ShardPoints({ payloads, compute, logger: SILENT_LOGGER, seed: 1, segments: () => segments });
    await run({
      segments,
      payloads,
      slots: points.slots,
      fields: points.fields,
      find: (id) => points.find(id),
      idAt: (slot) => points.idAt(slot),
      matching: (filter) => points.matching(filter),
      changed: (slot) => points.changed(slot),
      startSegment,
      vectorFields: new ShardVectorFields(
        [],
        () => segments,
        () => undefined,
      ),
    });
  } finally {
    await compute.close();
    await house.close();
    await removeFolder(house.folder);
  }
}

async function apply(
  state: ShardState,
  kind: 'upsert' | 'update_vectors',
  points: readonly TestPoint[],
  sequence: number,
): Promise<void> {
  const change: PointChange =
    kind === 'upsert'
      ? { kind, points: columns(points), mode: 'upsert', updateFilter: undefined }
      : { kind, points: columns(points), updateFilter: undefined };
  for (const record of acceptChange(change, CONFIG))
    await applyRecord(state, record, { sequence, giveWay: () => Promise.resolve() });
}

function upsert(state: ShardState, points: readonly TestPoint[], sequence: number): Promise<void> {
  return apply(state, 'upsert', points, sequence);
}

/** The first segment, whose field of this name fails from now on. */
function failing({ segments }: State, name: string, error: Error): Segment {
  const [segment] = segments;
  const index = segment?.fieldNamed(name)?.index;
  if (segment === undefined || index === undefined) throw new Error(`a segment has a field ${name}`);
  index.field.append = () => {
    throw error;
  };
  return segment;
}

/** The vectors of a point. */
function vectorsOf(state: ShardState, id: number): PlainVectors | undefined {
  const place = state.find(idOf(id));
  return place === undefined ? undefined : toPlainVectors(place.segment.vectorsAt(place.row));
}

const FULL = new VectorizerError('insufficient_storage', 'an arena of vectors cannot grow');

for (const name of ['', 'b', 's']) {
  test(`where field '${name}' cannot grow any more the rows go to a new segment, and older rows of the same points are replaced`, (t) =>
    withState(async (state) => {
      const vectors = { b: [1, 2, 3], s: { indices: [1, 5], values: [1, 2] } };
      await upsert(state, [{ id: 1, vector: [1, 0], vectors }], 1);
      const full = failing(state, name, FULL);
      await upsert(state, [{ id: 2, vector: [0, 1], vectors }], 2);
      await upsert(state, [{ id: 1, vector: [5, 5], vectors: { s: vectors.s } }], 3);
      t.is(state.segments.length, 2);
      t.is(full.liveCount, 0);
      t.is(state.segments[1]?.liveCount, 2);
      t.is(state.segments[1]?.rowOf(idOf(1)), 1);
      t.deepEqual(vectorsOf(state, 1), { '': [5, 5], s: vectors.s });
      t.deepEqual(vectorsOf(state, 2), { '': [0, 1], ...vectors });
    }));
}

test('a change of some vectors takes the others along, also from a segment that is full', (t) =>
  withState(async (state) => {
    const s = { indices: [1], values: [1] };
    const all = Array.from({ length: 100 }, (_, id): TestPoint => ({
      id,
      vector: [id, 0],
      vectors: { b: [id, 1, 1], s },
    }));
    await upsert(state, all, 1);
    const full = failing(state, 'b', FULL);
    await apply(
      state,
      'update_vectors',
      all.map(({ id }) => ({ id, vectors: { b: [7, 7, Number(id)] } })),
      2,
    );
    t.is(full.liveCount, 0);
    for (const id of [0, 63, 64, 99]) t.deepEqual(vectorsOf(state, id), { '': [id, 0], b: [7, 7, id], s });
  }));

test('the same point twice in one change of vectors: both are carried out, one on what the other has made', (t) =>
  withState(async (state) => {
    await upsert(state, [{ id: 1, vector: [1, 0] }], 1);
    const s = { indices: [1], values: [1] };
    await apply(
      state,
      'update_vectors',
      [
        { id: 1, vectors: { b: [1, 2, 3] } },
        { id: 1, vectors: { s } },
        { id: 1, vector: [4, 4] },
      ],
      2,
    );
    t.deepEqual(vectorsOf(state, 1), { '': [4, 4], b: [1, 2, 3], s });
  }));

test('any other failure is passed on and makes no segment', (t) =>
  withState(async (state) => {
    await upsert(state, [{ id: 1, vector: [1, 0] }], 1);
    failing(state, '', new Error('broken'));
    await t.throwsAsync(() => upsert(state, [{ id: 2, vector: [0, 1] }], 2), { message: 'broken' });
    t.is(state.segments.length, 1);
  }));
