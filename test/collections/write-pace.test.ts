import test from 'ava';
import { WritePace } from '../../src/collections/write-pace.ts';

test('writers wait for the graphs while somebody searches, and only then', (t) => {
  let now = 1_000_000;
  const pace = new WritePace(() => now);
  t.is(pace.waitMs(256, 3), 0, 'nobody has searched yet');
  pace.searched();
  t.is(pace.waitMs(256, 1), 0, 'the graphs are near');
  t.is(pace.waitMs(256, 1.5), 128);
  t.is(pace.waitMs(256, 100), 1000, 'a second, at most');
  now += 1900;
  t.is(pace.waitMs(1, 3), 2);
  now += 200;
  t.is(pace.waitMs(256, 3), 0, 'nobody searches any more');
  pace.searched();
  t.is(pace.waitMs(1, 3), 2);
});
