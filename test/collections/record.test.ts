import test from 'ava';
import fc from 'fast-check';
import type { CollectionConfig } from '../../src/core/collection-config.ts';
import { VectorizerError } from '../../src/core/errors.ts';
import { idAt, idText } from '../../src/core/ids.ts';
import { vectorOf } from '../../src/core/vector-columns.ts';
import type { NamedVector } from '../../src/core/vectors.ts';
import type { PointColumns } from '../../src/core/requests.ts';
import { acceptChange } from '../../src/collections/accept.ts';
import type { FieldSpec } from '../../src/segments/field-spec.ts';
import { decodeRecord, encodeRecord, type UpdateRecord } from '../../src/collections/record.ts';
import { shardOf, splitRecord } from '../../src/collections/routing.ts';
import { columns, config, configOf, type TestPoint } from './house.ts';
import { denseConfig, type PlainVector, sparseConfig, toPlainVectors } from './plain-vectors.ts';

const CONFIG = configOf(
  [
    denseConfig('', 3, 'Dot'),
    denseConfig('half', 2, 'Dot', { datatype: 'float16' }),
    denseConfig('rows', 2, 'Dot', { multivector: true }),
  ],
  [sparseConfig('words')],
);
const anyNumbers = (length: number): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: -9, max: 9 }), { minLength: length, maxLength: length });
const anyPoint: fc.Arbitrary<TestPoint> = fc
  .record({
    id: fc.oneof(fc.nat(1000), fc.constant('eddd5f3b-0341-4acf-a413-9d612b965a08')),
    vector: fc.option(anyNumbers(3)),
    half: fc.option(anyNumbers(2)),
    rows: fc.option(fc.array(anyNumbers(2), { minLength: 1, maxLength: 3 })),
    words: fc.option(
      fc
        .uniqueArray(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { maxLength: 3 })
        .map((indices) => ({ indices: indices.toSorted((a, b) => a - b), values: indices.map((_, at) => at - 0.5) })),
    ),
    text: fc.option(fc.string()),
  })
  .map(({ id, vector, half, rows, words, text }) => ({
    id,
    ...(vector === null ? {} : { vector }),
    vectors: { ...(half && { half }), ...(rows && { rows }), ...(words && { words }) },
    ...(text === null ? {} : { payload: { text } }),
  }));
const anyPoints: fc.Arbitrary<TestPoint[]> = fc.array(anyPoint, { minLength: 1, maxLength: 30 });

type PointsRecord = Extract<UpdateRecord, { points: unknown }>;

/** The record of an upsert of these points. */
function accepted(points: PointColumns, collection: CollectionConfig = CONFIG): PointsRecord {
  const [record] = acceptChange({ kind: 'upsert', points, mode: 'upsert', updateFilter: undefined }, collection);
  if (record === undefined || !('points' in record)) throw new Error('an upsert is logged as points');
  return record;
}

function encoded(record: Parameters<typeof encodeRecord>[0], shift: number): Uint8Array {
  const parts = encodeRecord(record);
  const bytes = Buffer.concat([new Uint8Array(shift), ...parts]);
  return new Uint8Array(bytes.buffer, bytes.byteOffset + shift, bytes.length - shift);
}

/** The points of a record, to compare. */
function pointsOf({ points: record }: Pick<PointsRecord, 'points'>): string[] {
  return Array.from({ length: record.count }, (_, point) => {
    const id = idText(idAt({ count: record.count, kinds: record.flags, words: record.words }, point));
    const vectors = record.vectors.flatMap((column): NamedVector[] => {
      const vector = vectorOf(column, point);
      return vector === undefined ? [] : [{ name: column.name, vector }];
    });
    const payload = new TextDecoder().decode(
      record.payloads.subarray(record.payloadStarts[point], record.payloadStarts[point + 1]),
    );
    return JSON.stringify([id, toPlainVectors(vectors), payload]);
  });
}

/** The same of what was given, where the collection keeps it as it is. */
function given(points: readonly TestPoint[]): string[] {
  return points.map(({ id, vector, vectors, payload }) => {
    const all = Object.entries({ ...vectors, ...(vector && { '': vector }) });
    const sorted = Object.fromEntries(all.toSorted(([a], [b]) => (a < b ? -1 : 1)));
    return JSON.stringify([String(id), sorted, payload === undefined ? '' : JSON.stringify(payload)]);
  });
}

test('a record reads back as it was written, wherever it stands in memory', (t) => {
  fc.assert(
    fc.property(anyPoints, fc.nat(3), (points, shift) => {
      const record = accepted(columns(points));
      const read = decodeRecord(encoded(record, shift), 'here');
      t.is(read.kind, 'upsert');
      t.deepEqual(pointsOf(record), given(points));
      if (read.kind === 'upsert') t.deepEqual(pointsOf(read), given(points));
    }),
  );
});

test('a remove record reads back', (t) => {
  const { ids } = columns([{ id: 1 }, { id: 'eddd5f3b-0341-4acf-a413-9d612b965a08' }]);
  const read = decodeRecord(encoded({ kind: 'remove', target: { kind: 'ids', ids } }, 1), 'here');
  t.is(read.kind, 'remove');
  if (read.kind === 'remove' && read.target.kind === 'ids')
    t.deepEqual(
      [idText(idAt(read.target.ids, 0)), idText(idAt(read.target.ids, 1))],
      ['1', 'eddd5f3b-0341-4acf-a413-9d612b965a08'],
    );
});

test('a record whose lengths do not add up is refused by name', (t) => {
  const whole = encoded(accepted(columns([{ id: 1, vector: [1, 2, 3], payload: { a: 1 } }])), 0);
  const remove = encoded({ kind: 'remove', target: { kind: 'ids', ids: columns([{ id: 1 }]).ids } }, 0);
  const unknown = whole.slice();
  unknown[0] = 9;
  for (const bytes of [whole.slice(0, 10), whole.slice(0, 30), whole.slice(0, -1), remove.slice(0, -4), unknown]) {
    const error = t.throws(() => decodeRecord(bytes, 'log/1, record 7'), { instanceOf: VectorizerError });
    t.regex(error?.message ?? '', /^log\/1, record 7: /);
  }
});

test('points are split over shards without loss, each to the shard where it is looked up', (t) => {
  fc.assert(
    fc.property(anyPoints, fc.integer({ min: 1, max: 5 }), (points, shardCount) => {
      const record = accepted(columns(points));
      const parts = splitRecord(record, shardCount);
      t.deepEqual(
        parts.flatMap((part) => (part?.kind === 'upsert' ? pointsOf(part) : [])).toSorted(),
        pointsOf(record).toSorted(),
      );
      const { ids } = columns(points);
      splitRecord({ kind: 'remove', target: { kind: 'ids', ids } }, shardCount).forEach((part, shard) => {
        if (part?.kind !== 'remove' || part.target.kind !== 'ids') return;
        const { ids } = part.target;
        for (let index = 0; index < ids.count; index++) t.is(shardOf(idAt(ids, index), shardCount), shard);
      });
    }),
  );
});

test('what a collection cannot take is refused with the words of Qdrant, before anything is logged', (t) => {
  const refused = (points: readonly TestPoint[], collection = CONFIG): string | undefined => {
    const accept = (): unknown => accepted(columns(points), collection);
    return t.throws(accept)?.message;
  };
  const named = (name: string, vector: PlainVector): TestPoint[] => [{ id: 1, vectors: { [name]: vector } }];
  const sparse = { indices: [1], values: [1] };
  const fifty = Array.from({ length: 50 }, (_, id): TestPoint => ({ id, vector: id === 40 ? [1, 2] : [1, 2, 3] }));
  const cases: readonly (readonly [string | undefined, string | RegExp])[] = [
    [refused([]), 'Empty update request'],
    [refused([{ id: 1, vector: [1, 2] }]), 'Vector dimension error: expected dim: 3, got 2'],
    [refused(fifty), 'Vector dimension error: expected dim: 3, got 2'],
    [refused(named('half', [1])), "Vector dimension error: expected dim: 2, got 1 for vector 'half'"],
    [refused(named('rows', [[1, 2, 3]])), "Vector dimension error: expected dim: 2, got 3 for vector 'rows'"],
    [refused(named('rows', [1, 2, 3])), "Vector dimension error: expected dim: 2, got 3 for vector 'rows'"],
    [refused([{ id: 1, vector: [1, Number.NaN, 2] }]), /not a finite number/],
    [refused(named('half', [1, Infinity])), /not a finite number/],
    [
      refused(
        named('rows', [
          [1, 2],
          [-Infinity, 0],
        ]),
      ),
      /not a finite number/,
    ],
    [refused(named('words', { indices: [4], values: [Number.NaN] })), /not a finite number/],
    [refused(named('a', [1])), 'Not existing vector name error: a'],
    [refused(named('a', sparse)), 'Not existing vector name error: a'],
    [refused(named('', sparse)), 'Conversion between sparse and regular vectors failed'],
    [refused(named('words', [1])), 'Conversion between sparse and regular vectors failed'],
    [refused(named('', [[1, 2, 3]])), 'Conversion between multi and regular vectors failed'],
    [refused([{ id: 1, vector: [1] }], config(0, 'Dot')), 'Not existing vector name error: '],
  ];
  for (const [message, expected] of cases)
    if (typeof expected === 'string') t.is(message, expected);
    else t.regex(message ?? '', expected);
});

test('a single row given for a multivector becomes one, beside points that give rows', (t) => {
  const record = accepted(
    columns([
      { id: 1, vectors: { rows: [1, 2] } },
      {
        id: 2,
        vectors: {
          rows: [
            [3, 4],
            [5, 6],
          ],
        },
      },
      { id: 3 },
    ]),
  );
  t.deepEqual(
    pointsOf(record),
    given([
      { id: 1, vectors: { rows: [[1, 2]] } },
      {
        id: 2,
        vectors: {
          rows: [
            [3, 4],
            [5, 6],
          ],
        },
      },
      { id: 3 },
    ]),
  );
});

test('vectors are logged as they are stored: normalised for Cosine, rounded to their datatype', (t) => {
  const collection = configOf(
    [
      denseConfig('cosine', 2, 'Cosine'),
      denseConfig('bytes', 2, 'Cosine', { datatype: 'uint8' }),
      denseConfig('half', 2, 'Dot', { datatype: 'float16' }),
      denseConfig('rows', 2, 'Cosine', { multivector: true }),
    ],
    [],
  );
  const vectors = {
    cosine: [3, 4],
    bytes: [3.7, 300],
    half: [0.1, 1 / 3],
    rows: [
      [0, 5],
      [3, 4],
    ],
  };
  const stored = {
    cosine: [3 / 5, 4 / 5].map(Math.fround),
    bytes: [3, 255],
    half: [0.0999755859375, 0.333251953125],
    rows: [[0, 1], [3 / 5, 4 / 5].map(Math.fround)],
  };
  t.deepEqual(pointsOf(accepted(columns([{ id: 1, vectors }]), collection)), given([{ id: 1, vectors: stored }]));
});

const ANY_SPECS: readonly FieldSpec[] = [
  { kind: 'sparse', name: 'größe', datatype: 'float16' },
  {
    kind: 'multi',
    name: 'a',
    dimension: 5,
    distance: 'Cosine',
    datatype: 'uint8',
    m: 0,
    efConstruct: 100,
    quantization: { kind: 'product', compression: 'x16', alwaysRam: undefined, memory: undefined },
    onDisk: true,
  },
];

test('changes of vectors and of their fields read back', (t) => {
  const { ids } = columns([{ id: 1 }, { id: 2 }]);
  const points = accepted(columns([{ id: 1, vectors: { half: [1, 2], words: { indices: [3], values: [1] } } }])).points;
  const records: readonly UpdateRecord[] = [
    ...ANY_SPECS.map((spec): UpdateRecord => ({ kind: 'create_vector_field', spec })),
    { kind: 'delete_vector_field', name: 'größe' },
    { kind: 'delete_vector_field', name: '' },
    { kind: 'remove_vectors', target: { kind: 'ids', ids }, names: ['', 'a"b'] },
    { kind: 'update_vectors', points, filter: undefined },
  ];
  for (const record of records) {
    const read = decodeRecord(encoded(record, 3), 'here');
    if (read.kind === 'update_vectors' && record.kind === 'update_vectors')
      t.deepEqual(pointsOf(read), pointsOf(record));
    else t.like(JSON.parse(JSON.stringify(read)) as object, JSON.parse(JSON.stringify(record)) as object);
  }
});
