import { badRequest, unknownShardKey } from '../../core/errors.ts';
import type { ShardKeys } from '../../core/requests.ts';

/** No collection of this version has shards by key. */
export function refuseShardKeys(keys: ShardKeys): void {
  const [key] = keys ?? [];
  if (key !== undefined) throw badRequest(unknownShardKey(key));
}
