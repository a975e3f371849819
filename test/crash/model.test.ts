import test from 'ava';
import { FieldModel } from './field-writer.ts';
import { Model, payloadOf, vectorsOf, type StoredPoint } from './model.ts';

/** words: the version of the sparse vector, 0 = none. */
function stored(id: number, version: number, words = version): StoredPoint {
  return { id, payload: payloadOf(id, version), vector: vectorsOf(id, { version, words }) };
}

/** Points 1 and 2 acknowledged in version 1. */
function model(): Model {
  const promised = new Model();
  promised.sent('w', { kind: 'upsert', ids: [1, 2], version: 1 });
  promised.acknowledged('w');
  return promised;
}

test('what was promised and is there is no breach', (t) => {
  t.deepEqual(model().check([stored(1, 1), stored(2, 1)]), []);
});

const BREACHES: Readonly<Record<string, readonly StoredPoint[]>> = {
  'a lost point': [stored(1, 1)],
  'a point that is there twice': [stored(1, 1), stored(1, 1), stored(2, 1)],
  'an older or newer version': [stored(1, 1), stored(2, 3)],
  'a point that nobody sent': [stored(1, 1), stored(2, 1), stored(3, 1)],
  'a vector of another version': [
    stored(1, 1),
    { ...stored(2, 1), vector: { ...vectorsOf(2, { version: 1, words: 1 }), rows: [[1, 2, 3, 4]] } },
  ],
  'a lost sparse vector': [stored(1, 1), stored(2, 1, 0)],
  'a vector that nobody gave': [
    stored(1, 1),
    { ...stored(2, 1), vector: { ...vectorsOf(2, { version: 1, words: 1 }), late: [1] } },
  ],
  'a lost payload': [stored(1, 1), { ...stored(2, 1), payload: null }],
};

for (const [name, found] of Object.entries(BREACHES)) {
  test(`canary: ${name} is seen`, (t) => t.true(model().check(found).length > 0));
}

test('a change under way may have happened or not, but wholly', (t) => {
  for (const found of [
    [stored(1, 1), stored(2, 1)],
    [stored(1, 2), stored(2, 2)],
  ]) {
    const promised = model();
    promised.sent('w', { kind: 'upsert', ids: [1, 2], version: 2 });
    t.deepEqual(promised.check(found), []);
    t.deepEqual(promised.check(found), [], 'what was found is the new promise');
  }
  const promised = model();
  promised.sent('w', { kind: 'upsert', ids: [1, 2], version: 2 });
  t.regex(promised.check([stored(1, 2), stored(2, 1)]).join(), /half a upsert/);
});

test('a mark goes to points that are there, and is gone with the next upsert', (t) => {
  const promised = model();
  promised.sent('w', { kind: 'mark', ids: [2, 7], version: 5 });
  promised.acknowledged('w');
  t.is(promised.markedCount, 1);
  const marked = { ...stored(2, 1), payload: payloadOf(2, 1, 5) };
  t.deepEqual(promised.check([stored(1, 1), marked]), []);
  t.is(promised.check([stored(1, 1), stored(2, 1)]).length, 1, 'a lost mark');
  promised.sent('w', { kind: 'unmark', ids: [2], version: 6 });
  t.deepEqual(promised.check([stored(1, 1), stored(2, 1)]), []);
  t.is(promised.markedCount, 0);
});

test('a delete under way, partly of what was not there, is told from what it changed', (t) => {
  const promised = model();
  promised.sent('w', { kind: 'delete', ids: [2, 7], version: 0 });
  t.deepEqual(promised.check([stored(1, 1)]), []);
  t.is(promised.pointCount, 1);
});

test('a sparse vector is given to points that are there and taken away, beside all others', (t) => {
  const promised = model();
  promised.sent('w', { kind: 'words', ids: [1, 7], version: 5 });
  promised.acknowledged('w');
  promised.sent('w', { kind: 'unwords', ids: [2], version: 6 });
  promised.acknowledged('w');
  t.is(promised.wordedCount, 1);
  t.deepEqual(promised.check([stored(1, 1, 5), stored(2, 1, 0)]), []);
  t.is(promised.check([stored(1, 1, 1), stored(2, 1, 0)]).length, 1, 'the old one');
});

test('what is promised of a field that comes and goes: also that its vectors go with it', (t) => {
  const promised = new FieldModel();
  const carryOut = (change: Parameters<FieldModel['sent']>[0]): void => {
    promised.sent(change);
    promised.acknowledged();
  };
  const points = (hasLate: boolean, version = 1) => new Map([[7, { version, hasLate }]]);
  carryOut({ kind: 'create', size: 3 });
  carryOut({ kind: 'write', ids: [7], version: 1 });
  t.deepEqual(promised.check({ size: 3, points: points(true) }), []);
  for (const lost of [
    { size: 0, points: points(false) },
    { size: 3, points: points(false) },
    { size: 3, points: new Map() },
  ])
    t.is(promised.check(lost).length, 1);
  promised.sent({ kind: 'drop' });
  t.is(promised.check({ size: 0, points: points(true) }).length, 1, 'half a change');
  promised.sent({ kind: 'drop' });
  t.deepEqual(promised.check({ size: 0, points: points(false) }), []);
  carryOut({ kind: 'delete_late' });
  t.deepEqual(promised.check({ size: 0, points: points(false) }), []);
});
