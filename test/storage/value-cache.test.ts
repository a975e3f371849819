import test from 'ava';
import * as fc from 'fast-check';
import { ValueCache } from '../../src/storage/value-cache.ts';

const RING_BYTES = 4096;

function bytesOf(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (seed * 31 + at * 7) & 255);
}

/** Keys that differ in the first or the last byte alone, and one of another length. */
const keys = fc.oneof(
  fc.nat({ max: 40 }).map((n) => Uint8Array.of(7, 7, 7, 7, n)),
  fc.nat({ max: 40 }).map((n) => Uint8Array.of(n, 7, 7, 7, 7)),
  fc.nat({ max: 3 }).map((n) => Uint8Array.of(7, n)),
);

const steps = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('put' as const), key: keys, length: fc.nat({ max: 80 }) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('get' as const), key: keys, length: fc.constant(0) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('drop' as const), key: keys, length: fc.constant(0) }) },
);

test('what is found is what was added; what was dropped is not found', (t) => {
  fc.assert(
    fc.property(fc.array(steps, { minLength: 1, maxLength: 400 }), (program) => {
      const cache = new ValueCache(RING_BYTES);
      const model = new Map<string, Uint8Array>();
      for (const [turn, { kind, key, length }] of program.entries()) {
        const name = key.join();
        if (kind === 'put') {
          const value = bytesOf(length % (RING_BYTES / 64), turn);
          cache.drop(key);
          cache.add(key, value);
          model.set(name, value);
        } else if (kind === 'drop') {
          cache.drop(key);
          model.delete(name);
        } else {
          const found = cache.get(key);
          const expected = model.get(name);
          if (found !== undefined && (expected === undefined || Buffer.compare(found, expected) !== 0)) return false;
        }
      }
      return true;
    }),
    { numRuns: 300 },
  );
  t.pass();
});

test('the last values stay as long as the ring holds them', (t) => {
  const cache = new ValueCache(RING_BYTES);
  const key = (index: number): Uint8Array => Uint8Array.of(index >> 8, index & 255);
  let found = 0;
  for (let index = 0; index < 2000; index++) {
    cache.add(key(index), bytesOf(40, index));
    const before = cache.get(key(index));
    t.deepEqual(before === undefined ? undefined : new Uint8Array(before), bytesOf(40, index));
    // 4,096 bytes hold some 78 entries of 52; of 20 some may have lost their place to others.
    for (let back = 1; back <= 20; back++) if (index >= back && cache.get(key(index - back)) !== undefined) found++;
  }
  t.true(found > 2000 * 20 * 0.7, `${found} found`);
  t.is(cache.get(key(0)), undefined);
});

test('a value that is given out stays as it was, and large ones are not kept', (t) => {
  const cache = new ValueCache(RING_BYTES);
  cache.add(Uint8Array.of(1), bytesOf(30, 1));
  const given = cache.get(Uint8Array.of(1));
  for (let index = 2; index < 200; index++) cache.add(Uint8Array.of(index), bytesOf(50, index));
  t.deepEqual(new Uint8Array(given ?? []), bytesOf(30, 1));
  cache.add(Uint8Array.of(255), bytesOf(RING_BYTES, 3));
  t.is(cache.get(Uint8Array.of(255)), undefined);
  cache.add(Uint8Array.of(5), bytesOf(5, 5));
  cache.close();
  t.is(cache.get(Uint8Array.of(5)), undefined);
  cache.add(Uint8Array.of(5), bytesOf(5, 6));
  cache.add(Uint8Array.of(5), bytesOf(5, 7));
  t.deepEqual(new Uint8Array(cache.get(Uint8Array.of(5)) ?? []), bytesOf(5, 6), 'it has one already');
});

test('of another size it begins again, and holds as much', (t) => {
  const cache = new ValueCache(RING_BYTES);
  t.is(cache.bytes, 0, 'the memory is asked for with the first value');
  cache.add(Uint8Array.of(1), bytesOf(30, 1));
  const { bytes } = cache;
  t.true(bytes > RING_BYTES);
  cache.resize(RING_BYTES);
  t.deepEqual(new Uint8Array(cache.get(Uint8Array.of(1)) ?? []), bytesOf(30, 1), 'the same size changes nothing');
  cache.resize(RING_BYTES * 4);
  t.is(cache.bytes, 0);
  t.is(cache.get(Uint8Array.of(1)), undefined);
  for (let index = 0; index < 150; index++) cache.add(Uint8Array.of(index), bytesOf(40, index));
  const found = Array.from({ length: 150 }, (_, index) => cache.get(Uint8Array.of(index))).filter(Boolean);
  t.true(found.length > 100, `${found.length} found`);
  t.is(cache.bytes, bytes * 4);
});
