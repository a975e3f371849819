import { deletePayloadKeys, mergePayload, mergePayloadAt } from '../core/payload-edit.ts';
import type { PointId } from '../core/ids.ts';
import { type Applied, type Applying, missingPoint, type Place, type ShardState, targetIds } from './shard-state.ts';
import type { PayloadRecord } from './record.ts';

/**
 * Changes payloads. The points' rows stay; their version becomes the operation's. Of a list of ids the chunks before and
 * with a missing point are carried out, then it is refused (SEMANTICS.md 1.2).
 */
export async function applyPayload(state: ShardState, record: PayloadRecord, applying: Applying): Promise<Applied> {
  const edit = editOf(record);
  let pointCount = 0;
  for await (const ids of targetIds(state, record.target)) {
    let missing: PointId | undefined;
    for (const id of ids) {
      const place = state.find(id);
      if (place === undefined) missing ??= id;
      else {
        writePayload(state, id, place, edit(state.payloads.get(id)), applying.sequence);
        pointCount++;
      }
    }
    if (missing !== undefined) return { pointCount, refusal: missingPoint(missing) };
    await applying.giveWay();
  }
  return { pointCount };
}

function writePayload(state: ShardState, id: PointId, place: Place, payload: Uint8Array, sequence: number): void {
  const { segment, row } = place;
  const slot = segment.rows.slotAt(row);
  state.payloads.set(id, payload, sequence);
  segment.rows.setVersion(row, sequence);
  state.fields.set(slot, payload);
  state.changed(slot);
}

function editOf(record: PayloadRecord): (stored: Uint8Array) => Uint8Array {
  switch (record.kind) {
    case 'overwrite_payload':
      return () => record.payload;
    case 'set_payload': {
      const { key, payload } = record;
      if (key === undefined) return (stored) => mergePayload(stored, payload);
      return (stored) => mergePayloadAt(stored, key.steps, payload);
    }
    case 'delete_payload': {
      const paths = record.keys.map(({ steps }) => steps);
      return (stored) => deletePayloadKeys(stored, paths);
    }
  }
}
