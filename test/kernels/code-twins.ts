import * as layout from '../../src/kernels/layout.ts';
import { rotationFactors } from '../../src/vectors/rotation.ts';

/** Codes of few bits once more, a number at a time and in doubles: what each kind makes of a row. */

const LEVELS = [3, 9, 15, 21, 28, 36, 46, 61];

/** The coordinates that the code of a row stands for, as assembly/code-tail.ts describes them. */
export function coarseRow(code: number, metric: number, row: Float32Array): number[] {
  const rotated = code <= layout.CODE_TURBO1;
  const numbers = rotated ? rotateTwin(row) : [...row];
  const square = dot(numbers, numbers);
  const deviation = Math.sqrt(square / numbers.length);
  const levels = levelsOf(code, numbers, deviation);
  const along = dot(numbers, levels);
  let factor = metric === layout.METRIC_MANHATTAN ? along / dot(levels, levels) : square / along;
  if (!(along > 0)) factor = 0;
  const coarse = levels.map((level) => level * factor);
  return rotated ? unrotateTwin(coarse) : coarse;
}

function levelsOf(code: number, numbers: readonly number[], deviation: number): number[] {
  switch (code) {
    case layout.CODE_TURBO4:
      return numbers.map((value) => sign(value) * nearestLevel(Math.abs((value / deviation) * 22.324)));
    case layout.CODE_TURBO2:
    case layout.CODE_BINARY2:
      return numbers.map((value) => sign(value) * (Math.abs(value) > 0.9957 * deviation ? 3 : 1));
    case layout.CODE_TURBO1_5:
    case layout.CODE_BINARY1_5: {
      const half = Math.ceil(numbers.length / 2);
      return numbers.map((value, index) => {
        const other = index < half ? index + half : index - half;
        const together = Math.abs(value) + Math.abs(numbers[other] ?? 0);
        const large = other < numbers.length && together > 2 * 0.887 * deviation;
        return sign(value) * (large ? 1.2435 : 0.5305);
      });
    }
    default:
      return numbers.map((value) => (value > 0 ? 1 : -1));
  }
}

function sign(value: number): number {
  return value < 0 ? -1 : 1;
}

function nearestLevel(value: number): number {
  return LEVELS.reduce((best, level) => (Math.abs(level - value) < Math.abs(best - value) ? level : best));
}

/** The rotation of kernels/assembly/rotation.ts, by its definition. */
export function rotateTwin(row: ArrayLike<number>): number[] {
  const numbers = Array.from(row);
  for (const { factors, start, size } of roundsOf(numbers.length)) {
    for (const [index, factor] of factors.entries()) numbers[index] = (numbers[index] ?? 0) * factor;
    transform(numbers, start, size);
  }
  return numbers;
}

function unrotateTwin(row: readonly number[]): number[] {
  const numbers = [...row];
  for (const { factors, start, size } of roundsOf(numbers.length).toReversed()) {
    transform(numbers, start, size);
    for (const [index, factor] of factors.entries()) numbers[index] = (numbers[index] ?? 0) * factor;
  }
  return numbers;
}

function roundsOf(dimension: number): { factors: Float32Array; start: number; size: number }[] {
  const size = 2 ** Math.floor(Math.log2(dimension));
  const all = rotationFactors(dimension);
  const stride = Math.ceil(dimension / 4) * 4;
  return Array.from({ length: all.length / stride }, (_, round) => ({
    factors: all.subarray(round * stride, round * stride + dimension),
    start: round % 2 === 0 ? 0 : dimension - size,
    size,
  }));
}

/** Walsh-Hadamard transform of numbers[start … start + size - 1]: one stage after the other. */
function transform(numbers: number[], start: number, size: number): void {
  for (let gap = 1; gap < size; gap *= 2) {
    for (let at = 0; at < size; at += 1) {
      if ((at & gap) !== 0) continue;
      const low = numbers[start + at] ?? 0;
      const high = numbers[start + at + gap] ?? 0;
      numbers[start + at] = low + high;
      numbers[start + at + gap] = low - high;
    }
  }
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < a.length; index += 1) sum += (a[index] ?? 0) * (b[index] ?? 0);
  return sum;
}
