import type { PointsTarget } from '../core/requests.ts';
import { applyPayload } from './apply-payload.ts';
import { upsertPoints } from './apply-points.ts';
import { removeVectors, updateVectors } from './apply-vectors.ts';
import type { UpdateRecord } from './record.ts';
import { type Applied, type Applying, type ShardState, targetIds } from './shard-state.ts';

/**
 * Applies one record of the log. Deterministic: the same records on the same state give the same state; recovery calls
 * this very function. Of a point that stands twice in a record the last one wins.
 */
export async function applyRecord(state: ShardState, record: UpdateRecord, applying: Applying): Promise<Applied> {
  switch (record.kind) {
    case 'upsert':
      return upsertPoints(state, record.points, record.condition, applying);
    case 'remove':
      return removePoints(state, record.target, applying);
    case 'set_payload':
    case 'overwrite_payload':
    case 'delete_payload':
      return applyPayload(state, record, applying);
    case 'update_vectors':
      return updateVectors(state, record.points, record.filter, applying);
    case 'remove_vectors':
      return removeVectors(state, record.target, record.names, applying);
    case 'create_index':
      return { pointCount: 0, settled: state.fields.create(record.path, record.schema) };
    case 'delete_index':
      state.fields.delete(record.path);
      return { pointCount: 0 };
    case 'create_vector_field':
      state.vectorFields.create(record.spec);
      return { pointCount: 0 };
    case 'delete_vector_field':
      state.vectorFields.delete(record.name);
      return { pointCount: 0 };
  }
}

async function removePoints(state: ShardState, target: PointsTarget, { giveWay }: Applying): Promise<Applied> {
  let pointCount = 0;
  for await (const ids of targetIds(state, target)) {
    for (const id of ids) {
      const place = state.find(id);
      if (place === undefined) continue;
      const slot = place.segment.rows.slotAt(place.row);
      place.segment.delete(id);
      state.payloads.set(id, undefined, undefined);
      state.fields.clear(slot);
      state.slots.release(slot);
      state.changed(slot);
      pointCount++;
    }
    await giveWay();
  }
  return { pointCount };
}
