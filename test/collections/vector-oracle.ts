import { fromFloat16, toFloat16 } from '../../src/core/datatypes.ts';
import type { DenseVectorConfig, Distance } from '../../src/core/collection-config.ts';
import type { VectorDatatype } from '../../src/core/vectors.ts';
import type { PlainVector } from './plain-vectors.ts';

/** What vectors become when they are stored and how they are compared, said plainly, in doubles (SEMANTICS.md 1.3). */

export interface SparsePlain {
  readonly indices: readonly number[];
  readonly values: readonly number[];
}

/** A score as it is shown, and how far f32 arithmetic may be from it. */
export interface Expected {
  readonly score: number;
  /** In terms of the squared score for Euclid, where a small distance is the root of a rounded square. */
  readonly tolerance: number;
}

/** A vector as a field keeps it. */
export function stored(plain: PlainVector, field: DenseVectorConfig | undefined): PlainVector {
  if ('indices' in plain) return { indices: plain.indices, values: plain.values.map(Math.fround) };
  if (field === undefined) return plain;
  const rows = rowsOf(plain).map((row) => keptRow(row, field));
  return field.multivector ? rows : (rows[0] ?? []);
}

export function scoreDense(query: PlainVector, vector: PlainVector, field: DenseVectorConfig): Expected {
  const { distance } = field;
  let raw = 0;
  let size = 0;
  for (const asked of rowsOf(query)) {
    const scores = rowsOf(vector).map((row) => rawScore(asked, row, field));
    raw += Math.max(...scores);
    size += Math.max(...rowsOf(vector).map((row) => magnitude(asked, row, field)));
  }
  const score = distance === 'Euclid' ? Math.sqrt(Math.abs(raw)) : distance === 'Manhattan' ? Math.abs(raw) : raw;
  return { score, tolerance: 1e-5 * Math.abs(raw) + 2e-6 * size + 1e-9 };
}

/** undefined: they share no index. */
export function scoreSparse(
  query: SparsePlain,
  vector: SparsePlain,
  weightOf: (index: number) => number,
): Expected | undefined {
  let score = 0;
  let size = 0;
  let isShared = false;
  query.indices.forEach((index, at) => {
    const other = vector.indices.indexOf(index);
    if (other < 0) return;
    isShared = true;
    const product = (query.values[at] ?? 0) * (vector.values[other] ?? 0) * weightOf(index);
    score += product;
    size += Math.abs(product);
  });
  return isShared ? { score, tolerance: 1e-5 * Math.abs(score) + 2e-6 * size + 1e-9 } : undefined;
}

/** Whether a shown score is what is expected. */
export function isNear(score: number, { score: wanted, tolerance }: Expected, distance: Distance): boolean {
  if (distance === 'Euclid') return Math.abs(score * score - wanted * wanted) <= tolerance;
  return Math.abs(score - wanted) <= tolerance;
}

export function rowsOf(plain: PlainVector): readonly (readonly number[])[] {
  if ('indices' in plain) throw new Error('a sparse vector has no rows');
  return Array.isArray(plain[0]) ? (plain as readonly (readonly number[])[]) : [plain as readonly number[]];
}

function keptRow(row: readonly number[], { distance, datatype }: DenseVectorConfig): readonly number[] {
  const given = row.map(Math.fround);
  const isNormalised = distance === 'Cosine' && datatype !== 'uint8';
  return (isNormalised ? normalised(given) : given).map((value) => keptNumber(value, datatype));
}

function normalised(row: readonly number[]): readonly number[] {
  const squares = row.reduce((sum, value) => sum + value * value, 0);
  if (squares < 1.1920929e-7 || Math.abs(squares - 1) <= 1e-6) return row;
  const inverse = 1 / Math.sqrt(squares);
  return row.map((value) => Math.fround(value * inverse));
}

function keptNumber(value: number, datatype: VectorDatatype | undefined): number {
  if (datatype === 'float16') return fromFloat16(toFloat16(value));
  if (datatype === 'uint8') return Math.min(Math.max(Math.trunc(value), 0), 255) + 0;
  return value;
}

/** Larger is better. Qdrant computes short vectors of halves in halves. */
function rawScore(a: readonly number[], b: readonly number[], { distance, datatype, size }: DenseVectorConfig): number {
  const half = (value: number): number => fromFloat16(toFloat16(value));
  const kept = datatype === 'float16' && size < 16 ? half : (value: number): number => value;
  const sum = (of: (x: number, y: number) => number): number =>
    a.reduce((total, x, at) => total + of(x, b[at] ?? 0), 0);
  const dot = sum((x, y) => kept(x * y));
  switch (distance) {
    case 'Cosine': {
      if (datatype !== 'uint8') return dot;
      const norms = Math.hypot(...a) * Math.hypot(...b);
      return norms === 0 ? 0 : dot / norms;
    }
    case 'Dot':
      return dot;
    case 'Euclid':
      return -sum((x, y) => kept(kept(x - y) ** 2));
    case 'Manhattan':
      return -sum((x, y) => Math.abs(kept(x - y)));
  }
}

/** Of the terms that a score is summed from: where they cancel out, rounding leaves an error in proportion to them,
 * and a query of zeros, which codes stand for too, one in proportion to the vector. */
function magnitude(a: readonly number[], b: readonly number[], { distance, datatype }: DenseVectorConfig): number {
  if (distance === 'Cosine' && datatype === 'uint8') return 1;
  const [left, right] = [Math.hypot(...a), Math.hypot(...b)];
  return distance === 'Euclid' ? (left + right) ** 2 : distance === 'Manhattan' ? left + right : (left || 1) * right;
}
