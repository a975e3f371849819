import test from 'ava';
import { Removals } from '../../src/segments/removals.ts';

function withHidden(): { removals: Removals; hidden: number[] } {
  const hidden: number[] = [];
  return { removals: new Removals((row) => hidden.push(row)), hidden };
}

test('without a running search a replaced row is hidden at once', (t) => {
  const { removals, hidden } = withHidden();
  removals.replace(7);
  t.deepEqual(hidden, [7]);
});

test('a search that began before a replacement may return the old row, one that began after may not', (t) => {
  const { removals, hidden } = withHidden();
  const before = removals.begin();
  removals.replace(7);
  const after = removals.begin();
  t.true(removals.wasVisible(7, before));
  t.false(removals.wasVisible(7, after));
  t.deepEqual(hidden, []);
  t.is(removals.waitingCount, 1);
  removals.end(after);
  t.deepEqual(hidden, [], 'the older search still runs');
  removals.end(before);
  t.deepEqual(hidden, [7]);
  t.is(removals.waitingCount, 0);
});

test('a deleted row is hidden at once, whoever searches', (t) => {
  const { removals, hidden } = withHidden();
  const begun = removals.begin();
  removals.delete(3);
  t.deepEqual(hidden, [3]);
  t.false(removals.wasVisible(3, begun));
  removals.end(begun);
  t.deepEqual(hidden, [3]);
});

test('rows replaced before the oldest running search began are hidden while it runs on', (t) => {
  const { removals, hidden } = withHidden();
  const first = removals.begin();
  removals.replace(1);
  const second = removals.begin();
  removals.replace(2);
  removals.end(first);
  t.deepEqual(hidden, [1]);
  removals.end(second);
  t.deepEqual(hidden, [1, 2]);
});
