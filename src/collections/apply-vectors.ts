import { hasBit } from '../base/bitset.ts';
import { present } from '../base/invariant.ts';
import type { Filter } from '../core/filter.ts';
import { idColumn, idText, type PointId, sameId } from '../core/ids.ts';
import type { PointsTarget } from '../core/requests.ts';
import { ColumnBuilder, isEmptyColumn, vectorOf } from '../core/vector-columns.ts';
import type { NamedVector, Vector } from '../core/vectors.ts';
import { idOfRow } from '../segments/row-table.ts';
import type { Segment } from '../segments/segment.ts';
import { appendPoints, isFull } from './apply-points.ts';
import type { RecordedPoints } from './record-columns.ts';
import {
  type Applied,
  type Applying,
  CHUNK_POINTS,
  missingPoint,
  type ShardState,
  SLICE_ROWS,
  targetIds,
} from './shard-state.ts';

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
  const others = await addVectors(state, points, wanted, applying);
  for (const piece of distinctPieces(points, others)) {
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

/**
 * Gives points vectors under names where they have none, in the rows that they have. The others, in order: a point that
 * needs a new row gets its later vectors there too.
 */
async function addVectors(
  state: ShardState,
  points: RecordedPoints,
  wanted: readonly number[],
  { sequence, giveWay }: Applying,
): Promise<readonly number[]> {
  const others: number[] = [];
  const rewritten = new Set<string>();
  for (const [index, point] of wanted.entries()) {
    if (index % SLICE_ROWS === 0) await giveWay();
    const id = idOfRow(points.flags, points.words, point);
    const { segment, row } = present(state.find(id), 'apply: the point exists');
    if (!rewritten.has(idText(id)) && addsTo(segment, row, vectorsOf(points, point), sequence)) {
      state.payloads.set(id, state.payloads.get(id), sequence);
      state.changed(segment.rows.slotAt(row));
    } else {
      rewritten.add(idText(id));
      others.push(point);
    }
  }
  return others;
}

function addsTo(segment: Segment, row: number, vectors: readonly NamedVector[], sequence: number): boolean {
  try {
    return segment.addVectors(row, vectors, sequence);
  } catch (error) {
    if (isFull(error)) return false;
    throw error;
  }
}

function vectorsOf(points: RecordedPoints, point: number): readonly NamedVector[] {
  return points.vectors.flatMap((column) => {
    const vector = vectorOf(column, point);
    return vector === undefined ? [] : [{ name: column.name, vector }];
  });
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
