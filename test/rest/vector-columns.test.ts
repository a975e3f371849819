import test from 'ava';
import * as fc from 'fast-check';

import type { NamedVector, Vector } from '../../src/core/vectors.ts';
import { change, vectorsAt } from './parsing.ts';

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
