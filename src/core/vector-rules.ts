import { MULTI_NUMBERS_MAX } from './request-limits.ts';

/** What Qdrant's validation says of vectors that make no sense, at every door. */

/** Of the values. */
export const SPARSE_LENGTHS = 'Validation error: must be the same length as indices [{}]';
/** Of the indices. */
export const SPARSE_UNIQUE = 'Validation error: must be unique [{}]';

/** Rules that a multivector breaks. lengths: of its rows. */
export function multiFaults(lengths: readonly number[]): readonly string[] {
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const found: string[] = [];
  if (lengths.includes(0)) found.push('all vectors must be non-empty');
  if (total >= MULTI_NUMBERS_MAX) {
    found.push(`Total size of all vectors (${total}) must be less than ${MULTI_NUMBERS_MAX}`);
  }
  const odd = lengths.find((length) => length !== lengths[0]);
  if (odd !== undefined) {
    found.push(`all vectors must have the same dimension, found vector with dimension ${odd}`);
  }
  return found;
}

/** Sorts the entries of a sparse vector by index, in place. False where an index stands there twice. */
export function sortSparse(indices: Uint32Array, values: Float32Array): boolean {
  if (isAscending(indices)) return true;
  const givenIndices = indices.slice();
  const givenValues = values.slice();
  const order = Uint32Array.from(indices, (_, at) => at).sort(
    (a, b) => (givenIndices[a] ?? 0) - (givenIndices[b] ?? 0),
  );
  order.forEach((from, to) => {
    indices[to] = givenIndices[from] ?? 0;
    values[to] = givenValues[from] ?? 0;
  });
  return isAscending(indices);
}

/** Whether each index is greater than the one before. */
function isAscending(indices: Uint32Array): boolean {
  for (let at = 1; at < indices.length; at++) if ((indices[at] ?? 0) <= (indices[at - 1] ?? 0)) return false;
  return true;
}
