import * as fc from 'fast-check';
import { BinaryWriter } from '../../generated/wire.js';

/**
 * Random points as any client may write them: fields in any order and more than once, numbers packed and one by one, both
 * forms of vectors, fields that nobody knows.
 */

/** Writes one field, its tag included. */
export type Field = (writer: BinaryWriter) => void;

export function bytesOf(fields: readonly Field[]): Uint8Array {
  const writer = new BinaryWriter();
  for (const field of fields) field(writer);
  return writer.finish();
}

export function message(field: number, fields: readonly Field[]): Field {
  return (writer) => void writer.uint32(field * 8 + 2).bytes(bytesOf(fields));
}

export function text(field: number, value: string): Field {
  return (writer) => void writer.uint32(field * 8 + 2).string(value);
}

export function varint(field: number, value: bigint): Field {
  return (writer) => void writer.uint32(field * 8).uint64(BigInt.asUintN(64, value));
}

export function double(field: number, value: number): Field {
  return (writer) => void writer.uint32(field * 8 + 1).double(value);
}

export function packedFloats(field: number, values: readonly number[]): Field {
  return (writer) => void writer.uint32(field * 8 + 2).bytes(new Uint8Array(Float32Array.from(values).buffer));
}

function singleFloats(field: number, values: readonly number[]): Field {
  return (writer) => {
    for (const value of values) writer.uint32(field * 8 + 5).float(value);
  };
}

function packedVarints(field: number, values: readonly number[]): Field {
  return (writer) => {
    writer.uint32(field * 8 + 2).fork();
    for (const value of values) writer.uint32(value);
    writer.join();
  };
}

function singleVarints(field: number, values: readonly number[]): Field {
  return (writer) => {
    for (const value of values) writer.uint32(field * 8).uint32(value);
  };
}

/** Fields that no message of points has. */
const strange: fc.Arbitrary<Field> = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((value) => varint(900, value)),
  fc.string().map((value) => text(901, value)),
  fc.double().map((value) => double(902, value)),
  fc.constant<Field>((writer) => void writer.uint32(903 * 8 + 5).float(1)),
  fc.constant<Field>(
    (writer) =>
      void writer
        .uint32(904 * 8 + 3)
        .uint32(8)
        .uint32(1)
        .uint32(904 * 8 + 4),
  ),
);

/** Mostly the fields as they are; sometimes in another order, some twice, with strange ones between. */
function mixed(fields: fc.Arbitrary<readonly Field[]>): fc.Arbitrary<readonly Field[]> {
  const stirred = fc
    .tuple(fields, fields, fc.array(strange, { maxLength: 2 }))
    .chain(([first, second, others]) => fc.shuffledSubarray([...first, ...second, ...others]));
  return fc.oneof({ weight: 14, arbitrary: fields }, { weight: 1, arbitrary: stirred });
}

const id: fc.Arbitrary<readonly Field[]> = mixed(
  fc.oneof(
    fc.constantFrom<readonly Field[]>(
      ...Array.from({ length: 30 }, () => [varint(1, 7n)]),
      [],
      [text(2, 'none')],
      [text(2, '550e8400-e29b-41d4-a716-44665544000g')],
    ),
    fc.nat(1000).map((value) => [varint(1, BigInt(value))]),
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((value) => [varint(1, value)]),
    fc.uuid().map((value) => [text(2, value)]),
    fc.uuid().map((value) => [text(2, value.toUpperCase())]),
    fc.uuid().map((value) => [text(2, value.replaceAll('-', ''))]),
  ),
);

const key = fc.oneof(
  fc.constantFrom('', 'a', 'b', '__proto__', 'schlüssel', 'k"\\\n'),
  fc.string({ unit: 'grapheme' }),
);

/** The fields of a `Value`. */
const { value } = fc.letrec<{ value: readonly Field[]; entry: readonly Field[] }>((tie) => ({
  value: mixed(
    fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom<readonly Field[]>([varint(1, 0n)], [varint(5, 1n)], [varint(5, 0n)], []),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => [varint(3, value)]),
      fc.integer().map((value) => [varint(3, BigInt(value))]),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => [double(2, value)]),
      fc.integer().map((value) => [double(2, value)]),
      fc.string({ unit: 'binary' }).map((value) => [text(4, value.toWellFormed())]),
      fc.string({ unit: 'binary-ascii', minLength: 40, maxLength: 90 }).map((value) => [text(4, value)]),
      fc.array(tie('entry'), { maxLength: 4 }).map((entries) => [
        message(
          6,
          entries.map((entry) => message(1, entry)),
        ),
      ]),
      fc.array(tie('value'), { maxLength: 5 }).map((values) => [
        message(
          7,
          values.map((value) => message(1, value)),
        ),
      ]),
    ),
  ),
  entry: entryOf(tie('value')),
}));

/** Of a map of payloads; one without a value is not among them, since ts-proto drops what prost takes for null. */
function entryOf(value: fc.Arbitrary<readonly Field[]>): fc.Arbitrary<readonly Field[]> {
  return fc
    .tuple(key, value, fc.boolean())
    .map(([key, value, isTurned]) =>
      isTurned ? [message(2, value), text(1, key)] : [text(1, key), message(2, value)],
    );
}

const component = fc.float({ noNaN: true, noDefaultInfinity: true });
const components = fc.array(component, { maxLength: 6 });

function floats(field: number, values: readonly number[]): fc.Arbitrary<Field> {
  const half = values.length >> 1;
  const inHalves: Field = (writer) => {
    packedFloats(field, values.slice(0, half))(writer);
    singleFloats(field, values.slice(half))(writer);
  };
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant(packedFloats(field, values)) },
    fc.constant(singleFloats(field, values)),
    fc.constant(inHalves),
  );
}

const dense: fc.Arbitrary<readonly Field[]> = mixed(
  components.chain((values) => floats(1, values).map((field) => [field])),
);

const sparse: fc.Arbitrary<readonly Field[]> = mixed(
  fc
    .uniqueArray(fc.tuple(fc.nat(0xffff_ffff), component), { selector: ([index]) => index, maxLength: 6 })
    .chain((entries) => {
      const indices = entries.map(([index]) => index);
      const values = entries.map(([, value]) => value);
      return fc
        .tuple(floats(1, values), fc.constantFrom(packedVarints(2, indices), singleVarints(2, indices)))
        .map(([first, second]) => [first, second]);
    }),
);

const multi: fc.Arbitrary<readonly Field[]> = fc
  .integer({ min: 1, max: 4 })
  .chain((length) =>
    fc.array(fc.array(component, { minLength: length, maxLength: length }), { minLength: 1, maxLength: 4 }),
  )
  .map((rows) => rows.map((row) => message(1, [packedFloats(1, row)])));

const document: fc.Arbitrary<readonly Field[]> = fc
  .tuple(fc.string(), fc.string({ minLength: 1 }), fc.option(value, { nil: undefined }))
  .map(([content, model, option]) => [
    text(1, content),
    text(2, model),
    ...(option === undefined ? [] : [message(3, [text(1, 'o'), message(2, option)])]),
  ]);

/** The fields of a `Vector`. */
const vector: fc.Arbitrary<readonly Field[]> = mixed(
  fc.oneof(
    { weight: 4, arbitrary: dense.map((fields) => [message(101, fields)]) },
    { weight: 2, arbitrary: components.chain((values) => floats(1, values).map((field) => [field])) },
    components.chain((values) => floats(1, values).map((field) => [field, varint(3, 1n)])),
    sparse.map((fields) => [message(102, fields)]),
    multi.map((fields) => [message(103, fields)]),
    document.map((fields) => [message(104, fields)]),
    fc.constant([]),
  ),
);

const named: fc.Arbitrary<readonly Field[]> = mixed(
  fc
    .array(fc.tuple(fc.constantFrom('', 'a', 'b', 'ü'), vector), { maxLength: 4 })
    .map((vectors) => vectors.map(([name, fields]) => message(1, [text(1, name), message(2, fields)]))),
);

/** The fields of `Vectors`. */
const vectors: fc.Arbitrary<readonly Field[]> = mixed(
  fc.oneof(
    { weight: 8, arbitrary: vector.map((fields) => [message(1, fields)]) },
    { weight: 8, arbitrary: named.map((fields) => [message(2, fields)]) },
    { weight: 1, arbitrary: fc.constantFrom<readonly Field[]>([], [message(2, [])], [message(1, [])]) },
  ),
);

/** A `PointStruct`: mostly whole. */
const pointStruct: fc.Arbitrary<readonly Field[]> = mixed(
  fc
    .tuple(
      fc.option(id, { nil: undefined, freq: 40 }),
      fc.array(entryOf(value), { maxLength: 6 }),
      fc.option(vectors, { nil: undefined, freq: 40 }),
    )
    .map(([id, entries, vectors]) => [
      ...(id === undefined ? [] : [message(1, id)]),
      ...entries.map((entry) => message(3, entry)),
      ...(vectors === undefined ? [] : [message(4, vectors)]),
    ]),
);

/** An `UpsertPoints` of such points. */
export const upsertPoints: fc.Arbitrary<Uint8Array> = mixed(
  fc.array(pointStruct, { maxLength: 4 }).map((points) => points.map((point) => message(3, point))),
).map((fields) => bytesOf([...fields, text(1, 'books')]));

/** A `PointVectors`. */
const pointVectors: fc.Arbitrary<readonly Field[]> = mixed(
  fc.tuple(id, vectors).map(([id, vectors]) => [message(1, id), message(2, vectors)]),
);

/** An `UpdatePointVectors` of such points. */
export const updatePointVectors: fc.Arbitrary<Uint8Array> = mixed(
  fc.array(pointVectors, { maxLength: 3 }).map((points) => points.map((point) => message(3, point))),
).map((fields) => bytesOf([...fields, text(1, 'books')]));

/** A `PointsUpdateOperation`: one that brings points, or a deletion. */
const operation: fc.Arbitrary<readonly Field[]> = mixed(
  fc.oneof(
    fc.array(pointStruct, { maxLength: 2 }).map((points) => [
      message(
        1,
        points.map((point) => message(1, point)),
      ),
    ]),
    fc.array(pointVectors, { maxLength: 2 }).map((points) => [
      message(
        7,
        points.map((point) => message(1, point)),
      ),
    ]),
    fc.array(id, { maxLength: 2 }).map((ids) => [
      message(9, [
        message(1, [
          message(
            1,
            ids.map((id) => message(1, id)),
          ),
        ]),
      ]),
    ]),
  ),
);

/** An `UpdateBatchPoints` of such operations. */
export const updateBatchPoints: fc.Arbitrary<Uint8Array> = mixed(
  fc
    .array(operation, { minLength: 1, maxLength: 3 })
    .map((operations) => operations.map((fields) => message(3, fields))),
).map((fields) => bytesOf([...fields, text(1, 'books')]));
