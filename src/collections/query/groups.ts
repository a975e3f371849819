import type { PointGroup, Record, ScoredPoint } from '../../core/answers.ts';
import { idKey, numberId, parseUuidId, type PointId } from '../../core/ids.ts';
import type { GroupLookup, QueryGroups, QueryPoints } from '../../core/requests.ts';
import type { Group, GroupKey } from '../../query/group-hits.ts';
import { findPoint } from '../find-point.ts';
import { hydrate, type PointPlace } from '../hydrate.ts';
import { checkVectorNames } from '../vector-names.ts';
import { collectGroups } from './collect-groups.ts';
import type { FoundPoint } from './found-point.ts';
import { type ExampleSource, otherCollection } from './resolve.ts';
import { scoredPoints } from './scored-points.ts';

/** What grouping asks of a collection. */
export interface GroupSource extends ExampleSource {
  /** Another collection by name. */
  readonly lookup: (name: string) => ExampleSource | undefined;
  /** What a query finds, best first; the segments stay open until the grouping has ended. */
  readonly run: (query: QueryPoints) => Promise<readonly FoundPoint[]>;
  readonly signal: AbortSignal;
}

/**
 * The best points of each value of a payload field: groups by their best points, best first.
 * Throws what the query throws; not_found where a point is to be looked up in a collection that is not there.
 */
export async function queryGroups(source: GroupSource, request: QueryGroups): Promise<readonly PointGroup[]> {
  const { query, withLookup } = request;
  checkVectorNames(query.withVector, source.config);
  // A collection that is not there is refused before anything is searched.
  if (withLookup !== undefined) lookupSource(source, withLookup);
  const groups = await collectGroups(source, request);
  const points = await scoredHits(groups, query, source.signal);
  const found = withLookup === undefined ? undefined : await lookUp(source, groups, withLookup);
  const shown = groups.map(({ key, hits }) => ({
    id: key,
    hits: hits.map(({ id }) => points.get(idKey(id))).filter((point) => point !== undefined),
    lookup: found?.get(key),
  }));
  // All points of a group may be deleted meanwhile.
  return shown.filter(({ hits }) => hits.length > 0);
}

function lookupSource(source: GroupSource, { collection, withVector }: GroupLookup): ExampleSource {
  const other = otherCollection(source, collection);
  checkVectorNames(withVector, other.config);
  return other;
}

/** A point may stand in several groups: it is read once. */
async function scoredHits(
  groups: readonly Group<FoundPoint>[],
  query: QueryPoints,
  signal: AbortSignal,
): Promise<ReadonlyMap<number | string, ScoredPoint>> {
  const found = new Map(groups.flatMap(({ hits }) => hits.map((hit) => [idKey(hit.id), hit] as const)));
  const points = await scoredPoints([...found.values()], query, signal);
  return new Map(points.map((point) => [idKey(point.id), point]));
}

/** For each group the point whose id its value is, where there is one. */
async function lookUp(
  source: GroupSource,
  groups: readonly Group<FoundPoint>[],
  lookup: GroupLookup,
): Promise<ReadonlyMap<GroupKey, Record>> {
  // As it is now: it may have been deleted or made anew while points were found.
  const { shards } = lookupSource(source, lookup);
  const places: (PointPlace & { readonly key: GroupKey })[] = [];
  for (const { key } of groups) {
    const id = idOfKey(key);
    const place = id === undefined ? undefined : findPoint(shards, id);
    if (place !== undefined) places.push({ key, ...place });
  }
  const hydrated = await hydrate(places, lookup.withPayload, lookup.withVector, source.signal);
  return new Map(hydrated.map(({ place, record }) => [place.key, record]));
}

function idOfKey(key: GroupKey): PointId | undefined {
  if (typeof key === 'string') return parseUuidId(key);
  return key < 0n ? undefined : numberId(key);
}
