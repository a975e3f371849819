import type { PointGroup, Record, ScoredPoint } from '../../core/answers.ts';
import { notFound } from '../../core/errors.ts';
import { idKey, numberId, parseUuidId, type PointId } from '../../core/ids.ts';
import type { GroupLookup, QueryGroups, QueryPoints } from '../../core/requests.ts';
import type { Group, GroupKey } from '../../query/group-hits.ts';
import { checkVectorNames, hydrate, type PointPlace } from '../hydrate.ts';
import { shardOf } from '../routing.ts';
import { collectGroups } from './collect-groups.ts';
import type { FoundPoint } from './found-point.ts';
import type { ExampleSource } from './resolve.ts';

/** What grouping asks of a collection. */
export interface GroupSource extends ExampleSource {
  /** Another collection by name. */
  readonly lookup: (name: string) => ExampleSource | undefined;
  /** What a query finds, best first; the segments stay open until the grouping has ended. */
  readonly run: (query: QueryPoints) => Promise<readonly FoundPoint[]>;
}

/**
 * The best points of each value of a payload field: groups by their best points, best first.
 * Throws what the query throws; not_found where a point is to be looked up in a collection that is not there.
 */
export async function queryGroups(source: GroupSource, request: QueryGroups): Promise<readonly PointGroup[]> {
  const { query, withLookup } = request;
  checkVectorNames(query.withVector, source.config);
  const other = withLookup === undefined ? undefined : lookupSource(source, withLookup);
  const groups = await collectGroups(source, request);
  const points = await hydrateHits(groups, query);
  const found = withLookup === undefined || other === undefined ? undefined : await lookUp(other, groups, withLookup);
  return groups.map(({ key, hits }) => ({
    id: key,
    hits: hits.map(({ id }) => points.get(idKey(id)) as ScoredPoint),
    lookup: found?.get(key),
  }));
}

function lookupSource({ lookup }: GroupSource, { collection, withVector }: GroupLookup): ExampleSource {
  const other = lookup(collection);
  if (other === undefined) throw notFound(`Collection ${collection} not found`);
  checkVectorNames(withVector, other.config);
  return other;
}

/** A point may stand in several groups: it is read once. */
async function hydrateHits(
  groups: readonly Group<FoundPoint>[],
  { withPayload, withVector }: QueryPoints,
): Promise<ReadonlyMap<number | string, ScoredPoint>> {
  const places = new Map(groups.flatMap(({ hits }) => hits.map((hit) => [idKey(hit.id), hit] as const)));
  const found = [...places.values()];
  const records = await hydrate(found, withPayload, withVector);
  return new Map(
    records.map((record, index) => {
      const { score, version, orderValue } = found[index] as FoundPoint;
      const order = orderValue === undefined ? {} : { orderValue };
      return [idKey(record.id), { ...record, ...order, score, version }];
    }),
  );
}

/** For each group the point whose id its value is, where there is one. */
async function lookUp(
  { shards }: ExampleSource,
  groups: readonly Group<FoundPoint>[],
  { withPayload, withVector }: GroupLookup,
): Promise<ReadonlyMap<GroupKey, Record>> {
  const keys: GroupKey[] = [];
  const places: PointPlace[] = [];
  for (const { key } of groups) {
    const id = idOfKey(key);
    const shard = id === undefined ? undefined : shards[shardOf(id, shards.length)];
    const place = id === undefined ? undefined : shard?.find(id);
    if (id === undefined || shard === undefined || place === undefined) continue;
    keys.push(key);
    places.push({ id, shard, ...place });
  }
  const records = await hydrate(places, withPayload, withVector);
  return new Map(keys.map((key, index) => [key, records[index] as Record]));
}

function idOfKey(key: GroupKey): PointId | undefined {
  if (typeof key === 'string') return parseUuidId(key);
  return key < 0n ? undefined : numberId(key);
}
