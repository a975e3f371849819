import type { PointId } from '../core/ids.ts';
import type { PointPlace } from './hydrate.ts';
import { shardOf } from './routing.ts';
import type { Shard } from './shard.ts';

/** Where a point stands now in the shards of a collection; undefined where it is in none. */
export function findPoint(shards: readonly Shard[], id: PointId): PointPlace | undefined {
  const shard = shards[shardOf(id, shards.length)];
  const place = shard?.find(id);
  return shard === undefined || place === undefined ? undefined : { id, shard, ...place };
}
