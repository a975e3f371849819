import type { Distance } from '../core/collection-config.ts';
import { fromFloat16, toFloat16 } from '../core/datatypes.ts';
import type { VectorDatatype } from '../core/vectors.ts';

/** What a score of two vectors as they were given depends on. */
export interface ScoreKind {
  readonly dimension: number;
  readonly distance: Distance;
  readonly datatype: VectorDatatype;
}

/** The raw score of a query against an original at `start` of `rows`; larger is better. */
export type OriginalScore = (query: Float32Array, rows: Float32Array, start: number) => number;

/**
 * The score of a field's originals: dot, -sum d^2, -sum |d|, and of whole numbers with Cosine the dot product over both
 * lengths, since those are not normalised. Sums in doubles; some 0.6 µs for 768 dimensions.
 */
export function originalScore(kind: ScoreKind): OriginalScore {
  if (hasHalfArithmetic(kind)) return halfScore(kind.distance);
  switch (kind.distance) {
    case 'Euclid':
      return euclid;
    case 'Manhattan':
      return manhattan;
    case 'Cosine':
      return kind.datatype === 'uint8' ? cosine : dot;
    case 'Dot':
      return dot;
  }
}

/**
 * Whether scores are sums of numbers that were rounded to halves first, as Qdrant computes short float16 vectors (it uses
 * vector instructions, which round nothing, from 16 dimensions on). No code tells these: originals do.
 */
export function hasHalfArithmetic({ datatype, dimension }: ScoreKind): boolean {
  return datatype === 'float16' && dimension < 16;
}

function halfScore(distance: Distance): OriginalScore {
  const term = halfTerm(distance);
  return (query, rows, start) => {
    let sum = 0;
    for (let index = 0; index < query.length; index += 1) {
      sum = Math.fround(sum + term(query[index] as number, rows[start + index] as number));
    }
    return sum;
  };
}

function halfTerm(distance: Distance): (a: number, b: number) => number {
  switch (distance) {
    case 'Cosine':
    case 'Dot':
      return (a, b) => half(a * b);
    case 'Euclid':
      return (a, b) => -half(half(a - b) ** 2);
    case 'Manhattan':
      return (a, b) => -Math.abs(half(a - b));
  }
}

function half(value: number): number {
  return fromFloat16(toFloat16(value));
}

function dot(query: Float32Array, rows: Float32Array, start: number): number {
  const length = query.length;
  const whole = length - (length % 4);
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  let index = 0;
  for (; index < whole; index += 4) {
    const at = start + index;
    sum0 += (query[index] as number) * (rows[at] as number);
    sum1 += (query[index + 1] as number) * (rows[at + 1] as number);
    sum2 += (query[index + 2] as number) * (rows[at + 2] as number);
    sum3 += (query[index + 3] as number) * (rows[at + 3] as number);
  }
  for (; index < length; index += 1) sum0 += (query[index] as number) * (rows[start + index] as number);
  return sum0 + sum1 + sum2 + sum3;
}

function euclid(query: Float32Array, rows: Float32Array, start: number): number {
  let sum = 0;
  for (let index = 0; index < query.length; index += 1) {
    const gap = (query[index] as number) - (rows[start + index] as number);
    sum -= gap * gap;
  }
  return sum;
}

function manhattan(query: Float32Array, rows: Float32Array, start: number): number {
  let sum = 0;
  for (let index = 0; index < query.length; index += 1) {
    sum -= Math.abs((query[index] as number) - (rows[start + index] as number));
  }
  return sum;
}

function cosine(query: Float32Array, rows: Float32Array, start: number): number {
  const row = rows.subarray(start, start + query.length);
  const norms = dot(query, query, 0) * dot(row, row, 0);
  return norms === 0 ? 0 : dot(query, row, 0) / Math.sqrt(norms);
}
