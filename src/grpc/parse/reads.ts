import type * as wire from '../../../generated/points.js';
import type { CountPoints, RetrievePoints, ScrollPoints } from '../../core/requests.ts';
import { filterOf } from './filter.ts';
import { pointIdOf } from './ids.ts';
import { orderByOf } from './order-by.ts';
import { anyReadOptionsOf } from './read-options.ts';
import { ALL_PAYLOAD, NO_PAYLOAD, payloadSelectorOf, vectorSelectorOf } from './selectors.ts';
import { refuseShardKeys } from './shard-keys.ts';
import { Violations } from './violations.ts';

const SCROLL_LIMIT_DEFAULT = 10;

/** `GetPoints`. No payload where nothing is said of it: so Qdrant does. */
export function getPointsOf(message: wire.GetPoints): RetrievePoints {
  const violations = new Violations();
  const collection = violations.collection(message.collectionName);
  violations.finish();
  const request = {
    collection,
    ...anyReadOptionsOf(message),
    ids: message.ids.map(pointIdOf),
    withPayload: payloadSelectorOf(message.withPayload, NO_PAYLOAD),
    withVector: vectorSelectorOf(message.withVectors),
  };
  refuseShardKeys(message.shardKeySelector, 'read');
  return request;
}

/** `ScrollPoints`. All payload where nothing is said of it: so Qdrant does. */
export function scrollPointsOf(message: wire.ScrollPoints): ScrollPoints {
  const { limit, offset, orderBy } = message;
  const violations = new Violations();
  const collection = violations.collection(message.collectionName);
  violations.atLeast('limit', limit, 1);
  const filter = filterOf(message.filter, 'filter', violations);
  const order = orderBy === undefined ? undefined : orderByOf(orderBy, 'order_by', violations);
  violations.finish();
  const request = {
    collection,
    ...anyReadOptionsOf(message),
    offset: offset === undefined ? undefined : pointIdOf(offset),
    limit: limit ?? SCROLL_LIMIT_DEFAULT,
    filter,
    orderBy: order,
    withPayload: payloadSelectorOf(message.withPayload, ALL_PAYLOAD),
    withVector: vectorSelectorOf(message.withVectors),
  };
  refuseShardKeys(message.shardKeySelector, 'read');
  return request;
}

/** `CountPoints`, which counts exactly where nothing is said of it. */
export function countPointsOf(message: wire.CountPoints): CountPoints {
  const violations = new Violations();
  const collection = violations.collection(message.collectionName);
  const filter = filterOf(message.filter, 'filter', violations);
  violations.finish();
  const request = { collection, ...anyReadOptionsOf(message), filter, exact: message.exact ?? true };
  refuseShardKeys(message.shardKeySelector, 'read');
  return request;
}
