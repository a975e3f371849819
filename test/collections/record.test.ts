import test from 'ava';
import fc from 'fast-check';
import type { CollectionConfig } from '../../src/core/collection-config.ts';
import { VectorizerError } from '../../src/core/errors.ts';
import { idAt, idText } from '../../src/core/ids.ts';
import type { PointColumns } from '../../src/core/requests.ts';
import { acceptChange } from '../../src/collections/accept.ts';
import { decodeRecord, encodeRecord, type UpdateRecord } from '../../src/collections/record.ts';
import { FLAG_VECTOR } from '../../src/segments/row-table.ts';
import { shardOf, splitRecord } from '../../src/collections/routing.ts';
import { columns, config, type TestPoint } from './house.ts';

const CONFIG = config(3, 'Dot');
const anyPoints: fc.Arbitrary<TestPoint[]> = fc.array(
  fc
    .tuple(
      fc.nat(1000),
      fc.option(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 3, maxLength: 3 })),
      fc.option(fc.string()),
    )
    .map(([id, vector, text]) => ({
      id,
      ...(vector === null ? {} : { vector }),
      ...(text === null ? {} : { payload: { text } }),
    })),
  { minLength: 1, maxLength: 30 },
);

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
function pointsOf({ points: record }: PointsRecord): string[] {
  let vectorAt = 0;
  return Array.from({ length: record.count }, (_, point) => {
    const flag = record.flags[point] ?? 0;
    const id = idText(
      idAt({ count: record.count, kinds: record.flags.map((value) => value & 1), words: record.words }, point),
    );
    const vector =
      (flag & FLAG_VECTOR) === 0 ? [] : [...record.vectors.subarray(vectorAt, (vectorAt += record.dimension))];
    const payload = new TextDecoder().decode(
      record.payloads.subarray(record.payloadStarts[point], record.payloadStarts[point + 1]),
    );
    return JSON.stringify([id, vector, payload]);
  });
}

test('a record reads back as it was written, wherever it stands in memory', (t) => {
  fc.assert(
    fc.property(anyPoints, fc.nat(3), (points, shift) => {
      const record = accepted(columns(points));
      const read = decodeRecord(encoded(record, shift), 'here');
      t.is(read.kind, 'upsert');
      if (read.kind === 'upsert') t.deepEqual(pointsOf(read), pointsOf(record));
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

test('what a collection cannot take is refused with the words of Qdrant', (t) => {
  const refused = (points: readonly TestPoint[], changes: object = {}): string | undefined =>
    t.throws(() => accepted({ ...columns(points), ...changes }))?.message;
  t.is(refused([]), 'Empty update request');
  t.is(refused([{ id: 1, vector: [1, 2] }]), 'Vector dimension error: expected dim: 3, got 2');
  t.regex(refused([{ id: 1, vector: [1, Number.NaN, 2] }]) ?? '', /not a finite number/);
  const other = (kind: string, name: string): object => ({ others: [{ pointIndex: 0, name, kind }] });
  t.is(refused([{ id: 1 }], other('dense', 'a')), 'Not existing vector name error: a');
  t.is(refused([{ id: 1 }], other('sparse', '')), 'Conversion between sparse and regular vectors failed');
  t.is(refused([{ id: 1 }], other('multi', '')), 'Conversion between multi and regular vectors failed');
  t.is(
    t.throws(() => accepted(columns([{ id: 1, vector: [1] }]), config(0, 'Dot')))?.message,
    'Not existing vector name error: ',
  );
});
