import test from 'ava';
import * as fc from 'fast-check';
import { growableBytes, growableFloat64, growableUint32 } from '../../src/base/growable-column.ts';

const columns = { bytes: growableBytes, uint32: growableUint32, float64: growableFloat64 };
const oracles = { bytes: Uint8Array, uint32: Uint32Array, float64: Float64Array };

for (const name of ['bytes', 'uint32', 'float64'] as const) {
  test(`a growable column of ${name} does what a long array does`, (t) => {
    const index = fc.oneof(fc.nat({ max: 100 }), fc.nat({ max: 200_000 }), fc.integer({ min: 65_530, max: 65_540 }));
    const value = fc.oneof(fc.nat({ max: 255 }), fc.nat({ max: 0xffffffff }), fc.double({ noNaN: true }));
    t.notThrows(() =>
      fc.assert(
        fc.property(fc.array(fc.tuple(index, value), { maxLength: 30 }), (run) => {
          const column = columns[name]();
          const oracle = new oracles[name](200_002);
          let length = 0;
          for (const [at, number] of run) {
            column.set(at, number);
            oracle[at] = number;
            length = Math.max(length, at + 1);
          }
          if (column.push(7) !== length || column.length !== length + 1) return false;
          oracle[length] = 7;
          return [...run.map(([at]) => at), length, 3, 199_999, 5_000_000].every(
            (at) => column.get(at) === (oracle[at] ?? 0),
          );
        }),
        { numRuns: 40 },
      ),
    );
  });
}

test('a short column is small, a long one grows by chunks', (t) => {
  const column = growableUint32();
  for (let index = 0; index < 10; index += 1) column.push(index);
  t.true(column.bytes <= 256);
  for (let index = 10; index < 70_000; index += 1) column.push(index);
  t.is(column.bytes, 2 * 65_536 * 4);
  t.is(column.get(9), 9);
  t.is(column.get(69_999), 69_999);
});
