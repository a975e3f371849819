import { refuseAborted } from '../../core/context.ts';
import { type Condition, EVERYTHING, joinFilters } from '../../core/filter.ts';
import type { PointId } from '../../core/ids.ts';
import type { PointPlace } from '../hydrate.ts';
import { orderedPoints } from '../order-by.ts';
import { firstPoints } from '../scroll.ts';
import type { Shard } from '../shard.ts';
import type { FoundPoint } from './found-point.ts';
import type { UnrankedStep } from './resolved-step.ts';
import { sampleAmong, samplePoints } from './sample.ts';

/**
 * The points of such a step from several shards, at most its limit. All scores are 1.
 * among  what its prefetches have found; undefined: it has none, and all points of its filter are meant.
 */
export async function findUnranked(
  { signal, random }: { readonly signal: AbortSignal; readonly random: () => number },
  shards: readonly Shard[],
  step: UnrankedStep,
  among: readonly FoundPoint[] | undefined,
): Promise<readonly FoundPoint[]> {
  refuseAborted(signal);
  const { order, limit } = step;
  const filter = joinFilters(
    among === undefined ? step.filter : { ...EVERYTHING, must: [hasId(among.map(({ id }) => id))] },
    step.excluded.length === 0 ? undefined : { ...EVERYTHING, mustNot: [hasId(step.excluded)] },
  );
  if (order === 'random')
    return among === undefined
      ? samplePoints(shards, { count: limit, filter, using: undefined, signal, random })
      : sampleAmong(among, limit, random);
  const found: readonly PointPlace[] =
    order === 'id'
      ? await firstPoints(shards, { offset: undefined, count: limit, filter, signal })
      : await orderedPoints(shards, { orderBy: order, limit, filter, signal });
  return found.map((place) => ({ ...place, score: 1, version: 0 }));
}

function hasId(ids: readonly PointId[]): Condition {
  return { kind: 'has_id', ids };
}
