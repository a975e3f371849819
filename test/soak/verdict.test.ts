import test from 'ava';
import { judge } from '../../scripts/soak/verdict.ts';

const SECONDS = 600;

function isFlat(value: (second: number) => number): boolean {
  const values = Array.from({ length: SECONDS }, (_, second) => value(second));
  return judge({ name: 'figure', values, perMinute: 60, share: 0.1, extra: 10 }).isFlat;
}

test('what rises during the warm-up, for a moment, or falls is flat', (t) => {
  t.true(isFlat(() => 300));
  t.true(isFlat((second) => Math.min(300, second * 5)));
  t.true(isFlat((second) => (second > 540 && second < 560 ? 900 : 300)));
  t.true(isFlat((second) => 300 + 20 * Math.sin(second / 10)));
  t.true(isFlat((second) => 400 - second / 10));
});

test('canary: a leak is seen, slow or in steps', (t) => {
  t.false(isFlat((second) => 300 + second / 5));
  t.false(isFlat((second) => 300 + 50 * Math.floor(second / 150)));
});
