import type { ScoredPoint } from '../../core/answers.ts';
import type { QueryPoints } from '../../core/requests.ts';
import { hydrate } from '../hydrate.ts';
import type { FoundPoint } from './found-point.ts';

/** Reads what of the found points is shown; those that are deleted meanwhile are left out. */
export async function scoredPoints(
  found: readonly FoundPoint[],
  { withPayload, withVector }: Pick<QueryPoints, 'withPayload' | 'withVector'>,
  signal: AbortSignal,
): Promise<ScoredPoint[]> {
  const hydrated = await hydrate(found, withPayload, withVector, signal);
  return hydrated.map(({ place: { version, score, orderValue }, record }) => ({
    ...record,
    version,
    score,
    orderValue,
  }));
}
