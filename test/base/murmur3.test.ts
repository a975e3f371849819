import test from 'ava';

import { murmur3 } from '../../src/base/murmur3.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Values of the reference implementation, seed 0. */
const KNOWN: readonly (readonly [string, number])[] = [
  ['', 0],
  ['a', 0x3c2569b2],
  ['abc', 0xb3dd93fa],
  ['hello', 0x248bfa47],
  ['hello, world', 0x149bbb7f],
  ['The quick brown fox jumps over the lazy dog', 0x2e4ff723],
];

for (const [text, hash] of KNOWN) {
  test(`murmur3 of '${text}'`, (t) => {
    t.is(murmur3(bytesOf(text)), hash);
  });
}

test('only the bytes before the length count', (t) => {
  t.is(murmur3(bytesOf('hello, world'), 5), murmur3(bytesOf('hello')));
});
