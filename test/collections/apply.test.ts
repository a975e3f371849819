import test from 'ava';
import { acceptChange } from '../../src/collections/accept.ts';
import { applyRecord } from '../../src/collections/apply.ts';
import { Payloads } from '../../src/collections/payloads.ts';
import { ShardPoints } from '../../src/collections/shard-points.ts';
import type { ShardState } from '../../src/collections/shard-state.ts';
import { Compute } from '../../src/compute/compute.ts';
import { VectorizerError } from '../../src/core/errors.ts';
import { SILENT_LOGGER } from '../../src/observe/logger.ts';
import { Segment } from '../../src/segments/segment.ts';
import { columns, config, idOf, openHouse, removeFolder, temporaryFolder, type TestPoint } from './house.ts';

const OPTIONS = { dimension: 2, distance: 'Dot', m: 8, efConstruct: 50, seed: 1 } as const;

async function withState(run: (state: ShardState & { segments: Segment[] }) => Promise<void>): Promise<void> {
  const house = await openHouse(await temporaryFolder());
  const compute = Compute.open({ searchThreads: 1, backgroundThreads: 1 });
  try {
    const segments: Segment[] = [];
    const startSegment = (): Segment => {
      const segment = new Segment(segments.length + 1, { compute, ...OPTIONS }, undefined);
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
    });
  } finally {
    await compute.close();
    await house.close();
    await removeFolder(house.folder);
  }
}

async function upsert(state: ShardState, points: readonly TestPoint[], sequence: number): Promise<void> {
  const change = { kind: 'upsert', points: columns(points), mode: 'upsert', updateFilter: undefined } as const;
  for (const record of acceptChange(change, config(2, 'Dot')))
    await applyRecord(state, record, { sequence, giveWay: () => Promise.resolve() });
}

test('where a segment cannot grow any more the rows go to a new one, and older rows of the same points are replaced', (t) =>
  withState(async (state) => {
    await upsert(state, [{ id: 1, vector: [1, 0] }], 1);
    const [full] = state.segments;
    if (full?.dense === undefined) throw new Error('a segment has a field');
    full.dense.append = () => {
      throw new VectorizerError('insufficient_storage', 'an arena of vectors cannot grow');
    };
    await upsert(state, [{ id: 2, vector: [0, 1] }], 2);
    await upsert(state, [{ id: 1, vector: [5, 5] }], 3);
    t.is(state.segments.length, 2);
    t.is(full.liveCount, 0);
    t.is(state.segments[1]?.liveCount, 2);
    t.is(state.segments[1]?.rowOf(idOf(1)), 1);
    t.deepEqual([...(state.segments[1]?.vectorAt(1) ?? [])], [5, 5]);
  }));

test('any other failure is passed on and makes no segment', (t) =>
  withState(async (state) => {
    await upsert(state, [{ id: 1, vector: [1, 0] }], 1);
    const [segment] = state.segments;
    if (segment?.dense === undefined) throw new Error('a segment has a field');
    segment.dense.append = () => {
      throw new Error('broken');
    };
    await t.throwsAsync(() => upsert(state, [{ id: 2, vector: [0, 1] }], 2), { message: 'broken' });
    t.is(state.segments.length, 1);
  }));
