import test from 'ava';
import { levelOf } from '../../src/vectors/levels.ts';

test('levels fall off by m: one row in m reaches level 1, one in m² level 2; always the same for the same row', (t) => {
  const counts = [0, 0, 0, 0];
  for (let row = 0; row < 200_000; row += 1) {
    const level = levelOf(row, 16);
    for (let floor = 0; floor <= Math.min(level, 3); floor += 1) counts[floor] = (counts[floor] ?? 0) + 1;
    if (row < 1000) t.is(levelOf(row, 16), level);
  }
  const [all = 0, first = 0, second = 0] = counts;
  t.true(Math.abs(all / first / 16 - 1) < 0.05);
  t.true(Math.abs(first / second / 16 - 1) < 0.15);
});

test('without room for links above, all rows stay on the ground', (t) => {
  t.is(levelOf(123, 1), 0);
  t.is(levelOf(123, 0), 0);
});
