import test from 'ava';
import * as fc from 'fast-check';

import type { NamedVector, Vector } from '../../src/core/vectors.ts';
import { parseChange, parseUpdates } from '../../src/rest/parse/changes.ts';
import { change, parsePointColumns, refusal, rule, vectorsAt, wire } from './parsing.ts';

const parseUpsert = parseChange('upsert');

/** Any vector that a body can hold, and any points that have some, as JSON and as what must come of it. */

const float = fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value));

const dense: fc.Arbitrary<Vector> = fc
  .array(float, { minLength: 1, maxLength: 5 })
  .map((values) => ({ kind: 'dense', values: Float32Array.from(values) }));

const sparse: fc.Arbitrary<Vector> = fc
  .uniqueArray(fc.tuple(fc.nat({ max: 0xffff_ffff }), float), { selector: ([index]) => index, maxLength: 6 })
  .map((entries) => ({
    kind: 'sparse',
    indices: Uint32Array.from(entries, ([index]) => index),
    values: Float32Array.from(entries, ([, value]) => value),
  }));

const multi: fc.Arbitrary<Vector> = fc
  .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }))
  .chain(([dimension, rows]) =>
    fc
      .array(float, { minLength: dimension * rows, maxLength: dimension * rows })
      .map((values) => ({ kind: 'multi', dimension, values: Float32Array.from(values) })),
  );

const vector = fc.oneof(dense, sparse, multi);
const name = fc.oneof(fc.constantFrom('', 'a', 'b', 'payload', 'vector', 'indices', '__proto__', 'ü"\\'), fc.string());

/** As a client sends it: the entries of a sparse vector in the order that they have. */
function json(given: Vector): string {
  const values = [...given.values];
  if (given.kind === 'dense') return JSON.stringify(values);
  if (given.kind === 'sparse') return JSON.stringify({ indices: [...given.indices], values });
  const { dimension } = given;
  const rows = Array.from({ length: values.length / dimension }, (_, row) =>
    values.slice(row * dimension, (row + 1) * dimension),
  );
  return JSON.stringify(rows);
}

/** As it must be read: the entries of a sparse vector in the order of their indices. */
function sorted(given: Vector): Vector {
  if (given.kind !== 'sparse') return given;
  const order = [...given.indices.keys()].sort((a, b) => (given.indices[a] ?? 0) - (given.indices[b] ?? 0));
  return {
    kind: 'sparse',
    indices: Uint32Array.from(order, (at) => given.indices[at] ?? 0),
    values: Float32Array.from(order, (at) => given.values[at] ?? 0),
  };
}

function byName(vectors: readonly NamedVector[]): readonly NamedVector[] {
  return vectors.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

const vectors: fc.Arbitrary<ReadonlyMap<string, Vector>> = fc
  .array(fc.tuple(name, vector), { maxLength: 4 })
  .map((entries) => new Map(entries));

function object(given: ReadonlyMap<string, Vector>): string {
  return `{${[...given].map(([name, vector]) => `${JSON.stringify(name)}:${json(vector)}`).join(',')}}`;
}

test('points of any vectors come out as they went in', (t) => {
  const points = fc.array(vectors, { maxLength: 8 });
  const check = fc.property(points, (points) => {
    const list = points.map((given, id) => `{"vector":${object(given)},"id":${id}}`);
    const { points: columns } = change('upsert', `{"points":[${list.join(',')}]}`);
    for (const [index, given] of points.entries()) {
      const expected = [...given].map(([name, vector]) => ({ name, vector: sorted(vector) }));
      t.deepEqual(byName(vectorsAt(columns, index)), byName(expected));
    }
    const shapes = columns.vectors.map(({ name, kind }) => `${kind} ${name}`);
    t.is(new Set(shapes).size, shapes.length, 'one column for each name and kind');
    t.true(
      columns.vectors.every(({ has }) => has.includes(1)),
      'no column of nothing',
    );
  });
  fc.assert(check, { numRuns: 300 });
});

test('the batch form of points means the same', (t) => {
  const points = fc
    .tuple(fc.uniqueArray(name, { maxLength: 3 }), fc.integer({ min: 1, max: 5 }))
    .chain(([names, count]) =>
      fc
        .array(fc.array(vector, { minLength: names.length, maxLength: names.length }), {
          minLength: count,
          maxLength: count,
        })
        .map((rows) => rows.map((row) => new Map(row.map((vector, at) => [names[at] ?? '', vector])))),
    );
  const check = fc.property(points, (points) => {
    const names = [...(points[0]?.keys() ?? [])];
    const lists = names.map((name) => {
      const list = points.map((given) => json(given.get(name) ?? { kind: 'dense', values: Float32Array.of(1) }));
      return `${JSON.stringify(name)}:[${list.join(',')}]`;
    });
    const ids = points.map((_, id) => id);
    const batch = change('upsert', `{"batch":{"ids":[${ids.join(',')}],"vectors":{${lists.join(',')}}}}`).points;
    const each = points.map((given, id) => `{"id":${id},"vector":${object(given)}}`);
    const list = change('upsert', `{"points":[${each.join(',')}]}`).points;
    for (const id of ids) t.deepEqual(byName(vectorsAt(batch, id)), byName(vectorsAt(list, id)));
  });
  fc.assert(check, { numRuns: 200 });
});

test('a multivector must stay below a million numbers', (t) => {
  const row = `[${'1,'.repeat(1023)}1]`;
  const body = (rows: number): string => `{"points":[{"id":1,"vector":{"m":[${`${row},`.repeat(rows - 1)}${row}]}}]}`;
  t.is(refusal(parseUpsert, wire(body(1023))), 'accepted');
  const expected = rule('points[0].vector.?.data: Total size of all vectors (1048576) must be less than 1048576');
  t.is(refusal(parseUpsert, wire(body(1024))), expected);
});

test('columns say which points they have vectors of, and where', (t) => {
  const body =
    '{"points":[{"id":1,"vector":{"a":[1,2],"s":{"indices":[5,4],"values":[1,2]}}},{"id":2,"vector":{}},{"id":3,"vector":{"s":{"indices":[],"values":[]},"a":[[3,4,5],[6,7,8]]}}]}';
  t.deepEqual(parsePointColumns(Buffer.from(body)).vectors, [
    {
      kind: 'dense',
      name: 'a',
      has: Uint8Array.of(1, 0, 0),
      starts: Uint32Array.of(0, 2, 2, 2),
      values: Float32Array.of(1, 2),
    },
    {
      kind: 'multi',
      name: 'a',
      has: Uint8Array.of(0, 0, 1),
      starts: Uint32Array.of(0, 0, 0, 6),
      values: Float32Array.of(3, 4, 5, 6, 7, 8),
      dimensions: Uint32Array.of(0, 0, 3),
    },
    {
      kind: 'sparse',
      name: 's',
      has: Uint8Array.of(1, 0, 1),
      starts: Uint32Array.of(0, 2, 2, 2),
      values: Float32Array.of(2, 1),
      indices: Uint32Array.of(4, 5),
    },
  ]);
});

test('sparse vectors come out sorted, whatever the order and the writing', (t) => {
  const entries = fc.uniqueArray(
    fc.tuple(fc.nat({ max: 0xffff_ffff }), fc.float({ noNaN: true, noDefaultInfinity: true })),
    {
      selector: ([index]) => index,
    },
  );
  const space = fc.constantFrom('', ' ', '\n\t');
  fc.assert(
    fc.property(entries, space, (entries, gap) => {
      const list = (at: 0 | 1): string =>
        entries.map((entry) => (Object.is(entry[at], -0) ? '-0' : entry[at])).join(`${gap},${gap}`);
      const body = `{"points":[{"id":1,"vector":{"s":{"indices":[${gap}${list(0)}${gap}],"values":[${list(1)}]}}}]}`;
      const [found] = vectorsAt(parsePointColumns(Buffer.from(body)), 0);
      const sorted = entries.toSorted(([a], [b]) => a - b);
      const expected = {
        kind: 'sparse' as const,
        indices: Uint32Array.from(sorted, ([index]) => index),
        values: Float32Array.from(sorted, ([, value]) => value),
      };
      t.deepEqual(found?.vector, expected, body);
    }),
  );
  t.pass();
});

test('a small body with very many names of vectors does not cost the process its memory', (t) => {
  const body = (count: number): string => {
    const points = Array.from({ length: count }, (_, id) => `{"id":${id},"vector":{"v${id}":[1]}}`);
    return `{"points":[${points.join(',')}]}`;
  };
  t.is(refusal(parseUpsert, wire(body(500))), 'accepted');
  const words = '6000 points with more than 3334 names of vectors are too many for one request';
  t.is(refusal(parseUpsert, wire(body(6000))), `400 Wrong input: ${words} in this version of Vectorizer`);
  const operations = Array.from({ length: 5 }, () => `{"upsert":${body(2100)}}`);
  const batch = refusal(parseUpdates, wire(`{"operations":[${operations.join(',')}]}`));
  t.regex(batch, /^400 Wrong input: 2100 points with more than \d+ names of vectors are too many/);
});
