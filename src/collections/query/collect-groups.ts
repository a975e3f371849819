import { largerIsBetter } from '../../core/distances.ts';
import { type Condition, EVERYTHING, type FieldPredicate, type Filter, joinFilters } from '../../core/filter.ts';
import type { PointId } from '../../core/ids.ts';
import type { JsonPath } from '../../core/json-path.ts';
import type { QueryStep } from '../../core/query.ts';
import type { QueryGroups, QueryPoints } from '../../core/requests.ts';
import { type Group, GroupHits, type GroupKey } from '../../query/group-hits.ts';
import { readPayloads } from '../hydrate.ts';
import { GroupKeys } from './group-keys.ts';
import { IndexedKeys } from './indexed-keys.ts';
import type { FoundPoint } from './found-point.ts';
import type { GroupSource } from './groups.ts';

/** Rounds that look for more groups, and rounds that look for more points of the groups there are; as many as Qdrant's. */
const ROUNDS_MAX = 5;

/**
 * The groups of a query, as Qdrant finds them (SEMANTICS.md 3.4): rounds that ask for `limit` x `groupSize` points until
 * there are enough groups, leaving out those that are full; then rounds among the best groups that are not.
 *
 * A query without prefetches gives a point the same score in every round. So it need not name the points that it has found
 * already: it asks for as many more, and its filters, which name groups alone, stay short. Where points have no value the
 * filter says so from the second round on.
 * A round's points are looked at best first until the best groups are full; where an index knows all values of a point, its
 * payload is not read.
 * A fusion or a formula gives points other scores among other points: one round, of everything that is found.
 */
export async function collectGroups(source: GroupSource, request: QueryGroups): Promise<Group<FoundPoint>[]> {
  const { query, limit, groupSize } = request;
  const hits = new GroupHits<FoundPoint>({ limit, groupSize, largerFirst: largerFirst(query, source) });
  const rounds = new Rounds(source, request, hits);
  const isOneList = query.query?.kind === 'fusion' || query.query?.kind === 'formula';
  if (isOneList) {
    await rounds.run([], Number.MAX_SAFE_INTEGER);
    return hits.best();
  }
  const collected = countToCollect(source, request);
  for (let round = 0; round < ROUNDS_MAX && hits.groupCount < limit; round += 1) {
    const conditions = hits.full().length === 0 ? [] : exceptKeys(request.groupBy, keysOf(hits.full()));
    const asked = rounds.countBehind(hits.unfilled(), collected);
    if (!(await rounds.run(conditions, asked))) return hits.best();
  }
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const unfilled = hits.unfilledBest();
    if (unfilled.length === 0) break;
    const missing = unfilled.reduce((count, { hits }) => count + groupSize - hits.length, 0);
    const asked = rounds.countBehind(unfilled, Math.max(missing * SPARE, limit * groupSize));
    if (!(await rounds.run(anyKey(request.groupBy, keysOf(unfilled)), asked))) break;
  }
  return hits.best();
}

/** The rounds of one request. */
class Rounds {
  readonly #source: GroupSource;
  readonly #request: QueryGroups;
  readonly #hits: GroupHits<FoundPoint>;
  readonly #keys: GroupKeys;
  readonly #isLeaf: boolean;
  readonly #seen: PointId[] = [];
  /** Points that have a value and belong to no group. */
  #grouplessCount = 0;
  #leavesEmptyOut: boolean;

  constructor(source: GroupSource, request: QueryGroups, hits: GroupHits<FoundPoint>) {
    this.#source = source;
    this.#request = request;
    this.#hits = hits;
    this.#keys = new GroupKeys(request.groupBy);
    const { query, prefetch } = request.query;
    this.#isLeaf = prefetch.length === 0 && !(query?.kind === 'nearest' && query.mmr !== undefined);
    this.#leavesEmptyOut = !this.#isLeaf;
  }

  /**
   * How many points to ask for so that a round goes behind those that it finds again, which are in these groups.
   * wanted  points beyond those.
   */
  countBehind(groups: readonly Group<FoundPoint>[], wanted: number): number {
    const { limit, groupSize } = this.#request;
    return this.#isLeaf
      ? groups.reduce((count, { hits }) => count + hits.length, this.#grouplessCount + wanted)
      : limit * groupSize;
  }

  /** Asks for so many points that meet the conditions, and groups those that are new. False where there are no more. */
  async run(conditions: readonly Condition[], wanted: number): Promise<boolean> {
    const { query, groupSize, groupBy } = this.#request;
    const emptyOut: Condition[] = this.#leavesEmptyOut ? [{ kind: 'is_empty', path: groupBy }] : [];
    const mustNot: readonly Condition[] =
      this.#isLeaf || this.#seen.length === 0 ? emptyOut : [...emptyOut, { kind: 'has_id', ids: [...this.#seen] }];
    const found = await this.#source.run({
      ...query,
      prefetch: query.prefetch.map((step) => forGroups(step, groupSize)),
      limit: wanted,
      offset: 0,
      filter: joinFilters(query.filter, { ...EVERYTHING, must: conditions, mustNot }),
      withPayload: { kind: 'none' },
      withVector: { kind: 'none' },
    });
    if (!(await this.#group(found))) return true;
    // What prefetches find is cut by their limits: there may be more behind.
    return this.#isLeaf ? found.length >= wanted : found.length > 0;
  }

  /** Puts the points that are new and of use into their groups; false where the best groups are full before the end. */
  async #group(found: readonly FoundPoint[]): Promise<boolean> {
    const isShort = found.length <= PAGE_POINTS;
    for (let first = 0; first < found.length; first += PAGE_POINTS) {
      const page = found.slice(first, first + PAGE_POINTS);
      const payloads = isShort ? undefined : await readPayloads(page);
      if (!this.#groupPage(page, payloads)) return false;
    }
    return true;
  }

  #groupPage(page: readonly FoundPoint[], payloads: readonly Uint8Array[] | undefined): boolean {
    const { groupBy, limit } = this.#request;
    const indexed = new IndexedKeys(groupBy);
    // Of each of the best groups how many points are missing, once there are enough groups.
    let missing: Map<GroupKey, number> | undefined;
    for (let at = 0; at < page.length; at += 1) {
      const point = page[at] as FoundPoint;
      // An order by values names a point once for each.
      if (this.#hits.hasSeen(point)) continue;
      if (missing === undefined && this.#hits.groupCount >= limit) missing = this.#hits.missing();
      if (missing?.size === 0) return false;
      const told = indexed.of(point);
      const payload = told === undefined ? (payloads?.[at] ?? point.shard.payloads.get(point.id)) : undefined;
      if (payload !== undefined && payloads === undefined) indexed.learn(point, payload);
      const keys = payload !== undefined ? this.#keys.of(payload) : told?.length === 0 ? undefined : told;
      if (missing !== undefined && !fillsAny(missing, keys)) continue;
      this.#add(payloads === undefined ? this.#withPayload(point, payload) : point, keys);
    }
    return true;
  }

  /** A payload that was read for its keys need not be read again for the answer. */
  #withPayload(point: FoundPoint, payload: Uint8Array | undefined): FoundPoint {
    const isShown = payload !== undefined && this.#request.query.withPayload.kind !== 'none';
    return isShown ? { ...point, payload } : point;
  }

  /** keys: undefined or none where the point belongs to no group. */
  #add(point: FoundPoint, keys: readonly GroupKey[] | undefined): void {
    this.#hits.add(point, keys ?? []);
    this.#seen.push(point.id);
    // Of a null, too, it is said here that it is a value: Qdrant's filter for empty fields leaves it out.
    this.#leavesEmptyOut ||= keys === undefined || keys.length === 0;
    this.#grouplessCount += keys?.length === 0 ? 1 : 0;
  }
}

/** Whether a point with these keys is missing anywhere; it is not, afterwards. */
function fillsAny(missing: Map<GroupKey, number>, keys: readonly GroupKey[] | undefined): boolean {
  let fills = false;
  for (const key of keys ?? []) {
    const count = missing.get(key);
    if (count === undefined) continue;
    fills = true;
    if (count > 1) missing.set(key, count - 1);
    else missing.delete(key);
  }
  return fills;
}

/**
 * How many points a round that looks for groups asks for. Twice as many as Qdrant's bring more points of the large groups,
 * which later rounds need not look at then. Without an index over the values each of those walks over all payloads: a
 * thousand points, of which only as many payloads are read as are needed, cost less.
 */
function countToCollect({ shards }: GroupSource, { limit, groupSize, groupBy }: QueryGroups): number {
  const wanted = limit * groupSize;
  const isIndexed = shards.every((shard) => shard.points.fields.at(groupBy) !== undefined);
  return isIndexed ? wanted * 2 : Math.max(wanted * 2, Math.min(wanted * 20, UNINDEXED_POINTS));
}

const UNINDEXED_POINTS = 1000;

/**
 * So many points are asked for where one is missing: an answer that is longer costs less than another round. Of ten groups
 * of the same size, of which two points each are missing, 40 points fill all on average.
 */
const SPARE = 3;

/** Payloads read together on threads; a round of no more reads them one by one as it needs them, and keeps them. */
const PAGE_POINTS = 256;

/** Of a step and of those below it `groupSize` times as many points are taken. */
function forGroups(step: QueryStep, groupSize: number): QueryStep {
  return {
    ...step,
    limit: step.limit * groupSize,
    prefetch: step.prefetch.map((below) => forGroups(below, groupSize)),
  };
}

/** Whether larger scores are better. */
function largerFirst({ query, using }: QueryPoints, { config }: GroupSource): boolean {
  const isNearest = query?.kind === 'nearest' || (query?.kind === 'recommend' && query.strategy === 'average_vector');
  const field = isNearest ? config.params.vectors.find(({ name }) => name === using) : undefined;
  return field === undefined || largerIsBetter(field.distance);
}

function keysOf(groups: readonly Group<FoundPoint>[]): readonly GroupKey[] {
  return groups.map(({ key }) => key);
}

/** The field has a value beside these. */
function exceptKeys(path: JsonPath, keys: readonly GroupKey[]): readonly Condition[] {
  return matchKeys('except', path, keys);
}

/** The field has one of these values. */
function anyKey(path: JsonPath, keys: readonly GroupKey[]): readonly Condition[] {
  const should = matchKeys('any', path, keys);
  const filter: Filter = { ...EVERYTHING, should };
  return should.length === 1 ? should : [{ kind: 'filter', filter }];
}

/** A condition for each type of the keys. What is beyond i64 cannot be matched. */
function matchKeys(kind: 'any' | 'except', path: JsonPath, keys: readonly GroupKey[]): readonly Condition[] {
  const strings = keys.filter((key) => typeof key === 'string');
  const integers = keys.filter((key) => typeof key === 'bigint' && key < 2n ** 63n) as bigint[];
  const of = (predicate: FieldPredicate): Condition => ({ kind: 'field', path, predicates: [predicate] });
  return [
    ...(strings.length === 0 ? [] : [of({ kind, values: { type: 'strings', values: strings } })]),
    ...(integers.length === 0 ? [] : [of({ kind, values: { type: 'integers', values: integers } })]),
  ];
}
