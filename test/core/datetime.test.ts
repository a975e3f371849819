import test from 'ava';
import fc from 'fast-check';

import { parseDatetime } from '../../src/core/datetime.ts';

const SAME_MOMENT = [
  '2014-06-15T12:00:00Z',
  '2014-06-15T12:00:00z',
  '2014-06-15t12:00:00.0Z',
  '2014-06-15T12:00:00',
  '2014-06-15 12:00:00',
  '2014-06-15 12:00',
  '2014-06-15T12:00',
  '2014-06-15T14:00:00+02:00',
  '2014-06-15 14:00:00.000+0200',
  '2014-06-15T14:00:00+02',
  '2014-06-15T06:30:00-05:30',
  '2014-06-15T11:59:60',
  '2014-6-15 12:0',
  '2014-06-16T11:59:00+23:59',
];

for (const text of SAME_MOMENT) {
  test(`${text} is noon`, (t) => t.is(parseDatetime(text), BigInt(Date.UTC(2014, 5, 15, 12)) * 1000n));
}

test('fractions, old days and far ones', (t) => {
  t.is(parseDatetime('1970-01-01'), 0n);
  t.is(parseDatetime('1970-01-01T00:00:00.5'), 500_000n);
  t.is(parseDatetime('1970-01-01T00:00:00.123456789012345Z'), 123_456n);
  t.is(parseDatetime('1969-12-31T23:59:59.9999999Z'), -1n);
  t.is(parseDatetime('9999-12-31T23:59:59.999999Z'), 253402300799_999_999n);
  t.is(parseDatetime('0000-01-01'), -62167219200_000_000n);
  t.is(parseDatetime('2000-02-29'), BigInt(Date.UTC(2000, 1, 29)) * 1000n);
  t.is(parseDatetime('2016-12-31T23:59:60.5Z'), BigInt(Date.UTC(2017, 0, 1)) * 1000n + 500_000n);
});

const NONE = [
  '',
  'x',
  '2014',
  '2014-06',
  '2014-06-15T',
  '2014-06-15T12',
  '2014-06-15T12:00Z',
  '2014-06-15T12:00:00.',
  '2014-06-15T12:00:00.Z',
  '2014-06-15T12:00:61Z',
  '2014-06-15T24:00:00Z',
  '2014-06-15T12:60:00Z',
  '2014-06-15T12:00:00+24:00',
  '2014-06-15T12:00:00+02:60',
  '2014-06-15T12:00:00+2',
  '2014-06-15T12:00:00+02:0',
  '2014-06-15T12:00:00+02:00x',
  '2014-06-15T12:00:00 UTC',
  '2014-02-29',
  '1900-02-29',
  '2014-04-31',
  '2014-00-01',
  '2014-13-01',
  '2014-01-00',
  '2014-01-32',
  '20140-01-01',
  '2014/01/01',
  '2014-01-01_12:00',
  ' 2014-01-01',
  '1402488000',
];

for (const text of NONE) test(`'${text}' is no date`, (t) => t.is(parseDatetime(text), undefined));

test('every moment that JavaScript can print is read back', (t) => {
  const min = new Date('0000-01-01T00:00:00Z');
  const max = new Date('9999-12-31T23:59:59Z');
  fc.assert(
    fc.property(fc.date({ min, max, noInvalidDate: true }), (date) => {
      t.is(parseDatetime(date.toISOString()), BigInt(date.getTime()) * 1000n);
      t.is(
        parseDatetime(date.toISOString().slice(0, 10)),
        BigInt(Math.floor(date.getTime() / 864e5)) * 86_400_000_000n,
      );
    }),
    { numRuns: 500 },
  );
});
