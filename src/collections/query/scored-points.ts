import type { ScoredPoint } from '../../core/answers.ts';
import type { QueryPoints } from '../../core/requests.ts';
import { hydrate } from '../hydrate.ts';
import type { FoundPoint } from './found-point.ts';

/** Reads what of the found points is shown. */
export async function scoredPoints(
  found: readonly FoundPoint[],
  { withPayload, withVector }: Pick<QueryPoints, 'withPayload' | 'withVector'>,
): Promise<ScoredPoint[]> {
  const records = await hydrate(found, withPayload, withVector);
  return records.map((record, index) => {
    const { version, score, orderValue } = found[index] as FoundPoint;
    return { ...record, version, score, orderValue };
  });
}
