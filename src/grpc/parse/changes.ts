import type * as wire from '../../../generated/points.js';
import type { PointChange, PointsTarget, UpdatePoints } from '../../core/requests.ts';
import { invalidArgument } from '../grpc-error.ts';
import { filterOf } from './filter.ts';
import { idsOf } from './ids.ts';
import { jsonPathOf } from './paths.ts';
import { payloadJson } from './payload-json.ts';
import { refuseShardKeys } from './shard-keys.ts';
import { Violations } from './violations.ts';
import { type WireWriteOptions, writeOptionsOf } from './write-options.ts';

/**
 * Changes of points but for those that bring vectors. Each is a message of its own, and one of a batch that has the same
 * fields, without the collection.
 * path  of the message within the request, with a point behind it; '' = it is the request.
 */
export type ChangeOf<Message> = (message: Message, path: string, violations: Violations) => PointChange;

type ChangeHead = WireWriteOptions & { readonly collectionName: string };

/** A request that is one change. */
export function changeRequest<Message>(changeOf: ChangeOf<Message>): (message: ChangeHead & Message) => UpdatePoints {
  return (message) => {
    const violations = new Violations();
    const collection = violations.collection(message.collectionName);
    const change = changeOf(message, '', violations);
    return { collection, ...writeOptionsOf(message), change };
  };
}

type Selected = Pick<wire.SetPayloadPoints, 'pointsSelector' | 'shardKeySelector'>;

type Chosen = Pick<wire.DeletePoints, 'points' | 'shardKeySelector'>;

export const deletePointsOf: ChangeOf<Chosen> = (message, path, violations) => {
  return { kind: 'delete', target: chosenOf(message, path, violations) };
};

export const clearPayloadOf: ChangeOf<Chosen> = (message, path, violations) => {
  return { kind: 'clear_payload', target: chosenOf(message, path, violations) };
};

export const setPayloadOf: ChangeOf<Selected & Pick<wire.SetPayloadPoints, 'payload' | 'key'>> = (
  message,
  path,
  violations,
) => {
  const target = selectedOf(message, path, violations);
  const key = message.key === undefined ? undefined : jsonPathOf(message.key);
  return { kind: 'set_payload', target, payload: payloadJson(message.payload), key };
};

/** A `key` means nothing here. */
export const overwritePayloadOf: ChangeOf<Selected & Pick<wire.SetPayloadPoints, 'payload'>> = (
  message,
  path,
  violations,
) => {
  const target = selectedOf(message, path, violations);
  return { kind: 'overwrite_payload', target, payload: payloadJson(message.payload) };
};

export const deletePayloadOf: ChangeOf<Selected & Pick<wire.DeletePayloadPoints, 'keys'>> = (
  message,
  path,
  violations,
) => {
  const target = selectedOf(message, path, violations);
  return { kind: 'delete_payload', target, keys: message.keys.map(jsonPathOf) };
};

export const deleteVectorsOf: ChangeOf<Selected & Pick<wire.DeletePointVectors, 'vectors'>> = (
  message,
  path,
  violations,
) => {
  const names = message.vectors?.names ?? [];
  if (message.vectors !== undefined && names.length === 0) {
    violations.add(`${path}vectors.names`, 'must specify vector names to delete');
  }
  const target = selectedOf(message, path, violations);
  if (message.vectors === undefined) throw invalidArgument('vectors is expected');
  return {
    kind: 'delete_vectors',
    names: [...new Set(names)],
    filter: target.kind === 'filter' ? target.filter : undefined,
    ids: target.kind === 'ids' ? target.ids : undefined,
  };
};

/** What the field `points` names. */
function chosenOf({ points, shardKeySelector }: Chosen, path: string, violations: Violations): PointsTarget {
  const target = targetOf(points, `${path}points`, violations);
  return soundTarget(target, shardKeySelector, 'PointSelector is missing', violations);
}

/** What the field `points_selector` names. */
function selectedOf(message: Selected, path: string, violations: Violations): PointsTarget {
  const target = targetOf(message.pointsSelector, `${path}points_selector`, violations);
  return soundTarget(target, message.shardKeySelector, 'points_selector is expected', violations);
}

/** Throws what is wrong: broken rules first, then `missing` where there is no target, then keys of shards. */
function soundTarget(
  target: PointsTarget | undefined,
  shardKeys: wire.ShardKeySelector | undefined,
  missing: string,
  violations: Violations,
): PointsTarget {
  violations.finish();
  if (target === undefined) throw invalidArgument(missing);
  refuseShardKeys(shardKeys, 'write');
  return target;
}

function targetOf(
  selector: wire.PointsSelector | undefined,
  path: string,
  violations: Violations,
): PointsTarget | undefined {
  if (selector === undefined) return undefined;
  const one = selector.pointsSelectorOneOf;
  switch (one?.$case) {
    case 'points':
      return { kind: 'ids', ids: idsOf(one.value.ids) };
    case 'filter': {
      const filter = filterOf(one.value, `${path}.points_selector_one_of`, violations);
      return filter === undefined ? undefined : { kind: 'filter', filter };
    }
    case undefined:
      throw invalidArgument('Malformed PointsSelector type');
  }
}
