import test from 'ava';
import fc from 'fast-check';
import {
  compareIds,
  idAfter,
  idAt,
  idColumn,
  idJson,
  idText,
  numberId,
  parseNumberId,
  parseUuidId,
  type PointId,
  sameId,
} from '../../src/core/ids.ts';

const UUID = 'eddd5f3b-0341-4acf-a413-9d612b965a08';
const anyNumber = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const anyId: fc.Arbitrary<PointId> = fc.oneof(
  anyNumber.map(numberId),
  fc.uuid().map((text) => parseUuidId(text) as PointId),
);

test('every unsigned 64-bit integer keeps all digits', (t) => {
  fc.assert(
    fc.property(anyNumber, (value) => {
      const id = parseNumberId(value.toString());
      t.is(id === undefined ? undefined : idText(id), value.toString());
    }),
  );
});

test('what is no unsigned 64-bit integer is no number id', (t) => {
  for (const text of ['', '-1', '1.0', '1e3', '18446744073709551616', ' 1', '0x1', '9'.repeat(60)])
    t.is(parseNumberId(text), undefined, text);
});

test('a UUID in every form that Qdrant takes is the same point', (t) => {
  for (const text of [UUID, UUID.toUpperCase(), UUID.replaceAll('-', ''), `urn:uuid:${UUID}`, `{${UUID}}`]) {
    const id = parseUuidId(text);
    t.is(id === undefined ? undefined : idJson(id), `"${UUID}"`, text);
  }
  for (const text of ['', 'xyz', `{${UUID}`, UUID.slice(1), `${UUID}0`, UUID.replace('-', '')])
    t.is(parseUuidId(text), undefined, text);
});

test('numbers come before UUIDs, numbers by value, UUIDs by their bytes', (t) => {
  const sorted = [0n, 1n, 2n ** 32n, 2n ** 53n, 2n ** 64n - 1n].map(numberId);
  const uuids = ['00000000-0000-0000-0000-000000000000', UUID, 'ffffffff-ffff-ffff-ffff-ffffffffffff'].map(
    (text) => parseUuidId(text) as PointId,
  );
  const all = [...sorted, ...uuids];
  t.deepEqual(all.toReversed().toSorted(compareIds).map(idText), all.map(idText));
});

test('nothing lies between an id and the one after it', (t) => {
  t.is(idText(idAfter(numberId(2n ** 32n - 1n)) as PointId), '4294967296');
  t.is(idText(idAfter(numberId(2n ** 64n - 1n)) as PointId), '00000000-0000-0000-0000-000000000000');
  t.is(idAfter(parseUuidId('ffffffff-ffff-ffff-ffff-ffffffffffff') as PointId), undefined);
  fc.assert(
    fc.property(anyId, (id) => {
      const next = idAfter(id);
      t.true(next === undefined || compareIds(id, next) < 0);
    }),
  );
});

test('a column gives its ids back', (t) => {
  fc.assert(
    fc.property(fc.array(anyId), (ids) => {
      const column = idColumn(ids);
      t.true(ids.every((id, index) => sameId(idAt(column, index), id)));
    }),
  );
});
