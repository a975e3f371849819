import type { CollectionConfig } from '../core/collection-config.ts';
import { badRequest } from '../core/errors.ts';
import type { IdColumn } from '../core/ids.ts';
import type { PointChange, PointColumns, PointsTarget } from '../core/requests.ts';
import { acceptVectors, unknownVector } from './accept-vectors.ts';
import type { UpdateRecord } from './record.ts';
import type { RecordedPoints } from './record-columns.ts';

const NO_PAYLOAD: Uint8Array = new Uint8Array(0);

/**
 * Checks a change against a collection and makes the records that will be logged, in order: one, but for a removal of
 * vectors by filter and by ids. Nothing else can be logged.
 *
 * Throws   bad_request where it names no points; bad_input on a wrong dimension, an unknown vector name, a vector of
 *          another kind or a component that is not finite. `OperationRejected` marks those that Qdrant finds only after
 *          it has numbered the operation.
 */
export function acceptChange(change: PointChange, config: CollectionConfig): readonly UpdateRecord[] {
  switch (change.kind) {
    case 'upsert': {
      const { mode, updateFilter: filter } = change;
      const condition = mode === 'upsert' && filter === undefined ? undefined : { mode, filter };
      return [{ kind: 'upsert', points: acceptPoints(change.points, config), condition }];
    }
    case 'delete':
      return [{ kind: 'remove', target: acceptTarget(change.target) }];
    case 'set_payload':
      return [{ ...change, target: acceptTarget(change.target) }];
    case 'overwrite_payload':
      return [{ ...change, target: acceptTarget(change.target) }];
    case 'delete_payload':
      return [{ ...change, target: acceptTarget(change.target) }];
    case 'clear_payload':
      return [{ kind: 'overwrite_payload', target: acceptTarget(change.target), payload: NO_PAYLOAD }];
    case 'update_vectors':
      return [{ kind: change.kind, points: acceptPoints(change.points, config), filter: change.updateFilter }];
    case 'delete_vectors': {
      const { names, filter, ids } = change;
      const known = [...config.params.vectors, ...config.params.sparseVectors].map(({ name }) => name);
      for (const name of names) if (!known.includes(name)) throw unknownVector(name);
      const targets: PointsTarget[] = filter === undefined ? [] : [{ kind: 'filter', filter }];
      if (ids !== undefined) targets.push({ kind: 'ids', ids: acceptIds(ids) });
      if (targets.length === 0) throw badRequest('No filter or points provided');
      return targets.map((target) => ({ kind: 'remove_vectors', target, names }));
    }
  }
}

function acceptTarget(target: PointsTarget): PointsTarget {
  return target.kind === 'ids' ? { kind: 'ids', ids: acceptIds(target.ids) } : target;
}

function acceptIds(ids: IdColumn): IdColumn {
  if (ids.count === 0) throw badRequest('Empty update request');
  return ids;
}

/** The columns as they will be logged. */
function acceptPoints(points: PointColumns, config: CollectionConfig): RecordedPoints {
  const { ids, payloads, payloadStarts } = points;
  const { count } = acceptIds(ids);
  return {
    count,
    flags: ids.kinds.subarray(0, count),
    words: ids.words.subarray(0, count * 4),
    vectors: acceptVectors(points, config),
    payloadStarts: payloadStarts.subarray(0, count + 1),
    payloads: payloads.subarray(0, payloadStarts[count] ?? 0),
  };
}
