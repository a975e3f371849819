import test from 'ava';
import { bytesText, durationText, tableText } from '../../src/cli/quantities.ts';

test('bytes are shown with two digits at least, in powers of 1,024', (t) => {
  const cases: readonly (readonly [number, string])[] = [
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [1536, '1.5 KiB'],
    [10 * 1024, '10 KiB'],
    [2 ** 20 - 1, '1.0 MiB'],
    [1.5 * 2 ** 30, '1.5 GiB'],
    [2 ** 60, '1024 PiB'],
  ];
  for (const [bytes, text] of cases) t.is(bytesText(bytes), text);
});

test('durations are shown in hours, minutes and seconds', (t) => {
  const cases: readonly (readonly [number, string])[] = [
    [0, '0:00'],
    [59.4, '0:59'],
    [59.6, '1:00'],
    [3599, '59:59'],
    [3 * 3600 + 5 * 60, '3:05:00'],
  ];
  for (const [seconds, text] of cases) t.is(durationText(seconds), text);
});

test('columns of a table are as wide as their widest cell', (t) => {
  t.is(
    tableText([
      ['A', 'LONG'],
      ['wide', 'x'],
    ]),
    'A     LONG\nwide  x\n',
  );
});
