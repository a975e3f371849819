import test from 'ava';
import * as fc from 'fast-check';
import { ColumnBuilder, isEmptyColumn, pickColumn, sliceColumn, vectorOf } from '../../src/core/vector-columns.ts';
import type { Vector, VectorColumn, VectorKind } from '../../src/core/vectors.ts';
import { type PlainVector, toPlain, toVector } from '../collections/plain-vectors.ts';

const anyNumber = fc.integer({ min: -100, max: 100 });
/** Of one kind; also empty ones, and dense ones of different lengths, as a request may bring them. */
const anyOf: Readonly<Record<VectorKind, fc.Arbitrary<PlainVector>>> = {
  dense: fc.array(anyNumber, { minLength: 1, maxLength: 5 }),
  sparse: fc
    .uniqueArray(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { maxLength: 5 })
    .map((indices) => ({ indices: indices.toSorted((a, b) => a - b), values: indices.map((_, at) => at / 2) })),
  multi: fc
    .integer({ min: 1, max: 3 })
    .chain((length) =>
      fc.array(fc.array(anyNumber, { minLength: length, maxLength: length }), { minLength: 1, maxLength: 3 }),
    ),
};
const anyColumn = fc.constantFrom<VectorKind>('dense', 'sparse', 'multi').chain((kind) =>
  fc.record({
    kind: fc.constant(kind),
    points: fc.array(fc.option(anyOf[kind], { nil: undefined }), { maxLength: 12 }),
  }),
);

function columnOf(kind: VectorKind, points: readonly (PlainVector | undefined)[]): VectorColumn {
  const builder = new ColumnBuilder('a', kind);
  for (const plain of points) builder.push(plain === undefined ? undefined : toVector(plain));
  return builder.column();
}

function plainOf(column: VectorColumn): (PlainVector | undefined)[] {
  return Array.from(column.has, (_, point) => plain(vectorOf(column, point)));
}

function plain(vector: Vector | undefined): PlainVector | undefined {
  return vector === undefined ? undefined : toPlain(vector);
}

test('a column gives back what was put into it', (t) => {
  fc.assert(
    fc.property(anyColumn, ({ kind, points }) => {
      const column = columnOf(kind, points);
      t.deepEqual(plainOf(column), [...points]);
      t.is(isEmptyColumn(column), !points.some((point) => point !== undefined));
      t.is(column.starts.length, points.length + 1);
      t.is(column.starts.at(-1), column.values.length);
    }),
  );
});

test('a slice, also of a slice, is the same as slicing a list', (t) => {
  fc.assert(
    fc.property(anyColumn, fc.nat(12), fc.nat(12), fc.nat(12), ({ kind, points }, from, length, inner) => {
      const first = Math.min(from, points.length);
      const count = Math.min(length, points.length - first);
      const slice = sliceColumn(columnOf(kind, points), first, count);
      const expected = points.slice(first, first + count);
      t.deepEqual(plainOf(slice), expected);
      t.is(slice.starts[0], 0, 'offsets are those of its own values');
      t.is(slice.starts.at(-1), slice.values.length);
      const skipped = Math.min(inner, count);
      t.deepEqual(plainOf(sliceColumn(slice, skipped, count - skipped)), expected.slice(skipped));
    }),
  );
});

test('picking takes points in any order, also twice', (t) => {
  fc.assert(
    fc.property(anyColumn, fc.array(fc.nat(11)), ({ kind, points }, wanted) => {
      const picked = wanted.filter((point) => point < points.length);
      t.deepEqual(
        plainOf(pickColumn(columnOf(kind, points), picked)),
        picked.map((point) => points[point]),
      );
    }),
  );
});

test('a vector of another kind is a fault of ours', (t) => {
  const builder = new ColumnBuilder('a', 'sparse');
  t.throws(() => builder.push(toVector([1])), { message: /vectors of its kind/ });
});
