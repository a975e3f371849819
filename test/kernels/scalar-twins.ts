/** The kernels' arithmetic once more, a number at a time. */

export interface ScalarRow {
  readonly hi: Int32Array;
  readonly lo: Int32Array;
  readonly step: number;
  readonly ratio: number;
}

/** A row's codes as assembly/codes.ts describes them: step a power of two, ratio an integer. */
export function quantise(row: Float32Array): ScalarRow {
  const most = Math.max(...row.map(Math.abs));
  const exponent = most === 0 ? -90 : Math.max(Math.floor(Math.log2(most)), -90);
  let step = 2 ** (exponent - 22);
  if (most / step > 8_322_310) step *= 2;
  const ratio = Math.max(Math.ceil(Math.fround(roundEven(most / step) / 127)), 1);
  const codes = Array.from(row, (value) => roundEven(value / step));
  const hi = Int32Array.from(codes, (code) => roundEven(Math.fround(code * Math.fround(1 / ratio))));
  const lo = Int32Array.from(codes, (code, index) => code - (hi[index] ?? 0) * ratio);
  return { hi, lo, step, ratio };
}

export function restore(row: ScalarRow): number[] {
  return Array.from(row.hi, (hi, index) => row.step * (hi * row.ratio + (row.lo[index] ?? 0)));
}

/** The coordinates that int8 codes alone stand for. */
export function coarse(row: ScalarRow): number[] {
  return Array.from(row.hi, (hi) => row.step * row.ratio * hi);
}

function roundEven(value: number): number {
  const floor = Math.floor(value);
  const gap = value - floor;
  if (gap !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
