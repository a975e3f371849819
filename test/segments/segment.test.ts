import test from 'ava';
import { Compute } from '../../src/compute/compute.ts';
import { numberId } from '../../src/core/ids.ts';
import { FLAG_VECTOR } from '../../src/segments/row-table.ts';
import { type RowFilter, Segment } from '../../src/segments/segment.ts';

const PLAN = { k: 5, ef: 10, exact: true, indexedOnly: false };

async function withSegment(run: (segment: Segment) => Promise<void>): Promise<void> {
  const compute = Compute.open({ searchThreads: 1, backgroundThreads: 1 });
  const options = { compute, dimension: 2, distance: 'Dot', m: 8, efConstruct: 50, seed: 7 } as const;
  const segment = new Segment(1, options, undefined);
  try {
    await run(segment);
  } finally {
    await compute.close();
  }
}

/** Appends points with these ids; an id with a vector gets [id, 1]. */
function append(segment: Segment, ids: readonly number[], withVectors: readonly boolean[], version: number): void {
  const source = {
    flags: Uint8Array.from(withVectors, (has) => (has ? FLAG_VECTOR : 0)),
    words: Uint32Array.from(ids.flatMap((id) => [0, 0, 0, id])),
    first: 0,
    rowCount: ids.length,
    versions: version,
    vectors: Float32Array.from(ids.flatMap((id, at) => (withVectors[at] === true ? [id, 1] : []))),
  };
  segment.append(source, ({ word3 }) => word3 + 100);
}

async function found(segment: Segment, filter?: RowFilter): Promise<number[]> {
  const { signal } = new AbortController();
  const query = Float32Array.of(1, 0);
  const hits = await segment.search({ query, plan: PLAN, filter, signal, exists: () => true });
  return hits.map(({ id }) => id.word3);
}

test('points with and without vectors stand side by side; only those with one are found', (t) =>
  withSegment(async (segment) => {
    append(segment, [1, 2, 3, 4], [true, false, false, true], 1);
    t.deepEqual(await found(segment), [4, 1]);
    t.deepEqual([...(segment.vectorAt(3) ?? [])], [4, 1]);
    t.is(segment.vectorAt(1), undefined);
    t.is(segment.liveCount, 4);
  }));

test('the last of two versions in one append stays; a deleted point is gone', (t) =>
  withSegment(async (segment) => {
    append(segment, [1, 2, 1], [true, true, true], 1);
    t.is(segment.liveCount, 2);
    t.is(segment.rowOf(numberId(1n)), 2);
    t.is(segment.delete(numberId(2n)), 1);
    t.is(segment.delete(numberId(2n)), undefined);
    t.deepEqual(await found(segment), [1]);
    t.deepEqual([...segment.liveRows()], [2]);
  }));

test('a point keeps its slot in a new version; a point that comes from elsewhere brings its own', (t) =>
  withSegment(async (segment) => {
    append(segment, [1, 2], [true, true], 1);
    append(segment, [2, 3], [true, true], 2);
    t.deepEqual([...segment.rows.slots.subarray(0, 4)], [101, 102, 102, 103]);
    const copy = new Segment(2, segment.options, undefined);
    copy.adopt(segment, segment.liveRows(), 'encode');
    t.deepEqual([...copy.rows.slots.subarray(0, 3)], [101, 102, 103]);
    await copy.close();
  }));

test('an admitted row is found, others and later ones are not, nor one that was deleted meanwhile', (t) =>
  withSegment(async (segment) => {
    append(segment, [1, 2, 3, 4], [true, true, true, true], 1);
    const filter = segment.admit(Uint32Array.of(0b1110));
    append(segment, [5], [true], 2);
    t.deepEqual(await found(segment, filter), [4, 3, 2]);
    segment.delete(numberId(3n));
    t.deepEqual(await found(segment, filter), [4, 2]);
    filter?.close();
  }));

test('a segment in use is closed when the last user lets go, however often it was used before', (t) =>
  withSegment(async (segment) => {
    append(segment, [1], [true], 1);
    segment.retain();
    segment.release();
    segment.retain();
    segment.retain();
    let isClosed = false;
    const closing = (async () => {
      await segment.close();
      isClosed = true;
    })();
    segment.release();
    await found(segment);
    t.false(isClosed);
    segment.release();
    await closing;
    t.true(isClosed);
  }));
