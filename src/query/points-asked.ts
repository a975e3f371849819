import type { QueryStep } from '../core/query.ts';

/** Points that the steps of a query find together at most, in a collection of `pointCount`: what it takes of memory. */
export function pointsAsked({ query, limit, prefetch }: QueryStep, pointCount: number): number {
  const candidates = query?.kind === 'nearest' ? (query.mmr?.candidatesLimit ?? 0) : 0;
  const own = Math.min(Math.max(limit, candidates), pointCount);
  return prefetch.reduce((sum, step) => sum + pointsAsked(step, pointCount), own);
}
