import { hasBit } from '../base/bitset.ts';
import { VectorizerError } from '../core/errors.ts';
import type { PointId } from '../core/ids.ts';
import { idOfRow } from '../segments/row-table.ts';
import type { RowSource, Segment } from '../segments/segment.ts';
import type { UpsertCondition } from './record.ts';
import type { RecordedPoints } from './record-columns.ts';
import { pickPoints } from './routing.ts';
import { type Applied, type Applying, type ShardState, SLICE_ROWS } from './shard-state.ts';

/** Writes points whole: what a point had and the record does not name is gone. */
export async function upsertPoints(
  state: ShardState,
  points: RecordedPoints,
  condition: UpsertCondition | undefined,
  applying: Applying,
): Promise<Applied> {
  const written = condition === undefined ? points : await wantedPoints(state, points, condition);
  await appendPoints(state, written, 'with payloads', applying);
  return { pointCount: written.count };
}

/** Which points of a conditional upsert are written; decided for all of them before the first is. */
async function wantedPoints(
  state: ShardState,
  points: RecordedPoints,
  { mode, filter }: UpsertCondition,
): Promise<RecordedPoints> {
  // insert_only does not look at the filter: what exists stays in any case.
  const matches = filter === undefined || mode === 'insert_only' ? undefined : await state.matching(filter);
  const wanted: number[] = [];
  for (let point = 0; point < points.count; point++) {
    const place = state.find(idOfRow(points.flags, points.words, point));
    const isWanted =
      place === undefined
        ? mode !== 'update_only'
        : mode !== 'insert_only' && (matches === undefined || hasBit(matches, place.segment.rows.slotAt(place.row)));
    if (isWanted) wanted.push(point);
  }
  return wanted.length === points.count ? points : pickPoints(points, wanted);
}

/** Writes rows; `vectors alone`: payloads stay as they are. */
export async function appendPoints(
  state: ShardState,
  points: RecordedPoints,
  what: 'with payloads' | 'vectors alone',
  { sequence, giveWay }: Applying,
): Promise<void> {
  const { count, flags, words, vectors } = points;
  for (let first = 0; first < count; first += SLICE_ROWS) {
    const rowCount = Math.min(SLICE_ROWS, count - first);
    const active = append(state, { flags, words, first, rowCount, versions: sequence, vectors });
    const firstRow = active.rowCount - rowCount;
    for (let index = 0; index < rowCount; index++) {
      const slot = active.rows.slotAt(firstRow + index);
      state.slots.place(slot, active, firstRow + index);
      if (what === 'with payloads') writePayload(state, points, first + index, slot);
      state.changed(slot);
    }
    await giveWay();
    // Rows that come while codes are being trained would have to be coded, and kept, twice.
    await Promise.all(active.fields.map((field) => field.settled()));
  }
}

function writePayload(state: ShardState, points: RecordedPoints, point: number, slot: number): void {
  const { flags, words, payloads, payloadStarts } = points;
  const payload = payloads.slice(payloadStarts[point], payloadStarts[point + 1]);
  state.payloads.set(idOfRow(flags, words, point), payload, undefined);
  state.fields.set(slot, payload);
}

/** Appends to the last segment, or to a new one where its memory cannot grow any more; returns which. */
function append(state: ShardState, rows: RowSource): Segment {
  const last = state.segments.at(-1);
  const active = last === undefined || last.isFull ? state.startSegment() : last;
  try {
    active.append(rows, (id) => claim(state, active, id));
    return active;
  } catch (error) {
    // Caught to go on elsewhere: nothing of the rows is in it.
    if (!isFull(error) || active.rowCount === 0) throw error;
    const next = state.startSegment();
    next.append(rows, (id) => claim(state, next, id));
    return next;
  }
}

/** One arena of memory holds 4 GiB: others go on elsewhere. */
export function isFull(error: unknown): boolean {
  return error instanceof VectorizerError && error.kind === 'insufficient_storage';
}

/** The slot of a point that comes to `active`: the one that it had in another segment, or a new one. */
function claim({ segments, slots }: ShardState, active: Segment, id: PointId): number {
  for (const segment of segments) {
    const row = segment === active ? undefined : segment.replace(id);
    if (row !== undefined) return segment.rows.slotAt(row);
  }
  return slots.take();
}
