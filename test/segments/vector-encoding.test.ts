import test from 'ava';
import * as fc from 'fast-check';
import { roundToDatatype } from '../../src/core/datatypes.ts';
import { vectorOf } from '../../src/core/vector-columns.ts';
import type { VectorDatatype } from '../../src/core/vectors.ts';
import type { FieldSpec } from '../../src/segments/field-spec.ts';
import { plainCodec, type RowCodec } from '../../src/segments/row-codec.ts';
import { decodeVector, encodeVectors, packColumn, unpackEncoded } from '../../src/segments/vector-encoding.ts';
import { type PlainVector, toPlain, vectorColumns } from '../collections/plain-vectors.ts';
import { denseSpec, multiSpec, sparseSpec } from './segment-ground.ts';

const BYTES: Readonly<Record<VectorDatatype, number>> = { float32: 4, turbo4: 4, float16: 2, uint8: 1 };
const DATATYPES = Object.keys(BYTES) as VectorDatatype[];
const SPECS: readonly FieldSpec[] = [
  ...DATATYPES.flatMap((datatype) => [denseSpec('a', 3, { datatype }), multiSpec('a', 2, { datatype })]),
  sparseSpec('a'),
  sparseSpec('a', { datatype: 'uint8' }),
];

function codecOf(spec: FieldSpec): RowCodec {
  return spec.kind === 'sparse' ? plainCodec('float32', 1) : plainCodec(spec.datatype, spec.dimension);
}

/** Numbers as the datatype keeps them: that is what comes here. */
function kept(spec: FieldSpec, values: readonly number[]): number[] {
  const array = Float32Array.from(values);
  if (spec.kind !== 'sparse') roundToDatatype(array, spec.datatype);
  return [...array];
}

function anyVector(spec: FieldSpec): fc.Arbitrary<PlainVector> {
  const numbers = (length: number): fc.Arbitrary<number[]> =>
    fc
      .array(fc.float({ min: -300, max: 300, noNaN: true }), { minLength: length, maxLength: length })
      .map((values) => kept(spec, values));
  if (spec.kind === 'dense') return numbers(spec.dimension);
  if (spec.kind === 'multi') return fc.array(numbers(spec.dimension), { minLength: 1, maxLength: 4 });
  return fc
    .uniqueArray(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { maxLength: 4 })
    .chain((indices) =>
      numbers(indices.length).map((values) => ({ indices: indices.toSorted((a, b) => a - b), values })),
    );
}

const anyCase = fc.constantFrom(...SPECS).chain((spec) =>
  fc.record({
    spec: fc.constant(spec),
    vectors: fc.array(fc.option(anyVector(spec), { nil: undefined }), { maxLength: 8 }),
    shift: fc.nat(3),
  }),
);

test('vectors come back from their bytes, one by one and all at once, wherever these lie', (t) => {
  fc.assert(
    fc.property(anyCase, ({ spec, vectors, shift }) => {
      const [column] = vectorColumns(vectors.map((vector) => (vector === undefined ? {} : { a: vector })));
      if (column === undefined) return;
      const given = encodeVectors(spec, codecOf(spec), column);
      const all = vectors.filter((vector) => vector !== undefined);
      t.is(given.count, all.length);
      const width = codecOf(spec).rowBytes;
      t.is(given.starts === undefined, spec.kind === 'dense');
      // Files and records put the bytes anywhere; only whole arrays of files begin at a multiple of 4.
      const bytes = Buffer.concat([new Uint8Array(shift), given.bytes]).subarray(shift);
      all.forEach((vector, index) => {
        const [start = 0, end = 0] =
          given.starts === undefined
            ? [index * width, (index + 1) * width]
            : [given.starts[index], given.starts[index + 1]];
        t.deepEqual(toPlain(decodeVector(spec, codecOf(spec), bytes.subarray(start, end))), vector);
      });
      const unpacked = unpackEncoded(spec, codecOf(spec), given);
      const packed = packColumn(column);
      t.deepEqual([...unpacked.values], [...packed.values]);
      t.deepEqual([...unpacked.indices], [...packed.indices]);
      if (spec.kind !== 'dense') t.deepEqual([...unpacked.starts], [...packed.starts]);
    }),
    { numRuns: 400 },
  );
});

test('numbers take the bytes of their datatype', (t) => {
  for (const datatype of DATATYPES) {
    const spec = denseSpec('a', 3, { datatype });
    const [column] = vectorColumns([{ a: [1, 2, 3] }, {}, { a: [4, 5, 6] }]);
    if (column === undefined) throw new Error('there are vectors');
    t.is(encodeVectors(spec, codecOf(spec), column).bytes.length, 6 * BYTES[datatype]);
    t.is(codecOf(spec).rowBytes, 3 * BYTES[datatype]);
  }
});

test('a packed column leaves out what is not there, and keeps empty vectors that are', (t) => {
  const [column] = vectorColumns([
    {},
    { a: { indices: [], values: [] } },
    { a: { indices: [7], values: [1] } },
    {},
    { a: { indices: [], values: [] } },
  ]);
  if (column === undefined) throw new Error('there are vectors');
  t.deepEqual([...packColumn(column).starts], [0, 0, 1, 1]);
  t.deepEqual(vectorOf(column, 1)?.kind, 'sparse');
  t.is(vectorOf(column, 3), undefined);
});
