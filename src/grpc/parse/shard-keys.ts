import type { ShardKey } from '../../../generated/collections.js';
import type { ShardKeySelector } from '../../../generated/points.js';
import { badInput, badRequest, unknownShardKey } from '../../core/errors.ts';
import type { ShardKeys } from '../../core/requests.ts';

/**
 * Which shards a selector names. A fallback comes first: it is what is asked until the target exists. Keys that hold
 * nothing are passed over.
 */
export function shardKeysOf(selector: ShardKeySelector | undefined): ShardKeys {
  if (selector === undefined) return undefined;
  const { shardKeys, fallback } = selector;
  return (fallback === undefined ? shardKeys : [fallback, ...shardKeys]).flatMap(keysOf);
}

function keysOf({ key }: ShardKey): readonly (string | bigint)[] {
  return key === undefined ? [] : [key.value];
}

/**
 * Throws what Qdrant says of keys that it does not know, since no collection of this version has any: for requests whose
 * core type has no room for keys.
 */
export function refuseShardKeys(selector: ShardKeySelector | undefined, access: 'read' | 'write'): void {
  const [key] = shardKeysOf(selector) ?? [];
  if (key === undefined) return;
  const message = unknownShardKey(key);
  throw access === 'read' ? badRequest(message) : badInput(message);
}
