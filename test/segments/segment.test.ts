import test from 'ava';
import { VectorizerError } from '../../src/core/errors.ts';
import { numberId } from '../../src/core/ids.ts';
import { Segment, type SegmentField } from '../../src/segments/segment.ts';
import type { PlainVectors } from '../collections/plain-vectors.ts';
import {
  append,
  content,
  denseSpec,
  found,
  multiSpec,
  optionsOf,
  search,
  sparseSpec,
  withSegment,
} from './segment-ground.ts';

const ONE = [denseSpec('', 2)];
const QUERY = [1, 0];

/** A point with a vector gets [id, 1]. */
function points(ids: readonly number[]): (readonly [number, PlainVectors])[] {
  return ids.map((id) => [id, { '': [id, 1] }]);
}

function fieldOf(segment: Segment, name: string): SegmentField {
  const field = segment.fieldNamed(name);
  if (field === undefined) throw new Error(`no field ${name}`);
  return field;
}

test('points with and without vectors stand side by side; only those with one are found', (t) =>
  withSegment(ONE, async (segment) => {
    append(segment, [
      [1, { '': [1, 1] }],
      [2, {}],
      [3, {}],
      [4, { '': [4, 1] }],
    ]);
    t.deepEqual(await found(segment, '', QUERY), [4, 1]);
    t.deepEqual(segment.vectorAt(3, ''), { kind: 'dense', values: Float32Array.of(4, 1) });
    t.is(segment.vectorAt(1, ''), undefined);
    t.is(segment.vectorAt(3, 'other'), undefined);
    t.is(segment.liveCount, 4);
  }));

test('vectors of every kind stand side by side, each found by its own kind of query', (t) =>
  withSegment([denseSpec('d', 2), multiSpec('m', 2), sparseSpec('s')], async (segment) => {
    const all: (readonly [number, PlainVectors])[] = [
      [
        1,
        {
          d: [1, 0],
          m: [
            [1, 0],
            [0, 2],
          ],
          s: { indices: [3, 9], values: [1, 2] },
        },
      ],
      [2, { s: { indices: [9], values: [5] } }],
      [3, { m: [[4, 4]] }],
      [4, { d: [0, 3], s: { indices: [], values: [] } }],
    ];
    append(segment, all);
    t.deepEqual(content(segment), new Map(all));
    t.deepEqual(await search(segment, 'd', [0, 1]), [
      [4, 3],
      [1, 0],
    ]);
    t.deepEqual(
      await search(segment, 'm', [
        [1, 0],
        [0, 1],
      ]),
      [
        [3, 8],
        [1, 3],
      ],
    );
    t.deepEqual(await search(segment, 's', { indices: [9], values: [1] }), [
      [2, 5],
      [1, 2],
    ]);
    append(segment, [[1, { d: [0, 9] }]], 2);
    t.deepEqual(content(segment).get(1), { d: [0, 9] }, 'a new version has only what it was given');
    t.deepEqual(await search(segment, 'd', [0, 1]), [
      [1, 9],
      [4, 3],
    ]);
    t.deepEqual(await search(segment, 'm', [[1, 0]]), [[3, 4]]);
    t.deepEqual(await search(segment, 's', { indices: [9], values: [1] }), [[2, 5]]);
    segment.delete(numberId(2n));
    t.deepEqual(await search(segment, 's', { indices: [9], values: [1] }), []);
  }));

test('the last of two versions in one append stays; a deleted point is gone', (t) =>
  withSegment(ONE, async (segment) => {
    append(segment, points([1, 2, 1]));
    t.is(segment.liveCount, 2);
    t.is(segment.rowOf(numberId(1n)), 2);
    t.is(segment.delete(numberId(2n)), 1);
    t.is(segment.delete(numberId(2n)), undefined);
    t.deepEqual(await found(segment, '', QUERY), [1]);
    t.deepEqual([...segment.liveRows()], [2]);
  }));

test('a point keeps its slot in a new version; a point that comes from elsewhere brings its own', (t) =>
  withSegment(ONE, async (segment, compute) => {
    append(segment, points([1, 2]));
    append(segment, points([2, 3]), 2);
    t.deepEqual([...segment.rows.slots.subarray(0, 4)], [101, 102, 102, 103]);
    const copy = new Segment(2, optionsOf(compute, ONE));
    copy.adopt(segment, segment.liveRows(), new Set());
    t.deepEqual([...copy.rows.slots.subarray(0, 3)], [101, 102, 103]);
    t.deepEqual(content(copy), content(segment));
    t.deepEqual(await found(copy, '', QUERY), [3, 2, 1]);
    await copy.close();
  }));

test('an admitted row is found, others and later ones are not, nor one that was deleted meanwhile', (t) =>
  withSegment([...ONE, denseSpec('rare', 2)], async (segment) => {
    append(segment, [...points([1, 2, 3]), [4, { '': [4, 1], rare: [1, 4] }], [5, { rare: [1, 5] }]]);
    const filter = fieldOf(segment, '').admit(Uint32Array.of(0b11110));
    const rare = fieldOf(segment, 'rare').admit(Uint32Array.of(0b11110));
    append(segment, [...points([6]), [7, { rare: [1, 7] }]], 2);
    t.deepEqual(await found(segment, '', QUERY, filter), [4, 3, 2]);
    t.deepEqual(await found(segment, 'rare', [0, 1], rare), [5, 4]);
    segment.delete(numberId(3n));
    segment.delete(numberId(5n));
    t.deepEqual(await found(segment, '', QUERY, filter), [4, 2]);
    t.deepEqual(await found(segment, 'rare', [0, 1], rare), [4]);
    filter.close();
    rare.close();
  }));

test('a segment in use is closed when the last user lets go, however often it was used before', (t) =>
  withSegment(ONE, async (segment) => {
    append(segment, points([1]));
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
    await found(segment, '', QUERY);
    // Who uses it may do so in several places.
    segment.retain();
    segment.release();
    t.false(isClosed);
    segment.release();
    await closing;
    t.true(isClosed);
    t.throws(() => segment.retain(), { message: 'the segment is closed' });
  }));

test('fields come and go while searches run: those end as they began, and memory comes back', (t) =>
  withSegment([denseSpec('a', 2), denseSpec('b', 2)], async (segment, compute) => {
    append(
      segment,
      [1, 2, 3].map((id) => [id, { a: [id, 1], b: [1, id] }]),
    );
    const before = compute.arenas.usedBytes;
    segment.retain();
    const old = fieldOf(segment, 'b');
    const { signal } = new AbortController();
    const vector = { kind: 'dense', values: Float32Array.of(0, 1) } as const;
    const plan = { k: 5, ef: 10, exact: true, indexedOnly: false } as const;
    const quantization = { ignore: false, rescore: undefined, oversampling: undefined };
    const running = segment.search(old, {
      target: { kind: 'nearest', vector },
      plan: { ...plan, quantization },
      filter: undefined,
      signal,
      exists: () => true,
    });
    segment.dropField('b');
    t.is(segment.fieldNamed('b'), undefined);
    t.deepEqual(content(segment).get(2), { a: [2, 1] });
    segment.addField(denseSpec('b', 3));
    append(
      segment,
      [
        [2, { a: [20, 1], b: [7, 8, 9] }],
        [4, { b: [1, 2, 3] }],
      ],
      2,
    );
    t.deepEqual(
      (await running).map(({ id }) => id.word3),
      [3, 2, 1],
      'all that were there when it began',
    );
    t.true(compute.arenas.usedBytes >= before);
    segment.release();
    t.deepEqual(await search(segment, 'b', [0, 0, 1]), [
      [2, 9],
      [4, 3],
    ]);
    t.deepEqual(await search(segment, 'a', [1, 0]), [
      [2, 20],
      [3, 3],
      [1, 1],
    ]);
    segment.dropField('b');
    segment.dropField('b');
    t.is(segment.fields.length, 1);
    t.true(fieldOf(segment, 'a').number < segment.fieldEnd);
    segment.addField(denseSpec('b', 3));
    t.deepEqual(
      segment.fields.map(({ number }) => number),
      [0, 3],
      'files are named by the number: none is used twice',
    );
    t.deepEqual(await search(segment, 'b', [0, 0, 1]), []);
  }));

test('columns that no field takes are left out', (t) =>
  withSegment([denseSpec('a', 2), sparseSpec('s')], async (segment) => {
    append(segment, [
      [1, { a: [1, 2, 3], s: [1, 2], gone: [1] }],
      [2, { s: { indices: [1], values: [1] } }],
    ]);
    t.deepEqual(
      content(segment),
      new Map<number, PlainVectors>([
        [1, {}],
        [2, { s: { indices: [1], values: [1] } }],
      ]),
    );
    t.deepEqual(await found(segment, 'a', QUERY), []);
  }));

test('where a field cannot grow nothing of the rows is found in any field, and the segment takes no more', (t) =>
  withSegment([denseSpec('a', 2), denseSpec('b', 2), sparseSpec('s')], async (segment, compute) => {
    const sparse = { indices: [1], values: [1] };
    append(segment, [
      [1, { a: [1, 1], b: [1, 1], s: sparse }],
      [2, {}],
      [3, { b: [3, 1] }],
    ]);
    const { index } = fieldOf(segment, 'b');
    if (index.kind !== 'dense') throw new Error('a dense field');
    const grow = index.field.append.bind(index.field);
    index.field.append = (vectors, count) => {
      // Half of them go in before the arena is full.
      grow(vectors.subarray(0, 2), 1);
      throw new VectorizerError('insufficient_storage', `an arena of vectors cannot grow by ${count} rows`);
    };
    const more: (readonly [number, PlainVectors])[] = [4, 5, 1].map((id) => [
      id,
      { a: [id, 9], b: [id, 9], s: sparse },
    ]);
    t.throws(() => append(segment, more, 2), { message: /cannot grow/ });
    t.true(segment.isFull);
    t.is(segment.rowCount, 3);
    t.deepEqual(await found(segment, 'a', QUERY), [1]);
    t.deepEqual(await found(segment, 'b', QUERY), [3, 1]);
    t.deepEqual(await found(segment, 's', sparse), [1]);
    t.deepEqual([...content(segment).keys()], [1, 2, 3]);
    t.throws(() => append(segment, more, 2), { message: /after it was full/ });
    const copy = new Segment(2, optionsOf(compute, [denseSpec('a', 2), denseSpec('b', 2), sparseSpec('s')]));
    copy.adopt(segment, segment.liveRows(), new Set());
    t.deepEqual(content(copy), content(segment));
    t.deepEqual(await found(copy, 'b', QUERY), [3, 1]);
  }));

test('what a segment is to be indexed by makes it stale only where there is something to index', (t) =>
  withSegment([denseSpec('a', 2), sparseSpec('s')], async (segment) => {
    const other = [denseSpec('a', 2, { m: 4 }), sparseSpec('s')];
    t.false(segment.isStale(other, 0), 'it has no vectors');
    append(segment, [[1, { a: [1, 1] }]]);
    t.true(segment.isStale(other, 8));
    t.false(segment.isStale(other, 9));
    t.false(segment.isStale([denseSpec('a', 2), sparseSpec('s')], 0));
    t.false(segment.isStale([sparseSpec('s', { datatype: 'uint8' })], 0), 'one that is to go is not built anew');
    await fieldOf(segment, 'a').field.buildIndex({ signal: new AbortController().signal });
    t.true(segment.isStale(other, 1e9), 'it has a graph');
  }));
