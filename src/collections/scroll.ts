import { bitsOf, hasBit } from '../base/bitset.ts';
import type { ScrollPage } from '../core/answers.ts';
import { refuseAborted } from '../core/context.ts';
import { badInput } from '../core/errors.ts';
import { type Filter, imposes } from '../core/filter.ts';
import { compareIds, idAfter, type PointId } from '../core/ids.ts';
import type { ScrollPoints } from '../core/requests.ts';
import { hydrate, type PointPlace } from './hydrate.ts';
import type { Matches } from './kept-matches.ts';
import { orderedPoints } from './order-by.ts';
import { firstPlaces } from './first-places.ts';
import type { PointPayload } from './payloads.ts';
import type { Shard } from './shard.ts';

/** A page of points in the order of ids, or of the values of a field. */
export async function scrollPoints(
  shards: readonly Shard[],
  request: ScrollPoints,
  signal: AbortSignal,
): Promise<ScrollPage> {
  const { offset, limit, filter, orderBy, withPayload, withVector } = request;
  if (orderBy !== undefined) {
    if (offset !== undefined) throw badInput(NO_OFFSET);
    const found = await orderedPoints(shards, { orderBy, limit, filter, signal });
    const hydrated = await hydrate(found, withPayload, withVector, signal);
    const points = hydrated.map(({ place: { orderValue }, record }) => ({ ...record, orderValue }));
    return { points, nextPageOffset: undefined };
  }
  const found = await firstPoints(shards, { offset, count: limit + 1, filter, signal });
  const hydrated = await hydrate(found.slice(0, limit), withPayload, withVector, signal);
  const points = hydrated.map(({ record }) => record);
  return { points, nextPageOffset: found[limit]?.id };
}

const NO_OFFSET =
  "Cannot use an `offset` when using `order_by`. The alternative for paging is to use `order_by.start_from` and a filter to exclude the IDs that you've already seen for the `order_by.start_from` value";

export interface FirstPoints {
  /** First id, inclusive. */
  readonly offset: PointId | undefined;
  readonly count: number;
  readonly filter: Filter | undefined;
  readonly signal: AbortSignal;
}

/** The first points of all shards in id order, of those that match where there is a filter. */
export async function firstPoints(shards: readonly Shard[], wanted: FirstPoints): Promise<PointPlace[]> {
  const { filter, offset, count, signal } = wanted;
  const pages = await Promise.all(
    shards.map(async (shard) => {
      if (!imposes(filter)) return placed(shard, await shard.payloads.page(offset, count));
      return firstMatching(shard, await shard.points.match(filter, signal), { offset, count, signal });
    }),
  );
  const merged = pages.length === 1 ? (pages[0] ?? []) : pages.flat().toSorted((a, b) => compareIds(a.id, b.id));
  return merged.slice(0, count);
}

function placed(shard: Shard, points: readonly PointPayload[]): PointPlace[] {
  const places: PointPlace[] = [];
  for (const { id, payload } of points) {
    const found = shard.find(id);
    if (found !== undefined) places.push({ id, shard, segment: found.segment, row: found.row, payload });
  }
  return places;
}

/** Microseconds that a matching point costs when all are compared, and a point of a page that is read in order. */
const COMPARE_US = 0.05;
const READ_US = 2;
const PAGE_POINTS = 1000;

/** Either every matching point is compared, or points are read in order until enough of them match: what is cheaper. */
async function firstMatching(
  shard: Shard,
  matches: Matches,
  { offset, count, signal }: Omit<FirstPoints, 'filter'>,
): Promise<PointPlace[]> {
  const read = (count * shard.pointCount) / Math.max(matches.count, 1);
  if (matches.count * COMPARE_US <= read * READ_US)
    return firstPlaces(shard, bitsOf(matches.words), { offset, count, direction: 'asc' });
  const found: PointPlace[] = [];
  let from = offset;
  while (found.length < count) {
    const points = await shard.payloads.page(from, PAGE_POINTS);
    refuseAborted(signal);
    const { words } = matches;
    for (const place of placed(shard, points)) {
      if (hasBit(words, place.segment.rows.slotAt(place.row))) found.push(place);
    }
    const last = points.at(-1);
    from = last === undefined ? undefined : idAfter(last.id);
    if (points.length < PAGE_POINTS || from === undefined) break;
  }
  return found.slice(0, count);
}
