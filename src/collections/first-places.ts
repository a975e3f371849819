import { compareIds, type PointId } from '../core/ids.ts';
import { FLAG_UUID, type RowTable } from '../segments/row-table.ts';
import type { PointPlace } from './hydrate.ts';
import type { Shard } from './shard.ts';

export interface FirstPlaces {
  /** No id before this one; undefined = all. */
  readonly offset: PointId | undefined;
  readonly count: number;
  readonly direction: 'asc' | 'desc';
}

/** Of the points of some slots those with the first ids, in order; as many as `count`. Linear, whatever the count. */
export function firstPlaces(shard: Shard, slots: Iterable<number>, wanted: FirstPlaces): PointPlace[] {
  const { offset, count, direction } = wanted;
  const sign = direction === 'asc' ? 1 : -1;
  const kept: PointPlace[] = [];
  let last: PointId | undefined;
  const trim = (): void => {
    kept.sort((a, b) => sign * compareIds(a.id, b.id));
    kept.length = Math.min(kept.length, count);
    if (kept.length === count) last = kept[count - 1]?.id;
  };
  for (const slot of slots) {
    const { segment, row } = shard.points.placeOf(slot);
    if (last !== undefined && sign * compareRow(segment.rows, row, last) >= 0) continue;
    if (offset !== undefined && sign * compareRow(segment.rows, row, offset) < 0) continue;
    kept.push({ id: segment.rows.idAt(row), shard, segment, row });
    // Sorting whenever the list has grown fourfold keeps the whole linear.
    if (kept.length >= count * 4 + 64) trim();
  }
  trim();
  return kept;
}

/** As `compareIds`, of the point of a row, without making an id of it. */
function compareRow({ flags, words }: RowTable, row: number, id: PointId): number {
  const at = row * 4;
  return (
    ((flags[row] ?? 0) & FLAG_UUID) - id.kind ||
    (words[at] ?? 0) - id.word0 ||
    (words[at + 1] ?? 0) - id.word1 ||
    (words[at + 2] ?? 0) - id.word2 ||
    (words[at + 3] ?? 0) - id.word3
  );
}
