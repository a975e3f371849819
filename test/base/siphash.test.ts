import test from 'ava';
import * as fc from 'fast-check';

import { sipHash24 } from '../../src/base/siphash.ts';
import { sipHash24 as textbook } from '../filters/oracle.ts';

function hash(key: Uint8Array, message: Uint8Array): bigint {
  const result = new Uint32Array(2);
  const words = (bytes: Uint8Array): Uint32Array => new Uint32Array(Uint8Array.from(bytes).buffer);
  sipHash24(words(key), words(message), result);
  return (BigInt(result[1] ?? 0) << 32n) | BigInt(result[0] ?? 0);
}

const counting = (length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => index);

test('the vectors of the reference implementation', (t) => {
  t.is(hash(counting(16), counting(0)), 0x726fdb47dd0e0e31n);
  t.is(hash(counting(16), counting(8)), 0x93f5f5799a932462n);
  t.is(hash(counting(16), counting(16)), 0x3f2acc7f57c29bdbn);
  // The vector that the paper prints.
  t.is(textbook(0x0706050403020100n, 0x0f0e0d0c0b0a0908n, counting(15)), 0xa129ca6149be45e5n);
});

test('any message of whole blocks has the hash of the textbook', (t) => {
  const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length });
  fc.assert(
    fc.property(
      bytes(16),
      fc.nat({ max: 5 }).chain((blocks) => bytes(blocks * 8)),
      (key, message) => {
        const [k0 = 0n, k1 = 0n] = new BigUint64Array(Uint8Array.from(key).buffer);
        t.is(hash(key, message), textbook(k0, k1, message));
      },
    ),
  );
});
