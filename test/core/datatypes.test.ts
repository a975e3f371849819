import test from 'ava';
import * as fc from 'fast-check';
import { fromFloat16, roundToDatatype, toFloat16 } from '../../src/core/datatypes.ts';
import type { VectorDatatype } from '../../src/core/vectors.ts';

const INFINITY_BITS = 0x7c00;
const SIGN = 0x8000;

/** The value of a positive, finite half: whole units of 2^-24, counted without a rounding. */
function valueOf(bits: number): number {
  const exponent = bits >> 10;
  const mantissa = BigInt(bits & 0x3ff);
  const units = exponent === 0 ? mantissa : (mantissa + 1024n) << BigInt(exponent - 1);
  return Number(units) * 2 ** -24;
}

/** Ascending, as their bits are. */
const HALVES: readonly number[] = Array.from({ length: INFINITY_BITS }, (_, bits) => valueOf(bits));
/** What would come behind the largest one decides where infinity begins. */
const BEHIND = 65_536;

/** The nearest half by comparing distances, which doubles hold exactly; of two equally near the even one. */
function nearest(value: number): number {
  if (Number.isNaN(value)) return NaN;
  const sign = value < 0 || Object.is(value, -0) ? SIGN : 0;
  const size = Math.abs(value);
  if (size >= BEHIND) return sign | INFINITY_BITS;
  let low = 0;
  let high = INFINITY_BITS - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((HALVES[middle] as number) <= size) low = middle;
    else high = middle - 1;
  }
  const below = size - (HALVES[low] as number);
  const above = (HALVES[low + 1] ?? BEHIND) - size;
  const isLower = below < above || (below === above && low % 2 === 0);
  return sign | (isLower ? low : low + 1);
}

test('all 65,536 halves keep their value, and no two share one but the zeros and what is no number', (t) => {
  for (let bits = 0; bits < 2 ** 16; bits++) {
    const value = fromFloat16(bits);
    const size = bits & ~SIGN;
    if (size > INFINITY_BITS) {
      t.true(Number.isNaN(value));
      t.true(Number.isNaN(fromFloat16(toFloat16(value))));
      continue;
    }
    const expected = size === INFINITY_BITS ? Infinity : valueOf(size);
    if (!Object.is(value, (bits & SIGN) === 0 ? expected : -expected)) t.fail(`${bits} is ${value}`);
    if (toFloat16(value) !== bits) t.fail(`${bits} comes back as ${toFloat16(value)}`);
  }
  t.pass();
});

test('between any two halves the nearer one is taken, of two equally near the even one', (t) => {
  const word = new Uint32Array(1);
  const real = new Float32Array(word.buffer);
  for (let bits = 0; bits < INFINITY_BITS; bits++) {
    // Exact in f32: a half has 11 bits.
    real[0] = ((HALVES[bits] as number) + (HALVES[bits + 1] ?? BEHIND)) / 2;
    const middle = word[0] as number;
    for (const neighbour of [middle - 1, middle, middle + 1]) {
      word[0] = neighbour;
      const value = real[0];
      const found = [toFloat16(value), toFloat16(-value)];
      const expected = nearest(value);
      if (found[0] !== expected || found[1] !== (SIGN | expected)) t.fail(`${value}: ${found.join()}, not ${expected}`);
    }
  }
  t.pass();
});

test('any f32 becomes the half that comparing says', (t) => {
  fc.assert(
    fc.property(
      fc.oneof(fc.float(), fc.float({ min: -70_000, max: 70_000 }), fc.float({ min: -1, max: 1 })),
      (value) => {
        const expected = nearest(value);
        if (Number.isNaN(expected)) t.true(Number.isNaN(fromFloat16(toFloat16(value))));
        else t.is(toFloat16(value), expected);
      },
    ),
    { numRuns: 5000 },
  );
});

/** What a datatype keeps of numbers. */
function kept(datatype: VectorDatatype | undefined, values: readonly number[]): number[] {
  const array = Float32Array.from(values);
  roundToDatatype(array, datatype);
  return [...array];
}

test('uint8 cuts towards zero and to 0 … 255; what is no number is 0', (t) => {
  t.deepEqual(
    kept('uint8', [0, 0.99, 1, 254.999, 255, 255.5, 1e30, -0.5, -1, -1e30, NaN, Infinity, -Infinity]),
    [0, 0, 1, 254, 255, 255, 255, 0, 0, 0, 0, 255, 0].map((value) => value + 0),
  );
});

test('float16 keeps halves, float32 and turbo4 every number, and twice is once', (t) => {
  t.deepEqual(kept('float16', [0.1, 1 / 3, 65_520, -1e-9]), [0.0999755859375, 0.333251953125, Infinity, -0]);
  for (const datatype of ['float32', 'turbo4', undefined] as const)
    t.deepEqual(kept(datatype, [0.5, -0.1, 1e30]), [0.5, Math.fround(-0.1), Math.fround(1e30)]);
  fc.assert(
    fc.property(fc.array(fc.float({ noNaN: true })), fc.constantFrom('float16', 'uint8'), (values, datatype) => {
      const once = kept(datatype, values);
      t.deepEqual(kept(datatype, once), once);
    }),
  );
});
