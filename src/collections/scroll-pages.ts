import type { Record, ScrollPage } from '../core/answers.ts';
import { badInput } from '../core/errors.ts';
import type { ScrollPoints } from '../core/requests.ts';

/** Points of a page, at most: what is ahead of a slow client must not fill the memory. */
const PAGE_POINTS_MAX = 10_000;

/**
 * All points of a collection from `offset` on, in the order of ids, `limit` at a time. The next page is read while the
 * last one is used, and no more than that. Each page shows the points as they are when it is read.
 *
 * read    one page.
 * Throws  bad_input with an order_by: pages of equal values have no end that one could go on from.
 */
export async function* scrollPages(
  request: ScrollPoints,
  read: (request: ScrollPoints) => Promise<ScrollPage>,
): AsyncGenerator<readonly Record[], void, undefined> {
  if (request.orderBy !== undefined) throw badInput('Points that are ordered by a field cannot be streamed');
  const limit = Math.min(request.limit, PAGE_POINTS_MAX);
  const pageFrom = (offset: ScrollPoints['offset']): Promise<ScrollPage> => {
    const page = read({ ...request, limit, offset });
    // Whoever stops in between never looks at it.
    page.catch(() => undefined);
    return page;
  };
  let next: Promise<ScrollPage> | undefined = pageFrom(request.offset);
  while (next !== undefined) {
    const { points, nextPageOffset }: ScrollPage = await next;
    next = nextPageOffset === undefined ? undefined : pageFrom(nextPageOffset);
    if (points.length > 0) yield points;
  }
}
