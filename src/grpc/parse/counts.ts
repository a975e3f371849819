/** A count as a number; beyond 2^53, where none is meant exactly, the largest exact one. */
export function countOf(value: bigint | number): number {
  return value > Number.MAX_SAFE_INTEGER ? Number.MAX_SAFE_INTEGER : Number(value);
}
