import { hasBit } from '../base/bitset.ts';
import { present } from '../base/invariant.ts';
import { VectorizerError } from '../core/errors.ts';
import { idColumn, idText, type PointId, sameId } from '../core/ids.ts';
import type { Filter } from '../core/filter.ts';
import type { PointsTarget } from '../core/requests.ts';
import { ColumnBuilder, isEmptyColumn, vectorOf } from '../core/vector-columns.ts';
import type { Vector } from '../core/vectors.ts';
import { idOfRow } from '../segments/row-table.ts';
import type { RowSource, Segment } from '../segments/segment.ts';
import {
  type Applied,
  type Applying,
  CHUNK_POINTS,
  missingPoint,
  type ShardState,
  SLICE_ROWS,
  targetIds,
} from './shard-state.ts';
import type { UpsertCondition } from './record.ts';
import type { RecordedPoints } from './record-columns.ts';
import { pickPoints } from './routing.ts';

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

/** Gives points other vectors; those that are not named and their payloads stay. Missing points are refused as `applyPayload` does. */
export async function updateVectors(
  state: ShardState,
  points: RecordedPoints,
  filter: Filter | undefined,
  applying: Applying,
): Promise<Applied> {
  const matches = filter === undefined ? undefined : await state.matching(filter);
  const wanted: number[] = [];
  let missing: PointId | undefined;
  for (let point = 0; point < points.count; point++) {
    if (missing !== undefined && point % CHUNK_POINTS === 0) break;
    const id = idOfRow(points.flags, points.words, point);
    const place = state.find(id);
    if (place === undefined) missing ??= id;
    else if (matches === undefined || hasBit(matches, place.segment.rows.slotAt(place.row))) wanted.push(point);
  }
  const columns = new Map(points.vectors.map((column) => [column.name, column]));
  for (const piece of distinctPieces(points, wanted)) {
    const ids = piece.map((point) => idOfRow(points.flags, points.words, point));
    const rows = rewritten(state, ids, (index, name) => {
      const column = columns.get(name);
      return column === undefined ? undefined : vectorOf(column, piece[index] as number);
    });
    await appendPoints(state, rows, 'vectors alone', applying);
  }
  return { pointCount: wanted.length, refusal: missing === undefined ? undefined : missingPoint(missing) };
}

/** Takes vectors from points. */
export async function removeVectors(
  state: ShardState,
  target: PointsTarget,
  names: readonly string[],
  applying: Applying,
): Promise<Applied> {
  let pointCount = 0;
  for await (const ids of targetIds(state, target)) {
    const there = ids.filter((id) => state.find(id) !== undefined);
    const rows = rewritten(state, there, (_index, name) => (names.includes(name) ? 'none' : undefined));
    await appendPoints(state, rows, 'vectors alone', applying);
    pointCount += there.length;
    const missing = ids.find((id) => !there.some((other) => sameId(id, other)));
    if (missing !== undefined) return { pointCount, refusal: missingPoint(missing) };
  }
  return { pointCount };
}

/** Points in pieces of which none names a point twice: the second time it builds on what the first has made of it. */
function* distinctPieces(points: RecordedPoints, wanted: readonly number[]): Generator<readonly number[]> {
  let piece: number[] = [];
  const seen = new Set<string>();
  for (const point of wanted) {
    const id = idText(idOfRow(points.flags, points.words, point));
    if (seen.has(id) || piece.length === SLICE_ROWS) {
      yield piece;
      piece = [];
      seen.clear();
    }
    seen.add(id);
    piece.push(point);
  }
  if (piece.length > 0) yield piece;
}

/**
 * New rows for points that exist: under each name the vector that `change` gives, none where it says so, and else the one
 * that the point has.
 */
function rewritten(
  state: ShardState,
  ids: readonly PointId[],
  change: (index: number, name: string) => Vector | 'none' | undefined,
): RecordedPoints {
  const { count, kinds, words } = idColumn(ids);
  const places = ids.map((id) => present(state.find(id), 'apply: the point exists'));
  const fields = state.segments.at(-1)?.fields ?? [];
  const vectors = fields.map(({ name, spec }) => {
    const builder = new ColumnBuilder(name, spec.kind);
    places.forEach(({ segment, row }, index) => {
      const changed = change(index, name) ?? segment.vectorAt(row, name);
      builder.push(changed === 'none' ? undefined : changed);
    });
    return builder.column();
  });
  return {
    count,
    flags: kinds,
    words,
    payloadStarts: new Uint32Array(count + 1),
    vectors: vectors.filter((column) => !isEmptyColumn(column)),
    payloads: new Uint8Array(0),
  };
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

async function appendPoints(
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
    // Caught to go on elsewhere: one arena of memory holds 4 GiB, and nothing of the rows is in it.
    if (!(error instanceof VectorizerError && error.kind === 'insufficient_storage') || active.rowCount === 0)
      throw error;
    const next = state.startSegment();
    next.append(rows, (id) => claim(state, next, id));
    return next;
  }
}

/** The slot of a point that comes to `active`: the one that it had in another segment, or a new one. */
function claim({ segments, slots }: ShardState, active: Segment, id: PointId): number {
  for (const segment of segments) {
    const row = segment === active ? undefined : segment.replace(id);
    if (row !== undefined) return segment.rows.slotAt(row);
  }
  return slots.take();
}
