import test from 'ava';
import { largerIsBetter, normaliseRows, shownScore } from '../../src/core/distances.ts';

test('scores are shown as Qdrant shows them', (t) => {
  t.is(shownScore('Cosine', 0.25), 0.25);
  t.is(shownScore('Dot', -3), -3);
  t.is(shownScore('Euclid', -9), 3);
  t.is(shownScore('Manhattan', -5), 5);
  t.true(largerIsBetter('Dot') && largerIsBetter('Cosine'));
  t.false(largerIsBetter('Euclid') || largerIsBetter('Manhattan'));
});

test('cosine rows get length 1, but for those of no length or of length 1 already', (t) => {
  const rows = Float32Array.of(3, 4, 0.0001, 0, 0.6, 0.8, 0, 0);
  t.is(normaliseRows(rows, 2, true), -1);
  t.deepEqual(
    [...rows].map((value) => Math.round(value * 1e4) / 1e4),
    [0.6, 0.8, 0.0001, 0, 0.6, 0.8, 0, 0],
  );
});

test('other metrics leave rows as they are', (t) => {
  const rows = Float32Array.of(3, 4);
  t.is(normaliseRows(rows, 2, false), -1);
  t.deepEqual([...rows], [3, 4]);
});

test('the first component that is no finite number is found, for every metric', (t) => {
  for (const broken of [Number.NaN, Infinity, -Infinity]) {
    for (const cosine of [true, false]) t.is(normaliseRows(Float32Array.of(1, 2, 3, broken, 5, 6), 3, cosine), 3);
  }
  t.is(normaliseRows(Float32Array.of(3e38, 3e38, -3e38), 3, false), -1, 'large is not infinite');
});
