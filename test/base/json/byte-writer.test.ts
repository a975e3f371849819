import test from 'ava';
import fc from 'fast-check';

import { ByteWriter } from '../../../src/base/json/byte-writer.ts';

function printed(value: number): string {
  const writer = new ByteWriter();
  writer.float(value);
  return writer.takeLatin1();
}

/** The least number of significant digits that reads back as the same float. */
function shortestDigits(value: number): number {
  for (let digits = 1; digits < 9; digits++)
    if (Math.fround(Number(value.toPrecision(digits))) === value) return digits;
  return 9;
}

function significant(text: string): number {
  const [mantissa = ''] = text.replace('-', '').split('e');
  return mantissa.replace('.', '').replace(/^0+/, '').replace(/0+$/, '').length;
}

function checkFloat(t: { is: (actual: unknown, expected: unknown, message?: string) => void }, value: number): void {
  const text = printed(value);
  t.is(Math.fround(Number(text)), value, text);
  t.is(JSON.parse(text), Number(text));
  if (value !== 0) t.is(significant(text), shortestDigits(value), text);
}

test('any float is printed with the fewest digits that read back as the same float', (t) => {
  fc.assert(
    fc.property(
      fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
      (value) => checkFloat(t, value),
    ),
    { numRuns: 5000 },
  );
});

test('so are floats of the sizes that embeddings have', (t) => {
  fc.assert(
    fc.property(fc.float({ min: -2, max: 2, noNaN: true }), (value) => {
      const text = printed(value);
      t.is(Math.fround(Number(text)), value, text);
    }),
    { numRuns: 5000 },
  );
});

test('floats look as serde_json prints them', (t) => {
  const cases: readonly (readonly [number, string])[] = [
    [0, '0.0'],
    [-0, '-0.0'],
    [1, '1.0'],
    [-30, '-30.0'],
    [0.5, '0.5'],
    [0.5069753, '0.5069753'],
    [0.1, '0.1'],
    [16777216, '16777216.0'],
    [1234.5, '1234.5'],
    [0.0001, '0.0001'],
    [0.00001, '0.00001'],
    [0.000001, '0.000001'],
    [1e-7, '1e-7'],
    [0.000000123, '1.23e-7'],
    [1e12, '1000000000000.0'],
    [1e13, '1e13'],
    [1e-45, '1e-45'],
    [3.4028235e38, '3.4028235e38'],
    [1.1754944e-38, '1.1754944e-38'],
    [Infinity, 'null'],
    [-Infinity, 'null'],
    [NaN, 'null'],
  ];
  for (const [value, text] of cases) t.is(printed(Math.fround(value)), text);
});

test('vectors, text and bytes follow one another, however many', (t) => {
  const writer = new ByteWriter();
  const vector = Float32Array.from({ length: 2000 }, (_, index) => index / 7);
  writer.ascii('{"v":');
  writer.floats(vector);
  writer.utf8(',"s":"ü€😀"');
  writer.ascii(`,"long":"${'x'.repeat(100)}","raw":`);
  writer.raw(Buffer.from('{"ü":1}'));
  writer.byte(125);
  t.true(writer.byteLength > 4096);
  const value = JSON.parse(writer.take().toString()) as { v: number[]; s: string; raw: unknown };
  t.deepEqual(Float32Array.from(value.v), vector);
  t.is(value.s, 'ü€😀');
  t.deepEqual(value.raw, { ü: 1 });
  t.is(writer.byteLength, 0);
});

test('what was taken does not change when the writer goes on, also after a large answer', (t) => {
  const writer = new ByteWriter();
  writer.ascii('a'.repeat(3_000_000));
  const first = writer.take();
  writer.ascii('b');
  t.is(writer.takeLatin1(), 'b');
  t.is(first.length, 3_000_000);
  t.is(first[0], 97);
});
