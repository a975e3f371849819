import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import test from 'ava';
import * as fc from 'fast-check';
import type { Files, World } from '../../src/base/world.ts';
import type { Compute } from '../../src/compute/compute.ts';
import { VectorizerError } from '../../src/core/errors.ts';
import { numberId } from '../../src/core/ids.ts';
import type { FieldSpec } from '../../src/segments/field-spec.ts';
import {
  GRAPH_KIND,
  openSegment,
  REMOVED_KIND,
  removedBytes,
  type SegmentManifest,
} from '../../src/segments/segment-files.ts';
import {
  planFlush,
  rowsName,
  type SegmentFlush,
  settleFlush,
  vectorsName,
  writeFlush,
} from '../../src/segments/segment-flush.ts';
import { Segment } from '../../src/segments/segment.ts';
import { writeFile } from '../../src/storage/write-file.ts';
import type { PlainVector, PlainVectors } from '../collections/plain-vectors.ts';
import { SimulatedFiles } from '../storage/simulated-files.ts';
import { append, content, denseSpec, multiSpec, optionsOf, search, sparseSpec, withCompute } from './segment-ground.ts';

const NEVER = new AbortController().signal;
const DATATYPES = ['float32', 'float16', 'uint8'] as const;

/** Every kind with every datatype; numbers up to 100 are whole in each of them. */
const SPECS: readonly FieldSpec[] = [
  ...DATATYPES.map((datatype) => denseSpec(`dense ${datatype}`, 3, { datatype })),
  ...DATATYPES.map((datatype) => multiSpec(`multi ${datatype}`, 2, { datatype })),
  sparseSpec('sparse'),
  denseSpec('turbo4', 4, { datatype: 'turbo4' }),
];

/** A query of each field that every vector answers. */
const QUERIES: Readonly<Record<FieldSpec['kind'], (dimension: number) => PlainVector>> = {
  dense: (dimension) => Array.from({ length: dimension }, (_, at) => at + 1),
  multi: (dimension) => [Array.from({ length: dimension }, () => 1)],
  sparse: () => ({ indices: [1, 2, 3], values: [1, 2, 3] }),
};

const anyNumber = fc.integer({ min: 0, max: 100 });
const row = (length: number): fc.Arbitrary<number[]> => fc.array(anyNumber, { minLength: length, maxLength: length });
const anyVector = (spec: FieldSpec): fc.Arbitrary<PlainVector> => {
  if (spec.kind === 'dense') return row(spec.dimension);
  if (spec.kind === 'multi') return fc.array(row(spec.dimension), { minLength: 1, maxLength: 3 });
  return fc
    .uniqueArray(fc.integer({ min: 1, max: 6 }), { maxLength: 4 })
    .chain((indices) => row(indices.length).map((values) => ({ indices: indices.toSorted((a, b) => a - b), values })));
};
const anyVectors: fc.Arbitrary<PlainVectors> = fc
  .tuple(...SPECS.map((spec) => fc.option(anyVector(spec), { nil: undefined })))
  .map((vectors) =>
    Object.fromEntries(
      vectors.flatMap((vector, at) => (vector === undefined ? [] : [[SPECS[at]?.name ?? '', vector] as const])),
    ),
  );
const anyStep = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('append'),
      points: fc.array(fc.tuple(fc.integer({ min: 1, max: 20 }), anyVectors), { minLength: 1, maxLength: 8 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete'), id: fc.integer({ min: 1, max: 20 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('flush') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('field'), at: fc.nat(SPECS.length - 1) }) },
);

function worldOf(files: Files): World {
  return { files, nowMs: () => 0, random: () => 0 };
}

async function flush(
  world: World,
  segment: Segment,
  plan: SegmentFlush = planFlush(segment),
): Promise<SegmentManifest> {
  // As a checkpoint has it: fields that go meanwhile stay readable to the end.
  segment.retain();
  await settleFlush(await writeFlush(world, 's', segment, plan));
  segment.release();
  const { number, fieldEnd: nextField } = segment;
  const rows = segment.rowFiles.map(({ first, count }) => ({ name: rowsName(number, first, count), first, count }));
  const removed = 'removed.bin';
  await writeFile(world, `s/${removed}`, REMOVED_KIND, [removedBytes(segment)]);
  const fields = segment.fields.map(({ number: field, spec, originals }) => ({
    number: field,
    spec,
    vectors: originals.files.map(({ first, count }) => ({
      name: vectorsName(number, field, first, count),
      first,
      count,
    })),
    graph: null,
  }));
  return { number, rows, removed, fields, nextField };
}

/** Everything that the segment can tell. */
async function told(segment: Segment): Promise<unknown> {
  const searches = segment.fields.map(async ({ name, spec }) => {
    const query = QUERIES[spec.kind](spec.kind === 'sparse' ? 0 : spec.dimension);
    const hits = await search(segment, name, query, { plan: { k: 100 } });
    return [name, hits.toSorted(([a], [b]) => a - b)];
  });
  return { content: content(segment), searches: await Promise.all(searches), live: [...segment.liveRows()] };
}

/** Vectors of all kinds, in three files a field. */
async function filled(compute: Compute): Promise<{ files: SimulatedFiles; world: World; manifest: SegmentManifest }> {
  const files = new SimulatedFiles();
  const world = worldOf(files);
  await files.mkdir();
  const segment = new Segment(1, optionsOf(compute, SPECS));
  let manifest: SegmentManifest | undefined;
  // Each at least three times as many as before: nothing is written twice.
  for (const [first, count] of [
    [100, 100],
    [50, 30],
    [1, 5],
  ] as const) {
    const points = Array.from({ length: count }, (_, at) => {
      const vectors = SPECS.map(({ name, kind }): [string, PlainVector] => {
        if (kind === 'sparse') return [name, { indices: [1, 2 + at], values: [at, 1] }];
        if (kind === 'multi') return [name, Array.from({ length: 1 + (at % 3) }, () => [at % 200, 1])];
        return [name, [at % 200, 1, 2, 3].slice(0, name === 'turbo4' ? 4 : 3)];
      });
      return [first + at, Object.fromEntries(vectors)] as const;
    });
    append(segment, points);
    manifest = await flush(world, segment);
  }
  await segment.close();
  if (manifest === undefined) throw new Error('it was flushed');
  return { files, world, manifest };
}

test('what was flushed reads back: any points, in any pieces, fields that came later, small files made one', async (t) => {
  t.timeout(100_000);
  await withCompute(async (compute) => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 1, maxLength: 14 }), async (steps) => {
        const files = new SimulatedFiles();
        const world = worldOf(files);
        await files.mkdir();
        const options = optionsOf(compute, SPECS);
        const segment = new Segment(1, options);
        for (const step of steps) {
          if (step.kind === 'append') append(segment, step.points);
          if (step.kind === 'delete') segment.delete(numberId(BigInt(step.id)));
          if (step.kind === 'flush') await flush(world, segment);
          if (step.kind === 'field') {
            const spec = SPECS[step.at] as FieldSpec;
            segment.dropField(spec.name);
            segment.addField(spec);
          }
        }
        const manifest = await flush(world, segment);
        const restored = await openSegment(world, 's', manifest, options, () => true);
        const expected = await told(segment);
        deepStrictEqual(await told(restored), expected);
        strictEqual(restored.pendingBytes, 0);
        strictEqual(segment.pendingBytes, 0, 'what files hold is not held in memory besides');
        append(segment, [[5, { sparse: { indices: [2], values: [2] } }]], 9);
        append(restored, [[5, { sparse: { indices: [2], values: [2] } }]], 9);
        deepStrictEqual(await told(restored), await told(segment), 'it goes on as the first would');
        await segment.close();
        await restored.close();
        strictEqual(files.openCount, 0, 'every file is closed');
      }),
      { numRuns: 25 },
    );
  });
  t.pass();
});

test('small files are made one with what is new: after many flushes there are few', (t) =>
  withCompute(async (compute) => {
    const files = new SimulatedFiles();
    const world = worldOf(files);
    await files.mkdir();
    const segment = new Segment(1, optionsOf(compute, [denseSpec('a', 2), sparseSpec('s')]));
    for (let id = 1; id <= 200; id++) {
      append(segment, [[id, { a: [id, 1], s: { indices: [id], values: [id] } }]]);
      await flush(world, segment);
    }
    for (const { originals } of segment.fields) {
      t.true(originals.files.length <= 8, `${originals.files.length} files`);
      t.is(originals.flushedCount, 200);
    }
    t.is(
      files.openCount,
      segment.fields.flatMap(({ originals }) => originals.files).length,
      'replaced files are closed',
    );
    t.is(content(segment).size, 200);
    t.deepEqual(content(segment).get(77), { a: [77, 1], s: { indices: [77], values: [77] } });
    await segment.close();
  }));

test('a graph that was saved is used again', (t) =>
  withCompute(async (compute) => {
    const files = new SimulatedFiles();
    const world = worldOf(files);
    await files.mkdir();
    const options = optionsOf(compute, [denseSpec('a', 2), denseSpec('b', 2)]);
    const segment = new Segment(1, options);
    append(
      segment,
      Array.from({ length: 60 }, (_, id) => [id, id % 3 === 0 ? { b: [id, 1] } : { a: [id, 1], b: [1, id] }]),
    );
    for (const { index } of segment.fields) {
      await index.field.buildIndex({ signal: NEVER });
      if (index.kind === 'dense')
        await writeFile(world, `s/graph-${index.spec.name}`, GRAPH_KIND, index.field.exportGraph().chunks);
    }
    const manifest = await flush(world, segment);
    const fields = manifest.fields.map((field) => ({ ...field, graph: `graph-${field.spec.name}` }));
    const restored = await openSegment(world, 's', { ...manifest, fields }, options, () => true);
    t.deepEqual(
      restored.fields.map(({ field }) => field.indexedCount),
      [40, 60],
    );
    const plan = { exact: false, k: 3, ef: 20 };
    t.deepEqual(await search(restored, 'a', [1, 0], { plan }), await search(segment, 'a', [1, 0], { plan }));
    await restored.close();
    await segment.close();
  }));

test('a damaged, truncated or foreign file is refused by its name', (t) =>
  withCompute(async (compute) => {
    const { files, world, manifest } = await filled(compute);
    const options = optionsOf(compute, SPECS);
    const refusedBy = async (changed: SegmentManifest): Promise<string> => {
      const error = await t.throwsAsync<VectorizerError>(
        openSegment(world, 's', changed, options, () => true),
        {
          instanceOf: VectorizerError,
        },
      );
      t.is(error?.kind, 'data_damaged');
      return error?.message ?? '';
    };
    const names = [...manifest.rows, ...manifest.fields.flatMap(({ vectors }) => vectors)].map(({ name }) => name);
    t.is(names.length, 3 + 3 * SPECS.length);
    for (const name of [...names, 'removed.bin']) {
      const whole = files.content(`s/${name}`);
      for (const length of [0, 20, whole.length - 1]) {
        files.put(`s/${name}`, whole.slice(0, length));
        t.regex(await refusedBy(manifest), new RegExp(`^s/${name}[ :]`), `${name} of ${length} bytes`);
      }
      files.put(`s/${name}`, whole);
      for (const offset of [0, whole.length >> 1, whole.length - 1]) {
        files.flipBit(`s/${name}`, offset);
        t.regex(await refusedBy(manifest), new RegExp(`^s/${name}[ :]`), `${name} changed at ${offset}`);
        files.flipBit(`s/${name}`, offset);
      }
    }
    // Each is sound, and not what the manifest says.
    const [rows, ...laterRows] = manifest.rows;
    if (rows === undefined) throw new Error('there are rows');
    t.regex(await refusedBy({ ...manifest, rows: [{ ...rows, count: 99 }, ...laterRows] }), /the manifest says 0\+99/);
    const swapped = manifest.fields.map((field, at) => ({
      ...field,
      vectors: manifest.fields[at === 0 ? 3 : 0]?.vectors ?? [],
    }));
    t.regex(await refusedBy({ ...manifest, fields: swapped }), /another kind than the manifest says/);
    const whole = await openSegment(world, 's', manifest, options, () => true);
    t.is(content(whole).size, 135);
    await whole.close();
  }));

/** A disk that looks at what it is given to write some time after it was given it, as threads do. */
class LateFiles extends SimulatedFiles {
  readonly beforeWrite: () => void;

  constructor(beforeWrite: () => void) {
    super();
    this.beforeWrite = beforeWrite;
  }

  override async open(...given: Parameters<Files['open']>): ReturnType<Files['open']> {
    const file = await super.open(...given);
    const write = file.write.bind(file);
    file.write = async (parts, position) => {
      this.beforeWrite();
      return write(parts, position);
    };
    return file;
  }
}

test('a version that changes while its file is written does not damage the file', (t) =>
  withCompute(async (compute) => {
    const options = optionsOf(compute, []);
    const segment = new Segment(1, options);
    const files = new LateFiles(() => segment.rows.setVersion(1, 6));
    const world = worldOf(files);
    append(
      segment,
      [
        [1, {}],
        [2, {}],
        [3, {}],
      ],
      5,
    );
    await files.mkdir();
    const manifest = await flush(world, segment);
    t.is(segment.rows.versionAt(1), 6);
    const restored = await openSegment(world, 's', manifest, options, () => true);
    t.deepEqual(
      [0, 1, 2].map((row) => restored.rows.versionAt(row)),
      [5, 5, 5],
    );
    await restored.close();
  }));

test('rows that come while a flush is written are left for the next one', (t) =>
  withCompute(async (compute) => {
    const options = optionsOf(compute, [denseSpec('a', 2), sparseSpec('s')]);
    const segment = new Segment(1, options);
    const files = new SimulatedFiles();
    const world = worldOf(files);
    await files.mkdir();
    const point = (id: number): readonly [number, PlainVectors] => [
      id,
      { a: [id, 1], s: { indices: [id], values: [1] } },
    ];
    append(segment, [point(1), [2, {}], point(3)]);
    const plan = planFlush(segment);
    append(segment, [point(4), point(5)], 2);
    const first = await openSegment(world, 's', await flush(world, segment, plan), options, () => true);
    t.deepEqual([...content(first).keys()], [1, 2, 3]);
    t.true(segment.pendingBytes > 0);
    t.deepEqual(content(segment).get(5), { a: [5, 1], s: { indices: [5], values: [1] } });
    const second = await openSegment(world, 's', await flush(world, segment), options, () => true);
    t.deepEqual(content(second), content(segment));
    for (const each of [first, second, segment]) await each.close();
  }));

test('a field that goes while its files are written again with what is new', (t) =>
  withCompute(async (compute) => {
    const options = optionsOf(compute, [denseSpec('a', 2), sparseSpec('s')]);
    const segment = new Segment(1, options);
    let writes = 0;
    // The first file that is written is that of the rows.
    const files = new LateFiles(() => {
      if (++writes === 1) segment.dropField('a');
    });
    const world = worldOf(files);
    await files.mkdir();
    const point = (id: number): readonly [number, PlainVectors] => [
      id,
      { a: [id, 1], s: { indices: [id], values: [1] } },
    ];
    append(segment, [point(1), point(2)]);
    writes = 1;
    await flush(world, segment);
    append(segment, [point(3)], 2);
    const plan = planFlush(segment);
    t.is(plan.fields[0]?.vectors[0]?.count, 3, 'what a file holds is read, and written again');
    writes = 0;
    const manifest = await flush(world, segment, plan);
    t.deepEqual(content(segment).get(3), { s: { indices: [3], values: [1] } });
    const restored = await openSegment(world, 's', manifest, options, () => true);
    t.deepEqual(content(restored), content(segment));
    await restored.close();
    await segment.close();
    t.is(files.openCount, 0, 'those of the field that has gone are closed too');
  }));
