import type { Record, ScrollPage } from '../core/answers.ts';
import { badInput } from '../core/errors.ts';
import type { ScrollPoints } from '../core/requests.ts';

/** Points of a page, at most: what is ahead of a slow client must not fill the memory. */
const PAGE_POINTS_MAX = 10_000;
/** Pages are read several at a time where they are small: so much at most, and so many points. */
const READ_BYTES_MAX = 4 << 20;
const READ_POINTS_MAX = 4_000;

/**
 * All points of a collection from `offset` on, in the order of ids, `limit` at a time. What comes next is read while the
 * last is used, and no more than that: a few pages together where points are small, since reading waits for a thread. Points
 * are shown as they are when they are read.
 *
 * read    one page.
 * Throws  bad_input with an order_by: pages of equal values have no end that one could go on from.
 */
export async function* scrollPages(
  request: ScrollPoints,
  read: (request: ScrollPoints) => Promise<ScrollPage>,
): AsyncGenerator<readonly Record[], void, undefined> {
  if (request.orderBy !== undefined) throw badInput('Points that are ordered by a field cannot be streamed');
  const pagePoints = Math.min(request.limit, PAGE_POINTS_MAX);
  let pages = 1;
  const readFrom = (offset: ScrollPoints['offset']): Promise<ScrollPage> => {
    const found = read({ ...request, limit: pagePoints * pages, offset });
    // Whoever stops in between never looks at it.
    found.catch(() => undefined);
    return found;
  };
  let next: Promise<ScrollPage> | undefined = readFrom(request.offset);
  while (next !== undefined) {
    const { points, nextPageOffset }: ScrollPage = await next;
    pages = pagesOf(pagePoints, points);
    next = nextPageOffset === undefined ? undefined : readFrom(nextPageOffset);
    for (let at = 0; at < points.length; at += pagePoints) yield points.slice(at, at + pagePoints);
  }
}

/** How many pages are read together, as the last points were. */
function pagesOf(pagePoints: number, last: readonly Record[]): number {
  const bytes = last.reduce((sum, point) => sum + bytesOf(point), 0) / Math.max(last.length, 1);
  const points = Math.min(READ_POINTS_MAX, READ_BYTES_MAX / Math.max(bytes, 1));
  return Math.max(1, Math.floor(points / pagePoints));
}

function bytesOf({ payload, vectors }: Record): number {
  const vectorBytes = vectors?.reduce((sum, { vector }) => sum + vector.values.byteLength, 0) ?? 0;
  return (payload?.length ?? 0) + vectorBytes;
}
