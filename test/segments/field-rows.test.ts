import test from 'ava';
import * as fc from 'fast-check';
import { FieldRows, NO_PLACE } from '../../src/segments/field-rows.ts';

/** Rows as a list of those that have a vector: place = where a row stands in it. */
function check(has: readonly boolean[], words: Uint32Array): void {
  const rows = new FieldRows();
  has.forEach((isThere, row) => {
    if (isThere) rows.add(row);
  });
  const expected = has.flatMap((isThere, row) => (isThere ? [row] : []));
  const same = (actual: unknown, wanted: unknown, what: string): void => {
    if (JSON.stringify(actual) !== JSON.stringify(wanted))
      throw new Error(`${what}: ${String(actual)}, not ${String(wanted)}`);
  };
  same(rows.placeCount, expected.length, 'places');
  same(
    expected.map((_, place) => rows.rowOf(place)),
    expected,
    'rows of places',
  );
  for (let row = 0; row < has.length + 40; row++) {
    const place = expected.indexOf(row);
    same(rows.placeOf(row), place < 0 ? NO_PLACE : place, `place of row ${row}`);
  }
  const bitmap = rows.bitmap(words);
  const bit = (array: Uint32Array, at: number): number => ((array[at >>> 5] ?? 0) >>> (at & 31)) & 1;
  same(
    expected.map((_, place) => bit(bitmap, place)),
    expected.map((row) => bit(words, row)),
    'bitmap',
  );
}

const anyWords = fc
  .array(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { maxLength: 6 })
  .map((words) => Uint32Array.from(words));

test('any pattern of rows with and without vectors', (t) => {
  fc.assert(fc.property(fc.array(fc.boolean(), { maxLength: 150 }), anyWords, check), { numRuns: 300 });
  t.pass();
});

test('long runs: all have one, none has, the first ones, the last ones', (t) => {
  const runs = fc.array(fc.tuple(fc.boolean(), fc.nat(90)), { maxLength: 5 });
  const flat = runs.map((list) => list.flatMap(([isThere, length]) => Array.from({ length }, () => isThere)));
  fc.assert(fc.property(flat, anyWords, check), { numRuns: 200 });
  t.pass();
});

test('rows without a vector need not be told, and what every row has costs nothing', (t) => {
  const told = new FieldRows();
  told.add(2);
  told.add(7);
  t.deepEqual(
    [told.placeCount, told.rowOf(0), told.rowOf(1), told.placeOf(7), told.placeOf(5)],
    [2, 2, 7, 1, NO_PLACE],
  );
  const all = new FieldRows();
  for (let row = 0; row < 100; row++) all.add(row);
  const words = Uint32Array.of(5, 6, 7, 8);
  t.is(all.bitmap(words), words, 'the same array');
});
