import type { Distance } from './collection-config.ts';

/**
 * What scores mean (SEMANTICS.md 1.3). Inside, every score is raw and larger is better: the dot product, minus the
 * squared distance, minus the sum of absolute differences. The door shows what `shownScore` makes of it.
 */
export function shownScore(distance: Distance, raw: number): number {
  switch (distance) {
    case 'Cosine':
    case 'Dot':
      return raw;
    case 'Euclid':
      return Math.fround(Math.sqrt(Math.abs(raw)));
    case 'Manhattan':
      return Math.abs(raw);
  }
}

/** The score that `shownScore` shows so. */
export function rawScore(distance: Distance, shown: number): number {
  switch (distance) {
    case 'Cosine':
    case 'Dot':
      return shown;
    case 'Euclid':
      return -(shown ** 2);
    case 'Manhattan':
      return -shown;
  }
}

/** Whether a larger shown score is the better one. */
export function largerIsBetter(distance: Distance): boolean {
  return distance === 'Cosine' || distance === 'Dot';
}

/** Rust's f32::EPSILON: shorter vectors than its root are left as they are. */
const EPSILON = 1.1920929e-7;
/** Vectors whose squared length is this close to 1 count as normalised. */
const UNIT_TOLERANCE = 1e-6;

/**
 * Checks rows and, for Cosine, normalises them in place as Qdrant does on insertion: rows of nearly no length or of
 * nearly unit length stay as they are.
 *
 * rows     whole rows of `dimension` floats end to end.
 * Returns  the index (in floats) of the first component that is not finite, or -1. Rows before it are normalised.
 */
export function normaliseRows(rows: Float32Array, dimension: number, cosine: boolean): number {
  for (let start = 0; start < rows.length; start += dimension) {
    const end = start + dimension;
    let squares = 0;
    for (let at = start; at < end; at++) {
      const value = rows[at] as number;
      squares += value * value;
    }
    // The square of the largest f32 is far below the largest double: the sum is finite when all components are.
    if (!Number.isFinite(squares)) {
      for (let at = start; at < end; at++) if (!Number.isFinite(rows[at])) return at;
    }
    if (!cosine || squares < EPSILON || Math.abs(squares - 1) <= UNIT_TOLERANCE) continue;
    const inverse = 1 / Math.sqrt(squares);
    for (let at = start; at < end; at++) rows[at] = (rows[at] as number) * inverse;
  }
  return -1;
}
