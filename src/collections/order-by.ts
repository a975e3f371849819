import { badInput } from '../core/errors.ts';
import { type Filter, imposes } from '../core/filter.ts';
import { compareIds } from '../core/ids.ts';
import type { OrderBy } from '../core/query.ts';
import type { FieldOrder } from '../filters/field-order.ts';
import { orderOf } from '../filters/open-field-index.ts';
import { firstPlaces } from './first-places.ts';
import type { PointPlace } from './hydrate.ts';
import type { Shard } from './shard.ts';

/** A point and the value that it stands at. */
export interface OrderedPlace extends PointPlace {
  readonly orderValue: bigint | number;
}

export interface OrderedRequest {
  readonly orderBy: OrderBy;
  readonly limit: number;
  readonly filter: Filter | undefined;
  readonly signal: AbortSignal;
}

/**
 * The first points in the order of a field, equal values in the order of ids (backwards where the order is). A point
 * with several values comes once for each, one without a value not at all. Throws bad_input without an index that orders.
 */
export async function orderedPoints(shards: readonly Shard[], request: OrderedRequest): Promise<OrderedPlace[]> {
  const { orderBy, limit } = request;
  const lists = await Promise.all(shards.map((shard) => orderedIn(shard, request)));
  const [only] = lists;
  if (only !== undefined && lists.length === 1) return only;
  const sign = orderBy.direction === 'asc' ? 1 : -1;
  const compare = (a: OrderedPlace, b: OrderedPlace): number =>
    sign * (compareValues(a.orderValue, b.orderValue) || compareIds(a.id, b.id));
  return lists.flat().toSorted(compare).slice(0, limit);
}

async function orderedIn(shard: Shard, { orderBy, limit, filter, signal }: OrderedRequest): Promise<OrderedPlace[]> {
  const { path, direction, startFrom: start } = orderBy;
  await shard.fields.building([path], 'read');
  const matches = imposes(filter) ? await shard.points.match(filter, signal) : undefined;
  const order = orderAt(shard, orderBy);
  const found: OrderedPlace[] = [];
  for (const { value, slots } of order.runs({ direction, start, words: matches?.words })) {
    const places = firstPlaces(shard, slots, { offset: undefined, count: limit - found.length, direction });
    for (const place of places) found.push({ ...place, orderValue: value });
    if (found.length >= limit) break;
  }
  return found;
}

function orderAt(shard: Shard, { path }: OrderBy): FieldOrder {
  const index = shard.fields.at(path);
  const order = index === undefined ? undefined : orderOf(index);
  if (order !== undefined) return order;
  throw badInput(
    `No range index for \`order_by\` key: \`${path.text}\`. Please create one to use \`order_by\`. Check https://qdrant.tech/documentation/concepts/indexing/#payload-index to see which payload schemas support Range conditions`,
  );
}

/** Values of one field are of one type, so they can be compared. */
function compareValues(a: bigint | number, b: bigint | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
