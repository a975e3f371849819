import test from 'ava';
import { crc32c } from '../../src/base/crc32c.ts';

test('the published check values', (t) => {
  // RFC 3720, B.4, and the usual nine digits.
  t.is(crc32c(Buffer.from('123456789')), 0xe3069283);
  t.is(crc32c(new Uint8Array(32)), 0x8a9136aa);
  t.is(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8ab43);
  t.is(crc32c(new Uint8Array()), 0);
});
